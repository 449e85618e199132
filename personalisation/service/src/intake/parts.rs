//! A dossier cut into its classes of data, and put together again.
//!
//! The text is the dossier itself with each picture cut to the bytes that every one of its kind begins
//! with; so it stays a dossier in its canonical form, and the whole can be made again byte for byte.

use dossier::{Blob, Body, Dossier, FormError, Signed, dossier::FingerImage};
use personalisation_store::review::DossierPart;
use thiserror::Error;
use zeroize::Zeroizing;

const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const FINGER: [u8; 4] = *b"FIR\0";

/// One part of a dossier.
pub type Part = (DossierPart, Zeroizing<Vec<u8>>);

/// Stored parts that make no dossier. For the operator.
#[derive(Debug, Error)]
pub enum PartsError {
    /// A part is damaged.
    #[error("the stored dossier: {0}; restore it from a backup")]
    Form(#[from] FormError),
    /// A part is missing.
    #[error("the stored dossier has no {0}; restore it from a backup, unless it was erased")]
    Missing(&'static str),
    /// The fingers' records do not fit the text.
    #[error("the stored dossier's fingers are damaged; restore it from a backup")]
    Fingers,
}

/// Cuts a verified dossier into its parts, with the station's signature as proof.
pub fn cut(signed: &Signed<Dossier>, mut dossier: Dossier) -> Result<Vec<Part>, FormError> {
    let proof = [
        &signed.key().as_bytes()[..],
        signed.content().as_bytes(),
        signed.signature(),
    ]
    .concat();
    let mut parts = vec![(DossierPart::Proof, Zeroizing::new(proof))];
    let portrait = std::mem::replace(&mut dossier.portrait.picture, Blob::new(JPEG.to_vec())?);
    parts.push((DossierPart::Portrait, bytes(&portrait)));
    if let Some(signature) = &mut dossier.signature {
        let picture = std::mem::replace(&mut signature.picture, Blob::new(PNG.to_vec())?);
        parts.push((DossierPart::Signature, bytes(&picture)));
    }
    if !dossier.fingers.is_empty() {
        let mut records = Zeroizing::new(Vec::new());
        for finger in &mut dossier.fingers {
            let record = std::mem::replace(&mut finger.record, Blob::new(FINGER.to_vec())?);
            let length = u32::try_from(record.as_bytes().len()).unwrap_or(u32::MAX);
            records.extend(length.to_be_bytes());
            records.extend(record.as_bytes());
        }
        parts.push((DossierPart::Fingers, records));
    }
    parts.push((DossierPart::Text, dossier.encode()?));
    Ok(parts)
}

/// The text alone: pictures are their first bytes.
pub fn text(bytes: &[u8]) -> Result<Dossier, PartsError> {
    Ok(Dossier::decode(bytes)?)
}

/// Puts pictures and fingers back into the text. What is not given stays cut.
pub fn join(
    mut dossier: Dossier,
    portrait: Option<&[u8]>,
    signature: Option<&[u8]>,
    fingers: Option<&[u8]>,
) -> Result<Dossier, PartsError> {
    if let Some(portrait) = portrait {
        dossier.portrait.picture = Blob::new(portrait.to_vec())?;
    }
    if let (Some(place), Some(picture)) = (&mut dossier.signature, signature) {
        place.picture = Blob::new(picture.to_vec())?;
    }
    if let Some(records) = fingers {
        put_fingers(&mut dossier.fingers, records)?;
    }
    Ok(dossier)
}

fn put_fingers(fingers: &mut [FingerImage], mut records: &[u8]) -> Result<(), PartsError> {
    for finger in fingers {
        let (length, rest) = records
            .split_first_chunk::<4>()
            .ok_or(PartsError::Fingers)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (record, rest) = rest.split_at_checked(length).ok_or(PartsError::Fingers)?;
        finger.record = Blob::new(record.to_vec())?;
        records = rest;
    }
    if records.is_empty() {
        Ok(())
    } else {
        Err(PartsError::Fingers)
    }
}

fn bytes<const MIN: usize, const MAX: usize>(blob: &Blob<MIN, MAX>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(blob.as_bytes().to_vec())
}
