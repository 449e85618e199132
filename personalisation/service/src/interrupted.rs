//! Acts that a kill interrupted: their intents stand in the audit without outcome until somebody says so.

use personalisation_store::Store;
use time::{Duration, OffsetDateTime};

/// No act takes so long; an intent without outcome that is older was interrupted, a younger one may be under way
/// in another process.
const LONGEST: Duration = Duration::minutes(15);
/// How far back the first look after a start goes.
pub(crate) const AT_START: Duration = Duration::days(90);
/// How far back the others go.
pub(crate) const LATER: Duration = Duration::days(1);

/// Gives interrupted acts of `actors` (their names begin so) that were meant within `back` the outcome `interrupted`.
pub(crate) async fn close(store: &Store, actors: &[&str], back: Duration, now: OffsetDateTime) {
    let period = (now - back, now - LONGEST);
    match store.close_interrupted(actors, period, now).await {
        Ok(0) => {}
        Ok(count) => tracing::warn!(count, "acts were interrupted; the audit says so now"),
        Err(error) => tracing::error!(%error, "closing interrupted acts"),
    }
}
