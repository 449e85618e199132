//! One trouble after the other: what recovers by itself, what waits for a person and says what to do, what costs a card.

use hardware_sim::machine::{fault::What, mechanics::Person, place::Place};
use personalisation::line::{event::Event, machine::exit};
use personalisation_core::{
    ids::OrderId,
    quality::{Look, Reason, Standing, Verdict},
};

use super::{finish, with_hall};
use crate::line::{bench::Bench, hall::Hall};

/// A trouble, the person who helps, and what the line must ask for.
struct Trouble {
    what: Option<What>,
    deeds: Vec<Person>,
    asked: Option<&'static str>,
    /// Cards that it costs.
    cards: usize,
}

impl Trouble {
    const fn alone(what: What) -> Self {
        Self {
            what: Some(what),
            deeds: Vec::new(),
            asked: None,
            cards: 0,
        }
    }
}

fn suffer(trouble: Trouble) -> Vec<Event> {
    let (mut bench, hall) = with_hall(6);
    if let Some(what) = trouble.what {
        hall.arm(what);
    }
    if !trouble.deeds.is_empty() {
        hall.helped_by(&trouble.deeds);
    }
    let orders = [bench.order(), bench.order()];
    let made = bench.worker_at(&hall).run_machine().unwrap();
    let said = bench.said();
    let waited: Vec<_> = said
        .iter()
        .filter_map(|event| match event {
            Event::Waiting { why, .. } => Some(why.clone()),
            _ => None,
        })
        .collect();
    match trouble.asked {
        Some(words) => assert!(waited.iter().any(|why| why.contains(words)), "{waited:?}"),
        None => assert!(waited.is_empty(), "{waited:?}"),
    }
    let on_hold = usize::try_from(made.on_hold).unwrap();
    assert_eq!(made.documents, 2 - made.on_hold, "{said:#?}");
    let rejected = hall.chips_in("reject").len() + hall.chips_in("removed").len();
    assert_eq!(rejected, trouble.cards, "{said:#?}");
    finish_what_is_left(&mut bench, &hall, &orders, on_hold);
    said
}

fn finish_what_is_left(bench: &mut Bench, hall: &Hall, orders: &[OrderId], on_hold: usize) {
    let what = format!("{on_hold} on hold");
    finish(bench, hall, orders, &what);
}

#[test]
fn rollers_that_slip_are_asked_again() {
    for at in [Place::Hopper, Place::Station, Place::Printer, Place::Exit] {
        suffer(Trouble::alone(What::Jam { at, wedged: false }));
    }
}

#[test]
fn a_wedged_card_waits_for_a_person_and_runs_on() {
    for at in [Place::Station, Place::Printer, Place::Exit] {
        suffer(Trouble {
            what: Some(What::Jam { at, wedged: true }),
            deeds: vec![Person::OpenDoor, Person::FreeJam, Person::CloseDoor],
            asked: Some("free the card at the"),
            cards: 0,
        });
    }
}

#[test]
fn a_wedged_card_that_is_taken_out_is_scrapped() {
    suffer(Trouble {
        what: Some(What::Jam {
            at: Place::Printer,
            wedged: true,
        }),
        deeds: vec![
            Person::OpenDoor,
            Person::TakeOut(Place::Printer),
            Person::CloseDoor,
        ],
        asked: Some("put the card that you took out of SN-1 into the destruction box"),
        cards: 1,
    });
}

/// Rollers that never take hold: a few tries, then somebody is asked, and what they did is tried.
#[test]
fn a_card_that_slips_for_ever_waits_for_a_person() {
    for at in [Place::Hopper, Place::Station, Place::Printer, Place::Exit] {
        let (mut bench, hall) = with_hall(3);
        hall.arm_lastingly(What::Jam { at, wedged: false });
        hall.helped_by(&[Person::OpenDoor, Person::CloseDoor]);
        let order = bench.order();
        bench.worker_at(&hall).run_machine().unwrap();
        let asked = bench.said().into_iter().any(|event| {
            matches!(event, Event::Waiting { why, .. } if why.contains("free the card at the"))
        });
        assert!(asked, "{at:?}");
        finish(&mut bench, &hall, &[order], "it slips no more");
    }
}

#[test]
fn two_cards_at_once_are_both_rejected() {
    let said = suffer(Trouble {
        cards: 2,
        ..Trouble::alone(What::DoubleFeed)
    });
    let refused = said.iter().filter(
        |event| matches!(event, Event::BlankRefused { reason, .. } if *reason == "double_feed"),
    );
    assert_eq!(refused.count(), 2);
}

#[test]
fn a_chip_that_is_silent_for_a_moment_is_asked_again() {
    suffer(Trouble::alone(What::Misread { times: 2 }));
}

#[test]
fn a_chip_that_stays_silent_is_rejected() {
    let said = suffer(Trouble {
        cards: 1,
        ..Trouble::alone(What::Misread { times: 3 })
    });
    let silent = said.iter().any(
        |event| matches!(event, Event::BlankRefused { reason, .. } if *reason == "chip_silent"),
    );
    assert!(silent, "{said:#?}");
}

#[test]
fn an_empty_hopper_is_to_be_filled() {
    suffer(Trouble {
        asked: Some("fill the hopper of SN-1"),
        ..Trouble::alone(What::HopperEmpty)
    });
}

#[test]
fn a_print_without_ribbon_waits_for_one() {
    let (mut bench, hall) = with_hall(3);
    hall.use_ribbon_up();
    hall.helped_by(&[Person::OpenDoor, Person::ChangeRibbon, Person::CloseDoor]);
    let order = bench.order();
    bench.worker_at(&hall).run_machine().unwrap();
    let asked = bench.said().into_iter().any(
        |event| matches!(event, Event::Waiting { why, .. } if why == "change the ribbon of SN-1"),
    );
    assert!(asked);
    assert_eq!(hall.prints(), (1, 0));
    finish(&mut bench, &hall, &[order], "a new ribbon");
}

#[test]
fn a_door_opened_while_the_chip_waits_is_to_be_closed() {
    let (mut bench, hall) = with_hall(3);
    hall.person(Person::OpenDoor);
    hall.helped_by(&[Person::CloseDoor]);
    let order = bench.order();
    bench.worker_at(&hall).run_machine().unwrap();
    let asked = bench.said().into_iter().any(
        |event| matches!(event, Event::Waiting { why, .. } if why == "close the door of SN-1"),
    );
    assert!(asked);
    finish(&mut bench, &hall, &[order], "the door closed");
}

/// Finds the first card wrong.
struct Strict(std::sync::atomic::AtomicU32);

impl exit::ExitInspector for Strict {
    fn inspect(
        &self,
        expected: exit::Expected<'_>,
        seen: &personalisation::line::machine::ExitPictures,
    ) -> Result<exit::Judgement, exit::ExitError> {
        assert!(
            expected
                .mrz
                .lines()
                .any(|line| line.starts_with("MUELLER<WEISS<<ANNE"))
        );
        assert!(seen.front.starts_with(b"\xFF\xD8") && seen.back.starts_with(b"\xFF\xD8"));
        let first = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let reasons = first.then_some(Reason::Blank);
        Ok(exit::Judgement {
            verdict: Verdict::from_reasons(reasons),
            detail: first.then(|| "front: blank".to_owned()),
            figures: None,
        })
    }
}

#[test]
fn a_card_that_fails_the_exit_inspection_is_rejected_and_made_again() {
    let (mut bench, hall) = with_hall(3);
    let order = bench.order();
    let mut worker = bench.worker_at(&hall);
    worker.exit = Some(std::sync::Arc::new(Strict(0.into())));
    let made = worker.run_machine().unwrap();
    assert_eq!((made.documents, made.scrapped, made.on_hold), (1, 1, 0));
    let scrapped = bench.said().into_iter().find_map(|event| match event {
        Event::Scrapped {
            reason,
            detail,
            on_hold,
            ..
        } => Some((reason, detail, on_hold)),
        _ => None,
    });
    let expected = ("exit_inspection_failed", "front: blank".to_owned(), None);
    assert_eq!(scrapped, Some(expected));
    assert_eq!(bench.newest(order).id().attempt.get(), 2);
    assert_eq!(hall.chips_in("reject").len(), 1);
    // Both looks are written down, and somebody may say whether the first one was right.
    let attempts = bench.runtime.block_on(bench.store.attempts(order)).unwrap();
    let quality = |card| bench.runtime.block_on(bench.store.quality(card)).unwrap();
    assert_eq!(quality(attempts[0].id()).standing(), Standing::Failed);
    let waits = Standing::Waits(Look::Machine);
    assert_ne!(quality(attempts[1].id()).standing(), waits);
    let waiting = bench.runtime.block_on(bench.store.cards_to_inspect(9));
    let rejected = waiting.unwrap().into_iter();
    let rejected = rejected.filter(|kept| kept.look == Look::Rejection);
    assert_eq!(
        rejected.map(|kept| kept.card).collect::<Vec<_>>(),
        [attempts[0].id()]
    );
    finish(&mut bench, &hall, &[order], "a bad print");
}
