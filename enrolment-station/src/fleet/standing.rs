//! Everything by which a running station proves who it is: token, store, identity, TLS key.

use std::{
    fmt, fs,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use dossier::dossier::ClockOffset;
use key_custody::{
    Token,
    tls::{Renewable, certified_key},
};
use openssl::x509::X509;
use rand::CryptoRng;
use time::OffsetDateTime;
use tokio_rustls::rustls::ClientConfig;
use tonic::transport::Channel;

use super::{
    FleetError, Identity, certificate,
    clock::{Measured, Reading},
    keys,
    keys::Pair,
};
use crate::{
    centre::channel::{CentreAddress, channel, tls},
    config::Config,
    outbox::StationSigner,
    store::{Store, issued::Kind},
};

/// A station that was taken in. Share it by `Arc`.
pub struct Standing {
    pub(super) config: Config,
    pub(super) token: Arc<Token>,
    pub(super) store: Store,
    pub(super) trusted: X509,
    identity: RwLock<Arc<Identity>>,
    tls: Arc<Renewable>,
    clock: RwLock<Option<Measured>>,
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Standing").field(&self.identity()).finish()
    }
}

impl Standing {
    /// Opens the token and the store of a station that was taken in.
    pub async fn open(config: &Config, rng: &mut impl CryptoRng) -> Result<Self, FleetError> {
        let (token, store) = open_store(config, rng).await?;
        Self::over(config, token, store).await
    }

    pub(super) async fn over(
        config: &Config,
        token: Arc<Token>,
        store: Store,
    ) -> Result<Self, FleetError> {
        let identity = store.issued(Kind::Station).await?;
        let identity = Identity::decode(&identity.ok_or(FleetError::NotOnboarded)?)?;
        let pair = keys::pair(&token, identity.generation)?;
        let tls = Renewable::new(certified(&token, pair, &identity)?);
        keys::clear(&token, identity.generation)?;
        Ok(Self {
            trusted: trusted(config)?,
            config: config.clone(),
            token,
            store,
            identity: RwLock::new(Arc::new(identity)),
            tls: Arc::new(tls),
            clock: RwLock::default(),
        })
    }

    /// Who the station is now.
    pub fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The station's token.
    pub fn token(&self) -> &Arc<Token> {
        &self.token
    }

    /// The station's database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How far the station's clock is off, as it was measured last; nothing before the first answer of the centre
    /// since the start, and after the clock was set.
    pub fn clock_offset(&self, now: OffsetDateTime) -> Option<ClockOffset> {
        let measured = *self.clock.read().unwrap_or_else(PoisonError::into_inner);
        measured?.holds(Reading {
            wall: now,
            counter: Instant::now(),
        })
    }

    pub(super) fn keep_clock(&self, measured: Measured) {
        *self.clock.write().unwrap_or_else(PoisonError::into_inner) = Some(measured);
    }

    /// The key that signs dossiers now. Ask for it for each dossier: it is renewed.
    pub fn signer(&self) -> Result<StationSigner, FleetError> {
        let pair = keys::pair(&self.token, self.identity().generation)?;
        Ok(StationSigner::new(Arc::clone(&self.token), pair.signing))
    }

    /// A channel to intake and fleet, with the station's certificate.
    pub fn channel(&self) -> Result<Channel, FleetError> {
        let authority = self.trusted.to_der().map_err(certificate::der)?;
        let tls = tls([authority.into()], Some(Arc::clone(&self.tls)))?;
        let address = CentreAddress {
            authority: self.config.centre.intake.clone(),
            server_name: self.config.centre.server_name.clone(),
        };
        Ok(channel(&address, tls)?)
    }

    /// TLS to another service that asks for the station's certificate: the population register.
    pub fn tls_to(&self, authority: &X509) -> Result<ClientConfig, FleetError> {
        let authority = authority.to_der().map_err(certificate::der)?;
        Ok(tls([authority.into()], Some(Arc::clone(&self.tls)))?)
    }

    /// Goes on with the next pair, once what the centre certified is kept.
    pub(super) fn replace(&self, next: Identity, pair: Pair) -> Result<(), FleetError> {
        self.tls.replace(certified(&self.token, pair, &next)?);
        *self
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }
}

/// The token and the store beside it.
pub(super) async fn open_store(
    config: &Config,
    rng: &mut impl CryptoRng,
) -> Result<(Arc<Token>, Store), FleetError> {
    let token = Arc::new(Token::open(&config.token())?);
    let drafts = keys::drafts(&token)?;
    let store = Store::open(&config.data_dir, &token, &drafts, rng).await?;
    Ok((token, store))
}

/// The operations CA that the configuration trusts.
pub(super) fn trusted(config: &Config) -> Result<X509, FleetError> {
    let path = &config.centre.ca;
    let bytes = fs::read(path).map_err(|source| FleetError::Read {
        what: "the operations authority's certificate",
        path: path.clone(),
        source,
    })?;
    let read = X509::from_pem(&bytes).or_else(|_| X509::from_der(&bytes));
    read.map_err(|_| FleetError::Authority { path: path.clone() })
}

fn certified(
    token: &Arc<Token>,
    pair: Pair,
    identity: &Identity,
) -> Result<tokio_rustls::rustls::sign::CertifiedKey, FleetError> {
    let chain = vec![identity.tls.clone().into()];
    Ok(certified_key(Arc::clone(token), pair.tls, chain)?)
}
