//! Generic crash tests: power fails at every command, at every commit, at every request to pki, for
//! the chip and for the program; afterwards the work is finished and the invariants hold. On each engine.

use hardware_sim::card::fault::{Fault, What};
use personalisation_core::{attempt::AttemptState, ids::OrderId};

use crate::{
    home::Engine,
    line::{bench::Bench, invariants, people::Applicant, share},
};

/// A good run's calls to the world, in a bench that has made one document already.
fn calls_of_a_good_run(bench: &mut Bench) -> (u64, u32) {
    bench.order();
    bench.blanks(1);
    let (calls, commands) = (bench.plug.calls(), bench.tray.commands());
    assert_eq!(bench.run().unwrap().documents, 1);
    (
        bench.plug.calls() - calls,
        u32::try_from(bench.tray.commands() - commands).unwrap(),
    )
}

/// Runs the line until nothing is left; whatever was given up was made again. `continues`: nothing
/// may be given up.
fn finish(bench: &mut Bench, order: OrderId, continues: bool, what: &str) {
    bench.plug.put_back();
    for _ in 0..4 {
        bench.run().unwrap();
        let newest = bench.newest(order);
        if let AttemptState::OnHold(_) = newest.state() {
            // A person finds the card that may work, destroys it, and releases the remake.
            invariants::check(bench, what);
            bench.destroy_finished_chip();
            bench.release(&newest);
        }
        let length = bench.runtime.block_on(bench.store.queue_length()).unwrap();
        if length.queued == 0 && length.under_way == 0 {
            break;
        }
        bench.blanks(1);
    }
    let newest = bench.newest(order);
    assert_eq!(newest.state().name(), "read_back", "{what}");
    assert!(
        !continues || newest.id().attempt.get() == 1,
        "{what}: the first card is not the last"
    );
    invariants::check(bench, what);
    bench.tray.clear();
    bench.chips.clear();
}

/// The chip loses power at every command: before it, or after it with its answer lost; it stays in
/// the field, or is torn out for good.
fn chip_loses_power(engine: Engine, what: &What, returns: bool) {
    let mut bench = Bench::on(engine, Applicant::small());
    let (_, commands) = calls_of_a_good_run(&mut bench);
    bench.chips.clear();
    for at_apdu in (1..=commands).step_by(share::step(engine)) {
        let order = bench.order();
        bench.blanks(1);
        bench.tray.arm(Fault {
            at_apdu,
            what: what.clone(),
            returns,
        });
        bench.run().unwrap();
        finish(
            &mut bench,
            order,
            returns,
            &format!("{what:?} at command {at_apdu}, returns: {returns}"),
        );
    }
}

fn the_chip_loses_power_before_a_command_and_stays(engine: Engine) {
    chip_loses_power(engine, &What::PowerLossBefore, true);
}

fn the_chip_loses_power_after_a_command_and_stays(engine: Engine) {
    chip_loses_power(engine, &What::PowerLossAfter, true);
}

fn the_chip_is_torn_out_before_a_command(engine: Engine) {
    chip_loses_power(engine, &What::PowerLossBefore, false);
}

fn the_chip_is_torn_out_after_a_command(engine: Engine) {
    chip_loses_power(engine, &What::PowerLossAfter, false);
}

fn the_chip_loses_power_at_a_page_of_its_memory(engine: Engine) {
    for page in [1, 2] {
        chip_loses_power(engine, &What::PowerLossAtPage(page), true);
    }
}

/// The program dies at every call to the world, commits included, and is started again.
fn the_program_dies_at_every_call(engine: Engine) {
    let mut bench = Bench::on(engine, Applicant::small());
    let (calls, _) = calls_of_a_good_run(&mut bench);
    bench.chips.clear();
    for call in (1..=calls).step_by(share::step(engine)) {
        let order = bench.order();
        bench.blanks(1);
        bench.plug.pull_at(call);
        // How a dead program ends, nobody sees.
        let _unseen = bench.run();
        assert!(bench.plug.is_pulled(), "the plug was pulled at call {call}");
        finish(&mut bench, order, true, &format!("dead at call {call}"));
    }
}

share::on_each_engine!(
    the_chip_loses_power_before_a_command_and_stays,
    the_chip_loses_power_after_a_command_and_stays,
    the_chip_is_torn_out_before_a_command,
    the_chip_is_torn_out_after_a_command,
    the_chip_loses_power_at_a_page_of_its_memory,
    the_program_dies_at_every_call,
);
