//! One person is one person, with their number and without it: who claims, who waits, and who is found.

use dossier::{ApplicationId, dossier::DocumentType};
use personalisation_core::{
    application::{Application, Recapture, RefusalGround},
    attempt::Attempt,
    ids::OrderId,
    person::{Key, Person},
};
use personalisation_store::{
    StoreError,
    intake::Acceptance,
    order::{ContentKind, NewOrder},
    review::{ApplicationRow, Decided, OrderToAdd},
};
use zeroize::Zeroizing;

use crate::{
    Bench, Engine, MINUTE, NOW,
    applications::{About, DECIDER, application, decided, notice, token},
    on_each_engine,
};

const CARD: DocumentType = DocumentType::IdentityCard;

const fn key(byte: u8) -> Key {
    [byte; 32]
}

/// Somebody of that naming, and that number where it is not zero.
fn who(naming: u8, number: u8) -> Person {
    Person::new(key(naming), (number != 0).then(|| key(100 + number)))
}

/// Approves a case into order `byte`.
async fn approve(bench: &mut Bench, row: &ApplicationRow, byte: u8) -> Result<(), StoreError> {
    let to = row.application.clone().approve(DECIDER).unwrap();
    let content = [(ContentKind::Identity, Zeroizing::new(b"who".to_vec()))];
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

async fn refuse(bench: &mut Bench, row: &ApplicationRow, told: u8) {
    let to = row.application.clone();
    let to: Application = to.refuse(RefusalGround::Duplicate, DECIDER).unwrap();
    let notice = notice(told, personalisation_core::application::Channel::Office);
    bench
        .decide(&decided(row, &to, Some(notice)))
        .await
        .unwrap();
}

async fn order(bench: &mut Bench, byte: u8, person: &Person) -> Result<Attempt, StoreError> {
    let order = NewOrder {
        id: OrderId::from_bytes([byte; 16]),
        issuer_profile: "luxembourg",
        added_by: "personalisation/order",
        person,
        document_type: CARD,
        destination: None,
        express: false,
        content: &[],
    };
    bench
        .store
        .add_order(&mut bench.rng, &order, &[], NOW)
        .await
}

fn is_ordered<T>(result: Result<T, StoreError>, byte: u8) -> bool {
    let id = OrderId::from_bytes([byte; 16]);
    result.is_err_and(|error| matches!(error, StoreError::Ordered { order } if order == id))
}

async fn ids(bench: &Bench, of: u8) -> Vec<ApplicationId> {
    let others = bench.store.other_applications(application(of)).await;
    let mut ids: Vec<_> = others
        .unwrap()
        .iter()
        .map(|row| row.application.id())
        .collect();
    ids.sort_unstable();
    ids
}

async fn who_shares_a_key_waits_and_homonyms_with_numbers_do_not(engine: Engine) {
    for (first, second, waits) in [
        (who(1, 1), who(1, 1), true),
        // Married since: the number says who it is.
        (who(1, 1), who(2, 1), true),
        // The register was down at one of the counters.
        (who(1, 1), who(1, 0), true),
        (who(1, 0), who(1, 1), true),
        (who(1, 0), who(1, 0), true),
        // Homonyms, and twins.
        (who(1, 1), who(1, 2), false),
        (who(1, 1), who(2, 2), false),
        (who(1, 1), who(2, 0), false),
        (who(1, 0), who(2, 0), false),
    ] {
        let mut bench = Bench::new(engine).await;
        let first = bench.in_review_about(1, About::of(first)).await;
        let second = bench.in_review_about(2, About::of(second)).await;
        assert!(first.claimed);
        assert_eq!(second.claimed, !waits);
        let caught = approve(&mut bench, &second, 2).await;
        assert_eq!(caught.is_err(), waits, "{caught:?}");
        // The other one's end frees the person.
        refuse(&mut bench, &first, 1).await;
        if waits {
            approve(&mut bench, &second, 2).await.unwrap();
        }
        assert!(bench.row(2).await.claimed && !bench.row(1).await.claimed);
    }
}

async fn who_waited_is_not_passed_by_when_the_claim_ends(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let first = bench.in_review_about(1, About::of(who(1, 1))).await;
    let second = bench.in_review_about(2, About::of(who(1, 1))).await;
    refuse(&mut bench, &first, 1).await;
    let third = bench.in_review_about(3, About::of(who(1, 1))).await;
    assert!(!second.claimed && !third.claimed, "a person looks at both");
    approve(&mut bench, &second, 2).await.unwrap();
    assert!(approve(&mut bench, &third, 3).await.is_err());
}

async fn whoever_claims_for_a_person_takes_the_turn_of_each_key(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let home = bench.home.clone();
    let taken = async || {
        let mut other = home.tool().await;
        let sql = "SELECT person_key, taken FROM review_latch ORDER BY person_key";
        let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(sql).fetch_all(&mut other).await.unwrap();
        let keys: Vec<u8> = rows.iter().map(|(key, _)| key[0]).collect();
        (keys, rows.iter().map(|(_, taken)| *taken).min().unwrap())
    };
    let row = bench.in_review_about(1, About::of(who(1, 1))).await;
    let (keys, once) = taken().await;
    assert_eq!(keys, [1, 101], "accepting");
    approve(&mut bench, &row, 1).await.unwrap();
    let (_, twice) = taken().await;
    assert!(twice > once, "approving");
    assert!(order(&mut bench, 2, &who(2, 2)).await.is_ok());
    assert_eq!(taken().await.0, [1, 2, 101, 102], "ordering");
}

async fn a_nameless_number_waits_for_both_homonyms(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.in_review_about(1, About::of(who(1, 1))).await;
    let homonym = bench.in_review_about(2, About::of(who(1, 2))).await;
    let either = bench.in_review_about(3, About::of(who(1, 0))).await;
    assert!(homonym.claimed && !either.claimed);
    let row = bench.row(1).await;
    refuse(&mut bench, &row, 1).await;
    let caught = approve(&mut bench, &either, 3).await;
    assert!(
        matches!(caught, Err(StoreError::AlreadyThere { .. })),
        "{caught:?}"
    );
    refuse(&mut bench, &homonym, 2).await;
    approve(&mut bench, &either, 3).await.unwrap();
}

async fn of_two_at_the_same_moment_one_claims(engine: Engine) {
    for round in 0..8 {
        let mut bench = Bench::new(engine).await;
        let mut other = bench.another().await;
        for byte in [1, 2] {
            bench.hold(byte).await;
            let leased = bench.store.lease_held(token(byte), MINUTE).await;
            leased.unwrap().unwrap();
        }
        let (one, two) = if round % 2 == 0 {
            (who(1, 1), who(1, 0))
        } else {
            (who(1, 1), who(2, 1))
        };
        let (one, two) = (About::of(one), About::of(two));
        let done = tokio::join!(
            bench.accept_about(1, &one, token(1)),
            other.accept_about(2, &two, token(2))
        );
        done.0.unwrap();
        done.1.unwrap();
        let claims = [bench.row(1).await.claimed, bench.row(2).await.claimed];
        assert_eq!(claims.iter().filter(|claims| **claims).count(), 1);
    }
}

/// Application `byte` waits for a recapture, which comes as dossier `again` about that person.
async fn captured_again(bench: &mut Bench, byte: u8, again: u8, person: Person) -> Acceptance {
    let row = bench.row(byte).await;
    let to = row.application.clone();
    let to = to.ask_more([Recapture::Identity].into(), DECIDER).unwrap();
    let told = notice(byte, personalisation_core::application::Channel::Letter);
    bench.decide(&decided(&row, &to, Some(told))).await.unwrap();
    bench.hold(again).await;
    let leased = bench.store.lease_held(token(again), MINUTE).await;
    leased.unwrap().unwrap();
    let about = About {
        recapture_of: Some(application(byte)),
        ..About::of(person)
    };
    bench
        .accept_about(again, &about, token(again))
        .await
        .unwrap()
}

async fn a_recapture_with_the_number_meets_its_own_person_and_parts_from_a_homonym(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.in_review_about(1, About::of(who(1, 1))).await;
    let renamed = bench.in_review_about(4, About::of(who(4, 0))).await;
    bench.in_review_about(6, About::of(who(6, 6))).await;
    assert!(renamed.claimed);
    // Waits for its homonym until its number is known.
    let waiting = bench.in_review_about(2, About::of(who(1, 0))).await;
    assert!(!waiting.claimed);
    let taken = captured_again(&mut bench, 2, 3, who(1, 2)).await;
    assert_eq!(taken, Acceptance::Supplement(application(2)));
    assert!(bench.row(2).await.claimed);

    // Claims under a name of its own, until its number is that of somebody who claims.
    let taken = captured_again(&mut bench, 4, 5, who(4, 1)).await;
    assert_eq!(taken, Acceptance::Supplement(application(4)));
    assert!(!bench.row(4).await.claimed);

    // Another number is another person, who completes nothing.
    let taken = captured_again(&mut bench, 6, 7, who(6, 7)).await;
    assert_eq!(taken, Acceptance::Application);
}

async fn a_person_is_found_by_either_key_and_a_homonym_is_not(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.in_review_about(1, About::of(who(1, 1))).await;
    bench.in_review_about(2, About::of(who(2, 1))).await;
    bench.in_review_about(3, About::of(who(2, 0))).await;
    bench.in_review_about(4, About::of(who(1, 2))).await;
    assert_eq!(ids(&bench, 1).await, [application(2)]);
    assert_eq!(ids(&bench, 2).await, [application(1), application(3)]);
    assert_eq!(ids(&bench, 3).await, [application(2)]);
    assert_eq!(ids(&bench, 4).await, []);
    let found = bench.store.applications_about(key(101)).await.unwrap();
    let mut found: Vec<_> = found.iter().map(|row| row.application.id()).collect();
    found.sort_unstable();
    assert_eq!(found, [application(1), application(2), application(3)]);
    assert!(
        bench
            .store
            .applications_about(key(109))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn nobody_is_ordered_a_second_card_until_the_first_order_is_cancelled(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let first = order(&mut bench, 1, &who(1, 1)).await.unwrap();
    assert!(is_ordered(order(&mut bench, 2, &who(1, 0)).await, 1));
    assert!(is_ordered(order(&mut bench, 2, &who(2, 1)).await, 1));
    order(&mut bench, 3, &who(1, 2)).await.unwrap();
    let cancelled = first.clone().cancel().unwrap();
    bench
        .store
        .decide(&first, &cancelled, &[], NOW)
        .await
        .unwrap();
    order(&mut bench, 4, &who(2, 1)).await.unwrap();
    let sees = bench.store.no_live_order(&who(2, 0), CARD).await;
    assert!(is_ordered(sees, 4));
    let permit = DocumentType::ResidencePermit;
    bench.store.no_live_order(&who(2, 0), permit).await.unwrap();
}

async fn of_two_orders_at_the_same_moment_one_is_made(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let mut other = bench.another().await;
    let (one, two) = (who(1, 1), who(1, 0));
    let done = tokio::join!(order(&mut bench, 1, &one), order(&mut other, 2, &two));
    assert!(done.0.is_ok() != done.1.is_ok(), "{done:?}");
    assert_eq!(bench.store.orders().await.unwrap().len(), 1);
}

async fn who_has_an_order_is_not_approved_and_the_other_way_round(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review_about(1, About::of(who(1, 1))).await;
    let sees = |bench: &Bench| {
        let store = bench.store.clone();
        async move {
            let sees = store.ordered_without_application(application(1), CARD);
            sees.await.unwrap()
        }
    };
    assert!(!sees(&bench).await);
    let first = order(&mut bench, 9, &who(1, 0)).await.unwrap();
    assert!(sees(&bench).await);
    assert!(is_ordered(approve(&mut bench, &row, 1).await, 9));
    assert_eq!(bench.row(1).await, row, "nothing was changed");
    let cancelled = first.clone().cancel().unwrap();
    bench
        .store
        .decide(&first, &cancelled, &[], NOW)
        .await
        .unwrap();
    approve(&mut bench, &row, 1).await.unwrap();
    // The order of the application itself is no other one.
    assert!(!sees(&bench).await);
    assert!(is_ordered(order(&mut bench, 8, &who(1, 0)).await, 1));
}

async fn one_payment_pays_once_unless_the_earlier_application_came_to_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let paid = |person, byte| About {
        payment: Some(key(byte)),
        ..About::of(person)
    };
    let used = |bench: &Bench, byte, recapture_of| {
        let store = bench.store.clone();
        async move {
            let used = store.payment_used(application(byte), recapture_of);
            used.await.unwrap()
        }
    };
    let first = bench.in_review_about(1, paid(who(1, 1), 50)).await;
    bench.in_review_about(2, paid(who(2, 2), 50)).await;
    bench.in_review_about(3, paid(who(3, 3), 51)).await;
    bench.in_review_about(4, About::of(who(4, 4))).await;
    bench.in_review_about(5, paid(who(1, 0), 50)).await;
    for (byte, expected) in [(1, false), (2, true), (3, false), (4, false), (5, true)] {
        assert_eq!(used(&bench, byte, None).await, expected, "{byte}");
    }
    // A second answer to a recapture of the same person; nobody else hides behind that.
    let row = bench.row(2).await;
    refuse(&mut bench, &row, 2).await;
    assert!(!used(&bench, 5, Some(application(1))).await);
    bench.in_review_about(6, paid(who(6, 6), 50)).await;
    assert!(used(&bench, 6, Some(application(1))).await);
    let row = bench.row(5).await;
    refuse(&mut bench, &row, 5).await;
    refuse(&mut bench, &first, 1).await;
    assert!(!used(&bench, 6, None).await);
}

on_each_engine! {
    who_shares_a_key_waits_and_homonyms_with_numbers_do_not,
    who_waited_is_not_passed_by_when_the_claim_ends,
    whoever_claims_for_a_person_takes_the_turn_of_each_key,
    a_nameless_number_waits_for_both_homonyms,
    of_two_at_the_same_moment_one_claims,
    a_recapture_with_the_number_meets_its_own_person_and_parts_from_a_homonym,
    a_person_is_found_by_either_key_and_a_homonym_is_not,
    nobody_is_ordered_a_second_card_until_the_first_order_is_cancelled,
    of_two_orders_at_the_same_moment_one_is_made,
    who_has_an_order_is_not_approved_and_the_other_way_round,
    one_payment_pays_once_unless_the_earlier_application_came_to_nothing,
}
