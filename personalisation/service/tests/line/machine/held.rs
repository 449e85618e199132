//! An order that a person holds while its card is in a machine: the card goes out of the way, and may come back.

use std::fs;

use personalisation_core::attempt::AttemptState;

use super::{crashes::GoodRun, finish, with_hall};
use crate::line::bench::{Bench, NOW};

/// A person holds what a dead program had in its hands, once its lease has run out.
fn hold(bench: &Bench, order: personalisation_core::ids::OrderId) {
    let newest = bench.newest(order);
    let ran_out = "UPDATE line_attempt SET lease_expires_at = 0 WHERE state = 'lds_built'";
    bench.runtime.block_on(bench.home.meddle(ran_out));
    let held = newest.clone().hold().unwrap();
    let decided = bench.store.decide(&newest, &held, &[], NOW);
    bench.runtime.block_on(decided).unwrap();
}

#[test]
fn the_card_of_an_order_on_hold_is_put_aside_and_goes_on_when_it_is_put_in_again() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(2);
    let mut met = 0;
    for call in run.leaving(&["lds_built"]) {
        let order = bench.order();
        bench.blanks_in(&hall, 1);
        bench.plug.pull_at(call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        let what = format!("call {call}");
        if bench.newest(order).state().name() != "lds_built" {
            finish(&mut bench, &hall, &[order], &what);
            continue;
        }
        met += 1;
        hold(&bench, order);
        bench.worker_at(&hall).run_machine().unwrap();
        let newest = bench.newest(order);
        assert!(matches!(newest.state(), AttemptState::OnHold(_)), "{what}");
        let aside = hall.chips_in("reject");
        assert_eq!(aside.len(), 1, "{what}: {:#?}", bench.said());
        let serial = "SN-1".parse().unwrap();
        let inside = bench.store.attempts_inside(serial);
        let inside = bench.runtime.block_on(inside).unwrap();
        assert_eq!(inside, [], "{what}: it is known to have left");

        bench.release(&newest);
        let again = bench.home.folder().join(format!("again-{call}"));
        fs::create_dir(&again).unwrap();
        // Drawn first, and drawn because somebody else waits.
        fs::rename(&aside[0], again.join("0.chip")).unwrap();
        hall.refill(&again);
        let another = bench.order();
        finish(&mut bench, &hall, &[order, another], &what);
        assert_eq!(bench.newest(order).id(), newest.id(), "{what}: one card");
    }
    assert!(met > 0, "no cut left a card to hold");
}
