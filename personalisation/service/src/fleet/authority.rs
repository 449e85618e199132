//! pki's operations room, asked over mutual TLS 1.3 with a key in the token.

use std::{sync::Arc, time::Duration};

use dossier::{KeyId, OfficeId, StationId};
use key_custody::tls::{self, Renewable, TlsFileError};
use openssl::x509::X509;
use personalisation_store::fleet::{KeyUse, RevocationReason, StationCertificate};
use time::OffsetDateTime;
use tonic::{Code, Status, transport::Channel};
use wire::operations::{
    CertifyRequest, KeyUse as WireUse, RevocationReason as WireReason, RevokeProgramRequest,
    RevokeRequest, operations_client::OperationsClient,
};

use super::{FleetError, config, config::FleetSection, request::KeyRequest};
use crate::{
    channel::{self, ChannelError},
    intake::peer::Peer,
};

/// pki waits for its token less long than this.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Why pki gave nothing. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// It cannot be reached, or cannot sign now.
    #[error("asking pki's operations room: {0}; repeat later")]
    Unavailable(String),
    /// It will not.
    #[error("pki's operations room refused ({code:?}): {message}")]
    Refused {
        /// What kind of refusal.
        code: Code,
        /// Why.
        message: String,
    },
    /// What it gave is not what was asked for.
    #[error("what pki's operations room gave is wrong: {0}; find out who answers there")]
    Invalid(&'static str),
    /// The connection cannot be set up.
    #[error("setting up the connection to pki: {0}; check [fleet] in the configuration")]
    Setup(#[from] ChannelError),
    /// Our TLS key or a certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
}

impl AuthorityError {
    /// Whether nothing was done: the call was not made, or refused before anything. After other errors it may be
    /// done, for pki keeps a revocation before it signs the list that says so.
    pub(super) fn did_nothing(&self) -> bool {
        match self {
            Self::Refused { code, .. } => matches!(
                code,
                Code::InvalidArgument | Code::PermissionDenied | Code::Unauthenticated
            ),
            Self::Setup(_) | Self::Tls(_) => true,
            Self::Unavailable(_) | Self::Invalid(_) => false,
        }
    }
}

impl From<Status> for AuthorityError {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::InvalidArgument
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::AlreadyExists
            | Code::Internal => Self::Refused {
                code: status.code(),
                message: status.message().to_owned(),
            },
            _ => Self::Unavailable(status.message().to_owned()),
        }
    }
}

/// The client of pki's operations room.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    client: OperationsClient<Channel>,
    /// The operations CA: what it certifies must verify with it.
    ca: X509,
}

impl Authority {
    /// Calls with our certificate.
    pub(crate) fn new(section: &FleetSection, ours: Arc<Renewable>) -> Result<Self, FleetError> {
        let ca = X509::from_pem(&config::read(&section.ca)?).map_err(|_| FleetError::File {
            path: section.ca.clone(),
            what: "a PEM file of certificates",
        })?;
        let client = Self::client(section, ours)?;
        Ok(Self { client, ca })
    }

    fn client(
        section: &FleetSection,
        ours: Arc<Renewable>,
    ) -> Result<OperationsClient<Channel>, AuthorityError> {
        let tls = tls::caller(ours, &section.ca)?;
        let server = (section.pki.as_str(), section.server_name.as_str());
        let channel = channel::prepare(tls, server, CONNECT, Some(TIMEOUT))?;
        Ok(OperationsClient::new(channel))
    }

    /// Has a key certified. The same key gets the same certificate again.
    pub(crate) async fn certify(
        &self,
        request: &KeyRequest,
        key_use: KeyUse,
        station: StationId,
        office: &OfficeId,
    ) -> Result<StationCertificate, AuthorityError> {
        let wire = CertifyRequest {
            request: request.der.clone(),
            r#use: match key_use {
                KeyUse::Tls => WireUse::StationTls,
                KeyUse::Signing => WireUse::StationSigning,
            }
            .into(),
            station: station.as_bytes().to_vec(),
            office: office.to_string(),
        };
        let answer = self.client.clone().certify(wire).await?.into_inner();
        let certificate = read(&answer.certificate)?;
        self.check(&certificate, request)?;
        let named = Peer::from_certificate(&answer.certificate).and_then(|peer| peer.station());
        if named != Some(station) {
            return Err(AuthorityError::Invalid(
                "the certificate is of another station",
            ));
        }
        Ok(StationCertificate {
            station,
            key_use,
            key: KeyId::of(&request.spki),
            spki: request.spki.clone(),
            der: answer.certificate,
            authority: self.ca.to_der().map_err(|_| {
                AuthorityError::Invalid("the operations CA cannot be written again")
            })?,
            not_before: instant(certificate.not_before())?,
            not_after: instant(certificate.not_after())?,
            revoked_at: None,
        })
    }

    /// Revokes every certificate of a station; returns how many became revoked.
    pub(crate) async fn revoke(
        &self,
        station: StationId,
        reason: RevocationReason,
    ) -> Result<u32, AuthorityError> {
        let wire = RevokeRequest {
            station: station.as_bytes().to_vec(),
            reason: to_wire(reason).into(),
        };
        let answer = self.client.clone().revoke(wire).await?.into_inner();
        Ok(answer.certificates)
    }

    /// Revokes the certificate (DER) of a program; says whether it was not before.
    pub(crate) async fn revoke_program(
        &self,
        certificate: Vec<u8>,
        reason: RevocationReason,
    ) -> Result<bool, AuthorityError> {
        let wire = RevokeProgramRequest {
            certificate,
            reason: to_wire(reason).into(),
        };
        let answer = self.client.clone().revoke_program(wire).await?;
        Ok(answer.into_inner().certificates > 0)
    }

    fn check(&self, certificate: &X509, request: &KeyRequest) -> Result<(), AuthorityError> {
        let wrong = AuthorityError::Invalid;
        let ca = self.ca.public_key().map_err(|_| wrong("no CA key"))?;
        if !certificate.verify(&ca).unwrap_or(false) {
            return Err(wrong("the certificate is not of the operations CA"));
        }
        let key = certificate
            .public_key()
            .and_then(|key| key.public_key_to_der());
        if key.ok().as_deref() != Some(&request.spki) {
            return Err(wrong("the certificate is of another key"));
        }
        Ok(())
    }
}

fn to_wire(reason: RevocationReason) -> WireReason {
    match reason {
        RevocationReason::KeyCompromise => WireReason::KeyCompromise,
        RevocationReason::Superseded => WireReason::Superseded,
        RevocationReason::CessationOfOperation => WireReason::CessationOfOperation,
    }
}

fn read(der: &[u8]) -> Result<X509, AuthorityError> {
    X509::from_der(der).map_err(|_| AuthorityError::Invalid("it is no certificate"))
}

/// A certificate's time. OpenSSL tells only differences, here from 1970.
fn instant(time: &openssl::asn1::Asn1TimeRef) -> Result<OffsetDateTime, AuthorityError> {
    let wrong = |_| AuthorityError::Invalid("the certificate's dates");
    let epoch = openssl::asn1::Asn1Time::from_unix(0).map_err(wrong)?;
    let since = epoch.diff(time).map_err(wrong)?;
    Ok(OffsetDateTime::UNIX_EPOCH
        + time::Duration::days(since.days.into())
        + time::Duration::seconds(since.secs.into()))
}
