//! What a request began runs to its end, also when the browser hangs up: an act or a reading that is dropped in the
//! middle would leave an intent without its outcome, or half of what it was to do.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use pages::http::Problem;

/// The outermost layer: the rest of the service in a task of its own, which the end of a connection does not end.
pub(crate) async fn run(request: Request, next: Next) -> Response {
    let whole = tokio::spawn(next.run(request));
    whole.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request ended in the middle");
        Problem::Failed.into_response()
    })
}
