//! A station is taken in: its code bound to its keys, both keys certified, everything written down.
//!
//! Each step is durable before the next and safe to repeat, so the same call continues after a crash or a
//! lost reply, and ends with the same certificates.

use std::sync::Arc;

use dossier::{OfficeId, StationId};
use evidence::entry::Act;
use personalisation_store::fleet::{
    AlarmKind, CodeUse, KeyUse, NewStation, PairOfKeys, StationCertificate, StationState,
};
use rand::RngExt as _;
use tonic::Code;

use super::{
    AuthorityError, Place,
    alarm::{self, Rings},
    code::Code as OneTimeCode,
    request::KeyRequests,
};
use crate::edge;

pub(crate) const ACTOR: &str = "personalisation/fleet";

/// A station that is one of ours.
#[derive(Debug)]
pub(crate) struct TakenIn {
    pub(crate) station: StationId,
    pub(crate) office: OfficeId,
    pub(crate) certificates: Pair,
}

/// Certificates of both keys.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) tls: StationCertificate,
    pub(crate) signing: StationCertificate,
}

/// Why a station is not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTakenIn {
    /// Unknown, ended, used with other keys, or of a revoked station: the answer does not say which.
    #[error("the code is not known, was used, or has ended; ask the centre for another one")]
    Code,
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Store(#[from] personalisation_store::StoreError),
}

impl Place {
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        code: &OneTimeCode,
        keys: &KeyRequests,
    ) -> Result<TakenIn, NotTakenIn> {
        let pair = PairOfKeys {
            tls: keys.tls.key,
            signing: keys.signing.key,
        };
        let used = self.store.use_code(code.hash(), pair, self.now()).await?;
        let (station, office, replaces) = match used {
            CodeUse::Bound {
                station,
                office,
                replaces,
            } => (station, office, replaces),
            CodeUse::OtherKeys { station } => {
                self.alarm(AlarmKind::CodeUsedAgain, station).await?;
                return Err(NotTakenIn::Code);
            }
            CodeUse::Expired | CodeUse::Unknown => return Err(NotTakenIn::Code),
        };
        if let Some(known) = self.store.station(station).await? {
            if matches!(known.state, StationState::Revoked { .. }) {
                return Err(NotTakenIn::Code);
            }
            if let Some(certificates) = self.kept_pair(station, keys).await? {
                return Ok(TakenIn {
                    station,
                    office,
                    certificates,
                });
            }
        }
        let act = act("take-in-station", station);
        self.store.audit(&[act.intent(self.now())]).await?;
        let certified = self.certify_pair(station, &office, keys).await;
        let certificates = self.told(&act, station, certified).await?;
        let both = [certificates.tls.clone(), certificates.signing.clone()];
        let new = NewStation {
            id: station,
            office: office.clone(),
            replaces,
            certificates: &both,
        };
        let now = self.now();
        let outcome = act.outcome(now, "taken in");
        self.store.take_in(&new, &[outcome], now).await?;
        Ok(TakenIn {
            station,
            office,
            certificates,
        })
    }

    /// Certifies the next keys of a station, or gives what was certified before.
    pub(crate) async fn renew(
        self: &Arc<Self>,
        station: StationId,
        office: &OfficeId,
        keys: &KeyRequests,
    ) -> Result<Pair, NotTakenIn> {
        if let Some(kept) = self.kept_pair(station, keys).await? {
            return Ok(kept);
        }
        let act = act("renew-station", station);
        self.store.audit(&[act.intent(self.now())]).await?;
        let certified = self.certify_pair(station, office, keys).await;
        let pair = self.told(&act, station, certified).await?;
        let both = [pair.tls.clone(), pair.signing.clone()];
        let outcome = act.outcome(self.now(), "renewed");
        self.store
            .add_station_certificates(&both, &[outcome])
            .await?;
        Ok(pair)
    }

    /// The certificates of exactly these keys, where the station has them already.
    pub(crate) async fn kept_pair(
        &self,
        station: StationId,
        keys: &KeyRequests,
    ) -> Result<Option<Pair>, personalisation_store::StoreError> {
        let kept = |key, key_use| async move {
            let kept = self.store.certificate_of_key(key).await?;
            Ok::<_, personalisation_store::StoreError>(kept.filter(|kept| {
                kept.station == station && kept.key_use == key_use && kept.revoked_at.is_none()
            }))
        };
        let tls = kept(keys.tls.key, KeyUse::Tls).await?;
        let signing = kept(keys.signing.key, KeyUse::Signing).await?;
        Ok(tls.zip(signing).map(|(tls, signing)| Pair { tls, signing }))
    }

    async fn certify_pair(
        &self,
        station: StationId,
        office: &OfficeId,
        keys: &KeyRequests,
    ) -> Result<Pair, AuthorityError> {
        let authority = &self.authority;
        Ok(Pair {
            tls: authority
                .certify(&keys.tls, KeyUse::Tls, station, office)
                .await?,
            signing: authority
                .certify(&keys.signing, KeyUse::Signing, station, office)
                .await?,
        })
    }

    /// Writes down what went wrong at pki; somebody else's key is an alarm.
    async fn told<T>(
        &self,
        act: &Act,
        station: StationId,
        done: Result<T, AuthorityError>,
    ) -> Result<T, NotTakenIn> {
        let error = match done {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let outcome = act.outcome(self.now(), format!("not certified: {error}"));
        self.store.audit(&[outcome]).await?;
        let code = Code::AlreadyExists;
        if matches!(&error, AuthorityError::Refused { code: found, .. } if *found == code) {
            self.alarm(AlarmKind::KeyOfAnother, station).await?;
        }
        Err(error.into())
    }

    async fn alarm(
        &self,
        kind: AlarmKind,
        station: StationId,
    ) -> Result<(), personalisation_store::StoreError> {
        let kind = (kind, Rings::EachTime);
        alarm::ring(&self.store, kind, Some(station), self.now()).await
    }
}

/// An act on a station.
pub(crate) fn act(name: &str, station: StationId) -> Act {
    act_on(name, &format!("station {station}"))
}

/// An act of the fleet.
pub(crate) fn act_on(name: &str, object: &str) -> Act {
    Act::new(edge::rng().random(), ACTOR, name, object)
}
