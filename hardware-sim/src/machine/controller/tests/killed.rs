//! The process ends between one effect on the world and the next, or before the memory's write.

use ::wire::machine::Position::{Exit, Printer, Reject, Removed};

use super::*;

/// How the machine comes back.
#[derive(Debug, Clone, Copy)]
enum Back {
    /// Another process takes the folder into use.
    Restarted,
    /// The same process gets power again.
    Switched,
}

const BACK: [Back; 2] = [Back::Restarted, Back::Switched];

/// Before the memory's write: its draft cannot be made.
const MEMORY: &str = "memory.json.new";

/// Lets nothing come to this path of the machine's folder: the machine ends there.
fn bar(bench: &Bench, path: &str) {
    fs::create_dir(bench.folder.path().join(path)).unwrap();
}

fn come_back(bench: &mut Bench, barred: &str, back: Back) {
    fs::remove_dir(bench.folder.path().join(barred)).unwrap();
    match back {
        Back::Restarted => bench.restart(),
        Back::Switched => {
            bench.machine.power_off(None);
            bench.machine.power_on(bench.now).unwrap();
        }
    }
    bench.wait(10_000);
}

/// Time passes until something is barred.
fn end(bench: &mut Bench) {
    bench.now += 10_000;
    bench.machine.advance(bench.now).unwrap_err();
}

/// No card inside, so many gone and so many blanks; nothing is in two places.
fn assert_emptied(bench: &mut Bench, gone: u64, blanks: u32) {
    let status = bench.status();
    assert_eq!(status.cards, []);
    let counters = status.counters.unwrap();
    let left = counters.exited + counters.rejected + counters.removed;
    assert_eq!((counters.fed, left), (gone, gone));
    assert_eq!(status.hopper_cards, blanks);
    assert_eq!(bench.files("hopper").len(), blanks as usize);
    assert!(bench.files("inside").is_empty() && bench.files("pictures").is_empty());
}

#[test]
fn a_card_in_the_exit_tray_has_left_though_the_memory_missed_it() {
    for barred in [MEMORY, "exit/00000001-back.png", "exit/00000001-front.png"] {
        for back in BACK {
            let mut bench = Bench::new(3);
            bench.insist(1, &feed(1));
            bench.wait(1_000);
            bench.insist(2, &bring(1, Printer));
            bench.wait(1_000);
            bench.load(1, 7);
            bench.insist(3, &print(1, 7));
            bench.wait(10_000);
            bench.insist(4, &bring(1, Exit));
            bar(&bench, barred);
            end(&mut bench);
            come_back(&mut bench, barred, back);
            assert_emptied(&mut bench, 1, 2);
            let files = [
                "00000001-000.chip",
                "00000001-back.png",
                "00000001-front.png",
            ];
            assert_eq!(bench.files("exit"), files, "{barred} {back:?}");
            let again = bench.insist(4, &bring(1, Exit));
            let Some(Content::Card(card)) = again.result else {
                panic!("{again:?}");
            };
            assert_eq!((card.at(), card.print()), (Exit, PrintState::Printed));
        }
    }
}

#[test]
fn two_cards_at_once_leave_together_though_only_one_came_into_the_tray() {
    for barred in [MEMORY, "reject/00000002-001.chip"] {
        for back in BACK {
            let mut bench = Bench::new(3);
            bench.machine.arm(Fault {
                what: What::DoubleFeed,
                lasting: false,
            });
            bench.insist(1, &feed(1));
            bench.wait(1_000);
            bench.insist(2, &bring(1, Reject));
            bar(&bench, barred);
            end(&mut bench);
            come_back(&mut bench, barred, back);
            assert_emptied(&mut bench, 2, 1);
            let files = ["00000001-000.chip", "00000002-001.chip"];
            assert_eq!(bench.files("reject"), files, "{barred} {back:?}");
        }
    }
}

#[test]
fn a_slipped_feed_that_was_rejected_draws_no_other_blank() {
    let mut bench = Bench::new(3);
    bench.machine.arm(Fault {
        what: What::Jam {
            at: Place::Hopper,
            wedged: false,
        },
        lasting: false,
    });
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    bench.insist(2, &bring(1, Reject));
    bar(&bench, MEMORY);
    end(&mut bench);
    come_back(&mut bench, MEMORY, Back::Restarted);
    assert_emptied(&mut bench, 1, 2);
}

#[test]
fn a_card_that_was_written_off_has_left_though_the_memory_missed_it() {
    for back in BACK {
        let mut bench = Bench::new(3);
        bench.insist(1, &feed(1));
        bench.wait(1_000);
        for deed in [
            Person::OpenDoor,
            Person::TakeOut(Place::Station),
            Person::CloseDoor,
        ] {
            bench.machine.person(deed, bench.now).unwrap();
        }
        let clear = command::Act::Clear(wire::Clear {});
        bar(&bench, MEMORY);
        assert_eq!(bench.ask(2, clear.clone()), None);
        come_back(&mut bench, MEMORY, back);
        assert_emptied(&mut bench, 1, 2);
        assert_eq!(bench.files("removed"), ["00000001-000.chip"]);
        assert!(!bench.insist(2, &clear).repeated);
    }
}

#[test]
fn a_card_that_is_nowhere_is_missing_and_no_blank_takes_its_place() {
    let mut bench = Bench::new(3);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    fs::remove_file(bench.folder.path().join("inside/00000001-000.chip")).unwrap();
    bench.restart();
    let status = bench.status();
    assert_eq!(status.troubles[0].kind(), FailureKind::CardMissing);
    assert_eq!(status.hopper_cards, 2);
    bench.insist(2, &command::Act::Clear(wire::Clear {}));
    assert_emptied(&mut bench, 1, 2);
    let gone = wire::GetStatus {
        card: 1,
        ..wire::GetStatus::default()
    };
    let answer = bench.insist(0, &command::Act::GetStatus(gone));
    let Some(Content::Status(status)) = answer.result else {
        panic!("{answer:?}");
    };
    assert_eq!(status.cards[0].at(), Removed);
}

#[test]
fn a_card_that_was_fed_in_memory_only_is_drawn_when_power_comes() {
    let mut bench = Bench::new(3);
    bench.insist(1, &feed(1));
    let folder = bench.folder.path();
    fs::rename(
        folder.join("inside/00000001-000.chip"),
        folder.join("hopper/000.chip"),
    )
    .unwrap();
    bench.restart();
    bench.wait(10_000);
    assert_eq!(bench.files("inside"), ["00000001-000.chip"]);
    assert_eq!(bench.status().hopper_cards, 2);
}
