//! A packing table: a hall whose cards were inspected, dispatchers, and the token of shipments.

use std::fs;
use std::path::Path;

use dossier::staff::Role;
use e2e::browser::Key;
use e2e::programs;

use crate::quality::place::{Place, document};

/// Who works here: at the machine, at the inspection, at the table.
const PEOPLE: [(&str, &[Role]); 5] = [
    ("klein", &[Role::Operator]),
    ("hansen", &[Role::Inspector]),
    ("dora", &[Role::Dispatcher]),
    ("emil", &[Role::Dispatcher]),
    ("fanny", &[Role::Dispatcher]),
];

/// The token of shipments, made in the folder of the console's configuration.
fn token(folder: &Path) -> String {
    let tokens = folder.join("shipping-tokens");
    fs::create_dir(&tokens).unwrap();
    let softhsm = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        tokens.display()
    );
    fs::write(folder.join("shipping.softhsm2.conf"), softhsm).unwrap();
    "\n[tokens.shipping]\nsofthsm2_conf = \"shipping.softhsm2.conf\"\nlabel = \"shipping\"\n\
     pin_file = \"shipping.pin\"\nso_pin_file = \"shipping.so-pin\"\nkey = \"manifests-1\"\n\
     public_key = \"manifests-1.spki\"\n"
        .to_owned()
}

/// The table, with cards that passed.
pub struct Table {
    pub place: Place,
    /// Document numbers, in the order in which they were made.
    pub cards: Vec<String>,
}

impl Table {
    /// Two cards that a person approved.
    pub fn laid() -> Self {
        let mut place = Place::prepared(4, &PEOPLE, token);
        let config = place.centre.file().to_owned();
        programs::run("personalisation", &["keys", "--config", &config], &[]).unwrap();
        place.centre = place.centre.start();
        place.sign_on("klein");
        place.hall.order(2);
        let mut line = place.hall.line();
        let (_, first) = document(&mut line);
        place.centre.sign_in("hansen", "/quality/inspect");
        pass(&place, &first, "The first card is approved");
        let (_, second) = document(&mut line);
        place.hall.finish(line, "two cards");
        pass(&place, &second, "The card passed");
        Self {
            place,
            cards: vec![first, second],
        }
    }

    /// Scans, as a scanner does: fast, and Enter behind it; the next page is there.
    pub fn scan(&self, text: &str) {
        let centre = &self.place.centre;
        self.place.has_focus("scan");
        centre.run("window.before = true").unwrap();
        centre.keys(text).unwrap();
        centre.press(Key::Enter).unwrap();
        centre
            .wait_for("!window.before && document.querySelector('main')")
            .unwrap();
    }

    /// The page says these words.
    pub fn says(&self, words: &str) {
        let said = self.place.centre.says();
        assert!(said.contains(words), "{words}: {said}");
    }

    /// Nothing on the page is hard to read.
    pub fn is_readable(&self) {
        let findings = self.place.centre.axe().unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// The file of the public key by which manifests are verified.
    pub fn public_key(&self) -> std::path::PathBuf {
        Path::new(self.place.centre.file()).with_file_name("manifests-1.spki")
    }
}

fn pass(place: &Place, number: &str, said: &str) {
    place.scan(number);
    place
        .centre
        .wait_for("document.querySelectorAll('main img').length === 4")
        .unwrap();
    place.has_focus("check");
    place.press("123456789+");
    place.decide(said);
}
