//! A machine that does not come back is given up by a person; one that comes back all the same rejects what it holds.

use std::sync::{Arc, atomic::AtomicI64};

use dossier::{PersonId, Text, staff::Role};
use evidence::entry::Act;
use personalisation::{
    edge,
    line::{
        event::Event,
        lost::{LossError, give_up},
        stranded::Lookout,
    },
};
use personalisation_core::{attempt::AttemptState, blank::BlankState};
use personalisation_store::{
    line::MachineSeen,
    staff::{Grant, Link, Person, RoleId},
};
use time::{Duration, OffsetDateTime};

use super::{crashes::GoodRun, held_before_the_exit, invariants, with_hall};
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

/// Gives the machine up so much later, also by the engine's clock.
fn lose(bench: &mut Bench, later: Duration, login: &str) -> Result<Vec<String>, LossError> {
    let clock = Arc::new(AtomicI64::new(micros(edge::now() + later)));
    let store = bench.store.clone().danger_with_clock(clock);
    let serial = "SN-1".parse().unwrap();
    let machine = (serial, std::time::Duration::from_mins(1));
    let lost = give_up(&store, machine, login, &mut bench.rng, NOW + later);
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

/// A line that does not have the machine says that it is there: once, and again when it was somebody's meanwhile.
#[test]
fn a_machine_that_no_running_line_has_is_told_of_once() {
    let (mut bench, hall) = with_hall(3);
    operator(&mut bench);
    held_before_the_exit(&mut bench, &hall);
    let silence = std::time::Duration::from_mins(11);
    let mut lookout = Lookout::new(vec!["SN-2".parse().unwrap()], silence);
    let mut own = Lookout::new(vec!["SN-1".parse().unwrap()], silence);
    let later = |bench: &Bench, lookout: &mut Lookout, minutes: i64| {
        let late = Duration::minutes(minutes);
        let clock = Arc::new(AtomicI64::new(micros(edge::now() + late)));
        let store = bench.store.clone().danger_with_clock(clock);
        let said = lookout.look(&store, NOW + late);
        bench.runtime.block_on(said).unwrap()
    };
    assert!(
        later(&bench, &mut lookout, 10).is_empty(),
        "it may come back"
    );
    let said = later(&bench, &mut lookout, 12);
    let [Event::Waiting { reader, why }] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!(reader, "SN-1");
    let told = "no running line has SN-1 (line-1 had it last), and cards of attempts lie in it: 1";
    assert!(why.contains(told), "{why}");
    assert!(why.contains("line lost-machine SN-1"), "{why}");
    for minutes in 12..15 {
        assert!(later(&bench, &mut lookout, minutes).is_empty(), "once");
        assert!(later(&bench, &mut own, minutes).is_empty(), "its own");
    }
    // Its line comes, and goes once more.
    let seen = MachineSeen {
        serial: "SN-1".to_owned(),
        line: "line-1".to_owned(),
        task: None,
        cards: 1,
        seen_at: NOW + Duration::minutes(20),
    };
    let seen = bench.store.machine_seen(&seen);
    bench.runtime.block_on(seen).unwrap();
    assert!(later(&bench, &mut lookout, 21).is_empty());
    assert_eq!(later(&bench, &mut lookout, 40).len(), 1);
    // Given up, nothing lies there any more.
    lose(&mut bench, Duration::minutes(40), "operator").unwrap();
    let mut another = Lookout::new(Vec::new(), silence);
    assert!(later(&bench, &mut another, 40).is_empty());
}

/// The rollers held it when its machine was lost: nobody calls it good any more, so it does not go on to where it was going.
#[test]
fn a_card_held_before_the_exit_tray_is_rejected_when_its_machine_was_given_up() {
    let (mut bench, hall) = with_hall(3);
    operator(&mut bench);
    let order = held_before_the_exit(&mut bench, &hall);
    let told = lose(&mut bench, Duration::minutes(12), "operator").unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("on hold"), "it may work: {told:?}");
    for _ in 0..2 {
        bench.worker_at(&hall).run_machine().unwrap();
    }
    assert_eq!(hall.chips_in("exit").len(), 0, "{:#?}", bench.said());
    assert_eq!(hall.chips_in("reject").len(), 1);
    assert!(matches!(
        bench.newest(order).state(),
        AttemptState::OnHold(_)
    ));
    invariants::check(&bench, &[&hall], "given up before the exit tray");
}

/// The program of the person who gives the machine up dies at any commit: the next try closes what the one before left open.
#[test]
fn giving_up_that_was_interrupted_is_closed_by_the_next_try() {
    let (mut bench, hall) = with_hall(1);
    operator(&mut bench);
    let open = Act::new(
        [6; 16],
        "somebody",
        "give-machine-up",
        "cards in machine SN-1",
    );
    let intent = [open.intent(NOW)];
    bench.runtime.block_on(bench.store.audit(&intent)).unwrap();
    for call in 1..=6 {
        bench.plug.pull_at(call);
        let _unseen = lose(&mut bench, Duration::ZERO, "operator");
        bench.plug.put_back();
        let told = lose(&mut bench, Duration::ZERO, "operator").unwrap();
        assert_eq!(told.len(), 0, "{told:?}");
        invariants::check(&bench, &[&hall], "nothing was there");
    }
}
