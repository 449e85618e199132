//! A machine that does not come back is given up by a person; one that comes back all the same rejects what it holds.

use std::sync::{Arc, atomic::AtomicI64};

use dossier::{PersonId, Text, staff::Role};
use personalisation::{
    edge,
    line::lost::{LossError, give_up},
};
use personalisation_core::{attempt::AttemptState, blank::BlankState};
use personalisation_store::staff::{Grant, Link, Person, RoleId};
use time::{Duration, OffsetDateTime};

use super::{crashes::GoodRun, with_hall};
use crate::line::bench::{Bench, NOW};

/// Somebody who may say that blanks are missing.
fn operator(bench: &mut Bench) {
    let person = Person {
        id: PersonId::generate(&mut bench.rng),
        login: "operator".to_owned(),
        name: Text::new("Somebody").unwrap(),
        active: true,
    };
    let grants = [Grant {
        id: RoleId::generate(&mut bench.rng),
        role: Role::Operator,
        office: None,
        from: NOW,
        until: None,
        by: None,
    }];
    let link = Link::generate(&mut bench.rng, NOW + Duration::days(3));
    let add = bench
        .store
        .add_person(&mut bench.rng, &person, &grants, &link, &[], NOW);
    bench.runtime.block_on(add).unwrap();
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap()
}

/// Gives the machine up, by the engine's clock so much later.
fn lose(bench: &mut Bench, later: Duration, login: &str) -> Result<Vec<String>, LossError> {
    let clock = Arc::new(AtomicI64::new(micros(edge::now() + later)));
    let store = bench.store.clone().danger_with_clock(clock);
    let serial = "SN-1".parse().unwrap();
    let lost = give_up(&store, serial, login, &mut bench.rng, NOW);
    bench.runtime.block_on(lost)
}

#[test]
fn a_machine_that_was_given_up_and_comes_back_rejects_what_it_holds() {
    let run = GoodRun::of(1);
    for call in run.commits.into_iter().step_by(3) {
        let (mut bench, hall) = with_hall(3);
        operator(&mut bench);
        let order = bench.order();
        bench.plug.pull_at(call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        let before = bench.newest(order);
        if before.state().is_document() || before.binding().is_none() {
            continue;
        }
        let what = format!("call {call}, {}", before.state().name());
        let nobody = lose(&mut bench, Duration::minutes(12), "nobody");
        assert!(matches!(nobody, Err(LossError::Nobody(_))), "{what}");
        let early = lose(&mut bench, Duration::ZERO, "operator");
        assert!(matches!(early, Err(LossError::Worked { .. })), "{what}");
        let told = lose(&mut bench, Duration::minutes(12), "operator").unwrap();
        assert_eq!(told.len(), 1, "{what}: {told:?}");
        assert!(told[0].contains("missing; given up"), "{told:?}");
        let chip = before.binding().unwrap().chip;
        let blank = bench.runtime.block_on(bench.store.blank_by_chip(chip));
        assert_eq!(blank.unwrap().unwrap().state, BlankState::Missing, "{what}");

        // The machine is found again, and its line started: nothing void comes among the good cards.
        // Twice: a line that has nothing to make ends before a print has.
        for _ in 0..2 {
            bench.worker_at(&hall).run_machine().unwrap();
        }
        let again = bench.newest(order);
        let made = matches!(again.state(), AttemptState::QualityPassed(_));
        let held = matches!(again.state(), AttemptState::OnHold(_));
        assert!(made != held, "{what}: {again:?}");
        let (exit, reject) = (hall.chips_in("exit").len(), hall.chips_in("reject").len());
        assert_eq!(exit + reject, 1 + usize::from(made), "{what}");
        // What was on its way there when the program died: then a person has to find it first.
        assert!(exit == usize::from(made) || held, "{what}");
        let findings = bench.runtime.block_on(bench.store.check_stock()).unwrap();
        assert_eq!(findings, [], "{what}");
    }
}
