//! Unfinished and held dossiers as files. A file's length is how much of it is here, so a restart
//! forgets nothing and remembers nothing else.
//!
//! ```text
//! incoming/STATION/HASH.LENGTH   grows with each chunk, not yet durable
//! held/HASH                      whole, hash verified, durable; until the opener is done with it
//! quarantine/HASH                cannot be used; until a supervisor is done with it
//! ```

mod held;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use dossier::{
    Hash, SealedDossier, StationId,
    sealed::{Header, MAX_LENGTH},
};
use openssl::sha::Sha256;
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, futimens};
use thiserror::Error;

/// Bytes of one chunk at most.
pub const MAX_CHUNK: usize = 256 << 10;
/// Unfinished dossiers of one station at most.
pub const MAX_UNFINISHED: usize = 64;
/// The beginning of a dossier that surely has its whole header.
const BEGINNING: usize = 300;
/// Bytes hashed or compared at once.
const PIECE: usize = 64 << 10;
/// Locks; dossiers whose hashes begin alike share one.
const LOCKS: usize = 64;

/// Why a chunk was not taken. The edge decides which status it becomes.
#[derive(Debug, Error)]
pub enum ChunkError {
    /// Never announced, or forgotten.
    #[error("this dossier was never announced, or forgotten since; begin again")]
    Unknown,
    /// Longer than any.
    #[error("a dossier has 1 to {MAX_LENGTH} bytes; this one cannot be taken")]
    Length,
    /// Too many of this station.
    #[error(
        "{MAX_UNFINISHED} dossiers of this station are unfinished; finish them, or try again later"
    )]
    TooMany,
    /// The disk is too full.
    #[error("there is no room for further dossiers; try again later")]
    NoRoom,
    /// A chunk after a gap.
    #[error("{here} bytes are here: go on from there")]
    Gap {
        /// How many.
        here: u64,
    },
    /// More bytes than announced.
    #[error("{announced} bytes were announced, and these are more")]
    TooLong {
        /// How many.
        announced: u64,
    },
    /// Other bytes at the same place.
    #[error("other bytes are here at this place; begin another dossier")]
    Differs,
    /// Bytes are missing.
    #[error("{here} of {announced} bytes are here; send the others")]
    Missing {
        /// How many are here.
        here: u64,
        /// How many there are.
        announced: u64,
    },
    /// Not the bytes that were announced.
    #[error("the bytes do not have that hash; what was here is forgotten: begin again")]
    Hash,
    /// Another station's dossier.
    #[error("this dossier was sealed by another station")]
    OtherStation,
    /// The disk fails.
    #[error("storing a dossier: {0}")]
    Io(#[from] io::Error),
}

/// A whole dossier that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its bytes.
    pub length: u64,
    /// What can be read without a key; none where it is not one of ours.
    pub header: Option<Header>,
}

/// The folder of dossiers.
#[derive(Debug)]
pub struct Chunks {
    incoming: PathBuf,
    held: PathBuf,
    quarantine: PathBuf,
    free_bytes: u64,
    locks: [Mutex<()>; LOCKS],
}

impl Chunks {
    /// Opens the folder, and makes it where it is missing.
    pub fn open(folder: &Path, free_bytes: u64) -> io::Result<Self> {
        let place = |name| {
            let path = folder.join(name);
            fs::create_dir_all(&path)?;
            Ok::<_, io::Error>(path)
        };
        let chunks = Self {
            incoming: place("incoming")?,
            held: place("held")?,
            quarantine: place("quarantine")?,
            free_bytes,
            locks: std::array::from_fn(|_| Mutex::new(())),
        };
        sync_folder(folder)?;
        Ok(chunks)
    }

    /// Announces a dossier: how much of it is here.
    pub fn begin(&self, station: StationId, hash: Hash, length: u64) -> Result<u64, ChunkError> {
        if !(1..=MAX_LENGTH as u64).contains(&length) {
            return Err(ChunkError::Length);
        }
        let _lock = self.lock(hash);
        if let Ok(facts) = fs::metadata(self.held.join(hash.to_string())) {
            return Ok(facts.len());
        }
        let folder = self.incoming.join(station.to_string());
        fs::create_dir_all(&folder)?;
        let (mut unfinished, name) = (0, hash.to_string());
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            match announced(&entry.file_name().to_string_lossy(), &name) {
                Some(said) if said == length => return Ok(entry.metadata()?.len()),
                // A hash has one length: what was said before was wrong.
                Some(_) => fs::remove_file(entry.path())?,
                None => unfinished += 1,
            }
        }
        if unfinished >= MAX_UNFINISHED {
            return Err(ChunkError::TooMany);
        }
        if free(&folder)? < self.free_bytes.saturating_add(length) {
            return Err(ChunkError::NoRoom);
        }
        OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(folder.join(format!("{name}.{length}")))?;
        Ok(0)
    }

    /// Adds bytes; those that are here already must be the same. How much is here now.
    pub fn append(
        &self,
        station: StationId,
        hash: Hash,
        offset: u64,
        chunk: &[u8],
    ) -> Result<u64, ChunkError> {
        let _lock = self.lock(hash);
        let Some((path, announced)) = self.find(station, hash)? else {
            // Held already: the caller missed an answer and is told by what follows.
            let held = fs::metadata(self.held.join(hash.to_string()));
            return held.map_or(Err(ChunkError::Unknown), |facts| Ok(facts.len()));
        };
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let here = file.metadata()?.len();
        if offset > here {
            return Err(ChunkError::Gap { here });
        }
        let end = offset.saturating_add(chunk.len() as u64);
        if end > announced {
            return Err(ChunkError::TooLong { announced });
        }
        // At most the whole chunk: it is in memory, so its length fits.
        let known = usize::try_from((here - offset).min(chunk.len() as u64)).unwrap_or(chunk.len());
        let (known, new) = chunk.split_at(known);
        if !same(&file, offset, known)? {
            return Err(ChunkError::Differs);
        }
        // Others were announced against the same free bytes: the reserve is the database's, whoever writes.
        if !new.is_empty() && free(&self.incoming)? < self.free_bytes {
            return Err(ChunkError::NoRoom);
        }
        file.write_all_at(new, here)?;
        let here = here.max(end);
        if offset < BEGINNING as u64 && (here >= BEGINNING as u64 || here == announced) {
            refuse_others(&file, station, &path)?;
        }
        Ok(here)
    }

    /// Makes a dossier durable once all of it is here and has its hash. Safe to repeat.
    pub fn finish(&self, station: StationId, hash: Hash) -> Result<Whole, ChunkError> {
        let _lock = self.lock(hash);
        let held = self.held.join(hash.to_string());
        if let Some((path, announced)) = self.find(station, hash)? {
            let file = File::open(&path)?;
            let here = file.metadata()?.len();
            if here != announced {
                return Err(ChunkError::Missing { here, announced });
            }
            if digest(&file)? != hash {
                fs::remove_file(&path)?;
                return Err(ChunkError::Hash);
            }
            refuse_others(&file, station, &path)?;
            file.sync_all()?;
            fs::rename(&path, &held)?;
            sync_folder(&self.held)?;
        }
        let file = match File::open(&held) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ChunkError::Unknown);
            }
            Err(error) => return Err(error.into()),
        };
        // Its row is written next: a file that nobody named for long is not forgotten meanwhile.
        touch(&file)?;
        let header = peek(&file)?;
        match header {
            Some(header) if header.station != station => Err(ChunkError::OtherStation),
            header => Ok(Whole {
                length: file.metadata()?.len(),
                header,
            }),
        }
    }

    /// Makes a dossier durable that did not come in chunks: `bytes` have this hash. Safe to repeat, and beside others
    /// who take the same one.
    pub fn put(&self, hash: Hash, bytes: &[u8]) -> Result<(), ChunkError> {
        let held = self.held.join(hash.to_string());
        if held.try_exists()? {
            return Ok(());
        }
        // Forgotten like what stations do not go on with, should this end before the rename.
        let folder = self.incoming.join("carried");
        fs::create_dir_all(&folder)?;
        if free(&folder)? < self.free_bytes.saturating_add(bytes.len() as u64) {
            return Err(ChunkError::NoRoom);
        }
        let draft = folder.join(format!("{hash}.{}", std::process::id()));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, &held)?;
        Ok(sync_folder(&self.held)?)
    }

    /// Forgets unfinished dossiers that got no chunk for so long; how many.
    pub fn forget(&self, silent: Duration, now: SystemTime) -> io::Result<u64> {
        let mut forgotten = 0;
        for station in fs::read_dir(&self.incoming)? {
            for entry in fs::read_dir(station?.path())? {
                let entry = entry?;
                if is_older(&entry.metadata()?, silent, now)? {
                    fs::remove_file(entry.path())?;
                    forgotten += 1;
                }
            }
        }
        Ok(forgotten)
    }

    fn lock(&self, hash: Hash) -> MutexGuard<'_, ()> {
        let lock = &self.locks[usize::from(hash.as_bytes()[0]) % LOCKS];
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The unfinished file, and how many bytes were announced.
    fn find(&self, station: StationId, hash: Hash) -> io::Result<Option<(PathBuf, u64)>> {
        let folder = match fs::read_dir(self.incoming.join(station.to_string())) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let name = hash.to_string();
        for entry in folder {
            let entry = entry?;
            if let Some(length) = announced(&entry.file_name().to_string_lossy(), &name) {
                return Ok(Some((entry.path(), length)));
            }
        }
        Ok(None)
    }
}

/// The length in the name of an unfinished file, if it is of that dossier.
fn announced(file: &str, hash: &str) -> Option<u64> {
    let (name, length) = file.split_once('.')?;
    (name == hash).then(|| length.parse().ok()).flatten()
}

/// Whether the file has these bytes at that place.
fn same(file: &File, mut offset: u64, bytes: &[u8]) -> io::Result<bool> {
    let mut piece = vec![0; PIECE.min(bytes.len())];
    for bytes in bytes.chunks(PIECE) {
        let here = &mut piece[..bytes.len()];
        file.read_exact_at(here, offset)?;
        if here != bytes {
            return Ok(false);
        }
        offset += bytes.len() as u64;
    }
    Ok(true)
}

fn digest(file: &File) -> io::Result<Hash> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut offset = 0;
    loop {
        match file.read_at(&mut piece, offset)? {
            0 => return Ok(Hash::from_bytes(hash.finish())),
            read => {
                hash.update(&piece[..read]);
                offset += read as u64;
            }
        }
    }
}

fn peek(file: &File) -> io::Result<Option<Header>> {
    let mut beginning = vec![0; BEGINNING];
    let mut read = 0;
    while read < BEGINNING {
        match file.read_at(&mut beginning[read..], read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    Ok(SealedDossier::peek(&beginning[..read]).ok())
}

/// Forgets a dossier whose header names another station. What has no header of ours is taken: it is
/// rejected by a receipt, which its sender can keep.
fn refuse_others(file: &File, station: StationId, path: &Path) -> Result<(), ChunkError> {
    match peek(file)? {
        Some(header) if header.station != station => {
            fs::remove_file(path)?;
            Err(ChunkError::OtherStation)
        }
        _ => Ok(()),
    }
}

/// Whether a file was last written longer ago than that.
fn is_older(facts: &fs::Metadata, silent: Duration, now: SystemTime) -> io::Result<bool> {
    let age = now.duration_since(facts.modified()?);
    Ok(age.is_ok_and(|age| age > silent))
}

/// Says that a file was written now.
fn touch(file: &File) -> io::Result<()> {
    let time = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    let times = Timestamps {
        last_access: time(UTIME_OMIT),
        last_modification: time(UTIME_NOW),
    };
    Ok(futimens(file, &times)?)
}

fn free(folder: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(folder)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
