//! A PKI, a centre and stations in a private folder.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use dossier::StationId;
use e2e::{
    house::Member,
    oracles,
    programs::{self, Ended, Service},
    visitor::Visitor,
};
use enrolment_station::config::Config;
use tempfile::TempDir;

pub struct House {
    pub folder: TempDir,
    /// `pki-authority operations`: where it listens, also after it was killed.
    operations_address: String,
    centre: Option<Service>,
    operations: Option<Service>,
}

const PROGRAMS: &str = r#"
[[program]]
name = "operations"
role = "operations"
side = "server"
dns = ["localhost"]
token = "operations-ca"
[[program]]
name = "intake"
role = "intake"
side = "server"
dns = ["localhost"]
token = "intake"
[[program]]
name = "fleet"
role = "fleet"
side = "client"
token = "intake"
[[program]]
name = "console"
role = "console"
side = "client"
token = "console"
[[program]]
name = "register"
role = "register"
side = "server"
dns = ["localhost"]
"#;

const CEREMONY: &str = r#"
output = "pki"
witnesses = ["Ada Example", "Bob Example"]
[state]
country = "LU"
mrz_code = "LUX"
organisation = "Stempel specimen authority"
crl_addresses = ["http://crl.example.org/LUX.crl"]
document_types = ["ID"]
document_years = 10
[country_signing]
common_name = "CSCA LUX SPECIMEN"
key_years = 3
crl_days = 90
[[document_signer]]
label = "ds-1"
common_name = "Document signer 1 SPECIMEN"
key_months = 3
[operations]
common_name = "Operations CA SPECIMEN"
validity_months = 12
"#;

/// After its address.
const OPERATIONS: &str = r#"
store = "operations.sqlite"
audit = "operations-audit.jsonl"
authority = "pki/operations/operations-ca.cer"
[tls]
certificate = "pki/operations/operations.pem"
token_key = "operations"
client_ca = "pki/operations/operations-ca.pem"
revocation_list = "pki/operations/operations.crl"
[token]
softhsm2_conf = "pki/tokens/operations-ca/softhsm2.conf"
label = "operations-ca"
pin_file = "pki/tokens/operations-ca/user.pin"
"#;

const CENTRE: &str = r#"
database = "centre.db"
issuer_profile = "luxembourg"
[sealing]
key_file = "sealing.key"
fingers_key_file = "fingers.key"
[tokens.cards]
label = "cards"
pin_file = "cards.pin"
card_master = "card-master"
delivery_key = "delivery"
[tokens.tickets]
label = "tickets"
pin_file = "tickets.pin"
key = "tickets"
[pki]
endpoint = "https://localhost:1"
server_name = "localhost"
server_ca = "pki/operations/operations-ca.pem"
certificate = "none.pem"
key = "none"
signing_profile = "identity-card"
trust = "pki/trust"
[tokens.intake]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "intake"
pin_file = "pki/tokens/intake/user.pin"
opening = ["intake-1"]
receipts = "receipts-1"
tls = "intake"
[tokens.review]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "review"
pin_file = "pki/tokens/intake/review.pin"
so_pin_file = "pki/tokens/intake/review.so-pin"
key = "tickets"
[tokens.console]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "console"
pin_file = "pki/tokens/intake/console.pin"
tls = "console"
[intake]
listen = "127.0.0.1:0"
onboarding = "127.0.0.1:0"
folder = "dossiers"
certificate = "pki/operations/intake.pem"
client_ca = "pki/operations/operations-ca.pem"
revocation_list = "pki/operations/operations.crl"
free_bytes = 1
[fleet.token]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "intake"
pin_file = "pki/tokens/intake/user.pin"
[fleet]
server_name = "localhost"
ca = "pki/operations/operations-ca.pem"
certificate = "pki/operations/fleet.pem"
key = "fleet"
intake_keys = ["pki/public/intake-1.spki"]
receipt_keys = ["pki/public/receipts-1.spki"]
configuration_public_key = "pki/public/configuration-1.spki"
"#;

/// What a host has that runs the console alone: nothing of intake, and no key of fingers. Ends in `[fleet]`.
const CONSOLE_ALONE: &str = r#"
database = "centre.db"
issuer_profile = "luxembourg"
[sealing]
key_file = "sealing.key"
[tokens.cards]
label = "cards"
pin_file = "cards.pin"
card_master = "card-master"
delivery_key = "delivery"
[tokens.tickets]
label = "tickets"
pin_file = "tickets.pin"
key = "tickets"
[tokens.review]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "review"
pin_file = "pki/tokens/intake/review.pin"
key = "review-tickets-1"
[tokens.console]
softhsm2_conf = "pki/tokens/intake/softhsm2.conf"
label = "console"
pin_file = "pki/tokens/intake/console.pin"
tls = "console"
[pki]
endpoint = "https://localhost:1"
server_name = "localhost"
server_ca = "pki/operations/operations-ca.pem"
certificate = "none.pem"
key = "none"
signing_profile = "identity-card"
trust = "pki/trust"
[fleet]
server_name = "localhost"
ca = "pki/operations/operations-ca.pem"
configuration_public_key = "pki/public/configuration-1.spki"
"#;

impl House {
    /// A house whose stations' certificates live so long.
    pub fn new(certificate_seconds: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("ceremony.toml"), format!("{CEREMONY}{PROGRAMS}")).unwrap();
        programs::run(
            "pki-authority",
            &["ceremony", text(&at("ceremony.toml"))],
            &[],
        )
        .unwrap();
        let life = format!("certificate_seconds = {certificate_seconds}\n");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = free.unwrap().to_string();
        let listen = format!("listen = \"{address}\"\n");
        fs::write(at("operations.toml"), listen + &life + OPERATIONS).unwrap();
        fs::write(at("centre.toml"), format!("{CENTRE}pki = \"{address}\"\n")).unwrap();
        let config = at("centre.toml");
        programs::run("personalisation", &["keys", "--config", text(&config)], &[]).unwrap();
        let mut house = Self {
            folder,
            operations_address: address,
            centre: None,
            operations: None,
        };
        house.start_operations();
        let draft = house.fleet(&["configuration", "show"]);
        house.sign(&draft);
        house.start_centre();
        house
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `personalisation fleet …`; what it printed.
    pub fn fleet(&self, arguments: &[&str]) -> String {
        let config = self.path("centre.toml");
        let all = [&["fleet"], arguments, &["--config", text(&config)]].concat();
        programs::run("personalisation", &all, &[]).unwrap()
    }

    /// Signs a draft as the next configuration.
    pub fn sign(&self, draft: &str) {
        fs::write(self.path("draft.toml"), draft).unwrap();
        self.fleet(&["configuration", "sign", text(&self.path("draft.toml"))]);
    }

    pub fn code(&self) -> String {
        let code = self.fleet(&["code", "--office", "L-0304"]);
        code.trim().to_owned()
    }

    /// The lines of `fleet list`.
    pub fn list(&self) -> Vec<String> {
        self.fleet(&["list"]).lines().map(str::to_owned).collect()
    }

    /// The first station's id.
    pub fn first_station(&self) -> StationId {
        self.list()[0].split(' ').next().unwrap().parse().unwrap()
    }

    /// Changes the centre's database, beside the programs, as a fault of the disk or somebody who mends it would.
    pub fn meddle(&self, statements: &str) {
        const CHANGE: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
database.executescript('BEGIN IMMEDIATE;' + sys.argv[2] + '; COMMIT;')
";
        let database = self.path("centre.db");
        let said = oracles::python_says(&["-c", CHANGE, text(&database), statements]);
        said.unwrap();
    }

    /// The audit of the centre as text.
    pub fn audit(&self) -> String {
        let config = self.path("centre.toml");
        programs::run(
            "personalisation",
            &["audit", "--config", text(&config)],
            &[],
        )
        .unwrap()
    }

    pub fn start_centre(&mut self) {
        self.centre = None;
        self.centre = Some(self.intake("centre.log"));
    }

    /// A second process of the same centre, and its ports.
    pub fn second_centre(&self) -> (Service, [u16; 2]) {
        let second = self.intake("second.log");
        (second, ports(&self.path("second.log")).unwrap())
    }

    /// A process of the centre that listens.
    fn intake(&self, log: &str) -> Service {
        let (config, log) = (self.path("centre.toml"), self.path(log));
        let arguments = ["intake", "--config", text(&config)];
        started("personalisation", &arguments, &log, || {
            ports(&log).is_some()
        })
    }

    /// Starts the operations CA, or again where it was.
    pub fn start_operations(&mut self) {
        let config = self.path("operations.toml");
        let (arguments, log) = (
            ["operations", "--config", text(&config)],
            self.path("operations.log"),
        );
        let listens = || said(&log).contains("listening on ");
        self.operations = Some(started("pki-authority", &arguments, &log, listens));
    }

    /// The console beside it, and where it is.
    pub fn console(&self) -> (Service, String) {
        let centre = fs::read_to_string(self.path("centre.toml")).unwrap();
        self.console_of(&centre)
    }

    /// The console on a host that has nothing of intake's, with further lines in its configuration.
    pub fn console_alone(&self, further: &str) -> (Service, String) {
        let address = &self.operations_address;
        self.console_of(&format!("{CONSOLE_ALONE}pki = \"{address}\"\n{further}"))
    }

    /// The console with its section behind this configuration.
    fn console_of(&self, configuration: &str) -> (Service, String) {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = free.unwrap().port();
        let origin = format!("http://localhost:{port}");
        let section = format!(
            "\n[console]\nlisten = \"127.0.0.1:{port}\"\norigin = \"{origin}\"\n\
             relying_party = \"localhost\"\ncertificate = \"pki/operations/console.pem\"\n"
        );
        let config = self.path("console.toml");
        fs::write(&config, configuration.to_owned() + &section).unwrap();
        let (arguments, log) = (
            ["console", "--config", text(&config)],
            self.path("console.log"),
        );
        let serves = || said(&log).contains("console at");
        let console = started("personalisation", &arguments, &log, serves);
        (console, origin)
    }

    /// Adds an administrator at a console, who signs in there.
    pub fn administrator(&self, origin: &str) -> Visitor {
        self.hire("muller", "administrator", origin)
    }

    /// Adds somebody with a role at the centre, who signs in at a console.
    pub fn hire(&self, login: &str, role: &str, origin: &str) -> Visitor {
        let config = self.path("console.toml");
        let add = ["staff", "add", login, "Ann Muller", "--role", role];
        let all = [&add[..], &["--config", text(&config)]].concat();
        let link = programs::run("personalisation", &all, &[]).unwrap();
        let path = link.trim().trim_start_matches(origin).to_owned();
        let mut visitor = Visitor::new(origin);
        let page = visitor.go(&path).unwrap();
        let member = Member {
            login: login.to_owned(),
            password: "an example, long enough".to_owned(),
            secret: page.text_of("secret").unwrap(),
        };
        let typed = [
            ("password", member.password.as_str()),
            ("again", &member.password),
        ];
        visitor.send(&page, &path, &typed).unwrap();
        member.sign_in(origin).unwrap()
    }

    /// Pulls the plug of the centre.
    pub fn kill_centre(&mut self) {
        self.centre = None;
    }

    /// Pulls the plug of the operations CA.
    pub fn kill_operations(&mut self) {
        self.operations = None;
    }

    /// Ports of fleet and onboarding.
    pub fn ports(&self) -> [u16; 2] {
        ports(&self.path("centre.log")).unwrap()
    }

    /// The configuration file of a station that reaches the centre on these ports.
    pub fn station_file(&self, name: &str, [fleet, onboarding]: [u16; 2]) -> PathBuf {
        let file = self.path(&format!("{name}.toml"));
        fs::write(
            &file,
            format!(
                r#"
data_dir = "{name}"
[token]
softhsm2_conf = "{name}-token/softhsm2.conf"
label = "{name}"
pin_file = "{name}.pin"
so_pin_file = "{name}.so-pin"
[centre]
intake = "localhost:{fleet}"
onboarding = "localhost:{onboarding}"
server_name = "localhost"
ca = "pki/operations/operations-ca.pem"
"#
            ),
        )
        .unwrap();
        file
    }

    /// The same, read.
    pub fn station(&self, name: &str) -> Config {
        Config::load(&self.station_file(name, self.ports())).unwrap()
    }
}

/// What a program said so far.
fn said(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}

/// A program of ours that came so far as to be ready.
fn started(program: &str, arguments: &[&str], log: &Path, ready: impl Fn() -> bool) -> Service {
    let mut service = Service::start(program, arguments, &[], log).unwrap();
    let waited = service.wait_until(log, ready);
    waited.unwrap_or_else(|error| panic!("{error}: {}", said(log)));
    service
}

/// What the centre said of its listeners.
fn ports(log: &Path) -> Option<[u16; 2]> {
    let said = said(log);
    let (line, _) = said.split_once("listening on ")?.1.split_once('\n')?;
    let (one, two) = line.split_once(" and ")?;
    let port = |address: &str| address.rsplit(':').next()?.trim().parse().ok();
    Some([port(one)?, port(two)?])
}

/// Runs the real station's `onboard`.
pub fn onboard(file: &Path, code: &str) -> Ended {
    let arguments = ["--config", text(file), "onboard", code];
    programs::end_of(
        &programs::built("enrolment-station").unwrap(),
        &arguments,
        &[],
    )
    .unwrap()
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
