//! Every page as people see it: axe-core in each language, small screens, screenshots.

use std::path::PathBuf;

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;

/// Judges the page in all languages and on a small screen, with everything unfolded; keeps a picture where one is
/// asked for.
pub fn look(clerk: &Clerk<'_>, page: &str) {
    let path = clerk.text("return location.pathname").unwrap();
    for language in ["fr", "de", "lb", "en"] {
        clerk.open(&format!("/language/{language}?back={path}"));
        clerk.unfold();
        let found = clerk.axe().unwrap();
        assert!(found.is_empty(), "{page} in {language}: {}", found[0]);
    }
    clerk.screen(320, 640, 1).unwrap();
    let wide = "return String(document.documentElement.scrollWidth)";
    let width: u32 = clerk.text(wide).unwrap().parse().unwrap();
    assert!(width <= 320, "{page} is {width} pixels wide");
    clerk.screen(1366, 900, 1).unwrap();
    if let Some(folder) = std::env::var_os("STEMPEL_SCREENSHOTS") {
        let file = PathBuf::from(folder).join(format!("{page}.png"));
        clerk.screenshot(&file).unwrap();
    }
}

#[test]
fn axe_core_finds_nothing_on_any_step_in_any_language_and_nothing_is_lost_at_320_pixels() {
    let counter = Counter::open(4, &[7]);
    let clerk = Clerk::arrives(&counter, &[]);
    look(&clerk, "sign-in");
    clerk.sign_in("marie", 0);
    look(&clerk, "today-empty");
    clerk
        .click("form[action='/applications'] .primary")
        .unwrap();
    clerk.wait_at("request");
    look(&clerk, "request");
    clerk.go_on();
    clerk
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert_eq!(clerk.axe().unwrap(), []);
    clerk.begin("loss");
    look(&clerk, "identity");
    clerk.identify(&counter.number("ordinary adult with a valid document"));
    clerk.wait_at("portrait");
    look(&clerk, "portrait-empty");
    clerk
        .click("form[action$='/portrait/device'] .primary")
        .unwrap();
    clerk
        .wait_for("document.querySelector('.portrait-check')")
        .unwrap();
    look(&clerk, "portrait");
    clerk.go_on();
    clerk.wait_at("fingers");
    clerk.finger("right");
    look(&clerk, "fingers");
    clerk.finger("left");
    clerk
        .click("input[value=continue] ~ .acts .primary")
        .unwrap();
    clerk.wait_at("signature");
    look(&clerk, "signature");
    clerk.signature();
    clerk.wait_at("papers");
    look(&clerk, "papers");
    clerk.papers("loss-declaration");
    clerk.wait_at("payment");
    look(&clerk, "payment");
    clerk.payment();
    clerk.wait_at("summary");
    look(&clerk, "summary");
    clerk.confirm();
    clerk.wait_at("send");
    look(&clerk, "send");
    clerk.send();
    look(&clerk, "receipt");
    clerk.open("/today");
    look(&clerk, "today");
}
