//! The second person, there and then: signs in at the same screen for one act alone.

use dossier::PersonId;
use maud::{Markup, html};
use pages::{
    component::{Errors, Form, Input, Values, Width},
    http::Problem,
    sign_in::{SignIn, vouching_button},
};
use personalisation_core::stock::Signatures;
use zeroize::Zeroizing;

use crate::{console::permissions::Staffer, staff::person};

/// The fields by which somebody beside the person of the session signs the act whose form is `path`.
pub(super) fn fields(staffer: &Staffer, form: &Form<'_>, path: &str) -> Markup {
    let speech = staffer.visit.speech();
    let login = Input::text("second", speech.text("second-login"));
    html! {
        h2 { (speech.text("second-title")) }
        p { (speech.text("second-about")) }
        (vouching_button(&staffer.visit, path, &speech.text("second-passkey")))
        (form.input(&login.width(Width::Medium).autocomplete("off")))
        (form.input(&Input::password("password", speech.text("sign-in-password")).autocomplete("off")))
        (form.input(&Input::code("code", speech.text("sign-in-code")).autocomplete("off")))
    }
}

/// Both persons, the second one proved; else what is wrong stands at its field.
pub(super) async fn prove(
    staffer: &Staffer,
    sign_in: &SignIn,
    (path, values): (&str, &Values),
    errors: &mut Errors,
) -> Result<Option<Signatures>, Problem> {
    let (visit, answer) = (&staffer.visit, values.get("passkey"));
    let proved = if answer.is_empty() {
        let password = Zeroizing::new(values.as_typed("password").to_owned());
        let (login, code) = (values.get("second"), values.get("code"));
        sign_in.vouch(visit, login, password, code).await?
    } else {
        sign_in.vouch_by_passkey(visit, path, answer).await?
    };
    let who = match proved {
        Ok(who) => who,
        Err(text) => {
            errors.add("password", text);
            return Ok(None);
        }
    };
    let second: PersonId = person(who.person);
    let both = Signatures::new(staffer.person, second).ok();
    if both.is_none() {
        errors.add("second", visit.speech().text("second-error-same"));
    }
    Ok(both)
}
