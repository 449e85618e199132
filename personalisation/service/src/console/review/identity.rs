//! The identity against the register: each field, where it comes from, what the register says now, and whether the
//! check of the dossier found it the same.

use dossier::{
    PartialDay,
    dossier::{Identity, Sex, Source},
};
use pages::{
    Id, Speech,
    component::{Cell, Column, Table, Tag, Tone},
};
use personalisation_core::application::{Check, CheckResult, Outcome, Referral};

use wire::register::{Person, Sex as Registered};

use super::words;
use crate::{order::line_by_rule, review::register::Answer};

/// The fields that the check of the register compares.
const COMPARED: [&str; 6] = [
    "surname",
    "given-names",
    "sex",
    "date-of-birth",
    "nationality",
    "place-of-birth",
];

/// One line of the table.
struct Line {
    /// As the check of the register names it.
    field: &'static str,
    name: Id,
    value: String,
    source: Source,
}

/// The table. `checks` says which fields differ; when the register was not asked, it says that too.
pub(super) fn table(
    speech: Speech<'_>,
    identity: &Identity,
    checks: &[CheckResult],
    answer: Option<&Answer>,
) -> Table {
    let person = match answer {
        Some(Answer::Found(person)) => Some(&**person),
        _ => None,
    };
    let register = checks.iter().find(|result| result.check == Check::Register);
    let columns = [
        Column::words(speech.text("identity-field")),
        Column::words(speech.text("identity-value")),
        Column::words(speech.text("identity-source")),
        Column::words(speech.text("identity-in-register")),
        Column::words(speech.text("identity-register")),
    ];
    let table = Table::new(speech.text("identity-caption"), columns);
    lines(speech, identity)
        .into_iter()
        .fold(table, |table, line| {
            let tag = tag(speech, &line, register);
            let said = match line.field {
                // The register has none; beside it stands what the rule makes of the name.
                "name-line" => Some(by_rule(speech, identity)),
                field => person.map(|person| registered(speech, field, person)),
            };
            table.row([
                Cell::from(speech.text(line.name)),
                Cell::from(line.value),
                Cell::from(speech.text(words::source(line.source))),
                Cell::from(said.unwrap_or_default()),
                Cell::of(&tag),
            ])
        })
}

/// The name line that the rule makes.
fn by_rule(speech: Speech<'_>, identity: &Identity) -> String {
    let (surname, given_names) = (&identity.surname.value, &identity.given_names.value);
    let rule = line_by_rule(surname.as_str(), given_names.as_str());
    let rule = rule.map(|rule| rule.trim_end_matches('<').to_owned());
    let rule = rule.unwrap_or_default();
    speech.format("identity-by-rule", &[("line", rule.into())])
}

/// What the check found about a field.
fn tag(speech: Speech<'_>, line: &Line, register: Option<&CheckResult>) -> Tag {
    let not_compared = || Tag::new(Tone::Neutral, speech.text("register-not-asked"));
    let same = || Tag::new(Tone::Good, speech.text("register-same"));
    let Some(result) = register.filter(|_| COMPARED.contains(&line.field)) else {
        return not_compared();
    };
    match result.finding.outcome {
        Outcome::Passed => same(),
        Outcome::Refer(Referral::DiffersFromRegister) => {
            if result
                .finding
                .detail
                .iter()
                .any(|field| field.name() == line.field)
            {
                Tag::new(Tone::Attention, speech.text("register-differs"))
            } else {
                same()
            }
        }
        Outcome::Refer(_) => not_compared(),
    }
}

/// What the register says of a field.
fn registered(speech: Speech<'_>, field: &str, person: &Person) -> String {
    let name = person.name.clone().unwrap_or_default();
    match field {
        "surname" => name.surname,
        "given-names" => name.given_names,
        "sex" => match person.sex() {
            Registered::Female => "F".to_owned(),
            Registered::Male => "M".to_owned(),
            Registered::Unspecified => String::new(),
        },
        "date-of-birth" => {
            let birth = person.birth.unwrap_or_default();
            let number = birth.year * 10_000 + birth.month * 100 + birth.day;
            PartialDay::from_number(number).map_or_else(|_| String::new(), |day| when(speech, &day))
        }
        "nationality" => person.nationalities.join(", "),
        "place-of-birth" => person.place_of_birth.clone(),
        "national-number" => person.national_number.clone(),
        "commune" => person.commune.clone(),
        _ => String::new(),
    }
}

/// A date as far as it is known.
fn when(speech: Speech<'_>, day: &PartialDay) -> String {
    day.date()
        .map_or_else(|| day.number().to_string(), |date| speech.date(date))
}

fn line(field: &'static str, name: Id, value: String, source: Source) -> Line {
    Line {
        field,
        name,
        value,
        source,
    }
}

fn lines(speech: Speech<'_>, identity: &Identity) -> Vec<Line> {
    let sex = match identity.sex.value {
        Sex::Female => "F",
        Sex::Male => "M",
        Sex::Unspecified => "X",
    };
    let mut lines = vec![
        line(
            "surname",
            Id("identity-surname"),
            identity.surname.value.as_str().to_owned(),
            identity.surname.source,
        ),
        line(
            "given-names",
            Id("identity-given-names"),
            identity.given_names.value.as_str().to_owned(),
            identity.given_names.source,
        ),
        line(
            "sex",
            Id("identity-sex"),
            sex.to_owned(),
            identity.sex.source,
        ),
        line(
            "date-of-birth",
            Id("identity-birth"),
            when(speech, &identity.date_of_birth.value),
            identity.date_of_birth.source,
        ),
        line(
            "nationality",
            Id("identity-nationality"),
            identity.nationality.value.as_str().to_owned(),
            identity.nationality.source,
        ),
    ];
    lines.extend(lines_if_known(identity));
    lines
}

/// What an identity need not have.
fn lines_if_known(identity: &Identity) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(place) = &identity.place_of_birth {
        let parts: Vec<&str> = place.value.iter().map(dossier::Text::as_str).collect();
        lines.push(line(
            "place-of-birth",
            Id("identity-place"),
            parts.join(", "),
            place.source,
        ));
    }
    if let Some(number) = &identity.national_number {
        lines.push(line(
            "national-number",
            Id("identity-number"),
            number.value.as_str().to_owned(),
            number.source,
        ));
    }
    if let Some(chosen) = &identity.name_line {
        lines.push(line(
            "name-line",
            Id("identity-name-line"),
            chosen.value.as_str().to_owned(),
            chosen.source,
        ));
    }
    if let Some(commune) = &identity.commune {
        lines.push(line(
            "commune",
            Id("identity-commune"),
            commune.value.as_str().to_owned(),
            commune.source,
        ));
    }
    lines
}
