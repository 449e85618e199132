//! `/devices`: a phone asks for a challenge, and answers it with its key: to be registered, or to be known again.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use evidence::device::SPKI_LENGTH;
use pages::http::Problem;
use personalisation_core::ids::DeviceId;
use personalisation_store::shipping::{Registered, Registration};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Post,
    answers::{begin, bytes, failed, nothing_came},
    permissions::{Holder, Resource},
    routes::Routes,
};
use crate::fleet::code::DeviceCode;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .act("/devices/challenge", Resource::Device, challenge)
        .act("/devices/register", Resource::Device, register)
        .act("/devices/use", Resource::Device, recognise)
}

#[derive(Serialize)]
struct Challenge {
    /// 64 hexadecimal digits.
    challenge: String,
}

/// What came of an answer, as a word of the wire.
#[derive(Serialize)]
struct Said {
    result: &'static str,
}

async fn challenge(
    State(post): State<Post>,
    holder: Holder,
) -> Result<Json<impl Serialize>, Problem> {
    let key = holder.visit.session_key().ok_or(Problem::Forbidden)?;
    let (mut challenge, mut rng) = ([0; 32], post.rng);
    rng.fill_bytes(&mut challenge);
    let set = post
        .store
        .set_device_challenge(key.bytes(), holder.person, challenge);
    if !set.await.map_err(failed)? {
        return Err(Problem::Forbidden);
    }
    Ok(Json(Challenge {
        challenge: hex::encode(challenge),
    }))
}

/// A device that wants to be registered; bytes as hexadecimal digits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    device: String,
    spki: String,
    signature: String,
    code: String,
}

async fn register(
    State(post): State<Post>,
    holder: Holder,
    Json(new): Json<New>,
) -> Result<Response, Problem> {
    let key = *holder.visit.session_key().ok_or(Problem::Forbidden)?;
    let device = DeviceId::from_bytes(bytes(&new.device)?);
    let (spki, signature) = (
        bytes::<SPKI_LENGTH>(&new.spki)?,
        bytes::<64>(&new.signature)?,
    );
    let code = Zeroizing::new(new.code);
    let Some(code) = DeviceCode::typed(&code) else {
        return Ok(refused("wrong_code"));
    };
    let act = begin(
        &post,
        &holder,
        "register-device",
        &format!("device {device}"),
    )
    .await?;
    let registration = Registration {
        session: key.bytes(),
        person: holder.person,
        device,
        spki: &spki,
        signature: &signature,
        code: code.characters(),
    };
    let now = holder.visit.now();
    let done = |registered| vec![act.outcome(now, word(registered))];
    match post.store.register_device(&registration, done, now).await {
        Ok(Registered::Done) => Ok(Json(Said { result: "done" }).into_response()),
        Ok(registered) => Ok(refused(word(registered))),
        Err(error) => {
            nothing_came(&post, &holder, &act, "nothing was registered").await?;
            Err(failed(error))
        }
    }
}

/// A registered device that comes back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    device: String,
    signature: String,
}

async fn recognise(
    State(post): State<Post>,
    holder: Holder,
    Json(known): Json<Known>,
) -> Result<Response, Problem> {
    let key = *holder.visit.session_key().ok_or(Problem::Forbidden)?;
    let device = DeviceId::from_bytes(bytes(&known.device)?);
    let signature = bytes::<64>(&known.signature)?;
    let ids = (holder.person, device);
    let now = holder.visit.now();
    let used = post.store.use_device(key.bytes(), ids, &signature, now);
    if used.await.map_err(failed)? {
        Ok(Json(Said { result: "done" }).into_response())
    } else {
        Ok(refused("unknown_device"))
    }
}

const fn word(registered: Registered) -> &'static str {
    match registered {
        Registered::Done => "done",
        Registered::WrongCode => "wrong_code",
        Registered::NotProved => "not_proved",
        Registered::KeyTaken => "key_taken",
    }
}

fn refused(result: &'static str) -> Response {
    (StatusCode::CONFLICT, Json(Said { result })).into_response()
}
