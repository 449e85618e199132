//! What a station asks of its configuration.

use time::Date;

use super::{
    CommuneEntry, Configuration, Fee, Information, OfficeEntry, PublicKey, SecondPersonRule,
    Subject, Threshold,
};
use crate::{Day, KeyId, Label, OfficeId, Timestamp, dossier::DocumentType};

impl Configuration {
    /// The intake key to seal to: of those that hold, the one that holds longest.
    pub fn intake_key(&self, at: Timestamp) -> Option<&PublicKey> {
        let holding = self.intake_keys.iter().filter(|key| key.holds(at));
        holding.max_by_key(|key| key.until)
    }

    /// The receipt key of this name, whatever its period: a receipt may come late.
    pub fn receipt_key(&self, id: KeyId) -> Option<&PublicKey> {
        self.receipt_keys.iter().find(|key| key.id() == id)
    }

    /// The fee in euro cents for an applicant of an age on a day; none where no rule fits.
    pub fn fee(&self, document: DocumentType, age: u8, express: bool, on: Date) -> Option<u32> {
        let fits = |fee: &&Fee| {
            fee.document_type == document
                && fee.express == express
                && fee.from_age <= age
                && fee.to_age.is_none_or(|to| age < to)
                && holds(fee.from, fee.until, on)
        };
        self.fees.iter().find(fits).map(|fee| fee.cents)
    }

    /// The rule about second persons of an office.
    pub fn second_person(&self, office: &OfficeId) -> Option<&SecondPersonRule> {
        let own = |rule: &&SecondPersonRule| rule.office.as_ref() == Some(office);
        let general = |rule: &&SecondPersonRule| rule.office.is_none();
        let rules = &self.second_person;
        rules
            .iter()
            .find(own)
            .or_else(|| rules.iter().find(general))
    }

    /// The commune that has this code, or took over the one that had it, on that day.
    pub fn commune_at(&self, code: &str, on: Date) -> Option<&CommuneEntry> {
        let mut code = code;
        for _ in 0..self.communes.len() {
            let named = || self.communes.iter().filter(|one| one.code.as_str() == code);
            if let Some(found) = named().find(|one| holds(one.from, one.until, on)) {
                return Some(found);
            }
            let over = named().find(|one| one.from.date() <= on && one.successor.is_some())?;
            code = over.successor.as_ref()?.as_str();
        }
        None
    }

    /// The offices of one day.
    pub fn offices_at(&self, on: Date) -> impl Iterator<Item = &OfficeEntry> {
        let offices = self.offices.iter();
        offices.filter(move |office| holds(office.from, office.until, on))
    }

    /// The limit of a measure.
    pub fn threshold(&self, subject: Subject, measure: &Label) -> Option<&Threshold> {
        self.thresholds
            .iter()
            .find(|one| one.subject == subject && one.measure == *measure)
    }

    /// The newest version of a text.
    pub fn text(&self, text: &Label) -> Option<&Information> {
        let named = self.texts.iter().filter(|one| one.text == *text);
        named.max_by_key(|one| one.version)
    }
}

fn holds(from: Day, until: Option<Day>, on: Date) -> bool {
    from.date() <= on && until.is_none_or(|until| on <= until.date())
}
