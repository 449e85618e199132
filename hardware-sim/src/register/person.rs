//! An answer: one line of the file, its household, and the special cases, as the wire has them.

use time::Date;
use wire::register::{DocumentStatus, Name, Person, PersonStatus, Relation, Representative, Sex};

use super::file::{Line, RegisterFile};
use super::{script, special};

/// Age of majority.
const OF_AGE: i32 = 18;

impl RegisterFile {
    /// The person of a number, as of a day.
    pub(super) fn person(&self, number: &str, today: Date) -> Option<Person> {
        self.find(number).map(|line| self.compose(&line, today))
    }

    fn compose(&self, line: &Line<'_>, today: Date) -> Person {
        let status = special::status(line, today);
        let commune = match status {
            PersonStatus::Left => String::new(),
            _ => line.commune.to_owned(),
        };
        let sex = match line.sex {
            "F" => Sex::Female,
            "M" => Sex::Male,
            _ => Sex::Unspecified,
        };
        Person {
            national_number: line.number.to_owned(),
            status: status.into(),
            name: Some(name(line)),
            foreign_names: script::names(line),
            sex: sex.into(),
            birth: Some(special::birth(line)),
            place_of_birth: line.place_of_birth.to_owned(),
            nationalities: vec![line.nationality.to_owned()],
            commune,
            documents: special::documents(line, today),
            representatives: self.representatives(line, today),
        }
    }

    /// The living adults of a minor's household who are its parents; one of them where a court named it.
    fn representatives(&self, line: &Line<'_>, today: Date) -> Vec<Representative> {
        if special::age(line.birth, today) >= OF_AGE {
            return Vec::new();
        }
        let relation = special::relation(line);
        let most = if relation == Relation::Guardian { 1 } else { 2 };
        self.household(line)
            .iter()
            .filter(|other| matches!(other.relation, "head" | "partner"))
            .filter(|other| special::status(other, today) == PersonStatus::Alive)
            .take(most)
            .map(|other| Representative {
                name: Some(name(other)),
                relation: relation.into(),
            })
            .collect()
    }

    /// A national number for each special case that the file has, by its name.
    pub fn examples(&self, today: Date) -> Vec<(&'static str, String)> {
        let mut examples: Vec<(&'static str, String)> = Vec::new();
        for line in self.all() {
            let person = self.compose(&line, today);
            for case in cases(&person, special::age(line.birth, today)) {
                if examples.iter().all(|(known, _)| *known != case) {
                    examples.push((case, person.national_number.clone()));
                }
            }
        }
        examples.sort_unstable();
        examples
    }
}

fn name(line: &Line<'_>) -> Name {
    Name {
        surname: line.surname.to_owned(),
        given_names: line.given_names.to_owned(),
    }
}

/// Names of the special cases that a person is; an ordinary adult is one too.
fn cases(person: &Person, age: i32) -> Vec<&'static str> {
    let name = person.name.clone().unwrap_or_default();
    let birth = person.birth.unwrap_or_default();
    let document = person
        .documents
        .first()
        .map(wire::register::Document::status);
    let alive = person.status() == PersonStatus::Alive;
    let guardian = |other: &Representative| other.relation() == Relation::Guardian;
    let script = person.foreign_names.first().map(|name| &*name.script);
    let represented = person.representatives.len();
    let guarded = person.representatives.iter().any(guardian);
    // But for what is special about them, examples are people who come to a counter.
    let usual = alive && (OF_AGE..=80).contains(&age);
    let ordinary = usual
        && document == Some(DocumentStatus::Valid)
        && script.is_none()
        && birth.day != 0
        && !name.given_names.is_empty();
    let held = match document {
        Some(DocumentStatus::Lost) => "lost document",
        Some(DocumentStatus::Stolen) => "stolen document",
        Some(DocumentStatus::Revoked) => "revoked document",
        Some(DocumentStatus::Expired) => "expired document",
        None => "no document",
        _ => "",
    };
    let written = match script {
        Some("Grek") => "name in Greek letters",
        Some("Cyrl") => "name in Cyrillic letters",
        _ => "name in Chinese characters",
    };
    let unknown_day = birth.month != 0 && birth.day == 0;
    let all = [
        (ordinary, "ordinary adult with a valid document"),
        (person.status() == PersonStatus::Deceased, "deceased"),
        (person.status() == PersonStatus::Left, "left the country"),
        (usual && name.given_names.is_empty(), "no given name"),
        (usual && name.surname.chars().count() > 30, "long surname"),
        (usual && birth.month == 0, "month of birth unknown"),
        (usual && unknown_day, "day of birth unknown"),
        (alive && represented == 2, "minor with two parents"),
        (
            alive && represented == 1 && !guarded,
            "minor with one parent",
        ),
        (alive && guarded, "minor with a guardian"),
        (usual && script.is_some(), written),
        (usual && !held.is_empty(), held),
    ];
    all.into_iter()
        .filter_map(|(is, case)| is.then_some(case))
        .collect()
}
