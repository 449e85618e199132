//! Blank issues: nothing is signed for a chip whose blank stock did not hand out to the line that asks; and the journal by
//! which signatures are compared with attempts. The service and its token are the real ones.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::fs;

use evidence::issue::CLOCK_DIFFERENCE;
use key_custody::{Token, TokenConfig, role::IssueSigning, softhsm};
use pki_authority::serve::config::ServeConfig;
use sqlx::{Connection as _, Row as _, SqliteConnection};
use tonic::Code;
use wire::signing::{JournalRequest, ObjectKind, SignRequest};

use crate::common::{
    House, Service,
    issuing::{LINE, Stock, issue},
    now,
};

const CHIP: [u8; 10] = [1; 10];

/// What a changed request is told; nothing of it may use the permit up.
async fn refusals(house: &mut House, cases: Vec<(&str, Code, Vec<u8>)>) {
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let good = house.security_object(1);
    for (reason, code, issue) in cases {
        let request = SignRequest {
            issue,
            ..good.clone()
        };
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(refused.code(), code, "{reason}: {refused:?}");
        assert!(refused.message().contains(reason), "{reason}: {refused:?}");
    }
    assert!(!line.sign(good).await.unwrap().into_inner().repeated);
    let health = line.health(wire::signing::HealthRequest {}).await;
    let health = health.unwrap().into_inner();
    assert_eq!((health.signatures, health.alarms), (1, 0));
}

#[tokio::test]
async fn nothing_is_signed_for_a_blank_that_stock_did_not_hand_out() {
    let mut house = House::new();
    let stock = &house.stock;
    let mut changed = stock.issue(&[CHIP]).encode();
    *changed.last_mut().unwrap() ^= 1;
    // The same issue with another chip written into it.
    let mut grafted = stock.issue(&[[2; 10]]).encode();
    let at = grafted.windows(10).position(|serial| serial == [2; 10]);
    grafted[at.unwrap()..][..10].copy_from_slice(&CHIP);
    let mut tomorrow = issue(LINE, &[CHIP]);
    tomorrow.issued_at = now() + CLOCK_DIFFERENCE + 60;
    let mut unnumbered = issue(LINE, &[CHIP]);
    unnumbered.number = 0;
    // Nothing is wrong with the card: the line keeps it, and asks again.
    let denied = Code::FailedPrecondition;
    let cases = vec![
        ("carries no blank issue", denied, Vec::new()),
        (
            "not stock's",
            denied,
            Stock::unknown().issue(&[CHIP]).encode(),
        ),
        ("not stock's", denied, changed),
        ("not stock's", denied, grafted),
        (
            "the chip is not of issue 1 of line line-1",
            denied,
            stock.issue(&[[2; 10]]).encode(),
        ),
        (
            "handed out to line line-2, where the caller \"line\" does not work",
            denied,
            stock.sign(issue("line-2", &[CHIP])).encode(),
        ),
        ("compare the clocks", denied, stock.sign(tomorrow).encode()),
        (
            "issue 0 of line line-1 is signed with a key for others",
            denied,
            stock.sign(unnumbered).encode(),
        ),
        ("issue", Code::InvalidArgument, vec![0x82]),
        (
            "at most 10512 bytes",
            Code::InvalidArgument,
            vec![0; 10_513],
        ),
    ];
    refusals(&mut house, cases).await;
}

#[tokio::test]
async fn an_issue_serves_each_of_its_chips_once() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let first = house.security_object(1);
    line.sign(first.clone()).await.unwrap();
    // Another chip of the same issue, for another order.
    line.sign(house.security_object(2)).await.unwrap();
    // Replayed for the next attempt, and for another order: the chip belongs to the first.
    let again = SignRequest {
        attempt: 2,
        document_number: "LUX000077".into(),
        ..first.clone()
    };
    let elsewhere = SignRequest {
        chip_serial: first.chip_serial.clone(),
        ..house.security_object(3)
    };
    for replayed in [again, elsewhere] {
        let refused = line.sign(replayed).await.unwrap_err();
        assert_eq!(refused.code(), Code::AlreadyExists, "{refused:?}");
        assert!(refused.message().contains("the chip belongs to another"));
    }
    // Kept with the attempt.
    let store = house.path("pki.sqlite");
    let mut store = SqliteConnection::connect(store.to_str().unwrap())
        .await
        .unwrap();
    let kept = sqlx::query("SELECT issue_line, issue_number, issue_entry FROM attempt");
    let kept = kept.fetch_all(&mut store).await.unwrap();
    assert_eq!(kept.len(), 2);
    for row in kept {
        assert_eq!(row.get::<String, _>(0), LINE);
        assert_eq!(
            (row.get::<i64, _>(1), row.get::<String, _>(2).len()),
            (1, 34)
        );
    }
}

#[tokio::test]
async fn the_key_in_the_lines_token_signs_for_what_the_line_took_itself() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let mut request = house.security_object(1);
    house.close_tickets();
    let folder = house.path("pki/tokens/line");
    let token = Token::open(&TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(folder.join("softhsm2.conf")),
        token_label: "line".into(),
        pin_file: folder.join("user.pin"),
    });
    let token = token.unwrap();
    let key = token.find_ec::<IssueSigning>("line-issues").unwrap();
    let sealed = |number, line: &str| {
        let mut own = issue(line, &[CHIP]);
        own.number = number;
        let signature = token.sign_digest(&key, &own.digest()).unwrap();
        own.seal(signature).encode()
    };
    // It hands nothing out, and takes nothing for another line.
    for (number, name) in [(1, LINE), (0, "line-2")] {
        request.issue = sealed(number, name);
        let refused = line.sign(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
        let told = format!("issue {number} of line {name} is signed with a key for others");
        assert!(refused.message().contains(&told), "{refused:?}");
    }
    request.issue = sealed(0, LINE);
    assert!(!line.sign(request).await.unwrap().into_inner().repeated);
}

#[tokio::test]
async fn no_issue_is_asked_for_only_where_the_configuration_says_so() {
    let mut house = House::new();
    let config = house.config(5);
    let text = fs::read_to_string(&config).unwrap();
    let (before, _) = text.split_once("[issues]").unwrap();
    let switched = |text: &str| format!("danger_without_issues = true\n{text}");
    let without_keys = text
        .replace("keys = [\"issues.spki\"]", "")
        .replace("line-1 = [\"pki/public/line-issues.spki\"]", "");
    for (text, told) in [
        (before.to_owned(), "[issues] is missing: write it"),
        (
            format!("danger_without_issues = false\n{before}"),
            "`danger_without_issues = true` where",
        ),
        (switched(&text), "contradicts [issues]"),
        (without_keys, "names no keys and line_keys of [issues]"),
    ] {
        fs::write(&config, text).unwrap();
        let refused = ServeConfig::read(&config).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
    fs::write(&config, switched(before)).unwrap();
    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    let mut request = house.security_object(1);
    request.issue.clear();
    line.sign(request).await.unwrap();
    drop(service);
    let _again = Service::start(&config);
    // Each start is in the audit, before anything is signed.
    let audit = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    let starts: Vec<_> = audit
        .lines()
        .filter(|line| line.contains("danger_without_issues"))
        .map(|line| line.contains("nobody handed out"))
        .collect();
    assert_eq!(starts, [false, true, false, true]);
    assert!(
        audit
            .lines()
            .next()
            .unwrap()
            .contains("danger_without_issues")
    );
}

#[tokio::test]
async fn the_journal_tells_what_was_released_in_order() {
    let mut house = House::new();
    let mut service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    for card in [1, 2] {
        line.sign(house.security_object(card)).await.unwrap();
        line.sign(house.card_security(card)).await.unwrap();
        line.sign(house.card_security(card)).await.unwrap();
    }
    service.kill();
    let service = house.serve(5);
    let mut console = house.caller(&service, "console").await;
    let all = JournalRequest { after: 0, most: 9 };
    let told = console.journal(all).await.unwrap().into_inner().entries;
    let facts: Vec<_> = told
        .iter()
        .map(|one| (one.order[0], one.attempt, one.chip_serial[0], one.kind()))
        .collect();
    let (sod, security) = (ObjectKind::LdsSecurityObject, ObjectKind::CardSecurityInfos);
    let each_once = [
        (1, 1, 1, sod),
        (1, 1, 1, security),
        (2, 1, 2, sod),
        (2, 1, 2, security),
    ];
    assert_eq!(facts, each_once);
    assert!(told.windows(2).all(|pair| pair[0].id < pair[1].id));
    let rest = JournalRequest {
        after: told[1].id,
        most: 1,
    };
    let rest = console.journal(rest).await.unwrap().into_inner().entries;
    assert_eq!(rest, told[2..3]);

    let mut intake = house.caller(&service, "intake").await;
    let refused = intake.journal(all).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let refused = console.sign(house.security_object(3)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
}
