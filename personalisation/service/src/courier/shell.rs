//! `GET /`: the page that a phone keeps. It says nothing of anybody: what it shows comes from the browser's own store and, with a line,
//! from the centre.

use axum::{Router, routing::get};
use maud::{Markup, html};
use pages::{
    Layout, Page, Speech, Visit,
    component::{Choice, Errors, Form, Input, Values, Width},
};

use super::{files, words};

pub(super) fn routes() -> Router {
    Router::new().route("/", get(show))
}

async fn show(visit: Visit) -> Markup {
    let visit = visit.as_anybody();
    let speech = visit.speech();
    let body = html! {
        (words::for_scripts(speech))
        p.live-state id="line" role="status" {}
        p.live-state id="unsent" role="status" hidden {}
        noscript { p.lead { (speech.text("courier-no-script")) } }
        (start(speech))
        (register(&visit))
        (give(speech))
        (take(&visit))
        (report(&visit))
    };
    let scripts = files::SCRIPTS.iter();
    let page = Page::new(&visit, speech.text("courier-title"))
        .layout(Layout::Street)
        .installable("/manifest.webmanifest")
        .body(body);
    scripts
        .fold(page, |page, script| page.script(script.path))
        .render()
}

/// One of the views, of which the script shows one at a time; all are hidden until it runs.
fn view(name: &str, title: &str, content: &Markup, acts: &Markup) -> Markup {
    html! {
        section id={ "view-" (name) } data-view=(name) aria-labelledby={ "title-" (name) } hidden {
            h2 id={ "title-" (name) } tabindex="-1" { (title) }
            (content)
            div.acts { (acts) }
        }
    }
}

fn button(id: &str, text: &str) -> Markup {
    html! { button.button.primary type="button" id=(id) { (text) } }
}

fn second_button(id: &str, text: &str) -> Markup {
    html! { button.button.secondary type="button" id=(id) { (text) } }
}

fn back(speech: Speech<'_>) -> Markup {
    html! { button.button.secondary type="button" data-show="start" { (speech.text("courier-back")) } }
}

fn start(speech: Speech<'_>) -> Markup {
    let content = html! {
        p id="come-in" hidden { a.button.primary id="come-in-link" href="/sign-in?back=/" { (speech.text("courier-sign-in")) } }
        p id="trouble" role="alert" hidden {}
        div id="tour" hidden {
            h3 { (speech.text("courier-mine")) }
            ul.tiles role="list" id="mine" {}
            h3 { (speech.text("courier-waiting")) }
            ul.tiles role="list" id="waiting" {}
            h3 { (speech.text("courier-sent")) }
            ul role="list" id="sent" {}
            p.machine-facts { (speech.text("courier-device")) " " code id="device" {} }
        }
    };
    let acts = html! {
        (button("to-take", &speech.text("courier-take")))
        (second_button("to-report", &speech.text("courier-report")))
        (second_button("send-now", &speech.text("courier-send-now")))
    };
    view("start", &speech.text("courier-tour"), &content, &acts)
}

fn register(visit: &Visit) -> Markup {
    let (speech, values, errors) = (visit.speech(), Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    let code = Input::text("code", speech.text("courier-code"))
        .hint(speech.text("courier-code-hint"))
        .width(Width::Short)
        .autocomplete("off");
    let content = html! {
        p { (speech.text("courier-register-about")) }
        form id="register-form" { (form.input(&code)) }
        p id="register-trouble" role="alert" hidden {}
    };
    let acts =
        html! { button.button.primary form="register-form" { (speech.text("courier-register")) } };
    let title = speech.text("courier-register-title");
    view("register", &title, &content, &acts)
}

fn give(speech: Speech<'_>) -> Markup {
    let content = html! {
        p.lead id="give-what" {}
        p { (speech.text("courier-give-about")) }
        div id="give-code" {}
        p { (speech.text("courier-give-type")) " " strong id="give-short" {} }
        p id="give-state" role="status" {}
    };
    let title = speech.text("courier-give-title");
    view("give", &title, &content, &back(speech))
}

fn take(visit: &Visit) -> Markup {
    let (speech, values) = (visit.speech(), Values::new([("condition", "good")]));
    let errors = Errors::new();
    let form = Form::new(visit, &values, &errors);
    let scan = Input::text("scan", speech.text("courier-scan"))
        .hint(speech.text("courier-scan-hint"))
        .autocomplete("off");
    let which = Choice::select("which", speech.text("courier-which")).optional();
    let seal = Input::text("seal", speech.text("courier-seal"))
        .hint(speech.text("courier-seal-hint"))
        .width(Width::Medium)
        .autocomplete("off");
    let condition = Choice::radio("condition", speech.text("courier-condition"))
        .answer("good", speech.text("courier-good"))
        .answer("damaged", speech.text("courier-damaged"));
    let picture = Input::file("picture", speech.text("courier-picture"), "image/*")
        .hint(speech.text("courier-picture-hint"))
        .optional();
    let content = html! {
        form id="take-form" {
            (form.input(&scan))
            p id="camera" hidden { (second_button("camera-start", &speech.text("courier-camera"))) }
            video id="finder" aria-label=(speech.text("courier-camera")) playsinline muted hidden {}
            div id="which-field" hidden { (form.choice(&which)) }
            p.lead id="take-what" role="status" {}
            (form.input(&seal))
            (form.choice(&condition))
            div id="picture-field" hidden { (form.input(&picture)) }
        }
        p id="take-trouble" role="alert" hidden {}
    };
    let acts = html! {
        button.button.primary form="take-form" { (speech.text("courier-take-sign")) }
        (back(speech))
    };
    view("take", &speech.text("courier-take-title"), &content, &acts)
}

fn report(visit: &Visit) -> Markup {
    let (speech, values, errors) = (visit.speech(), Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    let about = Choice::select("about", speech.text("courier-which"));
    let kind = Choice::radio("kind", speech.text("courier-kind"))
        .answer("broken_seal", speech.text("courier-kind-broken-seal"))
        .answer("wrong_place", speech.text("courier-kind-wrong-place"))
        .answer("refused", speech.text("courier-kind-refused"))
        .answer("returned", speech.text("courier-kind-returned"))
        .answer("overdue", speech.text("courier-kind-overdue"));
    let words = Input::lines("words", speech.text("courier-words"))
        .hint(speech.text("courier-words-hint"))
        .optional();
    let content = html! {
        form id="report-form" {
            (form.choice(&about))
            (form.choice(&kind))
            (form.input(&words))
        }
        p id="report-trouble" role="alert" hidden {}
    };
    let acts = html! {
        button.button.primary form="report-form" { (speech.text("courier-report-send")) }
        (back(speech))
    };
    let title = speech.text("courier-report-title");
    view("report", &title, &content, &acts)
}
