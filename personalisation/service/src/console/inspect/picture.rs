//! One picture of a card, for whoever has to look at it; each is written down.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use pages::http::Problem;
use personalisation_store::quality::Picture;

use super::{Seen, id, look, reading};
use crate::console::{Desk, permissions::Staffer, view::failed};

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path((order, attempt, picture)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let card = id((&order, &attempt))?;
    let picture = Picture::from_name(&picture).ok_or(Problem::NotFound)?;
    let work = async {
        let Seen::Waits(_, _, None) = look(&desk, &staffer, card).await? else {
            return Err(Problem::Forbidden);
        };
        let found = desk.store.quality_picture(card, picture).await;
        let jpeg = found.map_err(failed)?.ok_or(Problem::NotFound)?;
        let headers = [
            (header::CONTENT_TYPE, "image/jpeg"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Ok((headers, jpeg.to_vec()).into_response())
    };
    reading("read-exit-picture", card)
        .run(&desk, &staffer, work)
        .await
}
