//! Once the chip is open: reading its files, and chip authentication.

use std::collections::BTreeSet;

use icao9303::chip_authentication::{
    self, Agreement, ChipAuthenticationError, ChipAuthenticationParameters,
};
use icao9303::exchange::find_cause;
use icao9303::lds::{DataGroup, Dg1, Dg14, EMRTD_AID, EfCom, ElementaryFile};
use icao9303::reading::{self, ChunkSize, MAX_FILE, ReadError};
use icao9303::secure_messaging::{SecureMessagingError, SecureTransport};
use icao9303::security_info::SecurityInfos;
use icao9303::sod::DocumentSecurityObject;
use icao9303::terminal_authentication::ChipName;
use icao9303::transport::CardTransport;
use rand::CryptoRng;

use super::active;
use super::journal::Journal;
use super::telling::{tell, weigh};
use super::terminal::Granted;
use crate::files::is_sensitive;
use crate::protocols;
use crate::report::{Check, CheckName, CheckResult, FingerState};

/// The open chip, read file by file.
pub(crate) struct Session<'j, 'm, T> {
    card: SecureTransport<T>,
    chunk: ChunkSize,
    granted: Granted<'j>,
    journal: &'j mut Journal<'m>,
    /// Whether a signed file could not be read.
    gaps: Vec<(CheckResult, String)>,
}

impl<'j, 'm, T: CardTransport> Session<'j, 'm, T> {
    pub(crate) fn new(
        card: SecureTransport<T>,
        granted: Granted<'j>,
        journal: &'j mut Journal<'m>,
    ) -> Self {
        let chunk = chunk_size(journal);
        Self {
            card,
            chunk,
            granted,
            journal,
            gaps: Vec::new(),
        }
    }

    /// Reads everything, authenticates the chip in between, and notes what came of it.
    pub(crate) fn run(mut self, rng: &mut impl CryptoRng) {
        let started = self.journal.start();
        let sensitive = self.read_plain_files();
        self.journal.stop("Reading the files", started);
        let agreement = self.authenticate_chip(rng);
        active::authenticate(&mut self.card, rng, self.journal);
        if !sensitive.is_empty() {
            self.authenticate_terminal(&sensitive, agreement.as_ref());
            let started = self.journal.start();
            for group in sensitive {
                self.try_sensitive(group);
            }
            self.journal.stop("Asking for the fingerprints", started);
        }
        self.judge_files();
    }

    /// Reads all that the password opens; what terminal authentication guards is left, and returned.
    fn read_plain_files(&mut self) -> Vec<DataGroup> {
        // Basic access control opens the application alone, and has no use for EF.CardSecurity.
        if self.granted.chip.is_some() {
            self.read_optional(ElementaryFile::CardSecurity);
        }
        if self.card.is_open()
            && let Err(error) = reading::select_application(&mut self.card, &EMRTD_AID)
        {
            self.gaps.push((CheckResult::Undetermined, tell(&error)));
            return Vec::new();
        }
        self.read_optional(ElementaryFile::Com);
        self.read_signed(ElementaryFile::Sod);
        let listed = self.listed_data_groups().into_iter();
        let (sensitive, plain): (Vec<_>, Vec<_>) = listed.partition(|group| is_sensitive(*group));
        for group in plain {
            self.read_signed(ElementaryFile::DataGroup(group));
        }
        if self.granted.chip.is_none() {
            self.granted.chip = self.document_number();
        }
        sensitive
    }

    /// What terminal authentication calls the chip after basic access control.
    fn document_number(&self) -> Option<ChipName> {
        let file = self.journal.files.data_group(DataGroup::DG1)?;
        let mrz = Dg1::parse(file).ok()?.mrz.information();
        Some(ChipName::after_basic_access_control(&mrz))
    }

    fn read(&mut self, file: ElementaryFile) -> Result<(), ReadError> {
        match reading::read_file(&mut self.card, file, self.chunk, MAX_FILE) {
            Ok(content) => {
                self.journal.keep(file, content);
                Ok(())
            }
            Err(error) => {
                self.journal.miss(file, &error);
                Err(error)
            }
        }
    }

    /// A file that may be missing.
    fn read_optional(&mut self, file: ElementaryFile) {
        self.read_or_note(file, true);
    }

    /// A file that must be there.
    fn read_signed(&mut self, file: ElementaryFile) {
        self.read_or_note(file, false);
    }

    /// After the session ended, nothing more is asked: the reason stands among the gaps.
    fn read_or_note(&mut self, file: ElementaryFile, optional: bool) {
        if !self.card.is_open() {
            return;
        }
        match self.read(file) {
            Ok(()) => {}
            Err(ReadError::NotFound { .. }) if optional => {}
            Err(error) => self.gaps.push((weigh(&error), tell(&error))),
        }
    }

    /// Every data group that EF.SOD or EF.COM lists. EF.COM is not signed: what only it lists is
    /// read to be refused.
    fn listed_data_groups(&self) -> BTreeSet<DataGroup> {
        let files = &self.journal.files;
        let signed = files.get(ElementaryFile::Sod).and_then(|file| {
            DocumentSecurityObject::parse(file)
                .ok()?
                .security_object()
                .ok()
        });
        let signed = signed.iter().flat_map(|object| object.hashes().keys());
        let common = files
            .get(ElementaryFile::Com)
            .and_then(|file| EfCom::parse(file).ok());
        let common = common.into_iter().flat_map(|common| common.data_groups);
        signed.copied().chain(common).collect()
    }

    /// Chip authentication, where DG14 offers it: the chip proves that it holds the key of DG14.
    /// The agreement is there once the chip has proven itself.
    fn authenticate_chip(&mut self, rng: &mut impl CryptoRng) -> Option<Agreement> {
        let infos = self.security_infos_of_dg14()?;
        self.journal
            .chip
            .offers
            .extend(protocols::offers(&infos, "EF.DG14"));
        if infos.chip_authentication().next().is_none() || !self.card.is_open() {
            return None;
        }
        let name = CheckName::ChipAuthentication;
        let parameters = match ChipAuthenticationParameters::select(&infos) {
            Ok(parameters) => parameters,
            Err(error) => {
                self.journal.check(Check::noted(name, tell(&error)));
                return None;
            }
        };
        let started = self.journal.start();
        let result = chip_authentication::perform(&mut self.card, &parameters, rng);
        let (check, agreement) = match result {
            Ok(agreement) => (self.confirm_new_keys(), Some(agreement)),
            Err(error) => (weigh_chip_authentication(&error), None),
        };
        self.journal.stop("Chip authentication", started);
        let proven = check.result == CheckResult::Passed;
        self.journal.check(check);
        agreement.filter(|_| proven)
    }

    /// Terminal authentication, where there is something that it opens and a terminal to do it with.
    /// Before that the chip must keep the fingers from us as from everybody.
    fn authenticate_terminal(&mut self, guarded: &[DataGroup], agreement: Option<&Agreement>) {
        if !self.card.is_open() {
            return;
        }
        let started = self.journal.start();
        let open = guarded
            .iter()
            .find(|group| self.granted.is_given() && self.is_open(**group));
        let check = match open {
            Some(group) => {
                let detail = format!("not needed: the chip gives {group} to everybody");
                Check::not_checked(CheckName::TerminalAuthentication, detail)
            }
            None => self
                .granted
                .authenticate(&mut self.card, agreement, self.chunk),
        };
        if self.granted.is_given() {
            self.journal.stop("Terminal authentication", started);
        }
        self.journal.check(check);
    }

    /// Whether the chip gives a file that it should keep. Not noted: it is asked for again.
    fn is_open(&mut self, group: DataGroup) -> bool {
        let file = ElementaryFile::DataGroup(group);
        reading::read_file(&mut self.card, file, self.chunk, MAX_FILE).is_ok()
    }

    /// The chip has proven its key once it answers under the keys that only the key's holder has.
    fn confirm_new_keys(&mut self) -> Check {
        let name = CheckName::ChipAuthentication;
        match reading::select_file(&mut self.card, ElementaryFile::Com) {
            Err(error @ ReadError::Exchange { .. }) => {
                if find_cause::<SecureMessagingError>(&error).is_some() {
                    let detail = "the chip does not hold the private key of its DG14: it cannot go \
                                  on under the new keys; treat the document as a copy";
                    Check::failed(name, detail)
                } else {
                    Check::undetermined(name, tell(&error))
                }
            }
            // Whatever it answered, it answered under the new keys.
            _ => Check::passed(
                name,
                "the chip goes on under keys that only the original has",
            ),
        }
    }

    /// A DG14 that cannot be read fails as a signed file, not here.
    fn security_infos_of_dg14(&self) -> Option<SecurityInfos> {
        let file = self.journal.files.data_group(DataGroup::DG14)?;
        Some(Dg14::parse(file).ok()?.security_infos)
    }

    /// Fingerprints and iris: refused to all but certified terminals.
    fn try_sensitive(&mut self, group: DataGroup) {
        let fingers = group == DataGroup::DG3;
        let file = ElementaryFile::DataGroup(group);
        if !self.card.is_open() {
            if fingers {
                self.journal.fingers.state = FingerState::NotReached;
            }
            return;
        }
        let state = match self.read(file) {
            Ok(()) => {
                if fingers {
                    let detail = format!("{file} was read");
                    self.journal
                        .check(Check::passed(CheckName::Fingerprints, detail));
                }
                FingerState::Readable
            }
            Err(ReadError::AccessDenied { .. }) => {
                let detail = format!("{file} is locked, needs terminal authentication");
                self.journal
                    .check(Check::noted(CheckName::Fingerprints, detail));
                FingerState::Locked
            }
            Err(error) => {
                self.gaps.push((weigh(&error), tell(&error)));
                FingerState::NotReached
            }
        };
        if fingers {
            self.journal.fingers.state = state;
        }
    }

    fn judge_files(self) {
        let name = CheckName::Files;
        let worst = self
            .gaps
            .iter()
            .find(|(result, _)| *result == CheckResult::Failed)
            .or(self.gaps.first());
        self.journal.check(match worst {
            Some((CheckResult::Failed, detail)) => Check::failed(name, detail.clone()),
            Some((_, detail)) => Check::undetermined(name, detail.clone()),
            None => {
                let read = self.journal.files.data_groups().count();
                Check::passed(
                    name,
                    format!("{read} data groups, through the protected channel"),
                )
            }
        });
    }
}

/// A refusal or a broken session says that the chip does not hold the key; a broken wire says nothing.
fn weigh_chip_authentication(error: &ChipAuthenticationError) -> Check {
    let name = CheckName::ChipAuthentication;
    match error {
        ChipAuthenticationError::Refused { .. } | ChipAuthenticationError::Malformed(_) => {
            Check::failed(name, tell(error))
        }
        _ => Check::undetermined(name, tell(error)),
    }
}

/// How much the chip gives at once, as EF.ATR/INFO says.
fn chunk_size(journal: &Journal<'_>) -> ChunkSize {
    match journal.chip.max_response {
        Some(largest) => {
            ChunkSize::from_largest_response(usize::try_from(largest).unwrap_or(0), true)
        }
        None => ChunkSize::SHORT,
    }
}
