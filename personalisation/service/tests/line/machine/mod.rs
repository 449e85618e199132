//! The line at a machine, in this process: every command, every commit, every trouble.

mod articles;
mod crashes;
mod happy;
mod held;
mod invariants;
mod lost;
mod refused;
mod taken_out;
mod troubles;

use std::{
    thread,
    time::{Duration, Instant},
};

use hardware_sim::machine::{fault::What, place::Place};
use personalisation::line::event::Event;
use personalisation_core::{attempt::AttemptState, ids::OrderId};

use crate::line::{bench::Bench, hall::Hall, people::Applicant};

/// A bench with a machine, whose hopper has so many blanks.
fn with_hall(blanks: u32) -> (Bench, Hall) {
    let mut bench = Bench::new(Applicant::printable());
    let hall = Hall::new(bench.home.folder(), "SN-1", bench.plug.clone());
    bench.blanks_in(&hall, blanks);
    (bench, hall)
}

/// An order whose card is printed and right, and slips on its way to the exit tray: the program dies while somebody is asked to
/// free it. The machine's rollers take hold again afterwards.
fn held_before_the_exit(bench: &mut Bench, hall: &Hall) -> OrderId {
    hall.arm_lastingly(What::Jam {
        at: Place::Exit,
        wedged: false,
    });
    let order = bench.order();
    let worker = bench.worker_at(hall);
    let program = thread::spawn(|| worker.run_machine());
    let began = Instant::now();
    let is_asked = |event: &Event| matches!(event, Event::Waiting { why, .. } if why.contains("free the card"));
    while !bench.events.lock().unwrap().iter().any(is_asked) {
        assert!(began.elapsed() < Duration::from_mins(2), "nobody is asked");
        thread::sleep(Duration::from_millis(10));
    }
    // A few calls ahead, for the program goes on meanwhile.
    bench.plug.pull_at(10);
    // A dead program's thread ends where it stands.
    let _dead = program.join();
    bench.plug.put_back();
    bench.said();
    hall.clear_faults();
    assert_eq!(bench.newest(order).state().name(), "printed");
    assert_eq!(hall.chips_in("exit").len(), 0);
    order
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
