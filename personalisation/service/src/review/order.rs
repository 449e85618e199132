//! A dossier as an order: who the holder is, and the parts that its files are made of.

use biometrics::{
    iso19794::finger::FingerRecord,
    wsq::{self, DecodeLimits, WsqParameters},
};
use dossier::{
    Day, Dossier,
    dossier::{DocumentType, Finger as Captured, Hand as Side, MissingReason as Reason, Sex},
};
use icao9303::{lds::Finger, mrz::PartialDate};
use personalisation_core::fingers::{Hand, MissingReason};
use zeroize::Zeroizing;

use crate::order::{
    GivenFinger, OrderError, Parts, PermitSection, PictureOf, Stated, StatedPermit,
};

/// Who issues what a dossier applies for.
#[derive(Clone, Copy, Debug)]
pub struct Issuer<'a> {
    /// Name of the issuer profile.
    pub profile: &'a str,
    /// How residence permits are made.
    pub permits: &'a PermitSection,
}

/// Who the holder is. `NoTitle` for a residence permit of which the dossier does not say what it grants.
pub(super) fn stated(dossier: &Dossier, issuer: Issuer<'_>) -> Result<Stated, OrderError> {
    let identity = &dossier.identity;
    let places = identity.place_of_birth.iter().flat_map(|one| &one.value);
    let number = identity.national_number.as_ref();
    let line = identity.name_line.as_ref();
    Ok(Stated {
        issuer_profile: issuer.profile.to_owned(),
        surname: identity.surname.value.as_str().to_owned(),
        given_names: identity.given_names.value.as_str().to_owned(),
        sex: match identity.sex.value {
            Sex::Female => "F",
            Sex::Male => "M",
            Sex::Unspecified => "X",
        }
        .to_owned(),
        date_of_birth: birth(dossier),
        nationality: identity.nationality.value.as_str().to_owned(),
        place_of_birth: places.map(|place| place.as_str().to_owned()).collect(),
        national_number: number.map(|number| number.value.as_str().to_owned()),
        name_line: line.map(|line| line.value.as_str().to_owned()),
        name_line_shortened: identity.name_line_shortened,
        issued: None,
        expires: None,
        permit: permit(dossier, issuer.permits)?,
    })
}

fn permit(dossier: &Dossier, permits: &PermitSection) -> Result<Option<StatedPermit>, OrderError> {
    if dossier.document_type == DocumentType::IdentityCard {
        return Ok(None);
    }
    let residence = dossier.residence.as_ref().ok_or(OrderError::NoTitle)?;
    let remarks = residence.remarks.iter();
    Ok(Some(StatedPermit {
        category: residence.category.as_str().to_owned(),
        remarks: remarks.map(|line| line.as_str().to_owned()).collect(),
        place_of_issue: permits.place_of_issue.clone(),
        title_ends: residence.ends.map(Day::date),
    }))
}

/// The date of birth as far as known.
pub(super) fn birth(dossier: &Dossier) -> PartialDate {
    let digits = format!("{:08}", dossier.identity.date_of_birth.value.number());
    // Both forms hold the same dates.
    PartialDate::from_lds(&digits).unwrap_or(PartialDate::Unknown)
}

/// The hands that gave no finger.
pub(super) fn missing(dossier: &Dossier) -> Vec<(Hand, MissingReason)> {
    let reason = |reason| match reason {
        Reason::Temporary => MissingReason::Temporary,
        Reason::Permanent => MissingReason::Permanent,
        Reason::Exempt => MissingReason::Exempt,
    };
    let hand = |side| match side {
        Side::Right => Hand::Right,
        Side::Left => Hand::Left,
    };
    let missing = dossier.missing_fingers.iter();
    missing
        .map(|one| (hand(one.hand), reason(one.reason)))
        .collect()
}

/// Everything that the order is made of.
pub(super) fn parts(dossier: &Dossier, issuer: Issuer<'_>) -> Result<Parts, OrderError> {
    let fingers = dossier.fingers.iter().map(|image| {
        let (finger, name) = finger(image.finger);
        let (picture, quality) = stream(image.record.as_bytes(), PictureOf::Finger(name))?;
        Ok::<_, OrderError>(GivenFinger {
            finger,
            name,
            picture,
            quality,
        })
    });
    let signature = dossier.signature.as_ref();
    Ok(Parts {
        stated: stated(dossier, issuer)?,
        fingers: fingers.collect::<Result<_, _>>()?,
        missing: missing(dossier),
        portrait: Zeroizing::new(dossier.portrait.picture.as_bytes().to_vec()),
        signature: signature.map(|one| Zeroizing::new(one.picture.as_bytes().to_vec())),
    })
}

/// The record's WSQ stream and quality; compressed again where a chip has no room for it.
fn stream(record: &[u8], of: PictureOf) -> Result<(Zeroizing<Vec<u8>>, Option<u8>), OrderError> {
    let record = FingerRecord::parse(record).map_err(|source| OrderError::Finger { of, source })?;
    let quality = Some(record.quality).filter(|quality| *quality <= 100);
    if record.wsq.len() <= wsq::MAX_FINGER_BYTES {
        return Ok((Zeroizing::new(record.wsq), quality));
    }
    let picture = wsq::decode(&record.wsq, &DecodeLimits::default())
        .map_err(|source| OrderError::FingerStream { of, source })?;
    let shorter = wsq::encode(&picture.image, &WsqParameters::default())
        .map_err(|source| OrderError::FingerEncoding { of, source })?;
    Ok((Zeroizing::new(shorter), quality))
}

const fn finger(of: Captured) -> (Finger, &'static str) {
    match of {
        Captured::RightThumb => (Finger::RightThumb, "right_thumb"),
        Captured::RightIndex => (Finger::RightIndex, "right_index"),
        Captured::RightMiddle => (Finger::RightMiddle, "right_middle"),
        Captured::RightRing => (Finger::RightRing, "right_ring"),
        Captured::RightLittle => (Finger::RightLittle, "right_little"),
        Captured::LeftThumb => (Finger::LeftThumb, "left_thumb"),
        Captured::LeftIndex => (Finger::LeftIndex, "left_index"),
        Captured::LeftMiddle => (Finger::LeftMiddle, "left_middle"),
        Captured::LeftRing => (Finger::LeftRing, "left_ring"),
        Captured::LeftLittle => (Finger::LeftLittle, "left_little"),
    }
}
