//! `personalisation intake import FOLDER`: what `enrolment-station outbox export` wrote, carried to the centre. The same
//! limits, the same row and receipt, and the same opener as over the line; any number of times, beside a running intake.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dossier::{
    Hash, SealedDossier, StationId,
    sealed::{Header, MAX_LENGTH},
};
use key_custody::Token;
use personalisation_store::{
    StoreError,
    intake::{DossierState, reason_name},
};
use rustix::fs::OFlags;
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::Notify;

use super::{
    IntakeError, Place,
    chunks::{ChunkError, Whole},
    holding::{self, HoldError},
    keys::IntakeKeys,
    opener::Opener,
    quarantine,
    service::IntakeService,
    sweep,
};
use crate::{config::Config, edge};

/// What ends the name of a dossier's file; what stands before it is its hash.
const EXTENSION: &str = "dossier";
/// The list beside them.
const LIST: &str = "outbox.json";
/// Longest list, in bytes: some 30 000 dossiers.
const LONGEST_LIST: u64 = 16 << 20;
/// Most names read in a folder: an outbox has 500 dossiers.
const MOST_FILES: usize = 30_000;
/// How long each dossier is waited for until it is opened.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of one file or line of the list.
#[derive(Debug)]
pub struct Line {
    /// The file's name as far as it is printable, or the hash of the list.
    pub name: String,
    /// What became of it.
    pub result: Result<DossierState, NotTaken>,
}

/// Why a file was not taken. For the operator.
#[derive(Debug, Error)]
pub enum NotTaken {
    /// Another kind of name.
    #[error("not named HASH.dossier; left alone")]
    Name,
    /// A link, a folder or a device.
    #[error("not a plain file; copy the outbox again")]
    NotAFile,
    /// It cannot be read.
    #[error("cannot be read: {0}; copy the outbox again")]
    Read(#[from] io::Error),
    /// The list is no list.
    #[error("no list of an outbox; the files were looked at without it")]
    List,
    /// The list names it, and there is none.
    #[error("in the list, and not in the folder; copy the outbox again")]
    Missing,
    /// Longer than any, or empty.
    #[error("a dossier has 1 to {MAX_LENGTH} bytes; export the outbox again")]
    Length,
    /// Other bytes than its name says.
    #[error("its bytes do not have the hash of its name; export the outbox again")]
    Hash,
    /// No dossier of ours.
    #[error("no sealed dossier; ask where the folder comes from")]
    NotSealed,
    /// Another station than the list says.
    #[error("sealed by another station than the list says; ask where the folder comes from")]
    OtherStation,
    /// Nobody's.
    #[error("sealed by a station that the centre does not know; ask where the folder comes from")]
    UnknownStation,
    /// As over its line, nothing more comes in.
    #[error(
        "too many dossiers of its station were rejected; a supervisor must be done with them first (/quarantine), then import again"
    )]
    QuarantineFull,
    /// The disk.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// It is here, and cannot be written down now.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(DossierState::Held) => write!(f, "{} held: not opened yet", self.name),
            Ok(DossierState::Accepted) => write!(f, "{} accepted", self.name),
            Ok(DossierState::Rejected(reason)) => {
                let reason = reason_name(*reason);
                write!(
                    f,
                    "{} rejected: {reason}; it waits in quarantine for a supervisor",
                    self.name
                )
            }
            Err(error) => write!(f, "{} not taken: {error}", self.name),
        }
    }
}

/// What the list names: a station for each hash; no station where its id is none.
pub type Listed = BTreeMap<Hash, Option<StationId>>;

/// Reads the list; none where it is none of ours.
pub fn listed(bytes: &[u8]) -> Option<Listed> {
    /// What else a line says is not needed.
    #[derive(Deserialize)]
    struct Line {
        hash: String,
        station: String,
    }
    let lines: Vec<Line> = serde_json::from_slice(bytes).ok()?;
    let line = |line: Line| {
        Some((
            quarantine::hash(&line.hash).ok()?,
            line.station.parse().ok(),
        ))
    };
    lines.into_iter().map(line).collect()
}

/// What a folder holds.
struct Folder {
    /// Dossiers' files, by hash.
    files: BTreeMap<Hash, PathBuf>,
    /// Other names, as far as they can be printed.
    others: Vec<String>,
    /// What the list names; none without a list that can be read.
    listed: Option<Listed>,
    /// What is wrong with the list.
    list: Option<NotTaken>,
}

impl Folder {
    fn read(folder: &Path) -> io::Result<Self> {
        let (mut files, mut others) = (BTreeMap::new(), Vec::new());
        for entry in fs::read_dir(folder)?.take(MOST_FILES) {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let hash = name
                .strip_suffix(EXTENSION)
                .and_then(|name| quarantine::hash(name.strip_suffix('.')?).ok());
            match hash {
                Some(hash) => drop(files.insert(hash, entry.path())),
                None if name == LIST => {}
                None => others.push(name.escape_default().to_string()),
            }
        }
        others.sort();
        let (listed, list) = match plain_file(&folder.join(LIST), LONGEST_LIST) {
            Ok(bytes) => match listed(&bytes) {
                Some(listed) => (Some(listed), None),
                None => (None, Some(NotTaken::List)),
            },
            // Dossiers name their station themselves.
            Err(NotTaken::Read(error)) if error.kind() == io::ErrorKind::NotFound => (None, None),
            Err(error) => (None, Some(error)),
        };
        Ok(Self {
            files,
            others,
            listed,
            list,
        })
    }
}

/// The bytes of a plain file, at most `most` of them; links and devices are not followed.
fn plain_file(path: &Path, most: u64) -> Result<Vec<u8>, NotTaken> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let file = match file {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Err(NotTaken::NotAFile);
        }
        file => file?,
    };
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(NotTaken::NotAFile);
    }
    if !(1..=most).contains(&facts.len()) {
        return Err(NotTaken::Length);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(facts.len()).unwrap_or(0));
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(NotTaken::Length);
    }
    Ok(bytes)
}

/// Takes a folder in; `told` hears what became of each file, those that cannot be taken among them. An error is ours: the
/// same again goes on from there.
pub async fn run(
    config: Config,
    folder: &Path,
    mut told: impl FnMut(Line),
) -> Result<(), IntakeError> {
    let found = Folder::read(folder).map_err(|source| IntakeError::Import {
        path: folder.to_owned(),
        source,
    })?;
    let import = Import::open(config).await?;
    let mut line = |name: String, result| told(Line { name, result });
    if let Some(error) = found.list {
        line(LIST.to_owned(), Err(error));
    }
    for name in found.others {
        line(name, Err(NotTaken::Name));
    }
    for (hash, path) in &found.files {
        let result = import.take(*hash, path, found.listed.as_ref()).await;
        line(hash.to_string(), result);
    }
    let missing = found.listed.iter().flat_map(BTreeMap::keys);
    for hash in missing.filter(|hash| !found.files.contains_key(hash)) {
        line(hash.to_string(), Err(NotTaken::Missing));
    }
    import.opener.tidy().await;
    Ok(())
}

struct Import {
    service: IntakeService,
    opener: Opener,
}

impl Import {
    async fn open(config: Config) -> Result<Self, IntakeError> {
        let place = Place {
            store: config.open_store().await?,
            config: Arc::new(config),
        };
        let missing = |section| IntakeError::Missing {
            section,
            role: "intake import",
        };
        let section = place.config.intake.as_ref().ok_or(missing("[intake]"))?;
        let token = place.config.intake_token();
        let (token_section, token) = token.ok_or(missing("[tokens.intake]"))?;
        let token = Arc::new(Token::open(&token)?);
        let keys = Arc::new(IntakeKeys::find(token, token_section)?);
        let held = (Arc::new(super::folder(section)?), section.quarantine_bytes);
        let service = IntakeService::new(place.store.clone(), keys, held);
        // Nobody waits for it here: the checkers of the running intake look by themselves.
        let approvals = crate::review::desk(&place, "intake import")?.approval_keys();
        let opener = Opener::new(&service, section, approvals, Arc::new(Notify::new()));
        sweep::sweep(&service, section.forget()).await;
        Ok(Self { service, opener })
    }

    /// Takes one file in and waits until it is opened; what became of it.
    async fn take(
        &self,
        hash: Hash,
        path: &Path,
        listed: Option<&Listed>,
    ) -> Result<DossierState, NotTaken> {
        let (store, keys) = (&self.service.store, &self.service.keys);
        if store.dossier(hash).await?.is_none() {
            let bytes = plain_file(path, MAX_LENGTH as u64)?;
            if Hash::of(&bytes) != hash {
                return Err(NotTaken::Hash);
            }
            let header = SealedDossier::peek(&bytes).map_err(|_| NotTaken::NotSealed)?;
            self.known(hash, &header, listed).await?;
            let waiting = store.quarantined_bytes(header.station).await?;
            if waiting >= self.service.quarantine_bytes {
                return Err(NotTaken::QuarantineFull);
            }
            let whole = Whole {
                length: bytes.len() as u64,
                header: Some(header),
            };
            let chunks = Arc::clone(&self.service.chunks);
            let putting = tokio::task::spawn_blocking(move || chunks.put(hash, &bytes));
            putting.await.map_err(|_| HoldError::Ending)??;
            let (ours, which) = ((store, keys), (header.station, hash));
            holding::hold(ours, which, whole, "held, carried", edge::now()).await?;
            // The station may have sent the same over its line meanwhile, and it may have ended since it was looked for:
            // then nobody else erases the file that was put here beside it.
            store.unfile(hash).await?;
        }
        Ok(self.opener.until_ended(hash, PATIENCE).await?)
    }

    /// The station that sealed it is one of ours, and the one that the list names. Whether it is under quarantine, or was
    /// revoked, counts when it is opened and checked.
    async fn known(
        &self,
        hash: Hash,
        header: &Header,
        listed: Option<&Listed>,
    ) -> Result<(), NotTaken> {
        if let Some(named) = listed.and_then(|listed| listed.get(&hash))
            && *named != Some(header.station)
        {
            return Err(NotTaken::OtherStation);
        }
        let station = self.service.store.station(header.station).await?;
        station.map(|_| ()).ok_or(NotTaken::UnknownStation)
    }
}
