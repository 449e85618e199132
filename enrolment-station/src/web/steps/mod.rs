//! The wizard's steps, one page each.

pub mod approval;
mod elsewhere;
pub mod fingers;
pub mod identity;
pub mod information;
pub mod manual;
pub mod papers;
pub mod payment;
pub mod portrait;
pub mod representative;
pub mod request;
mod residence;
pub mod send;
pub mod signature;
pub mod summary;

use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use pages::component::{Button, ButtonBar, DateEntry, Values};
use time::Date;

use super::desk::Desk;
use super::place::Place;

/// All of them.
pub fn routes() -> Router<Place> {
    let page = |name: &str| format!("/applications/{{id}}/{name}");
    Router::new()
        .route(&page("request"), get(request::show).post(request::save))
        .route(
            &page("information"),
            get(information::show).post(information::save),
        )
        .route(&page("identity"), get(identity::show).post(identity::save))
        .route(
            &page("representative"),
            get(representative::show).post(representative::save),
        )
        .route(&page("portrait"), get(portrait::show).post(portrait::save))
        .route(&page("portrait/device"), post(portrait::device))
        .route(&page("portrait/camera"), post(portrait::camera))
        .route(&page("portrait/source"), get(portrait::source))
        .route(&page("portrait/picture"), get(portrait::picture))
        .route(&page("portrait/preview"), get(portrait::preview))
        .route(&page("fingers"), get(fingers::show).post(fingers::save))
        .route(&page("fingers/{hand}/picture"), get(fingers::picture))
        .route(
            &page("signature"),
            get(signature::show).post(signature::save),
        )
        .route(&page("signature/picture"), get(signature::picture))
        .route(&page("papers"), get(papers::show).post(papers::save))
        .route(&page("payment"), get(payment::show).post(payment::save))
        .route(&page("summary"), get(summary::show).post(summary::save))
        .route(&page("approval"), get(approval::show).post(approval::save))
        .route(&page("approval/elsewhere"), post(elsewhere::act))
        .route(&page("send"), get(send::show).post(send::save))
}

/// "Save and continue", and the way out that loses nothing.
pub fn bar(desk: &Desk) -> Markup {
    let speech = desk.speech();
    html! {
        (ButtonBar::new(Button::primary(speech.text("wizard-continue")))
            .and(Button::secondary(speech.text("wizard-later")).href("/today")))
    }
}

/// Three fields that are no day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDay;

/// A date that was typed into three fields: the day, or nothing.
pub fn date(values: &Values, name: &str) -> Result<Option<Date>, NoDay> {
    match values.date(name) {
        DateEntry::Day(day) => Ok(Some(day)),
        DateEntry::Empty => Ok(None),
        DateEntry::Wrong => Err(NoDay),
    }
}

/// A day as the three fields of a form.
pub fn date_fields(name: &str, day: Date) -> [(String, String); 3] {
    [
        (format!("{name}-day"), day.day().to_string()),
        (format!("{name}-month"), u8::from(day.month()).to_string()),
        (format!("{name}-year"), day.year().to_string()),
    ]
}
