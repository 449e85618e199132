//! The gallery's routes: those for everybody, and one for those signed in, where work can be locked over.

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use pages::Page;
use pages::component::{Button, ButtonBar, Errors, Form, Input, Notification, Tone, Values};
use pages::http::{Problem, Signed};

use crate::{pictures, views};

/// Pages for everybody.
pub fn open_routes() -> Router {
    Router::new()
        .route("/", get(views::start))
        .route("/form", get(views::form::empty).post(views::form::judge))
        .route("/form/wrong", get(views::form::wrong))
        .route("/capture", get(views::capture))
        .route("/list", get(views::list))
        .route("/floor", get(views::floor))
        .route("/street", get(views::street))
        .route("/review", get(views::review))
        .route("/pictures/portrait.svg", get(pictures::portrait))
}

/// Pages for those signed in.
pub fn staff_routes() -> Router {
    Router::new().route("/work", get(work).post(keep))
}

async fn work(Signed { visit, .. }: Signed) -> Markup {
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&visit, &values, &errors);
    let speech = visit.speech();
    let note = visit.record().and_then(|record| record.values.get("note"));
    let body = html! {
        @if let Some(note) = note {
            (Notification::new(Tone::Good, speech.format("gallery-work-kept", &[("note", note.clone().into())])))
        }
        (form.wrap("/work", &html! {
            (form.input(&Input::text("note", speech.text("gallery-work-note"))))
            (ButtonBar::new(Button::primary(speech.text("gallery-save"))))
        }))
        p { a href="/passkeys" { (speech.text("passkey-title")) } }
    };
    Page::new(&visit, speech.text("gallery-work-title"))
        .navigation(views::navigation(&visit))
        .body(body)
        .render()
}

async fn keep(Signed { visit, .. }: Signed, values: Values) -> Result<Response, Problem> {
    let note = values.get("note").to_owned();
    let keep = |record: &mut pages::http::Record| {
        record.values.insert("note".to_owned(), note.clone());
    };
    visit.change(&keep).await?;
    Ok(Redirect::to("/work").into_response())
}
