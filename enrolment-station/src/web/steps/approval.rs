//! A second person looks at the application on the same screen, with their own means of signing in.

use axum::response::{IntoResponse, Response};
use dossier::staff::Role;
use dossier::{PersonId, Signed, Text};
use maud::{Markup, html};
use pages::component::{
    Button, ButtonBar, Errors, Input, Notification, SummaryList, SummaryRow, Tone, Values, Width,
};
use pages::http::{Problem, Who};
use pages::sign_in::vouching_button;
use zeroize::Zeroizing;

use super::super::asking;
use super::super::desk::Desk;
use super::super::place::{failed, stamp};
use super::elsewhere;
use crate::capture::application::Approval;
use crate::capture::{Step, build, rules, summary, words};

/// The application as the second person sees it, and why they are asked.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Approval) {
        return Ok(*elsewhere);
    }
    let body = body(&desk, &Values::default(), &Errors::new());
    Ok(desk.page(Step::Approval, body).render().into_response())
}

fn body(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let rule = desk.configuration.second_person(&desk.place.office);
    let asked = rules::asked_for(rule, &desk.application, desk.today);
    let rows = summary::rows(&desk.application, speech, &desk.configuration, desk.today);
    let form = desk.form(values, errors);
    let why = html! {
        ul { @for occasion in asked { li { (speech.text(words::occasion(occasion))) } } }
    };
    html! {
        (Notification::new(Tone::Notice, speech.text("approval-why")).more(why))
        (reasons(desk))
        (SummaryList::new(rows.into_iter().map(|row| SummaryRow {
            name: row.name,
            value: html! { (row.value) },
            change: None,
        })))
        (elsewhere::show(desk))
        (form.wrap(&desk.href(Step::Approval.slug()), &html! {
            (form.input(&Input::lines("note", speech.text("approval-note")).optional()))
            h2 { (speech.text("approval-who")) }
            (vouching_button(&desk.visit, &desk.href(Step::Approval.slug()), &speech.text("approval-passkey")))
            (form.input(&Input::text("login", speech.text("sign-in-login")).width(Width::Medium)))
            (form.input(&Input::password("password", speech.text("sign-in-password")).autocomplete("off")
                .width(Width::Medium)))
            (form.input(&Input::code("code", speech.text("sign-in-code"))
                .hint(speech.text("sign-in-code-hint")).autocomplete("off")))
            (ButtonBar::new(Button::primary(speech.text("approval-approve")))
                .and(Button::secondary(speech.text("wizard-later")).href("/today")))
        }))
    }
}

/// The clerk's reasons for what was forced.
pub(super) fn forced(desk: &Desk) -> impl Iterator<Item = &Text<1, 500>> {
    let portrait = desk.application.portrait.as_ref();
    let portrait = portrait.and_then(|portrait| portrait.forced.as_ref());
    let hands = [&desk.application.hands.right, &desk.application.hands.left];
    let fingers = hands
        .into_iter()
        .filter_map(|hand| hand.best.as_ref()?.forced.as_ref());
    portrait.into_iter().chain(fingers)
}

fn reasons(desk: &Desk) -> Markup {
    let speech = desk.speech();
    html! {
        @for reason in forced(desk) {
            p { (speech.format("approval-reason", &[("reason", reason.as_str().into())])) }
        }
    }
}

/// Judges who it is, and has the station sign that they approved.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Approval) {
        return Ok(*elsewhere);
    }
    let mut errors = Errors::new();
    let note = values.get("note");
    let note = (!note.is_empty()).then(|| Text::new(note)).transpose();
    if note.is_err() {
        errors.add("note", desk.speech().text("text-too-long"));
    }
    let approval = match note {
        Ok(note) => approve(&desk, &values, note, &mut errors).await?,
        Err(_) => None,
    };
    let Some(approval) = approval else {
        let again = Values::new([("login", values.get("login")), ("note", values.get("note"))]);
        let body = body(&desk, &again, &errors);
        return Ok(desk.wrong(Step::Approval, body));
    };
    desk.application.take_question_back();
    if desk.application.take_back {
        asking::tell(&desk.place, desk.application.id);
    }
    desk.application.approval = Some(approval);
    desk.keep(&[]).await?;
    Ok(desk.onward())
}

/// Who it is, by passkey or by password and code.
async fn prove(desk: &Desk, values: &Values) -> Result<Result<Who, String>, Problem> {
    let (sign_in, visit) = (&desk.place.sign_in, &desk.visit);
    let answer = values.get("passkey");
    if !answer.is_empty() {
        let about = desk.href(Step::Approval.slug());
        return sign_in.vouch_by_passkey(visit, &about, answer).await;
    }
    let password = Zeroizing::new(values.as_typed("password").to_owned());
    let (login, code) = (values.get("login"), values.get("code"));
    sign_in.vouch(visit, login, password, code).await
}

async fn approve(
    desk: &Desk,
    values: &Values,
    note: Option<Text<1, 500>>,
    errors: &mut Errors,
) -> Result<Option<Approval>, Problem> {
    let speech = desk.speech();
    let who = match prove(desk, values).await? {
        Ok(who) => who,
        Err(text) => {
            errors.add("login", text);
            return Ok(None);
        }
    };
    let person = PersonId::from_bytes(*who.person.bytes());
    if who.person == desk.who.person || !desk.application.may_be_approved_by(person) {
        errors.add("login", speech.text("approval-same-person"));
        return Ok(None);
    }
    let now = desk.visit.now();
    let supervisor = desk.place.signed_in(&who, Role::Supervisor, now).await?;
    let sign_in = match supervisor {
        Some(sign_in) => Some(sign_in),
        None => desk.place.signed_in(&who, Role::Clerk, now).await?,
    };
    let (Some(sign_in), Some(summary)) = (sign_in, &desk.application.summary) else {
        errors.add("login", speech.text("approval-may-not"));
        return Ok(None);
    };
    let station = desk.place.station(&desk.configuration);
    let at = stamp(now)?;
    let record = build::second_person(&desk.application, &station, summary, sign_in, note, at);
    let signed = Signed::sign(&record, &desk.place.signer().await?);
    let signed = signed.map_err(failed("signing a second person's record"))?;
    let record = signed
        .encode()
        .map_err(failed("a second person's record"))?;
    Ok(Some(Approval {
        record: record.to_vec(),
        name: Text::new(&who.name).map_err(failed("a name"))?,
    }))
}
