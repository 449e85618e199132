//! The gRPC edge for stations that are none yet: a one-time code speaks for them.

use std::sync::Arc;

use tonic::{Request, Response, Status};
use wire::fleet::{
    OnboardRequest, OnboardResponse, StationCertificates, onboarding_server::Onboarding,
};

use super::{
    AuthorityError, Place,
    code::Code,
    request::KeyRequests,
    taking_in::{NotTakenIn, Pair},
};

/// `Onboarding`.
#[derive(Debug)]
pub struct Welcome(Arc<Place>);

impl Welcome {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self(place)
    }
}

#[tonic::async_trait]
impl Onboarding for Welcome {
    async fn onboard(
        &self,
        wire: Request<OnboardRequest>,
    ) -> Result<Response<OnboardResponse>, Status> {
        let place = Arc::clone(&self.0);
        let address = wire.remote_addr().map(|address| address.ip());
        let waits = place.must_wait(address).await;
        if waits.map_err(|error| status(&error.into()))? {
            return Err(Status::resource_exhausted(
                "too many wrong codes from this address; wait ten minutes",
            ));
        }
        let wire = wire.into_inner();
        let keys = KeyRequests::read(wire.tls_request, wire.signing_request)
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let Some(code) = Code::typed(&wire.code) else {
            place.was_wrong(address).await;
            return Err(status(&NotTakenIn::Code));
        };
        // A task of its own: a station that hangs up must not leave an intent without its outcome.
        let taking_in = tokio::spawn(async move {
            let taken = place.take_in(&code, &keys).await;
            if matches!(taken, Err(NotTakenIn::Code)) {
                place.was_wrong(address).await;
            }
            taken
        });
        let ending = |_| Status::unavailable("the service is ending; repeat the request");
        let taken = taking_in.await.map_err(ending)?;
        let taken = taken.map_err(|error| status(&error))?;
        Ok(Response::new(OnboardResponse {
            station: taken.station.as_bytes().to_vec(),
            office: taken.office.to_string(),
            certificates: Some(to_wire(taken.certificates)),
            configuration_key: dossier::SigningKey::spki(&self.0.configuration_key).to_vec(),
            receipt_keys: self.0.receipt_keys.clone(),
        }))
    }
}

pub(super) fn to_wire(pair: Pair) -> StationCertificates {
    StationCertificates {
        authority: pair.tls.authority,
        tls: pair.tls.der,
        signing: pair.signing.der,
    }
}

/// What leaves the process. Why a code is refused is for the centre only.
pub(super) fn status(error: &NotTakenIn) -> Status {
    tracing::warn!(%error, "no certificates for a station");
    match error {
        NotTakenIn::Code => Status::permission_denied(error.to_string()),
        NotTakenIn::Authority(AuthorityError::Refused {
            code: tonic::Code::FailedPrecondition | tonic::Code::AlreadyExists,
            ..
        }) => Status::permission_denied("these keys are not certified for this station"),
        NotTakenIn::Authority(AuthorityError::Refused {
            code: tonic::Code::InvalidArgument,
            message,
        }) => Status::invalid_argument(message.clone()),
        NotTakenIn::Authority(_) | NotTakenIn::Store(_) => {
            Status::unavailable("the centre cannot certify at the moment; repeat later")
        }
    }
}
