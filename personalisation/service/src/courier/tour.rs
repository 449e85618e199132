//! `GET /tour`: what waits at the centre, and what is with me.

use axum::{Json, extract::State};
use dossier::communes;
use pages::http::Problem;
use personalisation_core::shipping::{Destination, Shipment};
use serde::Serialize;
use time::{Date, OffsetDateTime};

use super::{
    Post,
    answers::failed,
    permissions::{Holder, Resource},
    routes::Routes,
};

/// A tour, as a phone keeps it.
#[derive(Serialize)]
struct Tour {
    /// When the centre said so: seconds since 1970.
    at: i64,
    at_centre: Vec<Stop>,
    carried: Vec<Stop>,
}

/// One container.
#[derive(Serialize)]
struct Stop {
    shipment: String,
    number: u64,
    container: &'static str,
    /// The commune's name, or the office's short one; empty for the centre's own desk.
    destination: String,
    seal: String,
    pieces: u32,
    /// 64 hexadecimal digits.
    manifest: String,
}

pub(super) fn add(routes: Routes) -> Routes {
    routes.see("/tour", Resource::Tour, show)
}

async fn show(State(post): State<Post>, holder: Holder) -> Result<Json<impl Serialize>, Problem> {
    let now: OffsetDateTime = holder.visit.now();
    let tour = post.store.tour(holder.person).await.map_err(failed)?;
    let stops = |shipments: &[Shipment]| -> Vec<Stop> {
        let stop = |shipment| stop(shipment, now.date());
        shipments.iter().filter_map(stop).collect()
    };
    Ok(Json(Tour {
        at: now.unix_timestamp(),
        at_centre: stops(&tour.at_centre),
        carried: stops(&tour.carried),
    }))
}

fn stop(shipment: &Shipment, day: Date) -> Option<Stop> {
    let sealed = shipment.state().sealed()?;
    let destination = match shipment.destination() {
        Destination::Centre => String::new(),
        Destination::Office(office) => office
            .commune()
            .and_then(|code| communes::commune_at(code, day))
            .map_or_else(|| office.to_string(), |commune| commune.name.to_owned()),
    };
    Some(Stop {
        shipment: shipment.id().to_string(),
        number: shipment.number(),
        container: shipment.container().name(),
        destination,
        seal: sealed.seal.to_string(),
        pieces: sealed.pieces,
        manifest: hex::encode(sealed.manifest.0),
    })
}
