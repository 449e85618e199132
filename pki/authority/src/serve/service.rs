//! The gRPC edge: who calls, what they ask, and what leaves the process when something fails.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};
use wire::signing::{
    HealthRequest, HealthResponse, JournalEntry, JournalRequest, JournalResponse, KeyState,
    ObjectKind, SignRequest, SignResponse, signing_server::Signing,
};

use super::{
    config::ServeConfig,
    health::{inspection_systems, key_health, verifier_health},
    tls::{name, role},
};
use crate::{
    inspection::desk::Desk,
    signing::{
        chain::{Chain, ChainError},
        inspection::Refusal,
        permit::SigningError,
        request,
        signer::KeyError,
    },
    store::journal::Signed,
};

/// Who may do what, by the role of a caller's certificate.
#[derive(Debug, Clone)]
pub struct Roles {
    signing: Vec<String>,
    journal: Vec<String>,
}

impl Roles {
    /// As the configuration says.
    #[must_use]
    pub fn of(config: &ServeConfig) -> Self {
        Self {
            signing: config.signing_roles.clone(),
            journal: config.journal_roles.clone(),
        }
    }

    fn may_sign(&self, role: &String) -> bool {
        self.signing.contains(role)
    }

    fn may_read(&self, role: &String) -> bool {
        self.journal.contains(role) || self.may_sign(role)
    }
}

/// The service.
#[derive(Debug)]
pub struct SigningService {
    chain: Arc<Chain>,
    roles: Roles,
    places: Arc<Semaphore>,
    desk: Option<Arc<Desk>>,
}

impl SigningService {
    /// A service over a chain. Its health tells of the desk too.
    #[must_use]
    pub fn new(
        chain: Arc<Chain>,
        roles: Roles,
        max_in_flight: usize,
        desk: Option<Arc<Desk>>,
    ) -> Self {
        Self {
            chain,
            roles,
            places: Arc::new(Semaphore::new(max_in_flight)),
            desk,
        }
    }
}

/// The caller's role; every call begins with it.
pub(crate) fn caller<T>(request: &Request<T>) -> Result<String, Status> {
    let certificates = request.peer_certs();
    let certificate = certificates
        .as_deref()
        .and_then(|certificates| certificates.first());
    certificate
        .and_then(|certificate| role(certificate))
        .ok_or_else(|| {
            Status::unauthenticated(
                "a certificate of the operations CA that states a role is needed",
            )
        })
}

#[tonic::async_trait]
impl Signing for SigningService {
    async fn sign(&self, wire: Request<SignRequest>) -> Result<Response<SignResponse>, Status> {
        let role = caller(&wire)?;
        if !self.roles.may_sign(&role) {
            tracing::warn!(role, "a caller of this role may not sign");
            return Err(Status::permission_denied(format!(
                "the role {role} may not sign"
            )));
        }
        let ending = |_| Status::unavailable("the service is ending; repeat the request");
        let place = Arc::clone(&self.places);
        let place = place.acquire_owned().await.map_err(ending)?;
        let caller = caller_name(&wire);
        let request = request::Request::try_from(wire.into_inner())
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let chain = Arc::clone(&self.chain);
        // A task of its own: a caller that hangs up must not leave an intent without its outcome.
        let signing = tokio::spawn(async move {
            let _place = place;
            let signed = chain.sign(&request, &caller).await;
            signed.map_err(|error| {
                tracing::warn!(attempt = %request.attempt, kind = %request.kind, %error, "not signed");
                status(&error)
            })
        });
        let ended = |_| Status::unavailable("the service is ending; repeat the request");
        let release = signing.await.map_err(ended)??;
        Ok(Response::new(SignResponse {
            signed_object: release.signed_object,
            document_signer_certificate: release.certificate,
            repeated: release.repeated,
        }))
    }

    async fn journal(
        &self,
        request: Request<JournalRequest>,
    ) -> Result<Response<JournalResponse>, Status> {
        let role = caller(&request)?;
        if !self.roles.may_read(&role) {
            tracing::warn!(role, "a caller of this role may not read the journal");
            return Err(Status::permission_denied(format!(
                "the role {role} may not read the journal"
            )));
        }
        let JournalRequest { after, most } = request.into_inner();
        let signed = self.chain.store().journal(after, most).await;
        let signed = signed.map_err(|error| Status::unavailable(error.to_string()))?;
        let entry = |one: Signed| JournalEntry {
            id: one.id,
            order: one.order,
            attempt: one.attempt,
            chip_serial: one.chip_serial,
            kind: kind(one.kind).into(),
            released_at: one.released_at,
        };
        let entries = signed.into_iter().map(entry).collect();
        Ok(Response::new(JournalResponse { entries }))
    }

    async fn health(
        &self,
        request: Request<HealthRequest>,
    ) -> Result<Response<HealthResponse>, Status> {
        caller(&request)?;
        let mut keys = Vec::new();
        for signer in self.chain.signers() {
            let (signer, now) = (signer.clone(), self.chain.now());
            let checked = tokio::task::spawn_blocking(move || key_health(&signer, now)).await;
            keys.push(checked.map_err(|_| Status::unavailable("the service is ending"))?);
        }
        let (ready, alarms) = match self.chain.store().alarms().await {
            Ok(alarms) => (
                keys.iter().any(|key| key.state() == KeyState::Ready),
                alarms,
            ),
            Err(error) => {
                tracing::error!(%error, "the store does not answer");
                (false, 0)
            }
        };
        let (mut document_verifiers, mut systems) = (Vec::new(), Vec::new());
        if let Some(desk) = &self.desk {
            let today = desk.today();
            for verifier in &desk.verifiers {
                let verifier = verifier.clone();
                let checked = move || verifier_health(&verifier, today);
                let checked = tokio::task::spawn_blocking(checked).await;
                let ending = |_| Status::unavailable("the service is ending");
                document_verifiers.push(checked.map_err(ending)?);
            }
            systems = inspection_systems(desk).await.map_err(|error| {
                tracing::error!(%error, "the store does not answer");
                Status::unavailable(error.to_string())
            })?;
        }
        let signatures = self.chain.signatures();
        Ok(Response::new(HealthResponse {
            ready,
            keys,
            signatures,
            alarms,
            document_verifiers,
            inspection_systems: systems,
        }))
    }
}

/// The name that the caller's certificate states; empty where it states none, which is nobody's.
fn caller_name<T>(request: &Request<T>) -> String {
    let certificates = request.peer_certs();
    let certificate = certificates.as_deref().and_then(|chain| chain.first());
    certificate
        .and_then(|certificate| name(certificate))
        .unwrap_or_default()
}

/// A kind as the store numbers it.
fn kind(number: i64) -> ObjectKind {
    match number {
        1 => ObjectKind::LdsSecurityObject,
        2 => ObjectKind::CardSecurityInfos,
        _ => ObjectKind::Unspecified,
    }
}

/// What leaves the process: the reason, and the code that says whether repeating helps.
fn status(error: &ChainError) -> Status {
    let message = error.to_string();
    match error {
        // Nothing is wrong with the card: once stock has put it right, the same request is signed for.
        ChainError::Refused(Refusal::Issue(_)) => Status::failed_precondition(message),
        ChainError::Refused(_) => Status::permission_denied(message),
        ChainError::Alarm(_) => Status::already_exists(message),
        ChainError::NoSigner | ChainError::CodeNotListed { .. } | ChainError::SignerGone { .. } => {
            Status::failed_precondition(message)
        }
        ChainError::Signing(SigningError::Key(key)) => key_status(key, message),
        ChainError::Signing(SigningError::Preparation(_)) => Status::invalid_argument(message),
        ChainError::Signing(SigningError::Unverified { .. }) => Status::internal(message),
        ChainError::Store(_) | ChainError::Ending => Status::unavailable(message),
    }
}

pub(super) fn key_status(error: &KeyError, message: String) -> Status {
    if error.is_absence() {
        Status::unavailable(message)
    } else {
        Status::failed_precondition(message)
    }
}
