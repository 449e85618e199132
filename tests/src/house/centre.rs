//! The centre: orders in, documents out, and the inspector's look at them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Floor, HouseError, LineRun, Pki, folder, quoted, text, write};
use crate::programs;

/// The centre's database and configuration.
#[derive(Debug)]
pub struct Centre {
    folder: PathBuf,
    config: PathBuf,
    settings: String,
}

/// A finished document, as the line reported it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Order it was made for.
    pub order: String,
    /// Document number.
    pub number: String,
    /// Card access number.
    pub can: String,
    /// Chip serial, hexadecimal.
    pub chip: String,
    /// Reader it lies in.
    pub reader: String,
    /// Seconds on the line.
    pub seconds: f64,
}

/// What the line said on the way.
pub type LineEvent = Value;

impl Centre {
    /// Writes the configuration for this PKI and these readers, makes what is missing of its keys, and
    /// takes the maker's delivery into the vault.
    pub fn open(place: &Path, pki: &Pki, floor: &Floor) -> Result<Self, HouseError> {
        Self::open_with(place, pki, floor, "")
    }

    /// The same with further lines for `[line]` of the configuration.
    pub fn open_with(
        place: &Path,
        pki: &Pki,
        floor: &Floor,
        settings: &str,
    ) -> Result<Self, HouseError> {
        let folder = folder(place.to_path_buf())?;
        let centre = Self {
            config: folder.join("centre.toml"),
            folder,
            settings: settings.to_owned(),
        };
        centre.configure(pki, floor)?;
        centre.run(&["keys"], floor)?;
        let (delivery, key) = (floor.delivery(), floor.wrapping_key());
        centre.run(
            &[
                "blanks",
                "import",
                text(&delivery),
                "--wrapping-key",
                text(&key),
            ],
            floor,
        )?;
        Ok(centre)
    }

    /// Writes the configuration again, for a PKI that moved.
    pub fn configure(&self, pki: &Pki, floor: &Floor) -> Result<(), HouseError> {
        let configuration = configuration(pki.folder(), &pki.endpoint(), floor.readers());
        write(&self.config, &(configuration + &self.settings))
    }

    /// Adds an order; its id.
    pub fn add_order(&self, file: &Path, floor: &Floor) -> Result<String, HouseError> {
        Ok(self
            .run(&["order", "add", text(file)], floor)?
            .trim()
            .to_owned())
    }

    /// Runs the line until the queue is empty; `event` sees each step as it happens.
    pub fn run_line(
        &self,
        floor: &Floor,
        dump: &Path,
        mut event: impl FnMut(&LineEvent),
    ) -> Result<Vec<Document>, HouseError> {
        let mut documents = Vec::new();
        let mut nonsense = None;
        let config = text(&self.config);
        let arguments = [
            "line",
            "--config",
            config,
            "--once",
            "--json",
            "--dump",
            text(dump),
        ];
        programs::follow(
            "personalisation",
            &arguments,
            &[floor.environment()],
            |line| match serde_json::from_str::<Value>(line) {
                Ok(value) => {
                    documents.extend(document(&value));
                    event(&value);
                }
                Err(_) => nonsense = Some(line.to_owned()),
            },
        )?;
        match nonsense {
            Some(line) => Err(HouseError::Speech {
                program: "personalisation line",
                line,
            }),
            None => Ok(documents),
        }
    }

    /// Starts the line, which works until it is dropped.
    pub fn start_line(&self, floor: &Floor) -> Result<LineRun, HouseError> {
        let arguments = ["--json", "--config", text(&self.config)];
        LineRun::start(&arguments, &[floor.environment()])
    }

    /// Inspects the document in `reader` with its CAN, as an officer elsewhere would: with nothing
    /// but the trust anchors. The report, whatever the verdict.
    pub fn inspect(
        floor: &Floor,
        reader: &str,
        can: &str,
        trust: &Path,
        dump: &Path,
    ) -> Result<Value, HouseError> {
        inspect(floor, reader, can, trust, dump, &[])
    }

    /// The same as the inspection system of the line, which may read the fingers.
    pub fn inspect_fingers(
        &self,
        floor: &Floor,
        reader: &str,
        can: &str,
        pki: &Pki,
        dump: &Path,
    ) -> Result<Value, HouseError> {
        let file = self.inspection_system(pki)?;
        let further = ["--inspection-system", text(&file)];
        inspect(floor, reader, can, &pki.trust(), dump, &further)
    }

    /// The description of the line's inspection system, for `inspect`.
    pub fn inspection_system(&self, pki: &Pki) -> Result<PathBuf, HouseError> {
        let file = self.folder.join("inspection-system.toml");
        let line = pki.folder().join("tokens/line");
        let described = format!(
            "certificates = \"inspection\"\n[token]\nsofthsm2_conf = {}\nlabel = \"inspection\"\n\
             pin_file = {}\n",
            quoted(&line.join("softhsm2.conf")),
            quoted(&line.join("inspection.pin")),
        );
        write(&file, &described)?;
        Ok(file)
    }

    /// The centre's audit as JSON lines.
    pub fn audit(&self, floor: &Floor) -> Result<String, HouseError> {
        self.run(&["audit"], floor)
    }

    /// Runs one of the centre's commands with its configuration; what it printed.
    pub fn run(&self, command: &[&str], floor: &Floor) -> Result<String, HouseError> {
        let arguments = [command, &["--config", text(&self.config)]].concat();
        Ok(programs::run(
            "personalisation",
            &arguments,
            &[floor.environment()],
        )?)
    }

    /// The configuration file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The centre's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Runs `personalisation inspect` with `further` arguments.
fn inspect(
    floor: &Floor,
    reader: &str,
    can: &str,
    trust: &Path,
    dump: &Path,
    further: &[&str],
) -> Result<Value, HouseError> {
    let arguments = [
        "inspect",
        "--reader",
        reader,
        "--can",
        can,
        "--trust",
        text(trust),
    ];
    let arguments = [&arguments[..], &["--dump", text(dump), "--json"], further].concat();
    let printed = match programs::run("personalisation", &arguments, &[floor.environment()]) {
        // 1 is "not genuine", 2 "no verdict": both come with a report.
        Err(programs::ProgramError::Failed { output, status, .. })
            if matches!(status.code(), Some(1 | 2)) && output.starts_with('{') =>
        {
            output
        }
        other => other?,
    };
    let report = serde_json::Deserializer::from_str(&printed)
        .into_iter::<Value>()
        .next();
    let speech = || HouseError::Speech {
        program: "personalisation inspect",
        line: printed.clone(),
    };
    report.and_then(Result::ok).ok_or_else(speech)
}

fn document(event: &Value) -> Option<Document> {
    let field = |name: &str| event[name].as_str().map(str::to_owned);
    if event["event"] != "document" {
        return None;
    }
    Some(Document {
        order: field("order")?,
        number: field("number")?,
        can: field("can")?,
        chip: field("chip")?,
        reader: field("reader")?,
        seconds: event["seconds"].as_f64()?,
    })
}

fn configuration(pki: &Path, endpoint: &str, readers: &[String]) -> String {
    format!(
        r#"database = "centre.db"
issuer_profile = "luxembourg"

[sealing]
key_file = "sealing.key"
fingers_key_file = "fingers.key"

[tokens.cards]
softhsm2_conf = {cards_conf}
label = "line"
pin_file = {cards_pin}
card_master = "card-master"
delivery_key = "delivery-transport"
issue_key = "line-issues"

[tokens.tickets]
softhsm2_conf = {order_conf}
label = "order"
pin_file = {order_pin}
key = "tickets"

[tokens.inspection]
softhsm2_conf = {cards_conf}
label = "inspection"
pin_file = {inspection_pin}
so_pin_file = {inspection_so_pin}

[inspection]
holder = "LULINE1"
certificates = "inspection"

[pki]
endpoint = "{endpoint}"
server_name = "localhost"
server_ca = {ca}
certificate = {certificate}
key = "line"
signing_profile = "identity-card"
trust = {trust}

[line]
readers = {readers:?}
"#,
        cards_conf = quoted(&pki.join("tokens/line/softhsm2.conf")),
        cards_pin = quoted(&pki.join("tokens/line/user.pin")),
        inspection_pin = quoted(&pki.join("tokens/line/inspection.pin")),
        inspection_so_pin = quoted(&pki.join("tokens/line/inspection.so.pin")),
        order_conf = quoted(&pki.join("tokens/order/softhsm2.conf")),
        order_pin = quoted(&pki.join("tokens/order/user.pin")),
        ca = quoted(&pki.join("operations/operations-ca.pem")),
        certificate = quoted(&pki.join("operations/line.pem")),
        trust = quoted(&pki.join("trust")),
    )
}
