//! What pki signed, against what the attempts say: `stock reconcile`, and the console by itself.

use std::time::Duration;

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    chip_serial::ChipSerial,
    ids::OrderId,
};
use personalisation_store::{
    Store, StoreError,
    stock::{Mismatch, ReleasedSignature, SignedFileKind},
};
use thiserror::Error;
use time::OffsetDateTime;
use wire::signing::{JournalEntry, ObjectKind};

use crate::{
    edge,
    line::signing::{PkiClient, SigningError},
};

/// Entries of the journal that are asked for at once.
const PART: u32 = 500;
/// Between two looks.
const LOOK: Duration = Duration::from_mins(10);
/// Attempts that are compared, and ring, in one transaction.
const AT_ONCE: u32 = 1000;
/// What was signed so long ago is in pki's journal, whatever the clocks and the transactions under way.
const SETTLED: time::Duration = time::Duration::minutes(5);

/// Why signatures and attempts could not be compared. For the operator.
#[derive(Debug, Error)]
pub enum ReconcileProblem {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// pki.
    #[error("reading pki's journal: {0}")]
    Pki(#[from] SigningError),
    /// What pki said is nothing that it may say.
    #[error("reading pki's journal: the {0} of an entry is malformed; is that our pki?")]
    Entry(&'static str),
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Compared {
    /// Signatures that pki released since the last look.
    pub signatures: u64,
    /// Where the two differ, or the journal does not go on, and no alarm rang before; one rings now for each.
    pub mismatches: Vec<Mismatch>,
}

/// Takes up pki's journal and compares it with the attempts; an alarm rings for each mismatch.
pub async fn compare(
    store: &Store,
    pki: &PkiClient,
    now: OffsetDateTime,
) -> Result<Compared, ReconcileProblem> {
    let mut rng = edge::rng();
    let mut compared = Compared::default();
    let known = store.last_signature().await?;
    if let Some(known) = &known
        && !is_still_there(pki, known).await?
    {
        let missed = store.miss_signature(&mut rng, known.journal, now).await?;
        compared.mismatches.extend(missed);
    }
    let mut after = known.map_or(0, |known| known.journal);
    loop {
        let page = pki.journal(after, PART).await?;
        if page.is_empty() {
            break;
        }
        let released: Vec<_> = page.iter().map(entry).collect::<Result<_, _>>()?;
        let last = released.last().map_or(after, |last| last.journal);
        let follows = released.iter().map(|one| one.journal);
        if last <= after || !follows.is_sorted() {
            // The page would come again for ever.
            return Err(ReconcileProblem::Entry("id"));
        }
        let found = store.take_signatures(&mut rng, &released, now).await?;
        compared.signatures += u64::try_from(released.len()).unwrap_or_default();
        compared.mismatches.extend(found);
        after = last;
    }
    let part = (now - SETTLED, AT_ONCE);
    let found = store.compare_attempts(&mut rng, part, now).await?;
    compared.mismatches.extend(found);
    for mismatch in &compared.mismatches {
        tracing::error!(%mismatch, "ALARM: signatures and attempts differ");
    }
    Ok(compared)
}

/// Whether pki's journal has the last signature that is known here where it was: one that was put back, as from a backup, has
/// another one there, or none.
async fn is_still_there(
    pki: &PkiClient,
    known: &ReleasedSignature,
) -> Result<bool, ReconcileProblem> {
    let there = pki.journal(known.journal.saturating_sub(1), 1).await?;
    let there = there.first().map(entry).transpose()?;
    Ok(there.as_ref() == Some(known))
}

/// Looks again and again, from now on.
pub(crate) async fn watch(store: Store, pki: PkiClient) {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        if let Err(error) = compare(&store, &pki, edge::now()).await {
            tracing::warn!(%error, "signatures and attempts were not compared; they are later");
        }
    }
}

fn entry(entry: &JournalEntry) -> Result<ReleasedSignature, ReconcileProblem> {
    let fault = ReconcileProblem::Entry;
    let order = OrderId::try_from(&entry.order[..]).map_err(|_| fault("order"))?;
    let attempt = AttemptNumber::new(entry.attempt).ok_or(fault("attempt"))?;
    let kind = match entry.kind() {
        ObjectKind::LdsSecurityObject => SignedFileKind::Sod,
        ObjectKind::CardSecurityInfos => SignedFileKind::CardSecurity,
        ObjectKind::Unspecified => return Err(fault("kind")),
    };
    let at = OffsetDateTime::from_unix_timestamp(entry.released_at);
    Ok(ReleasedSignature {
        journal: entry.id,
        attempt: AttemptId { order, attempt },
        kind,
        chip: ChipSerial::try_from(&entry.chip_serial[..]).map_err(|_| fault("chip"))?,
        at: at.map_err(|_| fault("time"))?,
    })
}
