//! Orders become documents.

use std::fs;

use personalisation::line::{event::Event, worker::Tally};
use personalisation_core::attempt::AttemptState;

use crate::line::{bench::Bench, invariants, people::Applicant};

#[test]
fn three_orders_become_three_documents() {
    let mut bench = Bench::new(Applicant::small());
    let orders = [bench.order(), bench.order(), bench.order()];
    bench.blanks(4);
    let begun = bench.plug.commits().len();
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 3,
            scrapped: 0,
            on_hold: 0
        }
    );
    // Each is seen twice, before and after it.
    let commits = (bench.plug.commits().len() - begun) / 2;
    assert!(
        commits <= 3 * 10,
        "{commits} durable commits for three cards"
    );
    for order in orders {
        assert!(matches!(
            bench.newest(order).state(),
            AttemptState::ReadBack(_)
        ));
    }
    assert_eq!(bench.pki.signed(), 3);
    invariants::check(&bench, "three orders");
    let documents = bench.said().into_iter().filter_map(|event| match event {
        Event::Document(document) => Some(document),
        _ => None,
    });
    for document in documents {
        assert_eq!(document.can.len(), 6);
        let steps: Vec<_> = document.steps.keys().copied().collect();
        assert_eq!(
            steps,
            [
                "chip_keyed",
                "lds_built",
                "locked",
                "read_back",
                "signed",
                "written"
            ]
        );
    }
}

/// The last piece of a file may fit into a short answer in plain, and no more once it is protected.
#[test]
fn files_whose_last_piece_only_just_fits_a_short_answer_are_read_back() {
    // What fits into an answer of the bench's chips; of a file beyond short offsets the ninth piece is the last even one.
    let piece = 4_079;
    for before in [piece, 9 * piece] {
        for last in [236, 239, 240, 244, 248, 252, 254, 256, 258] {
            let mut bench = Bench::new(Applicant::with_fingers_of(before + last));
            let order = bench.order();
            bench.blanks(1);
            let made = bench.run().unwrap();
            assert_eq!(
                (made.documents, made.scrapped),
                (1, 0),
                "{before} and {last}"
            );
            assert!(bench.newest(order).state().is_document());
        }
    }
}

#[test]
fn files_beyond_short_offsets_are_written_compared_and_dumped() {
    let mut bench = Bench::new(Applicant::large());
    bench.dumps = true;
    let order = bench.order();
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    let number = bench.newest(order).binding().unwrap().number;
    let folder = bench
        .home
        .folder()
        .join("out/documents")
        .join(number.as_str());
    let ordered = |kind| {
        &bench
            .applicant
            .content
            .iter()
            .find(|(k, _)| *k == kind)
            .unwrap()
            .1
    };
    let fingers = fs::read(folder.join("written/EF_DG3.bin")).unwrap();
    assert!(fingers.len() > 0x8000, "{}", fingers.len());
    assert_eq!(
        &fingers,
        &**ordered(personalisation_store::order::ContentKind::Dg3)
    );
    let portrait = fs::read(folder.join("chip/EF_DG2.bin")).unwrap();
    assert_eq!(
        &portrait,
        &**ordered(personalisation_store::order::ContentKind::Dg2)
    );
    for file in [
        "EF_COM", "EF_SOD", "EF_DG1", "EF_DG7", "EF_DG11", "EF_DG12", "EF_DG14",
    ] {
        assert!(folder.join(format!("chip/{file}.bin")).exists(), "{file}");
    }
    for file in ["EF_CardAccess", "EF_CardSecurity", "EF_ATR_INFO", "EF_DIR"] {
        assert!(folder.join(format!("chip/{file}.bin")).exists(), "{file}");
    }
    assert_eq!(
        fs::read(folder.join("chip/EF_DG3.bin")).unwrap(),
        fingers,
        "terminal authentication opens DG3 after the lock"
    );
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("record.json")).unwrap()).unwrap();
    assert_eq!(record["number"], number.as_str());
}

#[test]
fn the_line_ends_without_blanks_and_goes_on_when_there_are_some() {
    let mut bench = Bench::new(Applicant::small());
    bench.order();
    bench.order();
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    assert_eq!(
        bench
            .runtime
            .block_on(bench.store.queue_length())
            .unwrap()
            .queued,
        1
    );
    bench.blanks(1);
    assert_eq!(
        bench.run().unwrap(),
        Tally {
            documents: 1,
            scrapped: 0,
            on_hold: 0
        }
    );
    invariants::check(&bench, "two runs");
}

#[test]
fn two_readers_share_one_queue_and_no_order_is_made_twice() {
    let mut bench = Bench::new(Applicant::small());
    let orders: Vec<_> = (0..6).map(|_| bench.order()).collect();
    bench.blanks(6);
    let second = bench.second_tray(3);
    let workers = [bench.worker(bench.tray.clone(), 1), bench.worker(second, 2)];
    let threads = workers.map(|worker| std::thread::spawn(|| worker.run()));
    let documents: u64 = threads
        .into_iter()
        .map(|thread| thread.join().unwrap().unwrap().documents)
        .sum();
    assert_eq!(documents, 6);
    for order in orders {
        assert_eq!(bench.newest(order).id().attempt.get(), 1);
    }
    assert_eq!(bench.pki.signed(), 6);
    invariants::check(&bench, "two readers");
}
