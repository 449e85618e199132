//! Signing in by password and code and by passkey, and the lock that keeps what was typed.

use e2e::browser::Key;

use crate::pages::gallery::{Gallery, PASSWORD};

const LOCKED: &str = "document.querySelector('dialog#lock[open]')";

#[test]
fn by_password_and_code_and_out_again() {
    let gallery = Gallery::start(600);
    gallery.sign_in("/work");
    assert_eq!(
        gallery
            .text("return document.querySelector('.person-name').textContent")
            .unwrap(),
        "Marie Weber"
    );
    assert_eq!(gallery.axe().unwrap(), []);
    gallery.click("form[action='/sign-out'] button").unwrap();
    gallery
        .wait_for("location.pathname === '/sign-in'")
        .unwrap();
    gallery.open("/work");
    gallery
        .wait_for("location.pathname === '/sign-in'")
        .unwrap();
}

#[test]
fn a_passkey_is_added_and_signs_in_and_unlocks() {
    let gallery = Gallery::start(600);
    let device = gallery.add_authenticator(true).unwrap();
    gallery.sign_in("/work");
    gallery.open("/passkeys");
    assert_eq!(gallery.axe().unwrap(), []);
    gallery.click("[data-passkey=add]").unwrap();
    gallery
        .wait_for("location.search === '?done=1' && document.querySelector('.notification.good')")
        .unwrap();
    let kept = gallery.passkeys(&device).unwrap();
    assert_eq!(
        (kept.len(), &kept[0]["rpId"]),
        (1, &serde_json::json!("localhost"))
    );
    assert_eq!(
        kept[0]["isResidentCredential"], true,
        "it signs in without a name"
    );

    gallery.click("form[action='/sign-out'] button").unwrap();
    gallery
        .wait_for("location.pathname === '/sign-in'")
        .unwrap();
    gallery.open("/work");
    gallery.click("main [data-passkey=use]").unwrap();
    gallery
        .wait_for("location.pathname === '/work' && document.querySelector('.person-name')")
        .unwrap();

    gallery.type_into("#note", "half a sentence").unwrap();
    gallery.run("fetch('/locked/now', { method: 'POST', headers: { accept: 'application/json', 'x-token': \
        document.body.dataset.token } })").unwrap();
    gallery
        .run("new BroadcastChannel('session').postMessage('locked')")
        .unwrap();
    gallery.wait_for(LOCKED).unwrap();
    gallery.click("dialog [data-passkey=unlock]").unwrap();
    gallery.wait_for(&format!("!({LOCKED})")).unwrap();
    assert_eq!(
        gallery
            .text("return document.getElementById('note').value")
            .unwrap(),
        "half a sentence"
    );
}

#[test]
fn a_passkey_whose_person_is_not_recognised_is_refused() {
    let gallery = Gallery::start(600);
    gallery.add_authenticator(false).unwrap();
    gallery.open("/sign-in");
    gallery.click("main [data-passkey=use]").unwrap();
    gallery
        .wait_for("!document.querySelector('main .passkey-trouble').hidden")
        .unwrap();
    assert!(gallery.url().unwrap().ends_with("/sign-in"));
}

#[test]
fn an_idle_screen_locks_hides_the_page_and_gives_everything_back() {
    let gallery = Gallery::start(4);
    gallery.sign_in("/work");
    gallery.type_into("#note", "half a sentence").unwrap();
    gallery
        .wait_for("document.getElementById('lock-warning').textContent")
        .unwrap();
    gallery.wait_for(LOCKED).unwrap();
    assert_eq!(
        gallery
            .text("return getComputedStyle(document.querySelector('main')).visibility")
            .unwrap(),
        "hidden"
    );
    assert_eq!(gallery.axe().unwrap(), []);
    for _ in 0..2 {
        gallery.press(Key::Escape).unwrap();
        gallery.wait_for(LOCKED).unwrap();
    }
    gallery.type_into("#lock-password", "wrong horse").unwrap();
    gallery.press(Key::Enter).unwrap();
    gallery
        .wait_for("!document.getElementById('lock-trouble').hidden")
        .unwrap();
    gallery
        .run("document.getElementById('lock-password').value = ''")
        .unwrap();
    gallery.type_into("#lock-password", PASSWORD).unwrap();
    gallery.press(Key::Enter).unwrap();
    gallery.wait_for(&format!("!({LOCKED})")).unwrap();
    assert_eq!(
        gallery
            .text("return document.getElementById('note').value")
            .unwrap(),
        "half a sentence"
    );
    gallery.click(".acts .primary").unwrap();
    gallery
        .wait_for(
            "document.querySelector('.notification.good')?.textContent.includes('half a sentence')",
        )
        .unwrap();
}
