//! `/search`: an application without a case. The glass is broken first: the reason is written down, audited, and looked
//! at by an auditor, before anything is shown.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use dossier::{ApplicationId, NationalNumber};
use maud::{Markup, html};
use pages::{
    Layout,
    component::{
        Button, ButtonBar, Errors, Form, Input, Notification, SummaryList, SummaryRow, Tone, Values,
    },
    http::Problem,
};
use personalisation_core::application::ApplicationState;
use personalisation_store::{
    review::ApplicationRow,
    staff::{Glass, GlassId},
};
use zeroize::Zeroizing;

use crate::person;

use super::{
    Desk, notices,
    permissions::{Action, Resource, Staffer},
    reading::{Object, Reading},
    review::{self, CaseFile, words},
    routes::Routes,
    view::{failed, moment, page},
};

/// Shortest and longest reason, characters: a word is none.
const REASON: std::ops::RangeInclusive<usize> = 10..=500;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/search", Resource::Search, ask)
        .act("/search", Resource::Search, show)
}

/// What is looked for.
enum Wanted {
    Application(ApplicationId),
    Person(NationalNumber),
}

impl Wanted {
    /// 32 hexadecimal digits of a receipt, or the 13 of a national number, however grouped.
    fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match plain.len() {
            13 => NationalNumber::new(&plain).ok().map(Self::Person),
            _ => plain.parse().ok().map(Self::Application),
        }
    }
}

async fn ask(staffer: Staffer) -> Markup {
    form(&staffer, &Values::default(), &Errors::new())
}

fn form(staffer: &Staffer, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let what =
        Input::text("what", speech.text("search-what")).hint(speech.text("search-what-hint"));
    let reason = Input::lines("reason", speech.text("search-reason"))
        .hint(speech.text("search-reason-hint"));
    let body = html! {
        (Notification::new(Tone::Attention, speech.text("search-warning")).more(html! {
            p { (speech.text("search-warning-more")) }
        }))
        (form.wrap("/search", &html! {
            (form.input(&what))
            (form.input(&reason))
            (ButtonBar::new(Button::primary(speech.text("search-act"))))
        }))
    };
    page(staffer, "/search", speech.text("search-title"))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let wanted = Wanted::read(values.get("what"));
    if wanted.is_none() {
        errors.add("what", speech.text("search-error-what"));
    }
    let reason = values.get("reason");
    if !REASON.contains(&reason.chars().count()) {
        errors.add("reason", speech.text("search-error-reason"));
    }
    let Some(wanted) = wanted.filter(|_| errors.is_empty()) else {
        let page = form(&staffer, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let mut rng = desk.rng;
    let glass = GlassId::generate(&mut rng);
    let reading = Reading {
        act: "break-glass",
        object: Object::Applications,
        purpose: format!("read {glass}"),
    };
    let work = find(&desk, &staffer, glass, reason, &wanted);
    let cases = reading.run(&desk, &staffer, work).await?;
    let body = html! {
        (Notification::new(Tone::Notice, speech.text("search-noted")))
        @if cases.is_empty() { p { (speech.text("search-nothing")) } }
        @for case in &cases {
            (one(&staffer, case))
            (notices::history(&desk, speech, case.row.application.id()).await?)
        }
        p { a href="/search" { (speech.text("search-again")) } }
    };
    let title = speech.format("search-found", &[("count", cases.len().into())]);
    Ok(page(&staffer, "/search", title)
        .layout(Layout::Column)
        .body(body)
        .render()
        .into_response())
}

/// Finds what is wanted; the glass is in the database before it is opened.
async fn find(
    desk: &Desk,
    staffer: &Staffer,
    glass: GlassId,
    reason: &str,
    wanted: &Wanted,
) -> Result<Vec<CaseFile>, Problem> {
    let rows: Vec<ApplicationRow> = match wanted {
        Wanted::Application(id) => {
            let found = desk.store.application(*id).await.map_err(failed)?;
            found.into_iter().collect()
        }
        Wanted::Person(number) => {
            let number = person::with_number(&desk.store, number).map_err(failed)?;
            desk.store
                .applications_about(number)
                .await
                .map_err(failed)?
        }
    };
    let broken = Glass {
        id: glass,
        person: staffer.person,
        reason: Zeroizing::new(reason.to_owned()),
        found: rows.len().try_into().unwrap_or(u64::MAX),
        opened_at: staffer.visit.now(),
        review: None,
    };
    let by = crate::staff::page_person(staffer.person);
    let now = staffer.visit.now();
    let act = |row: &ApplicationRow| {
        let object = format!("application {} for read {glass}", row.application.id());
        crate::staff::act(desk.rng, by, "read-application", &object)
    };
    let acts: Vec<_> = rows.iter().map(act).collect();
    let intents: Vec<_> = acts.iter().map(|act| act.intent(now)).collect();
    let mut rng = desk.rng;
    desk.store
        .break_glass(&mut rng, &broken, &intents)
        .await
        .map_err(failed)?;
    let mut cases = Vec::with_capacity(rows.len());
    let (mut outcomes, mut trouble) = (Vec::new(), None);
    for (row, act) in rows.into_iter().zip(&acts) {
        let detail = match review::read(desk, row).await {
            Ok(case) => {
                cases.push(case);
                "shown"
            }
            // Erased by its date: nothing of it is left to show.
            Err(Problem::NotFound) => "not found",
            Err(problem) => {
                trouble = Some(problem);
                "failed"
            }
        };
        outcomes.push(act.outcome(now, detail));
    }
    desk.store.audit(&outcomes).await.map_err(failed)?;
    trouble.map_or(Ok(cases), Err)
}

/// What is told of an application: who, what, where it stands. No pictures.
fn one(staffer: &Staffer, case: &CaseFile) -> Markup {
    let speech = staffer.visit.speech();
    let approved = matches!(case.row.application.state(), ApplicationState::Approved(..));
    let path = format!("/review/{}", case.row.application.id());
    let identity = &case.dossier.identity;
    let row = |name: String, value: Markup| SummaryRow {
        name,
        value,
        change: None,
    };
    let birth = &identity.date_of_birth.value;
    let birth = birth
        .date()
        .map_or_else(|| birth.number().to_string(), |date| speech.date(date));
    html! {
        h2 { (case.row.application.id()) }
        (SummaryList::new([
            row(speech.text("identity-surname"), html! { (identity.surname.value.as_str()) }),
            row(speech.text("identity-given-names"), html! { (identity.given_names.value.as_str()) }),
            row(speech.text("identity-birth"), html! { (birth) }),
            row(speech.text("facts-document"), html! { (speech.text(words::document(case.dossier.document_type))) }),
            row(speech.text("facts-ground"), html! { (speech.text(words::ground(case.dossier.ground))) }),
            row(speech.text("facts-office"), html! { (case.dossier.office) }),
            row(speech.text("search-accepted"), html! { (moment(speech, case.row.accepted_at)) }),
            row(speech.text("staff-state"), html! { (words::state(speech, case.row.application.state().name())) }),
        ]))
        // An open case is ended where it is decided about; what is approved is found here only.
        @if approved && staffer.may(Resource::Review, Action::Act) {
            div.acts.plain {
                (Button::secondary(speech.text("case-refuse")).href(format!("{path}/refuse")))
                (Button::secondary(speech.text("case-withdraw")).href(format!("{path}/withdraw")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_or_a_person_is_looked_for_and_nothing_else() {
        let id = "00112233445566778899aabbccddeeff";
        assert!(matches!(Wanted::read(id), Some(Wanted::Application(_))));
        let number = Wanted::read(" 1893 12 01 057 32 ");
        assert!(matches!(number, Some(Wanted::Person(_))));
        for wrong in ["", "Weber", "1893120105733", "%", "' OR 1=1 --"] {
            assert!(Wanted::read(wrong).is_none(), "{wrong}");
        }
    }
}
