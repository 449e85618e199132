//! Fingers: one of each hand, the best of the tries, or why there is none.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use dossier::Text;
use dossier::configuration::Subject;
use dossier::dossier::{Finger, Hand};
use maud::{Markup, html};
use pages::component::{Button, Choice, Errors, Input, Notification, Tag, Tone, Values};
use pages::http::Problem;

use super::super::desk::{Desk, Part};
use super::super::place::{failed, stamp};
use super::super::{assets, trouble};
use super::bar;
use crate::capture::fingers::{HandCapture, MOST_TRIES, TRIES, exempt, position};
use crate::capture::twice::Rule;
use crate::capture::{Step, impression, summary, words};
use crate::devices::{Kind, Wanted};

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
    let young = exempt(desk.application.age(desk.today));
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
                @for (name, hand) in HANDS { (one(desk, name, hand, typed)) }
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

fn one(desk: &Desk, name: &str, hand: Hand, typed: Typed<'_>) -> Markup {
    let speech = desk.speech();
    let capture = desk.application.hands.of(hand);
    let nothing = (Values::default(), Errors::new());
    let (values, errors) = match typed {
        Some((of, values, errors)) if of == hand => (values, errors),
        _ => (&nothing.0, &nothing.1),
    };
    html! {
        section.hand aria-labelledby={ (name) "-title" } {
            h2 id={ (name) "-title" } { (speech.text(words::hand(hand))) }
            (state(desk, name, capture))
            (scan(desk, name, hand, capture))
            @if let Some(best) = &capture.best {
                @if !best.passed() { (force(desk, name, values, errors)) }
            }
            (missing::form(desk, name, hand, values, errors))
        }
    }
}

/// What there is of this hand.
fn state(desk: &Desk, name: &str, capture: &HandCapture) -> Markup {
    let speech = desk.speech();
    if let Some(missing) = &capture.missing {
        let text = summary::absent(speech, missing);
        return html! { (Notification::new(Tone::Notice, text)) };
    }
    let Some(best) = &capture.best else {
        return html! { p { (Tag::new(Tone::Waiting, speech.text("fingers-none-yet"))) } };
    };
    let (tone, word) = match (best.passed(), &best.forced) {
        (true, _) => (Tone::Good, speech.text("fingers-good")),
        (false, Some(_)) => (Tone::Attention, speech.text("fingers-forced")),
        (false, None) => (Tone::Attention, speech.text("fingers-not-good")),
    };
    html! {
        div.finger {
            figure {
                img src={ (desk.href("fingers/")) (name) "/picture?" (capture.tries) }
                    alt=(speech.format("fingers-picture-alt", &[("finger", speech.text(words::finger(best.finger)).into())]));
                figcaption {
                    (speech.text(words::finger(best.finger))) " · "
                    (speech.format("fingers-tries", &[("tries", capture.tries.into())]))
                }
            }
            div {
                p { (Tag::new(tone, word)) }
                @if let Some(advice) = &best.advice {
                    p.advice { (words::advice(speech, advice)) }
                }
                (measures::show(desk, best))
            }
        }
    }
}

/// Choose a finger and capture.
fn scan(desk: &Desk, name: &str, hand: Hand, capture: &HandCapture) -> Markup {
    let speech = desk.speech();
    let chosen = capture
        .best
        .as_ref()
        .map_or(1, |best| best.finger.position() % 5);
    let index = if capture.best.is_none() { 2 } else { chosen };
    let fingers = Finger::ALL.into_iter().filter(|one| one.hand() == hand);
    let field = format!("{name}-finger");
    let value = (if index == 0 { 5 } else { index }).to_string();
    let values = Values::new([(field.clone(), value)]);
    let errors = Errors::new();
    let form = desk.form(&values, &errors);
    let mut choice = Choice::select(field, speech.text("fingers-which"));
    for finger in fingers {
        let place = (finger.position() - 1) % 5 + 1;
        choice = choice.answer(place.to_string(), speech.text(words::finger(finger)));
    }
    let again = capture.tries > 0;
    form.wrap(&desk.href(Step::Fingers.slug()), &html! {
        input type="hidden" name="hand" value=(name);
        (form.choice(&choice))
        div.acts.plain {
            (Button::secondary(if again { speech.text("fingers-again") } else { speech.text("fingers-capture") })
                .value("act", "capture"))
        }
    })
}

fn force(desk: &Desk, name: &str, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let reason = Input::text(
        format!("{name}-reason"),
        speech.text("fingers-force-reason"),
    )
    .hint(speech.text("portrait-reason-hint"));
    let fields = form.wrap(&desk.href(Step::Fingers.slug()), &html! {
        input type="hidden" name="hand" value=(name);
        (form.input(&reason))
        div.acts.plain { (Button::secondary(speech.text("fingers-force")).value("act", "force")) }
    });
    opened(
        &speech.text("fingers-force-title"),
        &fields,
        errors,
        &format!("{name}-reason"),
    )
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
            capture(&mut desk, *hand, place).await
        }
        ("force", Some((name, hand))) => {
            let mut errors = Errors::new();
            force_it(&mut desk, name, *hand, &values, &mut errors);
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
            let age = desk.application.age(desk.today);
            if desk.application.hands.done(age) {
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

async fn capture(desk: &mut Desk, hand: Hand, place: usize) -> Result<Response, Problem> {
    let offset = if hand == Hand::Right { 0 } else { 5 };
    let finger = Finger::ALL[offset + place.clamp(1, 5) - 1];
    if desk.application.hands.of(hand).tries >= MOST_TRIES {
        let text = desk.speech().text("fingers-too-many");
        let above = html! { (Notification::new(Tone::Bad, text).urgent()) };
        return Ok(page(desk, &above, None, true));
    }
    let wanted = Wanted::Fingers {
        wanted: vec![position(finger)],
        missing: Vec::new(),
    };
    let captured = match desk.place.scanners.capture(Kind::Finger, wanted).await {
        Ok(captured) => captured,
        Err(error) => {
            let above = trouble::no_capture(desk.speech(), &error, Kind::Finger);
            return Ok(page(desk, &above, None, false));
        }
    };
    let limits = impression::limits(&desk.configuration);
    let at = stamp(desk.visit.now())?;
    let (mut hands, rule) = (
        desk.application.hands.clone(),
        Rule::of(&desk.configuration),
    );
    let judged = tokio::task::spawn_blocking(move || {
        let record = captured.biometrics.first().map(|one| one.record.clone());
        let record = record.unwrap_or_default();
        let judged = impression::judge(&record, finger, &captured.signed_identity, &limits, at)?;
        hands.add(hand, judged);
        hands.compare(rule);
        Ok::<_, impression::ImpressionError>(hands)
    });
    match judged.await.map_err(failed("judging a finger"))? {
        Ok(hands) => {
            desk.application.hands = hands;
            desk.save(&[Part::Hands]).await?;
            let here = desk.href(Step::Fingers.slug());
            Ok(Redirect::to(&here).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "an impression cannot be judged");
            let text = desk.speech().text("fingers-unreadable");
            let above = html! { (Notification::new(Tone::Bad, text).urgent()) };
            Ok(page(desk, &above, None, false))
        }
    }
}

fn force_it(desk: &mut Desk, name: &str, hand: Hand, values: &Values, errors: &mut Errors) {
    let field = format!("{name}-reason");
    let missing = desk.speech().text("portrait-reason-missing");
    let refused = desk.speech().text("portrait-not-forced");
    let configuration = desk.configuration.clone();
    let Some(best) = &mut desk.application.hands.of_mut(hand).best else {
        return;
    };
    let failed = best.measures.iter().filter(|one| !one.passes());
    let mut failed = failed.map(|one| &one.name).chain(&best.unmeasured);
    let may = failed.all(|name| {
        let threshold = configuration.threshold(Subject::Finger, name);
        threshold.is_none_or(|threshold| threshold.may_be_forced)
    });
    match Text::new(values.get(&field)) {
        Ok(reason) if may => best.forced = Some(reason),
        Ok(_) => errors.add(field, refused),
        Err(_) => errors.add(field, missing),
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
