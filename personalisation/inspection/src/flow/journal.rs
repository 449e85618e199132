//! What an inspection writes down while it goes on.

use std::time::Duration;

use icao9303::lds::ElementaryFile;
use icao9303::reading::ReadError;
use openssl::sha::sha256;

use crate::budget::{Meter, Spent};
use crate::files::ChipFiles;
use crate::report::{
    CertificateFacts, Check, ChipFacts, FileFacts, FileState, FingerFacts, Timing,
};

/// Findings so far.
pub(crate) struct Journal<'m> {
    meter: &'m Meter<'m>,
    pub(crate) files: ChipFiles,
    pub(crate) checks: Vec<Check>,
    pub(crate) chip: ChipFacts,
    pub(crate) fingers: FingerFacts,
    pub(crate) certificates: Vec<CertificateFacts>,
    pub(crate) timings: Vec<Timing>,
    pub(crate) file_facts: Vec<FileFacts>,
}

/// When a step began, and what had been spent by then.
#[derive(Clone, Copy)]
pub(crate) struct Started(Duration, Spent);

impl<'m> Journal<'m> {
    pub(crate) fn new(meter: &'m Meter<'m>, chip: ChipFacts) -> Self {
        Self {
            meter,
            files: ChipFiles::default(),
            checks: Vec::new(),
            chip,
            fingers: FingerFacts::default(),
            certificates: Vec::new(),
            timings: Vec::new(),
            file_facts: Vec::new(),
        }
    }

    pub(crate) fn start(&self) -> Started {
        Started(self.meter.elapsed(), self.meter.spent())
    }

    /// Notes what `step` cost since it began.
    pub(crate) fn stop(&mut self, step: &str, Started(since, before): Started) {
        let spent = self.meter.spent();
        let time = self.meter.elapsed().saturating_sub(since);
        self.timings.push(Timing {
            step: step.to_owned(),
            milliseconds: (time.as_secs_f64() * 100_000.0).round() / 100.0,
            commands: spent.commands - before.commands,
            bytes: spent.bytes - before.bytes,
        });
    }

    pub(crate) fn check(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Keeps a file that was read.
    pub(crate) fn keep(&mut self, file: ElementaryFile, content: Vec<u8>) {
        self.file_facts.push(FileFacts {
            name: file.file_name(),
            state: FileState::Read,
            bytes: content.len(),
            sha256: Some(hex::encode(sha256(&content))),
        });
        self.files.insert(file, content);
    }

    /// Notes a file that was not read, and why.
    pub(crate) fn miss(&mut self, file: ElementaryFile, error: &ReadError) {
        let state = match error {
            ReadError::NotFound { .. } => FileState::Absent,
            ReadError::AccessDenied { .. } => FileState::Locked,
            _ => FileState::Failed,
        };
        let name = file.file_name();
        self.file_facts.push(FileFacts {
            name,
            state,
            bytes: 0,
            sha256: None,
        });
    }
}
