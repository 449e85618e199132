//! Acts and jobs that come again: what is done once more, and what never is.

use ::wire::machine::Position::{Exit, Printer};

use super::*;

fn slip(bench: &mut Bench, at: Place) {
    bench.machine.arm(Fault {
        what: What::Jam { at, wedged: false },
        lasting: false,
    });
}

fn card(answer: &wire::Answer) -> &wire::Card {
    match &answer.result {
        Some(Content::Card(card)) => card,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_move_that_slipped_goes_on_when_it_is_repeated() {
    let mut bench = Bench::new(1);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    for (id, to, at) in [(2, Printer, Place::Printer), (3, Exit, Place::Exit)] {
        slip(&mut bench, at);
        bench.insist(id, &bring(1, to));
        for _ in 0..2 {
            bench.wait(1_000);
            let jam = &bench.status().troubles[0];
            assert_eq!(
                (jam.kind(), jam.remedy()),
                (FailureKind::Jam, Remedy::Retry)
            );
            if id == 3 {
                // The way to the printer lies behind it: that act does not bring it back.
                let old = bench.insist(2, &bring(1, Printer));
                assert!(old.repeated);
                assert_eq!(card(&old).activity(), wire::Activity::Stopped);
            }
            slip(&mut bench, at);
            let again = bench.insist(id, &bring(1, to));
            assert!(!again.repeated, "the rollers try again");
            assert_eq!(card(&again).activity(), wire::Activity::Moving);
            let under_way = bench.insist(id, &bring(1, to));
            assert!(under_way.repeated);
        }
        bench.wait(1_000);
        bench.machine.clear_faults();
        bench.restart();
        bench.insist(id, &bring(1, to));
        bench.wait(1_000);
        let there = bench.insist(id, &bring(1, to));
        assert!(there.repeated);
        assert_eq!(card(&there).at(), to);
    }
    assert_eq!(bench.files("exit"), ["00000001-000.chip"]);
}

#[test]
fn a_wedged_card_is_not_tried_again_and_a_slipped_one_waits_for_the_door() {
    let mut bench = Bench::new(1);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    bench.machine.arm(Fault {
        what: What::Jam {
            at: Place::Printer,
            wedged: true,
        },
        lasting: false,
    });
    bench.insist(2, &bring(1, Printer));
    bench.wait(1_000);
    let wedged = bench.insist(2, &bring(1, Printer));
    assert!(wedged.repeated);
    assert_eq!(card(&wedged).activity(), wire::Activity::Stopped);
    for deed in [Person::OpenDoor, Person::FreeJam] {
        bench.machine.person(deed, bench.now).unwrap();
    }
    let open = bench.insist(2, &bring(1, Printer));
    assert_eq!(failure(&open), (FailureKind::DoorOpen, Remedy::Person));
    bench.machine.person(Person::CloseDoor, bench.now).unwrap();
    assert!(!bench.insist(2, &bring(1, Printer)).repeated);
    bench.wait(1_000);
    assert_eq!(bench.status().cards[0].at(), Printer);
}

#[test]
fn a_job_that_is_on_one_card_is_refused_for_any_other() {
    let mut bench = Bench::new(3);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    bench.insist(2, &bring(1, Printer));
    bench.wait(1_000);
    bench.load(1, 7);
    bench.insist(3, &feed(2));
    bench.wait(1_000);
    bench.load(2, 7);
    bench.insist(4, &print(1, 7));
    let refused = |answer: wire::Answer| {
        let Some(Content::Failure(failure)) = answer.result else {
            panic!("{answer:?}");
        };
        (failure.kind(), failure.card)
    };
    let bytes = picture(wire::Face::Front);
    let load = part(2, 7, wire::Face::Front, &bytes, 0..bytes.len());
    let on_the_first = (FailureKind::OutOfOrder, 1);
    assert_eq!(refused(bench.insist(0, &load)), on_the_first, "begun");
    bench.wait(10_000);
    bench.insist(5, &bring(1, Exit));
    bench.wait(1_000);
    bench.insist(6, &bring(2, Printer));
    bench.wait(1_000);
    assert_eq!(refused(bench.insist(0, &load)), on_the_first, "gone");
    assert_eq!(refused(bench.insist(7, &print(2, 7))), on_the_first);
    bench.restart();
    assert_eq!(refused(bench.insist(7, &print(2, 7))), on_the_first);
    assert!(bench.insist(8, &print(1, 7)).repeated, "the card itself");
    bench.load(2, 8);
    assert!(!bench.insist(7, &print(2, 8)).repeated);
    assert_eq!(bench.status().counters.unwrap().printed, 1);
}

#[test]
fn every_revision_that_was_told_is_in_memory() {
    let mut bench = Bench::new(2);
    let assert_kept = |bench: &Bench| {
        let kept = Memory::read(bench.folder.path()).unwrap().unwrap();
        assert_eq!(kept, *bench.machine.mechanics().memory());
    };
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    bench.machine.arm(Fault {
        what: What::Misread { times: 1 },
        lasting: false,
    });
    for answers in [false, true] {
        let before = bench.machine.revision();
        assert_eq!(bench.machine.chip_answers(), answers);
        assert_eq!(bench.machine.revision(), before + 1);
        assert_kept(&bench);
    }
    let delivery = bench.folder.path().join("delivery");
    fs::write(delivery.join("new.chip"), [0]).unwrap();
    assert_eq!(bench.machine.refill(&delivery).unwrap(), 1);
    assert_kept(&bench);
    let before = bench.machine.revision();
    bench.machine.person(Person::FreeJam, 0).unwrap_err();
    assert_eq!(bench.machine.revision(), before, "nothing changed");
}
