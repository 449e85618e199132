//! How fast a whole log is verified, in how much memory, and how long a proof takes at ten million entries: one thread.
//!
//! Prints one JSON object a figure: name, value, unit, limit, met, against.

use std::{
    collections::HashMap,
    error::Error,
    fs::{self, File},
    io::{self, BufReader},
    os::unix::fs::FileExt as _,
    path::Path,
    time::Instant,
};

use evidence::{
    archive::Export,
    entry::Act,
    head::{Head, SignedHead},
    key_from_pem,
    line::{EntryText, Line, Opened},
    merkle::{
        Appender, CompactRange, Hash, Plan, TILE_WIDTH, TileId, Tiles, consistent, included, leaf,
    },
    record::{NONE_BEFORE, Record, commitment},
    verify::{self, Trust, Verdict},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use serde_json::json;
use time::macros::datetime;

type Failure = Box<dyn Error>;

/// Entries of the two logs that are verified.
const FEW: u64 = 100_000;
const MANY: u64 = 2_000_000;
/// Entries a head.
const HEAD: u64 = 10_000;
const WRITERS: u64 = 20;
/// Leaves of the tree about which proofs are made.
const LEAVES: u64 = 10_000_000;
const PROOFS: u64 = 1_000;
const TRIES: usize = 3;

fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).map_err(Failure::from)?;
    let key = EcKey::generate(&group)?;
    verifying(folder.path(), &key)?;
    proving(&folder.path().join("tiles"))
}

fn verifying(folder: &Path, key: &EcKey<Private>) -> Result<(), Failure> {
    let (few, many) = (folder.join("few.tar"), folder.join("many.tar"));
    write_log(&few, FEW, key)?;
    write_log(&many, MANY, key)?;
    let pem = PKey::from_ec_key(key.clone())?.public_key_to_pem()?;
    let trust = Trust {
        log: vec![key_from_pem(&pem).ok_or("no key")?],
        ..Trust::default()
    };
    // From here on the process's peak counts.
    fs::write("/proc/self/clear_refs", "5")?;
    verify(&few, FEW, &trust)?;
    let before = peak_kib()?;
    let mut best = f64::INFINITY;
    for _ in 0..TRIES {
        best = best.min(verify(&many, MANY, &trust)?);
    }
    let grown = peak_kib()? - before;
    let size = fs::metadata(&many)?.len();
    #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
    let (rate, megabytes) = (MANY as f64 / best, size as f64 / best / 1e6);
    let against = format!(
        "the requirement; {MANY} entries of {WRITERS} writers, one thread, {megabytes:.0} MB/s, best of {TRIES}"
    );
    figure(
        "audit_verified",
        rate,
        "entries/s",
        Some((500_000.0, rate >= 500_000.0)),
        &against,
    );
    let against = format!("the peak after {MANY} entries less that after {FEW}");
    figure(
        "audit_verified_growth",
        grown,
        "KiB",
        Some((1024.0, grown <= 1024.0)),
        &against,
    );
    Ok(())
}

/// Seconds that it takes.
fn verify(path: &Path, entries: u64, trust: &Trust) -> Result<f64, Failure> {
    let start = Instant::now();
    let archive = BufReader::with_capacity(1 << 20, File::open(path)?);
    let report = verify::archive(archive, trust, |_| ())?;
    let seconds = start.elapsed().as_secs_f64();
    if report.verdict != Verdict::Verified || report.entries != entries {
        return Err(format!("the log does not verify: {report}").into());
    }
    Ok(seconds)
}

/// What programs write: an intent and an outcome an act, by writers in turn.
fn write_log(path: &Path, entries: u64, key: &EcKey<Private>) -> Result<(), Failure> {
    // Heads stand before the entries, so the log is made twice.
    let (mut heads, mut range) = (Vec::new(), CompactRange::default());
    make(entries, |line| {
        range.append(line.record.leaf());
        if range.size().is_multiple_of(HEAD) {
            heads.push(sign(&range, key)?);
        }
        Ok(())
    })?;
    let pem = PKey::from_ec_key(key.clone())?.public_key_to_pem()?;
    let mut export = Export::begin(File::create(path)?, &[("log.pem", &pem)], &heads)?;
    make(entries, |line| Ok(export.line(line)?))?;
    export.finish()?;
    Ok(())
}

fn make(
    entries: u64,
    mut take: impl FnMut(&Line<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut last: HashMap<String, (u64, Hash)> = HashMap::new();
    let at = datetime!(2026-11-23 08:00:00.123456789 UTC);
    let mut text = Vec::new();
    for place in 0..entries {
        let act = u128::from(place / 2) << 64 | u128::from(place / 2);
        let act = Act::new(
            act.to_be_bytes(),
            "line/worker",
            "sign-security-object",
            format_args!("order {act:032x} attempt 1"),
        );
        text.clear();
        let entry = match place % 2 {
            0 => act.intent(at),
            _ => act.outcome(at, "done"),
        };
        entry.write_to(&mut text)?;
        let text = std::str::from_utf8(&text)?.trim_end();
        let salt = leaf(&place.to_le_bytes());
        let writer = format!("line/{:08x}", place % WRITERS);
        let (sequence, previous) = last.get(&writer).copied().unwrap_or((0, NONE_BEFORE));
        let record = Record {
            writer: &writer,
            sequence: sequence + 1,
            previous,
            commitment: commitment(&salt, text.as_bytes()),
        };
        take(&Line {
            position: place + 1,
            record,
            opened: Some(Opened {
                salt,
                entry: EntryText::parse(text)?,
            }),
        })?;
        let leaf = record.leaf();
        last.insert(writer, (sequence + 1, leaf));
    }
    Ok(())
}

fn sign(range: &CompactRange, key: &EcKey<Private>) -> Result<SignedHead, Failure> {
    let head = Head {
        log: "centre".into(),
        size: range.size(),
        root: range.root(),
        time: 1_790_000_000,
    };
    let signature = EcdsaSig::sign(&head.digest(), key)?;
    let mut raw = signature.r().to_vec_padded(32)?;
    raw.extend(signature.s().to_vec_padded(32)?);
    Ok(head.seal(
        raw.try_into()
            .map_err(|_| "a signature of another length")?,
    ))
}

/// Tiles in a file, a level of tiles after another, each tile at its place.
struct Stored(File);

impl Stored {
    /// Where a tile is: of level 0 there are fewer than 2^20, of the others fewer still.
    fn place(id: TileId) -> u64 {
        ((u64::from(id.level) << 20) + id.index) * (TILE_WIDTH as u64 * 32)
    }
}

impl Tiles for Stored {
    type Error = io::Error;

    fn tile(&self, id: TileId, width: usize) -> io::Result<Vec<Hash>> {
        let mut bytes = vec![0; width * 32];
        self.0.read_exact_at(&mut bytes, Self::place(id))?;
        let hashes = bytes.chunks_exact(32);
        Ok(hashes.filter_map(|hash| hash.try_into().ok()).collect())
    }
}

fn proving(path: &Path) -> Result<(), Failure> {
    let mut options = File::options();
    let stored = Stored(options.read(true).write(true).create_new(true).open(path)?);
    let mut appender = Appender::default();
    let start = Instant::now();
    for number in 0..LEAVES {
        appender.append(leaf(&number.to_be_bytes()));
        if number % 10_000 == 9_999 {
            for (id, hashes) in appender.take_changed() {
                stored.0.write_all_at(&hashes.concat(), Stored::place(id))?;
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
    let rate = LEAVES as f64 / start.elapsed().as_secs_f64();
    figure(
        "audit_tree_appended",
        rate,
        "entries/s",
        None,
        "hashed and written as tiles of a file, 10,000 at once; reported",
    );
    let root = appender.root();
    let mut times = Vec::new();
    for number in 0..PROOFS {
        let index = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % LEAVES;
        let start = Instant::now();
        let plan = Plan::inclusion(index, LEAVES).ok_or("no such leaf")?;
        let proof = plan.prove(&stored)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let good = included(&leaf(&index.to_be_bytes()), index, LEAVES, &proof, &root);
        let start = Instant::now();
        let plan = Plan::consistency(index, LEAVES).ok_or("no such size")?;
        let proof = plan.prove(&stored)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let before = Appender::resume(index, &stored)?.root();
        if !good || !consistent((index, &before), (LEAVES, &root), &proof) {
            return Err("a proof does not hold".into());
        }
    }
    times.sort_by(f64::total_cmp);
    let of = |hundredth: usize| times[times.len() * hundredth / 100];
    let (median, most, slowest) = (of(50), of(99), times[times.len() - 1]);
    let against = format!(
        "the requirement; inclusion and consistency by turns, tiles read from a file, 99 of 100 of {} keep to it; median \
         {median:.3} ms, slowest {slowest:.1} ms",
        times.len()
    );
    figure(
        "audit_proof_of_ten_million",
        most,
        "ms",
        Some((5.0, most <= 5.0)),
        &against,
    );
    Ok(())
}

fn peak_kib() -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("no peak")?.parse()?)
}

fn figure(name: &str, value: f64, unit: &str, limit: Option<(f64, bool)>, against: &str) {
    let (limit, met) = limit.map_or((None, true), |(limit, met)| (Some(limit), met));
    let figure = json!({
        "name": name, "value": value, "unit": unit, "limit": limit, "met": met, "against": against,
    });
    println!("{figure}");
}
