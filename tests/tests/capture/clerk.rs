//! A clerk at a browser: what somebody does who works here every day.

use std::ops::Deref;

use e2e::browser::Browser;

use crate::capture::counter::Counter;
use crate::capture::issues::{PASSWORD, now, secret};

pub struct Clerk<'a> {
    pub counter: &'a Counter,
    browser: Browser,
}

impl Deref for Clerk<'_> {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// The code that a person's device shows `later` steps of 30 seconds from now.
pub fn code(login: &str, later: i64) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(totp_rs::Secret::new_stack(secret(login)))
        .build()
        .unwrap();
    let at = now().unix_timestamp() + 30 * later;
    totp.generate(u64::try_from(at).unwrap()).to_string()
}

impl<'a> Clerk<'a> {
    /// In front of the sign-in page, in a language.
    pub fn arrives(counter: &'a Counter, flags: &[&str]) -> Self {
        let browser = Browser::start(flags).unwrap();
        let clerk = Self { counter, browser };
        clerk.open("/language/en?back=/sign-in");
        clerk
    }

    pub fn open(&self, path: &str) {
        self.go(&format!("{}{path}", self.counter.origin)).unwrap();
    }

    pub fn sign_in(&self, login: &str, later: i64) {
        self.open("/sign-in");
        self.type_into("#login", login).unwrap();
        self.type_into("#password", PASSWORD).unwrap();
        self.type_into("#code", &code(login, later)).unwrap();
        self.click("form .primary").unwrap();
        self.wait_for("location.pathname !== '/sign-in'").unwrap();
    }

    pub fn wait_at(&self, step: &str) {
        let there =
            format!("location.pathname.endsWith('/{step}') && document.readyState === 'complete'");
        self.wait_for(&there).unwrap_or_else(|error| {
            let page = self.text("return document.querySelector('main').innerText");
            panic!("{error}: {}", page.unwrap_or_default());
        });
    }

    /// The one primary act of the page.
    pub fn go_on(&self) {
        self.click("main .acts .primary").unwrap();
    }

    pub fn pick(&self, name: &str, value: &str) {
        self.run(&format!(
            "document.querySelector(\"input[name='{name}'][value='{value}']\").scrollIntoView({{ block: 'center' }})"
        ))
        .unwrap();
        self.click(&format!("input[name='{name}'][value='{value}']"))
            .unwrap();
    }

    pub fn choose(&self, field: &str, value: &str) {
        let script = format!("document.getElementById('{field}').value = '{value}'");
        self.run(&script).unwrap();
    }

    /// A new application with its first two steps.
    pub fn begin(&self, ground: &str) {
        self.open("/today");
        self.click("form[action='/applications'] .primary").unwrap();
        self.wait_at("request");
        self.pick("document", "card");
        self.pick("ground", ground);
        self.go_on();
        self.wait_at("information");
        self.pick("given", "yes");
        self.go_on();
        self.wait_at("identity");
    }

    /// Looks somebody up and confirms what the register says.
    pub fn identify(&self, number: &str) {
        self.type_into("#number", number).unwrap();
        self.go_on();
        self.wait_for("document.querySelector('input[name=act][value=confirm]')")
            .unwrap();
        self.go_on();
    }

    /// The station's camera; the simulated people look well.
    pub fn portrait(&self) {
        self.wait_at("portrait");
        self.click("form[action$='/portrait/device'] .primary")
            .unwrap();
        self.wait_for("document.querySelector('.portrait-check')")
            .unwrap();
        assert!(self.has(".notification.good"), "{}", self.main());
        self.go_on();
    }

    pub fn finger(&self, hand: &str) {
        let before = self
            .text("return String(document.querySelectorAll('.finger img').length)")
            .unwrap();
        self.press_capture(hand);
        self.wait_for(&format!(
            "document.querySelectorAll('.finger img').length > {before} && document.readyState === 'complete'"
        ))
        .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
    }

    pub fn press_capture(&self, hand: &str) {
        let form = format!("#{hand}-title ~ form button[value=capture]");
        self.run(&format!(
            "document.querySelector('{form}').scrollIntoView({{ block: 'center' }})"
        ))
        .unwrap();
        self.click(&form).unwrap();
    }

    pub fn fingers(&self) {
        self.wait_at("fingers");
        self.finger("right");
        self.finger("left");
        self.click("input[value=continue] ~ .acts .primary")
            .unwrap();
    }

    /// Writes on the canvas with the pointer.
    pub fn signature(&self) {
        self.wait_at("signature");
        self.run(
            "const canvas = document.getElementById('picture'); canvas.scrollIntoView(); \
             canvas.setPointerCapture = () => {}; const box = canvas.getBoundingClientRect(); \
             const send = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, { pointerId: 1, \
             clientX: box.left + x, clientY: box.top + y, bubbles: true })); \
             send('pointerdown', 40, 90); for (let x = 40; x < 320; x += 6) \
             send('pointermove', x, 90 + 40 * Math.sin(x / 17)); send('pointerup', 320, 90);",
        )
        .unwrap();
        self.go_on();
    }

    pub fn papers(&self, kind: &str) {
        self.wait_at("papers");
        self.choose("kind-0", kind);
        self.type_into("#number-0", "P1234567").unwrap();
        self.type_into("#issuer-0", "Luxembourg").unwrap();
        self.go_on();
    }

    pub fn payment(&self) {
        self.wait_at("payment");
        self.type_into("#reference", "RF18 5390 0754").unwrap();
        self.go_on();
    }

    pub fn confirm(&self) {
        self.wait_at("summary");
        self.pick("confirmed", "yes");
        self.go_on();
    }

    /// From the last page to the receipt.
    pub fn send(&self) {
        self.wait_at("send");
        self.go_on();
        self.wait_for("location.pathname === '/receipt'").unwrap();
    }

    pub fn has(&self, selector: &str) -> bool {
        self.run(&format!("return !!document.querySelector(\"{selector}\")"))
            .unwrap()
            == true
    }

    pub fn main(&self) -> String {
        self.text("return document.querySelector('main').innerText")
            .unwrap()
    }
}
