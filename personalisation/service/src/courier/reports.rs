//! `POST /reports`: what is not as it should be with a container, told from the road.

use axum::{Json, extract::State, http::StatusCode};
use pages::http::Problem;
use personalisation_core::{
    ids::{DiscrepancyId, ShipmentId},
    shipping::discrepancy::Kind,
};
use personalisation_store::shipping::NewDiscrepancy;
use serde::Deserialize;

use super::{
    Post,
    answers::{begin, failed, nothing_came},
    permissions::{Holder, Resource},
    routes::Routes,
};

/// Longest text, bytes.
const MAX_WORDS: usize = 2000;
/// What can be told from the road; what a count finds is told where it is counted.
const KINDS: [Kind; 5] = [
    Kind::BrokenSeal,
    Kind::WrongPlace,
    Kind::Refused,
    Kind::Returned,
    Kind::Overdue,
];

pub(super) fn add(routes: Routes) -> Routes {
    routes.act("/reports", Resource::Report, open)
}

/// What a phone sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// Drawn by the phone: sent again it is known.
    report: String,
    shipment: String,
    kind: String,
    words: String,
}

async fn open(
    State(post): State<Post>,
    holder: Holder,
    Json(sent): Json<Sent>,
) -> Result<StatusCode, Problem> {
    let id: DiscrepancyId = sent.report.parse().map_err(|_| Problem::NotFound)?;
    let shipment: ShipmentId = sent.shipment.parse().map_err(|_| Problem::NotFound)?;
    let kind = Kind::from_name(&sent.kind).filter(|kind| KINDS.contains(kind));
    let Some(kind) = kind.filter(|_| sent.words.len() <= MAX_WORDS) else {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let object = format!("shipment {shipment} discrepancy {id}");
    let act = begin(&post, &holder, "open-discrepancy", &object).await?;
    let new = NewDiscrepancy {
        id,
        shipment,
        kind,
        by: holder.person,
    };
    let (mut rng, now) = (post.rng, holder.visit.now());
    let done = [act.outcome(now, kind.name())];
    let opened = post
        .store
        .open_discrepancy(&mut rng, &new, sent.words.trim(), &done, now);
    match opened.await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(error) => {
            nothing_came(&post, &holder, &act, "nothing was opened").await?;
            Err(failed(error))
        }
    }
}
