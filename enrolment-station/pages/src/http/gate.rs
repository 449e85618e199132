//! The gate to pages for staff: in only who is signed in; who is locked out finds the work where it was.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::csrf::CheckedForm;
use super::{HeldForm, LocalPath, Problem, Shield, Visit, origin};

/// The layer.
pub(super) async fn layer(State(_): State<Shield>, request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>().cloned() else {
        return Problem::Failed.into_response();
    };
    if visit.who().is_some() {
        if let Err(problem) = release(&visit, request.method()).await {
            return problem.into_response();
        }
        return next.run(request).await;
    }
    let safe = origin::is_safe(request.method());
    let form = request.extensions().get::<CheckedForm>().cloned();
    turn_away(&visit, safe, form)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// A form that was held is let go when it arrives, and not before: what was only shown is not sent yet.
async fn release(visit: &Visit, method: &Method) -> Result<(), Problem> {
    let path = visit.path().as_str();
    let held = visit
        .record()
        .is_some_and(|record| record.held.iter().any(|held| held.path == path));
    if held && !origin::is_safe(method) {
        visit.change(&|record| record.release(path)).await?;
    }
    Ok(())
}

async fn turn_away(
    visit: &Visit,
    safe: bool,
    form: Option<CheckedForm>,
) -> Result<Response, Problem> {
    let locked = visit.is_locked();
    if visit.wants_json() {
        let status = if locked {
            StatusCode::LOCKED
        } else {
            StatusCode::UNAUTHORIZED
        };
        return Ok(status.into_response());
    }
    let back = if safe {
        visit.path().clone()
    } else {
        LocalPath::or_home("/")
    };
    if locked && let Some(CheckedForm(fields)) = form {
        let held = HeldForm {
            path: visit.path().to_string(),
            fields: fields.clone(),
        };
        visit.change(&|record| record.hold(held.clone())).await?;
    }
    let place = if locked { "/locked" } else { "/sign-in" };
    Ok(Redirect::to(&format!("{place}?back={}", back.as_parameter())).into_response())
}
