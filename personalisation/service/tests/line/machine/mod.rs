//! The line at a machine, in this process: every command, every commit, every trouble.

mod articles;
mod crashes;
mod happy;
mod invariants;
mod lost;
mod refused;
mod taken_out;
mod troubles;

use personalisation_core::{attempt::AttemptState, ids::OrderId};

use crate::line::{bench::Bench, hall::Hall, people::Applicant};

/// A bench with a machine, whose hopper has so many blanks.
fn with_hall(blanks: u32) -> (Bench, Hall) {
    let mut bench = Bench::new(Applicant::printable());
    let hall = Hall::new(bench.home.folder(), "SN-1", bench.plug.clone());
    bench.blanks_in(&hall, blanks);
    (bench, hall)
}

/// Starts the line's program until every order has its card; a person releases what waits for one.
fn finish(bench: &mut Bench, hall: &Hall, orders: &[OrderId], what: &str) {
    bench.plug.put_back();
    for _ in 0..4 {
        bench.worker_at(hall).run_machine().unwrap();
        let newest: Vec<_> = orders.iter().map(|order| bench.newest(*order)).collect();
        if newest.iter().all(|attempt| attempt.state().is_document()) {
            break;
        }
        for attempt in newest {
            if let AttemptState::OnHold(_) = attempt.state() {
                bench.release(&attempt);
            }
        }
        bench.blanks_in(hall, 1);
    }
    for order in orders {
        let newest = bench.newest(*order);
        let state = newest.state().name();
        assert_eq!(state, "quality_passed", "{what}: {:#?}", bench.said());
    }
    invariants::check(bench, &[hall], what);
}
