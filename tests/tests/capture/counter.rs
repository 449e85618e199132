//! A counter: a station that was taken in, its devices, the register, and the folder of all of it.

use std::cell::RefCell;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use e2e::counter::Intake;
use e2e::counter::authority::{self, Authority, Subject};
use e2e::programs::{self, Service};
use key_custody::softhsm;
use serde_json::Value;

use crate::capture::taking_in::take_in;

/// How the pictures of cameras begin; longer than what chance puts into sealed bytes.
pub const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF";

/// A counter with everything on it.
pub struct Counter {
    pub origin: String,
    pub folder: tempfile::TempDir,
    station: RefCell<Option<Service>>,
    register: Option<Service>,
    _devices: Service,
    device_ports: (u16, u16),
    register_port: u16,
}

impl Counter {
    /// `slot` keeps the device ports of tests that run at once apart; `people` stand before the devices. There is no
    /// centre: every day is an offline one.
    pub fn open(slot: u16, people: &[u32]) -> Self {
        Self::open_at(None, slot, people)
    }

    /// The same, taken in at a real centre.
    pub fn open_at(centre: Option<&Intake>, slot: u16, people: &[u32]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let own = Authority::new().unwrap();
        let authority = centre.map_or(&own, Intake::authority);
        let ports = (4501 + 2 * slot, 4502 + 2 * slot);
        let devices = devices(place, ports.0, people);
        take_in(place, authority, centre);
        fs::write(place.join("ca.pem"), authority.pem().unwrap()).unwrap();
        let register_port = free_port();
        let register = register(place, authority, register_port);
        let mut counter = Self {
            origin: String::new(),
            folder,
            station: RefCell::new(None),
            register: Some(register),
            _devices: devices,
            device_ports: ports,
            register_port,
        };
        counter.configure(centre.map_or("127.0.0.1:9", Intake::address));
        counter.origin = counter.start();
        counter
    }

    fn configure(&self, intake: &str) {
        let text = format!(
            "listen = \"127.0.0.1:{}\"\ndata_dir = \"data\"\n\
             [token]\nsofthsm2_conf = \"{}\"\nlabel = \"station\"\npin_file = \"pin\"\n\
             [centre]\nintake = \"{intake}\"\nonboarding = \"127.0.0.1:9\"\nserver_name = \"localhost\"\nca = \"ca.pem\"\n\
             [devices]\nenvironment = \"Developer\"\nports = [{}, {}]\n\
             [register]\naddress = \"127.0.0.1:{}\"\nserver_name = \"localhost\"\nca = \"ca.pem\"\n",
            free_port(),
            softhsm::configuration(&self.path("softhsm")).display(),
            self.device_ports.0,
            self.device_ports.1,
            self.register_port,
        );
        fs::write(self.path("station.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the station, at the same address as before, and says which.
    pub fn start(&self) -> String {
        let (log, config) = (self.path("station.log"), self.path("station.toml"));
        let arguments = ["--config", config.to_str().unwrap(), "serve"];
        let mut service = Service::start("enrolment-station", &arguments, &[], &log).unwrap();
        let said = || fs::read_to_string(&log).unwrap_or_default();
        let begun = || {
            said()
                .lines()
                .find(|line| line.starts_with("http://"))
                .map(str::to_owned)
        };
        service.wait_until(&log, || begun().is_some()).unwrap();
        let origin = begun().unwrap().trim_end_matches('/').to_owned();
        self.station.replace(Some(service));
        origin
    }

    /// Pulls the plug.
    pub fn kill(&self) {
        self.station.take().unwrap().kill();
    }

    pub fn stop_register(&mut self) {
        self.register.take().unwrap().kill();
    }

    /// An order to scanner and camera (docs/devices.md).
    pub fn order(&self, order: &str, body: &Value) {
        for port in [self.device_ports.0, self.device_ports.1] {
            let to = format!("http://127.0.0.1:{port}/admin/{order}");
            ureq::post(&to).send_json(body).unwrap();
        }
    }

    /// What `outbox list` prints, a value a line.
    pub fn outbox(&self) -> Vec<Value> {
        let config = self.path("station.toml");
        let arguments = ["--config", config.to_str().unwrap(), "outbox", "list"];
        let said = programs::run("enrolment-station", &arguments, &[]).unwrap();
        let lines = said.lines().map(serde_json::from_str);
        lines.map(Result::unwrap).collect()
    }

    /// Whether any file of the station has these bytes as they are.
    pub fn disk_has(&self, bytes: &[u8]) -> bool {
        let files = fs::read_dir(self.path("data")).unwrap();
        let mut files = files.map(|file| fs::read(file.unwrap().path()).unwrap_or_default());
        files.any(|held| held.windows(bytes.len()).any(|part| part == bytes))
    }

    /// A national number of a special case of the register.
    pub fn number(&self, case: &str) -> String {
        let file = self.path("people.csv");
        let said = programs::run(
            "hardware-sim",
            &["register", "--file", file.to_str().unwrap(), "--examples"],
            &[],
        );
        let said = said.unwrap();
        let line = said.lines().find(|line| line.ends_with(case));
        let line = line.unwrap_or_else(|| panic!("no {case} in {said}"));
        line.split_whitespace().next().unwrap().to_owned()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn devices(place: &Path, port: u16, people: &[u32]) -> Service {
    let (trust, log) = (place.join("makers"), place.join("devices.log"));
    fs::create_dir(&trust).unwrap();
    let people: Vec<String> = people.iter().map(ToString::to_string).collect();
    let port = port.to_string();
    let mut arguments = vec![
        "biometric",
        "--kind",
        "finger",
        "--kind",
        "face",
        "--people",
    ];
    arguments.extend(people.iter().map(String::as_str));
    arguments.extend(["--port", &port, "--trust", trust.to_str().unwrap()]);
    arguments.extend(["--environment", "Developer"]);
    let mut service = Service::start("hardware-sim", &arguments, &[], &log).unwrap();
    let listening = || {
        fs::read_to_string(&log)
            .unwrap_or_default()
            .matches("listens on")
            .count()
            == 2
    };
    service.wait_until(&log, listening).unwrap();
    service
}

fn register(place: &Path, authority: &Authority, port: u16) -> Service {
    let key = authority::p256().unwrap();
    let subject = Subject {
        role: "register",
        name: "localhost",
        period: (-3600, 86_400),
    };
    let own = authority.certify(&authority::public(&key).unwrap(), subject);
    let own = own.unwrap();
    fs::write(place.join("register.pem"), own.to_pem().unwrap()).unwrap();
    fs::write(
        place.join("register.key"),
        key.private_key_to_pem_pkcs8().unwrap(),
    )
    .unwrap();
    let file = place.join("people.csv");
    let file = file.to_str().unwrap();
    programs::run(
        "hardware-sim",
        &["people", "--register", file, "--count", "30000"],
        &[],
    )
    .unwrap();
    let (log, listen) = (place.join("register.log"), format!("127.0.0.1:{port}"));
    let path = |name: &str| place.join(name).to_str().unwrap().to_owned();
    let (own, key, ca) = (path("register.pem"), path("register.key"), path("ca.pem"));
    let arguments = [
        "register",
        "--file",
        file,
        "--listen",
        &listen,
        "--tls-certificate",
        &own,
        "--tls-key",
        &key,
        "--tls-client-ca",
        &ca,
    ];
    let mut service = Service::start("hardware-sim", &arguments, &[], &log).unwrap();
    let said = || !fs::read_to_string(&log).unwrap_or_default().is_empty();
    service.wait_until(&log, said).unwrap();
    service
}
