//! Personalisation machines of a house: folders, the simulator's process, and a person at its control socket.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use hardware_sim::pcscd::Reader;
use serde_json::{Value, json};

use super::{HouseError, folder, quoted, text, write};
use crate::programs::{self, Service};

/// How many machines there are, and how fast.
#[derive(Debug, Clone)]
pub struct MachinePlan {
    /// Machines.
    pub count: usize,
    /// Readers of each that its cable can be put into; the daemon takes 16 in all.
    pub ports: usize,
    /// How many times as fast as the wall clock theirs go.
    pub time_factor: u32,
    /// The link model of the chip stations as a table of TOML; none is as fast as the computer.
    pub link: Option<&'static str>,
}

impl MachinePlan {
    /// So many with two ports each, on a clock twenty times as fast.
    pub const fn of(count: usize) -> Self {
        Self {
            count,
            ports: 2,
            time_factor: 20,
            link: None,
        }
    }
}

/// The machines, served by one process; dropping it ends that.
#[derive(Debug)]
pub struct Machines {
    folder: PathBuf,
    count: usize,
    ports: usize,
    /// None where there are no machines.
    server: Option<Service>,
}

impl Machines {
    /// Makes so many machines in `folder` and serves them.
    pub(super) fn start(place: &Path, plan: &MachinePlan) -> Result<Self, HouseError> {
        let (count, time_factor) = (plan.count, plan.time_factor);
        let place = folder(place.to_path_buf())?;
        let mut config = format!("control = {}\n", quoted(&place.join("control")));
        for machine in 0..count {
            let (own, serial) = (home(&place, machine), serial(machine));
            let arguments = [
                "machine",
                "new",
                "--serial",
                &serial,
                "--folder",
                text(&own),
            ];
            programs::run("hardware-sim", &arguments, &[])?;
            let ports = (0..plan.ports).map(|port| quoted(&socket(&place, machine, port)));
            let ports: Vec<_> = ports.collect();
            // Writing to a String cannot fail.
            let _ = writeln!(
                config,
                "[[machine]]\nfolder = {}\nports = [{}]\ntime_factor = {time_factor}",
                quoted(&own),
                ports.join(", "),
            );
            if let Some(link) = plan.link {
                let _ = writeln!(config, "link = {{ {link} }}");
            }
        }
        write(&place.join("machine.toml"), &config)?;
        let mut machines = Self {
            folder: place,
            count,
            ports: plan.ports,
            server: None,
        };
        if count > 0 {
            machines.restart()?;
        }
        Ok(machines)
    }

    /// Readers for every port, as pcscd is told of them.
    pub(super) fn devices(&self, driver: &Path) -> Vec<Reader> {
        let reader = |machine, port| Reader {
            name: match port {
                0 => format!("Machine {machine}"),
                _ => format!("Other Port {machine}"),
            },
            driver: driver.to_path_buf(),
            device: text(&socket(&self.folder, machine, port)).to_owned(),
        };
        (0..self.count)
            .flat_map(|machine| (0..self.ports).map(move |port| reader(machine, port)))
            .collect()
    }

    /// The line's configuration of them.
    pub fn configuration(&self) -> String {
        let section = |machine| format!("[[line.machine]]\nserial = {:?}\n", serial(machine));
        (0..self.count).map(section).collect()
    }

    /// Fills a hopper with these chips.
    pub fn fill(&self, machine: usize, chips: &[PathBuf]) -> Result<(), HouseError> {
        let delivery = folder(self.folder.join(format!("delivery-{machine}")))?;
        for chip in chips {
            let name = chip.file_name().unwrap_or_default();
            let moved = std::fs::rename(chip, delivery.join(name));
            moved.map_err(|source| HouseError::File {
                path: chip.clone(),
                source,
            })?;
        }
        self.order(machine, &json!({ "refill": delivery }))
            .map(drop)
    }

    /// One order to a machine's control socket, as an object without the machine's number; its answer.
    pub fn order(&self, machine: usize, order: &Value) -> Result<Value, HouseError> {
        let mut order = order.clone();
        order["machine"] = machine.into();
        let path = self.folder.join("control");
        let ask = || {
            let mut stream = UnixStream::connect(&path)?;
            writeln!(stream, "{order}")?;
            let mut answer = String::new();
            BufReader::new(stream).read_line(&mut answer)?;
            Ok(answer)
        };
        let answer = ask().map_err(|source| HouseError::File {
            path: path.clone(),
            source,
        })?;
        match serde_json::from_str::<Value>(&answer) {
            Ok(value) if value["ok"] == true => Ok(value),
            _ => Err(HouseError::Control {
                command: order.to_string(),
                answer,
            }),
        }
    }

    /// Arms a fault for once.
    pub fn fault(&self, machine: usize, what: &Value) -> Result<(), HouseError> {
        let order = json!({ "fault": { "what": what } });
        self.order(machine, &order).map(drop)
    }

    /// A person does something.
    pub fn person(&self, machine: usize, deed: &Value) -> Result<(), HouseError> {
        self.order(machine, &json!({ "person": deed })).map(drop)
    }

    /// `power`, `cards`, `counters`, `adds_up` and so on.
    pub fn status(&self, machine: usize) -> Result<Value, HouseError> {
        self.order(machine, &json!({ "status": true }))
    }

    /// Chip files in one of a machine's places.
    pub fn chips(&self, machine: usize, place: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(home(&self.folder, machine).join(place));
        let mut chips: Vec<PathBuf> = entries
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "chip"))
            .collect();
        chips.sort();
        chips
    }

    /// Forgets how the cards looked that somebody took from a machine's trays: five megabytes each.
    pub fn forget_prints(&self, machine: usize) -> Result<(), HouseError> {
        let taken = home(&self.folder, machine).join("taken");
        let failed = |source| HouseError::File {
            path: taken.clone(),
            source,
        };
        for entry in std::fs::read_dir(&taken).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|kind| kind == "png") {
                std::fs::remove_file(path).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Pulls the plug of all machines at once.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Whether the process runs that should.
    pub(super) fn are_running(&mut self) -> bool {
        self.count == 0 || self.server.as_mut().is_some_and(Service::is_running)
    }

    /// Gives them power again.
    pub fn restart(&mut self) -> Result<(), HouseError> {
        self.server = Some(serve(&self.folder)?);
        Ok(())
    }
}

fn serve(place: &Path) -> Result<Service, HouseError> {
    let (config, log) = (place.join("machine.toml"), place.join("machines.log"));
    let arguments = ["machine", "serve", "--config", text(&config)];
    let mut server = Service::start("hardware-sim", &arguments, &[], &log)?;
    let ready = || {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        said.contains("machines are ready")
    };
    server.wait_until(&log, ready)?;
    Ok(server)
}

fn serial(machine: usize) -> String {
    format!("SN-{machine}")
}

fn home(place: &Path, machine: usize) -> PathBuf {
    place.join(format!("{machine}"))
}

fn socket(place: &Path, machine: usize, port: usize) -> PathBuf {
    place.join(format!("{machine}-{port}.sock"))
}
