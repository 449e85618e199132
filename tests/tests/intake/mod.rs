//! Dossiers on their way into the centre: the real `personalisation intake` with SoftHSM, called as
//! stations call it, with its plug pulled and its lines cut.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

mod carried;
mod cut;
mod killed;
mod refused;
mod rejected;
mod taken;

use dossier::{
    Hash, SealedDossier,
    receipt::{Outcome, Reason},
};
use e2e::counter::{Intake, Station, station};

/// Sends a sealed dossier over a connection of its own; what became of it.
async fn end_of(centre: &Intake, from: &Station, sealed: &SealedDossier) -> Outcome {
    let mut client = from.connect(centre.address()).await.unwrap();
    station::send(&mut client, sealed.as_bytes()).await.unwrap();
    outcome_of(centre, from, sealed).await
}

async fn outcome_of(centre: &Intake, from: &Station, sealed: &SealedDossier) -> Outcome {
    let mut client = from.connect(centre.address()).await.unwrap();
    let about = (from.id, sealed.header().application);
    let receipt = station::outcome(&mut client, centre, about, sealed.hash()).await;
    receipt.unwrap().outcome
}

/// The same for bytes that are no sealed dossier of ours.
async fn end_of_bytes(centre: &Intake, from: &Station, bytes: &[u8]) -> Outcome {
    let mut client = from.connect(centre.address()).await.unwrap();
    station::send(&mut client, bytes).await.unwrap();
    let nothing = dossier::ApplicationId::from_bytes([0; 16]);
    let receipt = station::outcome(&mut client, centre, (from.id, nothing), Hash::of(bytes)).await;
    receipt.unwrap().outcome
}

const fn rejected(reason: Reason) -> Outcome {
    Outcome::Rejected(reason)
}
