//! `/shipping`: what waits to be packed, containers that are filled by scanner and keyboard alone, seals that two persons
//! close, and manifests.

mod container;
mod cover;
mod destination;
mod devices;
mod discrepancies;
mod manifest;
mod offices;
mod overview;
mod photograph;
mod scan;
mod seal;
mod words;

use axum::extract::Path;
use pages::http::Problem;
use personalisation_core::shipping::Shipment;
use personalisation_store::StoreError;

use super::{Desk, permissions::Resource::Shipping, routes::Routes, view::failed};
use crate::{edge, shipping::PackingTable};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/shipping", Shipping, overview::show)
        .see("/shipping/to/{destination}", Shipping, destination::show)
        .act("/shipping/to/{destination}", Shipping, destination::open)
        .see("/shipping/cover/{order}/{attempt}", Shipping, cover::pdf)
        .see("/shipping/devices", Shipping, devices::show)
        .act("/shipping/devices", Shipping, devices::make_code)
        .see("/shipping/devices/{device}", Shipping, devices::one)
        .act(
            "/shipping/devices/{device}/revoke",
            Shipping,
            devices::revoke,
        )
        .see("/shipping/discrepancies", Shipping, discrepancies::show)
        .act("/shipping/discrepancies", Shipping, discrepancies::tell)
        .see(
            "/shipping/discrepancies/{discrepancy}",
            Shipping,
            discrepancies::one,
        )
        .act(
            "/shipping/discrepancies/{discrepancy}",
            Shipping,
            discrepancies::settle,
        )
        .see(
            "/shipping/{shipment}/photographs/{photograph}",
            Shipping,
            photograph::show,
        )
        .see("/shipping/{shipment}", Shipping, container::show)
        .act("/shipping/{shipment}/scan", Shipping, scan::read)
        .act("/shipping/{shipment}/out", Shipping, container::take_out)
        .see("/shipping/{shipment}/seal", Shipping, seal::show)
        .act("/shipping/{shipment}/seal", Shipping, seal::seal)
        .see("/shipping/{shipment}/manifest", Shipping, manifest::pdf)
        .see("/shipping/{shipment}/signed", Shipping, manifest::signed)
}

/// The packing table.
fn table(desk: &Desk) -> PackingTable {
    let shared = (desk.store.clone(), desk.manifests.clone());
    PackingTable::new(shared, desk.rng, edge::now)
}

/// How many cards may be packed.
pub(super) async fn ready(desk: &Desk) -> Result<u64, Problem> {
    let waiting = desk.store.waiting_to_pack().await.map_err(failed)?;
    Ok(waiting.iter().map(|one| one.ready).sum())
}

/// The container that a path names.
async fn find(desk: &Desk, id: &str) -> Result<Shipment, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.shipment(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

fn path(shipment: &Shipment) -> String {
    format!("/shipping/{}", shipment.id())
}

/// What the store refused and nobody at the table can mend.
fn refused(error: StoreError) -> Problem {
    match error {
        StoreError::NotPermitted { .. } => Problem::Forbidden,
        error => failed(error),
    }
}

type Named = Path<String>;
