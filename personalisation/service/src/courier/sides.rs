//! `POST /sides`: one side of a handover, as a device signed it. Sent again it is answered by what is known, and nothing is written.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use dossier::PersonId;
use evidence::handover::{MAX_ENCODED_LENGTH, SignedStatement};
use pages::http::Problem;
use personalisation_core::shipping::{Condition, SealNumber, Seen};
use personalisation_store::{
    StoreError,
    shipping::{Answer, NewSide, SideKept},
};
use serde::{Deserialize, Serialize};

use super::{
    Post,
    answers::{begin, failed, nothing_came},
    me::login,
    permissions::{Holder, Resource},
    routes::Routes,
};

pub(super) fn add(routes: Routes) -> Routes {
    routes.act("/sides", Resource::Side, keep)
}

/// What a phone sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The signed statement, as hexadecimal digits.
    statement: String,
    /// What stands on the seal, as it was read.
    seal: Option<String>,
    /// `good`, `damaged`
    condition: String,
}

/// What it is answered.
#[derive(Serialize)]
struct Told {
    /// `waits`, `handed`, `refused`
    result: &'static str,
    /// Why not, as a word of the wire.
    why: Option<String>,
    /// Who has it: their login.
    courier: Option<String>,
    /// Whether it was known already.
    known: bool,
}

async fn keep(
    State(post): State<Post>,
    holder: Holder,
    Json(sent): Json<Sent>,
) -> Result<Response, Problem> {
    let Some((signed, seen)) = read(&sent) else {
        return refused(&post, "malformed", None).await;
    };
    let side = NewSide {
        signed: &signed,
        seen: &seen,
        by: holder.person,
    };
    match post.store.known_side(&side).await {
        Ok(None) => {}
        Ok(Some(known)) => return told(&post, known).await,
        Err(StoreError::Handover(why)) => return refused(&post, why.name(), why.courier()).await,
        Err(error) => return Err(failed(error)),
    }
    let object = format!("manifest {}", hex::encode(signed.manifest()));
    let act = begin(&post, &holder, "hand-over", &object).await?;
    let now = holder.visit.now();
    let done = |kept: &SideKept| vec![act.outcome(now, outcome(kept))];
    match post.store.keep_side(&side, done, now).await {
        Ok(kept) => told(&post, kept).await,
        Err(StoreError::Handover(why)) => {
            nothing_came(&post, &holder, &act, &format!("refused: {}", why.name())).await?;
            refused(&post, why.name(), why.courier()).await
        }
        Err(error) => {
            nothing_came(&post, &holder, &act, "nothing was kept").await?;
            Err(failed(error))
        }
    }
}

/// What was sent, in our own types. The text of a seal that can be none is another seal's: it is kept as damage.
fn read(sent: &Sent) -> Option<(SignedStatement, Seen)> {
    if sent.statement.len() > 2 * MAX_ENCODED_LENGTH {
        return None;
    }
    let bytes = hex::decode(&sent.statement).ok()?;
    let signed = SignedStatement::decode(&bytes).ok()?;
    let condition = Condition::from_name(&sent.condition)?;
    let seal: Option<Result<SealNumber, _>> = sent.seal.as_deref().map(str::parse);
    let seen = match seal {
        None => Seen {
            seal: None,
            condition,
        },
        Some(Ok(seal)) => Seen {
            seal: Some(seal),
            condition,
        },
        Some(Err(_)) => Seen {
            seal: None,
            condition: Condition::Damaged,
        },
    };
    Some((signed, seen))
}

/// What the audit says.
fn outcome(kept: &SideKept) -> String {
    let mut said = match &kept.answer {
        Answer::Waits(_) => "kept; the other side is missing".to_owned(),
        Answer::Handed(courier) => format!("handed over to person {courier}"),
        Answer::Refused { why, .. } => format!("refused: {why}"),
    };
    for one in &kept.handed {
        // Writing into a text cannot fail.
        let _ = std::fmt::Write::write_fmt(
            &mut said,
            format_args!(
                "; {} from person {} to person {}",
                one.event, one.giver, one.courier
            ),
        );
    }
    said
}

async fn told(post: &Post, kept: SideKept) -> Result<Response, Problem> {
    let (result, why, courier) = match kept.answer {
        Answer::Waits(courier) => ("waits", None, courier),
        Answer::Handed(courier) => ("handed", None, Some(courier)),
        Answer::Refused { why, courier } => ("refused", Some(why), courier),
    };
    let told = Told {
        result,
        why,
        courier: name(post, courier).await?,
        known: kept.known,
    };
    Ok(Json(told).into_response())
}

async fn refused(post: &Post, why: &str, courier: Option<PersonId>) -> Result<Response, Problem> {
    let told = Told {
        result: "refused",
        why: Some(why.to_owned()),
        courier: name(post, courier).await?,
        known: false,
    };
    Ok((StatusCode::CONFLICT, Json(told)).into_response())
}

async fn name(post: &Post, courier: Option<PersonId>) -> Result<Option<String>, Problem> {
    match courier {
        Some(courier) => login(post, courier).await.map(Some),
        None => Ok(None),
    }
}
