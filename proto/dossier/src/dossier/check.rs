//! Rules between the fields of a dossier: how many, and what goes together.
//!
//! Form only. Whether a person of an age must give fingers, or what a fee is, the centre decides.

use super::{
    DocumentType, Dossier, FingerImage, Identity, Measure, MissingFinger, MissingReason, Portrait,
    Signature,
};
use crate::cbor::{Broken, checked::Checked};

const PORTRAIT_MEASURES: usize = 64;
const FINGER_MEASURES: usize = 16;
const MOST_TRIES: u8 = 20;
const MOST_DOCUMENTS: usize = 16;
const MOST_PLACES: usize = 3;
const MOST_ADDRESS_LINES: usize = 6;
const MOST_REMARKS: usize = 4;
const MOST_CENTS: u32 = 100_000;
/// A clock that is off by more is a clock that was never set: two years.
const MOST_OFFSET: u64 = 2 * 366 * 86_400_000;

impl Checked for Dossier {
    fn check(&self) -> Result<(), Broken> {
        if let Some(clock) = &self.clock
            && clock.milliseconds.unsigned_abs() > MOST_OFFSET
        {
            return Err(("clock", "an offset is two years at most"));
        }
        self.identity.check()?;
        self.portrait.check()?;
        hands(&self.fingers, &self.missing_fingers)?;
        self.fingers.iter().try_for_each(FingerImage::check)?;
        self.missing_fingers
            .iter()
            .try_for_each(MissingFinger::check)?;
        self.signature.as_ref().map_or(Ok(()), Signature::check)?;
        if self.documents_seen.len() > MOST_DOCUMENTS {
            return Err(("documents_seen", "there are 16 at most"));
        }
        if self.payment.fee > MOST_CENTS {
            return Err(("payment", "a fee is 1000 euros at most"));
        }
        if let Some(residence) = &self.residence {
            if self.document_type != DocumentType::ResidencePermit {
                return Err(("residence", "it goes with a residence permit"));
            }
            if residence.remarks.len() > MOST_REMARKS {
                return Err(("residence", "there are 4 remarks at most"));
            }
        }
        if self.recapture_of == Some(self.application) {
            return Err(("recapture_of", "a recapture is an application of its own"));
        }
        if let Some(contact) = &self.contact
            && contact.address.len() > MOST_ADDRESS_LINES
        {
            return Err(("contact", "an address has 6 lines at most"));
        }
        Ok(())
    }
}

impl Identity {
    fn check(&self) -> Result<(), Broken> {
        let capital = |c: u8| c.is_ascii_uppercase();
        if !self.nationality.value.as_str().bytes().all(capital) {
            return Err(("nationality", "it is 1 to 3 capital letters"));
        }
        if let Some(places) = &self.place_of_birth
            && !(1..=MOST_PLACES).contains(&places.value.len())
        {
            return Err(("place_of_birth", "it has 1 to 3 parts"));
        }
        if let Some(number) = &self.national_number
            && number.value.check_birth(&self.date_of_birth.value).is_err()
        {
            return Err(("national_number", "its date is the date of birth"));
        }
        match &self.name_line {
            Some(line) if !line.value.as_str().bytes().all(|c| capital(c) || c == b'<') => {
                return Err(("name_line", "it has capital letters and < only"));
            }
            None if self.name_line_shortened => {
                return Err(("name_line_shortened", "it goes with a name line"));
            }
            _ => {}
        }
        if let Some(commune) = &self.commune
            && !commune.value.as_str().bytes().all(|c| c.is_ascii_digit())
        {
            return Err(("commune", "it is a LAU code of 4 digits"));
        }
        Ok(())
    }
}

impl Portrait {
    fn check(&self) -> Result<(), Broken> {
        if !self.picture.as_bytes().starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Err(("portrait", "it is a JPEG picture"));
        }
        measures("portrait", &self.measures, PORTRAIT_MEASURES)
    }
}

impl Signature {
    fn check(&self) -> Result<(), Broken> {
        if self.picture.as_bytes().starts_with(b"\x89PNG\r\n\x1a\n") {
            Ok(())
        } else {
            Err(("signature", "it is a PNG picture"))
        }
    }
}

impl FingerImage {
    fn check(&self) -> Result<(), Broken> {
        if !self.record.as_bytes().starts_with(b"FIR\0") {
            return Err(("fingers", "each is an ISO 19794-4 record"));
        }
        if !(1..=MOST_TRIES).contains(&self.tries) {
            return Err(("fingers", "each is tried 1 to 20 times"));
        }
        measures("fingers", &self.measures, FINGER_MEASURES)
    }
}

impl MissingFinger {
    fn check(&self) -> Result<(), Broken> {
        const FIELD: &str = "missing_fingers";
        if self.until.is_some() != (self.reason == MissingReason::Temporary) {
            return Err((FIELD, "a temporary reason has an end, and no other has"));
        }
        if self.which.is_empty() != (self.reason == MissingReason::Exempt) {
            return Err((FIELD, "they are named unless the hand is exempt"));
        }
        if self.which.iter().any(|finger| finger.hand() != self.hand) {
            return Err((FIELD, "they are of their hand"));
        }
        if !self.which.is_sorted_by(|a, b| a < b) {
            return Err((FIELD, "each is named once, in order"));
        }
        Ok(())
    }
}

/// One finger or one reason of each hand at most, the right hand's first.
fn hands(fingers: &[FingerImage], missing: &[MissingFinger]) -> Result<(), Broken> {
    let given: Vec<_> = fingers.iter().map(|image| image.finger.hand()).collect();
    let not_given: Vec<_> = missing.iter().map(|hand| hand.hand).collect();
    if !given.is_sorted_by(|a, b| a < b) {
        return Err((
            "fingers",
            "there is one of each hand at most, the right one first",
        ));
    }
    if !not_given.is_sorted_by(|a, b| a < b) {
        return Err((
            "missing_fingers",
            "each hand is named once at most, the right one first",
        ));
    }
    if given.iter().any(|hand| not_given.contains(hand)) {
        return Err((
            "missing_fingers",
            "a hand that gave a finger is not among them",
        ));
    }
    Ok(())
}

fn measures(field: &'static str, measures: &[Measure], most: usize) -> Result<(), Broken> {
    if measures.len() > most {
        return Err((field, "there are fewer measures"));
    }
    let mut names: Vec<_> = measures.iter().map(|measure| &measure.name).collect();
    names.sort_unstable();
    if names.is_sorted_by(|a, b| a < b) {
        Ok(())
    } else {
        Err((field, "each measure is there once"))
    }
}
