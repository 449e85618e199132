//! The gRPC edge of inspection systems.

use std::sync::Arc;

use icao9303::cvc::{self, MAX_LENGTH, ReceivedRequest, Rights};
use tonic::{Request, Response, Status};
use wire::inspection::{
    CertifyRequest, CertifyResponse, ChainRequest, ChainResponse, Registration, Right,
    inspection_server::Inspection,
};

use super::service::{caller, key_status};
use crate::inspection::{
    desk::{Asked, Desk, DeskError},
    refusal::Refusal,
    registration::Stem,
    verifier::CertifyError,
};

/// Longest holder reference without its sequence.
const LONGEST_STEM: usize = 11;

/// The service.
#[derive(Debug)]
pub struct InspectionService {
    desk: Arc<Desk>,
}

impl InspectionService {
    /// A service over a desk.
    #[must_use]
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    async fn registration(&self, role: &str, holder: &str) -> Result<Option<Registration>, Status> {
        if holder.is_empty() {
            return Ok(None);
        }
        let named = Some(holder).filter(|holder| holder.len() <= LONGEST_STEM);
        let stem: Option<Stem> = named.and_then(|holder| holder.parse().ok());
        let stem = stem.ok_or_else(|| {
            Status::invalid_argument("holder is a country and a mnemonic of 1 to 9 characters")
        })?;
        let Some(found) = self.desk.registration(role, &stem) else {
            return Ok(None);
        };
        let standing = self.desk.store.standing(stem.as_str()).await;
        let standing = standing.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(Some(Registration {
            holder: stem.to_string(),
            rights: to_wire(found.rights),
            days: found.days.into(),
            certificate: standing.certificate.unwrap_or_default(),
            first_request_permitted: standing.first_requests < found.first_requests,
        }))
    }
}

#[tonic::async_trait]
impl Inspection for InspectionService {
    async fn certify(
        &self,
        wire: Request<CertifyRequest>,
    ) -> Result<Response<CertifyResponse>, Status> {
        let role = caller(&wire)?;
        let asked = asked(&wire.into_inner()).map_err(Status::invalid_argument)?;
        let desk = Arc::clone(&self.desk);
        // A task of its own: a caller that hangs up must not leave an intent without its outcome.
        let certifying = tokio::spawn(async move {
            let holder = asked.received.request().holder().clone();
            let issued = desk.certify(&role, &asked).await;
            issued.map_err(|error| {
                tracing::warn!(%holder, role, %error, "no certificate issued");
                status(&error)
            })
        });
        let ended = |_| Status::unavailable("the service is ending; repeat the request");
        let issued = certifying.await.map_err(ended)??;
        Ok(Response::new(CertifyResponse {
            certificate: issued.certificate,
            document_verifier: issued.document_verifier,
            repeated: issued.repeated,
        }))
    }

    async fn chain(&self, wire: Request<ChainRequest>) -> Result<Response<ChainResponse>, Status> {
        let role = caller(&wire)?;
        let registration = self.registration(&role, &wire.into_inner().holder).await?;
        let bytes = |all: &[cvc::Certificate]| all.iter().map(cvc::Certificate::to_bytes).collect();
        let in_force = self.desk.in_force();
        Ok(Response::new(ChainResponse {
            authorities: bytes(&self.desk.authorities),
            links: bytes(&self.desk.links),
            document_verifiers: in_force
                .map(|verifier| verifier.certificate().to_bytes())
                .collect(),
            registration,
        }))
    }
}

/// The request behind its wire form; the error names the field.
fn asked(wire: &CertifyRequest) -> Result<Asked, String> {
    if wire.request.len() > MAX_LENGTH {
        return Err(format!("request has at most {MAX_LENGTH} bytes"));
    }
    let received =
        ReceivedRequest::parse(&wire.request).map_err(|error| format!("request: {error}"))?;
    let mut bits = 0;
    for right in wire.rights() {
        let bit = match right {
            Right::ReadDg3 => Rights::READ_DG3.bits(),
            Right::ReadDg4 => Rights::READ_DG4.bits(),
            Right::Unspecified => return Err("rights: an unknown right".to_owned()),
        };
        if bits & bit != 0 {
            return Err("rights: each is named once".to_owned());
        }
        bits |= bit;
    }
    if bits == 0 {
        return Err("rights: at least one is needed".to_owned());
    }
    Ok(Asked {
        received,
        rights: Rights::from_bits(bits),
    })
}

fn to_wire(rights: Rights) -> Vec<i32> {
    [
        (Rights::READ_DG3, Right::ReadDg3),
        (Rights::READ_DG4, Right::ReadDg4),
    ]
    .into_iter()
    .filter(|(right, _)| rights.contains(*right))
    .map(|(_, wire)| wire.into())
    .collect()
}

/// What leaves the process: the reason, and the code that says whether repeating helps.
fn status(error: &DeskError) -> Status {
    let message = error.to_string();
    match error {
        DeskError::Refused(Refusal::ReferenceUsed { .. }) => Status::already_exists(message),
        DeskError::Refused(_) => Status::permission_denied(message),
        DeskError::NoVerifier | DeskError::VerifierGone { .. } => {
            Status::failed_precondition(message)
        }
        DeskError::Certify(CertifyError::Key(key)) => key_status(key, message),
        DeskError::Certify(CertifyError::Unverified(_)) | DeskError::Damaged { .. } => {
            Status::internal(message)
        }
        DeskError::Store(_) | DeskError::Ending => Status::unavailable(message),
    }
}
