//! The draft of a configuration: TOML that a person reads and edits (docs/fleet.md).

use std::collections::BTreeMap;

use dossier::{
    Blob, Configuration, Timestamp, Version,
    communes::{entries, offices},
    configuration::{
        CommuneEntry, Fee, Information, Occasion, OfficeEntry, PublicKey, SecondPersonRule,
        StationRules, Threshold,
    },
    issue::Issue,
};
use serde::{Deserialize, Serialize};
use toml::Value;

use super::{
    FleetError, Place, config, first,
    staff_list::{SLOW_CLOCKS, timestamp},
};

/// How long the first configuration holds, and the keys in it.
const FIRST_DAYS: u16 = 365;
/// Everything but number and period; keys and certificates in hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    /// How long it holds once signed.
    pub(super) days: u16,
    device_anchors: Vec<String>,
    station: StationRules,
    intake_keys: Vec<Key>,
    receipt_keys: Vec<Key>,
    staff_list_keys: Vec<Key>,
    configuration_keys: Vec<Key>,
    second_person: Vec<SecondPersonRule>,
    thresholds: Vec<Threshold>,
    texts: Vec<Information>,
    fees: Vec<Fee>,
    offices: Vec<OfficeEntry>,
    communes: Vec<CommuneEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    /// `SubjectPublicKeyInfo` (DER).
    spki: String,
    /// Seconds since 1970.
    from: Timestamp,
    /// Seconds since 1970; not from then on.
    until: Timestamp,
}

impl Draft {
    pub(super) fn from_text(text: &str) -> Result<Self, FleetError> {
        toml::from_str(text).map_err(|error| FleetError::Draft(error.to_string()))
    }

    pub(super) fn to_text(&self) -> Result<String, FleetError> {
        toml::to_string(self).map_err(|error| FleetError::Draft(error.to_string()))
    }

    /// What it says, a line each, by subject.
    pub(super) fn lines(&self) -> Result<BTreeMap<String, Vec<String>>, FleetError> {
        let all = toml::Table::try_from(self);
        let all = all.map_err(|error| FleetError::Draft(error.to_string()))?;
        let lines = all.into_iter().map(|(subject, value)| {
            let lines = match value {
                Value::Array(entries) => entries.iter().map(line).collect(),
                Value::Table(fields) => fields.iter().map(field).collect(),
                value => vec![value.to_string()],
            };
            (subject, lines)
        });
        Ok(lines.collect())
    }

    /// What a person begins with: communes and offices, the keys in use, and what [`first`] says.
    pub(super) fn first(place: &Place) -> Result<Self, FleetError> {
        let now = place.now();
        let from = timestamp(now - SLOW_CLOCKS)?;
        let until = timestamp(now + time::Duration::days(2 * i64::from(FIRST_DAYS)))?;
        let key = |spki: &[u8]| Key {
            spki: hex::encode(spki),
            from,
            until,
        };
        let section = &place.section;
        let intake: Result<Vec<_>, _> = section
            .intake_keys
            .iter()
            .map(|path| config::read(path))
            .collect();
        let anchors: Result<Vec<_>, _> = section
            .device_anchors
            .iter()
            .map(|path| config::read(path).map(hex::encode))
            .collect();
        let ours = dossier::SigningKey::spki(&place.configuration_key);
        let staff = dossier::SigningKey::spki(&*place.staff_list_key);
        Ok(Self {
            days: FIRST_DAYS,
            device_anchors: anchors?,
            station: StationRules {
                lock_minutes: 5,
                clock_tolerance: 300_000,
                outbox_dossiers: 500,
                free_bytes: 2 << 30,
            },
            intake_keys: intake?.iter().map(|spki| key(spki)).collect(),
            receipt_keys: place.receipt_keys.iter().map(|spki| key(spki)).collect(),
            staff_list_keys: vec![key(staff)],
            configuration_keys: vec![key(ours)],
            second_person: vec![SecondPersonRule {
                office: None,
                when: vec![Occasion::ForcedCapture, Occasion::LossOrTheft],
                remote: true,
            }],
            thresholds: first::thresholds()?,
            texts: first::texts()?,
            fees: first::fees()?,
            offices: offices()?,
            communes: entries()?,
        })
    }

    /// A configuration as a draft of the next.
    pub(super) fn of(configuration: &Configuration) -> Self {
        let keys = |keys: &[PublicKey]| keys.iter().map(Key::of).collect();
        let issue = configuration.issue;
        let seconds = issue.until.seconds() - issue.from.seconds();
        let anchors = configuration.device_anchors.iter();
        Self {
            days: u16::try_from(seconds / 86_400).unwrap_or(FIRST_DAYS),
            device_anchors: anchors.map(|one| hex::encode(one.as_bytes())).collect(),
            station: configuration.station.clone(),
            intake_keys: keys(&configuration.intake_keys),
            receipt_keys: keys(&configuration.receipt_keys),
            staff_list_keys: keys(&configuration.staff_list_keys),
            configuration_keys: keys(&configuration.configuration_keys),
            second_person: configuration.second_person.clone(),
            thresholds: configuration.thresholds.clone(),
            texts: configuration.texts.clone(),
            fees: configuration.fees.clone(),
            offices: configuration.offices.clone(),
            communes: configuration.communes.clone(),
        }
    }

    pub(super) fn configuration(
        self,
        number: u64,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Configuration, FleetError> {
        let keys = |keys: Vec<Key>| keys.iter().map(Key::public).collect::<Result<_, _>>();
        let anchors = self.device_anchors.iter().map(|one| blob(one));
        Ok(Configuration {
            version: Version,
            issue: Issue {
                number,
                from,
                until,
            },
            thresholds: self.thresholds,
            texts: self.texts,
            fees: self.fees,
            communes: self.communes,
            offices: self.offices,
            intake_keys: keys(self.intake_keys)?,
            receipt_keys: keys(self.receipt_keys)?,
            staff_list_keys: keys(self.staff_list_keys)?,
            configuration_keys: keys(self.configuration_keys)?,
            second_person: self.second_person,
            device_anchors: anchors.collect::<Result<_, _>>()?,
            station: self.station,
        })
    }
}

impl Key {
    fn of(key: &PublicKey) -> Self {
        Self {
            spki: hex::encode(key.spki.as_bytes()),
            from: key.from,
            until: key.until,
        }
    }

    fn public(&self) -> Result<PublicKey, FleetError> {
        Ok(PublicKey {
            spki: blob(&self.spki)?,
            from: self.from,
            until: self.until,
        })
    }
}

/// An entry of a list.
fn line(entry: &Value) -> String {
    match entry {
        Value::Table(fields) => fields.iter().map(field).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

fn field((name, value): (&String, &Value)) -> String {
    format!("{name} = {value}")
}

fn blob<const MIN: usize, const MAX: usize>(digits: &str) -> Result<Blob<MIN, MAX>, FleetError> {
    let bytes = hex::decode(digits).map_err(|error| FleetError::Draft(error.to_string()))?;
    Ok(Blob::new(bytes)?)
}
