//! A dossier whose file is durable is written down, with its receipt: however it came.

use std::sync::Arc;

use dossier::{Hash, StationId, receipt::Outcome};
use evidence::entry::Act;
use personalisation_core::ids::ActId;
use personalisation_store::{
    Store, StoreError,
    intake::{DossierRow, NewDossier},
};
use thiserror::Error;
use time::OffsetDateTime;

use super::{
    chunks::Whole,
    keys::{About, IntakeKeys, KeysError},
    service::ACTOR,
};
use crate::edge;

/// Why a durable dossier is not written down. For the operator; the same again may succeed.
#[derive(Debug, Error)]
pub enum HoldError {
    /// The receipt cannot be signed.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program ends.
    #[error("the program is ending; try again")]
    Ending,
}

/// Writes a durable dossier down; `way` says in the audit how it came. The same again changes nothing.
pub(super) async fn hold(
    (store, keys): (&Store, &Arc<IntakeKeys>),
    (station, hash): (StationId, Hash),
    whole: Whole,
    way: &str,
    now: OffsetDateTime,
) -> Result<DossierRow, HoldError> {
    let about = About {
        hash,
        station,
        application: whole.header.map(|header| header.application),
    };
    let keys = Arc::clone(keys);
    let signing = tokio::task::spawn_blocking(move || keys.receipt(about, Outcome::Held, now));
    let receipt = signing.await.map_err(|_| HoldError::Ending)??;
    let act = Act::new(
        *ActId::generate(&mut edge::rng()).as_bytes(),
        ACTOR,
        "hold-dossier",
        format!("dossier {hash}"),
    );
    let entries = [act.intent(now), act.outcome(now, way)];
    let new = NewDossier {
        hash,
        station,
        application: about.application,
        length: whole.length,
        receipt: &receipt,
    };
    Ok(store.hold(&new, &entries, now).await?)
}
