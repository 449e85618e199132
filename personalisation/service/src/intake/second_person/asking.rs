//! What a station asks: whether it may, and the request opened in intake's token.

use std::sync::Arc;

use dossier::{
    ApprovalRequest,
    approval::{RequestError, SealedRequest},
    hpke::HpkeError,
};
use personalisation_store::fleet::Station;
use tonic::Status;

use super::SecondPersonService;
use crate::{
    edge,
    intake::{rules, service::unavailable},
};

impl SecondPersonService {
    /// Opens a request in the token, where it may block.
    pub(super) async fn open(
        &self,
        sealed: Vec<u8>,
        from: &Station,
    ) -> Result<ApprovalRequest, Status> {
        let (keys, station) = (Arc::clone(&self.keys), from.id);
        let opening = tokio::task::spawn_blocking(move || {
            let sealed = SealedRequest::decode(&sealed).map_err(|error| refused(&error))?;
            let key = keys.opening(sealed.intake_key()).ok_or_else(|| {
                Status::failed_precondition(
                    "sealed: to a key that is not used; fetch the configuration",
                )
            })?;
            sealed.open(&key, station).map_err(|error| refused(&error))
        });
        let opened = opening.await;
        opened.map_err(|_| Status::unavailable("the service is ending; repeat the call"))?
    }

    /// Whether the rules in force let that office ask.
    pub(super) async fn allowed(&self, from: &Station) -> Result<(), Status> {
        let now = edge::now();
        let signed = self.store.configuration_in_force(now).await;
        let signed = signed.map_err(unavailable)?;
        let configuration = signed.and_then(|(_, signed)| rules::configuration(&signed));
        let rule = configuration.as_ref();
        let rule = rule.and_then(|configuration| configuration.second_person(&from.office));
        if rule.is_some_and(|rule| rule.remote) {
            return Ok(());
        }
        Err(Status::failed_precondition(
            "the rules of this office ask for a second person at the counter",
        ))
    }
}

/// What is wrong with the bytes is the station's fault; what the token cannot do is ours.
pub(super) fn refused(error: &RequestError) -> Status {
    match error {
        RequestError::Hpke(HpkeError::Receiver(_) | HpkeError::OpenSsl(_)) => {
            tracing::error!(%error, "opening a request for a second person");
            Status::unavailable("requests cannot be opened now; repeat the call later")
        }
        error => Status::invalid_argument(format!("sealed: {error}")),
    }
}
