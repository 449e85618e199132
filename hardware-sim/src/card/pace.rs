//! The chip's side of PACE with generic mapping and with chip-authentication mapping (9303-11 §4.4).

use icao9303::apdu::StatusWord;
use icao9303::crypto::cipher::{AesKey, AesSize, BLOCK, equal_in_constant_time, pad};
use icao9303::crypto::curve::{Curve, Point, Scalar};
use icao9303::crypto::kdf::{Purpose, derive};
use icao9303::cvc::CertificateReference;
use icao9303::tlv;
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::chip_key::ChipKey;
use super::refusal::Refusal;
use super::secure_messaging::Session;

/// id-PACE, 0.4.0.127.0.7.2.2.4, without the last two arcs.
const ID_PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];
/// Bytes of a nonce: one block.
const NONCE: usize = 16;

/// How the nonce becomes a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mapping {
    /// ECDH generic mapping.
    Generic,
    /// The same, and the chip proves its own key with it.
    ChipAuthentication,
}

/// One protocol identifier of PACE that the chip speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) mapping: Mapping,
    pub(super) size: AesSize,
    oid: Vec<u8>,
}

impl Suite {
    /// The suite of a protocol identifier (the value bytes of tag 80): ECDH with AES.
    pub(super) fn from_oid(oid: &[u8]) -> Option<Self> {
        let (mapping, size) = match *oid.strip_prefix(&ID_PACE)? {
            [0x02, size] => (Mapping::Generic, size),
            [0x06, size] => (Mapping::ChipAuthentication, size),
            _ => return None,
        };
        Some(Self {
            mapping,
            size: aes_size(size)?,
            oid: oid.to_vec(),
        })
    }
}

/// The key length that the last arc of a protocol identifier stands for.
pub(super) fn aes_size(arc: u8) -> Option<AesSize> {
    match arc {
        2 => Some(AesSize::Aes128),
        3 => Some(AesSize::Aes192),
        4 => Some(AesSize::Aes256),
        _ => None,
    }
}

/// How far a run of PACE has come. Each step consumes the one before; whatever goes wrong leaves
/// [`Progress::None`], so a nonce serves one attempt only.
#[derive(Default)]
pub(super) enum Progress {
    /// Nothing has begun.
    #[default]
    None,
    /// MSE:Set AT chose suite and password.
    Armed {
        suite: Suite,
        password: Zeroizing<Vec<u8>>,
    },
    /// The encrypted nonce was sent.
    NonceSent {
        suite: Suite,
        nonce: Zeroizing<[u8; NONCE]>,
    },
    /// The new generator is agreed.
    Mapped {
        suite: Suite,
        generator: Point,
        mapping_key: Scalar,
    },
    /// The shared secret is agreed.
    Agreed(Box<Agreed>),
}

/// What the last step needs.
pub(super) struct Agreed {
    suite: Suite,
    chip_key: Point,
    enc: AesKey,
    mac: AesKey,
    terminal_token: [u8; 8],
    chip_token: [u8; 8],
    mapping_key: Scalar,
}

/// A command of PACE and its answer, both without the outer 7C.
pub(super) type Step = Result<(Progress, Vec<u8>), Refusal>;

/// Step 1: a fresh nonce, encrypted under the password.
pub(super) fn send_nonce(suite: Suite, password: &[u8], rng: &mut impl CryptoRng) -> Step {
    let mut nonce = Zeroizing::new([0; NONCE]);
    rng.fill_bytes(&mut nonce[..]);
    let key = derive(password, Purpose::Password, suite.size)?;
    let encrypted = key.encrypt_cbc(&[0; BLOCK], &nonce[..])?;
    let answer = tlv::encode(0x80, &encrypted);
    Ok((Progress::NonceSent { suite, nonce }, answer))
}

/// Step 2: both sides' mapping keys give the point that turns the nonce into a generator.
pub(super) fn map_nonce(
    suite: Suite,
    nonce: &[u8; NONCE],
    terminal: &[u8],
    curve: &Curve,
    rng: &mut impl CryptoRng,
) -> Step {
    let terminal = curve.decode_point(terminal)?;
    let mapping_key = curve.random_scalar(rng)?;
    let ours = curve.multiply_generator(&mapping_key)?;
    let shared = curve.multiply(&terminal, &mapping_key)?;
    let generator = curve.map_generic(nonce, &shared)?;
    let answer = tlv::encode(0x82, ours.as_bytes());
    Ok((
        Progress::Mapped {
            suite,
            generator,
            mapping_key,
        },
        answer,
    ))
}

/// Step 3: key agreement on the new generator. A terminal that sends the chip's own key back is
/// refused.
pub(super) fn agree(
    suite: Suite,
    generator: &Point,
    mapping_key: Scalar,
    terminal: &[u8],
    curve: &Curve,
    rng: &mut impl CryptoRng,
) -> Step {
    let terminal = curve.decode_point(terminal)?;
    let ephemeral = curve.random_scalar(rng)?;
    let ours = curve.multiply(generator, &ephemeral)?;
    if ours == terminal {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let secret = curve.multiply(&terminal, &ephemeral)?;
    let enc = derive(secret.x(), Purpose::Encryption, suite.size)?;
    let mac = derive(secret.x(), Purpose::Authentication, suite.size)?;
    let answer = tlv::encode(0x84, ours.as_bytes());
    let agreed = Agreed {
        // Each side's token covers the other side's key.
        terminal_token: mac.cmac8(&token_input(&suite, &ours))?,
        chip_token: mac.cmac8(&token_input(&suite, &terminal))?,
        suite,
        chip_key: ours,
        enc,
        mac,
        mapping_key,
    };
    Ok((Progress::Agreed(Box::new(agreed)), answer))
}

/// The end of a run: both sides know the password.
pub(super) struct Established {
    /// The session that holds from the next command on.
    pub(super) session: Session,
    /// x-coordinate of the chip's ephemeral key: its name in terminal authentication.
    pub(super) chip_name: Vec<u8>,
    /// The answer, without the outer 7C.
    pub(super) answer: Vec<u8>,
}

/// Step 4: the terminal's token decides; the chip's token, the names of its trust points and, with
/// chip-authentication mapping, the proof of its own key are the answer. 6300 when the password was
/// wrong.
pub(super) fn authenticate(
    agreed: Agreed,
    token: &[u8],
    chip_key: Option<&ChipKey>,
    authorities: &[CertificateReference],
    curve: &Curve,
) -> Result<Established, Refusal> {
    if !equal_in_constant_time(&agreed.terminal_token, token) {
        return Err(StatusWord::AUTHENTICATION_FAILED.into());
    }
    let mut answer = tlv::encode(0x86, &agreed.chip_token);
    for (tag, authority) in [0x87, 0x88].into_iter().zip(authorities) {
        tlv::push(&mut answer, tag, authority.as_bytes());
    }
    if agreed.suite.mapping == Mapping::ChipAuthentication {
        let key = chip_key.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let proof = curve.divide_scalars(&agreed.mapping_key, &key.private)?;
        let iv = agreed.enc.encrypt_block(&[0xFF; BLOCK])?;
        let padded = Zeroizing::new(pad(proof.as_bytes()));
        tlv::push(&mut answer, 0x8A, &agreed.enc.encrypt_cbc(&iv, &padded)?);
    }
    Ok(Established {
        session: Session::new(agreed.enc, agreed.mac),
        chip_name: agreed.chip_key.x().to_vec(),
        answer,
    })
}

/// `7F49 { 06 protocol, 86 public key }`: what an authentication token is the MAC of.
fn token_input(suite: &Suite, key: &Point) -> Vec<u8> {
    let oid = tlv::encode(0x06, &suite.oid);
    tlv::encode_constructed(0x7F49, &[&oid, &tlv::encode(0x86, key.as_bytes())])
}
