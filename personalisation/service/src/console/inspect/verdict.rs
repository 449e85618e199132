//! The verdict of a person: checked, recorded with its act, and on to the next card.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use pages::{
    component::{Errors, Values},
    http::Problem,
};
use personalisation_core::{
    attempt::AttemptId,
    quality::{Look, Standing, Verdict},
};
use personalisation_store::{
    StoreError,
    quality::{ByPerson, Recorded},
};

use super::{
    Named, card,
    checklist::{POINTS, reasons},
    id, look, reading,
};
use crate::console::{Desk, acting, permissions::Staffer, view::failed};

/// What was chosen; else what is wrong stands at its field.
fn chosen(staffer: &Staffer, values: &Values, errors: &mut Errors) -> Option<Verdict> {
    let speech = staffer.visit.speech();
    let given = reasons().filter(|(_, reason)| values.has("reason", reason.name()));
    let verdict = Verdict::from_reasons(given.map(|(_, reason)| reason));
    let all = POINTS
        .iter()
        .all(|point| values.has("check", &point.key.to_string()));
    match values.get("verdict") {
        "accept" if !verdict.reasons().is_empty() => {
            errors.add("reason", speech.text("inspect-error-both"));
        }
        "accept" if !all => errors.add("check", speech.text("inspect-error-check")),
        "reject" if verdict == Verdict::Passed => {
            errors.add("reason", speech.text("inspect-error-reason"));
        }
        "accept" | "reject" => {}
        _ => errors.add("verdict", speech.text("inspect-error-verdict")),
    }
    errors.is_empty().then_some(verdict)
}

pub(super) async fn decide(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path((order, attempt)): Named,
    values: Values,
) -> Result<Response, Problem> {
    let card = id((&order, &attempt))?;
    let known = desk.store.inspected_card(card).await.map_err(failed)?;
    let known = known.ok_or(Problem::NotFound)?;
    let mut errors = Errors::new();
    let asks = known.known.asks.unwrap_or(Look::Machine);
    let verdict = if card::is_in_hand(&known, asks, &values) {
        chosen(&staffer, &values, &mut errors)
    } else {
        errors.add("card", staffer.visit.speech().text("inspect-error-hand"));
        None
    };
    let Some(verdict) = verdict else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return again(&desk, &staffer, card, (status, &values, &errors)).await;
    };
    let act = acting::begin(&desk, &staffer, "judge-card", &format!("attempt {card}")).await?;
    let now = staffer.visit.now();
    let by = ByPerson {
        card,
        inspector: staffer.person,
        verdict: &verdict,
    };
    let done = [act.outcome(now, outcome(&verdict))];
    let recorded = desk.store.inspected_by_person(&by, &done, now).await;
    let against = match recorded {
        Ok(recorded) => {
            let next = format!("/quality/inspect?said={}", after(recorded, &verdict));
            return Ok(Redirect::to(&next).into_response());
        }
        Err(StoreError::MadeIt { .. }) => "refused: not a stranger to the card",
        Err(StoreError::MakerUnknown { .. }) => "refused: nobody knows who made the card",
        Err(StoreError::NoPictures { .. }) => "refused: the pictures of the card are not there",
        Err(StoreError::StillInside { .. }) => "refused: the card is not in the exit tray",
        Err(error) => {
            acting::settle(&desk, &staffer, &act, Err(error)).await?;
            return Err(Problem::Failed);
        }
    };
    let told = [act.outcome(now, against)];
    desk.store.audit(&told).await.map_err(failed)?;
    let status = StatusCode::CONFLICT;
    again(&desk, &staffer, card, (status, &values, &Errors::new())).await
}

/// The verdict in the audit.
fn outcome(verdict: &Verdict) -> String {
    let said: Vec<&str> = verdict
        .reasons()
        .iter()
        .map(|reason| reason.name())
        .collect();
    if said.is_empty() {
        "passed".to_owned()
    } else {
        format!("failed: {}", said.join(", "))
    }
}

/// The card as it is by now, which is another look at it.
async fn again(
    desk: &Desk,
    staffer: &Staffer,
    card: AttemptId,
    (status, values, errors): (StatusCode, &Values, &Errors),
) -> Result<Response, Problem> {
    let work = look(desk, staffer, card);
    let seen = reading("inspect-card", card).run(desk, staffer, work);
    let page = card::render(staffer, &seen.await?, values, errors);
    Ok((status, page).into_response())
}

/// What the next page says of this card.
fn after(recorded: Recorded, verdict: &Verdict) -> &'static str {
    match (recorded.look, recorded.standing) {
        (Look::Rejection, _) if *verdict == Verdict::Passed => "false-alarm",
        (Look::Rejection, _) => "rightly",
        (_, Standing::Failed) => "failed",
        (Look::FirstArticle, _) => "approved",
        _ => "passed",
    }
}
