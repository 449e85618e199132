//! What `--dump DIR` leaves of each document.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use icao9303::lds::ElementaryFile;
use inspection::{ChipFiles, DumpError};
use personalisation_core::document_number::DocumentNumber;
use thiserror::Error;

use super::{event::Document, printing::Printer};
use crate::faces::FaceError;

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
        let path = self.folder(number).join("record.json");
        let json = serde_json::to_vec_pretty(document).map_err(|error| OutputError::Write {
            path: path.clone(),
            source: error.into(),
        })?;
        write(&path, &json)
    }

    /// The folder of one document.
    pub fn folder(&self, number: DocumentNumber) -> PathBuf {
        self.folder.join("documents").join(number.as_str())
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), OutputError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .map_err(|source| OutputError::Write {
            path: path.to_owned(),
            source,
        })
}
