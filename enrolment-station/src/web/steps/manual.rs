//! Identity typed by hand: the register is silent, or wrong. Review sees which facts were typed.

use axum::response::{IntoResponse, Redirect, Response};
use dossier::dossier::{Identity, Sex, Source, Sourced};
use dossier::{NationalNumber, PartialDay, Text};
use maud::{Markup, html};
use pages::component::{Button, ButtonBar, Choice, Errors, Input, Values, Width};
use pages::http::Problem;

use super::super::desk::Desk;
use super::identity::choose_line;
use crate::capture::application::Person;
use crate::capture::{Step, summary, words};

const SEXES: [(&str, Sex); 3] = [
    ("F", Sex::Female),
    ("M", Sex::Male),
    ("X", Sex::Unspecified),
];

/// A form that knows the number.
pub fn with_number(number: &NationalNumber) -> Values {
    Values::new([("number", summary::grouped(number.as_str()))])
}

/// What is known, to be corrected.
pub fn values(desk: &Desk) -> Values {
    let Some(person) = &desk.application.identity else {
        return Values::default();
    };
    let identity = &person.identity;
    let number = identity.national_number.as_ref();
    let birth = identity.date_of_birth.value.number();
    let part = |number: u32| {
        if number == 0 {
            String::new()
        } else {
            number.to_string()
        }
    };
    let place = identity
        .place_of_birth
        .as_ref()
        .and_then(|place| place.value.first());
    let line = identity.name_line.as_ref();
    let commune = identity.commune.as_ref();
    let sex = SEXES.iter().find(|(_, sex)| *sex == identity.sex.value);
    Values::new([
        (
            "number",
            number.map_or_else(String::new, |one| summary::grouped(one.value.as_str())),
        ),
        ("surname", identity.surname.value.as_str().to_owned()),
        ("given", identity.given_names.value.as_str().to_owned()),
        ("sex", sex.map_or("", |(name, _)| name).to_owned()),
        ("birth-day", part(birth % 100)),
        ("birth-month", part(birth / 100 % 100)),
        ("birth-year", part(birth / 10_000)),
        (
            "place",
            place.map_or_else(String::new, |place| place.as_str().to_owned()),
        ),
        (
            "nationality",
            identity.nationality.value.as_str().to_owned(),
        ),
        (
            "commune",
            commune.map_or_else(String::new, |one| one.value.as_str().to_owned()),
        ),
        (
            "line",
            line.map_or_else(String::new, |line| line.value.as_str().to_owned()),
        ),
    ])
}

/// The form.
pub fn form(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let mut sex = Choice::radio("sex", speech.text("person-sex"));
    for (name, one) in SEXES {
        sex = sex.answer(name, speech.text(words::sex(one)));
    }
    let mut commune = Choice::select("commune", speech.text("person-commune")).optional();
    for entry in communes(desk) {
        commune = commune.answer(entry.0, entry.1);
    }
    html! {
        p.lead { (speech.text("manual-lead")) }
        (form.wrap(&desk.href(Step::Identity.slug()), &html! {
            input type="hidden" name="act" value="manual";
            (form.input(&Input::national_number("number", speech.text("person-number")).optional()
                .hint(speech.text("manual-number-hint"))))
            (form.input(&Input::text("surname", speech.text("person-surname"))
                .hint(speech.text("manual-surname-hint"))))
            (form.input(&Input::text("given", speech.text("person-given-names")).optional()
                .hint(speech.text("manual-given-hint"))))
            (form.choice(&sex))
            (form.input(&Input::date("birth", speech.text("person-birth"))
                .hint(speech.text("manual-birth-hint"))))
            (form.input(&Input::text("place", speech.text("person-birth-place")).optional()))
            (form.input(&Input::text("nationality", speech.text("person-nationality")).width(Width::Short)
                .hint(speech.text("manual-nationality-hint"))))
            (form.choice(&commune))
            (form.input(&Input::text("line", speech.text("identity-name-line")).optional()
                .hint(speech.text("manual-line-hint"))))
            (ButtonBar::new(Button::primary(speech.text("wizard-continue")))
                .and(Button::secondary(speech.text("identity-other-number")).href("?again=yes")))
        }))
    }
}

fn communes(desk: &Desk) -> Vec<(String, String)> {
    let today = desk.today;
    let holding = desk.configuration.communes.iter().filter(|one| {
        one.from.date() <= today && one.until.is_none_or(|until| today <= until.date())
    });
    let mut all: Vec<(String, String)> = holding
        .map(|one| (one.code.as_str().to_owned(), one.name.as_str().to_owned()))
        .collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

/// Keeps what was typed.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let identity = read(&desk, &values, &mut errors);
    let (Some(identity), true) = (identity, errors.is_empty()) else {
        let body = form(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Identity, body));
    };
    let nationalities = vec![identity.nationality.value.clone()];
    let mut person = Person {
        identity,
        register: None,
        known: Vec::new(),
        nationalities,
        foreign: Vec::new(),
        left: false,
        representatives: Vec::new(),
    };
    // What the register answered stays with its number: another number is another person.
    let before = desk.application.identity.as_ref();
    let before = before.filter(|before| before.number() == person.number());
    if let Some(before) = before {
        person.register.clone_from(&before.register);
        person.known.clone_from(&before.known);
        person.representatives.clone_from(&before.representatives);
    }
    desk.application.identify(person);
    desk.save(&[]).await?;
    Ok(Redirect::to(&desk.href(Step::Identity.slug())).into_response())
}

fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<Identity> {
    let speech = desk.speech();
    let typed = values.digits("number");
    let number = (!typed.is_empty())
        .then(|| NationalNumber::new(&typed))
        .transpose();
    if number.is_err() {
        errors.add("number", speech.text("identity-number-wrong"));
    }
    let surname = Text::new(values.get("surname"));
    if surname.is_err() {
        errors.add("surname", speech.text("manual-surname-missing"));
    }
    let given = Text::new(values.get("given"));
    if given.is_err() {
        errors.add("given", speech.text("text-too-long"));
    }
    let sex = SEXES.iter().find(|(name, _)| *name == values.get("sex"));
    if sex.is_none() {
        errors.add("sex", speech.text("manual-sex-missing"));
    }
    let birth = birth(desk, values);
    if birth.is_none() {
        errors.add("birth", speech.text("manual-birth-wrong"));
    }
    if let (Ok(Some(number)), Some(birth)) = (&number, &birth)
        && number.check_birth(birth).is_err()
    {
        errors.add("birth", speech.text("manual-birth-other"));
    }
    let place = values.get("place");
    let place = (!place.is_empty()).then(|| Text::new(place)).transpose();
    if place.is_err() {
        errors.add("place", speech.text("text-too-long"));
    }
    let nationality = values.get("nationality").to_uppercase();
    let letters = nationality.bytes().all(|byte| byte.is_ascii_uppercase());
    let nationality = Text::new(&nationality).ok().filter(|_| letters);
    if nationality.is_none() {
        errors.add("nationality", speech.text("manual-nationality-wrong"));
    }
    let mut identity = Identity {
        surname: Sourced::new(surname.ok()?, Source::Manual),
        given_names: Sourced::new(given.ok()?, Source::Manual),
        sex: Sourced::new(sex?.1, Source::Manual),
        date_of_birth: Sourced::new(birth?, Source::Manual),
        nationality: Sourced::new(nationality?, Source::Manual),
        place_of_birth: place
            .ok()?
            .map(|one| Sourced::new(vec![one], Source::Manual)),
        national_number: number.ok()?.map(|one| Sourced::new(one, Source::Manual)),
        name_line: None,
        name_line_shortened: false,
        commune: Text::new(values.get("commune"))
            .ok()
            .map(|code| Sourced::new(code, Source::Manual)),
    };
    choose_line(desk, &mut identity, values.get("line"), errors);
    Some(identity)
}

/// A date of birth of which day, or day and month, may be unknown; not in the future.
fn birth(desk: &Desk, values: &Values) -> Option<PartialDay> {
    let part = |name: &str, digits: usize| {
        let text = values.get(&format!("birth-{name}"));
        if text.len() > digits {
            return None;
        }
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<u32>().ok()
        }
    };
    let (day, month, year) = (part("day", 2)?, part("month", 2)?, part("year", 4)?);
    if year < 1850 {
        return None;
    }
    let today = dossier::Day::try_from(desk.today).ok()?.number();
    let number = year * 10_000 + month * 100 + day;
    (number <= today).then(|| PartialDay::from_number(number).ok())?
}
