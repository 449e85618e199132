//! The station's own program killed (-9) at every step of the wizard and while it sends: nothing lost, nothing
//! twice, nothing readable on the disk.

use std::thread;
use std::time::{Duration, Instant};

use dossier::ApplicationId;
use e2e::counter::Intake;
use e2e::visitor::Page;
use enrolment_station::capture::Step;
use serde_json::Value;

use crate::capture::counter::{Counter, JPEG};
use crate::capture::walker::{Walker, place};

/// How long after a form was sent the plug is pulled, in milliseconds: before, in, and after its commit.
const AFTER: [u64; 6] = [0, 4, 12, 30, 60, 250];
/// How long after the start it is pulled while the outbox sends.
const SENDING: [u64; 5] = [0, 30, 80, 160, 320];
/// Until the centre has accepted.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn killed_at_any_step_and_while_it_sends_nothing_is_lost_nothing_sent_twice() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let centre = runtime.block_on(Intake::start(folder.path(), "")).unwrap();
    let counter = Counter::open_at(Some(&centre), 7, &[7]);
    let number = counter.number("ordinary adult with a valid document");
    let id = through_the_wizard(&counter, &number);
    for wait in SENDING {
        // A moment of the upload, not a state that one could wait for.
        thread::sleep(Duration::from_millis(wait));
        counter.kill();
        nothing_readable(&counter, &number);
        assert_eq!(counter.outbox().len(), 1);
        counter.start();
    }
    until(|| state(&counter) == "accepted");
    let held = std::fs::read_dir(folder.path().join("dossiers/held")).unwrap();
    assert_eq!(held.count(), 0, "each dossier that came was opened");
    let row = runtime.block_on(centre.store.application(id)).unwrap();
    assert!(row.is_some(), "the centre has the application");
    nothing_readable(&counter, &number);
}

/// Every form is sent once while the plug is pulled, and again where it was not kept.
fn through_the_wizard(counter: &Counter, number: &str) -> ApplicationId {
    let mut walker = Walker::arrives(counter, 0, number);
    let mut page = walker.begin();
    let home = place(&page).trim_end_matches("/request").to_owned();
    for (kill, after) in (1..).zip(AFTER.into_iter().cycle()) {
        let said = killed_while(counter, &mut walker, &page, Duration::from_millis(after));
        nothing_readable(counter, number);
        counter.start();
        walker = Walker::arrives(counter, kill, number);
        let again = walker.visitor.go(&home).unwrap();
        let queued = counter.outbox().len();
        if again.status == 404 {
            assert_eq!(queued, 1, "the draft is gone, and the dossier there, once");
            break;
        }
        assert_eq!(queued, 0, "there is a draft still");
        if let Some(said) = said {
            assert_ne!(said.path, "/receipt", "what was said to be sent is a draft");
            // The wizard goes on at the first step that is not done: never before what was said to be kept.
            assert!(order(&again) >= order(&said), "what was said to be kept is");
        }
        // What was not kept once more, and what is another try of the same page.
        let before = place(&page);
        page = again;
        if place(&page) == before {
            page = walker.step(&page).unwrap();
        }
        if page.path == "/receipt" {
            assert_eq!(counter.outbox().len(), 1);
            break;
        }
    }
    home.rsplit('/').next().unwrap().parse().unwrap()
}

/// The page that came before the plug was pulled; none where it came too late.
fn killed_while(
    counter: &Counter,
    walker: &mut Walker,
    page: &Page,
    after: Duration,
) -> Option<Page> {
    thread::scope(|scope| {
        let walking = scope.spawn(|| walker.step(page));
        // A moment of the request, not a state that one could wait for.
        thread::sleep(after);
        counter.kill();
        walking.join().unwrap().ok()
    })
}

/// How far along the wizard a page is.
fn order(page: &Page) -> usize {
    let place = place(page);
    let slug = place.rsplit('/').next().unwrap();
    let step = Step::ALL.iter().position(|step| step.slug() == slug);
    step.unwrap_or(Step::ALL.len())
}

fn nothing_readable(counter: &Counter, number: &str) {
    for text in [number.as_bytes(), b"RF18 5390", b"cannot write"] {
        assert!(!counter.disk_has(text), "a text that was entered");
    }
    assert!(!counter.disk_has(JPEG), "a portrait");
    assert!(!counter.disk_has(b"FIR\x00010\x00"), "a finger");
}

fn state(counter: &Counter) -> String {
    let rows = counter.outbox();
    let states: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["state"].as_str())
        .collect();
    assert_eq!(states.len(), 1, "{rows:?}");
    assert!(
        rows.iter().all(|row| row["alarm"] == Value::Null),
        "{rows:?}"
    );
    states[0].to_owned()
}

pub fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "it did not come about");
        thread::sleep(Duration::from_millis(100));
    }
}
