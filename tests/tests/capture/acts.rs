//! What a clerk does on less usual days: webcam, representative, reasons, a second person, a locked screen.

use e2e::browser::Key;

use crate::capture::clerk::{Clerk, code};
use crate::capture::issues::PASSWORD;

/// The dialogue over a locked page.
const LOCKED: &str = "document.querySelector('dialog#lock[open]')";

impl Clerk<'_> {
    /// From today's list to the identity, with this ground.
    pub fn new_application(&self) {
        self.open("/today");
        self.click("form[action='/applications'] .primary").unwrap();
        self.wait_at("request");
    }

    pub fn ask_for(&self, ground: &str) {
        self.pick("document", "card");
        self.pick("ground", ground);
        self.go_on();
        self.wait_at("information");
    }

    pub fn inform(&self) {
        self.pick("given", "yes");
        self.go_on();
        self.wait_at("identity");
    }

    /// Opens what stands behind summary lines.
    pub fn unfold(&self) {
        self.run("for (const one of document.querySelectorAll('details')) one.open = true")
            .unwrap();
    }

    /// Presses what a selector finds, clear of the bar at the foot of the page.
    pub fn push(&self, selector: &str) {
        self.run(&format!(
            "document.querySelector(\"{selector}\").scrollIntoView({{ block: 'center' }})"
        ))
        .unwrap();
        self.click(selector).unwrap();
    }

    /// Captures a hand again until nothing is wrong with both any more.
    pub fn capture_anew(&self, hand: &str) {
        self.press_capture(hand);
        self.wait_for(
            "document.readyState === 'complete' && !document.querySelector('main .notification[role=alert]')",
        )
        .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
    }

    pub fn done_with_fingers(&self) {
        self.push("input[value=continue] ~ .acts .primary");
    }

    pub fn wait_main(&self, text: &str) {
        let said = format!("document.querySelector('main').innerText.includes('{text}')");
        self.wait_for(&said)
            .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
    }

    /// The browser's own camera.
    pub fn webcam(&self) {
        self.wait_at("portrait");
        self.click("[data-open-camera]").unwrap();
        self.wait_for("document.querySelector('[data-viewfinder] video').videoWidth > 0")
            .unwrap();
        self.click("[data-shoot]").unwrap();
        self.wait_for("document.querySelector('.portrait-check')")
            .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
        assert!(self.has(".notification.good"), "{}", self.main());
        self.go_on();
    }

    /// The register is silent: a woman without given names and papers of her country, typed by hand, up to the second
    /// person's page.
    pub fn begin_by_hand(&self, surname: &str) {
        self.begin("first");
        self.type_into("#number", "1893120105732").unwrap();
        self.go_on();
        self.wait_for("document.querySelector('.notification.attention')")
            .unwrap();
        self.type_into("#surname", surname).unwrap();
        self.pick("sex", "F");
        for (part, value) in [("day", "1"), ("month", "12"), ("year", "1893")] {
            self.type_into(&format!("#birth-{part}"), value).unwrap();
        }
        self.type_into("#nationality", "LTU").unwrap();
        self.go_on();
        self.wait_for("document.querySelector('input[name=act][value=confirm]')")
            .unwrap();
        self.go_on();
        self.portrait();
        self.fingers();
        self.signature();
        self.wait_at("papers");
        for place in ["0", "1"] {
            self.choose(&format!("kind-{place}"), "passport");
            self.type_into(&format!("#issuer-{place}"), "Lietuva")
                .unwrap();
        }
        self.go_on();
        self.payment();
        self.confirm();
        self.wait_at("approval");
    }

    /// Somebody whom the register does not name.
    pub fn represent(&self) {
        self.wait_at("representative");
        for field in ["surname", "given", "issuer"] {
            let clear = format!("document.getElementById('{field}').value = ''");
            self.run(&clear).unwrap();
        }
        self.pick("who", "else");
        self.unfold();
        self.type_into("#surname", "Weber").unwrap();
        self.type_into("#given", "Claude").unwrap();
        self.pick("relation", "parent");
        self.pick("proof", "birth");
        self.type_into("#issuer", "Luxembourg").unwrap();
        self.go_on();
    }

    /// The first parent whom the register names: nothing is typed but the proof. Their name as the page says it.
    pub fn represent_by_register(&self) -> String {
        self.wait_at("representative");
        self.pick("who", "0");
        self.pick("proof", "birth");
        self.type_into("#issuer", "Luxembourg").unwrap();
        let name = self.text("return document.querySelector('label[for=who]').textContent");
        self.go_on();
        name.unwrap()
    }

    /// The left hand gives none for some weeks.
    pub fn left_hand_is_hurt(&self) {
        self.unfold();
        self.pick("left-which", "7");
        self.pick("left-why", "temporary");
        for (part, value) in [("day", "1"), ("month", "3"), ("year", "2099")] {
            self.type_into(&format!("#left-until-{part}"), value)
                .unwrap();
        }
        self.type_into("#left-note", "in plaster").unwrap();
        self.push("#left-title ~ details button[value=missing]");
        self.wait_for("document.querySelector('#left-title ~ .notification')")
            .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
    }

    /// No pen and no script: says why the applicant does not sign.
    pub fn no_signature(&self) {
        self.wait_at("signature");
        self.pick("how", "unable");
        self.type_into("#reason", "has hurt the hand").unwrap();
        self.go_on();
    }

    pub fn prior_document(&self) {
        self.wait_at("papers");
        self.choose("kind-0", "identity-card");
        self.type_into("#issuer-0", "Luxembourg").unwrap();
        self.pick("prior-state", "held");
        self.go_on();
    }

    pub fn approved_by(&self, login: &str) {
        self.wait_at("approval");
        self.type_into("#login", login).unwrap();
        self.type_into("#password", PASSWORD).unwrap();
        self.type_into("#code", &code(login, 0)).unwrap();
        self.go_on();
    }

    /// Nobody touched the screen for long enough: the server locks the session, as the page's own clock asks it to.
    pub fn fall_idle(&self) {
        self.run(
            "fetch('/locked/now', { method: 'POST', headers: { accept: 'application/json', \
             'x-token': document.body.dataset.token } }) \
             .then(() => { document.body.dataset.wasLocked = 'yes'; })",
        )
        .unwrap();
        self.wait_for("document.body.dataset.wasLocked").unwrap();
        self.run("new BroadcastChannel('session').postMessage('locked')")
            .unwrap();
        self.wait_for(LOCKED).unwrap();
    }

    pub fn unlock(&self) {
        self.type_into("#lock-password", PASSWORD).unwrap();
        self.press(Key::Enter).unwrap();
        self.wait_for(&format!("!({LOCKED})")).unwrap();
    }
}
