//! The floor: readers of a private PC/SC daemon, and the simulated chips that lie in them.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use hardware_sim::pcscd::{Daemon, Reader, SOCKET_VARIABLE};
use serde_json::{Value, json};

use super::{HouseError, MachinePlan, Machines, folder, quoted, text, write};
use crate::programs::{self, Service};

/// How many readers and blanks there are, and how fast the chips' link is.
#[derive(Debug, Clone, Default)]
pub struct FloorPlan {
    /// Readers, at most 15.
    pub readers: usize,
    /// Blank chips.
    pub blanks: usize,
    /// The link model as TOML inside `[slot.link]`; none is as fast as the machine.
    pub link: Option<String>,
}

/// Readers with slots, and the maker's delivery.
#[derive(Debug)]
pub struct Floor {
    folder: PathBuf,
    daemon: Option<Daemon>,
    devices: Vec<Reader>,
    socket: PathBuf,
    chips: Service,
    readers: Vec<String>,
    blanks: Vec<PathBuf>,
    machines: Machines,
}

impl Floor {
    /// Has blanks made and starts chips and readers in `place`, which is made. All slots are empty.
    pub fn start(place: &Path, plan: &FloorPlan) -> Result<Self, HouseError> {
        Self::start_with_machines(place, plan, &MachinePlan::of(0))
    }

    /// The same with machines, whose hoppers are empty, behind readers of the same daemon.
    pub fn start_with_machines(
        place: &Path,
        plan: &FloorPlan,
        machines: &MachinePlan,
    ) -> Result<Self, HouseError> {
        let folder = folder(place.to_path_buf())?;
        let delivery = folder.join("delivery");
        let count = plan.blanks.to_string();
        programs::run(
            "hardware-sim",
            &[
                "card",
                "new",
                "--delivery",
                text(&delivery),
                "--count",
                &count,
            ],
            &[],
        )?;
        let blanks = state_files(&delivery)?;
        let config = folder.join("slots.toml");
        write(&config, &slots(&folder, plan))?;
        let log = folder.join("chips.log");
        let mut chips = Service::start(
            "hardware-sim",
            &["card", "serve", "--config", text(&config)],
            &[],
            &log,
        )?;
        let control = folder.join("control");
        chips.wait_until(&log, || control.exists())?;
        let driver = programs::built("libreader_driver.so")?;
        let machines = Machines::start(&folder.join("machines"), machines)?;
        let mut devices: Vec<Reader> = (0..plan.readers)
            .map(|slot| Reader {
                name: format!("Encoder {}", slot + 1),
                driver: driver.clone(),
                device: text(&socket(&folder, slot)).to_owned(),
            })
            .collect();
        let slots = devices.len();
        devices.extend(machines.devices(&driver));
        let daemon = Daemon::start(&super::folder(folder.join("pcscd"))?, &devices)?;
        let socket = daemon.socket().to_path_buf();
        // pcscd appends its number of the reader, and the slot.
        let readers = devices
            .iter()
            .take(slots)
            .enumerate()
            .map(|(number, reader)| format!("{} {number:02X} 00", reader.name))
            .collect();
        Ok(Self {
            folder,
            daemon: Some(daemon),
            devices,
            socket,
            chips,
            readers,
            blanks,
            machines,
        })
    }

    /// The machines.
    pub const fn machines(&self) -> &Machines {
        &self.machines
    }

    /// The machines, to pull their plug.
    pub const fn machines_mut(&mut self) -> &mut Machines {
        &mut self.machines
    }

    /// Turns the order of the machines' readers round, for a daemon that is started again: it numbers them otherwise.
    pub fn renumber_machines(&mut self) {
        let slots = self.readers.len();
        self.devices[slots..].reverse();
    }

    /// PC/SC names of the readers, by slot.
    pub fn readers(&self) -> &[String] {
        &self.readers
    }

    /// State files of the blank chips.
    pub fn blanks(&self) -> &[PathBuf] {
        &self.blanks
    }

    /// The maker's delivery file.
    pub fn delivery(&self) -> PathBuf {
        self.folder.join("delivery/delivery.toml")
    }

    /// The key file that maker and centre exchanged.
    pub fn wrapping_key(&self) -> PathBuf {
        self.folder.join("delivery/wrapping-key.toml")
    }

    /// The variable that leads a program's PC/SC calls here.
    pub fn environment(&self) -> (&'static str, &Path) {
        (SOCKET_VARIABLE, &self.socket)
    }

    /// Puts a chip into a slot.
    pub fn insert(&self, slot: usize, chip: &Path) -> Result<(), HouseError> {
        self.control(&json!({ "slot": slot, "insert": chip }))
            .map(drop)
    }

    /// Takes the chip out of a slot, if there is one.
    pub fn remove(&self, slot: usize) -> Result<(), HouseError> {
        self.control(&json!({ "slot": slot, "remove": true }))
            .map(drop)
    }

    /// Sends one command to the simulator's control socket; its answer.
    pub fn control(&self, command: &Value) -> Result<Value, HouseError> {
        let path = self.folder.join("control");
        let ask = || {
            let mut stream = UnixStream::connect(&path)?;
            writeln!(stream, "{command}")?;
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
                command: command.to_string(),
                answer,
            }),
        }
    }

    /// What lies in a slot: `serial`, `life_cycle` (both null without a chip), `apdus` so far.
    pub fn status(&self, slot: usize) -> Result<Value, HouseError> {
        self.control(&json!({ "slot": slot, "status": true }))
    }

    /// Kills the card reader daemon, as a crash would.
    pub fn kill_daemon(&mut self) {
        self.daemon = None;
    }

    /// Starts the card reader daemon again, where it was.
    pub fn restart_daemon(&mut self) -> Result<(), HouseError> {
        self.daemon = None;
        self.daemon = Some(Daemon::start(&self.folder.join("pcscd"), &self.devices)?);
        Ok(())
    }

    /// The program of the floor that has ended, if one has; all of them should run.
    pub fn ended_program(&mut self) -> Option<&'static str> {
        if !self.daemon.as_mut().is_some_and(Daemon::is_running) {
            return Some("pcscd");
        }
        let all_run = self.chips.is_running() && self.machines.are_running();
        (!all_run).then_some("hardware-sim")
    }

    /// The folder, with the logs of daemon and chips.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Pulls the plug of all chips at once.
    pub fn kill_chips(&mut self) {
        self.chips.kill();
    }
}

fn state_files(delivery: &Path) -> Result<Vec<PathBuf>, HouseError> {
    let error = |source| HouseError::File {
        path: delivery.into(),
        source,
    };
    let entries = std::fs::read_dir(delivery).map_err(error)?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "chip")
        })
        .collect();
    files.sort();
    Ok(files)
}

fn socket(folder: &Path, slot: usize) -> PathBuf {
    folder.join(format!("slot-{slot}.sock"))
}

fn slots(folder: &Path, plan: &FloorPlan) -> String {
    let mut config = format!("control = {}\n", quoted(&folder.join("control")));
    for slot in 0..plan.readers {
        // Writing to a String cannot fail.
        let _ = writeln!(
            config,
            "\n[[slot]]\nsocket = {}",
            quoted(&socket(folder, slot))
        );
        if let Some(link) = &plan.link {
            let _ = writeln!(config, "[slot.link]\n{link}");
        }
    }
    config
}
