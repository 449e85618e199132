//! A hall with machines: their folders, the simulator's process, and a person at the control socket.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hardware_sim::pcscd::Reader;
use serde_json::Value;

use crate::bench;
use hardware_sim::card::maker::Blank;

/// Machines of one simulator process, in a folder.
pub struct Floor {
    child: Option<Child>,
    folder: PathBuf,
}

impl Floor {
    /// So many machines with so many blank chips each, already served.
    pub fn start(folder: &Path, machines: u8, chips: u8, settings: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_hardware-sim");
        let mut configuration = format!("control = \"{}\"\n", socket(folder).display());
        for machine in 0..machines {
            let own = folder.join(format!("machine-{machine}"));
            let made = Command::new(program)
                .args([
                    "machine",
                    "new",
                    "--serial",
                    &format!("SN-{machine}"),
                    "--folder",
                ])
                .arg(&own)
                .stdout(Stdio::null())
                .status();
            assert!(made.unwrap().success());
            let hopper = own.join("hopper");
            fs::create_dir(&hopper).unwrap();
            for chip in 0..chips {
                blank(&hopper, machine, chip);
            }
            // Writing to a String cannot fail.
            let _ = write!(
                configuration,
                "[[machine]]\nfolder = \"{}\"\nports = {:?}\n{settings}\n",
                own.display(),
                [0, 1].map(|port| device(folder, machine, port)),
            );
        }
        fs::write(folder.join("machine.toml"), configuration).unwrap();
        let mut floor = Self {
            child: None,
            folder: folder.to_owned(),
        };
        floor.run();
        floor
    }

    /// The process ends in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts the process, also again.
    pub fn run(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hardware-sim"))
            .args(["machine", "serve", "--config"])
            .arg(self.folder.join("machine.toml"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut ready).unwrap();
        self.child = Some(child);
        assert!(ready.contains("machines are ready"), "{ready}");
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A chip whose serial tells where it comes from.
fn blank(hopper: &Path, machine: u8, chip: u8) {
    let mut serial = bench::SERIAL;
    serial[8..].copy_from_slice(&[machine, chip]);
    let path = hopper.join(format!("{}.chip", hex::encode_upper(serial)));
    let blank = Blank::new(serial, bench::transport_keys());
    blank.make(&path).unwrap();
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("machines.control")
}

fn device(folder: &Path, machine: u8, port: u8) -> PathBuf {
    folder.join(format!("machine-{machine}-{port}.sock"))
}

/// A reader for each machine's first port, as pcscd is told of them.
pub fn readers(folder: &Path, machines: u8) -> Vec<Reader> {
    (0..machines)
        .map(|machine| port(folder, machine, 0))
        .collect()
}

/// The reader of one port.
pub fn port(folder: &Path, machine: u8, port: u8) -> Reader {
    let name = match port {
        0 => format!("Machine {machine}"),
        _ => format!("Other Port {machine}"),
    };
    let reader = Reader::ours(&name, &device(folder, machine, port));
    reader.expect("the reader driver is built beside the tests")
}

/// One line to the control socket and its answer.
pub fn order(folder: &Path, machine: u8, order: &str) -> Value {
    let answer = say(folder, machine, order);
    assert_eq!(answer["ok"], true, "{order}: {answer}");
    answer
}

/// Why an order was not carried out.
pub fn refused(folder: &Path, machine: u8, order: &str) -> String {
    let answer = say(folder, machine, order);
    assert_eq!(answer["ok"], false, "{order}: {answer}");
    answer["error"].as_str().unwrap().to_owned()
}

fn say(folder: &Path, machine: u8, order: &str) -> Value {
    let mut stream = UnixStream::connect(socket(folder)).unwrap();
    writeln!(stream, "{{\"machine\":{machine},{order}}}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// Names of the files in one of a machine's folders.
pub fn files(folder: &Path, machine: u8, name: &str) -> Vec<String> {
    let own = folder.join(format!("machine-{machine}"));
    let entries = fs::read_dir(own.join(name)).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
