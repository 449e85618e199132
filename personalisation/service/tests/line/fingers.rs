//! Fingers read back after the lock, by the line's own terminal.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use icao9303::cvc::{Certificate, Rights};
use inspection::{Terminal, TerminalError};
use personalisation::line::{
    event::Event,
    fingers::{Fingers, NoTerminal, Terminals},
    worker::{InspectionChange, WorkerError},
};
use time::{Date, macros::date};

use crate::line::{bench::Bench, invariants, people::Applicant};
use crate::support::terminal::{Inspector, Plan};

/// Has a terminal, but not at each of the first so many times that it is asked for.
struct Late {
    inspector: Arc<Inspector>,
    missing: Mutex<u32>,
}

impl Terminals for Late {
    fn current(&self, _: Date) -> Result<Arc<dyn Terminal + Send + Sync>, NoTerminal> {
        let mut missing = self.missing.lock().unwrap();
        if *missing > 0 {
            *missing -= 1;
            let why = "none yet".to_owned();
            return Err(NoTerminal { why });
        }
        Ok(Arc::clone(&self.inspector) as Arc<dyn Terminal + Send + Sync>)
    }

    fn distrust(&self) {}
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
    let folder = bench.home.folder().join("out/documents");
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

/// A terminal whose key is away until somebody was told.
struct Mute {
    inspector: Arc<Inspector>,
    told: Arc<AtomicBool>,
}

impl Terminal for Mute {
    fn certificate(&self) -> &Certificate {
        self.inspector.certificate()
    }

    fn known(&self) -> &[Certificate] {
        self.inspector.known()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TerminalError> {
        if self.told.load(Ordering::SeqCst) {
            self.inspector.sign(message)
        } else {
            Err(TerminalError::new("the token is absent"))
        }
    }
}

impl Terminals for Mute {
    fn current(&self, _: Date) -> Result<Arc<dyn Terminal + Send + Sync>, NoTerminal> {
        let (inspector, told) = (Arc::clone(&self.inspector), Arc::clone(&self.told));
        Ok(Arc::new(Self { inspector, told }))
    }

    fn distrust(&self) {
        self.told.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_key_that_does_not_sign_costs_time_only() {
    let inspector = Arc::new(Inspector::new(&Plan::default()));
    let mut bench = Bench::new(Applicant::small());
    bench.fingers = Some(Fingers {
        trust_points: vec![inspector.trust_point.clone()],
        terminals: Arc::new(Mute {
            inspector,
            told: Arc::default(),
        }),
    });
    bench.order();
    bench.blanks(1);
    // Tired of waiting after the first look, the program is started again.
    let documents: u64 = (0..2).map(|_| bench.run().unwrap().documents).sum();
    assert_eq!(documents, 1);
    let said = bench.said();
    let waiting = said.iter().find_map(|event| match event {
        Event::Waiting { why, .. } => Some(why.clone()),
        _ => None,
    });
    let why = waiting.unwrap();
    assert!(why.contains("its key did not sign"), "{why}");
    let given_up = |event: &Event| matches!(event, Event::Scrapped { .. });
    assert!(!said.iter().any(given_up), "{said:?}");
    invariants::check(&bench, "a silent key");
}

/// A card is signed as one that terminals open, or as one that none does: it is finished as begun.
#[test]
fn a_card_under_way_is_finished_under_the_configuration_that_it_was_begun_with() {
    for begun_with in [true, false] {
        let mut bench = Bench::new(Applicant::small());
        let with = bench.fingers.take();
        let configure = |bench: &mut Bench, inspection: bool| {
            bench.fingers = inspection.then(|| with.clone().unwrap());
        };
        configure(&mut bench, begun_with);
        let order = bench.order();
        bench.blanks(1);
        bench.pki.be_unavailable(u32::MAX);
        assert_eq!(bench.run().unwrap().documents, 0);
        bench.pki.be_unavailable(0);
        let attempt = bench.newest(order);
        assert_eq!(attempt.state().name(), "lds_built");

        configure(&mut bench, !begun_with);
        let stopped = bench.run().unwrap_err();
        let WorkerError::InspectionChanged(change) = &stopped else {
            panic!("{stopped}");
        };
        let expected = if begun_with {
            InspectionChange::Removed(attempt.id())
        } else {
            InspectionChange::Added(attempt.id())
        };
        assert_eq!(*change, expected);
        assert_eq!(scrapped(&bench), []);

        configure(&mut bench, begun_with);
        assert_eq!(bench.run().unwrap().documents, 1);
        assert_eq!(bench.newest(order).id(), attempt.id());
        invariants::check(&bench, "the configuration changed");
        // Whatever is begun afterwards follows the new configuration.
        configure(&mut bench, !begun_with);
        bench.order();
        bench.blanks(1);
        assert_eq!(bench.run().unwrap().documents, 1);
    }
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
    let folder = bench.home.folder().join("out/documents");
    let folder = folder.join(number.as_str());
    let read = fs::read(folder.join("chip/EF_DG3.bin")).unwrap();
    assert_eq!(read, fs::read(folder.join("written/EF_DG3.bin")).unwrap());
}
