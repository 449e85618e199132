//! What `--dump DIR` leaves of each document.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use icao9303::lds::ElementaryFile;
use inspection::{ChipFiles, DumpError};
use personalisation_core::{
    document_number::DocumentNumber,
    ids::{BadId, OrderId},
};
use serde::Deserialize;
use thiserror::Error;

use super::{event::Document, printing::Printer};
use crate::{faces::FaceError, whole_file};

/// The folder of documents' folders.
const DOCUMENTS: &str = "documents";
/// The output record.
const RECORD: &str = "record.json";
/// The pictures of a card's faces.
pub(super) const PICTURES: [&str; 2] = ["front.png", "back.png"];

/// Why a dump could not be written. For the operator.
#[derive(Debug, Error)]
pub enum OutputError {
    /// A file or folder cannot be written.
    #[error("writing {}: {source}; check --dump", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// An earlier run's folder cannot be read.
    #[error("reading {}: {source}; check --dump", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// An output record is none.
    #[error("the output record {}: {reason}; take its folder away", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The chip's files cannot be written.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The faces cannot be drawn: `order add` refuses such orders, so this one is older, or damaged.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The thread that draws has ended: a defect.
    #[error(
        "drawing a card's faces: the thread has ended without a result; report this with the log"
    )]
    Printer,
}

impl OutputError {
    /// Whether one card's faces are at fault, and not the folder: an order that cannot be drawn.
    pub const fn is_one_cards(&self) -> bool {
        matches!(self, Self::Face(_) | Self::Printer)
    }
}

/// The folder of `--dump`.
#[derive(Clone, Debug)]
pub struct Output {
    folder: PathBuf,
    printer: Printer,
}

impl Output {
    /// Dumps into this folder, which is made when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            printer: Printer::default(),
        }
    }

    /// Whoever draws the cards' faces.
    pub const fn printer(&self) -> &Printer {
        &self.printer
    }

    /// A file as it was read before the lock.
    pub fn written(
        &self,
        number: DocumentNumber,
        file: ElementaryFile,
        content: &[u8],
    ) -> Result<(), OutputError> {
        let name = format!("{}.bin", file.file_name());
        write(&self.folder(number).join("written").join(name), content)
    }

    /// The files as an inspector read them after the lock.
    pub fn read_back(&self, number: DocumentNumber, files: &ChipFiles) -> Result<(), OutputError> {
        Ok(files.dump(&self.folder(number).join("chip"))?)
    }

    /// The output record.
    pub fn record(&self, number: DocumentNumber, document: &Document) -> Result<(), OutputError> {
        let path = self.folder(number).join(RECORD);
        let json = serde_json::to_vec_pretty(document).map_err(|error| OutputError::Write {
            path: path.clone(),
            source: error.into(),
        })?;
        write(&path, &json)
    }

    /// The documents that have a record but not both pictures, with their orders.
    pub fn without_pictures(&self) -> Result<Vec<(DocumentNumber, OrderId)>, OutputError> {
        let documents = self.folder.join(DOCUMENTS);
        let entries = match fs::read_dir(&documents) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| OutputError::Read {
                path: documents.clone(),
                source,
            })?,
        };
        let mut lacking = Vec::new();
        for entry in entries {
            let folder = entry.map_err(|source| OutputError::Read {
                path: documents.clone(),
                source,
            })?;
            let (folder, name) = (folder.path(), folder.file_name());
            let number = name.to_str().and_then(|name| name.parse().ok());
            let record = folder.join(RECORD);
            let is_complete = PICTURES.iter().all(|picture| folder.join(picture).exists());
            let Some(number) = number.filter(|_| record.exists() && !is_complete) else {
                continue;
            };
            lacking.push((number, order_of(&record)?));
        }
        Ok(lacking)
    }

    /// The folder of one document.
    pub fn folder(&self, number: DocumentNumber) -> PathBuf {
        self.folder.join(DOCUMENTS).join(number.as_str())
    }
}

/// The order that an output record names.
fn order_of(record: &Path) -> Result<OrderId, OutputError> {
    #[derive(Deserialize)]
    struct Record {
        order: String,
    }
    let wrong = |reason: String| OutputError::Record {
        path: record.to_owned(),
        reason,
    };
    let json = fs::read(record).map_err(|error| wrong(error.to_string()))?;
    let read: Record = serde_json::from_slice(&json).map_err(|error| wrong(error.to_string()))?;
    read.order
        .parse()
        .map_err(|error: BadId| wrong(error.to_string()))
}

/// Writes a file of personal data that is whole or absent, also when the power fails meanwhile.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), OutputError> {
    whole_file::write_private(path, content).map_err(|source| OutputError::Write {
        path: path.to_owned(),
        source,
    })
}
