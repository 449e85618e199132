//! One run of the line, watched: at each document what its process has spent so far.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::Value;

use super::{
    hall::{FloorError, Hall, system},
    number,
};
use crate::programs;

/// What the line's threads tell of their processor time.
const LOG: &str = "warn,personalisation::line=debug,personalisation::quality=debug";
/// Ticks of the system's clock in a second, by which it counts processor time (`USER_HZ`, fixed in Linux).
const TICKS: f64 = 100.0;

/// What the process had spent when a document was complete, and since the start when. Of two, the difference.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample {
    /// Seconds on the wall clock.
    pub(super) wall: f64,
    /// Seconds of processor time, all threads.
    pub(super) processor: f64,
    /// Of these: drawing faces.
    pub(super) drawing: f64,
    /// Of these: looking at exit pictures.
    pub(super) looking: f64,
    /// Of these: talking with machines and chips through PC/SC.
    pub(super) talking: f64,
    /// Resident memory in MiB.
    pub(super) memory: f64,
}

impl Sample {
    /// Processor time beside what threads tell of: drawing, looking, talking.
    pub(super) fn own(&self) -> f64 {
        self.processor - self.drawing - self.looking - self.talking
    }
}

/// A document of the run.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) order: String,
    pub(super) number: String,
    pub(super) chip: String,
    machine: String,
    sample: Sample,
}

/// The run.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) made: Vec<Made>,
    /// What the line said of cards that became no document.
    given_up: Vec<String>,
    ordered: usize,
    last: String,
    seconds: f64,
}

impl Run {
    /// Lets the line work until its end; `each` hears the number of documents after each of them.
    pub(super) fn of(
        hall: &Hall,
        mut each: impl FnMut(usize) -> Result<(), FloorError>,
    ) -> Result<Self, FloorError> {
        let log = hall.centre.folder().join("line.log");
        let began = Instant::now();
        let mut child = start(hall, &log)?;
        let mut meter = Meter::open(child.id(), log, began)?;
        let mut run = Self {
            made: Vec::with_capacity(hall.orders.len()),
            ordered: hall.orders.len(),
            ..Self::default()
        };
        let lines = child.stdout.take().map(BufReader::new);
        let mut outcome = Ok(());
        for line in lines
            .into_iter()
            .flat_map(|lines| lines.lines().map_while(Result::ok))
        {
            let event: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
            if event["event"] == "document" {
                run.made.push(made(&event, meter.read()?));
                outcome = each(run.made.len());
            } else if is_loss(&event) {
                run.given_up.push(line);
            } else if event["event"] != "step" {
                run.last = line;
            }
            if outcome.is_err() {
                break;
            }
        }
        run.seconds = began.elapsed().as_secs_f64();
        if outcome.is_err() {
            // It may have ended by itself.
            let _ended = child.kill();
        }
        let _status = child.wait();
        outcome.map(|()| run)
    }

    /// Every order became a document at the first try, every machine took part, and the line's threads told what they spent on
    /// what is not its own time.
    pub(super) fn demand(&self, (cards, machines): (usize, usize)) -> Result<(), FloorError> {
        if let Some(first) = self.given_up.first() {
            return Err(FloorError::GivenUp {
                count: self.given_up.len(),
                first: first.clone(),
            });
        }
        if self.made.len() != cards {
            return Err(FloorError::Incomplete {
                ordered: self.ordered,
                made: self.made.len(),
                last: self.last.clone(),
            });
        }
        let working = self.paces().values().filter(|pace| **pace > 0.0).count();
        if working != machines {
            return Err(FloorError::Idle { working, machines });
        }
        let told = self.at(cards);
        for (spent, what) in [
            (told.drawing, "drawing faces"),
            (told.talking, "machines and chips"),
            (told.looking, "exit pictures"),
        ] {
            if spent <= 0.0 {
                return Err(FloorError::Untold(what));
            }
        }
        Ok(())
    }

    /// From the line's start to its end.
    pub(super) const fn seconds(&self) -> f64 {
        self.seconds
    }

    /// After so many documents, from 1.
    pub(super) fn at(&self, documents: usize) -> Sample {
        let made = self.made.get(documents.max(1) - 1);
        made.map_or_else(Sample::default, |made| made.sample)
    }

    /// What the documents after the first so many and until the second so many cost.
    pub(super) fn between(&self, first: usize, last: usize) -> Sample {
        let (from, to) = (self.at(first), self.at(last));
        Sample {
            wall: to.wall - from.wall,
            processor: to.processor - from.processor,
            drawing: to.drawing - from.drawing,
            looking: to.looking - from.looking,
            talking: to.talking - from.talking,
            memory: to.memory - from.memory,
        }
    }

    /// Cards an hour of each machine, from its first to its last.
    pub(super) fn paces(&self) -> BTreeMap<&str, f64> {
        let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for made in &self.made {
            times
                .entry(&made.machine)
                .or_default()
                .push(made.sample.wall);
        }
        let pace = |times: &[f64]| match times {
            [first, .., last] => number(times.len() - 1) * 3600.0 / (last - first),
            _ => 0.0,
        };
        times
            .into_iter()
            .map(|(machine, times)| (machine, pace(&times)))
            .collect()
    }
}

/// Whether an event says that a card became no document.
fn is_loss(event: &Value) -> bool {
    let name = event["event"].as_str();
    name.is_some_and(|name| ["scrapped", "blank_refused", "cancelled", "held"].contains(&name))
}

fn start(hall: &Hall, log: &Path) -> Result<Child, FloorError> {
    let failed = |source| FloorError::System {
        what: "personalisation line".to_owned(),
        source,
    };
    let (variable, socket) = hall.floor.environment();
    Command::new(programs::built("personalisation")?)
        .args(["line", "--once", "--json", "--config"])
        .arg(hall.centre.config())
        .env(variable, socket)
        .env("RUST_LOG", LOG)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(log).map_err(failed)?)
        .spawn()
        .map_err(failed)
}

fn made(event: &Value, sample: Sample) -> Made {
    let field = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    Made {
        order: field("order"),
        number: field("number"),
        chip: field("chip"),
        machine: field("reader"),
        sample,
    }
}

/// Reads what a process has spent.
struct Meter {
    process: u32,
    began: Instant,
    log: BufReader<File>,
    path: PathBuf,
    drawing: f64,
    looking: f64,
    talking: f64,
}

impl Meter {
    fn open(process: u32, path: PathBuf, began: Instant) -> Result<Self, FloorError> {
        let log = File::open(&path).map_err(|source| FloorError::System {
            what: path.display().to_string(),
            source,
        })?;
        Ok(Self {
            process,
            began,
            log: BufReader::new(log),
            path,
            drawing: 0.0,
            looking: 0.0,
            talking: 0.0,
        })
    }

    fn read(&mut self) -> Result<Sample, FloorError> {
        self.read_log()?;
        let of = |file: &str| PathBuf::from(format!("/proc/{}/{file}", self.process));
        let stat = system(&of("stat"))?;
        // After the name in brackets, which may hold anything: fields 14 and 15 are ticks in user and kernel mode.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_ascii_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        let status = system(&of("status"))?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = memory.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        Ok(Sample {
            wall: self.began.elapsed().as_secs_f64(),
            processor: ticks / TICKS,
            drawing: self.drawing,
            looking: self.looking,
            talking: self.talking,
            memory: kib.unwrap_or_default() / 1024.0,
        })
    }

    /// Adds what threads have told since; of a line that is not whole yet, nothing.
    fn read_log(&mut self) -> Result<(), FloorError> {
        let failed = |source| FloorError::System {
            what: self.path.display().to_string(),
            source,
        };
        loop {
            let at = self.log.stream_position().map_err(failed)?;
            let mut line = Vec::new();
            let mut limited = (&mut self.log).take(64 * 1024);
            limited.read_until(b'\n', &mut line).map_err(failed)?;
            if line.last() != Some(&b'\n') {
                self.log.seek(SeekFrom::Start(at)).map_err(failed)?;
                return Ok(());
            }
            let line = String::from_utf8_lossy(&line);
            let nanos = line.split("processor_nanos=").nth(1);
            let nanos = nanos.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
            let seconds = nanos.unwrap_or_default() / 1e9;
            if line.contains("faces are drawn") {
                self.drawing += seconds;
            } else if line.contains("exit pictures are looked at") {
                self.looking += seconds;
            } else if line.contains("machines and chips so far") {
                self.talking = seconds;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Four cards, by two machines in turn.
    fn run() -> Run {
        let made = (0..4_u8).map(|nth| Made {
            order: nth.to_string(),
            number: nth.to_string(),
            chip: nth.to_string(),
            machine: format!("SN-{}", nth % 2),
            sample: Sample {
                wall: f64::from(nth),
                processor: f64::from(nth),
                drawing: 0.5,
                looking: 0.5,
                talking: 0.5,
                memory: 1.0,
            },
        });
        Run {
            made: made.collect(),
            ordered: 4,
            ..Run::default()
        }
    }

    #[test]
    fn a_run_counts_only_where_every_machine_made_cards_and_none_was_lost() {
        run().demand((4, 2)).unwrap();
        let missing = run().demand((5, 2)).unwrap_err();
        assert!(
            matches!(missing, FloorError::Incomplete { made: 4, .. }),
            "{missing}"
        );
        let idle = run().demand((4, 3)).unwrap_err();
        assert!(
            matches!(idle, FloorError::Idle { working: 2, .. }),
            "{idle}"
        );
        let mut once = run();
        once.made.truncate(3);
        let idle = once.demand((3, 2)).unwrap_err();
        assert!(
            matches!(idle, FloorError::Idle { working: 1, .. }),
            "{idle}"
        );
        let mut lost = run();
        lost.given_up.push("a card".to_owned());
        let lost = lost.demand((4, 2)).unwrap_err();
        assert!(
            matches!(lost, FloorError::GivenUp { count: 1, .. }),
            "{lost}"
        );
        for name in ["scrapped", "blank_refused"] {
            assert!(is_loss(&json!({ "event": name })), "{name}");
        }
        assert!(!is_loss(&json!({ "event": "document" })));
    }

    #[test]
    fn a_run_counts_only_where_its_threads_told_what_they_spent() {
        for (what, silence) in [
            (
                "drawing faces",
                (|made| made.sample.drawing = 0.0) as fn(&mut Made),
            ),
            ("machines and chips", |made| made.sample.talking = 0.0),
            ("exit pictures", |made| made.sample.looking = 0.0),
        ] {
            let mut silent = run();
            silent.made.iter_mut().for_each(silence);
            let error = silent.demand((4, 2)).unwrap_err();
            assert!(
                matches!(error, FloorError::Untold(of) if of == what),
                "{error}"
            );
        }
    }
}
