//! A card that somebody took out of its machine and laid into a plain reader: there it would end as a document without a print.

use std::{collections::BTreeSet, fs};

use personalisation::line::event::Event;

use super::{crashes::GoodRun, finish, with_hall};

#[test]
fn a_plain_reader_refuses_the_card_of_a_machine_and_says_what_to_do() {
    let run = GoodRun::of(1);
    let (mut bench, hall) = with_hall(8);
    let mut refused = BTreeSet::new();
    for call in &run.one_a_state() {
        let order = bench.order();
        bench.blanks_in(&hall, 1);
        bench.plug.pull_at(*call);
        let worker = bench.worker_at(&hall);
        let _dead = std::thread::spawn(|| worker.run_machine()).join();
        bench.plug.put_back();
        let before = bench.newest(order);
        let inside = hall.chips_in("inside");
        if let (Some(_), [chip], false) = (before.binding(), &inside[..], before.state().is_final())
        {
            // Its state as it is now; the one in the machine stays, so that the machine can go on afterwards.
            let copy = bench.home.folder().join("taken.chip");
            fs::copy(chip, &copy).unwrap();
            bench.said();
            bench.tray.add(&copy);
            let made = bench.run().unwrap();
            bench.tray.clear();
            assert_eq!(made.documents, 0, "call {call}");
            assert_eq!(bench.newest(order), before, "call {call}");
            let said = bench.said();
            let told = said.iter().find_map(|event| match event {
                Event::BlankRefused { reason, detail, .. } => Some((*reason, detail.clone())),
                _ => None,
            });
            let (reason, detail) = told.unwrap_or_else(|| panic!("call {call}: {said:#?}"));
            if reason == "taken_out" {
                let asked = "put the card that you took out of SN-1 into the destruction box";
                assert!(detail.contains(asked), "{detail}");
                refused.insert(before.state().name());
            } else {
                assert_eq!(reason, "chip_locked", "call {call}");
            }
        }
        finish(&mut bench, &hall, &[order], &format!("call {call}"));
    }
    // A locked one says no more than that, while its own worker's lease runs.
    let unlocked = ["bound", "lds_built", "signed"];
    assert!(refused.is_superset(&unlocked.into()), "{refused:?}");
}
