//! `personalisation staff` from the first administrator's link to a sign-in, in a real Chromium.

#![allow(
    clippy::unwrap_used,
    reason = "tests may; the setting for them does not see helper functions"
)]

use crate::console::centre::{Centre, PASSWORD, code};
use e2e::{oracles, programs};

fn staff(centre: &Centre, arguments: &[&str]) -> String {
    let all = [&["staff", "--config", centre.file()], arguments].concat();
    programs::run("personalisation", &all, &[]).unwrap()
}

#[test]
fn the_first_administrator_comes_in_by_a_printed_link() {
    let centre = Centre::prepare();
    let add = ["add", "weber", "Marie Weber", "--role", "administrator"];
    let link = staff(&centre, &add).trim().to_owned();
    let listed = staff(&centre, &["list"]);
    assert!(listed.contains(" active administrator@centre"), "{listed}");
    assert!(!listed.contains("Marie"), "{listed}");
    let centre = centre.start();
    assert!(link.starts_with(&centre.origin), "{link}");
    centre.go(&link).unwrap();
    assert_eq!(centre.axe().unwrap(), []);
    let secret = centre
        .text("return document.getElementById('secret').textContent")
        .unwrap();
    // An independent reader scans the screen, light and dark, and gets what the link to the code app says.
    let address = centre
        .text("return document.querySelector('a[href^=otpauth]').getAttribute('href')")
        .unwrap();
    assert!(address.contains(&secret), "{address}");
    for dark in [true, false] {
        centre.dark(dark).unwrap();
        let picture = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
        centre.screenshot(picture.path()).unwrap();
        let scanned = oracles::codes(picture.path()).unwrap();
        assert_eq!(scanned.trim(), address, "dark: {dark}");
    }
    for field in ["password", "again"] {
        centre.type_into(&format!("#{field}"), PASSWORD).unwrap();
    }
    centre.click(".acts .primary").unwrap();
    centre
        .wait_for("document.querySelector('.notification.good')")
        .unwrap();
    centre.go(&link).unwrap();
    assert!(
        centre
            .run("return !document.getElementById('password')")
            .unwrap()
            == true,
        "the link works once"
    );
    centre.open("/staff");
    centre.type_into("#login", "weber").unwrap();
    centre.type_into("#password", PASSWORD).unwrap();
    let secret = totp_rs::Secret::try_from_base32(&secret).unwrap();
    centre.type_into("#code", &code(secret.as_bytes())).unwrap();
    centre.click("form .primary").unwrap();
    centre.wait_for("location.pathname === '/staff'").unwrap();
    assert!(centre.says().contains("Marie Weber"));

    // Reset from the command line: the session ends at once, and another link is needed.
    let again = staff(&centre, &["reset", "weber"]);
    assert_ne!(again.trim(), link);
    centre.open("/staff");
    centre.wait_for("location.pathname === '/sign-in'").unwrap();
    for line in centre.audit() {
        assert!(!line.contains("Marie"), "{line}");
    }
}
