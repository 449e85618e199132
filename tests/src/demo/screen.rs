//! What the demo says while it works: a line a stage, a line a step of each card.

use std::time::Instant;

use serde_json::Value;

use super::clerk::Enrolment;
use super::report::Stage;

/// The screen, and the times of the stages shown on it.
#[derive(Debug)]
pub struct Screen {
    stages: Vec<Stage>,
}

impl Screen {
    /// Greets.
    pub fn new(applicants: usize) -> Self {
        println!("Stempel: from {applicants} applicants' data to verified cards\n");
        Self { stages: Vec::new() }
    }

    /// Announces a stage, runs it and says how long it took.
    pub fn stage<T, E>(
        &mut self,
        name: &'static str,
        what: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        println!("{name:11} {what} …");
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:11} done in {seconds:.1} s\n", "");
        self.stages.push(Stage { name, seconds });
        Ok(result)
    }

    /// The stages so far.
    pub fn into_stages(self) -> Vec<Stage> {
        self.stages
    }
}

/// Says what came of an applicant at the counter.
pub fn show_enrolment(name: &str, what: &Enrolment) {
    let words = match what {
        Enrolment::Sent => "captured, confirmed, signed and sealed in the outbox",
        Enrolment::Deceased => "not enrolled, the register says that this person died",
    };
    println!("{:11} {name}: {words}", "");
}

/// Says what happens to a card: one event of `personalisation line --json` (docs/line.md).
pub fn show_event(event: &Value) {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let reader = text("reader");
    // Without the numbers that pcscd appends.
    let short = reader
        .get(..reader.len().saturating_sub(6))
        .unwrap_or_default();
    let place = format!("{short} {}", text("number"));
    match event["event"].as_str().unwrap_or_default() {
        "bound" => println!("{:11} {place}: bound to chip {}", "", text("chip")),
        "step" => {
            let seconds = event["seconds"].as_f64().unwrap_or_default();
            println!(
                "{:11} {place}: {} ({seconds:.2} s)",
                "",
                in_words(&text("state"))
            );
        }
        "scrapped" => println!("{:11} {place}: SCRAPPED, {}", "", text("reason")),
        "waiting" => println!("{:11} {place}: waiting, {}", "", text("why")),
        "blank_refused" => println!("{:11} {place}: blank refused, {}", "", text("reason")),
        _ => {}
    }
}

/// A state of an attempt as a sentence that needs no knowledge of the house.
fn in_words(state: &str) -> &str {
    match state {
        "chip_keyed" => "our keys replaced the maker's; the chip made its own key pair",
        "lds_built" => "data groups built",
        "signed" => "security object signed in the token, and verified",
        "written" => "all files written, read back and compared byte for byte",
        "locked" => "locked for ever",
        "read_back" => "read back through PACE like any border would",
        other => other,
    }
}
