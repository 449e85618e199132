//! One dossier, every fault at every call: it arrives once, whole, and is erased on Accepted alone.

use std::time::{Duration, Instant};

use dossier::{Hash, receipt::Reason};
use enrolment_station::{
    outbox::{Event, Outbox, PassError, Problem, State, Trouble, alarm::Cause},
    store::Store,
};
use tempfile::TempDir;
use tonic::Code;

use crate::outbox::{
    authority::Authority,
    centre::{Centre, Fault},
    station::{Station, assert_unreadable, dossier},
};

/// A little over four chunks.
pub const PORTRAIT: usize = 1_100_000;

/// A centre, a station on its line, and its store.
pub struct Journey {
    pub folder: TempDir,
    pub centre: Centre,
    pub station: Station,
    pub store: Store,
}

impl Journey {
    pub async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let centre = Centre::start(Authority::new()).await;
        let mut station = Station::make(&folder.path().join("station"), &centre.authority);
        centre.know(dossier::SigningKey::spki(&station.signer()));
        let store = station.store().await;
        Self {
            folder,
            centre,
            station,
            store,
        }
    }

    pub fn outbox(&self) -> Outbox {
        Outbox::new(&self.store)
    }

    pub async fn state(&self, hash: Hash) -> State {
        let rows = self.outbox().rows().await.unwrap();
        rows.iter().find(|item| item.hash == hash).unwrap().state
    }

    /// One pass with a new program, all waits over.
    pub async fn pass(&self) -> Result<(), PassError> {
        self.station.later();
        let mut uploader = self.station.uploader(&self.store, self.centre.line.address);
        uploader.pass().await
    }

    /// Passes until everything is held or in a final state.
    pub async fn until_sent(&self, what: &str) {
        for _ in 0..20 {
            let _ = self.pass().await;
            if self.outbox().summary().await.unwrap().waiting == 0 {
                return;
            }
        }
        panic!("{what}: {:?}", self.outbox().rows().await);
    }

    /// The centre opens what it holds, the station hears it and erases.
    pub async fn until_accepted(&self, what: &str) {
        self.until_sent(what).await;
        self.centre.open_all();
        self.pass().await.unwrap();
        for item in self.outbox().rows().await.unwrap() {
            assert_eq!(item.state, State::Accepted, "{what}");
            assert_eq!(
                self.outbox().sealed(item.hash).await.unwrap(),
                None,
                "{what}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_goes_its_way() {
    let mut journey = Journey::begin().await;
    let (id, hash) = journey.station.confirm(&journey.store, PORTRAIT).await;
    let length = journey.outbox().find(id).await.unwrap().unwrap().length;
    journey.pass().await.unwrap();
    assert_eq!(journey.state(hash).await, State::Held);
    assert!(
        journey.outbox().sealed(hash).await.unwrap().is_some(),
        "Held erases nothing"
    );
    let calls = journey.centre.calls();
    let chunks = usize::try_from(length).unwrap().div_ceil(256 << 10);
    let expected = [
        vec!["begin"],
        vec!["append"; chunks],
        vec!["finish", "receipts", "tasks"],
    ];
    assert_eq!(calls, expected.concat());
    journey.centre.open_all();
    journey.pass().await.unwrap();
    assert_eq!(journey.state(hash).await, State::Accepted);
    assert!(journey.outbox().sealed(hash).await.unwrap().is_none());
    assert!(
        journey.outbox().receipt(hash).await.unwrap().is_some(),
        "the proof is kept"
    );
    assert!(journey.centre.contents()[&id] == dossier(id, PORTRAIT));
    assert_eq!(journey.centre.new_bytes(), length);
    assert_unreadable(journey.folder.path());
    let events = journey.station.events();
    let last = events
        .iter()
        .rfind(|event| matches!(event, Event::Received(..)));
    assert_eq!(last, Some(&Event::Received(hash, State::Accepted)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_fails_in_every_way_once() {
    let mut journey = Journey::begin().await;
    let slow = Fault::Slow(Duration::from_millis(300));
    let faults = [
        Fault::CutBefore,
        Fault::LoseReply,
        Fault::Forget,
        Fault::Offset(0),
        Fault::Offset(1),
        Fault::Offset(300_000),
        Fault::Offset(u64::MAX),
        Fault::Refuse(Code::Unavailable),
        Fault::Refuse(Code::NotFound),
        Fault::Refuse(Code::DataLoss),
        Fault::Refuse(Code::Internal),
        Fault::Refuse(Code::ResourceExhausted),
        Fault::Refuse(Code::OutOfRange),
        Fault::Refuse(Code::FailedPrecondition),
        slow,
    ];
    // begin, five chunks, finish.
    let (mut rounds, mut applications) = (0, Vec::new());
    for fault in faults {
        for at in 0..7 {
            let what = format!("{fault:?} at call {at}");
            journey.centre.plan(move |seen| {
                if seen.number == at {
                    fault
                } else {
                    Fault::None
                }
            });
            let (id, _) = journey.station.confirm(&journey.store, PORTRAIT).await;
            journey.until_accepted(&what).await;
            assert!(
                journey.centre.contents()[&id] == dossier(id, PORTRAIT),
                "{what}"
            );
            applications.push(id);
            rounds += 1;
        }
    }
    assert_eq!(journey.centre.contents().len(), rounds);
    assert_eq!(journey.centre.held(), rounds, "none twice");
    assert_unreadable(journey.folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_is_cut_anywhere_in_the_bytes() {
    let mut journey = Journey::begin().await;
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(9);
    for round in 0..30 {
        let (id, _) = journey.station.confirm(&journey.store, PORTRAIT).await;
        let at = crate::outbox::station::below(&mut rng, 1_150_000);
        journey.centre.line.cut_after(at);
        let what = format!("round {round}, cut after {at} bytes");
        journey.until_accepted(&what).await;
        assert!(
            journey.centre.contents()[&id] == dossier(id, PORTRAIT),
            "{what}"
        );
    }
    // What was there already was not sent again: each cut costs less than two chunks.
    let carried = journey.centre.line.carried();
    assert!(carried < 30 * (1_110_000 + 600_000), "{carried} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_is_started_again_in_the_middle() {
    let mut journey = Journey::begin().await;
    for at in 0..8 {
        let (id, _) = journey.station.confirm(&journey.store, PORTRAIT).await;
        // Stands still at that call until it is killed.
        let still = Fault::Slow(Duration::from_mins(1));
        journey.centre.plan(move |seen| {
            if seen.number == at {
                still
            } else {
                Fault::None
            }
        });
        let mut uploader = journey
            .station
            .uploader(&journey.store, journey.centre.line.address);
        journey.station.later();
        let passing = tokio::spawn(async move { uploader.pass().await });
        let began = Instant::now();
        while journey.centre.calls().len() <= at {
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "call {at} never came"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        journey.centre.restart().await;
        let passed = passing.await.unwrap();
        assert!(
            matches!(passed, Err(PassError::Way(Trouble::Unreachable))),
            "{passed:?}"
        );
        journey.centre.behave();
        journey.until_accepted(&format!("restarted at {at}")).await;
        assert!(journey.centre.contents()[&id] == dossier(id, PORTRAIT));
    }
    assert_eq!(journey.centre.held(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_ends_is_given_up() {
    let mut journey = Journey::begin().await;
    journey.station.confirm(&journey.store, 2000).await;
    journey.centre.plan(|_| Fault::Slow(Duration::from_mins(1)));
    let pace = enrolment_station::outbox::Pace {
        call: Duration::from_millis(200),
        ..crate::outbox::station::PACE
    };
    let uploader = journey
        .station
        .uploader(&journey.store, journey.centre.line.address);
    let mut uploader = uploader.paced(pace);
    let passed = tokio::time::timeout(Duration::from_secs(5), uploader.pass()).await;
    assert!(matches!(
        passed.unwrap(),
        Err(PassError::Way(Trouble::Unreachable))
    ));
    assert_eq!(
        uploader.status().borrow().trouble,
        Some(Trouble::Unreachable)
    );
    journey.centre.behave();
    journey.until_accepted("after it was slow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_always_fails_is_in_nobodys_way() {
    let mut journey = Journey::begin().await;
    // The oldest is the one over which the centre stumbles: an internal error ends the pass.
    let (_, first) = journey.station.confirm(&journey.store, 2000).await;
    journey.station.later();
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(journey.station.confirm(&journey.store, 2000).await.1);
        journey.station.later();
    }
    journey.centre.plan(move |seen| {
        if seen.hash == Some(first) {
            Fault::Refuse(Code::Internal)
        } else {
            Fault::None
        }
    });
    for _ in 0..2 {
        let _ = journey.pass().await;
    }
    for hash in others {
        assert_eq!(journey.state(hash).await, State::Held);
    }
    assert_eq!(journey.state(first).await, State::Waiting);
    journey.centre.behave();
    journey.until_accepted("once the centre is well").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_may_not_send_learns_what_became_of_the_rest() {
    let mut journey = Journey::begin().await;
    let (_, before) = journey.station.confirm(&journey.store, 2000).await;
    journey.until_sent("before it was refused").await;
    journey.centre.open_all();
    for _ in 0..3 {
        journey.station.confirm(&journey.store, 2000).await;
    }
    journey.centre.plan(|seen| {
        if seen.call == "begin" {
            Fault::Refuse(Code::PermissionDenied)
        } else {
            Fault::None
        }
    });
    let passed = journey.pass().await;
    assert!(
        matches!(passed, Err(PassError::Way(Trouble::Refused))),
        "{passed:?}"
    );
    assert_eq!(journey.state(before).await, State::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_centre_says_is_told_apart() {
    let mut journey = Journey::begin().await;
    let cases = [
        (Code::Unauthenticated, Trouble::Certificate),
        (Code::FailedPrecondition, Trouble::Clock),
        (Code::ResourceExhausted, Trouble::NoRoom),
        (Code::Unavailable, Trouble::Unreachable),
    ];
    let (_, hash) = journey.station.confirm(&journey.store, 2000).await;
    for (code, trouble) in cases {
        journey.centre.plan(move |_| Fault::Refuse(code));
        let passed = journey.pass().await;
        let found = matches!(&passed, Err(PassError::Way(found)) if *found == trouble);
        assert!(found, "{code:?}: {passed:?}");
    }
    assert!(
        journey.outbox().alarms().await.unwrap().is_empty(),
        "the way is nobody's alarm"
    );
    // A station that was revoked: said as such after some dossiers, and each is an alarm.
    for _ in 0..4 {
        journey.station.confirm(&journey.store, 2000).await;
    }
    journey
        .centre
        .plan(|_| Fault::Refuse(Code::PermissionDenied));
    let passed = journey.pass().await;
    assert!(
        matches!(passed, Err(PassError::Way(Trouble::Refused))),
        "{passed:?}"
    );
    let begun = journey.centre.calls();
    let begun = begun.iter().filter(|call| **call == "begin").count();
    assert_eq!(begun, 3, "it does not ask five times");
    let alarms = journey.outbox().alarms().await.unwrap();
    assert_eq!(alarms.len(), 3);
    assert!(
        alarms
            .iter()
            .all(|alarm| alarm.cause == Cause::Stuck(Problem::NotOurs))
    );
    journey.centre.behave();
    journey.until_accepted("not revoked after all").await;
    assert_eq!(journey.state(hash).await, State::Accepted);
    assert!(journey.outbox().alarms().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_dossier_stays_and_rings() {
    let mut journey = Journey::begin().await;
    let (_, hash) = journey.station.confirm(&journey.store, 2000).await;
    journey.until_sent("to be rejected").await;
    journey.centre.reject_all(Reason::IntakeKey);
    for _ in 0..2 {
        journey.pass().await.unwrap();
        assert_eq!(
            journey.state(hash).await,
            State::Rejected(Reason::IntakeKey)
        );
    }
    assert!(journey.outbox().sealed(hash).await.unwrap().is_some());
    let alarms = journey.outbox().alarms().await.unwrap();
    assert_eq!(alarms[0].cause, Cause::Rejected(Reason::IntakeKey));
    let remedy = alarms[0].cause.remedy();
    assert!(
        remedy.contains("cannot open it") && remedy.contains("export"),
        "{remedy}"
    );
    // It is not sent again; and what the outbox may hold counts it.
    journey.centre.behave();
    journey.pass().await.unwrap();
    assert_eq!(journey.centre.calls(), ["receipts", "tasks"]);
    assert_eq!(journey.outbox().summary().await.unwrap().backlog(), 1);
}
