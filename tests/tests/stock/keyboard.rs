//! Receiving and handing out without a mouse: a scanner types serials, each with a return, and everything else is the
//! keyboard's.

use e2e::browser::Key;

use super::room::{chip, furnished, stock};
use crate::console::centre::Centre;

/// Presses Tab until what a selector names has the focus.
fn tab_to(centre: &Centre, selector: &str) {
    for _ in 0..80 {
        let reached = format!("return String(document.activeElement.matches({selector:?}))");
        if centre.text(&reached).unwrap() == "true" {
            return;
        }
        centre.press(Key::Tab).unwrap();
    }
    panic!("{selector} is not reached by Tab on {}", centre.says());
}

fn press_on(centre: &Centre, selector: &str) {
    tab_to(centre, selector);
    centre.press(Key::Enter).unwrap();
}

fn type_into(centre: &Centre, selector: &str, text: &str) {
    tab_to(centre, selector);
    centre.keys(text).unwrap();
}

/// What a scanner types: each serial, then the key of a return.
fn scan(centre: &Centre, selector: &str, chips: impl IntoIterator<Item = u8>) {
    tab_to(centre, selector);
    for number in chips {
        centre.keys(&chip(number).to_string()).unwrap();
        centre.press(Key::Enter).unwrap();
    }
}

fn shows(centre: &Centre, text: &str) {
    let wanted = format!("document.body.innerText.includes({text:?})");
    centre.wait_for(&wanted).unwrap();
}

#[test]
fn a_box_is_received_and_handed_out_by_keyboard_and_scanner_alone() {
    let centre = furnished().start();
    centre.sign_in("keeper", "/stock/deliveries");
    press_on(&centre, "main table a");
    shows(&centre, "Boxes of this delivery");
    press_on(&centre, "main table a");
    shows(&centre, "Inspection of a box");
    assert_eq!(centre.axe().unwrap(), []);
    // One too few: the count that would fit is not told.
    type_into(&centre, "#counted", "5");
    scan(&centre, "#sampled", 1..=5);
    press_on(&centre, "main form .acts button");
    shows(&centre, "not what the delivery file announces");
    assert!(!centre.says().contains("6 blanks"), "{}", centre.says());
    assert_eq!(centre.axe().unwrap(), []);
    // Tab selects what a field has.
    type_into(&centre, "#counted", "6");
    scan(&centre, "#defective", [6]);
    press_on(&centre, "main form .acts button");
    shows(&centre, "Boxes of this delivery");
    assert_eq!(stock(&centre, "show").lines().next(), Some("delivery 3"));

    centre.open("/stock");
    press_on(&centre, "main a[href='/stock/issue']");
    shows(&centre, "Hand blanks out to a line");
    type_into(&centre, "#line", "line-1");
    type_into(&centre, "#box", "A-1");
    press_on(&centre, "main form .acts button");
    shows(&centre, "Signed");
    let row = "return document.querySelector('main tbody tr').innerText";
    let row = centre.text(row).unwrap();
    for said in ["line-1", "5", "keeper", "Signed"] {
        assert!(row.contains(said), "{said}: {row}");
    }
    assert_eq!(centre.axe().unwrap(), []);

    // A serial of nobody's, then one that is there.
    scan(&centre, "#back", [99]);
    press_on(
        &centre,
        "main form[action='/stock/issue/return'] .acts button",
    );
    shows(&centre, "No delivery named");
    tab_to(&centre, "#back");
    centre.run("document.activeElement.select()").unwrap();
    scan(&centre, "#back", [2]);
    press_on(
        &centre,
        "main form[action='/stock/issue/return'] .acts button",
    );
    shows(&centre, "Hand blanks out to a line");
    let show = stock(&centre, "show");
    for line in ["line:line-1 4", "vault 1", "defective 1"] {
        assert!(show.lines().any(|one| one == line), "{line}: {show}");
    }
    assert_eq!(stock(&centre, "check"), "the books agree");

    // Its history, by a scan.
    centre.open("/cards");
    type_into(&centre, "#key", &chip(2).to_string());
    centre.press(Key::Enter).unwrap();
    shows(&centre, "What happened to this card");
    for said in ["At line line-1", "In the vault", "keeper", "A-1"] {
        assert!(centre.says().contains(said), "{said}: {}", centre.says());
    }
    assert_eq!(centre.axe().unwrap(), []);

    // Whoever only counts does neither.
    centre.sign_in("operator", "/stock/issue");
    shows(&centre, "Handings out, the newest first");
    assert!(!centre.says().contains("Hand blanks out"));
}
