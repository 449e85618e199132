//! A whole PKI in a private folder: the real ceremony, the real service, a real caller.

#![allow(dead_code, reason = "each test target uses a part of it")]
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

pub mod bouncy_castle;
pub mod issuing;
pub mod renewal;
pub mod slowed;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use evidence::ticket::{SignedTicket, Ticket};
use icao9303::{
    crypto::curve::{Curve, CurveId},
    lds::DataGroup,
    oid,
    security_info::{
        ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, PaceInfo, SecurityInfo,
        SecurityInfos, SubjectPublicKey,
    },
    sod::{LdsSecurityObject, LdsVersionInfo},
    x509::HashAlgorithm,
};
use key_custody::{EcKey, Token, TokenConfig, role::TicketSigning, softhsm};
use openssl::sha::sha256;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Identity};
use wire::signing::{SignRequest, sign_request::Object, signing_client::SigningClient};

/// The program: cargo tells tests where it is; examples find it one folder above their own.
pub fn binary() -> PathBuf {
    if let Some(path) = option_env!("CARGO_BIN_EXE_pki-authority") {
        return path.into();
    }
    let here = std::env::current_exe().unwrap();
    here.ancestors().nth(2).unwrap().join("pki-authority")
}

/// A folder with a finished ceremony.
pub struct House {
    pub folder: tempfile::TempDir,
    pub stock: issuing::Stock,
    tickets: Option<(Token, EcKey<TicketSigning>)>,
}

pub fn ceremony_file(folder: &Path) -> PathBuf {
    let file = folder.join("ceremony.toml");
    fs::write(
        &file,
        r#"
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
[country_verifying]
mnemonic = "CVCALUX"
sequence = 1
validity_months = 36
rights = ["DG3", "DG4"]
[[document_verifier]]
label = "dv-1"
mnemonic = "DVLUX"
sequence = 1
validity_days = 90
rights = ["DG3"]
[operations]
common_name = "Operations CA SPECIMEN"
validity_months = 12
[[program]]
name = "pki-authority"
role = "pki"
side = "server"
dns = ["localhost"]
addresses = ["127.0.0.1"]
token = "signing"
[[program]]
name = "line"
role = "line"
side = "client"
[[program]]
name = "intake"
role = "intake"
side = "client"
[[program]]
name = "console"
role = "console"
side = "client"
"#,
    )
    .unwrap();
    file
}

pub fn ceremony(file: &Path) -> Output {
    Command::new(binary())
        .arg("ceremony")
        .arg(file)
        .output()
        .unwrap()
}

/// The tokens of the service, taken away.
pub struct Away {
    here: PathBuf,
    away: PathBuf,
}

impl Away {
    pub fn bring_back(self) {
        fs::rename(&self.away, &self.here).unwrap();
    }
}

impl House {
    pub fn new() -> Self {
        Self::planned(|text| text)
    }

    /// A house whose ceremony file was changed before the ceremony.
    pub fn planned(change: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = ceremony_file(folder.path());
        fs::write(&file, change(fs::read_to_string(&file).unwrap())).unwrap();
        let done = ceremony(&file);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        Self {
            stock: issuing::Stock::new(&folder.path().join("issues.spki")),
            folder,
            tickets: None,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes the service's tokens away, as if they were pulled out.
    pub fn take_tokens_away(&self) -> Away {
        let (here, away) = (self.path("pki/tokens/signing/tokens"), self.path("away"));
        fs::rename(&here, &away).unwrap();
        Away { here, away }
    }

    /// Entries in the service's audit.
    pub fn audited(&self) -> usize {
        let audit = self.path("pki-audit.jsonl");
        fs::read_to_string(audit).map_or(0, |text| text.lines().count())
    }

    /// Waits until the service's audit has that many entries.
    pub async fn audit_reaches(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.audited() < count {
            assert!(Instant::now() < end, "the audit stops short of {count}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Writes the service's configuration; returns its path.
    pub fn config(&self, token_wait_seconds: u16) -> PathBuf {
        self.config_for("signing", token_wait_seconds)
    }

    /// The same with any of the ceremony's tokens.
    pub fn config_for(&self, token: &str, token_wait_seconds: u16) -> PathBuf {
        let file = self.path("serve.toml");
        let text = format!(
            r#"
listen = "127.0.0.1:0"
store = "pki.sqlite"
audit = "pki-audit.jsonl"
ticket_keys = ["pki/public/tickets.spki"]
signing_roles = ["line"]
journal_roles = ["console"]
token_wait_seconds = {token_wait_seconds}
[tls]
certificate = "pki/operations/pki-authority.pem"
token_key = "pki-authority"
client_ca = "pki/operations/operations-ca.pem"
revocation_list = "pki/operations/operations.crl"
[token]
softhsm2_conf = "pki/tokens/{token}/softhsm2.conf"
label = "{token}"
pin_file = "pki/tokens/{token}/user.pin"
[[document_signer]]
label = "ds-1"
certificate = "pki/trust/ds-1.cer"
[issues]
keys = ["issues.spki"]
[issues.line_keys]
line-1 = ["pki/public/line-issues.spki"]
[issues.lines]
line = ["line-1"]
"#
        );
        fs::write(&file, text).unwrap();
        file
    }

    /// The configuration of a service that also certifies inspection systems; `systems` are further
    /// registrations beside the line's.
    pub fn inspection_config(&self, token_wait_seconds: u16, systems: &str) -> PathBuf {
        let file = self.config(token_wait_seconds);
        let text = fs::read_to_string(&file).unwrap()
            + r#"
[inspection]
authorities = ["pki/trust/cvca-1.cvcert"]
[inspection.token]
label = "document-verifying"
pin_file = "pki/tokens/signing/document-verifying.pin"
[[inspection.document_verifier]]
label = "dv-1"
certificate = "pki/trust/dv-1.cvcert"
[[inspection.system]]
role = "line"
holder = "LULINE1"
rights = ["DG3"]
days = 10
"# + systems;
        fs::write(&file, text).unwrap();
        file
    }

    /// A connection with the certificate of a program.
    pub async fn channel(&self, address: &str, program: &str) -> Channel {
        let file = |name: String| fs::read(self.path("pki/operations").join(name)).unwrap();
        let (certificate, key) = (
            file(format!("{program}.pem")),
            file(format!("{program}.key")),
        );
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(file("operations-ca.pem".into())))
            .domain_name("localhost")
            .identity(Identity::from_pem(certificate, key));
        let endpoint = Channel::from_shared(format!("https://{address}")).unwrap();
        endpoint.tls_config(tls).unwrap().connect().await.unwrap()
    }

    /// Starts the real service and waits until it listens.
    pub fn serve(&self, token_wait_seconds: u16) -> Service {
        Service::start(&self.config(token_wait_seconds))
    }

    /// A ticket over these files, sealed with the key in the order's token.
    pub fn ticket(&mut self, order: [u8; 16], files: &BTreeMap<u8, Vec<u8>>) -> SignedTicket {
        let content = files
            .iter()
            .filter(|(number, _)| [2, 3, 7, 11].contains(*number))
            .map(|(number, file)| (*number, sha256(file)))
            .collect();
        let ticket = Ticket {
            order,
            signing_profile: "identity-card".into(),
            content,
            issued_at: now() - 60,
            expires_at: now() + 3600,
        };
        self.seal(ticket)
    }

    pub fn seal(&mut self, ticket: Ticket) -> SignedTicket {
        let (token, key) = self.ticket_key();
        let signature = token.sign_digest(key, &ticket.digest()).unwrap();
        ticket.seal(signature)
    }

    fn ticket_key(&mut self) -> &(Token, EcKey<TicketSigning>) {
        if self.tickets.is_none() {
            let folder = self.path("pki/tokens/order");
            let token = Token::open(&TokenConfig {
                module: softhsm::MODULE.into(),
                softhsm2_conf: Some(folder.join("softhsm2.conf")),
                token_label: "order".into(),
                pin_file: folder.join("user.pin"),
            });
            let token = token.unwrap();
            let key = token.find_ec("tickets").unwrap();
            self.tickets = Some((token, key));
        }
        self.tickets.as_ref().unwrap()
    }

    /// Requests for so many different cards, all of the same order's ticket.
    pub fn many(&mut self, count: u32) -> Vec<SignRequest> {
        /// Blanks of a box.
        const BOX: u32 = 500;
        let one = self.security_object(1);
        let chip = |attempt: u32| {
            let mut chip = [1; 10];
            chip[..4].copy_from_slice(&attempt.to_be_bytes());
            chip
        };
        let mut cards = Vec::new();
        for first in (1..=count).step_by(BOX as usize) {
            let attempts = first..=count.min(first + BOX - 1);
            let chips: Vec<_> = attempts.clone().map(chip).collect();
            let issue = self.stock.issue(&chips).encode();
            cards.extend(attempts.map(|attempt| SignRequest {
                attempt,
                document_number: format!("LUX{attempt:06}"),
                chip_serial: chip(attempt).to_vec(),
                issue: issue.clone(),
                ..one.clone()
            }));
        }
        cards
    }

    /// Closes the order's token, so that this process can open another one.
    pub fn close_tickets(&mut self) {
        self.tickets = None;
    }

    /// A request for the security object of a card.
    pub fn security_object(&mut self, card: u8) -> SignRequest {
        let (order, files) = ([card; 16], files(card));
        let groups = files
            .iter()
            .map(|(number, file)| (DataGroup::from_number(*number).unwrap(), file.as_slice()));
        let version = Some(LdsVersionInfo::LDS_1_8);
        let object = LdsSecurityObject::over(HashAlgorithm::Sha256, groups, version).unwrap();
        SignRequest {
            ticket: self.ticket(order, &files).encode(),
            order: order.to_vec(),
            attempt: 1,
            document_number: document_number(card),
            chip_serial: vec![card; 10],
            object: Some(Object::LdsSecurityObject(object.to_der())),
            issue: self.stock.every_card().encode(),
        }
    }

    /// A request for the card security of the same card.
    pub fn card_security(&mut self, card: u8) -> SignRequest {
        let mut request = self.security_object(card);
        request.object = Some(Object::CardSecurityInfos(security_infos().to_der()));
        request
    }

    /// A caller with the certificate of a program.
    pub async fn caller(&self, service: &Service, program: &str) -> SigningClient<Channel> {
        self.caller_at(&service.address, program).await
    }

    /// A caller of a service at any address.
    pub async fn caller_at(&self, address: &str, program: &str) -> SigningClient<Channel> {
        let file = |name: String| fs::read(self.path("pki/operations").join(name)).unwrap();
        let identity = Identity::from_pem(
            file(format!("{program}.pem")),
            file(format!("{program}.key")),
        );
        self.connect(address, Some(identity)).await.unwrap()
    }

    pub async fn connect(
        &self,
        address: &str,
        identity: Option<Identity>,
    ) -> Result<SigningClient<Channel>, tonic::transport::Error> {
        let ca = fs::read(self.path("pki/operations/operations-ca.pem")).unwrap();
        let mut tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(ca))
            .domain_name("localhost");
        if let Some(identity) = identity {
            tls = tls.identity(identity);
        }
        let endpoint = Channel::from_shared(format!("https://{address}")).unwrap();
        Ok(SigningClient::new(
            endpoint.tls_config(tls)?.connect().await?,
        ))
    }
}

/// Six data group files' worth of a card.
pub fn files(card: u8) -> BTreeMap<u8, Vec<u8>> {
    [1, 2, 3, 11, 12, 14]
        .into_iter()
        .map(|number| (number, vec![number ^ card; 300]))
        .collect()
}

pub fn document_number(card: u8) -> String {
    format!("LUX{card:06}")
}

pub fn security_infos() -> SecurityInfos {
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(7);
    let point = curve
        .multiply_generator(&curve.random_scalar(&mut rng).unwrap())
        .unwrap();
    let pace = |protocol| {
        SecurityInfo::Pace(PaceInfo {
            protocol,
            version: 2,
            parameter_id: Some(13),
        })
    };
    SecurityInfos {
        infos: vec![
            pace(oid::PACE_ECDH_GM_AES_128),
            pace(oid::PACE_ECDH_CAM_AES_128),
            SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
                protocol: oid::CA_ECDH_AES_128,
                version: 1,
                key_id: None,
            }),
            SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
                public_key: SubjectPublicKey::standardised(13, point.as_bytes()),
                key_id: None,
            }),
        ],
    }
}

#[expect(clippy::disallowed_methods, reason = "tickets of tests hold now")]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// The running service; killed when dropped.
pub struct Service {
    pub process: Child,
    pub address: String,
}

impl Service {
    pub fn start(config: &Path) -> Self {
        Self::run("serve", config)
    }

    /// One of the program's services.
    pub fn run(act: &str, config: &Path) -> Self {
        let mut process = Command::new(binary())
            .args([act, "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_default()
            .to_owned();
        assert!(!address.is_empty(), "the service did not start: {line:?}");
        Self { process, address }
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `openssl` with these arguments.
pub fn openssl_tool(arguments: &[&str]) -> Output {
    Command::new("openssl").args(arguments).output().unwrap()
}
