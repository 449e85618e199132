//! The first ceremony: tokens, keys, certificates, first revocation list, from one reviewed file; and
//! later ones, which renew what terminal authentication needs and certificates of programs, and destroy
//! superseded keys.
//!
//! Every step looks first whether its work is done, so an interrupted ceremony continues where it
//! stopped, and a finished one changes nothing.

pub mod calendar;
mod country;
mod destroying;
pub mod later_plan;
mod operations;
pub mod place;
pub mod plan;
mod protocol;
mod renewing;
pub mod tokens;
mod verifying;
pub mod verifying_plan;

use std::path::{Path, PathBuf};

use icao9303::{
    cvc::{CvcError, ReferenceError},
    x509::{Certificate, PublicKey},
};
use key_custody::CustodyError;
use rand::CryptoRng;
use time::OffsetDateTime;

pub use self::operations::KEY as OPERATIONS_KEY;
use self::{
    later_plan::LaterPlan,
    place::{Place, PlaceError, TokenPlace},
    plan::{Plan, PlanError},
    protocol::Heading,
    tokens::{AtBench, MakeKeys},
};
use crate::{cvc_key::CvcKeyError, profile::BuildError};

/// What every first ceremony leaves, and a later one needs.
const FIRST: &str = "ceremony";

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
    /// A card-verifiable certificate or request was not made.
    #[error(transparent)]
    CvcKey(#[from] CvcKeyError),
    /// A card-verifiable certificate or request cannot be used.
    #[error(transparent)]
    Cvc(#[from] CvcError),
    /// Names that are none.
    #[error("a holder reference of the ceremony file: {0}")]
    Reference(#[from] ReferenceError),
    /// The certificate that `previous` names is not there.
    #[error(
        "{file} is missing: what the ceremony renews must have been made in this folder, and its \
         token must be in the house"
    )]
    NoPrevious {
        /// The file.
        file: String,
    },
    /// The certificate that `previous` names has expired, so its key vouches for nothing.
    #[error("{file} has expired; take out `previous` and identify the holder anew")]
    ExpiredPrevious {
        /// The file.
        file: String,
    },
    /// The operations CA certifies nobody any more.
    #[error("the operations CA has ended; hold a first ceremony in another folder for a new one")]
    AuthorityEnded,
    /// A document verifier would outlive its CA.
    #[error(
        "the certificate of {label} would be valid longer than that of the country verifying CA; \
         renew the CA first, or shorten validity_days"
    )]
    Outlives {
        /// The verifier's label.
        label: String,
    },
    /// A later ceremony in a folder without a finished first one.
    #[error("{} holds no finished first ceremony; later ones only add to one", output.display())]
    NoFirst {
        /// The folder.
        output: PathBuf,
    },
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
    /// A token that a ceremony made is not there: it is never made anew.
    #[error(
        "the token {label} was made in an earlier ceremony and is not in {}, or cannot be read; \
         bring it back from the safe, or put the folder back from a copy (no other is made in its \
         place: its keys would be out of sight)", folder.display()
    )]
    TokenLost {
        /// The token.
        label: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// A token has the label of one that a ceremony made, but is another one.
    #[error(
        "the token {label} in {} is not the one that the ceremony made (its serial number is \
         another); put back the right one", folder.display()
    )]
    OtherToken {
        /// The token.
        label: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// A key is not destroyed, for nothing works in its place.
    #[error("the key {label} is not destroyed: its successor {successor} {reason}")]
    NotSucceeded {
        /// The key.
        label: String,
        /// What should work in its place.
        successor: String,
        /// Why it does not.
        reason: &'static str,
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
    let now = now.replace_nanosecond(0).unwrap_or(now);
    if let Some(plan) = LaterPlan::read(file)? {
        return later(&plan, now, rng, say);
    }
    let plan = Plan::read(file)?;
    let place = Place::open(&plan.output)?;
    let protocol = match begin(&place, &plan.output, FIRST, plan.digest)? {
        Begun::Unfinished(protocol) => protocol,
        Begun::Finished(protocol) => return Ok(Outcome::FinishedBefore { protocol }),
    };
    let mut ceremony = Ceremony {
        plan: &plan,
        module: &plan.module,
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
    if let Some(verifying) = plan.verifying() {
        verifying::make(&mut ceremony, &verifying)?;
    }
    let text = protocol::write(
        &Heading::first(&plan),
        now,
        &ceremony.place.published()?,
        &plan.witnesses,
    );
    ceremony.make(&protocol, text.as_bytes())?;
    let protocol = plan.output.join(protocol);
    Ok(Outcome::Done { protocol })
}

/// A later ceremony: what terminal authentication needs, further certificates of programs, and the end of
/// superseded keys, in the folder of the first one.
fn later<R: CryptoRng>(
    plan: &LaterPlan,
    now: OffsetDateTime,
    rng: &mut R,
    say: &mut dyn FnMut(&str),
) -> Result<Outcome, CeremonyError> {
    let no_first = || CeremonyError::NoFirst {
        output: plan.output.clone(),
    };
    if !plan.output.join(protocol_file(FIRST)).exists() {
        return Err(no_first());
    }
    let place = Place::open(&plan.output)?;
    let name = format!("{FIRST}-{}", plan.name);
    let protocol = match begin(&place, &plan.output, &name, plan.digest)? {
        Begun::Unfinished(protocol) => protocol,
        Begun::Finished(protocol) => return Ok(Outcome::FinishedBefore { protocol }),
    };
    let mut ceremony = Ceremony {
        plan: &(),
        module: &plan.module,
        place,
        now,
        rng,
        say,
    };
    if let Some(verifying) = &plan.verifying {
        verifying::make(&mut ceremony, verifying)?;
    }
    renewing::renew(&mut ceremony, &plan.name, &plan.renew)?;
    destroying::destroy(&mut ceremony, &plan.destroy)?;
    let text = protocol::write(
        &Heading::later(plan),
        now,
        &ceremony.place.published()?,
        &plan.witnesses,
    );
    ceremony.make(&protocol, text.as_bytes())?;
    let protocol = plan.output.join(protocol);
    Ok(Outcome::Done { protocol })
}

/// Whether a ceremony still has something to do.
enum Begun {
    /// The name of the protocol to write.
    Unfinished(String),
    /// The path of the protocol that was written.
    Finished(PathBuf),
}

/// Binds the folder to the file, once; a changed file is refused.
fn begin(
    place: &Place,
    output: &Path,
    name: &str,
    digest: [u8; 32],
) -> Result<Begun, CeremonyError> {
    let digest = hex::encode(digest).into_bytes();
    let file = format!("{name}.sha256");
    match place.read(&file)? {
        None => place.write(&file, &digest, 0o644)?,
        Some(known) if known == digest => {}
        Some(_) => {
            return Err(CeremonyError::OtherPlan {
                output: output.into(),
            });
        }
    }
    let protocol = protocol_file(name);
    if place.read(&protocol)?.is_some() {
        return Ok(Begun::Finished(output.join(protocol)));
    }
    Ok(Begun::Unfinished(protocol))
}

/// `protocol.md` of the first ceremony, `protocol-NAME.md` of later ones.
fn protocol_file(name: &str) -> String {
    format!("{}.md", name.replacen(FIRST, "protocol", 1))
}

/// One run.
struct Ceremony<'a, R, P = Plan> {
    plan: &'a P,
    module: &'a Path,
    place: Place,
    now: OffsetDateTime,
    rng: &'a mut R,
    say: &'a mut dyn FnMut(&str),
}

impl<R: CryptoRng, P> Ceremony<'_, R, P> {
    fn token(
        &mut self,
        token: TokenPlace,
        make_keys: MakeKeys<'_>,
    ) -> Result<AtBench, CeremonyError> {
        tokens::open(&self.place, token, self.module, self.rng, make_keys)
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
