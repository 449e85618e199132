//! What cannot be mended for one card ends that attempt, and nothing else: the line goes on.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use hardware_sim::{
    card::fault::{Fault, What},
    machine::{
        fault::{self, Command},
        mechanics::Person,
    },
};
use personalisation::{
    edge,
    line::{event::Event, worker::Tally},
};
use personalisation_core::attempt::AttemptState;
use time::{Duration, OffsetDateTime};

use super::{crashes::GoodRun, finish, held_before_the_exit, invariants, with_hall};
use crate::line::people::Applicant;

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap()
}

fn scrapped(said: &[Event]) -> Vec<(&'static str, String)> {
    let of = |event: &Event| match event {
        Event::Scrapped { reason, detail, .. } => Some((*reason, detail.clone())),
        _ => None,
    };
    said.iter().filter_map(of).collect()
}

#[test]
fn a_card_that_the_machine_refuses_is_rejected_and_made_again() {
    for command in [Command::Print, Command::Move] {
        let (mut bench, hall) = with_hall(3);
        hall.refuse_next(command);
        let order = bench.order();
        let made = bench.worker_at(&hall).run_machine().unwrap();
        let said = bench.said();
        let expected = vec![("print_spoiled", "the card is bent".to_owned())];
        assert_eq!(scrapped(&said), expected, "{command:?}: {said:#?}");
        assert_eq!((made.documents, made.on_hold), (1, 0), "{command:?}");
        assert_eq!(hall.chips_in("reject").len(), 1, "{command:?}");
        finish(&mut bench, &hall, &[order], "refused by the machine");
    }
}

/// Such an order was taken in by an older program, or is damaged: nobody but a person mends that.
#[test]
fn an_order_that_cannot_be_drawn_waits_for_a_person_and_the_line_goes_on() {
    let (mut bench, hall) = with_hall(3);
    bench.applicant = Applicant::small();
    let hopeless = bench.order();
    bench.applicant = Applicant::printable();
    let good = bench.order();
    let made = bench.worker_at(&hall).run_machine().unwrap();
    let said = bench.said();
    let expected = Tally {
        documents: 1,
        scrapped: 1,
        on_hold: 1,
    };
    assert_eq!(made, expected, "{said:#?}");
    assert_eq!(scrapped(&said)[0].0, "order_invalid", "{said:#?}");
    assert!(matches!(
        bench.newest(hopeless).state(),
        AttemptState::OnHold(_)
    ));
    let first = bench.store.attempts(hopeless);
    let first = bench.runtime.block_on(first).unwrap().remove(0);
    let AttemptState::Scrapped(scrap) = first.state() else {
        panic!("{first:?}")
    };
    // Found before the lock: the card never worked.
    assert_eq!(scrap.from.name(), "signed");
    assert_eq!(bench.newest(good).state().name(), "quality_passed");
    assert_eq!(hall.chips_in("reject").len(), 1);
    invariants::check(&bench, &[&hall], "an order that cannot be drawn");
    // And so it is after a restart.
    let again = bench.worker_at(&hall).run_machine().unwrap();
    assert_eq!(again, Tally::default());
}

/// The program dies between the lock and the next commit; afterwards the chip tells who it is behind PACE only, and one command
/// of that fails.
#[test]
fn a_locked_card_that_fails_once_after_a_crash_goes_on() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(8);
    let mut met = 0;
    for call in &run.leaving(&["written", "locked"]) {
        let order = bench.order();
        bench.blanks_in(&hall, 1);
        bench.plug.pull_at(*call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        let state = bench.newest(order).state().name();
        if matches!(state, "written" | "locked") {
            hall.arm_chip(Fault {
                at_apdu: 6,
                what: What::Silent,
                returns: false,
            });
            met += 1;
            let made = bench.worker_at(&hall).run_machine().unwrap();
            assert_eq!((made.documents, made.scrapped), (1, 0), "call {call}");
        }
        finish(&mut bench, &hall, &[order], &format!("call {call}"));
    }
    assert!(met > 0, "no cut left a locked card");
}

/// Its own attempt ends with it, at once: nobody waits for a lease to run out.
#[test]
fn a_locked_card_that_stays_silent_after_a_crash_ends_its_attempt() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(8);
    let mut met = 0;
    for call in &run.leaving(&["locked"]) {
        let order = bench.order();
        bench.blanks_in(&hall, 1);
        bench.plug.pull_at(*call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        if bench.newest(order).state().name() == "locked" {
            hall.arm_chip(Fault {
                at_apdu: 4,
                what: What::EndlessChain,
                returns: false,
            });
            met += 1;
            let made = bench.worker_at(&hall).run_machine().unwrap();
            assert_eq!((made.scrapped, made.on_hold), (1, 1), "call {call}");
            hall.disarm_chip();
        }
        finish(&mut bench, &hall, &[order], &format!("call {call}"));
    }
    assert!(met > 0, "no cut left a locked card");
}

/// While the chip is asked who it is, another worker has the attempt; that one's lease runs out before this one looks who has the
/// card.
#[test]
fn a_locked_card_whose_attempt_somebody_had_a_moment_ago_goes_on() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(8);
    let mut met = 0;
    for call in &run.leaving(&["locked"]) {
        let order = bench.order();
        bench.blanks_in(&hall, 1);
        bench.plug.pull_at(*call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        if bench.newest(order).state().name() == "locked" {
            met += 1;
            let other =
                "UPDATE line_attempt SET lease_holder = 'line-2/machine' WHERE state = 'locked'";
            bench.runtime.block_on(bench.home.meddle(other));
            bench.said();
            let mut worker = bench.worker_at(&hall);
            let clock = Arc::new(AtomicI64::new(micros(edge::now())));
            worker.store = worker.store.danger_with_clock(Arc::clone(&clock));
            let mut tell = worker.report;
            worker.report = Box::new(move |event| {
                let is_asked = matches!(&event, Event::BlankRefused { reason, .. } if *reason == "chip_locked");
                if is_asked {
                    clock.store(
                        micros(edge::now() + Duration::minutes(2)),
                        Ordering::Relaxed,
                    );
                }
                tell(event);
            });
            let made = worker.run_machine().unwrap();
            let said = bench.said();
            assert_eq!((made.documents, made.scrapped), (1, 0), "{said:#?}");
        }
        finish(&mut bench, &hall, &[order], &format!("call {call}"));
    }
    assert!(met > 0, "no cut left a locked card");
}

/// A chip that is finished already, and a program that has another template than the attempt was bound to.
#[test]
fn a_finished_chip_that_cannot_be_printed_is_rejected_and_the_line_goes_on() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(8);
    let mut met = 0;
    for call in &run.leaving(&["read_back"]) {
        let order = bench.order();
        bench.blanks_in(&hall, 2);
        bench.plug.pull_at(*call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        let mut orders = vec![order];
        if bench.newest(order).state().name() == "read_back" && met == 0 {
            met += 1;
            let digest = "00".repeat(32);
            let other = format!(
                "UPDATE line_attempt SET template_digest = '{digest}' WHERE state = 'read_back'"
            );
            bench.runtime.block_on(bench.home.meddle(&other));
            orders.push(bench.order());
            bench.said();
            let made = bench.worker_at(&hall).run_machine().unwrap();
            let said = bench.said();
            let expected = Tally {
                documents: 1,
                scrapped: 1,
                on_hold: 1,
            };
            assert_eq!(made, expected, "{said:#?}");
            assert_eq!(scrapped(&said)[0].0, "order_invalid", "{said:#?}");
        }
        finish(&mut bench, &hall, &orders, &format!("call {call}"));
    }
    assert_eq!(met, 1, "no cut left a finished chip that is not printed");
}

/// The reject tray is the last thing that is left: where the machine refuses that too, a person is asked to free the card.
#[test]
fn a_card_whose_reject_the_machine_refuses_waits_for_a_person() {
    let (mut bench, hall) = with_hall(3);
    // A chip that stays silent: nothing but the reject tray is left.
    hall.arm(fault::What::Misread { times: 3 });
    hall.refuse_lastingly(Command::Move);
    hall.helped_after(30, &[Person::OpenDoor, Person::CloseDoor]);
    let order = bench.order();
    let made = bench.worker_at(&hall).run_machine().unwrap();
    let said = bench.said();
    assert_eq!(made.documents, 1, "{said:#?}");
    let asked = said.iter().any(|event| {
        matches!(event, Event::Waiting { why, .. } if why.contains("free the card at the chip station"))
    });
    assert!(asked, "{said:#?}");
    assert_eq!(hall.chips_in("reject").len(), 1);
    finish(&mut bench, &hall, &[order], "a reject that is refused");
}

/// A program that has another template than the printed card was bound to, and is to dump its pictures: the card is good without.
#[test]
fn a_printed_card_whose_pictures_cannot_be_drawn_again_is_a_document() {
    let (mut bench, hall) = with_hall(3);
    bench.dumps = true;
    let order = held_before_the_exit(&mut bench, &hall);
    let digest = "00".repeat(32);
    let other =
        format!("UPDATE line_attempt SET template_digest = '{digest}' WHERE state = 'printed'");
    bench.runtime.block_on(bench.home.meddle(&other));
    let made = bench.worker_at(&hall).run_machine().unwrap();
    let said = bench.said();
    assert_eq!((made.documents, made.scrapped), (1, 0), "{said:#?}");
    finish(&mut bench, &hall, &[order], "no pictures in the dump");
}
