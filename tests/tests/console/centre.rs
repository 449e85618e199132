//! A centre with a console on a free port, people who can sign in, and a browser in front of it.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::ops::Deref;
use std::path::PathBuf;

use dossier::PersonId;
use dossier::staff::Role;
use e2e::browser::Browser;
use e2e::programs::{self, Service};
use pages::sign_in::Password;
use personalisation::config::Config;
use personalisation::edge;
use personalisation::staff::{NewMember, Staffing};
use personalisation_store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

pub const PASSWORD: &str = "corner shop horse";

/// Somebody who can sign in.
struct Known {
    id: PersonId,
    totp: Vec<u8>,
}

/// The centre; all of it ends when dropped.
pub struct Centre {
    pub origin: String,
    pub store: Store,
    pub runtime: Runtime,
    people: BTreeMap<String, Known>,
    config: PathBuf,
    browser: Option<Browser>,
    service: Option<Service>,
    folder: TempDir,
}

impl Deref for Centre {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        self.browser.as_ref().unwrap()
    }
}

fn configuration(port: u16) -> String {
    let token = |name: &str| {
        format!(
            "softhsm2_conf = \"softhsm2.conf\"\nlabel = \"{name}\"\npin_file = \"{name}.pin\"\n"
        )
    };
    format!(
        "database = \"centre.db\"\nissuer_profile = \"luxembourg\"\n\
         [sealing]\nkey_file = \"sealing.key\"\n\
         [tokens.cards]\n{}card_master = \"m\"\ndelivery_key = \"d\"\n\
         [tokens.tickets]\n{}key = \"t\"\n\
         [tokens.review]\n{}so_pin_file = \"review.so-pin\"\nkey = \"ticket-1\"\n\
         approvals = [\"approvals-1\"]\n\
         [tokens.stock]\n{}so_pin_file = \"stock.so-pin\"\nkey = \"issues-1\"\n\
         [tokens.shipping]\n{}so_pin_file = \"shipping.so-pin\"\nkey = \"manifests-1\"\n\
         [pki]\nendpoint = \"https://localhost:1\"\nserver_name = \"pki\"\nserver_ca = \"ca.pem\"\n\
         certificate = \"c.pem\"\nkey = \"k.pem\"\nsigning_profile = \"card\"\ntrust = \"trust\"\n\
         [console]\nlisten = \"127.0.0.1:{port}\"\norigin = \"http://localhost:{port}\"\n\
         relying_party = \"localhost\"\nidle_minutes = 30\n\
         [notices]\nsender = [\"Bureau of documents\", \"1, Main Street\", \"L-1000 Luxembourg\"]\n\
         place = \"Luxembourg\"\ncourt = [\"Tribunal administratif\", \"2, Court Street\", \"L-1499 Luxembourg\"]\n",
        token("cards"),
        token("tickets"),
        token("review"),
        token("stock"),
        token("shipping")
    )
}

impl Centre {
    /// Makes keys and database; nothing runs yet.
    pub fn prepare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = port.local_addr().unwrap().port();
        fs::create_dir(folder.path().join("tokens")).unwrap();
        let tokens = folder.path().join("tokens").display().to_string();
        let softhsm = format!("directories.tokendir = {tokens}\nobjectstore.backend = file\n");
        fs::write(folder.path().join("softhsm2.conf"), softhsm).unwrap();
        let config = folder.path().join("centre.toml");
        fs::write(&config, configuration(port)).unwrap();
        let file = config.to_str().unwrap();
        programs::run("personalisation", &["keys", "--config", file], &[]).unwrap();
        Self::over(config, port, folder)
    }

    /// A console at that port over a configuration that stands, with keys and database; its log lies in `folder`.
    pub fn over(config: PathBuf, port: u16, folder: TempDir) -> Self {
        let runtime = Runtime::new().unwrap();
        let store = runtime
            .block_on(Config::load(&config).unwrap().open_store())
            .unwrap();
        Self {
            origin: format!("http://localhost:{port}"),
            store,
            runtime,
            people: BTreeMap::new(),
            config,
            browser: None,
            service: None,
            folder,
        }
    }

    /// Somebody with roles at the centre, enrolled.
    pub fn person(&mut self, login: &str, roles: &[Role]) -> PersonId {
        let staffing = Staffing::new(self.store.clone(), edge::rng(), None);
        let (first, more) = roles.split_first().unwrap();
        let member = NewMember {
            login: login.to_owned(),
            name: Zeroizing::new(format!("{login} of the centre")),
            role: *first,
            office: None,
        };
        let now = edge::now();
        let (id, totp) = self.runtime.block_on(async {
            let (id, secret) = staffing.add(&member, now).await.unwrap();
            for role in more {
                let period = (now, None);
                staffing.grant(id, *role, None, period, now).await.unwrap();
            }
            let found = self.store.enrolment(&secret, now).await.unwrap().unwrap();
            let phc = Password::new(PASSWORD, [7; 16]).unwrap();
            let enrolled = staffing.enrol(&secret, &found, phc.as_phc(), now).await;
            assert!(enrolled.unwrap());
            (id, found.totp.to_vec())
        });
        self.people.insert(login.to_owned(), Known { id, totp });
        id
    }

    /// Starts the console and a browser.
    pub fn start(mut self) -> Self {
        let log = self.folder.path().join("console.log");
        let arguments = ["console", "--config", self.file()];
        let mut service = Service::start("personalisation", &arguments, &[], &log).unwrap();
        let said = || fs::read_to_string(&log).unwrap_or_default();
        service
            .wait_until(&log, || said().contains("console at"))
            .unwrap();
        self.service = Some(service);
        self.browser = Some(Browser::start(&[]).unwrap());
        self
    }

    /// Stops the console; the browser stays.
    pub fn stop(&mut self) {
        self.service = None;
    }

    /// Opens a page.
    pub fn open(&self, path: &str) {
        self.go(&format!("{}{path}", self.origin)).unwrap();
    }

    /// Signs in by password and code, in English; whoever was signed in before is signed out.
    pub fn sign_in(&self, login: &str, path: &str) {
        let english = format!("/language/en?back={path}");
        self.open(&english);
        if self
            .run("return !!document.querySelector('form[action=\"/sign-out\"]')")
            .unwrap()
            == true
        {
            self.click("form[action='/sign-out'] button").unwrap();
            self.wait_for("location.pathname === '/sign-in'").unwrap();
            self.open(&english);
        }
        self.wait_for("location.pathname === '/sign-in'").unwrap();
        self.type_into("#login", login).unwrap();
        self.type_into("#password", PASSWORD).unwrap();
        self.type_into("#code", &self.code(login)).unwrap();
        self.click("form .primary").unwrap();
        let path = path.split('?').next().unwrap();
        self.wait_for(&format!("location.pathname === '{path}'"))
            .unwrap();
    }

    /// The code that somebody's device shows now.
    pub fn code(&self, login: &str) -> String {
        code(&self.people[login].totp)
    }

    /// The configuration file.
    pub fn file(&self) -> &str {
        self.config.to_str().unwrap()
    }

    /// Somebody's id.
    pub fn id(&self, login: &str) -> PersonId {
        self.people[login].id
    }

    /// What the page says.
    pub fn says(&self) -> String {
        self.text("return document.querySelector('main').innerText")
            .unwrap()
    }

    /// The audit, a line each.
    pub fn audit(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.runtime
            .block_on(self.store.export_audit(&mut lines))
            .unwrap();
        let text = String::from_utf8(lines).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

/// The code of a secret, now.
pub fn code(secret: &[u8]) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(totp_rs::Secret::new_stack(
            <[u8; 20]>::try_from(secret).unwrap(),
        ))
        .build()
        .unwrap();
    let now = edge::now().unix_timestamp();
    totp.generate(u64::try_from(now).unwrap()).to_string()
}
