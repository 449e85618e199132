//! Fingers: one of each hand, the best of the tries, or why there is none.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use dossier::dossier::Hand;
use maud::{Markup, html};
use pages::component::{Errors, Notification, Tone, Values};
use pages::http::Problem;

use super::super::assets;
use super::super::desk::{Desk, Part};
use super::super::place::failed;
use super::bar;
use crate::capture::fingers::TRIES;
use crate::capture::{Step, impression};

mod capture;
mod force;
mod hand;
mod measures;
mod missing;
mod twice;

const HANDS: [(&str, Hand); 2] = [("right", Hand::Right), ("left", Hand::Left)];

/// Both hands side by side.
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    if let Err(elsewhere) = desk.ready_for(Step::Fingers) {
        return Ok(*elsewhere);
    }
    Ok(page(&desk, &Markup::default(), None, false))
}

/// A form that came back, and its hand.
type Typed<'a> = Option<(Hand, &'a Values, &'a Errors)>;

fn page(desk: &Desk, above: &Markup, typed: Typed<'_>, wrong: bool) -> Response {
    page_with(desk, above, typed, None, wrong)
}

/// The same; `reason` is the form that says why two fingers that look like one are used, come back.
fn page_with(
    desk: &Desk,
    above: &Markup,
    typed: Typed<'_>,
    reason: Option<(&Values, &Errors)>,
    wrong: bool,
) -> Response {
    let speech = desk.speech();
    let young = desk.application.is_finger_exempt(desk.today);
    let nothing = (Values::default(), Errors::new());
    let plain = desk.form(&nothing.0, &nothing.1);
    let body = html! {
        (above)
        @if young {
            (Notification::new(Tone::Notice, speech.text("fingers-exempt")))
        } @else {
            p.lead { (speech.format("fingers-lead", &[("tries", TRIES.into())])) }
            (twice::show(desk, reason))
            div.hands {
                @for (name, hand) in HANDS { (hand::show(desk, name, hand, typed)) }
            }
        }
        (plain.wrap(&desk.href(Step::Fingers.slug()), &html! {
            input type="hidden" name="act" value="continue";
            (bar(desk))
        }))
    };
    let script = assets::CAPTURE.href();
    let page = desk.page(Step::Fingers, body).script(&script);
    let page = page.layout(pages::Layout::Wide).failed(wrong).render();
    let status = if wrong {
        axum::http::StatusCode::UNPROCESSABLE_ENTITY
    } else {
        axum::http::StatusCode::OK
    };
    (status, page).into_response()
}

/// Details that stand open where something in them is wrong.
fn opened(line: &str, fields: &Markup, errors: &Errors, field: &str) -> Markup {
    let wrong = ["", "hich", "hy"]
        .iter()
        .any(|end| errors.of(&format!("{field}{end}")).is_some());
    html! {
        details open[wrong] { summary { (line) } div.more { (fields) } }
    }
}

/// Captures, forces, notes a missing hand, or goes on.
pub async fn save(mut desk: Desk, values: Values) -> Result<Response, Problem> {
    let hand = HANDS.iter().find(|(name, _)| *name == values.get("hand"));
    let here = desk.href(Step::Fingers.slug());
    match (values.get("act"), hand) {
        ("capture", Some((name, hand))) => {
            let place: usize = values.get(&format!("{name}-finger")).parse().unwrap_or(2);
            capture::capture(&mut desk, *hand, place).await
        }
        ("force", Some((name, hand))) => {
            let mut errors = Errors::new();
            force::take(&mut desk, name, *hand, &values, &mut errors);
            if !errors.is_empty() {
                let typed = Some((*hand, &values, &errors));
                return Ok(page(&desk, &Markup::default(), typed, true));
            }
            desk.save(&[Part::Hands]).await?;
            Ok(Redirect::to(&here).into_response())
        }
        ("twice", _) => {
            let mut errors = Errors::new();
            twice::force(&mut desk, &values, &mut errors);
            if !errors.is_empty() {
                let reason = Some((&values, &errors));
                return Ok(page_with(&desk, &Markup::default(), None, reason, true));
            }
            desk.save(&[Part::Hands]).await?;
            Ok(Redirect::to(&here).into_response())
        }
        ("missing", Some((name, hand))) => {
            let mut errors = Errors::new();
            let Some(missing) = missing::read(&desk, name, *hand, &values, &mut errors) else {
                let typed = Some((*hand, &values, &errors));
                return Ok(page(&desk, &Markup::default(), typed, true));
            };
            let kept = desk.application.hands.of_mut(*hand);
            kept.missing = Some(missing);
            kept.best = None;
            kept.tries = 0;
            desk.application.hands.twice = None;
            desk.save(&[Part::Hands]).await?;
            Ok(Redirect::to(&here).into_response())
        }
        _ => {
            let exempt = desk.application.is_finger_exempt(desk.today);
            if desk.application.hands.done(exempt) {
                return Ok(desk.onward());
            }
            if desk.application.hands.given_twice() {
                // The page itself says it.
                return Ok(page(&desk, &Markup::default(), None, true));
            }
            let text = desk.speech().text("fingers-not-done");
            let above = html! { (Notification::new(Tone::Bad, text).urgent()) };
            Ok(page(&desk, &above, None, true))
        }
    }
}

/// The best picture of a hand.
pub async fn picture(
    Path((_, hand)): Path<(String, String)>,
    desk: Desk,
) -> Result<Response, Problem> {
    let hand = HANDS.iter().find(|(name, _)| *name == hand);
    let (_, hand) = hand.ok_or(Problem::NotFound)?;
    let best = desk.application.hands.of(*hand).best.as_ref();
    let record = best.ok_or(Problem::NotFound)?.record.clone();
    let png = tokio::task::spawn_blocking(move || impression::png(record.as_bytes()));
    let png = png.await.map_err(failed("drawing a finger"))?;
    let png = png.map_err(failed("drawing a finger"))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
