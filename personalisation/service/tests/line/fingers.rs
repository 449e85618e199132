//! Fingers read back after the lock, by the line's own terminal.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use icao9303::cvc::Rights;
use inspection::Terminal;
use personalisation::line::{
    event::Event,
    fingers::{Fingers, Terminals},
};
use time::macros::date;

use crate::{
    bench::Bench,
    invariants,
    people::Applicant,
    terminal::{Inspector, Plan},
};

/// Has a terminal, but not at each of the first so many times that it is asked for.
struct Late {
    inspector: Arc<Inspector>,
    missing: Mutex<u32>,
}

impl Terminals for Late {
    fn current(&self) -> Option<Arc<dyn Terminal + Send + Sync>> {
        let mut missing = self.missing.lock().unwrap();
        if *missing > 0 {
            *missing -= 1;
            return None;
        }
        Some(Arc::clone(&self.inspector) as Arc<dyn Terminal + Send + Sync>)
    }
}

pub fn access(plan: &Plan) -> Fingers {
    late(plan, 0)
}

fn late(plan: &Plan, times: u32) -> Fingers {
    let inspector = Arc::new(Inspector::new(plan));
    Fingers {
        trust_points: vec![inspector.trust_point.clone()],
        terminals: Arc::new(Late {
            inspector,
            missing: Mutex::new(times),
        }),
    }
}

/// The reasons given for cards that were given up.
fn scrapped(bench: &Bench) -> Vec<(&'static str, String)> {
    let reasons = bench.said().into_iter().filter_map(|event| match event {
        Event::Scrapped { reason, detail, .. } => Some((reason, detail)),
        _ => None,
    });
    reasons.collect()
}

#[test]
fn a_line_without_the_right_leaves_the_fingers_as_it_compared_them_before_the_lock() {
    let mut bench = Bench::new(Applicant::small());
    bench.fingers = None;
    bench.dumps = true;
    let order = bench.order();
    bench.blanks(1);
    assert_eq!(bench.run().unwrap().documents, 1);
    let number = bench.newest(order).binding().unwrap().number;
    let folder = bench.folder.path().join("out/documents");
    let folder = folder.join(number.as_str());
    assert!(folder.join("written/EF_DG3.bin").exists());
    assert!(!folder.join("chip/EF_DG3.bin").exists());
    invariants::check(&bench, "no terminal");
}

#[test]
fn a_certificate_that_is_late_costs_time_only() {
    let mut bench = Bench::new(Applicant::small());
    bench.fingers = Some(late(&Plan::default(), 3));
    bench.order();
    bench.blanks(1);
    let mut documents = 0;
    for _ in 0..10 {
        documents += bench.run().unwrap().documents;
    }
    assert_eq!(documents, 1);
    assert_eq!(scrapped(&bench), []);
    invariants::check(&bench, "a late certificate");
}

#[test]
fn a_card_whose_fingers_cannot_be_read_back_is_no_document() {
    for (plan, told) in [
        (
            Plan {
                rights: Rights::READ_DG4,
                ..Plan::default()
            },
            "cannot be read back",
        ),
        (
            Plan {
                days: [date!(2026 - 10 - 01), date!(2026 - 10 - 02)],
                ..Plan::default()
            },
            "expired on 2026-10-02",
        ),
        (
            Plan {
                other_key: true,
                ..Plan::default()
            },
            "does not accept the signature",
        ),
    ] {
        let mut bench = Bench::new(Applicant::small());
        bench.fingers = Some(access(&plan));
        bench.order();
        bench.blanks(1);
        assert_eq!(bench.run().unwrap().documents, 0, "{told}");
        let scrapped = scrapped(&bench);
        assert_eq!(scrapped.len(), 1, "{scrapped:?}");
        assert_eq!(scrapped[0].0, "read_back_failed");
        assert!(scrapped[0].1.contains(told), "{told}: {scrapped:?}");
        bench.destroy_finished_chip();
        invariants::check(&bench, told);
    }
}

#[test]
fn the_line_reads_back_byte_for_byte_what_it_wrote() {
    let mut bench = Bench::new(Applicant::large());
    bench.dumps = true;
    let order = bench.order();
    bench.blanks(1);
    assert_eq!(bench.run().unwrap().documents, 1);
    let number = bench.newest(order).binding().unwrap().number;
    let folder = bench.folder.path().join("out/documents");
    let folder = folder.join(number.as_str());
    let read = fs::read(folder.join("chip/EF_DG3.bin")).unwrap();
    assert_eq!(read, fs::read(folder.join("written/EF_DG3.bin")).unwrap());
}
