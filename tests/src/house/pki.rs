//! The PKI: one ceremony, then the signing service.

use std::path::{Path, PathBuf};

use super::{HouseError, folder, read, text, write};
use crate::programs::{self, Service};

/// What the ceremony makes; everything lies below `output`.
const CEREMONY: &str = r#"
output = "."
witnesses = ["Ada Example", "Bob Example"]

[state]
country = "LU"
mrz_code = "LUX"
organisation = "Stempel specimen authority"
mail = "csca@example.org"
crl_addresses = ["http://crl.example.org/LUX.crl"]
document_types = ["ID", "IR"]
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
token = "line"

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

const SERVICE: &str = r#"
store = "pki.sqlite"
audit = "audit.jsonl"
ticket_keys = ["public/tickets.spki", "public/review-tickets-1.spki"]
signing_roles = ["line"]
journal_roles = ["console"]

[issues]
keys = ["public/issues-1.spki"]

[issues.line_keys]
line-1 = ["public/line-issues.spki"]

[issues.lines]
line = ["line-1"]

[tls]
certificate = "operations/pki-authority.pem"
token_key = "pki-authority"
client_ca = "operations/operations-ca.pem"
revocation_list = "operations/operations.crl"

[token]
softhsm2_conf = "tokens/signing/softhsm2.conf"
label = "signing"
pin_file = "tokens/signing/user.pin"

[[document_signer]]
label = "ds-1"
certificate = "trust/ds-1.cer"

[inspection]
authorities = ["trust/cvca-1.cvcert"]

[inspection.token]
label = "document-verifying"
pin_file = "tokens/signing/document-verifying.pin"

[[inspection.document_verifier]]
label = "dv-1"
certificate = "trust/dv-1.cvcert"

[[inspection.system]]
role = "line"
holder = "LULINE1"
rights = ["DG3"]
days = 10
"#;

const ANY_PORT: &str = "127.0.0.1:0";

/// A PKI after its ceremony, with its signing service if that was started.
#[derive(Debug)]
pub struct Pki {
    folder: PathBuf,
    service: Option<Service>,
    address: String,
    first_requests: u32,
}

impl Pki {
    /// Holds the ceremony in `place`, which is made.
    pub fn hold_ceremony(place: &Path) -> Result<Self, HouseError> {
        Self::hold_ceremony_with(place, "")
    }

    /// The same with further lines at the end of the ceremony's file.
    pub fn hold_ceremony_with(place: &Path, further: &str) -> Result<Self, HouseError> {
        let folder = folder(place.to_path_buf())?;
        let plan = folder.join("ceremony.toml");
        write(&plan, &format!("{CEREMONY}{further}"))?;
        programs::run("pki-authority", &["ceremony", text(&plan)], &[])?;
        Ok(Self {
            folder,
            service: None,
            address: ANY_PORT.to_owned(),
            first_requests: 1,
        })
    }

    /// Starts the signing service on a free port, or again where it was.
    pub fn serve(&mut self) -> Result<(), HouseError> {
        const READY: &str = "listening on ";
        self.service = None;
        let config = self.configure()?;
        let log = self.folder.join("serve.log");
        let mut service = Service::start(
            "pki-authority",
            &["serve", "--config", text(&config)],
            &[],
            &log,
        )?;
        let address = || {
            let said = read(&log).ok()?;
            let (line, _) = said.split_once(READY)?.1.split_once('\n')?;
            Some(line.trim().to_owned())
        };
        service.wait_until(&log, || address().is_some())?;
        self.address = address().unwrap_or_else(|| ANY_PORT.to_owned());
        self.service = Some(service);
        Ok(())
    }

    /// Writes the service's configuration; where it is.
    pub fn configure(&self) -> Result<PathBuf, HouseError> {
        let file = self.folder.join("serve.toml");
        let (listen, requests) = (&self.address, self.first_requests);
        let text = format!("listen = {listen:?}{SERVICE}first_requests = {requests}\n");
        write(&file, &text)?;
        Ok(file)
    }

    /// Permits the line's inspection system so many first requests in all, from the next start on.
    pub fn permit_first_requests(&mut self, count: u32) {
        self.first_requests = count;
    }

    /// Pulls the plug of the signing service.
    pub fn kill(&mut self) {
        self.service = None;
    }

    /// Where the signing service listens.
    pub fn endpoint(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The ceremony's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Certificates and revocation lists for inspectors.
    pub fn trust(&self) -> PathBuf {
        self.folder.join("trust")
    }

    /// The signing service's audit.
    pub fn audit(&self) -> PathBuf {
        self.folder.join("audit.jsonl")
    }
}
