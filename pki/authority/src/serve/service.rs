//! The gRPC edge: who calls, what they ask, and what leaves the process when something fails.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};
use wire::signing::{
    HealthRequest, HealthResponse, KeyState, SignRequest, SignResponse, signing_server::Signing,
};

use super::{
    health::{inspection_systems, key_health, verifier_health},
    tls::role,
};
use crate::{
    inspection::desk::Desk,
    signing::{
        chain::{Chain, ChainError},
        permit::SigningError,
        request,
        signer::KeyError,
    },
};

/// The service.
#[derive(Debug)]
pub struct SigningService {
    chain: Arc<Chain>,
    signing_roles: Vec<String>,
    places: Arc<Semaphore>,
    desk: Option<Arc<Desk>>,
}

impl SigningService {
    /// A service over a chain; callers of `signing_roles` may sign. Its health tells of the desk too.
    #[must_use]
    pub fn new(
        chain: Arc<Chain>,
        signing_roles: Vec<String>,
        max_in_flight: usize,
        desk: Option<Arc<Desk>>,
    ) -> Self {
        Self {
            chain,
            signing_roles,
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
        if !self.signing_roles.contains(&role) {
            tracing::warn!(role, "a caller of this role may not sign");
            return Err(Status::permission_denied(format!(
                "the role {role} may not sign"
            )));
        }
        let ending = |_| Status::unavailable("the service is ending; repeat the request");
        let place = Arc::clone(&self.places);
        let place = place.acquire_owned().await.map_err(ending)?;
        let request = request::Request::try_from(wire.into_inner())
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let chain = Arc::clone(&self.chain);
        // A task of its own: a caller that hangs up must not leave an intent without its outcome.
        let signing = tokio::spawn(async move {
            let _place = place;
            let signed = chain.sign(&request).await;
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

/// What leaves the process: the reason, and the code that says whether repeating helps.
fn status(error: &ChainError) -> Status {
    let message = error.to_string();
    match error {
        ChainError::Refused(_) => Status::permission_denied(message),
        ChainError::Alarm(_) => Status::already_exists(message),
        ChainError::NoSigner | ChainError::SignerGone { .. } => {
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
