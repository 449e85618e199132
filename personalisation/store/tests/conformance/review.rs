//! Applications and their notices: each move once, by who may, from what was seen; one live application a person and
//! type; a notice exactly with its decision.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use personalisation_core::{
    application::{Channel, NoticeKind, RefusalGround, WithdrawalReason},
    ids::{NoticeId, OrderId},
};
use personalisation_store::{
    Interrupter, StoreError,
    order::ContentKind,
    review::{ApplicationRow, Decided, OrderToAdd},
};
use time::Duration;
use zeroize::Zeroizing;

use crate::{
    Bench, Engine, MINUTE, NOW,
    applications::{
        CLERK, DECIDER, REVIEWER, application, decided, is_seal, is_stale, notice, token,
    },
    on_each_engine,
};

/// A refusal of a case, with its notice.
fn refused(row: &ApplicationRow) -> personalisation_core::application::Application {
    let ground = RefusalGround::NotPaid;
    row.application.clone().refuse(ground, DECIDER).unwrap()
}

/// Approves a case into the order that was prepared for application `byte`.
async fn approve(bench: &mut Bench, row: &ApplicationRow, byte: u8) -> Result<(), StoreError> {
    let to = row.application.clone().approve(DECIDER).unwrap();
    let content = [
        (ContentKind::Identity, Zeroizing::new(b"who".to_vec())),
        (ContentKind::Ticket, Zeroizing::new(b"permit".to_vec())),
    ];
    let order = OrderToAdd {
        id: OrderId::from_bytes([byte; 16]),
        issuer_profile: "luxembourg",
        added_by: "personalisation/review",
        destination: &"L-0304".parse().unwrap(),
        content: &content,
    };
    let approval = Decided {
        order: Some(order),
        ..decided(row, &to, None)
    };
    bench.decide(&approval).await
}

async fn one_checker_has_an_application_and_what_it_writes_counts_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.accepted(1, "somebody").await;
    let first = bench.lease_check(1, NOW).await.unwrap();
    assert!(bench.lease_check(2, NOW).await.is_none());
    let later = NOW + Duration::minutes(1);
    let second = bench.lease_check(2, later).await.unwrap();
    let order = OrderId::from_bytes([1; 16]);
    assert!(is_stale(bench.verify(&first, (1, order)).await), "fenced");
    bench.verify(&second, (2, order)).await.unwrap();
    assert!(is_stale(bench.verify(&second, (2, order)).await), "once");
    let row = bench.row(1).await;
    assert_eq!((row.application.state().name(), row.step), ("verified", 2));
    assert_eq!(bench.store.checks(row.content).await.unwrap().len(), 14);
    // By rule, too, only with the newest lease.
    let leased = bench.lease_check(3, NOW).await.unwrap();
    let to = leased.application.clone().refer().unwrap();
    let by_rule = |lease| Decided {
        person: None,
        note: None,
        token: Some(token(lease)),
        ..decided(&leased, &to, None)
    };
    assert!(is_stale(bench.decide(&by_rule(2)).await));
    bench.decide(&by_rule(3)).await.unwrap();
    let id = application(1);
    bench
        .store
        .release_application(id, token(3), MINUTE)
        .await
        .unwrap();
    assert!(
        bench.lease_check(4, NOW).await.is_none(),
        "people decide now"
    );
}

async fn who_decides_saw_the_newest_step_and_handled_nothing_of_it(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review(1, "somebody").await;
    let to = refused(&row);
    let mut own = decided(&row, &to, Some(notice(1, Channel::Letter)));
    own.person = Some(CLERK);
    assert!(is_stale(bench.decide(&own).await), "who captured it");
    let mut early = row.clone();
    early.step -= 1;
    let told = Some(notice(1, Channel::Letter));
    assert!(is_stale(bench.decide(&decided(&early, &to, told)).await));
    assert!(
        bench
            .store
            .notices_of(application(1))
            .await
            .unwrap()
            .is_empty()
    );
    bench.decide(&decided(&row, &to, told)).await.unwrap();
    let again = Some(notice(2, Channel::Letter));
    assert!(
        is_stale(bench.decide(&decided(&row, &to, again)).await),
        "once"
    );
    let moves = bench.store.application_moves(application(1)).await.unwrap();
    let states: Vec<&str> = moves.iter().map(|one| one.state.as_str()).collect();
    assert_eq!(states, ["accepted", "verified", "in_review", "refused"]);
    let last = moves.last().unwrap();
    assert_eq!(last.person, Some(REVIEWER));
    assert_eq!(last.note.as_ref().unwrap().as_str(), "because of the ear");
    bench.home.meddle("UPDATE review_move SET note = (SELECT facts FROM review_notice) WHERE note IS NOT NULL").await;
    assert!(is_seal(bench.store.application_moves(application(1)).await));
}

async fn of_one_person_and_type_one_application_lives(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let first = bench.in_review(1, "somebody").await;
    let second = bench.in_review(2, "somebody").await;
    let other = bench.in_review(3, "somebody else").await;
    assert_eq!(
        [first.claimed, second.claimed, other.claimed],
        [true, false, true]
    );
    let caught = approve(&mut bench, &second, 2).await;
    assert!(
        matches!(caught, Err(StoreError::AlreadyThere { .. })),
        "{caught:?}"
    );
    assert_eq!(bench.row(2).await, second, "nothing was changed");
    assert!(bench.store.orders().await.unwrap().is_empty());
    approve(&mut bench, &other, 3).await.unwrap();
    let end = refused(&first);
    let told = Some(notice(1, Channel::Office));
    bench.decide(&decided(&first, &end, told)).await.unwrap();
    approve(&mut bench, &second, 2).await.unwrap();
    assert!(
        is_stale(approve(&mut bench, &second, 2).await)
            || bench.store.orders().await.unwrap().len() == 2
    );
    let row = bench.row(2).await;
    assert!(row.claimed && row.order == Some(OrderId::from_bytes([2; 16])));
    let portrait = bench
        .store
        .order_content(OrderId::from_bytes([2; 16]), ContentKind::Dg2);
    assert_eq!(&portrait.await.unwrap().unwrap()[..], b"portrait");
    assert_eq!(
        bench.store.prepared_order(row.content).await.unwrap(),
        None,
        "copied"
    );
}

async fn a_notice_stands_with_its_decision_or_neither_does(engine: Engine) {
    for boundary in 0.. {
        let mut bench = Bench::new(engine).await;
        let row = bench.in_review(1, "somebody").await;
        let to = refused(&row);
        let count = Arc::new(AtomicUsize::new(0));
        let plug = Arc::clone(&count);
        let interrupter =
            Interrupter::new(move |_| plug.fetch_add(1, Ordering::Relaxed) == boundary);
        bench.store = bench.store.clone().danger_interrupted_by(interrupter);
        let told = Some(notice(1, Channel::Letter));
        let ended = bench.decide(&decided(&row, &to, told)).await;
        bench.open_again().await;
        let moved = bench.row(1).await.application.state().name() == "refused";
        let notices = bench.store.notices_of(application(1)).await.unwrap();
        assert_eq!(usize::from(moved), notices.len(), "boundary {boundary}");
        if ended.is_ok() {
            assert!(moved);
            assert_eq!(boundary, 2, "before the commit, and after it");
            break;
        }
        assert_eq!(moved, boundary == 1, "what was committed stays");
    }
}

async fn a_decision_that_is_told_needs_a_notice_and_no_other_has_one(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review(1, "somebody").await;
    let to = refused(&row);
    let silent = bench.decide(&decided(&row, &to, None)).await;
    assert!(matches!(silent, Err(StoreError::Notice(id)) if id == application(1)));
    let to = row.application.clone().approve(DECIDER).unwrap();
    let told = Some(notice(1, Channel::Letter));
    let talking = bench.decide(&decided(&row, &to, told)).await;
    assert!(matches!(talking, Err(StoreError::Notice(_))));
    assert_eq!(bench.row(1).await, row);
    // Who captured it does not say that the applicant wishes no more; the kind is that of the state.
    let reason = WithdrawalReason::Applicant(REVIEWER);
    let to = row.application.clone().withdraw(reason, DECIDER).unwrap();
    let mut own = decided(&row, &to, told);
    own.person = Some(CLERK);
    assert!(is_stale(bench.decide(&own).await));
    bench.decide(&decided(&row, &to, told)).await.unwrap();
    let notices = bench.store.notices_of(application(1)).await.unwrap();
    assert_eq!(
        (notices[0].kind, notices[0].step),
        (NoticeKind::Withdrawn, 4)
    );
}

async fn a_notice_is_printed_before_it_is_sent_and_sent_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    for (byte, channel) in [
        (1, Channel::Letter),
        (2, Channel::Nobody),
        (3, Channel::Office),
    ] {
        let row = bench.in_review(byte, &format!("person {byte}")).await;
        let to = refused(&row);
        let told = Some(notice(byte, channel));
        bench.decide(&decided(&row, &to, told)).await.unwrap();
    }
    let store = &bench.store;
    let [letter, nobody, hand] = [1, 2, 3].map(|byte| NoticeId::from_bytes([byte; 16]));
    let waiting = async || -> Vec<NoticeId> {
        let rows = store.notices_to_send(None, 10).await.unwrap();
        rows.iter().map(|row| row.id).collect()
    };
    assert_eq!(waiting().await, [letter, hand]);
    let other = "L-0105".parse().unwrap();
    assert!(
        store
            .notices_to_send(Some(&other), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let counted = store.count_notices().await.unwrap();
    assert_eq!((counted[0].0.as_str(), counted[0].1), ("L-0304", 2));
    assert!(
        is_stale(store.send_notice(letter, REVIEWER, &[], NOW).await),
        "not printed"
    );
    assert!(
        is_stale(store.print_notice(nobody, REVIEWER, &[], NOW).await),
        "to nobody"
    );
    store
        .print_notice(letter, REVIEWER, &[], NOW)
        .await
        .unwrap();
    let later = NOW + Duration::HOUR;
    store.print_notice(letter, CLERK, &[], later).await.unwrap();
    assert_eq!(waiting().await, [letter, hand], "printed is not sent");
    assert!(store.send_notice(letter, CLERK, &[], later).await.unwrap());
    assert!(
        !store.send_notice(letter, REVIEWER, &[], NOW).await.unwrap(),
        "once"
    );
    assert_eq!(waiting().await, [hand]);
    let row = store.notice(letter).await.unwrap().unwrap();
    assert_eq!(
        (row.prints, row.printed, row.sent),
        (2, Some((later, CLERK)), Some((later, CLERK)))
    );
    let facts = store.notice_facts(hand).await.unwrap().unwrap();
    assert_eq!(&facts[..], b"Unmistakable, 4 Street");
    bench.home.meddle("UPDATE review_notice SET facts = (SELECT facts FROM review_notice WHERE channel = 'letter') WHERE channel = 'office'").await;
    assert!(is_seal(store.notice_facts(hand).await), "another's place");
    bench
        .home
        .meddle("UPDATE review_notice SET facts = NULL WHERE channel = 'office'")
        .await;
    assert_eq!(store.notice_facts(hand).await.unwrap(), None);
    assert!(
        is_stale(store.print_notice(hand, REVIEWER, &[], NOW).await),
        "erased"
    );
}

async fn a_role_that_was_taken_while_its_holder_decided_decides_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review(1, "somebody").await;
    // Decided under a role that was looked up a moment ago.
    let end = refused(&row);
    let later = NOW + Duration::seconds(1);
    let roles = bench.store.roles_of(REVIEWER).await.unwrap();
    let taken = bench.store.end_role(REVIEWER, roles[0].id, &[], NOW).await;
    taken.unwrap();
    let refusal = decided(&row, &end, Some(notice(1, Channel::Office)));
    let decision = bench
        .store
        .decide_application(&mut bench.rng, &refusal, &[], later);
    assert!(is_stale(decision.await));
    assert!(is_stale(approve(&mut bench, &row, 1).await));
    assert_eq!(bench.row(1).await, row, "nothing was changed");
    assert!(bench.store.orders().await.unwrap().is_empty());
}

on_each_engine! {
    one_checker_has_an_application_and_what_it_writes_counts_once,
    who_decides_saw_the_newest_step_and_handled_nothing_of_it,
    of_one_person_and_type_one_application_lives,
    a_notice_stands_with_its_decision_or_neither_does,
    a_decision_that_is_told_needs_a_notice_and_no_other_has_one,
    a_notice_is_printed_before_it_is_sent_and_sent_once,
    a_role_that_was_taken_while_its_holder_decided_decides_nothing,
}
