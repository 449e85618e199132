//! What `POST /admin/…` sets: who stands at the device, and how it behaves.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use biometrics::iso19794::finger::FingerPosition;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::album::{Placement, Subject};
use super::capture;
use super::fault::Fault;
use crate::people::portrait;
use crate::people::register::Population;

/// Most people of a register that are looked through for a national number.
const MOST_PEOPLE: usize = 1_000_000;

/// Whether the device says that it can capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) enum Status {
    Ready,
    Busy,
    #[serde(rename = "Not Ready")]
    NotReady,
    #[serde(rename = "Not Registered")]
    NotRegistered,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Busy => "Busy",
            Self::NotReady => "Not Ready",
            Self::NotRegistered => "Not Registered",
        }
    }

    /// The protocol's error code.
    pub(super) fn code(self) -> u16 {
        match self {
            Self::Ready => 0,
            Self::Busy => 111,
            Self::NotReady => 110,
            Self::NotRegistered => 100,
        }
    }
}

/// How the device behaves now.
#[derive(Clone, Debug)]
pub(super) struct Behaviour {
    pub status: Status,
    /// Score that it claims; `None` for the picture's own.
    pub score: Option<u8>,
    /// Waits before an answer to one of the verbs.
    pub delay: Duration,
    /// Verbs that are delayed; none for all.
    pub delayed: Vec<String>,
    pub fault: Fault,
    /// The fault is over after the next capture.
    pub once: bool,
    /// Error code of every capture; 0 for none.
    pub error: u16,
    pub placement: Option<Placement>,
    /// The finger that lies on the glass whichever is asked for.
    pub laid: Option<FingerPosition>,
    pub subject: Subject,
    /// The cable is out.
    pub unplugged: bool,
    /// Captures made so far.
    pub captures: u64,
    /// Whether one is being made.
    pub capturing: bool,
}

/// The device's behaviour, and whom it may meet.
#[derive(Debug)]
pub(super) struct Control {
    behaviour: Mutex<Behaviour>,
    people: Vec<u64>,
    population: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusOrder {
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScoreOrder {
    score: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DelayOrder {
    milliseconds: u64,
    #[serde(default)]
    method: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    fault: Fault,
    #[serde(default)]
    once: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorOrder {
    code: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TouchOrder {
    touch: Option<Placement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FingerOrder {
    finger: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonOrder {
    seed: Option<u64>,
    national_number: Option<String>,
    #[serde(default)]
    next: bool,
    portrait: Option<String>,
}

impl Control {
    pub(super) fn new(people: Vec<u64>, population: u64) -> Self {
        let first = people.first().copied().unwrap_or_default();
        Self {
            behaviour: Mutex::new(Behaviour {
                status: Status::Ready,
                score: None,
                delay: Duration::ZERO,
                delayed: Vec::new(),
                fault: Fault::None,
                once: false,
                error: 0,
                placement: None,
                laid: None,
                subject: Subject::new(first),
                unplugged: false,
                captures: 0,
                capturing: false,
            }),
            people,
            population,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out an order of the admin; the error says what is wrong with it.
    pub(super) fn order(&self, path: &str, body: &[u8]) -> Result<(), String> {
        let refuse = |error: serde_json::Error| error.to_string();
        match path {
            "/admin/status" => {
                let StatusOrder { status } = serde_json::from_slice(body).map_err(refuse)?;
                self.lock().status = status;
            }
            "/admin/score" => {
                let ScoreOrder { score } = serde_json::from_slice(body).map_err(refuse)?;
                self.lock().score = score;
            }
            "/admin/delay" => {
                let order: DelayOrder = serde_json::from_slice(body).map_err(refuse)?;
                let mut behaviour = self.lock();
                behaviour.delay = Duration::from_millis(order.milliseconds);
                behaviour.delayed = order.method;
            }
            "/admin/fault" => {
                let FaultOrder { fault, once } = serde_json::from_slice(body).map_err(refuse)?;
                let mut behaviour = self.lock();
                (behaviour.fault, behaviour.once) = (fault, once);
                behaviour.unplugged = false;
            }
            "/admin/error" => {
                let ErrorOrder { code } = serde_json::from_slice(body).map_err(refuse)?;
                self.lock().error = code;
            }
            "/admin/touch" => {
                let TouchOrder { touch } = serde_json::from_slice(body).map_err(refuse)?;
                self.lock().placement = touch;
            }
            "/admin/finger" => {
                let FingerOrder { finger } = serde_json::from_slice(body).map_err(refuse)?;
                let named = |name: String| capture::by_name(&name).ok_or("no finger has this name");
                self.lock().laid = finger.map(named).transpose()?;
            }
            "/admin/person" => {
                let order: PersonOrder = serde_json::from_slice(body).map_err(refuse)?;
                let subject = self.subject(&order)?;
                self.lock().subject = subject;
            }
            _ => return Err("no such order; docs/devices.md lists them".into()),
        }
        Ok(())
    }

    fn subject(&self, order: &PersonOrder) -> Result<Subject, String> {
        let mut subject = match (order.seed, &order.national_number, order.next) {
            (Some(seed), None, false) => Subject::new(seed),
            (None, Some(number), false) => self.registered(number)?,
            (None, None, true) => self.after(self.lock().subject.seed),
            (None, None, false) => self.lock().subject.clone(),
            _ => return Err("say either seed, national_number or next".into()),
        };
        if let Some(fault) = &order.portrait {
            subject.portrait = portrait::Fault::from_str(fault, true)?;
        }
        Ok(subject)
    }

    /// Whoever follows in the list of the command line; the first one after the last.
    fn after(&self, seed: u64) -> Subject {
        let at = self.people.iter().position(|other| *other == seed);
        let next = at.map_or(0, |at| (at + 1) % self.people.len());
        Subject::new(self.people[next])
    }

    /// Somebody of the population register, at the age that the register says.
    fn registered(&self, number: &str) -> Result<Subject, String> {
        Population::new(self.population)
            .take(MOST_PEOPLE)
            .find(|entry| entry.identity.national_number == number)
            .map(|entry| Subject {
                seed: entry.seed,
                identity: entry.identity,
                portrait: portrait::Fault::None,
            })
            .ok_or_else(|| "nobody in the register has this number".into())
    }

    /// The device's behaviour, to be looked at.
    pub(super) fn report(&self) -> Value {
        let behaviour = self.lock();
        json!({
            "status": behaviour.status,
            "score": behaviour.score,
            "delay": behaviour.delay.as_millis().to_string(),
            "method": behaviour.delayed,
            "fault": behaviour.fault,
            "error": behaviour.error,
            "touch": behaviour.placement,
            "finger": behaviour.laid.map(capture::name),
            "person": behaviour.subject.seed,
            "captures": behaviour.captures,
            "unplugged": behaviour.unplugged,
        })
    }
}
