//! Terminal authentication version 1 with ECDSA, the reader's side (9303-11 §7.1, TR-03110-3 B.3).
//!
//! ```text
//! 1  00 22 81 B6  83 CAR              who signed the next certificate   ┐ links, document verifier,
//! 2  00 2A 00 BE  7F4E body, 5F37 …   the certificate                   ┘ inspection system
//! 3  00 22 81 A4  83 CHR              who will sign
//! 4  00 84 00 00  08                  → r_IC
//! 5  00 82 00 00  s_IFD over ID_IC ‖ r_IC ‖ Comp(PK_DH,IFD)
//! ```
//!
//! It comes after chip authentication, in its session and once in it: what is signed is the
//! ephemeral key of that session. The terminal's key lives elsewhere, so a callback signs.
//! [`Chain::select`] finds the certificates that lead from what the chip trusts to the terminal.

use std::error::Error;

use crate::apdu::{Command, StatusWord};
use crate::chip_authentication::Agreement;
use crate::cvc::{CertificateReference, Rights};
use crate::exchange::{ExchangeError, TransportError, exchange};
use crate::mrz::MrzInformation;
use crate::pace::Established;
use crate::secure_messaging::SecureTransport;
use crate::tlv;
use crate::transport::CardTransport;

pub use chain::{Chain, ChainError};

mod chain;

/// Bytes of the chip's challenge.
const CHALLENGE: usize = 8;
/// Both dates of the MRZ information with their check digits, in characters.
const DATES: usize = 14;
const REFERENCE: u16 = 0x83;

/// A step of the protocol, for error texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// MSE:Set DST.
    NameSigner,
    /// PSO:Verify Certificate.
    VerifyCertificate,
    /// MSE:Set AT.
    NameTerminal,
    /// GET CHALLENGE.
    GetChallenge,
    /// EXTERNAL AUTHENTICATE.
    Authenticate,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NameSigner => "MSE:Set DST",
            Self::VerifyCertificate => "PSO:Verify Certificate",
            Self::NameTerminal => "MSE:Set AT",
            Self::GetChallenge => "GET CHALLENGE",
            Self::Authenticate => "EXTERNAL AUTHENTICATE",
        })
    }
}

/// Why terminal authentication did not succeed. The session stands, without further rights, unless
/// it ended itself.
#[derive(Debug, thiserror::Error)]
pub enum TerminalAuthenticationError {
    /// The wire failed, or secure messaging ended.
    #[error("terminal authentication was interrupted")]
    Exchange(#[from] ExchangeError),
    /// 6982: chip authentication did not come before, or a terminal has authenticated already.
    #[error(
        "the chip does not admit terminal authentication at {step}: it comes after chip authentication, once a session"
    )]
    NotAdmitted {
        /// Where.
        step: Step,
    },
    /// 6A88 to MSE:Set DST: the chip does not know who signed the certificate.
    #[error("the chip does not know {authority}; read its trust points and choose another chain")]
    UnknownAuthority {
        /// Who signed.
        authority: CertificateReference,
    },
    /// The chip does not accept a certificate: its signature, its role, or its date.
    #[error(
        "the chip refused the certificate of {holder} with status {status}: it is not its signer's, not for its place in the chain, or expired by the chip's date"
    )]
    CertificateRefused {
        /// Whose certificate.
        holder: CertificateReference,
        /// The chip's status word.
        status: StatusWord,
    },
    /// 6A88 to MSE:Set AT: the chip accepted the certificate, but not for a terminal.
    #[error("the chip does not take {terminal} for a terminal")]
    UnknownTerminal {
        /// Whose certificate.
        terminal: CertificateReference,
    },
    /// The challenge does not have eight bytes.
    #[error("the chip's challenge has {found} bytes where 8 are needed; do not trust it")]
    BadChallenge {
        /// Bytes sent.
        found: usize,
    },
    /// The terminal's key could not sign.
    #[error("the terminal's key did not sign; check its token")]
    Signer(#[source] TransportError),
    /// 6300: the signature is not that of the terminal's certificate over this session.
    #[error(
        "the chip does not accept the signature of {terminal}: the key is not that of its certificate, or the session is another one"
    )]
    SignatureRefused {
        /// Whose signature.
        terminal: CertificateReference,
    },
    /// Any other status.
    #[error("the chip refused terminal authentication at {step} with status {status}")]
    Refused {
        /// Where.
        step: Step,
        /// The chip's status word.
        status: StatusWord,
    },
}

/// What the chip is called in this session, `ID_IC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipName(Vec<u8>);

impl ChipName {
    /// After PACE: the x-coordinate of the chip's ephemeral key.
    pub fn after_pace(established: &Established) -> Self {
        Self(established.chip_key().x().to_vec())
    }

    /// After basic access control: the document number with its check digit, as printed.
    pub fn after_basic_access_control(mrz: &MrzInformation) -> Self {
        let mrz = mrz.as_str().as_bytes();
        Self(mrz[..mrz.len().saturating_sub(DATES)].to_vec())
    }

    /// The bytes that are signed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The trust points that the chip named in PACE, the newest first; what is no name is left out. A
/// chip that named none may still list them in EF.CVCA.
pub fn trust_points(established: &Established) -> Vec<CertificateReference> {
    let names = established.authorities().iter();
    names
        .filter_map(|name| CertificateReference::parse(name).ok())
        .collect()
}

/// What a terminal signs: the chip's name, the chip's challenge, and the x-coordinate of its own
/// ephemeral key of chip authentication.
pub fn message(chip: &ChipName, challenge: &[u8; CHALLENGE], agreement: &Agreement) -> Vec<u8> {
    let key = agreement.ephemeral_key().x();
    [chip.as_bytes(), challenge, key].concat()
}

/// Runs terminal authentication in the session of chip authentication.
///
/// `sign` gets the message and gives the plain signature `r‖s` of the key that the last certificate of
/// `chain` is for, with that key's hash. The result are the rights that the chain leaves, as far
/// as the reader can see: the trust point itself may have fewer.
pub fn perform<T, E>(
    card: &mut SecureTransport<T>,
    chain: &Chain,
    chip: &ChipName,
    agreement: &Agreement,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Rights, TerminalAuthenticationError>
where
    T: CardTransport,
    E: Error + Send + Sync + 'static,
{
    present(card, chain)?;
    let terminal = chain.terminal().holder();
    let challenge = request_challenge(card, terminal)?;
    let signature = sign(&message(chip, &challenge, agreement))
        .map_err(|error| TerminalAuthenticationError::Signer(TransportError::new(error)))?;
    let command = Command::new(0x00, 0x82, 0x00, 0x00).with_data(signature);
    match ask(card, &command)?.0 {
        StatusWord::OK => Ok(chain.rights()),
        StatusWord::AUTHENTICATION_FAILED => Err(TerminalAuthenticationError::SignatureRefused {
            terminal: terminal.clone(),
        }),
        status => Err(refused(Step::Authenticate, status)),
    }
}

/// Steps 1 and 2 for each certificate of the chain.
fn present<T: CardTransport>(
    card: &mut SecureTransport<T>,
    chain: &Chain,
) -> Result<(), TerminalAuthenticationError> {
    for certificate in chain.certificates() {
        let authority = certificate.authority();
        match ask(card, &name(0xB6, authority))?.0 {
            StatusWord::OK => {}
            StatusWord::REFERENCE_NOT_FOUND => {
                return Err(TerminalAuthenticationError::UnknownAuthority {
                    authority: authority.clone(),
                });
            }
            status => return Err(refused(Step::NameSigner, status)),
        }
        let command = Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(certificate.content());
        match ask(card, &command)?.0 {
            StatusWord::OK => {}
            status @ StatusWord::SECURITY_STATUS_NOT_SATISFIED => {
                return Err(refused(Step::VerifyCertificate, status));
            }
            status => {
                return Err(TerminalAuthenticationError::CertificateRefused {
                    holder: certificate.holder().clone(),
                    status,
                });
            }
        }
    }
    Ok(())
}

/// Steps 3 and 4.
fn request_challenge<T: CardTransport>(
    card: &mut SecureTransport<T>,
    terminal: &CertificateReference,
) -> Result<[u8; CHALLENGE], TerminalAuthenticationError> {
    match ask(card, &name(0xA4, terminal))?.0 {
        StatusWord::OK => {}
        StatusWord::REFERENCE_NOT_FOUND => {
            return Err(TerminalAuthenticationError::UnknownTerminal {
                terminal: terminal.clone(),
            });
        }
        status => return Err(refused(Step::NameTerminal, status)),
    }
    let command = Command::new(0x00, 0x84, 0x00, 0x00).with_le(CHALLENGE);
    let (status, challenge) = ask(card, &command)?;
    if !status.is_ok() {
        return Err(refused(Step::GetChallenge, status));
    }
    let found = challenge.len();
    challenge
        .try_into()
        .map_err(|_| TerminalAuthenticationError::BadChallenge { found })
}

/// MSE with the name of a key.
fn name(p2: u8, reference: &CertificateReference) -> Command {
    let data = tlv::encode(REFERENCE, reference.as_bytes());
    Command::new(0x00, 0x22, 0x81, p2).with_data(data)
}

fn ask<T: CardTransport>(
    card: &mut SecureTransport<T>,
    command: &Command,
) -> Result<(StatusWord, Vec<u8>), ExchangeError> {
    let answer = exchange(card, command)?;
    Ok((answer.status, answer.data))
}

fn refused(step: Step, status: StatusWord) -> TerminalAuthenticationError {
    match status {
        StatusWord::SECURITY_STATUS_NOT_SATISFIED => {
            TerminalAuthenticationError::NotAdmitted { step }
        }
        status => TerminalAuthenticationError::Refused { step, status },
    }
}
