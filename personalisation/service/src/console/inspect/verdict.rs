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
use personalisation_core::quality::{Look, Standing, Verdict};
use personalisation_store::{
    StoreError,
    quality::{ByPerson, Card, Recorded},
};

use super::{
    Named, Seen, card,
    checklist::{POINTS, reasons},
    id, look, reading,
};
use crate::console::{Desk, acting, permissions::Staffer};

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
    let mut errors = Errors::new();
    let verdict = chosen(&staffer, &values, &mut errors);
    let Some(verdict) = verdict else {
        // Shown again, which is another look.
        let work = look(&desk, &staffer, card);
        let seen = reading("inspect-card", card).run(&desk, &staffer, work);
        let page = card::render(&staffer, &seen.await?, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let act = acting::begin(&desk, &staffer, "judge-card", &format!("attempt {card}")).await?;
    let now = staffer.visit.now();
    let said: Vec<&str> = verdict
        .reasons()
        .iter()
        .map(|reason| reason.name())
        .collect();
    let outcome = if said.is_empty() {
        "passed".to_owned()
    } else {
        format!("failed: {}", said.join(", "))
    };
    let by = ByPerson {
        card,
        inspector: staffer.person,
        verdict: &verdict,
    };
    let done = [act.outcome(now, outcome)];
    let recorded = desk.store.inspected_by_person(&by, &done, now).await;
    match recorded {
        Ok(recorded) => {
            let next = format!("/quality/inspect?said={}", after(recorded, &verdict));
            Ok(Redirect::to(&next).into_response())
        }
        Err(refused @ (StoreError::MadeIt { .. } | StoreError::MakerUnknown { .. })) => {
            let outcome = [act.outcome(now, "refused: not a stranger to the card")];
            desk.store
                .audit(&outcome)
                .await
                .map_err(crate::console::view::failed)?;
            let known = desk.store.inspected_card(card).await;
            let known: Option<Card> = known.map_err(crate::console::view::failed)?;
            let seen = Seen::Refused(known.ok_or(Problem::NotFound)?, refused);
            let page = card::render(&staffer, &seen, &Values::default(), &Errors::new());
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => {
            acting::settle(&desk, &staffer, &act, Err(error)).await?;
            Err(Problem::Failed)
        }
    }
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
