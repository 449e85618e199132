//! The chip's side of chip authentication, version 1 (9303-11 §6.2).

use icao9303::crypto::cipher::AesSize;
use icao9303::crypto::curve::{Curve, Point};
use icao9303::crypto::kdf::{Purpose, derive};

use super::chip_key::ChipKey;
use super::pace::aes_size;
use super::refusal::Refusal;
use super::secure_messaging::Session;

/// id-CA-ECDH, 0.4.0.127.0.7.2.2.3.2, without the last arc.
const ID_CA_ECDH: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02];
/// id-CA-ECDH-AES-CBC-CMAC-128: the protocol that GENERATE KEY PAIR makes keys for.
pub(super) const ID_CA_ECDH_AES_128: [u8; 10] =
    [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02];

/// The cipher of a protocol identifier that the chip speaks.
pub(super) fn cipher(oid: &[u8]) -> Option<AesSize> {
    match *oid.strip_prefix(&ID_CA_ECDH)? {
        [arc] => aes_size(arc),
        _ => None,
    }
}

/// Key agreement between the chip's own key and the terminal's ephemeral key: the session that
/// holds from the next command on, and the terminal's key, which terminal authentication signs.
pub(super) fn agree(
    key: &ChipKey,
    terminal: &[u8],
    size: AesSize,
    curve: &Curve,
) -> Result<(Session, Point), Refusal> {
    let terminal = curve.decode_point(terminal)?;
    let secret = curve.multiply(&terminal, &key.private)?;
    let session = Session::new(
        derive(secret.x(), Purpose::Encryption, size)?,
        derive(secret.x(), Purpose::Authentication, size)?,
    );
    Ok((session, terminal))
}
