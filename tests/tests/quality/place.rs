//! A hall whose machine waits for its first article, and a console over the same database.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use dossier::staff::Role;
use e2e::browser::Key;
use e2e::house::LineRun;
use personalisation_core::attempt::Attempt;
use serde_json::Value;

use crate::console::centre::Centre;
use crate::line::machine::hall::Hall;

/// A hand's pause between two keys.
const HAND: Duration = Duration::from_millis(200);

/// Both.
pub struct Place {
    pub hall: Hall,
    pub centre: Centre,
}

impl Place {
    /// One machine with so many blanks; an operator, an inspector, and somebody who is both.
    pub fn begin(blanks: usize) -> Self {
        let people: [(&str, &[Role]); 3] = [
            ("klein", &[Role::Operator]),
            ("hansen", &[Role::Inspector]),
            ("both", &[Role::Operator, Role::Inspector]),
        ];
        let prepared = Self::prepared(blanks, &people, |_| String::new());
        Self {
            centre: prepared.centre.start(),
            ..prepared
        }
    }

    /// The same with these people, and more in the console's configuration, which does not run yet; `more` is told its folder.
    pub fn prepared(
        blanks: usize,
        people: &[(&str, &[Role])],
        more: impl FnOnce(&Path) -> String,
    ) -> Self {
        let hall = Hall::inspected(1, blanks);
        let port = free_port();
        let house = hall.journey.house.centre.config();
        let console = format!(
            "{}\n[console]\nlisten = \"127.0.0.1:{port}\"\norigin = \"http://localhost:{port}\"\n\
             relying_party = \"localhost\"\nidle_minutes = 30\n{}",
            fs::read_to_string(house).unwrap(),
            more(house.parent().unwrap())
        );
        let config = house.with_file_name("console.toml");
        fs::write(&config, console).unwrap();
        let mut centre = Centre::over(config, port, tempfile::tempdir().unwrap());
        for (login, roles) in people {
            centre.person(login, roles);
        }
        Self { hall, centre }
    }

    /// Somebody signs on at the machine.
    pub fn sign_on(&self, login: &str) {
        let page = "/floor/SN-0/sign-on";
        self.centre.sign_in(login, page);
        self.centre.click("form.fields .primary").unwrap();
        let here = "document.querySelector('main').innerText.includes('You are signed on here')";
        self.centre.wait_for(here).unwrap();
    }

    /// Scans what a scanner reads: fast, and Enter behind it; the card's page is there.
    pub fn scan(&self, number: &str) {
        self.has_focus("card");
        self.centre.run("window.before = true").unwrap();
        self.centre.keys(number).unwrap();
        self.centre.press(Key::Enter).unwrap();
        let there = format!(
            "!window.before && document.querySelector('h1').innerText.includes('{number}')"
        );
        self.centre.wait_for(&there).unwrap();
    }

    /// Scans while another page is open.
    pub fn scan_over(&self, number: &str) {
        self.centre.run("window.before = true").unwrap();
        self.centre.keys(&format!("{number}\u{e007}")).unwrap();
        self.centre.wait_for("!window.before").unwrap();
    }

    /// What has the focus.
    pub fn has_focus(&self, id: &str) {
        self.centre
            .wait_for(&format!("document.activeElement?.id === '{id}'"))
            .unwrap();
    }

    /// Presses keys one after the other, as a hand does.
    pub fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.centre.keys(&key.to_string()).unwrap();
            std::thread::sleep(HAND);
        }
    }

    /// Sends the form, and waits for what the next page says.
    pub fn decide(&self, said: &str) {
        self.centre.press(Key::Enter).unwrap();
        self.centre
            .wait_for("location.pathname === '/quality/inspect'")
            .unwrap();
        assert!(self.centre.says().contains(said), "{}", self.centre.says());
    }

    /// All attempts at an order.
    pub fn attempts(&self, order: &str) -> Vec<Attempt> {
        let attempts = self.centre.store.attempts(order.parse().unwrap());
        self.centre.runtime.block_on(attempts).unwrap()
    }

    /// How many cards the machine has printed.
    pub fn printed(&self) -> u64 {
        let status = self.hall.machines().status(0).unwrap();
        status["counters"]["printed"].as_u64().unwrap()
    }
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Order and number of the card that came into the exit tray next.
pub fn document(line: &mut LineRun) -> (String, String) {
    let event = line
        .wait_for("a document", |event| event["event"] == "document")
        .unwrap();
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    (text(&event, "order"), text(&event, "number"))
}
