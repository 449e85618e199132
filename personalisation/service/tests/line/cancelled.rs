//! Orders cancelled while their card is being made: at every position, with the power gone too.

use personalisation::line::{event::Event, worker::Tally};
use personalisation_core::{attempt::AttemptState, blank::BlankState};

use crate::{
    home::Engine,
    line::{
        bench::{Bench, NOW},
        invariants,
        people::Applicant,
        share,
    },
};

/// Somebody cancels, and the program dies at every later call to the world: what was promised is kept.
fn what_was_cancelled_stays_so_wherever_the_program_dies_after_that(engine: Engine) {
    let mut promised = 0;
    for call in (1..).step_by(if share::is_whole() { 1 } else { 7 }) {
        let mut bench = Bench::on(engine, Applicant::small());
        let order = bench.order();
        bench.blanks(1);
        // Bound, and stopped before anything was done to the chip.
        bench.plug.pull_at(4);
        let _dead = bench.run();
        bench.plug.put_back();
        let newest = bench.newest(order);
        let wish = bench.store.want_cancel(newest.id(), &[], NOW);
        bench.runtime.block_on(wish).unwrap();
        bench.plug.pull_at(call);
        let died = bench.run().is_err();
        bench.plug.put_back();
        bench.run().unwrap();
        let newest = bench.newest(order);
        assert!(
            matches!(newest.state(), AttemptState::Cancelled(_)),
            "call {call}: {newest:?}"
        );
        invariants::check(&bench, &format!("call {call}"));
        promised += 1;
        if !died {
            break;
        }
    }
    assert!(promised > 1);
}

/// The line stands still in the middle of a card (power is gone at every call to the world in turn), somebody cancels
/// the order, and the line goes on.
fn a_cancelled_order_ends_without_a_card_or_is_refused_because_it_may_be_locked(engine: Engine) {
    let (mut ended, mut refused) = (0, 0);
    let step = share::step(engine);
    for call in (1..).step_by(step) {
        let mut bench = Bench::on(engine, Applicant::small());
        let order = bench.order();
        bench.blanks(1);
        bench.plug.pull_at(call);
        let stopped = bench.run().is_err();
        bench.plug.put_back();
        if !stopped {
            break;
        }
        let (store, newest) = (&bench.store, bench.newest(order));
        let asked = bench
            .runtime
            .block_on(store.want_cancel(newest.id(), &[], NOW));
        bench.run().unwrap();
        let what = format!("call {call}");
        let newest = bench.newest(order);
        if asked.is_ok() {
            ended += 1;
            assert!(
                matches!(newest.state(), AttemptState::Cancelled(_)),
                "{what}: {newest:?}"
            );
            let stock = bench.runtime.block_on(bench.store.stock()).unwrap();
            let documents = stock
                .iter()
                .any(|(state, _)| *state == BlankState::Document);
            assert!(!documents, "{what}: {stock:?}");
        } else {
            refused += 1;
            assert!(
                matches!(newest.state(), AttemptState::ReadBack(_)),
                "{what}: {newest:?}"
            );
        }
        invariants::check(&bench, &what);
    }
    assert!(
        ended * step > 10 && refused * step > 3,
        "{ended} ended, {refused} refused"
    );
}

/// Cancelled in a worker's hands, and back in the queue by the time that was written: nobody touches a blank for it.
fn what_is_cancelled_in_the_queue_costs_no_blank(engine: Engine) {
    let mut bench = Bench::on(engine, Applicant::small());
    let unwanted = bench.order();
    bench.blanks(1);
    let wish = bench
        .store
        .want_cancel(bench.newest(unwanted).id(), &[], NOW);
    bench.runtime.block_on(wish).unwrap();
    assert_eq!(bench.run().unwrap(), Tally::default());
    let said = bench.said();
    let newest = bench.newest(unwanted);
    assert!(
        matches!(newest.state(), AttemptState::Cancelled(_)),
        "{newest:?}"
    );
    assert_eq!(newest.binding(), None, "no number, no blank");
    let cancelled = said
        .iter()
        .filter(|event| matches!(event, Event::Cancelled { .. }));
    assert_eq!(cancelled.count(), 1, "{said:#?}");
    // The same blank is somebody else's.
    let wanted = bench.order();
    assert_eq!(bench.run().unwrap().documents, 1);
    assert_eq!(bench.newest(wanted).state().name(), "read_back");
    invariants::check(&bench, "cancelled in the queue");
}

share::on_each_engine!(
    what_is_cancelled_in_the_queue_costs_no_blank,
    what_was_cancelled_stays_so_wherever_the_program_dies_after_that,
    a_cancelled_order_ends_without_a_card_or_is_refused_because_it_may_be_locked,
);
