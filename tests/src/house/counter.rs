//! A commune's counter: the population register, a scanner and a camera, and an enrolment station.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::people::{self, Person};
use super::reception::free_port;
use super::{Centre, Floor, HouseError, Pki, Reception, folder, quoted, read, text, write};
use crate::programs::{self, Service};

/// The commune of the counter: Luxembourg City.
pub const OFFICE: &str = "L-0304";
/// Devices say where they may be used; the station asks for the same.
const ENVIRONMENT: &str = "Production";

/// The population register, serving everybody who was drawn.
#[derive(Debug)]
pub struct Register {
    _service: Service,
    address: String,
}

impl Register {
    /// Writes a register of these people and serves it with a certificate of this PKI.
    pub fn serve(place: &Path, pki: &Pki, people: &[&Person]) -> Result<Self, HouseError> {
        let folder = folder(place.to_path_buf())?;
        let (file, log) = (folder.join("people.csv"), folder.join("register.log"));
        let lines = people.iter().map(|person| person.register_line());
        let lines = std::iter::once(people::REGISTER_HEADER.to_owned()).chain(lines);
        write(&file, &lines.map(|line| line + "\n").collect::<String>())?;
        let at = |name: &str| pki.folder().join("operations").join(name);
        let port = free_port()?;
        let address = format!("localhost:{port}");
        let listen = format!("127.0.0.1:{port}");
        let (certificate, key, ca) = (
            at("register.pem"),
            at("register.key"),
            at("operations-ca.pem"),
        );
        let arguments = [
            "register",
            "--file",
            text(&file),
            "--listen",
            &listen,
            "--tls-certificate",
            text(&certificate),
            "--tls-key",
            text(&key),
            "--tls-client-ca",
            text(&ca),
        ];
        let mut service = Service::start("hardware-sim", &arguments, &[], &log)?;
        service.wait_until(&log, || read(&log).is_ok_and(|said| !said.is_empty()))?;
        Ok(Self {
            _service: service,
            address,
        })
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// A finger scanner and a camera; whoever stands before them is said by seed.
#[derive(Debug)]
pub struct Devices {
    _service: Service,
    first_port: u16,
    trust: PathBuf,
}

impl Devices {
    /// Starts both on neighbouring free ports.
    pub fn start(place: &Path) -> Result<Self, HouseError> {
        let trust = folder(place.to_path_buf())?;
        let log = trust.join("devices.log");
        let first_port = neighbouring_ports()?;
        let port = first_port.to_string();
        let arguments = [
            "biometric",
            "--kind",
            "finger",
            "--kind",
            "face",
            "--people",
            "1",
            "--port",
            &port,
            "--trust",
            text(&trust),
            "--environment",
            ENVIRONMENT,
        ];
        let mut service = Service::start("hardware-sim", &arguments, &[], &log)?;
        let maker = |port: u16| trust.join(format!("device-maker-{port}.cer"));
        service.wait_until(&log, || {
            let answers = |port| ureq::get(format!("http://127.0.0.1:{port}/admin/state")).call();
            maker(first_port).exists()
                && [first_port, first_port + 1]
                    .into_iter()
                    .all(|port| answers(port).is_ok())
        })?;
        Ok(Self {
            _service: service,
            first_port,
            trust,
        })
    }

    /// Puts somebody before scanner and camera.
    pub fn show(&self, seed: u64) -> Result<(), HouseError> {
        self.order("person", &json!({ "seed": seed }))
    }

    fn order(&self, order: &str, body: &Value) -> Result<(), HouseError> {
        for port in [self.first_port, self.first_port + 1] {
            let to = format!("http://127.0.0.1:{port}/admin/{order}");
            ureq::post(&to)
                .send_json(body)
                .map_err(|error| HouseError::Control {
                    command: format!("{order} {body}"),
                    answer: error.to_string(),
                })?;
        }
        Ok(())
    }
}

/// An enrolment station that serves its pages.
#[derive(Debug)]
pub struct Station {
    service: Service,
    origin: String,
    config: PathBuf,
}

impl Station {
    /// Takes a new station in at the centre and serves it, with these devices and this register.
    pub fn open(
        place: &Path,
        (pki, centre, floor): (&Pki, &Centre, &Floor),
        reception: &Reception,
        devices: &Devices,
        register: &Register,
    ) -> Result<Self, HouseError> {
        let folder = folder(place.to_path_buf())?;
        let config = folder.join("station.toml");
        let (port, ports) = (free_port()?, reception.ports()?);
        let ca = pki.folder().join("operations/operations-ca.pem");
        write(&config, &configuration(port, ports, &ca, devices, register))?;
        let code = centre.run(&["fleet", "code", "--office", OFFICE], floor)?;
        let onboard = ["--config", text(&config), "onboard", code.trim()];
        programs::run("enrolment-station", &onboard, &[])?;
        let log = folder.join("station.log");
        let mut service = Service::start(
            "enrolment-station",
            &["--config", text(&config), "serve"],
            &[],
            &log,
        )?;
        let origin = format!("http://localhost:{port}");
        service.wait_until(&log, || read(&log).is_ok_and(|said| said.contains(&origin)))?;
        Ok(Self {
            service,
            origin,
            config,
        })
    }

    /// Where the clerk's browser goes.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What `outbox list` prints.
    pub fn outbox(&self) -> Result<String, HouseError> {
        let arguments = ["--config", text(&self.config), "outbox", "list"];
        Ok(programs::run("enrolment-station", &arguments, &[])?)
    }

    /// Whether it still serves.
    pub fn is_running(&mut self) -> bool {
        self.service.is_running()
    }
}

/// The first of two ports of the range of biometric devices that nobody has now. Houses that start at once
/// begin to look at different places.
fn neighbouring_ports() -> Result<u16, HouseError> {
    const FIRST: u16 = 4501;
    const PAIRS: u16 = 50;
    let begin = u16::try_from(std::process::id() % u32::from(PAIRS)).unwrap_or_default();
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut pairs = (0..PAIRS).map(|pair| FIRST + 2 * ((begin + pair) % PAIRS));
    let found = pairs.find(|first| is_free(*first) && is_free(first + 1));
    found.ok_or_else(|| HouseError::Silence {
        program: "hardware-sim biometric",
        wanted: "two free ports from 4501 to 4600".to_owned(),
        seconds: 0,
        said: String::new(),
    })
}

fn configuration(
    port: u16,
    (intake, onboarding): (u16, u16),
    ca: &Path,
    devices: &Devices,
    register: &Register,
) -> String {
    let (first, last) = (devices.first_port, devices.first_port + 1);
    format!(
        r#"listen = "127.0.0.1:{port}"
data_dir = "data"

[token]
softhsm2_conf = "token/softhsm2.conf"
label = "station"
pin_file = "station.pin"
so_pin_file = "station.so-pin"

[centre]
intake = "localhost:{intake}"
onboarding = "localhost:{onboarding}"
server_name = "localhost"
ca = {ca}

[devices]
environment = "{ENVIRONMENT}"
ports = [{first}, {last}]
trust = {trust}

[register]
address = "{register}"
server_name = "localhost"
ca = {ca}
"#,
        ca = quoted(ca),
        trust = quoted(&devices.trust),
        register = register.address,
    )
}
