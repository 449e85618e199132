//! `/oversight`: reads without a case, looked at by an auditor.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Choice, Column, Errors, Form, Input, SummaryList, SummaryRow,
        Table, Tag, Tone, Values,
    },
    http::Problem,
};
use personalisation_store::staff::{Glass, GlassId, GlassReview, GlassVerdict};

use super::{
    Desk,
    permissions::{Resource, Staffer},
    reading::{Object, Reading},
    routes::Routes,
    view::{failed, moment, page},
};
use crate::staff;

/// Longest list; the ones nobody has looked at come first.
const MOST: u32 = 200;
/// Longest remark, characters.
const REMARK: usize = 500;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/oversight", Resource::Oversight, list)
        .see("/oversight/{glass}", Resource::Oversight, show)
        .act("/oversight/{glass}", Resource::Oversight, judge)
}

const fn verdict(verdict: GlassVerdict) -> Id {
    match verdict {
        GlassVerdict::Justified => Id("glass-justified"),
        GlassVerdict::Unjustified => Id("glass-unjustified"),
    }
}

fn state(speech: Speech<'_>, glass: &Glass) -> Tag {
    match &glass.review {
        None => Tag::new(Tone::Waiting, speech.text("glass-waiting")),
        Some((_, seen, _)) => {
            let tone = match seen {
                GlassVerdict::Justified => Tone::Good,
                GlassVerdict::Unjustified => Tone::Bad,
            };
            Tag::new(tone, speech.text(verdict(*seen)))
        }
    }
}

/// Who it was, by login.
async fn login(desk: &Desk, person: dossier::PersonId) -> Result<String, Problem> {
    let found = desk.store.person(person).await.map_err(failed)?;
    Ok(found.map_or_else(|| person.to_string(), |person| person.login))
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("glass-when")),
        Column::words(speech.text("glass-who")),
        Column::numbers(speech.text("glass-found")),
        Column::words(speech.text("glass-state")),
    ];
    let mut table =
        Table::new(speech.text("glass-caption"), columns).or_if_empty(speech.text("glass-none"));
    for glass in desk.store.broken_glass(MOST).await.map_err(failed)? {
        let who = login(&desk, glass.person).await?;
        table = table.row([
            Cell::link(
                &format!("/oversight/{}", glass.id),
                &moment(speech, glass.opened_at),
            ),
            Cell::from(who),
            Cell::from(speech.number(glass.found)),
            Cell::of(&state(speech, &glass)),
        ]);
    }
    let body = html! { p.lead { (speech.text("glass-about")) } (table) };
    Ok(page(&staffer, "/oversight", speech.text("glass-title"))
        .body(body)
        .render())
}

/// One read and who read; the reason is what somebody wrote about a person, and is written down as read.
async fn find(desk: &Desk, staffer: &Staffer, id: &str) -> Result<(Glass, String), Problem> {
    let id: GlassId = id.parse().map_err(|_| Problem::NotFound)?;
    let reading = Reading {
        act: "read-glass",
        object: Object::Glass(id),
        purpose: "oversight".to_owned(),
    };
    let work = async {
        let found = desk.store.glass(id).await.map_err(failed)?;
        let glass = found.ok_or(Problem::NotFound)?;
        let who = login(desk, glass.person).await?;
        Ok((glass, who))
    };
    reading.run(desk, staffer, work).await
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let (glass, who) = find(&desk, &staffer, &id).await?;
    Ok(one(
        &staffer,
        &glass,
        &who,
        &Values::default(),
        &Errors::new(),
    ))
}

fn one(staffer: &Staffer, glass: &Glass, who: &str, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let row = |name: Id, value: Markup| SummaryRow {
        name: speech.text(name),
        value,
        change: None,
    };
    let remark = glass
        .review
        .as_ref()
        .map(|(_, _, remark)| row(Id("glass-remark"), html! { (remark.as_str()) }));
    let facts = [
        row(Id("glass-who"), html! { (who) }),
        row(
            Id("glass-when"),
            html! { (moment(speech, glass.opened_at)) },
        ),
        row(Id("glass-reason"), html! { (glass.reason.as_str()) }),
        row(Id("glass-found"), html! { (speech.number(glass.found)) }),
        row(Id("glass-state"), html! { (state(speech, glass)) }),
    ];
    let facts = SummaryList::new(facts.into_iter().chain(remark));
    let form = Form::new(&staffer.visit, values, errors);
    let choice = [GlassVerdict::Justified, GlassVerdict::Unjustified]
        .into_iter()
        .fold(
            Choice::radio("verdict", speech.text("glass-verdict")),
            |choice, one| choice.answer(one.name(), speech.text(verdict(one))),
        );
    let body = html! {
        (facts)
        @if glass.review.is_none() && glass.person != staffer.person {
            (form.wrap(&format!("/oversight/{}", glass.id), &html! {
                (form.choice(&choice))
                (form.input(&Input::lines("remark", speech.text("glass-remark"))))
                (ButtonBar::new(Button::primary(speech.text("glass-judge")))
                    .and(Button::secondary(speech.text("glass-back")).href("/oversight")))
            }))
        } @else {
            p { a href="/oversight" { (speech.text("glass-back")) } }
        }
    };
    page(staffer, "/oversight", speech.text("glass-one"))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

async fn judge(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let (glass, who) = find(&desk, &staffer, &id).await?;
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let mut errors = Errors::new();
    let seen = GlassVerdict::of_name(values.get("verdict"));
    if seen.is_none() {
        errors.add("verdict", speech.text("glass-error-verdict"));
    }
    let remark = values.get("remark");
    if remark.is_empty() || remark.chars().count() > REMARK {
        errors.add("remark", speech.text("glass-error-remark"));
    }
    let Some(seen) = seen.filter(|_| errors.is_empty()) else {
        let page = one(&staffer, &glass, &who, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let review = GlassReview {
        by: staffer.person,
        verdict: seen,
        remark,
        at: now,
    };
    let by = staff::page_person(staffer.person);
    let act = staff::act(desk.rng, by, "review-glass", &format!("read {}", glass.id));
    let intent = act.intent(now);
    desk.store.audit(&[intent]).await.map_err(failed)?;
    let done = [act.outcome(now, seen.name())];
    let mut rng = desk.rng;
    let reviewed = desk
        .store
        .review_glass(&mut rng, glass.id, &review, &done)
        .await;
    if let Err(error) = reviewed {
        let outcome = act.outcome(now, "nothing was changed");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        return Err(failed(error));
    }
    Ok(Redirect::to("/oversight").into_response())
}
