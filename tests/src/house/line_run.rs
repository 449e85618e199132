//! One run of `personalisation line` that is watched, and may be killed at any moment.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::HouseError;
use crate::programs::{self, ProgramError};

/// Nothing that a journey waits for takes longer, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
const PROGRAM: &str = "personalisation line";

/// A run under way; dropping it kills the program.
#[derive(Debug)]
pub struct LineRun {
    child: Child,
    events: Receiver<Value>,
    seen: Vec<Value>,
    errors: Option<JoinHandle<String>>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct LineEnd {
    /// Exit status; none when it was killed.
    pub status: Option<i32>,
    /// Every event.
    pub events: Vec<Value>,
    /// What it said on standard error.
    pub errors: String,
}

impl LineRun {
    /// Starts the program with `arguments` after `line`.
    pub(super) fn start(
        arguments: &[&str],
        environment: &[(&str, &Path)],
    ) -> Result<Self, HouseError> {
        let io = |source| ProgramError::Io {
            program: PROGRAM.to_owned(),
            source,
        };
        let mut child = Command::new(programs::built("personalisation")?)
            .arg("line")
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let (send, events) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // A killed program's last line may be torn; what is whole must be JSON.
                    let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
                    if send.send(event).is_err() {
                        break;
                    }
                }
            });
        }
        let errors = child.stderr.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // What came before a failure is all there is.
                let _failed = pipe.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        Ok(Self {
            child,
            events,
            seen: Vec::new(),
            errors,
        })
    }

    /// Waits for the first event that `wanted` takes, and returns it.
    pub fn wait_for(
        &mut self,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, HouseError> {
        let end = Instant::now() + PATIENCE;
        while let Ok(event) = self
            .events
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.seen.push(event.clone());
            if wanted(&event) {
                return Ok(event);
            }
        }
        Err(self.silence(what))
    }

    /// The next event, if one comes in time; it is not kept. The line that works on does not end by itself.
    pub fn next(&mut self, patience: Duration) -> Result<Option<Value>, HouseError> {
        match self.events.recv_timeout(patience) {
            Ok(event) => Ok(Some(event)),
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(self.silence("a further event")),
        }
    }

    /// Waits for so many further events; false when the program ended before.
    pub fn wait_for_events(&mut self, count: usize) -> bool {
        for _ in 0..count {
            match self.events.recv_timeout(PATIENCE) {
                Ok(event) => self.seen.push(event),
                Err(_) => return false,
            }
        }
        true
    }

    /// SIGKILL, now.
    pub fn kill(mut self) -> LineEnd {
        // A program that has already ended is as dead as one that was killed.
        let _already_ended = self.child.kill();
        self.collect()
    }

    /// Waits until the program ends by itself.
    pub fn finish(mut self) -> Result<LineEnd, HouseError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self
                .events
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(event) => self.seen.push(event),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(self.collect()),
                Err(mpsc::RecvTimeoutError::Timeout) => return Err(self.silence("its end")),
            }
        }
    }

    fn collect(&mut self) -> LineEnd {
        let status = self.child.wait().ok().and_then(|status| status.code());
        self.seen.extend(self.events.iter());
        let errors = self.errors.take().and_then(|thread| thread.join().ok());
        LineEnd {
            status,
            events: std::mem::take(&mut self.seen),
            errors: errors.unwrap_or_default(),
        }
    }

    fn silence(&mut self, wanted: &str) -> HouseError {
        let _already_ended = self.child.kill();
        let end = self.collect();
        let said: Vec<String> = end.events.iter().map(Value::to_string).collect();
        HouseError::Silence {
            program: PROGRAM,
            wanted: wanted.to_owned(),
            seconds: PATIENCE.as_secs(),
            said: format!("{}\n{}", said.join("\n"), end.errors),
        }
    }
}

impl Drop for LineRun {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl LineEnd {
    /// The events of that name.
    pub fn named(&self, name: &str) -> Vec<&Value> {
        self.events
            .iter()
            .filter(|event| event["event"] == name)
            .collect()
    }
}
