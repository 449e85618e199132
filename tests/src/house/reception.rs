//! Where dossiers arrive: the operations CA's service, intake and console of a centre.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Centre, Floor, HouseError, Pki, quoted, read, text, write};
use crate::programs::{self, Service};
use crate::visitor::{VisitError, Visitor};

/// Configuration of `pki-authority operations`, after its address.
const OPERATIONS: &str = r#"
store = "operations.sqlite"
audit = "operations-audit.jsonl"
authority = "operations/operations-ca.cer"

[tls]
certificate = "operations/operations.pem"
token_key = "operations"
client_ca = "operations/operations-ca.pem"
revocation_list = "operations/operations.crl"

[token]
softhsm2_conf = "tokens/operations-ca/softhsm2.conf"
label = "operations-ca"
pin_file = "tokens/operations-ca/user.pin"
"#;

/// Somebody of the staff, who can sign in.
#[derive(Debug, Clone)]
pub struct Member {
    /// What they type.
    pub login: String,
    /// Their password.
    pub password: String,
    /// The secret of their codes, in base 32.
    pub secret: String,
}

/// The centre's services for stations and staff.
#[derive(Debug)]
pub struct Reception {
    _operations: Service,
    intake: Option<Service>,
    console: Option<Service>,
    origin: String,
    folder: PathBuf,
}

impl Reception {
    /// Starts the operations CA and gives what a centre's configuration has to say for intake and console;
    /// the register is asked at this address.
    pub fn prepare(pki: &Pki, register: &str) -> Result<(Service, String, String), HouseError> {
        let (operations, address) = operations(pki)?;
        let console = free_port()?;
        let origin = format!("http://localhost:{console}");
        let sections = sections(pki.folder(), &address, console, register);
        Ok((operations, origin, sections))
    }

    /// Starts intake and console of a centre that was opened with the sections of [`Self::prepare`], and issues
    /// the first configuration of stations.
    pub fn open(
        (operations, origin): (Service, String),
        centre: &Centre,
        floor: &Floor,
    ) -> Result<Self, HouseError> {
        let folder = centre.folder().to_path_buf();
        let draft = folder.join("stations.toml");
        write(
            &draft,
            &centre.run(&["fleet", "configuration", "show"], floor)?,
        )?;
        centre.run(&["fleet", "configuration", "sign", text(&draft)], floor)?;
        let mut reception = Self {
            _operations: operations,
            intake: None,
            console: None,
            origin,
            folder,
        };
        reception.intake = Some(serve(centre, "intake", &reception.log("intake"))?);
        reception.console = Some(serve(centre, "console", &reception.log("console"))?);
        Ok(reception)
    }

    /// Where browsers of the centre's staff go.
    pub fn console(&self) -> &str {
        &self.origin
    }

    /// Ports of intake and onboarding.
    pub fn ports(&self) -> Result<(u16, u16), HouseError> {
        let said = read(&self.log("intake"))?;
        let ports = || {
            let (line, _) = said.split_once("listening on ")?.1.split_once('\n')?;
            let (stations, onboarding) = line.split_once(" and ")?;
            let port = |address: &str| address.trim().rsplit(':').next()?.parse().ok();
            Some((port(stations)?, port(onboarding)?))
        };
        ports().ok_or(HouseError::Speech {
            program: "personalisation intake",
            line: said.clone(),
        })
    }

    /// Adds somebody with a role, at an office or at the centre, and opens their link for them.
    pub fn hire(
        &self,
        centre: &Centre,
        floor: &Floor,
        (login, name): (&str, &str),
        role: &str,
        office: Option<&str>,
    ) -> Result<Member, HouseError> {
        let place: &[&str] = match &office {
            Some(office) => &["--office", office],
            None => &[],
        };
        let add = [&["staff", "add", login, name, "--role", role], place].concat();
        let link = centre.run(&add, floor)?;
        let path = link.trim().trim_start_matches(&self.origin).to_owned();
        let mut visitor = Visitor::new(&self.origin);
        let page = visitor.go(&path)?;
        let secret = page.text_of("secret").unwrap_or_default();
        let password = format!("an example of {login}'s, long enough");
        let typed = [("password", password.as_str()), ("again", &password)];
        visitor.send(&page, &path, &typed)?.at(&path)?;
        Ok(Member {
            login: login.to_owned(),
            password,
            secret,
        })
    }

    /// Whether all of it still runs.
    pub fn is_running(&mut self) -> bool {
        let mut services = [&mut self.intake, &mut self.console].into_iter().flatten();
        services.all(Service::is_running)
    }

    fn log(&self, role: &str) -> PathBuf {
        self.folder.join(format!("{role}.log"))
    }
}

impl Member {
    /// Signs in at an origin; leads to its first page.
    pub fn sign_in(&self, origin: &str) -> Result<Visitor, VisitError> {
        let mut visitor = Visitor::new(origin);
        let page = visitor.go("/sign-in")?;
        let code = self.code();
        let typed = [
            ("login", self.login.as_str()),
            ("password", &self.password),
            ("code", &code),
        ];
        let page = visitor.send(&page, "/sign-in", &typed)?;
        if page.status == 200 && !page.path.starts_with("/sign-in") {
            Ok(visitor)
        } else {
            Err(page.unexpected())
        }
    }

    /// The code of this moment.
    pub fn code(&self) -> String {
        let secret = totp_rs::Secret::try_from_base32(&self.secret);
        let totp = secret.ok().and_then(|secret| {
            let builder = totp_rs::Builder::new().with_algorithm(totp_rs::Algorithm::SHA1);
            builder.with_secret(secret).build().ok()
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "somebody reads a code off a telephone"
        )]
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.unwrap_or_default().as_secs();
        totp.map_or_else(String::new, |totp| totp.generate(seconds).to_string())
    }
}

fn operations(pki: &Pki) -> Result<(Service, String), HouseError> {
    let (config, log) = (
        pki.folder().join("operations.toml"),
        pki.folder().join("operations.log"),
    );
    write(&config, &format!("listen = \"127.0.0.1:0\"{OPERATIONS}"))?;
    let arguments = ["operations", "--config", text(&config)];
    let mut service = Service::start("pki-authority", &arguments, &[], &log)?;
    let address = || {
        let said = read(&log).ok()?;
        let (line, _) = said.split_once("listening on ")?.1.split_once('\n')?;
        Some(line.trim().to_owned())
    };
    service.wait_until(&log, || address().is_some())?;
    Ok((service, address().unwrap_or_default()))
}

fn serve(centre: &Centre, role: &str, log: &Path) -> Result<Service, HouseError> {
    let arguments = [role, "--config", text(centre.config())];
    let mut service = Service::start("personalisation", &arguments, &[], log)?;
    let ready = || {
        read(log).is_ok_and(|said| said.contains("listening on ") || said.contains("console at "))
    };
    service.wait_until(log, ready)?;
    Ok(service)
}

/// A port that nobody has now.
pub(crate) fn free_port() -> Result<u16, HouseError> {
    let found = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let failed = |source| programs::ProgramError::Io {
        program: "finding a free port".to_owned(),
        source,
    };
    Ok(found.map_err(failed)?.port())
}

/// Stock's token, where issues of blanks are signed.
fn stock(conf: &str, pin: &str) -> String {
    format!(
        "\n[tokens.stock]\nsofthsm2_conf = {conf}\nlabel = \"stock\"\npin_file = {pin}\nkey = \"issues-1\"\n"
    )
}

fn sections(pki: &Path, operations: &str, console: u16, register: &str) -> String {
    let at = |path: &str| quoted(&pki.join(path));
    let rest = stock(
        &at("tokens/intake/softhsm2.conf"),
        &at("tokens/intake/stock.pin"),
    );
    rest + &format!(
        r#"
[tokens.intake]
softhsm2_conf = {conf}
label = "intake"
pin_file = {pin}
opening = ["intake-1"]
receipts = "receipts-1"
tls = "intake"

[tokens.review]
softhsm2_conf = {conf}
label = "review"
pin_file = {review_pin}
key = "review-tickets-1"
approvals = ["approvals-1"]

[tokens.console]
softhsm2_conf = {conf}
label = "console"
pin_file = {console_pin}
tls = "console"

[intake]
listen = "127.0.0.1:0"
onboarding = "127.0.0.1:0"
folder = "dossiers"
certificate = {intake}
client_ca = {ca}
revocation_list = {list}
free_bytes = 1

[fleet]
pki = "{operations}"
server_name = "localhost"
ca = {ca}
certificate = {fleet}
key = "fleet"
intake_keys = [{intake_key}]
receipt_keys = [{receipt_key}]
configuration_public_key = {configuration_key}

[fleet.token]
softhsm2_conf = {conf}
label = "intake"
pin_file = {pin}

[register]
authority = "{register}"
server_name = "localhost"
server_ca = {ca}

[console]
listen = "127.0.0.1:{console}"
origin = "http://localhost:{console}"
relying_party = "localhost"
certificate = {console_certificate}
"#,
        conf = at("tokens/intake/softhsm2.conf"),
        pin = at("tokens/intake/user.pin"),
        review_pin = at("tokens/intake/review.pin"),
        console_pin = at("tokens/intake/console.pin"),
        console_certificate = at("operations/console.pem"),
        configuration_key = at("public/configuration-1.spki"),
        ca = at("operations/operations-ca.pem"),
        list = at("operations/operations.crl"),
        intake = at("operations/intake.pem"),
        fleet = at("operations/fleet.pem"),
        intake_key = at("public/intake-1.spki"),
        receipt_key = at("public/receipts-1.spki"),
    )
}
