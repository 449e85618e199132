//! From the line's last step on: void, reported, found, final, revoked, expired, destroyed.

use personalisation_core::{
    attempt::ScrapReason,
    document::{DocumentState, RevocationReason, Rule, VoidReason},
    shipping::TakenOut,
    stock::Signatures,
};
use personalisation_store::shipping::TakeOut;
use time::macros::datetime;

use super::*;
use crate::{Engine, on_each_engine};

/// Why a number is void.
async fn void_for(bench: &Bench, number: DocumentNumber) -> (VoidReason, bool) {
    match bench.document(number).await.state() {
        DocumentState::Void(voided) => (voided.reason, voided.made.is_some()),
        other => panic!("{other:?}"),
    }
}

async fn a_number_is_known_from_the_end_of_its_attempt(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3)]).await;
    bench.order("ONE", NOW).await;
    let mine = lease("one", 1);
    let bound = bench.bound(chip(1), &mine).await;
    let number = bound.binding().unwrap().number;
    assert_eq!(bench.store.document(number).await.unwrap(), None);
    let reason = ScrapReason::ChipRemoved;
    bench.scrap(&mine, &bound, reason).await;
    assert_eq!(
        void_for(&bench, number).await,
        (VoidReason::Scrapped(reason), false)
    );
    // The remake, whose card is finished.
    let mine = lease("one", 2);
    let bound = bench.bound(chip(2), &mine).await;
    let second = bound.binding().unwrap().number;
    bench.finish(&mine, &bound).await;
    let row = bench.store.document(second).await.unwrap().unwrap();
    assert_eq!(row.document, Document::produced(second, CARD, NOW));
    assert_eq!(
        (row.attempt, &*row.issuer_profile),
        (bound.id(), "luxembourg")
    );
    // Cancelled while it is made.
    bench.order("TWO", NOW).await;
    let mine = lease("one", 3);
    let bound = bench.bound(chip(3), &mine).await;
    let third = bound.binding().unwrap().number;
    let cancelled = bound.clone().cancel().unwrap();
    bench.go(&mine, &bound, cancelled).await.unwrap();
    assert_eq!(
        void_for(&bench, third).await,
        (VoidReason::Cancelled, false)
    );
}

async fn a_loss_suspends_and_what_is_found_is_valid_again(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, clerk) = bench.active_card(1).await;
    let reviewer = somebody(&mut bench, Role::Reviewer).await;
    let lost = Change::Report(report(Loss::Lost, reviewer));
    // A clerk at the centre has no business here.
    let wrong = Change::Report(report(Loss::Lost, clerk));
    assert!(is_not_permitted(&bench.change(card, &wrong, NOW).await));
    let row = bench.change(card, &lost, NOW).await.unwrap();
    assert_eq!(row.document.state().name(), "suspended");
    assert_eq!(bench.document(card).await, row.document);
    // The page was sent twice.
    assert_eq!(bench.change(card, &lost, NOW).await.unwrap(), row);
    let same = illegal(bench.change(card, &Change::Lift(reviewer), NOW).await);
    assert_eq!(same, IllegalDocumentMove::ReportedBySame);
    let other = somebody(&mut bench, Role::Supervisor).await;
    let found = bench.change(card, &Change::Lift(other), NOW).await.unwrap();
    assert_eq!(found.document.state().name(), "active");
    // Lost again: another report.
    let stolen = Change::Report(report(Loss::Stolen, other));
    bench.change(card, &stolen, NOW).await.unwrap();
    let moves = bench.store.document_moves(card).await.unwrap();
    let moves: Vec<_> = moves.iter().map(|one| (&*one.state, one.person)).collect();
    let expected = [
        ("active", Some(clerk)),
        ("suspended", Some(reviewer)),
        ("active", Some(other)),
        ("suspended", Some(other)),
    ];
    assert_eq!(moves, expected);
}

async fn what_was_not_found_in_time_is_revoked_by_its_rule_and_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, _) = bench.active_card(1).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let lost = Change::Report(report(Loss::Lost, supervisor));
    bench.change(card, &lost, NOW).await.unwrap();
    // Reported on Saturday, 21 November: the seventh working day is Tuesday, 1 December.
    let (in_time, after) = (
        datetime!(2026-12-01 22:59 UTC),
        datetime!(2026-12-01 23:00 UTC),
    );
    assert_eq!(bench.store.due_documents(in_time, 9).await.unwrap(), []);
    let early = bench
        .change(card, &Change::Rule(Rule::NotFound), in_time)
        .await;
    illegal(early);
    let due = bench.store.due_documents(after, 9).await.unwrap();
    assert_eq!(due.len(), 1);
    let rule = Rule::due(&due[0].document, after).unwrap();
    let settled = bench
        .change(card, &Change::Rule(rule), after)
        .await
        .unwrap();
    let again = bench
        .change(card, &Change::Rule(rule), after)
        .await
        .unwrap();
    assert_eq!(again, settled);
    assert_eq!(bench.store.due_documents(after, 9).await.unwrap(), []);
    let moves = bench.store.document_moves(card).await.unwrap();
    assert_eq!((moves.len(), moves[2].person), (3, None));
}

async fn what_is_past_its_last_day_expires(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, _) = bench.active_card(1).await;
    let on_the_last = datetime!(2036-11-20 12:00 UTC);
    assert_eq!(bench.store.due_documents(on_the_last, 9).await.unwrap(), []);
    let after = datetime!(2036-11-21 12:00 UTC);
    let due = bench.store.due_documents(after, 9).await.unwrap();
    let rule = Rule::due(&due[0].document, after);
    assert_eq!(rule, Some(Rule::Expired));
    bench
        .change(card, &Change::Rule(Rule::Expired), after)
        .await
        .unwrap();
    assert_eq!(bench.state(card).await, "expired");
}

async fn two_persons_destroy_what_was_revoked(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, clerk) = bench.active_card(1).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let keeper = somebody(&mut bench, Role::StockKeeper).await;
    let other = somebody(&mut bench, Role::StockKeeper).await;
    let both = |one, two| Change::Destroy(Signatures::new(one, two).unwrap());
    // It is valid still.
    illegal(bench.change(card, &both(supervisor, keeper), NOW).await);
    let handed_in = RevocationReason::HandedIn;
    for nobody in [clerk, keeper] {
        let revoked = bench
            .change(card, &Change::Revoke(handed_in, nobody), NOW)
            .await;
        assert!(is_not_permitted(&revoked));
    }
    let revoke = Change::Revoke(handed_in, supervisor);
    bench.change(card, &revoke, NOW).await.unwrap();
    for nobody in [both(keeper, other), both(supervisor, clerk)] {
        assert!(is_not_permitted(&bench.change(card, &nobody, NOW).await));
    }
    let done = bench
        .change(card, &both(keeper, supervisor), NOW)
        .await
        .unwrap();
    assert_eq!(bench.document(card).await, done.document);
    assert_eq!(
        bench
            .change(card, &both(keeper, supervisor), NOW)
            .await
            .unwrap(),
        done
    );
    assert_eq!(done.document.state().name(), "destroyed");
}

async fn a_card_that_is_its_holders_is_not_given_up_by_the_floor(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let clerk = somebody(&mut bench, Role::Clerk).await;
    let card = bench.card_to(1, &Destination::Centre, false).await;
    let number = card.binding().unwrap().number;
    let bag = bench.bag(1, &Destination::Centre, packer).await;
    bench.put(&card, &bag, packer).await.unwrap();
    bench.hand_over(number, clerk).await.unwrap();
    let out = TakeOut {
        shipment: bag.id(),
        number,
        why: TakenOut::Damaged,
        by: packer,
    };
    let refused = illegal(bench.store.take_out(&out, &[], NOW).await);
    assert!(matches!(
        refused,
        IllegalDocumentMove::State { from: "active", .. }
    ));
    assert_eq!(bench.state(number).await, "active");
    let kept = bench.store.attempt(card.id()).await.unwrap().unwrap();
    assert_eq!(kept.state().name(), "packed");
}

async fn a_finished_card_that_is_given_up_is_void(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let packer = bench.dispatcher().await;
    let card = bench.card_to(1, &Destination::Centre, false).await;
    let number = card.binding().unwrap().number;
    let bag = bench.bag(1, &Destination::Centre, packer).await;
    bench.put(&card, &bag, packer).await.unwrap();
    assert_eq!(bench.state(number).await, "produced");
    let out = TakeOut {
        shipment: bag.id(),
        number,
        why: TakenOut::Damaged,
        by: packer,
    };
    bench.store.take_out(&out, &[], NOW).await.unwrap();
    let reason = VoidReason::Scrapped(ScrapReason::InspectionFailed);
    assert_eq!(void_for(&bench, number).await, (reason, true));
    assert_eq!(bench.store.document_moves(number).await.unwrap().len(), 1);
}

async fn of_two_who_change_one_document_the_second_is_told(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, _) = bench.active_card(1).await;
    let (one, two) = (
        somebody(&mut bench, Role::Supervisor).await,
        somebody(&mut bench, Role::Supervisor).await,
    );
    let other = bench.another().await;
    let (withdrawn, died) = (
        Change::Revoke(RevocationReason::Withdrawn, one),
        Change::Revoke(RevocationReason::HolderDied, two),
    );
    let both = tokio::join!(
        bench.change(card, &withdrawn, NOW),
        other.change(card, &died, NOW)
    );
    let (won, lost) = match both {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("{other:?}"),
    };
    illegal::<()>(Err(lost));
    assert_eq!(bench.document(card).await, won.document);
}

on_each_engine!(
    a_number_is_known_from_the_end_of_its_attempt,
    a_loss_suspends_and_what_is_found_is_valid_again,
    what_was_not_found_in_time_is_revoked_by_its_rule_and_once,
    what_is_past_its_last_day_expires,
    two_persons_destroy_what_was_revoked,
    a_card_that_is_its_holders_is_not_given_up_by_the_floor,
    a_finished_card_that_is_given_up_is_void,
    of_two_who_change_one_document_the_second_is_told,
);
