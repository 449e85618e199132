//! The fee, where the document is collected, and how to reach the applicant.

use axum::response::{IntoResponse, Response};
use dossier::dossier::{Contact, Payment};
use dossier::{Language, Text};
use maud::{Markup, html};
use pages::component::{Choice, Errors, Input, Notification, Tone, Values, Width};
use pages::http::Problem;

use super::super::desk::Desk;
use super::bar;
use crate::capture::application::Paid;
use crate::capture::{Step, rules, summary};

/// The form.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Payment) {
        return Ok(*elsewhere);
    }
    let values = match &desk.application.payment {
        Some(paid) => {
            let contact = paid.contact.as_ref();
            let email = contact.and_then(|contact| contact.email.as_ref());
            let telephone = contact.and_then(|contact| contact.telephone.as_ref());
            Values::new([
                ("reference", paid.payment.reference.as_str()),
                ("collection", paid.collection.as_str()),
                ("email", email.map_or("", Text::as_str)),
                ("telephone", telephone.map_or("", Text::as_str)),
            ])
        }
        None => Values::new([("collection", desk.place.office.as_str())]),
    };
    let body = form(&desk, &values, &Errors::new());
    Ok(desk.page(Step::Payment, body).render().into_response())
}

/// What the document costs this applicant today; none where no rule of the configuration fits.
fn fee(desk: &Desk) -> Option<u32> {
    rules::fee(&desk.application, &desk.configuration, desk.today)
}

fn form(desk: &Desk, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let request = desk.application.request;
    let mut offices: Vec<(&str, &str)> = desk
        .configuration
        .offices_at(desk.today)
        .filter(|office| rules::hands_out(office, request))
        .map(|office| (office.office.as_str(), office.name.as_str()))
        .collect();
    offices.sort_by_key(|(_, name)| *name);
    let mut collection = Choice::select("collection", speech.text("payment-collection"));
    for (id, name) in offices {
        collection = collection.answer(id, name);
    }
    html! {
        @match fee(desk) {
            Some(cents) => {
                p.fee {
                    (speech.text("payment-fee")) " "
                    strong { (summary::euros(speech, cents)) }
                }
            }
            None => (Notification::new(Tone::Bad, speech.text("payment-no-fee"))),
        }
        (form.wrap(&desk.href(Step::Payment.slug()), &html! {
            (form.input(&Input::text("reference", speech.text("payment-reference")).width(Width::Medium)
                .hint(speech.text("payment-reference-hint"))))
            (form.choice(&collection))
            (form.input(&Input::text("email", speech.text("payment-email")).optional()))
            (form.input(&Input::text("telephone", speech.text("payment-telephone")).optional()
                .width(Width::Medium)))
            (bar(desk))
        }))
    }
}

/// Keeps them.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let mut errors = Errors::new();
    let paid = read(&desk, &values, &mut errors);
    let Some(paid) = paid.filter(|_| errors.is_empty()) else {
        let body = form(&desk, &values, &errors);
        return Ok(desk.wrong(Step::Payment, body));
    };
    desk.application.payment = Some(paid);
    desk.save(&[]).await?;
    Ok(desk.onward())
}

fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<Paid> {
    let speech = desk.speech();
    let fee = fee(desk);
    if fee.is_none() {
        errors.add("reference", speech.text("payment-no-fee"));
    }
    let reference = Text::new(values.get("reference"));
    if reference.is_err() {
        errors.add("reference", speech.text("payment-reference-missing"));
    }
    let wanted = values.get("collection");
    let mut offices = desk.configuration.offices_at(desk.today);
    let request = desk.application.request;
    let office = offices
        .find(|office| office.office.as_str() == wanted && rules::hands_out(office, request));
    if office.is_none() {
        errors.add("collection", speech.text("payment-collection-missing"));
    }
    let email = values.get("email");
    let right = email.is_empty()
        || email
            .split_once('@')
            .is_some_and(|(a, b)| !a.is_empty() && b.contains('.'));
    let email = (!email.is_empty()).then(|| Text::new(email)).transpose();
    if email.is_err() || !right {
        errors.add("email", speech.text("payment-email-wrong"));
    }
    let telephone = values.get("telephone");
    let telephone = (!telephone.is_empty())
        .then(|| Text::new(telephone))
        .transpose();
    if telephone.is_err() {
        errors.add("telephone", speech.text("payment-telephone-wrong"));
    }
    let (email, telephone) = (email.ok()?, telephone.ok()?);
    let reached = email.is_some() || telephone.is_some();
    Some(Paid {
        payment: Payment {
            reference: reference.ok()?,
            fee: fee?,
        },
        collection: office?.office.clone(),
        contact: reached.then(|| Contact {
            address: Vec::new(),
            email,
            telephone,
            language: desk.application.language().unwrap_or(Language::Fr),
        }),
    })
}
