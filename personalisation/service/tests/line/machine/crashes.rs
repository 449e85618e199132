//! Generic crash tests: program or machine lose power at every machine command and every commit; afterwards the work is
//! finished and the invariants hold. Crashes at the chip's commands are `line::crashes`.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic, thread,
};

use hardware_sim::machine::fault::{Command, When};

use super::{finish, with_hall};
use crate::line::share;

/// What a good run does: which calls to the world are machine commands, and which are commits.
pub struct GoodRun {
    commands: Vec<Command>,
    /// Counts of the plug before each machine command, from the run's start.
    before: Vec<u64>,
    pub commits: Vec<u64>,
    /// The attempt's states, and the call at which each was told.
    states: Vec<(u64, &'static str)>,
}

impl GoodRun {
    /// The second of two runs, so that nothing is done for the first time only.
    pub fn of(orders: usize) -> Self {
        let (mut bench, hall) = with_hall(20);
        let first: Vec<_> = (0..orders).map(|_| bench.order()).collect();
        finish(&mut bench, &hall, &first, "the first run");
        let second: Vec<_> = (0..orders).map(|_| bench.order()).collect();
        let (start, known) = (bench.plug.calls(), hall.log().len());
        bench.worker_at(&hall).run_machine().unwrap();
        let log = hall.log().split_off(known);
        let commits = bench.plug.commits().into_iter();
        let states = bench.states.lock().unwrap().clone().into_iter();
        let run = Self {
            states: states
                .filter_map(|(at, state)| Some((at.checked_sub(start)?, state)))
                .collect(),
            commands: log.iter().map(|(command, _)| *command).collect(),
            before: log.iter().map(|(_, calls)| calls - start).collect(),
            commits: commits.filter_map(|at| at.checked_sub(start)).collect(),
        };
        finish(&mut bench, &hall, &second, "the second run");
        run
    }

    /// The commits at which a program that dies leaves its attempt in one of these states; of a whole matrix, all commits.
    pub fn leaving(&self, wanted: &[&str]) -> Vec<u64> {
        let leaves = |at: &u64| {
            self.left_at(*at)
                .is_some_and(|state| wanted.contains(&state))
        };
        let commits = self.commits.iter().copied();
        commits
            .filter(|at| share::is_whole() || leaves(at))
            .collect()
    }

    /// The last commit for each state that a program which dies may leave its attempt in; of a whole matrix, all commits.
    pub fn one_a_state(&self) -> Vec<u64> {
        if share::is_whole() {
            return self.commits.clone();
        }
        let left = self.commits.iter().map(|at| (self.left_at(*at), *at));
        left.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// The state in which an attempt is left by a program that dies at this call.
    fn left_at(&self, call: u64) -> Option<&'static str> {
        let mut before = self.states.iter().rev();
        let last = before.find(|(told, _)| *told <= call);
        last.map(|(_, state)| *state)
    }

    /// The commands, but of each picture's parts only some.
    fn positions(&self) -> Vec<usize> {
        let is_part = |at: &usize| {
            let part = |at: usize| {
                matches!(
                    self.commands.get(at),
                    Some(Command::LoadPicture | Command::ReadPicture)
                )
            };
            // In the middle of parts, and no round number.
            part(*at) && *at > 0 && part(*at - 1) && part(*at + 1) && !at.is_multiple_of(17)
        };
        (0..self.commands.len()).filter(|at| !is_part(at)).collect()
    }
}

/// The program dies at these calls, one run each.
fn program_dies(orders: usize, calls: &BTreeSet<u64>) {
    let (mut bench, hall) = with_hall(4);
    for call in calls.iter().step_by(share::machine_step()) {
        let made: Vec<_> = (0..orders).map(|_| bench.order()).collect();
        bench.blanks_in(&hall, u32::try_from(orders).unwrap() + 1);
        bench.plug.pull_at(*call);
        // A dead program's thread ends where it stands.
        let worker = bench.worker_at(&hall);
        let _dead = thread::spawn(|| worker.run_machine()).join();
        finish(&mut bench, &hall, &made, &format!("dead at call {call}"));
    }
}

fn cut(orders: usize, after: u64) {
    let run = GoodRun::of(orders);
    let at = |at: usize| run.before[at] + after;
    program_dies(orders, &run.positions().into_iter().map(at).collect());
}

#[test]
fn the_program_dies_before_every_machine_command() {
    cut(1, 1);
}

#[test]
fn the_program_dies_after_every_machine_command() {
    cut(1, 2);
}

#[test]
fn the_program_dies_at_every_commit() {
    let run = GoodRun::of(1);
    assert!(run.commits.len() > 10, "{:?}", run.commits);
    program_dies(1, &run.commits.into_iter().collect());
}

#[test]
fn the_program_dies_with_two_cards_in_hand() {
    let run = GoodRun::of(2);
    let mut calls: BTreeSet<_> = run
        .positions()
        .into_iter()
        .map(|at| run.before[at] + 2)
        .collect();
    calls.extend(run.commits);
    program_dies(2, &calls.into_iter().step_by(3).collect());
}

fn machine_loses_power(when: When) {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(4);
    for at in run.positions().into_iter().step_by(share::machine_step()) {
        let order = bench.order();
        bench.blanks_in(&hall, 2);
        hall.lose_power_at(at, when);
        let what = format!("power fails {when:?} command {at}, {:?}", run.commands[at]);
        bench.worker_at(&hall).run_machine().unwrap();
        finish(&mut bench, &hall, &[order], &what);
        // Only a print that had begun costs a card.
        let attempts = bench.newest(order).id().attempt.get();
        assert!(attempts <= 2, "{what}: {attempts} attempts");
    }
}

#[test]
fn the_machine_loses_power_before_every_command() {
    machine_loses_power(When::Before);
}

#[test]
fn the_machine_loses_power_after_every_command() {
    machine_loses_power(When::After);
}

#[test]
fn a_dead_program_is_told_from_a_test_that_failed() {
    let (mut bench, hall) = with_hall(1);
    bench.order();
    bench.plug.pull_at(1);
    let worker = bench.worker_at(&hall);
    let dead = panic::catch_unwind(panic::AssertUnwindSafe(|| worker.run_machine()));
    assert_eq!(
        *dead.unwrap_err().downcast::<&str>().unwrap(),
        "the plug is pulled"
    );
}
