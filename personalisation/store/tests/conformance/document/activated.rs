//! Handing over: one document of a person and type is valid, whoever hands over at the same moment.

use personalisation_core::document::{DocumentState, RevocationReason};

use super::*;
use crate::{Engine, applications::About, on_each_engine};

/// Why a document was revoked.
async fn revoked_for(bench: &Bench, number: DocumentNumber) -> RevocationReason {
    match bench.document(number).await.state() {
        DocumentState::Revoked(revoked) => revoked.reason,
        other => panic!("{other:?}"),
    }
}

async fn the_new_one_revokes_the_old_one_in_the_same_moment(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let clerk = somebody(&mut bench, Role::Clerk).await;
    let old = bench.finished_card(1, &who(1, 1)).await;
    assert_eq!(bench.state(old).await, "produced");
    let first = bench.hand_over(old, clerk).await.unwrap();
    assert_eq!((first.replaced, first.closed), (vec![], None));
    // Whose card was handed over may be ordered the next one; married since, and known by the number.
    let new = bench.finished_card(2, &who(9, 1)).await;
    let second = bench.hand_over(new, clerk).await.unwrap();
    let replaced: Vec<_> = second
        .replaced
        .iter()
        .map(|row| row.document.number())
        .collect();
    assert_eq!(replaced, [old]);
    assert_eq!(bench.state(new).await, "active");
    assert_eq!(revoked_for(&bench, old).await, RevocationReason::Replaced);
    // Somebody of the same name, with another number, keeps theirs.
    let homonym = bench.finished_card(3, &who(1, 3)).await;
    assert_eq!(bench.hand_over(homonym, clerk).await.unwrap().replaced, []);
    assert_eq!(bench.state(new).await, "active");
    // The same again changes nothing.
    let again = bench.hand_over(new, clerk).await.unwrap();
    assert_eq!((again.replaced, again.document), (vec![], second.document));
    assert_eq!(bench.store.document_moves(new).await.unwrap().len(), 1);
}

async fn a_lost_one_is_revoked_by_the_new_one_and_stays_the_lost_one(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (old, clerk) = bench.active_card(1).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let stolen = Change::Report(report(Loss::Stolen, supervisor));
    bench.change(old, &stolen, NOW).await.unwrap();
    let new = bench.finished_card(2, &who(1, 1)).await;
    bench.hand_over(new, clerk).await.unwrap();
    assert_eq!(revoked_for(&bench, old).await, RevocationReason::Replaced);
    let kept = bench.document(old).await;
    assert_eq!(kept.state().report().unwrap().loss, Loss::Stolen);
    // It was found: too late.
    let found = bench.change(old, &Change::Lift(clerk), NOW).await;
    assert!(is_not_permitted(&found));
    let other = somebody(&mut bench, Role::Supervisor).await;
    illegal(bench.change(old, &Change::Lift(other), NOW).await);
}

async fn of_two_at_once_one_is_valid_in_the_end(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let clerks = [
        somebody(&mut bench, Role::Clerk).await,
        somebody(&mut bench, Role::Clerk).await,
    ];
    let old = bench.finished_card(1, &who(1, 1)).await;
    bench.hand_over(old, clerks[0]).await.unwrap();
    let one = bench.finished_card(2, &who(1, 1)).await;
    // As if the third one had been ordered by a database of before there were persons' keys.
    let order = hex::encode([2_u8; 16]);
    let aside = format!(
        "UPDATE order_person SET document_type = 'residence_permit' WHERE order_id = X'{order}'"
    );
    let aside = sqlx::AssertSqlSafe(bench.home.spelled(&aside));
    let mut behind = bench.home.tool().await;
    let done = sqlx::query(aside).execute(&mut behind).await.unwrap();
    assert_eq!(done.rows_affected(), 2);
    let two = bench.finished_card(3, &who(1, 1)).await;
    let other = bench.another().await;
    let (first, second) = tokio::join!(
        bench.hand_over(one, clerks[0]),
        other.hand_over(two, clerks[1])
    );
    // One after the other: the later one holds.
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let mut states = [bench.state(one).await, bench.state(two).await];
    states.sort_unstable();
    assert_eq!(states, ["active", "revoked"]);
    assert_eq!(bench.state(old).await, "revoked");
}

async fn of_two_clerks_with_one_card_one_hands_it_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let clerks = [
        somebody(&mut bench, Role::Clerk).await,
        somebody(&mut bench, Role::Clerk).await,
    ];
    let card = bench.finished_card(1, &who(1, 1)).await;
    let other = bench.another().await;
    let both = tokio::join!(
        bench.hand_over(card, clerks[0]),
        other.hand_over(card, clerks[1])
    );
    let (won, lost) = match both {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("{other:?}"),
    };
    illegal::<()>(Err(lost));
    assert_eq!(bench.document(card).await, won.document.document);
    assert_eq!(bench.store.document_moves(card).await.unwrap().len(), 1);
}

async fn who_does_not_work_at_its_office_hands_nothing_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let reviewer = somebody(&mut bench, Role::Reviewer).await;
    let card = bench.finished_card(1, &who(1, 1)).await;
    assert!(is_not_permitted(&bench.hand_over(card, reviewer).await));
    assert_eq!(bench.state(card).await, "produced");
    let clerk = somebody(&mut bench, Role::Clerk).await;
    bench
        .home
        .meddle("UPDATE order_item SET destination = 'L-0304'")
        .await;
    // A clerk at the centre is none at the office.
    assert!(is_not_permitted(&bench.hand_over(card, clerk).await));
    let moved = format!(
        "UPDATE staff_role SET office = 'L-0304' WHERE person_id = X'{}'",
        hex::encode(clerk.as_bytes())
    );
    bench.home.meddle(&moved).await;
    bench.hand_over(card, clerk).await.unwrap();
}

async fn what_is_over_or_void_is_not_handed_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let clerk = somebody(&mut bench, Role::Clerk).await;
    let card = bench.finished_card(1, &who(1, 1)).await;
    let yesterday = Activation {
        number: card,
        expires: date!(2026 - 11 - 20),
        by: clerk,
    };
    let over = bench.store.activate_document(&yesterday, |_| vec![], NOW);
    let refused = IllegalDocumentMove::AlreadyExpired(date!(2026 - 11 - 20));
    assert_eq!(illegal(over.await), refused);
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let lost = personalisation_core::document::VoidReason::LostOnTheWay;
    bench
        .change(card, &Change::Void(lost, supervisor), NOW)
        .await
        .unwrap();
    illegal(bench.hand_over(card, clerk).await);
}

async fn the_application_that_it_came_from_is_closed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let row = bench.in_review_about(1, About::of(who(1, 1))).await;
    let clerk = somebody(&mut bench, Role::Clerk).await;
    let card = bench.finished_card(7, &who(2, 2)).await;
    let order = hex::encode([7_u8; 16]);
    let approved =
        format!("UPDATE review_application SET state = 'approved', order_id = X'{order}'");
    bench.home.meddle(&approved).await;
    let application = row.application.id();
    let done = bench.hand_over(card, clerk).await.unwrap();
    assert_eq!(done.closed, Some(application));
    let closed = bench.store.application(application).await.unwrap().unwrap();
    assert_eq!(closed.application.state().name(), "closed");
    assert!(!closed.claimed, "its person may apply again");
    assert_eq!(closed.step, row.step + 1);
}

on_each_engine!(
    the_new_one_revokes_the_old_one_in_the_same_moment,
    a_lost_one_is_revoked_by_the_new_one_and_stays_the_lost_one,
    of_two_at_once_one_is_valid_in_the_end,
    of_two_clerks_with_one_card_one_hands_it_over,
    who_does_not_work_at_its_office_hands_nothing_over,
    what_is_over_or_void_is_not_handed_over,
    the_application_that_it_came_from_is_closed,
);
