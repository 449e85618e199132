//! The gRPC edge of the witness.

use std::sync::Arc;

use evidence::{head::SignedHead, merkle::Hash, witness::MAX_PROOF};
use tonic::{Request, Response, Status};
use wire::audit::{
    SeeRequest, SeeResponse, Seen, see_response::Said as WireSaid, witness_server::Witness,
};

use super::service::caller;
use crate::witness::{Said, WitnessDesk, WitnessError};

/// The service.
#[derive(Debug)]
pub struct WitnessService {
    desk: Arc<WitnessDesk>,
    roles: Vec<String>,
}

impl WitnessService {
    /// A service over a desk, for callers of these roles.
    #[must_use]
    pub fn new(desk: Arc<WitnessDesk>, roles: Vec<String>) -> Self {
        Self { desk, roles }
    }
}

#[tonic::async_trait]
impl Witness for WitnessService {
    async fn see(&self, wire: Request<SeeRequest>) -> Result<Response<SeeResponse>, Status> {
        let role = caller(&wire)?;
        if !self.roles.contains(&role) {
            tracing::warn!(role, "a caller of this role may not show heads");
            let message = format!("the role {role} may not show heads");
            return Err(Status::permission_denied(message));
        }
        let SeeRequest { head, since, proof } = wire.into_inner();
        let head = SignedHead::decode(&head);
        let head = head.map_err(|error| Status::invalid_argument(format!("head: {error}")))?;
        let proof = hashes(&proof).ok_or_else(|| {
            let message = format!("proof: at most {MAX_PROOF} hashes of 32 bytes");
            Status::invalid_argument(message)
        })?;
        let desk = Arc::clone(&self.desk);
        // A task of its own: a caller that hangs up must not leave an intent without its outcome.
        let seeing = tokio::spawn(async move {
            let said = desk.see(head, since, proof).await;
            said.map_err(|error| {
                tracing::warn!(role, %error, "a head was not signed");
                status(&error)
            })
        });
        let ended = |_| Status::unavailable("the service is ending; repeat the request");
        let said = match seeing.await.map_err(ended)?? {
            Said::Known(size) => WireSaid::Known(size),
            Said::Seen(witnessed) => WireSaid::Seen(Seen {
                name: witnessed.name,
                time: witnessed.time,
                signature: witnessed.signature.to_vec(),
            }),
        };
        Ok(Response::new(SeeResponse { said: Some(said) }))
    }
}

fn hashes(wire: &[Vec<u8>]) -> Option<Vec<Hash>> {
    if wire.len() > MAX_PROOF {
        return None;
    }
    let hashes = wire.iter().map(|hash| Hash::try_from(hash.as_slice()).ok());
    hashes.collect()
}

/// What leaves the process: the reason, and the code that says whether repeating helps.
fn status(error: &WitnessError) -> Status {
    let message = error.to_string();
    match error {
        WitnessError::Refused(refusal) if refusal.is_evidence() => {
            Status::failed_precondition(message)
        }
        WitnessError::Refused(_) => Status::invalid_argument(message),
        WitnessError::Signature => Status::internal(message),
        WitnessError::Custody(_) | WitnessError::Store(_) | WitnessError::Ending => {
            Status::unavailable(message)
        }
    }
}
