//! Sign-in by password and code, locking and unlocking, as a browser without scripts sees them.

use crate::support::{MARIE, ORIGIN, PASSWORD, Trial};
use axum::http::StatusCode;

fn form(login: &str, password: &str, code: &str) -> String {
    format!(
        "login={login}&password={}&code={code}",
        password.replace(' ', "+")
    )
}

#[tokio::test]
async fn the_right_three_sign_in_and_lead_back() {
    let mut trial = Trial::new(ORIGIN);
    trial.get("/sign-in?back=/draft%3Fstep%3D2").await;
    let anonymous = trial.cookie.clone();
    let answer = trial
        .post(
            "/sign-in?back=/draft%3Fstep%3D2",
            &form("marie", PASSWORD, &trial.code()),
        )
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/draft?step=2")
    );
    assert_ne!(trial.cookie, anonymous, "the session's id changes");
    let now = trial.cookie.clone();
    trial.cookie = anonymous;
    assert_eq!(
        trial.get("/draft").await.status,
        StatusCode::SEE_OTHER,
        "the old one is worth nothing"
    );
    trial.cookie = now;
    assert_eq!(trial.get("/draft").await.status, StatusCode::OK);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let mut trial = Trial::new(ORIGIN);
    trial.get("/sign-in").await;
    let code = trial.code();
    let mut bodies = Vec::new();
    for (login, password, code) in [
        ("marie", "wrong horse", code.as_str()),
        ("marie", PASSWORD, "000000"),
        ("nobody", PASSWORD, &code),
        ("nobody", "wrong horse", "000000"),
    ] {
        let answer = trial.post("/sign-in", &form(login, password, code)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{login} {password} {code}"
        );
        assert!(
            !answer.body.contains(password),
            "a password is never shown again"
        );
        bodies.push(answer.body.replace(login, "NAME"));
    }
    assert!(bodies[0].contains("User name, password or code is wrong"));
    assert!(
        bodies.iter().all(|body| *body == bodies[0]),
        "no answer tells which"
    );
}

#[tokio::test]
async fn a_code_serves_once() {
    let mut trial = Trial::new(ORIGIN);
    let code = trial.code();
    assert_eq!(trial.sign_in("marie").await.status, StatusCode::SEE_OTHER);
    trial.post("/sign-out", "").await;
    trial.get("/sign-in").await;
    let again = trial
        .post("/sign-in", &form("marie", PASSWORD, &code))
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "replayed");
    trial.wait(30);
    assert_eq!(
        trial.sign_in("marie").await.status,
        StatusCode::SEE_OTHER,
        "the next code"
    );
}

#[tokio::test]
async fn many_tries_wait_and_unknown_names_wait_alike() {
    for login in ["marie", "nobody"] {
        let mut trial = Trial::new(ORIGIN);
        trial.get("/sign-in").await;
        for _ in 0..5 {
            let answer = trial
                .post("/sign-in", &form(login, "wrong horse", "000000"))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = form(login, PASSWORD, &trial.code());
        let answer = trial.post("/sign-in", &right).await;
        assert_eq!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{login}: not even the right one is judged"
        );
        assert!(answer.body.contains("Wait a minute"));
    }
}

#[tokio::test]
async fn an_idle_session_locks_and_the_form_that_came_too_late_is_kept() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    trial.wait(11 * 60);
    let away = trial.post("/draft", "surname=Weber+%26+S%C3%B6hne").await;
    assert_eq!(
        (away.status, away.location()),
        (StatusCode::SEE_OTHER, "/locked?back=/")
    );
    assert!(
        trial
            .get("/locked")
            .await
            .body
            .contains("Marie Weber is away")
    );
    let wrong = trial.post("/locked", "password=wrong+horse").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = trial
        .post(
            "/locked",
            &format!("password={}", PASSWORD.replace(' ', "+")),
        )
        .await;
    assert_eq!(back.location(), "/held");
    let held = trial.get("/held").await.body;
    assert!(
        held.contains("action=\"/draft\"") && held.contains("value=\"Weber &amp; Söhne\""),
        "{held}"
    );
    let again = trial.get("/held").await.body;
    assert!(again.contains("Weber &amp; Söhne"), "shown is not sent");
    assert_eq!(
        trial
            .post("/draft", "surname=Weber+%26+S%C3%B6hne")
            .await
            .body,
        "saved Weber & Söhne"
    );
    assert_eq!(trial.get("/held").await.location(), "/draft", "sent once");
}

#[tokio::test]
async fn forms_of_two_windows_are_held_and_can_be_given_up() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    trial.wait(11 * 60);
    trial.post("/draft", "surname=Weber").await;
    trial.post("/draft?other=1", "surname=Schmit").await;
    trial.get("/locked").await;
    let password = format!("password={}", PASSWORD.replace(' ', "+"));
    trial.post("/locked", &password).await;
    let held = trial.get("/held").await.body;
    assert!(held.contains("Weber") && held.contains("Schmit"), "{held}");
    trial.post("/held", "").await;
    assert_eq!(trial.get("/held").await.location(), "/draft");
}

#[tokio::test]
async fn a_session_whose_window_was_closed_is_forgotten() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    trial.wait(2 * 86_400);
    assert_eq!(trial.shield.forget_old().await.unwrap(), 0);
    trial.wait(2 * 86_400);
    assert!(trial.shield.forget_old().await.unwrap() >= 1);
    assert_eq!(trial.get("/draft").await.location(), "/sign-in?back=/draft");
}

#[tokio::test]
async fn the_dialogue_learns_that_a_code_is_wanted() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    assert!(trial.get("/draft").await.body.contains("id=\"lock-code\""));
    trial.wait(13 * 3600);
    trial.get("/locked").await;
    let request = |form: String| {
        axum::http::Request::post("/locked")
            .header("host", "localhost:8400")
            .header("origin", ORIGIN)
            .header("cookie", &trial.cookie)
            .header("accept", "application/json")
            .header("x-token", &trial.token)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(form))
            .unwrap()
    };
    let password = format!("password={}", PASSWORD.replace(' ', "+"));
    let refused = trial.send(request(password.clone())).await;
    assert!(refused.body.contains("\"fully\":true"), "{}", refused.body);
    let code = format!("{password}&code={}", trial.code());
    assert_eq!(trial.send(request(code)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_locked_session_is_continued_only_by_its_own_person() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    trial.post("/locked/now", "").await;
    assert_eq!(trial.get("/draft").await.location(), "/locked?back=/draft");
    trial.get("/locked").await;
    let paul = trial
        .post("/sign-in", &form("paul", PASSWORD, &trial.code()))
        .await;
    assert_eq!(
        paul.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "Paul signs Marie out first"
    );
    assert_eq!(trial.get("/draft").await.location(), "/locked?back=/draft");
}

#[tokio::test]
async fn after_the_absolute_limit_a_password_alone_does_not_unlock() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    for _ in 0..(12 * 60 / 5) {
        trial.wait(5 * 60);
        trial.get("/draft").await;
    }
    trial.wait(5 * 60);
    assert_eq!(
        trial.get("/draft").await.location(),
        "/locked?back=/draft",
        "however active"
    );
    trial.get("/locked").await;
    let password = format!("password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(
        trial.post("/locked", &password).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let full = format!("{password}&code={}", trial.code());
    assert_eq!(
        trial.post("/locked", &full).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(trial.get("/draft").await.status, StatusCode::OK);
}

#[tokio::test]
async fn scripts_that_ask_by_themselves_do_not_keep_a_session_alive() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    for _ in 0..3 {
        trial.wait(4 * 60);
        let request = axum::http::Request::get("/draft")
            .header("host", "localhost:8400")
            .header("cookie", &trial.cookie)
            .header("x-passive", "1");
        trial
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
    }
    assert_eq!(trial.get("/draft").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_who_may_no_longer_work_here_is_out_at_once() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    assert_eq!(trial.shield.sessions().end_all(MARIE).await.unwrap(), 1);
    assert_eq!(trial.get("/draft").await.location(), "/sign-in?back=/draft");
}

#[tokio::test]
async fn an_answer_that_goes_on_learns_that_its_session_was_locked() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    assert_eq!(trial.get("/long").await.body, "true false");
}

#[tokio::test]
async fn the_lock_follows_what_is_told_while_the_pages_are_served() {
    let mut trial = Trial::new(ORIGIN);
    trial.sign_in("marie").await;
    trial
        .shield
        .settings()
        .lock_after(time::Duration::minutes(2));
    trial.wait(3 * 60);
    assert_eq!(trial.get("/draft").await.location(), "/locked?back=/draft");
}
