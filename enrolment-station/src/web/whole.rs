//! Acts run to their end, whatever the browser does.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pages::http::Problem;

/// The layer: a request that changes something is a task of its own. A browser that hangs up would else end its handler
/// at any `await`: between what the token signed and what is kept of it, or between a capture and its picture.
pub(super) async fn to_the_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let done = tokio::spawn(next.run(request)).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a page's handler ended early");
        Problem::Failed.into_response()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_handler_ends_although_the_browser_hung_up() {
        let (begun, go_on, ended) = (
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
            Arc::new(Notify::new()),
        );
        let handler = {
            let (begun, go_on, ended) = (begun.clone(), go_on.clone(), ended.clone());
            move || async move {
                begun.notify_one();
                go_on.notified().await;
                ended.notify_one();
            }
        };
        let service = Router::new()
            .route("/", post(handler))
            .layer(from_fn(to_the_end));
        let request = Request::post("/").body(Body::empty()).unwrap();
        let answer = tokio::spawn(service.oneshot(request));
        begun.notified().await;
        answer.abort();
        assert!(answer.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        let limit = Duration::from_secs(20);
        tokio::time::timeout(limit, ended.notified()).await.unwrap();
    }
}
