//! The shield: what a browser is told, what strangers are refused, and who gets through the gate.

use crate::support::{ORIGIN, Trial};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let mut trial = Trial::new(ORIGIN);
    for path in ["/open", "/sign-in", "/nowhere", "/assets/nothing.css"] {
        let answer = trial.get(path).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map_or("", |value| value.to_str().unwrap())
                .to_owned()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
            "{path}: {policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains('*'),
            "{policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(trial.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    assert!(
        trial
            .get("/nowhere")
            .await
            .body
            .contains("There is no such page")
    );
}

#[tokio::test]
async fn a_page_has_nothing_inline_and_its_files_are_kept_for_ever() {
    let mut trial = Trial::new(ORIGIN);
    let body = trial.get("/sign-in").await.body;
    for inline in ["<style", " style=", "onclick", "javascript:", "<script>"] {
        assert!(!body.contains(inline), "{inline} in {body}");
    }
    let files: Vec<&str> = body
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let answer = trial.get(file).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert!(
            answer.headers["cache-control"]
                .to_str()
                .unwrap()
                .ends_with("immutable")
        );
    }
}

#[tokio::test]
async fn another_host_is_not_served() {
    let trial = Trial::new(ORIGIN);
    for host in [
        "attacker.example",
        "localhost",
        "localhost:8401",
        "127.0.0.1:8400",
        "",
    ] {
        let request = Request::get("/open")
            .header(header::HOST, host)
            .body(Body::empty())
            .unwrap();
        assert_eq!(
            trial.send(request).await.status,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
    }
    let none = Request::get("/open").body(Body::empty()).unwrap();
    assert_eq!(
        trial.send(none).await.status,
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused_even_with_the_token() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    for origin in [
        None,
        Some("null"),
        Some("http://attacker.example"),
        Some("http://localhost:8401"),
        Some("https://localhost:8400"),
    ] {
        let mut request = Request::post("/draft")
            .header(header::HOST, "localhost:8400")
            .header(header::COOKIE, &trial.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let body = Body::from(format!("token={}&surname=x", trial.token));
        let answer = trial.send(request.body(body).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
    }
}

#[tokio::test]
async fn a_form_without_its_sessions_token_changes_nothing() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    assert_eq!(
        trial.post("/draft", "surname=Weber").await.body,
        "saved Weber"
    );
    let right = trial.token.clone();
    for wrong in [
        "",
        "0",
        &"0".repeat(64),
        &right[..63],
        &format!("{right}&token={right}"),
    ] {
        wrong.clone_into(&mut trial.token);
        let answer = trial.post("/draft", "surname=Weber").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{wrong}");
        assert!(answer.body.contains("open for too long"));
    }
    trial.token = right.clone();
    trial.cookie = String::new();
    assert_eq!(
        trial.post("/draft", "surname=Weber").await.status,
        StatusCode::FORBIDDEN,
        "no session"
    );
    let mut other = Trial::new(ORIGIN);
    other.sign_in("paul").await;
    other.token = right;
    assert_eq!(
        other.post("/draft", "surname=x").await.status,
        StatusCode::FORBIDDEN,
        "another's token"
    );
}

#[tokio::test]
async fn a_form_with_files_carries_its_token_first() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    let part = |name: &str, value: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let (token, file) = (
        part("token", &trial.token),
        part("paper", "a police report"),
    );
    let cases = [
        (format!("{token}{file}--edge--\r\n"), StatusCode::OK),
        (
            format!("{token}{}--edge--\r\n", part("paper", &"x".repeat(5 << 20))),
            StatusCode::OK,
        ),
        (format!("{file}{token}--edge--\r\n"), StatusCode::FORBIDDEN),
        (format!("{file}--edge--\r\n"), StatusCode::FORBIDDEN),
        ("--edge".to_owned(), StatusCode::FORBIDDEN),
        (
            format!("{token}{}", part("paper", &"x".repeat(9 << 20))),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ];
    for (body, status) in cases {
        let request = Request::post("/upload")
            .header(header::HOST, "localhost:8400")
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, &trial.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        let answer = trial.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

#[tokio::test]
async fn the_gate_opens_only_to_those_signed_in() {
    let mut trial = Trial::new(ORIGIN);
    let away = trial.get("/draft?step=2").await;
    assert_eq!(
        (away.status, away.location()),
        (StatusCode::SEE_OTHER, "/sign-in?back=/draft%3Fstep%3D2")
    );
    assert_eq!(trial.get("/passkeys").await.status, StatusCode::SEE_OTHER);
    assert_eq!(trial.get("/open").await.status, StatusCode::OK);
    trial.sign_in("marie").await;
    assert!(
        trial
            .get("/draft")
            .await
            .body
            .contains("draft of Marie Weber")
    );
    assert_eq!(trial.post("/sign-out", "").await.location(), "/sign-in");
    assert_eq!(trial.get("/draft").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn over_tls_cookies_are_bound_to_the_host() {
    let trial = Trial::new("https://console.example");
    let request = Request::get("/sign-in")
        .header(header::HOST, "console.example")
        .body(Body::empty())
        .unwrap();
    let answer = trial.send(request).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=")
            && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure")
    );
    assert!(
        answer
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
}

#[tokio::test]
async fn the_language_is_kept_and_leads_nowhere_else() {
    let mut trial = Trial::new(ORIGIN);
    let kept = trial.get("/language/lb?back=/open").await;
    assert_eq!(kept.location(), "/open");
    assert!(
        kept.headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .starts_with("language=lb; ")
    );
    assert_eq!(
        trial
            .get("/language/de?back=//attacker.example")
            .await
            .location(),
        "/"
    );
    assert_eq!(
        trial.get("/language/xx").await.status,
        StatusCode::NOT_FOUND
    );
    trial.cookie = "language=lb".to_owned();
    assert!(trial.get("/open").await.body.contains("<html lang=\"lb\">"));
}

#[tokio::test]
async fn a_form_may_hold_a_signature_of_its_full_size() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    // 48 KiB in base64, every eighth character written as three.
    let picture = "AAAAAAA%2B".repeat((64 << 10) / 8);
    let answer = trial
        .post("/draft", &format!("surname=Weber&picture={picture}"))
        .await;
    assert_eq!(answer.body, "saved Weber");
}
