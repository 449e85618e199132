//! What the applicant reads and confirms: rows in their language, and the text whose hash the dossier carries.

use dossier::Configuration;
use dossier::dossier::{DocumentSeen, MissingFinger};
use pages::Speech;
use time::Date;

use super::application::{Application, Signing};
use super::step::Step;
use super::words;

/// One row: the step where it is changed, its name, what was captured.
pub struct Row {
    /// The step.
    pub step: Step,
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

/// The rows as text, as it is hashed: each `name: value` and a line feed.
pub fn text(rows: &[Row]) -> String {
    let lines = rows
        .iter()
        .map(|row| format!("{}: {}\n", row.name, row.value));
    lines.collect()
}

/// Everything that was captured, in one language.
pub fn rows(
    application: &Application,
    speech: Speech<'_>,
    configuration: &Configuration,
    today: Date,
) -> Vec<Row> {
    let mut list = List {
        speech,
        rows: Vec::new(),
    };
    list.request(application);
    list.person(application, configuration, today);
    list.representative(application, today);
    list.captures(application, today);
    list.papers(application);
    list.payment(application, configuration, today);
    list.rows
}

struct List<'a> {
    speech: Speech<'a>,
    rows: Vec<Row>,
}

impl List<'_> {
    fn add(&mut self, step: Step, name: impl Into<pages::Id>, value: impl Into<String>) {
        self.rows.push(Row {
            step,
            name: self.speech.text(name),
            value: value.into(),
        });
    }

    fn request(&mut self, application: &Application) {
        let Some(request) = application.request else {
            return;
        };
        let speech = self.speech;
        let document = speech.text(words::document(request.document));
        self.add(Step::Request, pages::Id("summary-document"), document);
        let ground = speech.text(words::ground(request.ground));
        self.add(Step::Request, pages::Id("summary-ground"), ground);
        let express = if request.express {
            speech.text("summary-express-yes")
        } else {
            speech.text("summary-express-no")
        };
        self.add(Step::Request, pages::Id("summary-express"), express);
    }

    fn person(&mut self, application: &Application, configuration: &Configuration, today: Date) {
        let Some(person) = &application.identity else {
            return;
        };
        let (identity, speech) = (&person.identity, self.speech);
        let step = Step::Identity;
        self.add(
            step,
            pages::Id("person-surname"),
            identity.surname.value.as_str(),
        );
        let given = match identity.given_names.value.as_str() {
            "" => speech.text("person-no-given-names"),
            names => names.to_owned(),
        };
        self.add(step, pages::Id("person-given-names"), given);
        let sex = speech.text(words::sex(identity.sex.value));
        self.add(step, pages::Id("person-sex"), sex);
        let birth = partial(speech, identity.date_of_birth.value.number());
        self.add(step, pages::Id("person-birth"), birth);
        if let Some(place) = &identity.place_of_birth {
            let parts: Vec<&str> = place.value.iter().map(dossier::Text::as_str).collect();
            self.add(step, pages::Id("person-birth-place"), parts.join(", "));
        }
        let nationality = identity.nationality.value.as_str();
        self.add(step, pages::Id("person-nationality"), nationality);
        if let Some(number) = &identity.national_number {
            self.add(
                step,
                pages::Id("person-number"),
                grouped(number.value.as_str()),
            );
        }
        if let Some(commune) = &identity.commune {
            let code = commune.value.as_str();
            let found = configuration.commune_at(code, today);
            let name = found.map_or(code, |entry| entry.name.as_str());
            self.add(step, pages::Id("person-commune"), name);
        }
        if let Some(line) = &identity.name_line {
            self.add(step, pages::Id("person-name-line"), line.value.as_str());
        }
    }

    fn representative(&mut self, application: &Application, today: Date) {
        let Some(other) = &application.representative else {
            return;
        };
        if application.is_represented(today) {
            let relation = self.speech.text(words::relation(other.relation));
            let name = format!(
                "{}, {} ({relation})",
                other.surname.as_str(),
                other.given_names.as_str()
            );
            self.add(
                Step::Representative,
                pages::Id("summary-representative"),
                name,
            );
        }
    }

    fn captures(&mut self, application: &Application, today: Date) {
        let speech = self.speech;
        if let Some(portrait) = &application.portrait {
            let state = if portrait.forced.is_some() {
                speech.text("summary-portrait-forced")
            } else {
                speech.text("summary-portrait-taken")
            };
            self.add(Step::Portrait, pages::Id("summary-portrait"), state);
        }
        let given = application.hands.images();
        let mut fingers: Vec<String> = given
            .iter()
            .map(|image| speech.text(words::finger(image.finger)))
            .collect();
        let none = application
            .hands
            .not_given(application.is_finger_exempt(today));
        fingers.extend(none.iter().map(|missing| absent(speech, missing)));
        self.add(
            Step::Fingers,
            pages::Id("summary-fingers"),
            fingers.join("; "),
        );
        let signature = match &application.signature {
            Some(Signing::Signed(_)) => speech.text("summary-signed"),
            Some(Signing::Unable(reason)) => {
                speech.format("summary-not-signed", &[("reason", reason.as_str().into())])
            }
            None => String::new(),
        };
        self.add(Step::Signature, pages::Id("summary-signature"), signature);
    }

    fn papers(&mut self, application: &Application) {
        let Some(papers) = &application.papers else {
            return;
        };
        let speech = self.speech;
        let seen: Vec<String> = papers.seen.iter().map(|one| paper(speech, one)).collect();
        self.add(Step::Papers, pages::Id("summary-papers"), seen.join("; "));
        if let Some(residence) = &papers.residence {
            let granted = std::iter::once(residence.category.as_str());
            let granted = granted.chain(residence.remarks.iter().map(dossier::Text::as_str));
            let granted = granted.collect::<Vec<_>>().join("; ");
            self.add(Step::Papers, pages::Id("summary-residence"), granted);
            if let Some(day) = residence.ends {
                let day = partial(speech, day.number());
                self.add(Step::Papers, pages::Id("summary-residence-ends"), day);
            }
        }
        if let Some(prior) = &papers.prior {
            let state = speech.text(words::prior(prior.state));
            let text = match &prior.number {
                Some(number) => format!("{}, {state}", number.as_str()),
                None => state,
            };
            self.add(Step::Papers, pages::Id("summary-prior"), text);
        }
    }

    fn payment(&mut self, application: &Application, configuration: &Configuration, today: Date) {
        let Some(paid) = &application.payment else {
            return;
        };
        let fee = euros(self.speech, paid.payment.fee);
        let text = format!("{fee} ({})", paid.payment.reference.as_str());
        self.add(Step::Payment, pages::Id("summary-fee"), text);
        let office = office(configuration, paid.collection.as_str(), today);
        self.add(Step::Payment, pages::Id("summary-collection"), office);
        if let Some(contact) = &paid.contact {
            let ways = [
                contact.email.as_ref().map(dossier::Text::as_str),
                contact.telephone.as_ref().map(dossier::Text::as_str),
            ];
            let ways: Vec<&str> = ways.into_iter().flatten().collect();
            self.add(Step::Payment, pages::Id("summary-contact"), ways.join(", "));
        }
    }
}

/// A hand that gives none, in one line.
pub fn absent(speech: Speech<'_>, missing: &MissingFinger) -> String {
    let hand = speech.text(words::hand(missing.hand));
    let reason = speech.text(words::missing(missing.reason));
    let until = missing.until.map(|day| partial(speech, day.number()));
    match until {
        Some(until) => speech.format(
            "summary-missing-until",
            &[
                ("hand", hand.into()),
                ("reason", reason.into()),
                ("until", until.into()),
            ],
        ),
        None => speech.format(
            "summary-missing",
            &[("hand", hand.into()), ("reason", reason.into())],
        ),
    }
}

/// A paper in one line.
pub fn paper(speech: Speech<'_>, seen: &DocumentSeen) -> String {
    let kind = speech.text(words::paper(seen.kind));
    let number = seen.number.as_ref().map(dossier::Text::as_str);
    let parts = [Some(kind.as_str()), number, Some(seen.issuer.as_str())];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

/// The name of an office, or its id where the configuration has none.
pub fn office(configuration: &Configuration, id: &str, today: Date) -> String {
    let mut offices = configuration.offices_at(today);
    let found = offices.find(|entry| entry.office.as_str() == id);
    found.map_or_else(|| id.to_owned(), |entry| entry.name.as_str().to_owned())
}

/// A day of which parts may be unknown: `2.9.1981`, `9.1981`, `1981`.
pub fn partial(speech: Speech<'_>, number: u32) -> String {
    let parts = [number % 100, number / 100 % 100, number / 10_000];
    let known: Vec<String> = parts
        .iter()
        .filter(|part| **part != 0)
        .map(ToString::to_string)
        .collect();
    match known.len() {
        3 => known.join("."),
        0 => speech.text("person-birth-unknown"),
        _ => speech.format("person-birth-partly", &[("known", known.join(".").into())]),
    }
}

/// A national number in its groups.
pub fn grouped(number: &str) -> String {
    let parts = [0..4, 4..6, 6..8, 8..11, 11..13];
    let parts: Vec<&str> = parts
        .into_iter()
        .filter_map(|part| number.get(part))
        .collect();
    parts.join(" ")
}

/// An amount of euro cents.
pub fn euros(speech: Speech<'_>, cents: u32) -> String {
    let (whole, rest) = ((cents / 100).to_string(), format!("{:02}", cents % 100));
    speech.format("money", &[("euros", whole.into()), ("cents", rest.into())])
}
