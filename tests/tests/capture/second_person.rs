//! A second person by passkey at the same screen, and the receipt on paper.

use e2e::oracles;
use serde_json::Value;

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;

/// A clerk in front of the second person's page: the register is silent, the identity was typed.
fn at_approval<'a>(counter: &'a Counter, surname: &str) -> Clerk<'a> {
    let clerk = Clerk::arrives(counter, &[]);
    clerk.add_authenticator(true).unwrap();
    clerk.sign_in("luc", 0);
    clerk.open("/passkeys");
    clerk.click("[data-passkey=add]").unwrap();
    clerk
        .wait_for("document.querySelector('.notification.good')")
        .unwrap();
    clerk.click("form[action='/sign-out'] button").unwrap();
    clerk.sign_in("marie", 0);
    clerk.begin_by_hand(surname);
    clerk
}

/// The receipt's PDF, as other programs read it.
fn receipt(clerk: &Clerk<'_>) -> Value {
    let bytes = clerk
        .text(
            "return fetch('/receipt.pdf').then(async (answer) => { \
             if (answer.headers.get('content-type') !== 'application/pdf') throw new Error(answer.status); \
             return Array.from(new Uint8Array(await answer.arrayBuffer())).join(' '); })",
        )
        .unwrap();
    let bytes: Vec<u8> = bytes.split(' ').map(|byte| byte.parse().unwrap()).collect();
    oracles::paper(&bytes).unwrap()
}

/// The button may lie below the bar of acts.
fn vouch(clerk: &Clerk<'_>) {
    let button = "document.querySelector('[data-passkey=vouch]')";
    clerk
        .run(&format!("{button}.scrollIntoView({{ block: 'center' }})"))
        .unwrap();
    clerk.click("[data-passkey=vouch]").unwrap();
}

#[test]
fn a_second_person_approves_by_passkey_and_the_receipt_is_a_paper_with_a_code() {
    let mut counter = Counter::open(10, &[9]);
    counter.stop_register();
    let clerk = at_approval(&counter, "Žukauskaitė");
    assert_eq!(clerk.axe().unwrap(), []);

    // What a device signed for another act is no word about this one.
    clerk
        .run("document.querySelector('[data-passkey=vouch]').dataset.about = '/elsewhere'")
        .unwrap();
    vouch(&clerk);
    clerk
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert!(clerk.main().contains("not accepted"), "{}", clerk.main());

    clerk.type_into("#note", "Seen the old passport").unwrap();
    vouch(&clerk);
    clerk.send();
    // The session stayed the clerk's.
    let name = "return document.querySelector('.person-name').textContent";
    assert_eq!(clerk.text(name).unwrap(), "Marie Weber");

    let number = clerk
        .text("return document.querySelector('.for-applicant dd').innerText")
        .unwrap();
    assert_eq!(clerk.axe().unwrap(), []);
    let read = receipt(&clerk);
    assert_eq!(read["pages"], 1);
    assert_eq!(read["tagged"], true);
    let text = read["text"][0].as_str().unwrap();
    for said in [number.trim(), "Žukauskaitė", "14.00", "RF18 5390 0754"] {
        assert!(text.contains(said), "{said:?} is not in {text:?}");
    }
    let code = format!("stempel:application:{}", number.trim());
    assert_eq!(read["codes"], serde_json::json!([code]));

    // It goes with the session.
    clerk.click("form[action='/sign-out'] button").unwrap();
    clerk.wait_for("location.pathname === '/sign-in'").unwrap();
    let after = "return fetch('/receipt.pdf').then((answer) => answer.headers.get('content-type'))";
    assert!(!clerk.text(after).unwrap().contains("pdf"));
}
