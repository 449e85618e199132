//! Everything around the line that can fail: chips, readers, pki.

use std::sync::{Arc, atomic::AtomicI64};

use hardware_sim::card::fault::{Fault, What};
use personalisation::edge;
use personalisation::line::{
    event::Event,
    worker::{Tally, WorkerError},
};
use personalisation_core::{
    attempt::{AttemptState, ScrapReason},
    blank::BlankState,
};

use time::{Duration, OffsetDateTime, macros::datetime};

use crate::line::{bench::Bench, invariants, people::Applicant};

fn fault(at_apdu: u32, what: What, returns: bool) -> Fault {
    Fault {
        at_apdu,
        what,
        returns,
    }
}

/// Every attempt at the only order, the newest last, ended as named.
fn reasons(bench: &Bench) -> Vec<String> {
    let order = bench
        .runtime
        .block_on(bench.store.orders())
        .unwrap()
        .remove(0)
        .id;
    let attempts = bench.runtime.block_on(bench.store.attempts(order)).unwrap();
    attempts
        .iter()
        .map(|attempt| match attempt.state() {
            AttemptState::Scrapped(scrap) => scrap.reason.to_string(),
            state => state.name().to_owned(),
        })
        .collect()
}

fn spoil_reasons(bench: &Bench) -> u64 {
    let stock = bench.runtime.block_on(bench.store.stock()).unwrap();
    stock
        .iter()
        .find(|(state, _)| *state == BlankState::Spoiled)
        .map_or(0, |(_, count)| *count)
}

#[test]
fn a_chip_with_other_keys_is_spoiled_and_the_order_made_again() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.impostor();
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 1,
            on_hold: 0
        }
    );
    assert_eq!(reasons(&bench), ["chip_keys_unknown", "read_back"]);
    assert_eq!(spoil_reasons(&bench), 1);
    invariants::check(&bench, "impostor");
}

#[test]
fn a_chip_that_no_delivery_names_is_refused() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.stranger();
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    let refused = bench.said().into_iter().any(|event| {
        matches!(
            event,
            Event::BlankRefused {
                reason: "chip_unknown",
                chip: Some(_),
                ..
            }
        )
    });
    assert!(refused);
}

#[test]
fn a_finished_card_is_refused_and_the_next_one_taken() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    let finished = bench.blanks(1).remove(0);
    bench.run().unwrap();
    bench.order();
    bench.tray.add(&finished);
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    let refused = |event: &Event| {
        matches!(
            event,
            Event::BlankRefused {
                reason: "chip_locked",
                ..
            }
        )
    };
    assert!(bench.said().iter().any(refused));
    invariants::check(&bench, "finished card");
}

#[test]
fn a_chip_in_personalisation_without_an_attempt_is_spoiled() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    let torn = bench.blanks(1).remove(0);
    // Torn out after PUT KEY, given up, then put in again.
    bench.tray.arm(fault(8, What::PowerLossAfter, false));
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 0,
            scrapped: 1,
            on_hold: 0
        }
    );
    bench.tray.put_back(&torn);
    assert_eq!(bench.run().unwrap(), Tally::default());
    let refused = |event: &Event| {
        matches!(
            event,
            Event::BlankRefused {
                reason: "chip_life_cycle" | "blank_not_available",
                ..
            }
        )
    };
    assert!(bench.said().iter().any(refused));
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    assert_eq!(reasons(&bench), ["chip_removed", "read_back"]);
    invariants::check(&bench, "torn out");
}

#[test]
fn a_wrong_answer_is_tried_again_and_a_chip_that_goes_on_is_given_up() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    for at in [3, 30, 60] {
        bench.tray.arm(fault(at, What::FlipBit(5), true));
    }
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );

    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(2);
    for at in 20..60 {
        bench
            .tray
            .arm(fault(at, What::Status("6581".to_owned()), true));
    }
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 1,
            on_hold: 0
        }
    );
    assert_eq!(reasons(&bench), ["chip_refused", "read_back"]);
    invariants::check(&bench, "memory failure");
}

#[test]
fn silence_and_endless_answers_end() {
    for what in [What::Silent, What::EndlessChain] {
        let mut bench = Bench::new(Applicant::small());
        bench.order();
        bench.blanks(2);
        for at in 20..24 {
            bench.tray.arm(fault(at, what.clone(), true));
        }
        let tally = bench.run().unwrap();
        assert_eq!(tally.documents, 1, "{what:?}");
        invariants::check(&bench, "silence");
    }
}

#[test]
fn a_reader_that_goes_and_comes_back_costs_nothing() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    // The daemon is started again in the middle: the card loses power, the reader is away a while.
    bench.tray.arm(fault(40, What::PowerLossAfter, true));
    bench.tray.be_unavailable(0);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    bench.order();
    bench.blanks(1);
    bench.tray.be_unavailable(5);
    // An idle worker ends; the next start finds the reader.
    while bench.run().unwrap().documents == 0 {}
    invariants::check(&bench, "reader gone");
}

#[test]
fn pki_away_costs_time_only() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    bench.pki.be_unavailable(7);
    let mut documents = 0;
    while documents == 0 {
        documents = bench.run().unwrap().documents;
    }
    assert_eq!(reasons(&bench), ["read_back"]);
    invariants::check(&bench, "pki away");
}

#[test]
fn a_blank_whose_issue_pki_misses_waits_unharmed() {
    const MISSED: &str = "the request carries no blank issue";
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    bench.pki.miss(MISSED);
    let nothing = Tally {
        documents: 0,
        scrapped: 0,
        on_hold: 0,
    };
    for _ in 0..3 {
        assert_eq!(bench.run().unwrap(), nothing);
    }
    let told = bench
        .said()
        .into_iter()
        .any(|event| matches!(event, Event::Waiting { why, .. } if why.contains(MISSED)));
    assert!(told, "the operator hears what pki misses");
    bench.pki.be_ready();
    let mut documents = 0;
    while documents == 0 {
        documents = bench.run().unwrap().documents;
    }
    assert_eq!(reasons(&bench), ["read_back"]);
    invariants::check(&bench, "issue missing");
}

#[test]
fn what_pki_refuses_waits_for_a_person() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(3);
    bench.pki.refuse("the ticket ended");
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 0,
            scrapped: 1,
            on_hold: 1
        }
    );
    assert_eq!(
        reasons(&bench),
        [ScrapReason::SigningRefused.name(), "on_hold"]
    );
    invariants::check(&bench, "refused");
}

#[test]
fn a_signature_that_does_not_verify_never_reaches_a_chip() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    bench.pki.spoil();
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 0,
            scrapped: 1,
            on_hold: 1
        }
    );
    assert_eq!(
        reasons(&bench),
        [ScrapReason::SignatureInvalid.name(), "on_hold"]
    );
    invariants::check(&bench, "spoiled signature");
}

#[test]
fn five_bad_blanks_are_enough() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    for _ in 0..6 {
        bench.impostor();
    }
    bench.blanks(1);
    let stopped = bench.run().unwrap_err();
    assert!(
        matches!(
            stopped,
            WorkerError::InARow {
                blanks: 5,
                orders: 0
            }
        ),
        "{stopped}"
    );
    assert_eq!(reasons(&bench).last().map(String::as_str), Some("on_hold"));
    invariants::check(&bench, "five bad blanks");
}

#[test]
fn three_refused_orders_stop_the_line() {
    let mut bench = Bench::new(Applicant::small());
    for _ in 0..5 {
        bench.order();
    }
    bench.blanks(5);
    bench.pki.refuse("the caller's role may not sign");
    let stopped = bench.run().unwrap_err();
    assert!(
        matches!(
            stopped,
            WorkerError::InARow {
                blanks: 0,
                orders: 3
            }
        ),
        "{stopped}"
    );
    assert_eq!(
        bench
            .runtime
            .block_on(bench.store.queue_length())
            .unwrap()
            .queued,
        2
    );
}

#[test]
fn an_old_revocation_list_stops_the_line_and_costs_no_card() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    let mut worker = bench.worker(bench.tray.clone(), 1);
    // The test PKI's list is good until the end of November.
    worker.clock = Box::new(|| datetime!(2026-12-05 12:00 UTC));
    let stopped = worker.run().unwrap_err();
    assert!(matches!(stopped, WorkerError::Trust(_)), "{stopped}");
    assert_eq!(reasons(&bench), ["lds_built"]);
    // The lease of the clock that ran ahead is this reader's own.
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    invariants::check(&bench, "old list");
}

#[test]
fn a_chip_whose_memory_changes_after_the_comparison_is_never_called_good() {
    let mut bench = Bench::new(Applicant::small());
    let order = bench.order();
    bench.blanks(2);
    // The last answers of the first card are the inspection's: one of them is changed for good.
    let mut commands = 0;
    {
        let mut other = Bench::new(Applicant::small());
        other.order();
        other.blanks(1);
        other.run().unwrap();
        commands += u32::try_from(other.tray.commands()).unwrap();
    }
    for at in commands - 20..commands + 60 {
        bench.tray.arm(fault(at, What::FlipBit(9), true));
    }
    // The card is locked, so its remake waits until a person has destroyed it.
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 0,
            scrapped: 1,
            on_hold: 1
        }
    );
    invariants::check(&bench, "changed answers");
    bench.destroy_finished_chip();
    bench.release(&bench.newest(order));
    assert_eq!(bench.run().unwrap().documents, 1);
    assert_eq!(reasons(&bench)[1], "read_back");
    invariants::check(&bench, "made again");
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap()
}

#[test]
fn a_card_that_nobody_sees_again_is_made_again() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.blanks(1);
    bench.plug.pull_at(100);
    let _unseen = bench.run();
    bench.plug.put_back();
    bench.tray.clear();
    bench.blanks(1);
    // For now its card may still come back, here or at another reader.
    assert_eq!(bench.run().unwrap(), Tally::default());
    let mut worker = bench.worker(bench.tray.clone(), 2);
    // Leases go by the database's clock, not by a worker's.
    let later = micros(edge::now() + Duration::minutes(12));
    worker.store = worker
        .store
        .danger_with_clock(Arc::new(AtomicI64::new(later)));
    assert_eq!(
        worker.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 1,
            on_hold: 0
        }
    );
    assert_eq!(reasons(&bench), ["chip_removed", "read_back"]);
    invariants::check(&bench, "never seen again");
}

/// One order of a State for which nobody approved a template.
#[test]
fn an_order_without_a_template_waits_for_a_person_and_the_others_are_made() {
    let mut bench = Bench::new(Applicant::small());
    let foreign = bench.order_in("nowhere");
    let own = bench.order();
    bench.blanks(2);
    let expected = Tally {
        documents: 1,
        scrapped: 0,
        on_hold: 1,
    };
    assert_eq!(bench.run().unwrap(), expected);
    assert!(matches!(
        bench.newest(foreign).state(),
        AttemptState::OnHold(_)
    ));
    assert_eq!(bench.newest(own).state().name(), "read_back");
    let said = bench.said();
    let held = said.iter().find_map(|event| match event {
        Event::Held { order, why, .. } => Some((order.clone(), why.clone())),
        _ => None,
    });
    let (order, why) = held.unwrap();
    assert_eq!(order, foreign.to_string());
    assert!(
        why.contains("no template of identity_card for nowhere"),
        "{why}"
    );
    invariants::check(&bench, "an order of another State");
}

/// Faces that cannot be drawn stop no line, neither now nor at its next start.
#[test]
fn pictures_that_cannot_be_drawn_stop_nobody() {
    let mut bench = Bench::new(Applicant::small());
    bench.dumps = true;
    let orders = [bench.order(), bench.order()];
    bench.blanks(2);
    let made = bench.run().unwrap();
    let expected = Tally {
        documents: 2,
        ..Tally::default()
    };
    assert_eq!(made, expected, "{:#?}", bench.said());
    for order in orders {
        assert_eq!(bench.newest(order).state().name(), "read_back");
    }
    bench.tray.clear();
    assert_eq!(bench.run().unwrap(), Tally::default(), "nor the next start");
    invariants::check(&bench, "nothing to draw");
}

/// A program that has another template than the locked card was bound to, and is to dump its pictures: the card is good without.
#[test]
fn a_locked_card_whose_pictures_cannot_be_drawn_again_is_a_document() {
    let mut bench = Bench::new(Applicant::printable());
    bench.dumps = true;
    bench.order();
    bench.blanks(1);
    let before = bench.plug.calls();
    assert_eq!(bench.run().unwrap().documents, 1);
    let calls = bench.plug.calls() - before;
    // From the last call back: the program dies at the commit that makes a locked card a document.
    for call in (1..=calls).rev() {
        let order = bench.order();
        bench.blanks(1);
        bench.plug.pull_at(call);
        let _unseen = bench.run();
        bench.plug.put_back();
        if bench.newest(order).state().name() != "locked" {
            bench.run().unwrap();
            bench.tray.clear();
            continue;
        }
        let digest = "00".repeat(32);
        let other =
            format!("UPDATE line_attempt SET template_digest = '{digest}' WHERE state = 'locked'");
        bench.runtime.block_on(bench.home.meddle(&other));
        let made = bench.run().unwrap();
        let said = bench.said();
        assert_eq!((made.documents, made.scrapped), (1, 0), "{said:#?}");
        assert_eq!(bench.newest(order).state().name(), "read_back");
        return;
    }
    panic!("no cut left a locked card");
}
