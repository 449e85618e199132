//! Carrying a decision out, and what its maker is told. The rules are those of `review::decide`, in whose transaction
//! they are enforced.

use std::collections::BTreeSet;

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use pages::{
    Id,
    component::{Notification, Tone, Values},
    http::Problem,
};
use personalisation_core::application::{DecisionError, Recapture, RefusalGround};
use personalisation_store::review::ApplicationRow;
use time::OffsetDateTime;

use super::form::four_eyes;
use crate::{
    console::{Desk, permissions::Staffer, view::page},
    review::{ReviewError, decide::Case},
};

/// What a person decides.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    /// To be produced.
    Approve,
    /// The applicant must come again.
    AskMore {
        wanted: BTreeSet<Recapture>,
        appointment: Option<OffsetDateTime>,
    },
    /// Ended by decision.
    Refuse(RefusalGround),
    /// Ended by the applicant's wish, or because the register says that they died.
    Withdraw { death: bool },
}

/// Carries it out; where to go on. Intent and outcome are the desk's to write.
pub(super) async fn carry_out(
    desk: &Desk,
    staffer: &Staffer,
    row: &ApplicationRow,
    decision: Decision,
    values: &Values,
) -> Result<Response, Problem> {
    let Some(review) = &desk.review else {
        return Ok(told(staffer, Id("decide-no-token")));
    };
    let now = staffer.visit.now();
    let case = Case {
        application: row.application.id(),
        seen: row.step,
        person: staffer.person,
        reason: values.get("reason"),
    };
    let done = match decision {
        Decision::Approve => review.approve(case, now).await.map(|_| ()),
        Decision::AskMore {
            wanted,
            appointment,
        } => review.ask_more(case, wanted, appointment, now).await,
        Decision::Refuse(ground) => review.refuse(case, ground, now).await,
        Decision::Withdraw { death } => review.withdraw(case, death, now).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to("/review").into_response()),
        Err(error) => refused(staffer, row, error),
    }
}

/// What stands in the way, in words.
fn refused(
    staffer: &Staffer,
    row: &ApplicationRow,
    error: ReviewError,
) -> Result<Response, Problem> {
    match error {
        ReviewError::Decision(DecisionError::NotYours(_)) => {
            let speech = staffer.visit.speech();
            let body = html! {
                @if let Some(notice) = four_eyes(staffer, row) { (notice) }
                p { a href="/review" { (speech.text("decide-to-queue")) } }
            };
            let title = speech.text("decide-not-yours");
            let page = page(staffer, "/review", title).body(body).render();
            Ok((StatusCode::FORBIDDEN, page).into_response())
        }
        ReviewError::NotPrintable(_) | ReviewError::Identity(_) => {
            Ok(told(staffer, Id("decide-not-printable")))
        }
        ReviewError::Deceased(_) => Ok(told(staffer, Id("decide-deceased"))),
        ReviewError::AnotherLives(_) => Ok(told(staffer, Id("decide-another-lives"))),
        ReviewError::Ordered { .. } => Ok(told(staffer, Id("decide-ordered"))),
        ReviewError::OnTheLine(_) => Ok(told(staffer, Id("decide-on-the-line"))),
        ReviewError::Changed(_)
        | ReviewError::Decision(_)
        | ReviewError::Reason
        | ReviewError::Appointment => Err(Problem::StaleForm),
        ReviewError::NotAllowed => Err(Problem::Forbidden),
        ReviewError::Unknown(_) => Err(Problem::NotFound),
        error => {
            tracing::error!(%error, "deciding about an application");
            Err(Problem::Failed)
        }
    }
}

/// A page that says why nothing was decided.
fn told(staffer: &Staffer, why: Id) -> Response {
    let speech = staffer.visit.speech();
    let body = html! {
        (Notification::new(Tone::Attention, speech.text(why)))
        p { a href="/review" { (speech.text("decide-to-queue")) } }
    };
    let title = speech.text("decide-not-done");
    let page = page(staffer, "/review", title).body(body).render();
    (StatusCode::CONFLICT, page).into_response()
}
