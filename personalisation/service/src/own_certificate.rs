//! Our own certificate: whoever runs the fleet sees on the console when it ends, and the log says so in time.

use std::{sync::Arc, time::Duration};

use key_custody::tls::{EndWatch, Renewable};
use personalisation_store::{Store, StoreError, fleet::Program};
use time::OffsetDateTime;
use tokio_rustls::rustls::pki_types::UnixTime;

use crate::{edge, intake::peer::Peer};

/// Between two looks.
const LOOK: Duration = Duration::from_hours(1);
/// The same while the token with our key has not been there yet.
const SOON: Duration = Duration::from_mins(1);

/// Looks at our certificate for ever: at the start, and every hour.
pub(crate) async fn watch(store: Store, ours: Arc<Renewable>) {
    let mut watch = EndWatch::default();
    loop {
        watch.look(&ours, UnixTime::now());
        let there = note(&store, &ours, edge::now()).await;
        let pause = match there {
            Ok(true) => LOOK,
            Ok(false) => SOON,
            Err(error) => {
                tracing::error!(%error, "noting when our certificate ends");
                SOON
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Writes down which certificate we use; `false` where there is none to read yet.
async fn note(store: &Store, ours: &Renewable, now: OffsetDateTime) -> Result<bool, StoreError> {
    let peer = ours
        .certificate()
        .as_deref()
        .and_then(Peer::from_certificate);
    let ends_at = ours.ends_at();
    let ends_at = ends_at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let (Some(peer), Some(ends_at)) = (peer, ends_at) else {
        return Ok(false);
    };
    let program = Program {
        key: peer.key,
        role: peer.role,
        name: peer.name,
        ends_at,
        seen_at: now,
    };
    store.note_program(&program).await?;
    Ok(true)
}
