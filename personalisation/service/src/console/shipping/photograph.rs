//! `/shipping/SHIPMENT/photographs/PHOTOGRAPH`: a picture of damage.

use axum::{
    extract::{Path, State},
    http::header,
    response::IntoResponse,
};
use pages::http::Problem;

use crate::console::{Desk, permissions::Staffer, view::failed};

pub(super) async fn show(
    State(desk): State<Desk>,
    _: Staffer,
    Path((shipment, photograph)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let shipment = shipment.parse().map_err(|_| Problem::NotFound)?;
    let id = photograph.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.photograph(shipment, id).await.map_err(failed)?;
    let jpeg = found.ok_or(Problem::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg.to_vec()))
}
