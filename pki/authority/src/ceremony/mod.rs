//! The first ceremony: tokens, keys, certificates, first revocation list, from one reviewed file.
//!
//! Every step looks first whether its work is done, so an interrupted ceremony continues where it
//! stopped, and a finished one changes nothing.

pub mod calendar;
mod country;
mod operations;
pub mod place;
pub mod plan;
mod protocol;
pub mod tokens;

use std::path::{Path, PathBuf};

use icao9303::x509::{Certificate, PublicKey};
use key_custody::{CustodyError, Token};
use rand::CryptoRng;
use time::OffsetDateTime;

use self::{
    place::{Place, PlaceError, TokenPlace},
    plan::{Plan, PlanError},
};
use crate::profile::BuildError;

const PLAN_DIGEST: &str = "ceremony.sha256";
const PROTOCOL: &str = "protocol.md";

/// What came of a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Something was made; the protocol lists everything.
    Done {
        /// The protocol.
        protocol: PathBuf,
    },
    /// This ceremony was finished before; nothing was changed.
    FinishedBefore {
        /// The protocol.
        protocol: PathBuf,
    },
}

/// Why a ceremony stopped. Run it again when the cause is gone: it continues.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// The file is refused.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A token failed.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A file cannot be written or read.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A certificate or list was not made.
    #[error("a certificate was not made: {0}")]
    Build(#[from] BuildError<CustodyError>),
    /// OpenSSL failed on a program's key.
    #[error("a program's key: {0}")]
    Openssl(#[from] openssl::error::ErrorStack),
    /// The folder belongs to another ceremony file.
    #[error(
        "{} was made from another ceremony file; a ceremony is never changed, choose another \
         `output`", output.display()
    )]
    OtherPlan {
        /// The folder.
        output: PathBuf,
    },
    /// A file is not of the key that is in the token.
    #[error("{file} does not belong to the key in its token; find out who put it there")]
    Foreign {
        /// The file.
        file: String,
    },
    /// A key is on another curve than planned.
    #[error("the key {label} exists on another curve than the ceremony makes")]
    OtherCurve {
        /// The key's label.
        label: String,
    },
}

/// Runs the ceremony of `file`. `say` hears each thing that is made.
pub fn run<R: CryptoRng>(
    file: &Path,
    now: OffsetDateTime,
    rng: &mut R,
    say: &mut dyn FnMut(&str),
) -> Result<Outcome, CeremonyError> {
    let plan = Plan::read(file)?;
    let place = Place::open(&plan.output)?;
    let digest = hex::encode(plan.digest).into_bytes();
    match place.read(PLAN_DIGEST)? {
        None => place.write(PLAN_DIGEST, &digest, 0o644)?,
        Some(known) if known == digest => {}
        Some(_) => {
            return Err(CeremonyError::OtherPlan {
                output: plan.output,
            });
        }
    }
    let protocol = plan.output.join(PROTOCOL);
    if place.read(PROTOCOL)?.is_some() {
        return Ok(Outcome::FinishedBefore { protocol });
    }
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let mut ceremony = Ceremony {
        plan: &plan,
        place,
        now,
        rng,
        say,
    };
    // One token folder is open at a time: what a step needs of another token is its public keys.
    let signers = tokens::document_signers(&mut ceremony)?;
    tokens::tickets(&mut ceremony)?;
    tokens::line(&mut ceremony)?;
    operations::make(&mut ceremony)?;
    country::make(&mut ceremony, &signers)?;
    let text = protocol::write(&plan, now, &ceremony.place.published()?);
    ceremony.make(PROTOCOL, text.as_bytes())?;
    Ok(Outcome::Done { protocol })
}

/// One run.
struct Ceremony<'a, R> {
    plan: &'a Plan,
    place: Place,
    now: OffsetDateTime,
    rng: &'a mut R,
    say: &'a mut dyn FnMut(&str),
}

impl<R: CryptoRng> Ceremony<'_, R> {
    fn token(&mut self, token: TokenPlace) -> Result<Token, CeremonyError> {
        tokens::open(&self.place, token, &self.plan.module, self.rng)
    }

    fn say(&mut self, what: &str) {
        (self.say)(what);
    }

    /// Writes a public file that does not exist.
    fn make(&mut self, file: &str, bytes: &[u8]) -> Result<(), CeremonyError> {
        self.place.write(file, bytes, 0o644)?;
        self.say(&format!("made {file}"));
        Ok(())
    }

    /// Writes a public file, or checks that it holds just that already.
    fn keep(&mut self, file: &str, bytes: &[u8]) -> Result<(), CeremonyError> {
        match self.place.read(file)? {
            None => self.make(file, bytes),
            Some(known) if known == bytes => Ok(()),
            Some(_) => Err(CeremonyError::Foreign { file: file.into() }),
        }
    }

    /// The certificate in `file`, if it was made; it must be of the key `spki`.
    fn certificate(&self, file: &str, spki: &[u8]) -> Result<Option<Certificate>, CeremonyError> {
        let Some(bytes) = self.place.read(file)? else {
            return Ok(None);
        };
        let foreign = || CeremonyError::Foreign { file: file.into() };
        let certificate = Certificate::parse(&bytes).map_err(|_| foreign())?;
        let key = PublicKey::parse(spki).map_err(|_| foreign())?;
        if certificate.public_key().same_key(&key) {
            Ok(Some(certificate))
        } else {
            Err(foreign())
        }
    }
}
