//! Somebody beside the person of the session proves by passkey who they are, for one act: the second person at the same
//! screen. The session stays whose it is.
//!
//! What their device signs travels as a field of the act's own form. It was asked for by this session, for this act
//! alone, serves once, and for five minutes.

use axum::Json;
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SignIn;
use super::passkey_pages::{failed, keep, take};
use crate::Visit;
use crate::http::{Ceremony, How, Problem, Signed, Who};

/// What is kept until the device answered.
#[derive(Serialize, Deserialize)]
struct Vouching {
    /// The act: the path of its form.
    about: String,
    /// The library's state.
    state: String,
}

#[derive(Deserialize)]
pub(super) struct About {
    about: String,
}

/// `POST /passkeys/vouch?about=/path`: the options for the browser.
pub(super) async fn start(
    State(sign_in): State<SignIn>,
    Signed { visit, .. }: Signed,
    Query(About { about }): Query<About>,
) -> Result<Json<Value>, Problem> {
    let (options, state) = sign_in.0.relying_party.start().map_err(failed)?;
    let vouching = Vouching { about, state };
    let state = serde_json::to_string(&vouching).map_err(|_| Problem::Failed)?;
    keep(&visit, Ceremony::Vouching, state).await?;
    Ok(Json(options))
}

impl SignIn {
    /// Who proved by their passkey that they stand behind the act whose form is `about`. `answer` is the form's field
    /// `passkey`. On failure, what to show.
    pub async fn vouch_by_passkey(
        &self,
        visit: &Visit,
        about: &str,
        answer: &str,
    ) -> Result<Result<Who, String>, Problem> {
        let refused = || Ok(Err(visit.speech().text("passkey-unknown")));
        let asked = take(visit, Ceremony::Vouching).await?;
        let asked = asked.and_then(|state| serde_json::from_str::<Vouching>(&state).ok());
        let Some(asked) = asked.filter(|asked| asked.about == about) else {
            return refused();
        };
        let (party, answer) = (&self.0.relying_party, answer.as_bytes());
        let Ok(person) = party.claimed(answer) else {
            return refused();
        };
        let Some(account) = self.staff().by_person(person).await? else {
            return refused();
        };
        let passkey = match party.finish(answer, &asked.state, &account) {
            Ok(passkey) => passkey,
            Err(error) => {
                tracing::warn!(%person, %error, "passkey of a second person refused");
                return refused();
            }
        };
        if let Err(error) = self.staff().update_passkey(person, passkey).await {
            tracing::warn!(%person, %error, "passkey used, its counter not kept");
        }
        Ok(Ok(Who {
            person,
            name: account.name,
            how: How::Passkey,
            at: visit.now(),
        }))
    }
}

/// The button by which the form around it is sent with a passkey; hidden until its script finds that the browser has
/// them. `about` is the form's path.
pub fn vouching_button(visit: &Visit, about: &str, text: &str) -> Markup {
    let speech = visit.speech();
    html! {
        div.passkey hidden {
            input type="hidden" name="passkey";
            button.button type="button" data-passkey="vouch" data-about=(about)
                data-refused=(speech.text("passkey-refused"))
                data-unknown=(speech.text("passkey-unknown")) { (text) }
            p.error.passkey-trouble role="alert" hidden {}
            p.or { span { (speech.text("sign-in-or")) } }
        }
    }
}
