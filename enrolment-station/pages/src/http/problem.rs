//! Refusals, as pages in the visitor's language. A handler returns a [`Problem`]; the layer makes the page of it.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::{StoreError, Visit};
use crate::language::Id;
use crate::page::Page;

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Something of ours did not work; the log says what.
    #[error("something did not work; the log says what")]
    Failed,
    /// The person may not.
    #[error("this person may not see that")]
    Forbidden,
    /// Nothing is at that address.
    #[error("there is no such page")]
    NotFound,
    /// The form's token is not the session's: too old, or not ours.
    #[error("the form is too old, or was not made by this session")]
    StaleForm,
    /// Somebody saved what the form is about after the form was shown.
    #[error("somebody saved it after the form was shown")]
    Overtaken,
    /// The form is larger than allowed.
    #[error("the form is larger than allowed")]
    TooLarge,
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Forbidden | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Overtaken => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    fn title(self) -> Id {
        match self {
            Self::Failed => Id("problem-failed-title"),
            Self::Forbidden => Id("problem-forbidden-title"),
            Self::NotFound => Id("problem-not-found-title"),
            Self::StaleForm => Id("problem-stale-form-title"),
            Self::Overtaken => Id("problem-overtaken-title"),
            Self::TooLarge => Id("problem-too-large-title"),
        }
    }

    fn advice(self) -> Id {
        match self {
            Self::Failed => Id("problem-failed-advice"),
            Self::Forbidden => Id("problem-forbidden-advice"),
            Self::NotFound => Id("problem-not-found-advice"),
            Self::StaleForm => Id("problem-stale-form-advice"),
            Self::Overtaken => Id("problem-overtaken-advice"),
            Self::TooLarge => Id("problem-too-large-advice"),
        }
    }

    fn page(self, visit: &Visit) -> Response {
        let speech = visit.speech();
        if visit.wants_json() {
            return (self.status(), speech.text(self.title())).into_response();
        }
        let home = visit.site().home();
        let body = html! {
            p.lead { (speech.text(self.advice())) }
            p { a.button href=(home) { (speech.text("problem-home")) } }
        };
        let page = Page::new(visit, speech.text(self.title())).body(body);
        (self.status(), page.render()).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "sessions");
        Self::Failed
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let response = next.run(request).await;
    match (response.extensions().get::<Problem>(), visit) {
        (Some(problem), Some(visit)) => problem.page(&visit),
        _ => response,
    }
}
