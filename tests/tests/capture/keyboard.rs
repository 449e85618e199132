//! The whole wizard by keys alone: Tab, Space, arrows, Enter, and letters.

use e2e::browser::Key;

use crate::capture::clerk::{Clerk, code};
use crate::capture::issues::PASSWORD;

/// More than any page of the wizard has to stop at.
const STOPS: usize = 120;

impl Clerk<'_> {
    /// Tabs until what a selector finds has the focus, and sees that one sees it.
    fn reach(&self, selector: &str) {
        let there = format!(
            "const e = document.activeElement; if (!e || !e.matches(\"{selector}\")) return 'no'; \
             const style = getComputedStyle(e); \
             return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 ? 'yes' : 'unseen'"
        );
        for _ in 0..STOPS {
            match self.text(&there).unwrap().as_str() {
                "yes" => return,
                "unseen" => panic!("{selector} has the focus and no ring"),
                _ => self.press(Key::Tab).unwrap(),
            }
        }
        panic!("{selector} is not reached: {}", self.main());
    }

    fn press_on(&self, selector: &str) {
        self.reach(selector);
        self.press(Key::Enter).unwrap();
    }

    fn tick(&self, selector: &str) {
        self.reach(selector);
        self.press(Key::Space).unwrap();
    }

    fn write(&self, selector: &str, text: &str) {
        self.reach(selector);
        self.keys(text).unwrap();
    }

    fn primary(&self) {
        self.press_on("main .acts .primary");
    }

    pub fn sign_in_by_keys(&self, login: &str, later: i64) {
        self.open("/sign-in");
        self.write("#login", login);
        self.write("#password", PASSWORD);
        self.write("#code", &code(login, later));
        self.press(Key::Enter).unwrap();
        self.wait_for("location.pathname === '/today' && document.readyState === 'complete'")
            .unwrap();
    }

    /// From today's list to the receipt.
    pub fn enrol_by_keys(&self, number: &str) {
        self.press_on("form[action='/applications'] .primary");
        self.wait_at("request");
        self.tick("input[name=document]");
        self.tick("input[name=ground]");
        self.primary();
        self.wait_at("information");
        self.tick("input[name=given]");
        self.primary();
        self.wait_at("identity");
        self.write("#number", number);
        self.primary();
        self.wait_for("document.querySelector('input[name=act][value=confirm]')")
            .unwrap();
        self.primary();
        self.wait_at("portrait");
        self.press_on("form[action$='/portrait/device'] .primary");
        self.wait_for("document.querySelector('.portrait-check')")
            .unwrap();
        self.press_on("form[action$='/portrait'] .primary");
        self.fingers_by_keys();
        self.wait_at("signature");
        self.reach("input[name=how]");
        self.press(Key::Down).unwrap();
        self.write("#reason", "cannot write");
        self.primary();
        self.wait_at("papers");
        // The list opens on nothing; the first kind is the identity card.
        self.reach("#kind-0");
        self.press(Key::Down).unwrap();
        self.write("#issuer-0", "Luxembourg");
        self.primary();
        self.wait_at("payment");
        self.write("#reference", "T-1");
        self.primary();
        self.wait_at("summary");
        self.tick("input[name=confirmed]");
        self.primary();
        self.wait_at("send");
        self.primary();
        self.wait_for("location.pathname === '/receipt'").unwrap();
    }

    fn fingers_by_keys(&self) {
        self.wait_at("fingers");
        for (hand, pictures) in [("right", 1), ("left", 2)] {
            self.press_on(&format!("#{hand}-title ~ form button[value=capture]"));
            self.wait_for(&format!(
                "document.querySelectorAll('.finger img').length === {pictures} && document.readyState === 'complete'"
            ))
            .unwrap_or_else(|error| panic!("{error}: {}", self.main()));
        }
        self.press_on("input[value=continue] ~ .acts .primary");
    }
}
