//! Orders cancelled while their card is being made: at every position, with the power gone too.

use personalisation_core::{attempt::AttemptState, blank::BlankState};

use crate::line::{
    bench::{Bench, NOW},
    invariants,
    people::Applicant,
};

/// The line stands still in the middle of a card (power is gone at every call to the world in turn), somebody cancels
/// the order, and the line goes on.
#[test]
fn a_cancelled_order_ends_without_a_card_or_is_refused_because_it_may_be_locked() {
    let (mut ended, mut refused) = (0, 0);
    for call in 1.. {
        let mut bench = Bench::new(Applicant::small());
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
        ended > 10 && refused > 3,
        "{ended} ended, {refused} refused"
    );
}
