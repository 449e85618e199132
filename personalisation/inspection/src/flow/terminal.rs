//! Terminal authentication (9303-11 §7.1): between chip authentication and the fingerprints.
//!
//! It says nothing about the document: where it fails, the fingers stay locked and the report says why.

use icao9303::chip_authentication::Agreement;
use icao9303::cvc::{CertificateReference, Rights};
use icao9303::lds::{EfCvca, ElementaryFile};
use icao9303::reading::{self, MAX_FILE};
use icao9303::secure_messaging::SecureTransport;
use icao9303::terminal_authentication::{
    self as protocol, Chain, ChainError, ChipName, TerminalAuthenticationError,
};
use icao9303::transport::CardTransport;
use time::Date;

use super::telling::tell;
use crate::report::{Check, CheckName};
use crate::terminal::Terminal;

const NAME: CheckName = CheckName::TerminalAuthentication;
/// No certificates lead from the chip's trust points to the terminal.
const NO_CHAIN: &str = "NO_CHAIN";
/// A certificate of the terminal's chain is not in force.
const TERMINAL_EXPIRED: &str = "TERMINAL_EXPIRED";
/// The terminal's key did not sign.
const TERMINAL_KEY: &str = "TERMINAL_KEY";
/// The chip does not accept the terminal.
const TERMINAL_REFUSED: &str = "TERMINAL_REFUSED";

/// The terminal, and what the chip said of itself when it opened.
pub(crate) struct Granted<'a> {
    pub(crate) terminal: Option<&'a dyn Terminal>,
    /// What it is called; nothing before DG1 was read, where PACE did not name it.
    pub(crate) chip: Option<ChipName>,
    /// Whom the chip named in PACE.
    pub(crate) trust_points: Vec<CertificateReference>,
    pub(crate) today: Date,
}

impl Granted<'_> {
    /// Whether there is a terminal.
    pub(crate) fn is_given(&self) -> bool {
        self.terminal.is_some()
    }

    /// Runs the protocol in the session of chip authentication, and says what came of it.
    pub(crate) fn authenticate<T: CardTransport>(
        &self,
        card: &mut SecureTransport<T>,
        agreement: Option<&Agreement>,
        chunk: reading::ChunkSize,
    ) -> Check {
        let Some(terminal) = self.terminal else {
            let detail = "not granted: this inspector has no certificate of an inspection system";
            return Check::not_checked(NAME, detail);
        };
        let Some(agreement) = agreement else {
            let detail = "not possible: it needs chip authentication before it";
            return Check::not_checked(NAME, detail);
        };
        let Some(chip) = &self.chip else {
            let detail = "not possible: the document number, which names the chip, is not known";
            return Check::not_checked(NAME, detail);
        };
        let trust_points = self.trust_points(card, chunk);
        let chain = Chain::select(&trust_points, terminal.certificate(), terminal.known())
            .and_then(|chain| chain.check_dates(self.today).map(|()| chain));
        let chain = match chain {
            Ok(chain) => chain,
            Err(error) => return no_chain(&error),
        };
        let sign = |message: &[u8]| terminal.sign(message);
        match protocol::perform(card, &chain, chip, agreement, sign) {
            Ok(rights) => {
                let (name, from) = (chain.terminal().holder(), chain.trust_point());
                let opens = opens(rights);
                Check::passed(NAME, format!("as {name}, under {from}, for {opens}"))
            }
            Err(error) => refused(&error),
        }
    }

    /// Whom the chip trusts: named in PACE, or else listed in EF.CVCA.
    fn trust_points<T: CardTransport>(
        &self,
        card: &mut SecureTransport<T>,
        chunk: reading::ChunkSize,
    ) -> Vec<CertificateReference> {
        if !self.trust_points.is_empty() {
            return self.trust_points.clone();
        }
        let file = reading::read_file(card, ElementaryFile::Cvca, chunk, MAX_FILE);
        // Without either, no chain leads anywhere, and that is told.
        file.ok()
            .and_then(|file| EfCvca::parse(&file).ok())
            .map(|file| file.trust_points)
            .unwrap_or_default()
    }
}

fn opens(rights: Rights) -> &'static str {
    match (
        rights.contains(Rights::READ_DG3),
        rights.contains(Rights::READ_DG4),
    ) {
        (true, true) => "fingerprints and iris",
        (true, false) => "fingerprints",
        (false, true) => "iris",
        (false, false) => "nothing",
    }
}

fn no_chain(error: &ChainError) -> Check {
    let code = match error {
        ChainError::Expired { .. } | ChainError::NotYetValid { .. } => TERMINAL_EXPIRED,
        _ => NO_CHAIN,
    };
    Check::noted(NAME, format!("failed: {}", tell(error))).with_code(code)
}

/// A broken wire is a gap like any other; everything else only keeps the fingers locked.
fn refused(error: &TerminalAuthenticationError) -> Check {
    let detail = format!("failed: {}", tell(error));
    match error {
        TerminalAuthenticationError::Exchange(_) => Check::undetermined(NAME, detail),
        TerminalAuthenticationError::Signer(_) => {
            Check::noted(NAME, detail).with_code(TERMINAL_KEY)
        }
        _ => Check::noted(NAME, detail).with_code(TERMINAL_REFUSED),
    }
}
