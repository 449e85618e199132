//! Rules between the fields of a configuration.

use openssl::{nid::Nid, pkey::PKey};

use super::{CommuneEntry, Configuration, Fee, OfficeEntry, PublicKey, SecondPersonRule};
use crate::{
    Day, Label,
    cbor::{Broken, checked::Checked},
};

impl Checked for Configuration {
    fn check(&self) -> Result<(), Broken> {
        self.issue.check()?;
        limits(self)?;
        once(
            "thresholds",
            self.thresholds
                .iter()
                .map(|one| (one.subject, &one.measure)),
        )?;
        once(
            "texts",
            self.texts.iter().map(|one| (&one.text, one.version)),
        )?;
        if self.texts.iter().any(|text| text.languages.is_empty()) {
            return Err(("texts", "each has one language or more"));
        }
        self.fees.iter().try_for_each(Fee::check)?;
        self.communes.iter().try_for_each(CommuneEntry::check)?;
        once(
            "communes",
            self.communes.iter().map(|one| (&one.code, one.from)),
        )?;
        self.offices.iter().try_for_each(OfficeEntry::check)?;
        once(
            "offices",
            self.offices.iter().map(|one| (&one.office, one.from)),
        )?;
        for (field, keys) in [
            ("intake_keys", &self.intake_keys),
            ("receipt_keys", &self.receipt_keys),
            ("staff_list_keys", &self.staff_list_keys),
            ("configuration_keys", &self.configuration_keys),
        ] {
            if keys.len() > 16 {
                return Err((field, "there are 16 at most"));
            }
            once(field, keys.iter().map(PublicKey::id))?;
            keys.iter().try_for_each(|key| key.check(field))?;
        }
        once(
            "second_person",
            self.second_person.iter().map(|one| &one.office),
        )?;
        self.second_person
            .iter()
            .try_for_each(SecondPersonRule::check)?;
        if !(1..=60).contains(&self.station.lock_minutes) {
            return Err(("station", "a screen locks after 1 to 60 minutes"));
        }
        Ok(())
    }
}

fn limits(configuration: &Configuration) -> Result<(), Broken> {
    for (field, found, most, rule) in [
        (
            "thresholds",
            configuration.thresholds.len(),
            200,
            "there are 200 at most",
        ),
        (
            "texts",
            configuration.texts.len(),
            100,
            "there are 100 at most",
        ),
        (
            "fees",
            configuration.fees.len(),
            500,
            "there are 500 at most",
        ),
        (
            "communes",
            configuration.communes.len(),
            1000,
            "there are 1000 at most",
        ),
        (
            "offices",
            configuration.offices.len(),
            1000,
            "there are 1000 at most",
        ),
        (
            "second_person",
            configuration.second_person.len(),
            100,
            "there are 100 at most",
        ),
        (
            "device_anchors",
            configuration.device_anchors.len(),
            64,
            "there are 64 at most",
        ),
    ] {
        if found > most {
            return Err((field, rule));
        }
    }
    Ok(())
}

fn once<T: Ord>(field: &'static str, names: impl Iterator<Item = T>) -> Result<(), Broken> {
    let mut names: Vec<T> = names.collect();
    names.sort_unstable();
    if names.is_sorted_by(|a, b| a < b) {
        Ok(())
    } else {
        Err((field, "each is there once"))
    }
}

fn period(field: &'static str, from: Day, until: Option<Day>) -> Result<(), Broken> {
    if until.is_none_or(|until| from <= until) {
        Ok(())
    } else {
        Err((field, "no period ends before it begins"))
    }
}

impl Fee {
    fn check(&self) -> Result<(), Broken> {
        if self.to_age.is_some_and(|to| to <= self.from_age) {
            return Err(("fees", "the higher age is above the lower one"));
        }
        if self.cents > 100_000 {
            return Err(("fees", "each is 1000 euros at most"));
        }
        period("fees", self.from, self.until)
    }
}

impl CommuneEntry {
    fn check(&self) -> Result<(), Broken> {
        let is_code = |code: &Label| {
            code.as_str().len() == 4 && code.as_str().bytes().all(|c| c.is_ascii_digit())
        };
        if !is_code(&self.code) || !self.successor.as_ref().is_none_or(is_code) {
            return Err(("communes", "a code has 4 digits"));
        }
        if self.successor.is_some() && self.until.is_none() {
            return Err(("communes", "one with a successor has an end"));
        }
        period("communes", self.from, self.until)
    }
}

impl OfficeEntry {
    fn check(&self) -> Result<(), Broken> {
        period("offices", self.from, self.until)
    }
}

impl PublicKey {
    fn check(&self, field: &'static str) -> Result<(), Broken> {
        let curve = PKey::public_key_from_der(self.spki.as_bytes())
            .and_then(|key| key.ec_key())
            .ok()
            .and_then(|key| key.group().curve_name());
        if curve != Some(Nid::X9_62_PRIME256V1) {
            return Err((field, "each is a P-256 public key"));
        }
        if self.from >= self.until {
            return Err((field, "a period has a beginning and an end"));
        }
        Ok(())
    }
}

impl SecondPersonRule {
    fn check(&self) -> Result<(), Broken> {
        if self.when.is_sorted_by(|a, b| a < b) {
            Ok(())
        } else {
            Err(("second_person", "each occasion is named once, in order"))
        }
    }
}
