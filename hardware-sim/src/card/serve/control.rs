//! The control socket: one JSON object a line in, one a line out.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::{SharedSlot, spawn};
use crate::card::fault::Fault;
use crate::card::life_cycle::LifeCycle;

/// One line: a slot, and one thing to do there.
#[derive(Debug, Deserialize)]
struct Line {
    slot: usize,
    #[serde(flatten)]
    order: Order,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Put in the chip with this state file.
    Insert(PathBuf),
    /// Take the chip out.
    Remove(IgnoredAny),
    /// Arm a fault.
    Fault(Fault),
    /// Forget all faults.
    ClearFaults(IgnoredAny),
    /// Tell what is in the slot.
    Status(IgnoredAny),
}

/// Serves every connection until the process ends.
pub(super) fn serve(listener: &UnixListener, slots: &[Arc<SharedSlot>]) {
    for connection in listener.incoming().flatten() {
        let slots = slots.to_vec();
        if let Err(error) = spawn(move || drop(converse(&connection, &slots))) {
            tracing::warn!(%error, "a control connection was not served");
        }
    }
}

fn converse(connection: &UnixStream, slots: &[Arc<SharedSlot>]) -> io::Result<()> {
    let mut writer = connection.try_clone()?;
    for line in BufReader::new(connection).lines() {
        let mut answer = carry_out(&line?, slots).to_string();
        answer.push('\n');
        writer.write_all(answer.as_bytes())?;
    }
    Ok(())
}

fn carry_out(line: &str, slots: &[Arc<SharedSlot>]) -> Value {
    let line: Line = match serde_json::from_str(line) {
        Ok(line) => line,
        Err(error) => return json!({ "ok": false, "error": error.to_string() }),
    };
    let Some(slot) = slots.get(line.slot) else {
        return json!({ "ok": false, "error": format!("there are {} slots", slots.len()) });
    };
    match line.order {
        Order::Insert(path) => match slot.insert(&path) {
            Ok(()) => json!({ "ok": true }),
            Err(error) => json!({ "ok": false, "error": error.to_string() }),
        },
        Order::Remove(_) => json!({ "ok": true, "removed": slot.remove() }),
        Order::Fault(fault) => {
            slot.lock().arm(fault);
            json!({ "ok": true })
        }
        Order::ClearFaults(_) => {
            slot.lock().disarm();
            json!({ "ok": true })
        }
        Order::Status(_) => status(slot),
    }
}

fn status(slot: &SharedSlot) -> Value {
    let status = slot.lock().status();
    let serial = status.chip.map(|(serial, _)| hex::encode_upper(serial));
    let life_cycle = status
        .chip
        .map(|(_, state)| format!("{state:?}").to_lowercase());
    let spent = LifeCycle::ALL
        .iter()
        .zip(status.spent)
        .map(|(state, spent)| {
            let millis = |time: Duration| time.as_secs_f64() * 1000.0;
            let times =
                json!({ "wire_millis": millis(spent.wire), "chip_millis": millis(spent.chip) });
            (format!("{state:?}").to_lowercase(), times)
        });
    let spent: Map<String, Value> = spent.collect();
    json!({
        "ok": true, "serial": serial, "life_cycle": life_cycle, "apdus": status.apdus, "spent": spent,
    })
}
