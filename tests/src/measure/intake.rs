//! How fast dossiers become durable at the centre, and how much memory that takes: the real program in
//! SoftHSM's company, stations over mutual TLS, everything on this host.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

use dossier::Hash;
use prost::bytes::Bytes;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::counter::{Intake, Station, Trouble, station};

/// Bytes of a portrait: its dossier has little more.
const PORTRAIT: usize = 2_000_000;
/// Dossiers a round, sent by so many stations at once.
const DOSSIERS: usize = 128;
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
    let mut best: Option<Round> = None;
    for number in 0..ROUNDS {
        let round = Round::run(&centre, &work.join(format!("plain-{number}"))).await?;
        if best
            .as_ref()
            .is_none_or(|best| round.share() > best.share())
        {
            best = Some(round);
        }
    }
    for figure in best.iter().flat_map(Round::figures) {
        tell(figure);
    }
    crowd(&centre, tell).await
}

/// Some dossiers taken in, and the same bytes written plainly before.
struct Round {
    /// MB/s.
    plain: f64,
    /// MB/s.
    taken: f64,
    /// Milliseconds of the processor for a dossier, at the centre.
    centre: f64,
    /// The same at its sender.
    sender: f64,
}

impl Round {
    async fn run(centre: &Intake, plain: &Path) -> Result<Self, Trouble> {
        let sealed = dossiers(centre, SENDERS, DOSSIERS / SENDERS, PORTRAIT).await?;
        let all = || sealed.iter().flat_map(|(_, all)| all);
        let bytes: usize = all().map(|(_, bytes)| bytes.len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "megabytes and dozens")]
        let (megabytes, count) = (bytes as f64 / 1e6, all().count() as f64);
        let plain = megabytes / plain_writes(plain, &sealed)?;
        let before = (processor_time(centre.process())?, processor_time(None)?);
        let taken = megabytes / uploads(centre, sealed, false).await?;
        let each = |ended: f64, began: f64| (ended - began) * 1000.0 / count;
        Ok(Self {
            plain,
            taken,
            centre: each(processor_time(centre.process())?, before.0),
            sender: each(processor_time(None)?, before.1),
        })
    }

    fn share(&self) -> f64 {
        self.taken / self.plain
    }

    fn figures(&self) -> [Value; 2] {
        let (share, plain, taken) = (self.share(), self.plain, self.taken);
        [
            json!({
                "name": "intake_durable_to_plain_writes", "value": share, "unit": "ratio", "limit": 0.5,
                "met": share >= 0.5,
                "against": format!("{plain:.0} MB/s: the same bytes written and synced one file after another; \
                                    {DOSSIERS} dossiers of 2 MB, {SENDERS} at once: {taken:.0} MB/s, best of {ROUNDS}"),
            }),
            json!({
                "name": "intake_processor_time", "value": self.centre, "unit": "ms", "limit": null, "met": true,
                "against": format!("the centre's for a dossier of 2 MB, in that round; {:.1} ms at its sender", self.sender),
            }),
        ]
    }
}

/// All stations of the land at once, twice: how much memory that takes.
async fn crowd(centre: &Intake, mut tell: impl FnMut(Value)) -> Result<(), Trouble> {
    let mut after = Vec::new();
    let mut seconds = 0.0;
    for _ in 0..2 {
        let sealed = dossiers(centre, STATIONS, UPLOADS, SMALLER).await?;
        seconds = uploads(centre, sealed, true).await?;
        after.push(memory(centre, "VmRSS:")?);
    }
    let peak = memory(centre, "VmHWM:")?;
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

/// Stations, each with what it sends: sealed bytes and the hash that they got when they were sealed.
type Sealed = Vec<(Station, Vec<(Hash, Bytes)>)>;

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
            let bytes = Bytes::copy_from_slice(from.seal(&paper.dossier()?, &key)?.as_bytes());
            sealed.push((Hash::of(&bytes), bytes));
        }
        all.push((from, sealed));
    }
    Ok(all)
}

/// Seconds in which the same bytes are written, a file a dossier, each synced.
fn plain_writes(folder: &Path, sealed: &Sealed) -> Result<f64, Trouble> {
    std::fs::create_dir(folder)?;
    let start = Instant::now();
    for (number, (_, bytes)) in sealed.iter().flat_map(|(_, all)| all).enumerate() {
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
            for (hash, bytes) in all {
                let mut client = client.clone();
                sending.spawn(async move {
                    station::send_known(&mut client, hash, &bytes)
                        .await
                        .map(|_| ())
                });
            }
        } else {
            let mut client = client;
            sending.spawn(async move {
                for (hash, bytes) in all {
                    station::send_known(&mut client, hash, &bytes).await?;
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

/// Seconds of the processor that a process has had, this one or another.
fn processor_time(process: Option<u32>) -> Result<f64, Trouble> {
    let process = process.map_or("self".to_owned(), |id| id.to_string());
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // utime and stime, after the name in its brackets; a hundred ticks a second (proc(5)).
    let fields = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace());
    let ticks: Option<f64> =
        fields.map(|all| all.skip(11).take(2).flat_map(str::parse::<f64>).sum());
    Ok(ticks.ok_or(Trouble::Missing("processor time"))? / 100.0)
}

/// A line of the process's status, in MiB.
fn memory(centre: &Intake, line: &str) -> Result<f64, Trouble> {
    let process = centre.process().ok_or(Trouble::Missing("process"))?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let kib = found.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.ok_or(Trouble::Missing("memory"))? / 1024.0)
}
