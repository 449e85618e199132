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
    console::{
        Desk,
        permissions::Staffer,
        view::{failed, page},
    },
    review::{ReviewError, decide::Case},
    staff,
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
    /// Ended by the applicant's wish, or by their death.
    Withdraw { death: bool },
}

impl Decision {
    const fn name(&self) -> &'static str {
        match self {
            Self::Approve => "decide-approve",
            Self::AskMore { .. } => "decide-ask-more",
            Self::Refuse(_) => "decide-refuse",
            Self::Withdraw { .. } => "decide-withdraw",
        }
    }
}

/// Carries it out; where to go on. The intent is written before; the outcome is that of the transaction, or of its
/// refusal.
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
    let object = format!("application {}", row.application.id());
    let by = staff::page_person(staffer.person);
    let act = staff::act(desk.rng, by, decision.name(), &object);
    let intent = act.intent(now);
    desk.store.audit(&[intent]).await.map_err(failed)?;
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
    let detail = match &done {
        Ok(()) => "decided",
        Err(ReviewError::Decision(_) | ReviewError::NotAllowed) => "refused by the rules",
        Err(_) => "nothing was changed",
    };
    let outcome = act.outcome(now, detail);
    desk.store.audit(&[outcome]).await.map_err(failed)?;
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
        ReviewError::AnotherLives(_) => Ok(told(staffer, Id("decide-another-lives"))),
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
