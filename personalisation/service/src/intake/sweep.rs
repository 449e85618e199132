//! Files of dossiers that no row names: a power cut between the rename and the row leaves one. Looked for at each start
//! and once an hour. Whoever sent or carried it has it still, for nobody was told that it is held.
//!
//! | a file in `held/` | what becomes of it |
//! |---|---|
//! | its row says Held | the opener's matter |
//! | its row says Accepted or Rejected | put away again: it came once more, beside the first |
//! | no row; its header names a station of ours | written down, as if its last call came again |
//! | no row; nobody can tell whose it is | left to its station, which calls again; forgotten after `forget_days` |
//! | other bytes than its name says | removed |

use std::{io, sync::Arc, time::Duration};

use dossier::Hash;
use personalisation_store::{StoreError, intake::DossierState};
use thiserror::Error;

use super::{
    chunks::{Chunks, Whole},
    holding::{self, HoldError},
    service::IntakeService,
};
use crate::edge;

/// Why a file is left as it is until the next sweep. For the operator.
#[derive(Debug, Error)]
enum SweepError {
    #[error("the folder of dossiers: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hold(#[from] HoldError),
}

/// Looks at every held file once; what cannot be done now is left to the next time, and keeps no other file back.
pub(super) async fn sweep(service: &IntakeService, silent: Duration) {
    let held = match on_files(service, Chunks::held).await {
        Ok(held) => held,
        Err(error) => {
            tracing::error!(%error, "looking for files that no row names");
            return;
        }
    };
    for hash in held {
        if let Err(error) = look_at(service, hash, silent).await {
            tracing::error!(%error, %hash, "looking at a held file");
        }
    }
}

async fn look_at(service: &IntakeService, hash: Hash, silent: Duration) -> Result<(), SweepError> {
    let row = service.store.dossier(hash).await?;
    match row.map(|row| row.state) {
        Some(DossierState::Held) => Ok(()),
        Some(DossierState::Accepted | DossierState::Rejected(_)) => {
            Ok(service.store.unfile(hash).await?)
        }
        None => match on_files(service, move |chunks| chunks.unnamed(hash)).await? {
            Some(whole) => take_in(service, hash, whole, silent).await,
            None => Ok(()),
        },
    }
}

/// Writes an unnamed file down for the station that sealed it.
async fn take_in(
    service: &IntakeService,
    hash: Hash,
    whole: Whole,
    silent: Duration,
) -> Result<(), SweepError> {
    let station = match whole.header {
        Some(header) => service.store.station(header.station).await?,
        None => None,
    };
    if let Some(station) = station {
        let (ours, which) = ((&service.store, &service.keys), (station.id, hash));
        holding::hold(ours, which, whole, "held, found again", edge::now()).await?;
        service.held.notify_one();
        tracing::warn!(%hash, station = %station.id, "a dossier that no row named is held");
        return Ok(());
    }
    let now = edge::now().into();
    let forget = move |chunks: &Chunks| chunks.forget_unnamed(hash, silent, now);
    if on_files(service, forget).await? {
        tracing::warn!(%hash, "a file that no row named, and nobody asked for, was forgotten");
    }
    Ok(())
}

/// Runs work on files where it may block.
async fn on_files<T: Send + 'static>(
    service: &IntakeService,
    work: impl FnOnce(&Chunks) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let chunks = Arc::clone(&service.chunks);
    let done = tokio::task::spawn_blocking(move || work(&chunks)).await;
    done.map_err(io::Error::other)?
}
