//! A finger is captured and judged.

use axum::response::{IntoResponse, Redirect, Response};
use dossier::dossier::{Finger, Hand};
use maud::html;
use pages::component::{Notification, Tone};
use pages::http::Problem;

use super::super::super::desk::{Desk, Part};
use super::super::super::place::{failed, stamp};
use super::super::super::trouble;
use super::page;
use crate::capture::fingers::{MOST_TRIES, position};
use crate::capture::twice::Rule;
use crate::capture::{Step, impression};
use crate::devices::{Kind, Wanted};

/// Captures the finger at this place of a hand, the thumb being the first.
pub(super) async fn capture(
    desk: &mut Desk,
    hand: Hand,
    place: usize,
) -> Result<Response, Problem> {
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
