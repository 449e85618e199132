//! Approving or declining, by a sign-in for this act alone.

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::{
    Text, Timestamp,
    dossier::{Means, SignIn as Proof},
};
use pages::{
    component::{Errors, Values},
    http::{How, Problem, Who},
    sign_in::SignIn,
};
use zeroize::Zeroizing;

use super::{render, waiting};
use crate::{
    console::{Desk, permissions::Staffer, view::failed},
    review::second_person::SayError,
};

pub(super) async fn say(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    Extension(sign_in): Extension<SignIn>,
    values: Values,
) -> Result<Response, Problem> {
    let (question, request) = waiting(&desk, &id).await?;
    if values.get("summary") != question.id.summary.to_string() {
        return Err(Problem::StaleForm);
    }
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let approves = match values.get("verdict") {
        "approve" => Some(true),
        "decline" => Some(false),
        _ => None,
    };
    if approves.is_none() {
        errors.add("verdict", speech.text("approvals-error-verdict"));
    }
    let note = values.get("note");
    let note = (!note.is_empty()).then(|| Text::new(note)).transpose();
    let missing = approves == Some(false) && matches!(note, Ok(None));
    let note = note.ok().filter(|_| !missing);
    if note.is_none() {
        errors.add("note", speech.text("approvals-error-note"));
    }
    let (Some(approves), Some(note)) = (approves, note) else {
        return again(&desk, &staffer, &id, &values, &errors).await;
    };
    let who = match prove(&desk, &staffer, &id, &sign_in, &values).await? {
        Ok(who) => who,
        Err(text) => {
            errors.add("password", text);
            return again(&desk, &staffer, &id, &values, &errors).await;
        }
    };
    let Some(review) = &desk.review else {
        tracing::error!("second persons need [tokens.review]");
        return Err(Problem::Failed);
    };
    let now = staffer.visit.now();
    let said = match (approves, note) {
        (false, Some(why)) => {
            review
                .decline_for_office(&question, staffer.person, &why, now)
                .await
        }
        (_, note) => {
            let proof = proof(&staffer, &who)?;
            review
                .approve_for_office(&question, &request, proof, note, now)
                .await
        }
    };
    match said {
        Ok(()) => Ok(Redirect::to("/approvals").into_response()),
        Err(SayError::Own) => Err(Problem::Forbidden),
        Err(SayError::Store(error)) => Err(failed(error)),
        Err(error) => {
            tracing::error!(%error, "saying something to a question");
            Err(Problem::Failed)
        }
    }
}

/// The person of the session, proved anew.
async fn prove(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    sign_in: &SignIn,
    values: &Values,
) -> Result<Result<Who, String>, Problem> {
    let (visit, answer) = (&staffer.visit, values.get("passkey"));
    let proved = if answer.is_empty() {
        let person = desk.store.person(staffer.person).await.map_err(failed)?;
        let login = person.ok_or(Problem::Forbidden)?.login;
        let password = Zeroizing::new(values.as_typed("password").to_owned());
        sign_in
            .vouch(visit, &login, password, values.get("code"))
            .await?
    } else {
        let about = format!("/approvals/{id}");
        sign_in.vouch_by_passkey(visit, &about, answer).await?
    };
    Ok(proved.and_then(|who| {
        if who.person == staffer.who.person {
            Ok(who)
        } else {
            Err(visit.speech().text("approvals-error-person"))
        }
    }))
}

fn proof(staffer: &Staffer, who: &Who) -> Result<Proof, Problem> {
    Ok(Proof {
        person: staffer.person,
        means: match who.how {
            How::Passkey => Means::Passkey,
            How::PasswordAndCode => Means::PasswordAndCode,
        },
        at: Timestamp::try_from(who.at).map_err(|_| Problem::Failed)?,
        // The centre itself was asked.
        staff_list: None,
    })
}

async fn again(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    values: &Values,
    errors: &Errors,
) -> Result<Response, Problem> {
    let kept = ["verdict", "note"].map(|name| (name, values.get(name)));
    let page = render(desk, staffer, id, &Values::new(kept), errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
