//! Where a ceremony puts things. Every file is written once, whole, and never again.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The tokens of a ceremony: a folder, a label and a PIN each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPlace {
    /// The country signing CA. No running service is configured with it.
    CountrySigning,
    /// The country verifying CA. No running service is configured with it.
    CountryVerifying,
    /// The document verifiers, for `pki-authority serve`: in the folder of its other token, for one
    /// process has one SoftHSM configuration, but with a PIN of its own.
    DocumentVerifying,
    /// The CA of our own programs and stations, for `pki-authority operations` alone.
    OperationsCa,
    /// The document signers, for `pki-authority serve`.
    Signing,
    /// The ticket key, for `personalisation order`.
    Order,
    /// The card master key and the delivery key, for `personalisation line`.
    Line,
    /// The keys that open dossiers and sign receipts, configurations and staff lists, for
    /// `personalisation intake`.
    Intake,
    /// The ticket key of review, for `personalisation intake` and `console`: in the folder of intake's
    /// token, with a PIN of its own.
    Review,
    /// The TLS key of `personalisation console`: in the folder of intake's token, for it opens review's too, with a PIN
    /// of its own.
    Console,
    /// The key of blank issues, for `personalisation stock` and `console`: in the folder of intake's token, for the console
    /// opens review's too, with a PIN of its own.
    Stock,
    /// The key of the audit's heads, for `personalisation audit sequence` alone.
    Audit,
    /// For the population register.
    Register,
}

impl TokenPlace {
    /// The token's label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::CountrySigning => "country-signing",
            Self::CountryVerifying => "country-verifying",
            Self::DocumentVerifying => "document-verifying",
            Self::OperationsCa => "operations-ca",
            Self::Signing => "signing",
            Self::Order => "order",
            Self::Line => "line",
            Self::Intake => "intake",
            Self::Review => "review",
            Self::Console => "console",
            Self::Stock => "stock",
            Self::Audit => "audit",
            Self::Register => "register",
        }
    }

    /// The token in which a program's TLS key may be made, by its label.
    #[must_use]
    pub fn of_program(label: &str) -> Option<Self> {
        [
            Self::OperationsCa,
            Self::Signing,
            Self::Line,
            Self::Intake,
            Self::Console,
            Self::Audit,
            Self::Register,
        ]
        .into_iter()
        .find(|place| place.label() == label)
    }

    /// The folder of its SoftHSM configuration, below `tokens`.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::DocumentVerifying => Self::Signing.label(),
            Self::Review | Self::Console | Self::Stock => Self::Intake.label(),
            _ => self.label(),
        }
    }

    /// The files of its user's and its security officer's PIN, in that folder.
    #[must_use]
    pub fn pin_files(self) -> [&'static str; 2] {
        match self {
            Self::DocumentVerifying => ["document-verifying.pin", "document-verifying.so.pin"],
            Self::Review => ["review.pin", "review.so.pin"],
            Self::Console => ["console.pin", "console.so.pin"],
            Self::Stock => ["stock.pin", "stock.so.pin"],
            _ => ["user.pin", "so.pin"],
        }
    }
}

/// The folder of a ceremony. One ceremony at a time has it.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    _lock: File,
}

/// A file could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} {}: {source}", path.display())]
pub struct PlaceError {
    act: &'static str,
    path: PathBuf,
    source: std::io::Error,
}

impl Place {
    /// Opens or makes the folder, and `trust`, `operations`, `public`, `made` (serial numbers of the
    /// tokens that were made), `destroyed` (keys that are no more) and `tokens` in it. Fails while another ceremony has it.
    pub fn open(root: &Path) -> Result<Self, PlaceError> {
        for (folder, mode) in [
            ("trust", 0o755),
            ("operations", 0o755),
            ("public", 0o755),
            ("made", 0o755),
            ("destroyed", 0o755),
            ("tokens", 0o700),
        ] {
            let path = root.join(folder);
            let made = DirBuilder::new().recursive(true).mode(mode).create(&path);
            made.map_err(|source| PlaceError {
                act: "create",
                path,
                source,
            })?;
        }
        let path = root.join("ceremony.lock");
        let lock = File::create(&path).and_then(|file| {
            file.try_lock()?;
            Ok(file)
        });
        let lock = lock.map_err(|source| PlaceError {
            act: "lock (another ceremony may be under way, wait for its end)",
            path,
            source,
        })?;
        Ok(Self {
            root: root.into(),
            _lock: lock,
        })
    }

    /// The folder of a token.
    #[must_use]
    pub fn token(&self, token: TokenPlace) -> PathBuf {
        self.root.join("tokens").join(token.folder())
    }

    /// A file of the ceremony, or `None` when it was not made yet.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceError> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(PlaceError {
                act: "read",
                path,
                source,
            }),
        }
    }

    /// Writes a file that does not exist: whole, or not at all, and durable.
    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), PlaceError> {
        let path = self.root.join(name);
        let fault = |source| PlaceError {
            act: "write",
            path: path.clone(),
            source,
        };
        let draft = path.with_added_extension("draft");
        // A draft of an interrupted run may be half a file.
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fault(error)),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&draft)
            .map_err(fault)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(fault)?;
        // Unlike a rename, a link never replaces what is there.
        fs::hard_link(&draft, &path)
            .and_then(|()| fs::remove_file(&draft))
            .map_err(fault)?;
        let folder = path.parent().unwrap_or(&self.root);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(fault)
    }

    /// Every file of the ceremony that is meant to be published, by name.
    pub fn published(&self) -> Result<Vec<(String, Vec<u8>)>, PlaceError> {
        let mut files = Vec::new();
        for folder in ["trust", "operations", "public"] {
            let path = self.root.join(folder);
            let fault = |source| PlaceError {
                act: "list",
                path: path.clone(),
                source,
            };
            for entry in fs::read_dir(&path).map_err(fault)? {
                let name = entry
                    .map_err(fault)?
                    .file_name()
                    .to_string_lossy()
                    .into_owned();
                let extension = Path::new(&name)
                    .extension()
                    .and_then(|found| found.to_str());
                let secret = matches!(extension, Some("key" | "draft"));
                let name = format!("{folder}/{name}");
                if let (false, Some(bytes)) = (secret, self.read(&name)?) {
                    files.push((name, bytes));
                }
            }
        }
        files.sort();
        Ok(files)
    }
}
