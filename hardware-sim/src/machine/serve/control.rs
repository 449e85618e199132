//! The control socket: faults, and the person at the machine. One JSON object a line in, one a line
//! out.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::unit::Unit;
use crate::card::fault::Fault as ChipFault;
use crate::card::serve::spawn;
use crate::machine::card::Stage;
use crate::machine::controller::Controller;
use crate::machine::fault::Fault;
use crate::machine::mechanics::Person;

/// One line: a machine, and one thing to do there.
#[derive(Debug, Deserialize)]
struct Line {
    machine: usize,
    #[serde(flatten)]
    order: Order,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Arm a fault.
    Fault(Fault),
    /// Arm a fault of the chip in the station.
    ChipFault(ChipFault),
    /// Forget all faults of the machine.
    ClearFaults(IgnoredAny),
    /// A person does something at the machine.
    Person(Person),
    /// A person fills the hopper with the chips of this folder.
    Refill(PathBuf),
    /// Switch the machine on (true) or off.
    Power(bool),
    /// Put the reader's cable into this port, from 0; null pulls it.
    Plug(Option<usize>),
    /// Tell how things are.
    Status(IgnoredAny),
}

/// Serves every connection until the process ends.
pub(super) fn serve(listener: &UnixListener, units: &[Arc<Unit>]) {
    for connection in listener.incoming().flatten() {
        let units = units.to_vec();
        if let Err(error) = spawn(move || drop(converse(&connection, &units))) {
            tracing::warn!(%error, "a control connection was not served");
        }
    }
}

fn converse(connection: &UnixStream, units: &[Arc<Unit>]) -> io::Result<()> {
    let mut writer = connection.try_clone()?;
    for line in BufReader::new(connection).lines() {
        let mut answer = carry_out(&line?, units).to_string();
        answer.push('\n');
        writer.write_all(answer.as_bytes())?;
    }
    Ok(())
}

fn carry_out(line: &str, units: &[Arc<Unit>]) -> Value {
    let line: Line = match serde_json::from_str(line) {
        Ok(line) => line,
        Err(error) => return failed(&error),
    };
    let Some(unit) = units.get(line.machine) else {
        return json!({ "ok": false, "error": format!("there are {} machines", units.len()) });
    };
    let now = unit.clock.now();
    match line.order {
        Order::Fault(fault) => unit.with(|machine| machine.arm(fault)),
        Order::ChipFault(fault) => unit.slot.lock().arm(fault),
        Order::ClearFaults(_) => unit.with(Controller::clear_faults),
        Order::Person(person) => {
            return match unit.with(|machine| machine.person(person, now)) {
                Ok(()) => json!({ "ok": true }),
                Err(error) => failed(&error),
            };
        }
        Order::Refill(folder) => {
            return match unit.with(|machine| machine.refill(&folder)) {
                Ok(count) => json!({ "ok": true, "cards": count }),
                Err(error) => failed(&error),
            };
        }
        Order::Power(true) => {
            if let Err(error) = unit.with(|machine| machine.power_on(now)) {
                return failed(&error);
            }
        }
        Order::Power(false) => unit.with(|machine| machine.power_off(None)),
        Order::Plug(port) => unit.plug(port),
        Order::Status(_) => return status(unit),
    }
    json!({ "ok": true })
}

fn failed(error: &dyn std::error::Error) -> Value {
    json!({ "ok": false, "error": error.to_string() })
}

/// For tests and people: the truth about the machine, whatever its protocol says.
fn status(unit: &Unit) -> Value {
    let now = unit.clock.now();
    unit.with(|machine| {
        let status = machine.status(None, now);
        let memory = machine.mechanics().memory();
        let cards = memory.cards.iter().map(|(handle, card)| {
            let at = match card.stage {
                Stage::Resting(place) => format!("{place:?}").to_lowercase(),
                other => format!("{other:?}").to_lowercase(),
            };
            json!({ "card": handle, "at": at, "missing": card.missing })
        });
        let troubles = status.troubles.iter().map(|trouble| &trouble.detail);
        json!({
            "ok": true,
            "power": machine.is_on(),
            "port": unit.cable().port,
            "door_open": memory.door_open,
            "hopper": status.hopper_cards,
            "ribbon": memory.ribbon,
            "cards": cards.collect::<Vec<_>>(),
            "counters": memory.counters,
            "adds_up": memory.adds_up(),
            "troubles": troubles.collect::<Vec<_>>(),
        })
    })
}
