//! The communes of Luxembourg by date: 102 until 31 August 2023, 100 since.
//!
//! What a station needs comes with the signed configuration; this is what the centre makes the
//! first one from, and what both fall back on. `data/README.md` says where it comes from.

use std::sync::LazyLock;

use time::Date;

use crate::{
    Day, FormError, Label, OfficeId, Prose,
    calendar::PartialDay,
    configuration::{CommuneEntry, OfficeEntry, OfficeKind},
};

const FILE: &str = include_str!("../data/communes.csv");

static COMMUNES: LazyLock<Vec<Commune>> =
    LazyLock::new(|| FILE.lines().skip(1).filter_map(parse).collect());

/// A commune for as long as it existed under this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commune {
    /// LAU code, 4 digits.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The canton it lies in.
    pub canton: &'static str,
    /// Inhabitants in 2023; none counted for a commune that was over.
    pub inhabitants: Option<u32>,
    /// Its first day.
    pub from: Date,
    /// Its last day, when it is over.
    pub until: Option<Date>,
    /// Code of the commune into which it merged.
    pub successor: Option<&'static str>,
}

impl Commune {
    /// Whether it exists on that day.
    pub fn exists(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// The name of its office.
    pub fn office(&self) -> Option<OfficeId> {
        format!("L-{}", self.code).parse().ok()
    }
}

/// All communes there were since 2018, by code.
pub fn all() -> &'static [Commune] {
    &COMMUNES
}

/// The communes of one day.
pub fn in_force(on: Date) -> impl Iterator<Item = &'static Commune> {
    all().iter().filter(move |commune| commune.exists(on))
}

/// The commune that has this code, or took over the one that had it, on that day.
pub fn commune_at(code: &str, on: Date) -> Option<&'static Commune> {
    let mut code = code;
    // Mergers of mergers end: nobody merges more often than there are communes.
    for _ in 0..all().len() {
        let commune = all().iter().find(|commune| commune.code == code)?;
        if commune.exists(on) {
            return Some(commune);
        }
        code = commune.successor.filter(|_| commune.from <= on)?;
    }
    None
}

/// All communes as a configuration has them.
pub fn entries() -> Result<Vec<CommuneEntry>, FormError> {
    all()
        .iter()
        .map(|one| entry(one).ok_or_else(broken))
        .collect()
}

/// The offices of all communes, and the State's own in the capital, as a configuration has them.
pub fn offices() -> Result<Vec<OfficeEntry>, FormError> {
    let state = || {
        Some(OfficeEntry {
            office: "CTIE".parse().ok()?,
            kind: OfficeKind::State,
            name: Prose::new("Centre des technologies de l'information de l'État").ok()?,
            from: Day::from_number(20_180_101).ok()?,
            until: None,
            express: true,
        })
    };
    let communes = all().iter().map(|one| office(one).ok_or_else(broken));
    communes.chain([state().ok_or_else(broken)]).collect()
}

fn entry(commune: &Commune) -> Option<CommuneEntry> {
    Some(CommuneEntry {
        code: Label::new(commune.code).ok()?,
        name: Prose::new(commune.name).ok()?,
        canton: Prose::new(commune.canton).ok()?,
        from: commune.from.try_into().ok()?,
        until: commune.until.and_then(|until| until.try_into().ok()),
        successor: commune.successor.and_then(|code| Label::new(code).ok()),
    })
}

fn office(commune: &Commune) -> Option<OfficeEntry> {
    Some(OfficeEntry {
        office: commune.office()?,
        kind: OfficeKind::Commune,
        name: Prose::new(commune.name).ok()?,
        from: commune.from.try_into().ok()?,
        until: commune.until.and_then(|until| until.try_into().ok()),
        express: false,
    })
}

fn broken() -> FormError {
    FormError::Rule {
        what: "list of communes",
        field: "communes",
        rule: "each line is a commune",
    }
}

/// `lau2,statec_code,name,canton,population_2023,valid_from,valid_to,successor_lau2,…`
fn parse(line: &'static str) -> Option<Commune> {
    let mut fields = line.split(',');
    let code = fields.next()?;
    let _statec = fields.next()?;
    let name = fields.next()?;
    let canton = fields.next()?;
    let inhabitants = fields.next()?.parse().ok();
    let from = date(fields.next()?)?;
    let until = fields.next()?;
    let successor = fields.next()?;
    Some(Commune {
        code,
        name,
        canton,
        inhabitants,
        from,
        until: if until.is_empty() {
            None
        } else {
            Some(date(until)?)
        },
        successor: (!successor.is_empty()).then_some(successor),
    })
}

fn date(text: &str) -> Option<Date> {
    PartialDay::from_digits(&text.replace('-', "")).ok()?.date()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;

    #[test]
    fn there_were_102_and_there_are_100_in_12_cantons() {
        assert_eq!(
            all().len(),
            FILE.lines().count() - 1,
            "a line was not understood"
        );
        assert_eq!(in_force(date!(2018 - 01 - 01)).count(), 102);
        assert_eq!(in_force(date!(2023 - 08 - 31)).count(), 102);
        assert_eq!(in_force(date!(2023 - 09 - 01)).count(), 100);
        assert_eq!(in_force(date!(2030 - 01 - 01)).count(), 100);
        let cantons: BTreeSet<_> = all().iter().map(|one| one.canton).collect();
        assert_eq!(cantons.len(), 12);
        let codes: BTreeSet<_> = all().iter().map(|one| one.code).collect();
        assert_eq!(codes.len(), all().len());
    }

    #[test]
    fn the_columns_beside_the_dates_say_the_same() {
        for (line, commune) in FILE.lines().skip(1).zip(all()) {
            let sets = [date!(2023 - 08 - 31), date!(2023 - 09 - 01)];
            let expected: Vec<_> = line.rsplit(',').take(2).collect();
            let found = sets.map(|on| if commune.exists(on) { "1" } else { "0" });
            assert_eq!([expected[1], expected[0]], found, "{line}");
        }
    }

    #[test]
    fn mergers_are_followed() {
        let name = |code, on| commune_at(code, on).map(|commune| commune.name);
        for (old, new) in [
            ("0705", "0711"),
            ("0710", "0711"),
            ("1201", "1209"),
            ("1208", "1209"),
        ] {
            assert_eq!(commune_at(old, date!(2023 - 08 - 31)).unwrap().code, old);
            assert_eq!(commune_at(old, date!(2023 - 09 - 01)).unwrap().code, new);
            assert_eq!(commune_at(new, date!(2023 - 09 - 01)).unwrap().code, new);
            assert_eq!(commune_at(new, date!(2023 - 08 - 31)), None);
        }
        assert_eq!(
            name("1201", date!(2024 - 01 - 01)),
            Some("Bous-Waldbredimus")
        );
        assert_eq!(name("0304", date!(2024 - 01 - 01)), Some("Luxembourg"));
        assert_eq!(name("0304", date!(2017 - 12 - 31)), None);
        assert_eq!(name("9999", date!(2024 - 01 - 01)), None);
    }

    #[test]
    fn a_configuration_can_have_them() {
        assert_eq!(entries().unwrap().len(), all().len());
        let offices = offices().unwrap();
        assert_eq!(offices.len(), all().len() + 1);
        assert!(offices.iter().any(|one| one.office.as_str() == "L-0304"));
    }
}
