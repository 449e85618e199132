//! How fast the audit's log grows in durable batches: entries written with their records, and records given their places in the
//! tree. On a SQLite file, synced at each commit; one connection at work.
//!
//! Prints one JSON object a figure: name, value, unit, limit, met, against.

use std::{error::Error, time::Instant};

use evidence::entry::{Act, Entry};
use personalisation_store::{Store, sealing::Sealer};
use serde_json::json;
use time::{OffsetDateTime, macros::datetime};
use zeroize::Zeroizing;

/// Entries.
const ENTRIES: u32 = 100_000;
/// Entries of one commit, as many as acts that come together.
const COMMIT: u32 = 100;
/// Records of one commit of the sequencer.
const BATCH: u32 = 10_000;
const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
    let store = Store::open(&*folder.path().join("centre.db"), sealer).await?;
    let start = Instant::now();
    for commit in 0..ENTRIES / COMMIT {
        let acts = commit * COMMIT / 2..(commit + 1) * COMMIT / 2;
        let entries: Vec<_> = acts.flat_map(both).collect();
        store.audit(&entries).await?;
    }
    let written = f64::from(ENTRIES) / start.elapsed().as_secs_f64();
    let against =
        format!("the requirement; {COMMIT} entries a commit, each with its record, SQLite");
    figure("audit_written", written, &against);
    let start = Instant::now();
    let mut placed = 0;
    while placed < u64::from(ENTRIES) {
        placed += store.sequence_audit(BATCH).await?.1;
    }
    let appended = f64::from(ENTRIES) / start.elapsed().as_secs_f64();
    let against = format!(
        "the requirement; {BATCH} records a commit, checked, placed and in the tree, SQLite"
    );
    figure("audit_appended", appended, &against);
    Ok(())
}

fn both(number: u32) -> [Entry; 2] {
    let id = u128::from(number).to_be_bytes();
    let act = Act::new(
        id,
        "personalisation/line",
        "sign-security-object",
        format_args!("attempt {number:032x}/1"),
    );
    [act.intent(NOW), act.outcome(NOW, "done")]
}

fn figure(name: &str, value: f64, against: &str) {
    let limit = 5_000.0;
    let figure = json!({
        "name": name, "value": value, "unit": "entries/s", "limit": limit, "met": value >= limit, "against": against,
    });
    println!("{figure}");
}
