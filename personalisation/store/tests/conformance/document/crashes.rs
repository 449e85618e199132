//! Power fails at the commit of each act: nothing is half done, and the same act again ends it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use evidence::entry::Act;
use personalisation_core::{
    document::{RevocationReason, Rule},
    issuer_profile::IssuerProfile,
    stock::Signatures,
};
use personalisation_store::{Boundary, Interrupter, Store};

use super::*;
use crate::{Engine, on_each_engine};

const LUX: IssuerProfile = IssuerProfile::LUXEMBOURG;

/// The same database; power fails once, before or after the commit of what is being done.
async fn failing(bench: &Bench, after: bool) -> Store {
    let live = Arc::new(AtomicBool::new(true));
    let fails = move |at| {
        let here = match at {
            Boundary::BeforeCommit(_) => !after,
            Boundary::AfterCommit(_) => after,
        };
        here && live.swap(false, Ordering::Relaxed)
    };
    bench
        .another()
        .await
        .store
        .danger_interrupted_by(Interrupter::new(fails))
}

fn is_cut<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Interrupted(_)))
}

/// How many outcomes of an act the audit has.
async fn outcomes(bench: &Bench, act: &str) -> usize {
    let mut lines = Vec::new();
    bench.store.export_audit(&mut lines).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let own = |line: &&str| line.contains(act) && line.contains("outcome");
    lines.lines().filter(own).count()
}

async fn a_card_is_handed_over_or_it_is_not_wherever_power_fails(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (old, clerk) = bench.active_card(1).await;
    let new = bench.finished_card(2, &who(1, 1)).await;
    let act = Act::new([5; 16], "somebody", "activate-document", "card");
    let activation = Activation {
        number: new,
        expires: EXPIRES,
        by: clerk,
    };
    let entries = |_: &Activated| vec![act.outcome(NOW, "active")];
    let cut = failing(&bench, false).await;
    assert!(is_cut(
        &cut.activate_document(&activation, entries, NOW).await
    ));
    // Neither: the old one is valid still.
    let states = [bench.state(old).await, bench.state(new).await];
    assert_eq!(states, ["active", "produced"]);
    assert_eq!(outcomes(&bench, "activate-document").await, 0);
    let cut = failing(&bench, true).await;
    assert!(is_cut(
        &cut.activate_document(&activation, entries, NOW).await
    ));
    // Both: nobody saw the answer.
    let states = [bench.state(old).await, bench.state(new).await];
    assert_eq!(states, ["revoked", "active"]);
    assert_eq!(outcomes(&bench, "activate-document").await, 1);
    let again = bench
        .store
        .activate_document(&activation, entries, NOW)
        .await
        .unwrap();
    assert_eq!(again.document.document, bench.document(new).await);
    assert_eq!(outcomes(&bench, "activate-document").await, 1);
}

async fn each_change_is_whole_wherever_power_fails(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, _) = bench.active_card(1).await;
    let (one, two) = (
        somebody(&mut bench, Role::Supervisor).await,
        somebody(&mut bench, Role::Supervisor).await,
    );
    let later = time::macros::datetime!(2026-12-02 12:00 UTC);
    let way = [
        (Change::Report(report(Loss::Lost, one)), NOW, "suspended"),
        (Change::Lift(two), NOW, "active"),
        (Change::Report(report(Loss::Stolen, two)), NOW, "suspended"),
        (Change::Rule(Rule::NotFound), later, "revoked"),
        (
            Change::Destroy(Signatures::new(one, two).unwrap()),
            later,
            "destroyed",
        ),
    ];
    for (change, at, state) in way {
        let (before, moves) = (
            bench.document(card).await,
            bench.store.document_moves(card).await.unwrap().len(),
        );
        let cut = failing(&bench, false).await;
        assert!(is_cut(&cut.change_document(card, &change, &[], at).await));
        assert_eq!(bench.document(card).await, before, "{change:?}");
        let cut = failing(&bench, true).await;
        assert!(is_cut(&cut.change_document(card, &change, &[], at).await));
        assert_eq!(bench.state(card).await, state);
        let again = bench.change(card, &change, at).await;
        // That it was found cannot be told from a document that was never lost.
        assert_eq!(
            again.is_ok(),
            !matches!(change, Change::Lift(_)),
            "{change:?}"
        );
        let now = bench.store.document_moves(card).await.unwrap().len();
        assert_eq!(now, moves + 1, "{change:?}");
    }
}

async fn a_revocation_or_a_list_is_there_or_it_is_not(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, _) = bench.active_card(1).await;
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let revoke = Change::Revoke(RevocationReason::Withdrawn, supervisor);
    for after in [false, true] {
        let cut = failing(&bench, after).await;
        assert!(is_cut(&cut.change_document(card, &revoke, &[], NOW).await));
    }
    assert_eq!(bench.state(card).await, "revoked");
    let day = time::Duration::DAY;
    let cut = failing(&bench, false).await;
    assert!(is_cut(&cut.make_document_list(&LUX, day, NOW).await));
    assert_eq!(bench.store.newest_document_list(&LUX).await.unwrap(), None);
    let cut = failing(&bench, true).await;
    assert!(is_cut(&cut.make_document_list(&LUX, day, NOW).await));
    // It waits for its signature, whoever comes next.
    let waiting = bench
        .store
        .newest_document_list(&LUX)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (waiting.signature, waiting.list.heading().number),
        (None, 1)
    );
}

on_each_engine!(
    a_card_is_handed_over_or_it_is_not_wherever_power_fails,
    each_change_is_whole_wherever_power_fails,
    a_revocation_or_a_list_is_there_or_it_is_not,
);
