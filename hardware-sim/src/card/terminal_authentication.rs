//! The chip's side of terminal authentication, version 1 (9303-11 §7.1, TR-03110-3 appendix B.3).
//!
//! ```text
//! Closed ──chip authentication──> Open ──EXTERNAL AUTHENTICATE──> Done ──chip authentication──> Spent
//! Open: (MSE:Set DST, PSO:Verify Certificate) for links, document verifier, terminal;
//!       MSE:Set AT, GET CHALLENGE, EXTERNAL AUTHENTICATE
//! ```
//!
//! Whatever is refused leaves things as they were, but for the challenge: that serves once.

use icao9303::apdu::StatusWord;
use icao9303::cvc::{
    Certificate, CertificateReference, Rights, Role, TerminalType, VerificationKey,
};
use rand::CryptoRng;
use time::Date;

use super::memory::Memory;
use super::refusal::Refusal;
use super::trust_points::{self, TrustPoint};

/// Out of order: something must come before.
const OUT_OF_ORDER: StatusWord = StatusWord::CONDITIONS_NOT_SATISFIED;
/// The certificate or the signature is not accepted.
const REFUSED: StatusWord = StatusWord::AUTHENTICATION_FAILED;

/// Bytes of a challenge.
const CHALLENGE: usize = 8;
/// The files that need a right of their own.
const DG3: u16 = 0x0103;
const DG4: u16 = 0x0104;

/// How far terminal authentication has come in this session.
#[derive(Default)]
pub(super) enum Progress {
    /// Chip authentication must come first.
    #[default]
    Closed,
    /// The session is the chip's own: certificates may come.
    Open(Box<Run>),
    /// A terminal has proven these rights. There is one terminal authentication a session.
    Done(Rights),
    /// The session's keys are no longer those that the terminal signed: its rights are gone.
    Spent,
}

/// Certificates seen so far, and who is expected to sign.
pub(super) struct Run {
    chip_name: Vec<u8>,
    terminal_key: Vec<u8>,
    signer: Option<Signer>,
    imported: Option<Imported>,
    /// MSE:Set AT chose the imported certificate.
    chosen: bool,
    challenge: Option<[u8; CHALLENGE]>,
}

/// Whose signature the next certificate must carry.
enum Signer {
    Authority(TrustPoint),
    Imported(Imported),
}

/// The key of a certificate that the chip has verified in this session.
#[derive(Clone)]
struct Imported {
    holder: CertificateReference,
    key: VerificationKey,
    role: Role,
    rights: Rights,
}

impl Progress {
    /// Chip authentication succeeded: `chip_name` is the chip's name in this session, `terminal_key`
    /// the x-coordinate of the terminal's key. A chip without a name admits nobody.
    pub(super) fn open(&mut self, chip_name: &[u8], terminal_key: &[u8]) {
        *self = match self {
            Self::Closed if chip_name.is_empty() => Self::Closed,
            Self::Closed | Self::Open(_) => Self::Open(Box::new(Run {
                chip_name: chip_name.to_vec(),
                terminal_key: terminal_key.to_vec(),
                signer: None,
                imported: None,
                chosen: false,
                challenge: None,
            })),
            Self::Done(_) | Self::Spent => Self::Spent,
        };
    }

    /// MSE:Set DST: who signed the next certificate. 6A88 when the chip does not know the name.
    pub(super) fn select_signer(
        &mut self,
        memory: &Memory,
        reference: &[u8],
    ) -> Result<(), StatusWord> {
        let run = self.run()?;
        let imported = run.imported.as_ref();
        let signer = match imported.filter(|key| key.holder.as_bytes() == reference) {
            Some(imported) => Signer::Imported(imported.clone()),
            None => trust_points::all(memory)
                .into_iter()
                .find(|point| point.holder.as_bytes() == reference)
                .map(Signer::Authority)
                .ok_or(StatusWord::REFERENCE_NOT_FOUND)?,
        };
        run.signer = Some(signer);
        Ok(())
    }

    /// PSO:Verify Certificate: 6985 without MSE:Set DST, 6A80 when it is no certificate, 6300 when
    /// signature, role or date are not accepted.
    pub(super) fn verify_certificate(
        &mut self,
        memory: &mut Memory,
        content: &[u8],
    ) -> Result<(), Refusal> {
        let run = self.run()?;
        let signer = run.signer.as_ref().ok_or(OUT_OF_ORDER)?;
        let certificate =
            Certificate::parse_content(content).map_err(|_| StatusWord::WRONG_DATA)?;
        let imported = match signer {
            Signer::Authority(point) => signed_by_authority(memory, &certificate, point)?,
            Signer::Imported(verifier) => Some(signed_by_verifier(memory, &certificate, verifier)?),
        };
        run.signer = None;
        if imported.is_some() {
            run.imported = imported;
            run.chosen = false;
            run.challenge = None;
        }
        Ok(())
    }

    /// MSE:Set AT: which terminal will sign. 6A88 unless its certificate was just verified.
    pub(super) fn select_terminal(&mut self, reference: &[u8]) -> Result<(), StatusWord> {
        let run = self.run()?;
        let is_terminal = run.imported.as_ref().is_some_and(|imported| {
            imported.role == Role::Terminal && imported.holder.as_bytes() == reference
        });
        if !is_terminal {
            return Err(StatusWord::REFERENCE_NOT_FOUND);
        }
        run.chosen = true;
        run.challenge = None;
        Ok(())
    }

    /// GET CHALLENGE: a fresh one takes the place of any before.
    pub(super) fn challenge(
        &mut self,
        rng: &mut impl CryptoRng,
    ) -> Result<[u8; CHALLENGE], StatusWord> {
        let run = self.run()?;
        if !run.chosen {
            return Err(OUT_OF_ORDER);
        }
        let mut challenge = [0; CHALLENGE];
        rng.fill_bytes(&mut challenge);
        run.challenge = Some(challenge);
        Ok(challenge)
    }

    /// EXTERNAL AUTHENTICATE: the terminal's signature over the chip's name, the challenge and the
    /// terminal's own key of chip authentication. 6300 when it is wrong; the challenge is used up.
    pub(super) fn authenticate(&mut self, signature: &[u8]) -> Result<(), StatusWord> {
        let run = self.run()?;
        let terminal = run.imported.as_ref().filter(|_| run.chosen);
        let terminal = terminal.ok_or(OUT_OF_ORDER)?;
        let challenge = run.challenge.take().ok_or(OUT_OF_ORDER)?;
        let message = [&run.chip_name[..], &challenge, &run.terminal_key].concat();
        let is_right = terminal.key.is_signature(&message, signature);
        if !is_right.unwrap_or(false) {
            return Err(REFUSED);
        }
        *self = Self::Done(terminal.rights);
        Ok(())
    }

    /// Whether a file for terminals may be read.
    pub(super) fn may_read(&self, identifier: u16) -> bool {
        let needed = match identifier {
            DG3 => Rights::READ_DG3,
            DG4 => Rights::READ_DG4,
            _ => return false,
        };
        matches!(self, Self::Done(rights) if rights.contains(needed))
    }

    /// 6982 before chip authentication, and after terminal authentication.
    fn run(&mut self) -> Result<&mut Run, StatusWord> {
        match self {
            Self::Open(run) => Ok(run),
            Self::Closed | Self::Done(_) | Self::Spent => {
                Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED)
            }
        }
    }
}

/// A certificate under a trust point: the link to the next one, or a document verifier's.
fn signed_by_authority(
    memory: &mut Memory,
    certificate: &Certificate,
    point: &TrustPoint,
) -> Result<Option<Imported>, Refusal> {
    let key = verify(certificate, &point.holder, &point.key)?;
    let body = certificate.body();
    let date = trust_points::card_date(memory).ok_or(REFUSED)?;
    match body.authorization.role {
        // However old a link is, it leads on: a card may have been in a drawer for years.
        Role::Cvca => {
            import_link(memory, TrustPoint::new(certificate, key), date)?;
            Ok(None)
        }
        Role::DomesticDocumentVerifier | Role::ForeignDocumentVerifier => {
            if point.expiration < date || body.expiration < date {
                return Err(REFUSED.into());
            }
            trust_points::raise_date(memory, body.effective)?;
            Ok(Some(imported(certificate, key, point.rights)))
        }
        Role::Terminal => Err(REFUSED.into()),
    }
}

/// A certificate under a document verifier's: only that of a terminal.
fn signed_by_verifier(
    memory: &mut Memory,
    certificate: &Certificate,
    verifier: &Imported,
) -> Result<Imported, Refusal> {
    let key = verify(certificate, &verifier.holder, &verifier.key)?;
    let body = certificate.body();
    let date = trust_points::card_date(memory).ok_or(REFUSED)?;
    let is_chain = verifier.role.is_document_verifier();
    if !is_chain || body.authorization.role != Role::Terminal || body.expiration < date {
        return Err(REFUSED.into());
    }
    // Only our own document verifiers are trusted to date their certificates rightly.
    if verifier.role == Role::DomesticDocumentVerifier {
        trust_points::raise_date(memory, body.effective)?;
    }
    Ok(imported(certificate, key, verifier.rights))
}

/// The holder's key, if `signer` issued the certificate and it is for inspection systems.
fn verify(
    certificate: &Certificate,
    signer: &CertificateReference,
    key: &VerificationKey,
) -> Result<VerificationKey, StatusWord> {
    let terminal = certificate.body().authorization.terminal;
    if certificate.authority() != signer || terminal != TerminalType::InspectionSystem {
        return Err(REFUSED);
    }
    certificate.verify(key).map_err(|_| REFUSED)
}

/// What a chain leaves of the rights is what all of its certificates have.
fn imported(certificate: &Certificate, key: VerificationKey, rights: Rights) -> Imported {
    let body = certificate.body();
    Imported {
        holder: body.holder.clone(),
        key,
        role: body.authorization.role,
        rights: rights & body.authorization.rights,
    }
}

/// Makes the holder of a link a trust point, and its effective date the card's if that is later. A
/// trust point that is there already stays as it is; another key under its name is refused.
fn import_link(memory: &mut Memory, new: TrustPoint, date: Date) -> Result<(), Refusal> {
    let mut points = trust_points::all(memory);
    if let Some(known) = points.iter().find(|point| point.holder == new.holder) {
        return if known.key == new.key {
            Ok(())
        } else {
            Err(REFUSED.into())
        };
    }
    let date = date.max(new.effective);
    points.insert(0, new);
    Ok(trust_points::store(memory, points, date)?)
}
