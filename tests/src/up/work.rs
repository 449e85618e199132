//! The house's people at work: each a thread, as each would sit at a table of their own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Arguments, in_words};
use crate::demo::DemoError;
use crate::demo::applicants::Applicant;
use crate::demo::counter::Counter;
use crate::house::{Centre, Floor};

/// How soon anybody hears that the day is over.
const LOOK: Duration = Duration::from_millis(200);

/// Something that happened.
#[derive(Debug, Clone)]
pub struct News {
    /// Where: `counter`, `review` or `line`.
    pub room: &'static str,
    /// What, in words.
    pub what: String,
}

/// Where they work.
pub(super) struct Place<'a> {
    pub(super) people: &'a [Applicant],
    pub(super) arguments: &'a Arguments,
    pub(super) centre: &'a Centre,
    pub(super) counter: &'a mut Counter,
    pub(super) floor: &'a mut Floor,
}

impl Place<'_> {
    /// Until `end` is true; the first failure ends the day for all.
    pub(super) fn run(
        self,
        end: &AtomicBool,
        tell: impl Fn(&News) + Sync,
    ) -> Result<(), DemoError> {
        let Self {
            people,
            arguments,
            centre,
            counter,
            floor,
        } = self;
        let tell = &tell;
        let outcome = thread::scope(|scope| {
            let (house, hall) = (&*counter, &*floor);
            let every = Duration::from_secs(arguments.every.into());
            let all = [
                scope.spawn(move || closing(end, enrol(house, (people, every), end, tell))),
                scope.spawn(move || closing(end, review(house, end, tell))),
                scope.spawn(move || closing(end, personalise((centre, hall), end, tell))),
            ];
            all.map(|one| {
                one.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        });
        let outcome = outcome.into_iter().collect::<Result<(), _>>();
        // What has ended says more than whoever missed it.
        outcome.map_err(|error| {
            let ended = counter.ended_program().or_else(|| floor.ended_program());
            ended.map_or(error, |program| DemoError::Ended { program })
        })
    }
}

/// Ends the day where somebody cannot go on; what fails after its end is no failure.
fn closing(end: &AtomicBool, done: Result<(), DemoError>) -> Result<(), DemoError> {
    if done.is_ok() {
        return done;
    }
    // Ctrl-C ends the programs too, which may be seen before it is heard.
    thread::sleep(LOOK);
    if end.swap(true, Ordering::Relaxed) {
        Ok(())
    } else {
        done
    }
}

/// The clerk: one applicant after the other.
fn enrol(
    counter: &Counter,
    (people, every): (&[Applicant], Duration),
    end: &AtomicBool,
    tell: &(impl Fn(&News) + Sync),
) -> Result<(), DemoError> {
    let room = "counter";
    let mut clerk = counter.clerk()?;
    for person in people {
        let began = Instant::now();
        let what = clerk.enrol(person)?;
        let what = format!("{}: {}", person.name(), in_words(&what));
        tell(&News { room, what });
        while began.elapsed() < every && !end.load(Ordering::Relaxed) {
            thread::sleep(LOOK);
        }
        if end.load(Ordering::Relaxed) {
            return Ok(());
        }
    }
    let what = "everybody has been here; the counter is yours".to_owned();
    tell(&News { room, what });
    Ok(())
}

/// The reviewer: whatever waits is approved, unless a visitor decided first.
fn review(
    counter: &Counter,
    end: &AtomicBool,
    tell: &(impl Fn(&News) + Sync),
) -> Result<(), DemoError> {
    let mut reviewer = counter.reviewer()?;
    while !end.load(Ordering::Relaxed) {
        if reviewer.approve_next()? {
            let what = "an application is approved".to_owned();
            tell(&News {
                room: "review",
                what,
            });
        } else {
            thread::sleep(LOOK);
        }
    }
    Ok(())
}

/// The line, and what it says.
fn personalise(
    (centre, floor): (&Centre, &Floor),
    end: &AtomicBool,
    tell: &(impl Fn(&News) + Sync),
) -> Result<(), DemoError> {
    let mut line = centre.start_line(floor)?;
    while !end.load(Ordering::Relaxed) {
        let event = line.next(LOOK)?;
        if let Some(what) = event.as_ref().and_then(said) {
            tell(&News { room: "line", what });
        }
    }
    Ok(())
}

/// An event of the line in words; none of those that only count steps.
fn said(event: &Value) -> Option<String> {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let what = match text("event") {
        "bound" => format!("card {} is begun", text("number")),
        "document" => format!("card {} is made, inspected and in the tray", text("number")),
        "scrapped" => format!("card {} is given up: {}", text("number"), text("reason")),
        "waiting" => text("why").to_owned(),
        "blank_refused" => format!("a blank is refused: {}", text("detail")),
        "held" => format!("an order is on hold: {}", text("why")),
        _ => return None,
    };
    Some(format!("{}: {what}", text("reader")))
}
