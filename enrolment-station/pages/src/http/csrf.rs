//! Forms of other sites: every unsafe request carries the token that its session gave out (synchroniser token).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Form, FromRequest, Multipart, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Problem, Shield, Visit, origin};

/// The field of forms; scripts send the header instead.
pub(crate) const FIELD: &str = "token";
const HEADER: &str = "x-token";

/// The field in which a form says what it shows.
pub(crate) const REVISION: &str = "revision";

/// Largest form without files, bytes, as it is encoded. Also the most that a locked session holds of one. A signature of
/// 48 KiB is 64 KiB in base64, and more where `+` and `/` are written as three characters.
const MAX_FORM: usize = 96 << 10;

/// The fields of a form whose token was the session's, for the gate to hold.
#[derive(Clone)]
pub(super) struct CheckedForm(pub(super) Vec<(String, String)>);

/// The revision that the form of this request showed; none where it is not a form, or says none.
pub fn revision(parts: &Parts) -> Option<u64> {
    let CheckedForm(fields) = parts.extensions.get()?;
    let (_, said) = fields.iter().find(|(name, _)| name == REVISION)?;
    said.parse().ok()
}

/// The layer.
pub(super) async fn layer(State(shield): State<Shield>, request: Request, next: Next) -> Response {
    if origin::is_safe(request.method()) {
        return next.run(request).await;
    }
    match check(&shield, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn check(shield: &Shield, request: Request) -> Result<Request, Problem> {
    let visit = request.extensions().get::<Visit>().ok_or(Problem::Failed)?;
    let token = visit.token().ok_or(Problem::StaleForm)?.clone();
    if let Some(given) = request.headers().get(HEADER) {
        let right = given.to_str().is_ok_and(|given| token.is(given));
        return if right {
            Ok(request)
        } else {
            Err(Problem::StaleForm)
        };
    }
    let kind = content_type(request.headers());
    let limit = match kind {
        "application/x-www-form-urlencoded" => MAX_FORM,
        "multipart/form-data" => shield.settings().limits().upload,
        _ => return Err(Problem::StaleForm),
    };
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, limit).await.map_err(|_| Problem::TooLarge)?;
    let copy = |bytes: Bytes| {
        let mut request = Request::new(Body::from(bytes));
        *request.method_mut() = parts.method.clone();
        *request.headers_mut() = parts.headers.clone();
        *request.extensions_mut() = parts.extensions.clone();
        request
    };
    let mut whole = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    if kind == "multipart/form-data" {
        let given = first_field(copy(bytes)).await.ok_or(Problem::StaleForm)?;
        return if token.is(&given) {
            Ok(whole)
        } else {
            Err(Problem::StaleForm)
        };
    }
    let Form(mut fields) = Form::<Vec<(String, String)>>::from_request(copy(bytes), &())
        .await
        .map_err(|_| Problem::StaleForm)?;
    let given: Vec<&String> = fields
        .iter()
        .filter(|(name, _)| name == FIELD)
        .map(|(_, value)| value)
        .collect();
    if !matches!(given.as_slice(), [given] if token.is(given)) {
        return Err(Problem::StaleForm);
    }
    fields.retain(|(name, _)| name != FIELD);
    whole.extensions_mut().insert(CheckedForm(fields));
    Ok(whole)
}

/// The token must be the first field of a form with files: nothing else is read before it is known.
async fn first_field(request: Request) -> Option<String> {
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let field = form.next_field().await.ok()??;
    if field.name() != Some(FIELD) {
        return None;
    }
    field.text().await.ok()
}

fn content_type(headers: &HeaderMap) -> &'static str {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .into_iter()
        .find(|known| kind.eq_ignore_ascii_case(known))
        .unwrap_or_default()
}
