//! Without JavaScript from the first page to the receipt, while applicant and scanner do what they should not.

use serde_json::{Value, json};

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;

/// Pages get no script; the driver's own questions are answered all the same.
const NO_SCRIPT: &str = "--blink-settings=scriptEnabled=false";

#[test]
fn without_javascript_to_the_receipt_past_a_pulled_cable_and_one_finger_for_both_hands() {
    let counter = Counter::open(6, &[7]);
    let clerk = Clerk::arrives(&counter, &[NO_SCRIPT]);
    clerk.sign_in("marie", 0);
    clerk.begin("first");
    clerk.identify(&counter.number("ordinary adult with a valid document"));
    clerk.wait_at("portrait");
    assert!(clerk.has("[data-needs-script][hidden]"), "a script ran");
    clerk.portrait();
    clerk.wait_at("fingers");
    pulled_cable(&clerk);
    clerk.finger("right");
    one_finger(&clerk);
    clerk.no_signature();
    clerk.papers("birth-certificate");
    clerk.payment();
    clerk.confirm();
    // Two fingers that look like one were used with a reason: a second person looks.
    clerk.approved_by("luc");
    clerk.send();
}

/// The scanner goes in the middle of a capture: said in words; plugged in again, capture goes on.
fn pulled_cable(clerk: &Clerk<'_>) {
    let fault = |fault| clerk.counter.order("fault", &json!({ "fault": fault }));
    fault("unplug-mid-capture");
    clerk.press_capture("right");
    clerk.wait_main("The connection broke");
    assert!(clerk.has(".notification[role=alert]"), "{}", clerk.main());
    assert!(!clerk.has(".finger img"), "{}", clerk.main());
    // Still out.
    clerk.press_capture("right");
    clerk.wait_main("No finger scanner was found");
    fault("none");
}

/// The right index for both hands: said at once, in the way of going on; another finger makes it good, a reason
/// takes it as it is.
fn one_finger(clerk: &Clerk<'_>) {
    let lay = |finger: Value| clerk.counter.order("finger", &json!({ "finger": finger }));
    let said = "The same finger was given for both hands";
    lay(json!("Right IndexFinger"));
    clerk.finger("left");
    clerk.wait_main(said);
    clerk.done_with_fingers();
    clerk
        .wait_for("document.title.startsWith('Error')")
        .unwrap();
    clerk.wait_at("fingers");
    clerk.wait_main(said);
    lay(Value::Null);
    clerk.capture_anew("left");
    assert!(!clerk.main().contains(said), "{}", clerk.main());
    lay(json!("Right IndexFinger"));
    // Another finger of that hand, so that the better one before it does not stay.
    clerk.choose("left-finger", "3");
    clerk.press_capture("left");
    clerk.wait_main(said);
    lay(Value::Null);
    clerk.unfold();
    clerk.push("button[value=twice]");
    clerk
        .wait_for("document.querySelector('.wrong #twice-reason')")
        .unwrap_or_else(|error| panic!("{error}: {}", clerk.main()));
    clerk
        .type_into("#twice-reason", "seen on the glass, both of them")
        .unwrap();
    clerk.push("button[value=twice]");
    clerk.wait_main("Both fingers are used with a reason");
    clerk.done_with_fingers();
}
