//! Who of the staff gets the clerk's pages: deny by default.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dossier::staff::Role;
use pages::Visit;
use pages::http::Problem;

use super::place::Place;

/// The layer: a clerk of the list that holds now, or nobody.
pub(super) async fn clerks_only(
    State(place): State<Place>,
    request: Request,
    next: Next,
) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let Some((who, now)) = visit.and_then(|visit| Some((visit.who()?.clone(), visit.now()))) else {
        return Problem::Forbidden.into_response();
    };
    match place.members.may(who.person, Role::Clerk, now).await {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => Problem::Forbidden.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}
