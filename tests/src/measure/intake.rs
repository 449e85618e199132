//! How fast dossiers become durable at the centre, and how much memory that takes: the real program in
//! SoftHSM's company, stations over mutual TLS, everything on this host.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::counter::{Intake, Station, Trouble, station};

/// Bytes of a portrait: its dossier has little more.
const PORTRAIT: usize = 2_000_000;
/// Dossiers a round, sent by so many stations at once.
const DOSSIERS: usize = 48;
const SENDERS: usize = 8;
/// Rounds; each has its own plain writes beside it.
const ROUNDS: usize = 3;
/// The land's stations, and what each sends at once.
const STATIONS: usize = 102;
const UPLOADS: usize = 4;
/// Portraits of the land's stations: 400 MB of dossiers in all.
const SMALLER: usize = 1_000_000;

/// Measures in `work`, an empty folder, and hands over each figure.
pub async fn run(work: &Path, mut tell: impl FnMut(Value)) -> Result<(), Trouble> {
    let centre = Intake::start(&work.join("centre"), "").await?;
    let mut best: Option<(f64, f64, f64)> = None;
    for round in 0..ROUNDS {
        let sealed = dossiers(&centre, SENDERS, DOSSIERS / SENDERS, PORTRAIT).await?;
        let bytes: usize = sealed.iter().flat_map(|(_, all)| all).map(Vec::len).sum();
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        let megabytes = bytes as f64 / 1e6;
        let plain = megabytes / plain_writes(&work.join(format!("plain-{round}")), &sealed)?;
        let taken = megabytes / uploads(&centre, sealed, false).await?;
        if best.is_none_or(|(share, ..)| taken / plain > share) {
            best = Some((taken / plain, taken, plain));
        }
    }
    let (share, taken, plain) = best.unwrap_or_default();
    tell(json!({
        "name": "intake_durable_to_plain_writes", "value": share, "unit": "ratio", "limit": 0.5,
        "met": share >= 0.5,
        "against": format!("{plain:.0} MB/s: the same bytes written and synced one file after another; \
                            {DOSSIERS} dossiers of 2 MB, {SENDERS} at once: {taken:.0} MB/s, best of {ROUNDS}"),
    }));
    let mut after = Vec::new();
    let mut seconds = 0.0;
    for _ in 0..2 {
        let sealed = dossiers(&centre, STATIONS, UPLOADS, SMALLER).await?;
        seconds = uploads(&centre, sealed, true).await?;
        after.push(memory(&centre, "VmRSS:")?);
    }
    let peak = memory(&centre, "VmHWM:")?;
    tell(json!({
        "name": "intake_408_uploads_peak", "value": peak, "unit": "MiB", "limit": 256, "met": peak <= 256.0,
        "against": format!("{STATIONS} stations, {UPLOADS} dossiers of 1 MB each at once (408 MB), \
                            opened meanwhile; {seconds:.1} s"),
    }));
    let growth = after[1] - after[0];
    tell(json!({
        "name": "intake_408_uploads_growth", "value": growth, "unit": "MiB", "limit": 32,
        "met": growth <= 32.0, "against": "resident memory after a second round, less that after the first",
    }));
    Ok(())
}

type Sealed = Vec<(Station, Vec<Vec<u8>>)>;

async fn dossiers(
    centre: &Intake,
    stations: usize,
    each: usize,
    portrait: usize,
) -> Result<Sealed, Trouble> {
    let key = centre.intake_key()?;
    let mut all = Vec::with_capacity(stations);
    for number in 0..stations {
        let from = centre.station("L-0304").await?;
        let mut sealed = Vec::with_capacity(each);
        for one in 0..each {
            let mut paper = centre.paper(&from).of_length(portrait);
            paper.number = None;
            paper.person.0 = format!("Nobody {number} {one}");
            sealed.push(from.seal(&paper.dossier()?, &key)?.as_bytes().to_vec());
        }
        all.push((from, sealed));
    }
    Ok(all)
}

/// Seconds in which the same bytes are written, a file a dossier, each synced.
fn plain_writes(folder: &Path, sealed: &Sealed) -> Result<f64, Trouble> {
    std::fs::create_dir(folder)?;
    let start = Instant::now();
    for (number, bytes) in sealed.iter().flat_map(|(_, all)| all).enumerate() {
        let mut file = File::create(folder.join(number.to_string()))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Seconds until the last receipt; each station has one connection, and sends one dossier after another
/// or all `at_once`.
async fn uploads(centre: &Intake, sealed: Sealed, at_once: bool) -> Result<f64, Trouble> {
    let mut clients = Vec::with_capacity(sealed.len());
    for (from, bytes) in sealed {
        clients.push((from.connect(centre.address()).await?, bytes));
    }
    let start = Instant::now();
    let mut sending = JoinSet::new();
    for (client, all) in clients {
        if at_once {
            for bytes in all {
                let mut client = client.clone();
                sending.spawn(async move { station::send(&mut client, &bytes).await.map(|_| ()) });
            }
        } else {
            let mut client = client;
            sending.spawn(async move {
                for bytes in all {
                    station::send(&mut client, &bytes).await?;
                }
                Ok(())
            });
        }
    }
    while let Some(sent) = sending.join_next().await {
        sent.map_err(|_| Trouble::Late("its end"))??;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// A line of the process's status, in MiB.
fn memory(centre: &Intake, line: &str) -> Result<f64, Trouble> {
    let process = centre.process().ok_or(Trouble::Missing("process"))?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let kib = found.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.ok_or(Trouble::Missing("memory"))? / 1024.0)
}
