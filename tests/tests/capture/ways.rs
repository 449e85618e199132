//! One day at one counter and one browser: a passkey, keys alone, a webcam, a minor, a bandaged hand, a locked screen.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use hardware_sim::people::identity::Identity;
use hardware_sim::people::portrait;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;
use crate::capture::pages_seen::look;

/// What a webcam sees of somebody, for Chromium's fake one: a picture a frame.
fn film(counter: &Counter, seed: u64) -> PathBuf {
    let picture = portrait::draw(seed, &Identity::draw(seed));
    let mut frame = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut frame, 95);
    picture.write_with_encoder(encoder).unwrap();
    let file = counter.path("webcam.mjpeg");
    fs::write(&file, frame.repeat(2)).unwrap();
    file
}

/// Says how long something took: what is added here has three minutes of the whole run.
fn timed(what: &str, act: impl FnOnce()) {
    let start = Instant::now();
    act();
    println!("{what}: {:.1} s", start.elapsed().as_secs_f64());
}

#[test]
fn a_day_at_the_counter_goes_every_way_to_the_receipt() {
    let counter = Counter::open(5, &[7]);
    let film = film(&counter, 9);
    let camera = format!("--use-file-for-fake-video-capture={}", film.display());
    let flags = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        &camera,
    ];
    let clerk = Clerk::arrives(&counter, &flags);
    timed("passkey", || passkey(&clerk));
    clerk.sign_in_by_keys("marie", 1);
    timed("renewal with reasons and a lock", || renewal(&clerk));
    timed("minor before a webcam", || minor(&clerk));
    timed("keyboard", || {
        clerk.open("/today");
        clerk.enrol_by_keys(&counter.number("ordinary adult with a valid document"));
    });
    assert_eq!(counter.outbox().len(), 3);
}

/// A passkey is added and signs in, also after the station was killed. There is no centre: all of it is offline.
fn passkey(clerk: &Clerk<'_>) {
    let by_passkey = || {
        clerk.open("/sign-in");
        clerk.click("main [data-passkey=use]").unwrap();
        clerk
            .wait_for("location.pathname === '/today' && document.querySelector('.person-name')")
            .unwrap();
    };
    clerk.add_authenticator(true).unwrap();
    clerk.sign_in("marie", 0);
    clerk.open("/passkeys");
    clerk.click("[data-passkey=add]").unwrap();
    clerk
        .wait_for("location.search === '?done=1' && document.querySelector('.notification.good')")
        .unwrap();
    clerk.click("form[action='/sign-out'] button").unwrap();
    clerk.wait_for("location.pathname === '/sign-in'").unwrap();
    by_passkey();
    clerk.counter.kill();
    clerk.counter.start();
    by_passkey();
    clerk.click("form[action='/sign-out'] button").unwrap();
    clerk.wait_for("location.pathname === '/sign-in'").unwrap();
}

/// Seventeen, with two parents; the picture by webcam, from the first page to the receipt.
fn minor(clerk: &Clerk<'_>) {
    clerk.new_application();
    clerk.ask_for("first");
    look(clerk, "information");
    clerk.inform();
    clerk.identify(&clerk.counter.number("minor with two parents"));
    clerk.wait_at("representative");
    look(clerk, "representative");
    clerk.represent();
    clerk.wait_at("portrait");
    // The way that everybody knows.
    clerk.run("history.back()").unwrap();
    let parent = clerk.represent_by_register();
    assert!(!parent.is_empty());
    clerk.webcam();
    clerk.wait_at("fingers");
    clerk.finger("right");
    let lay = |finger: Value| clerk.counter.order("finger", &json!({ "finger": finger }));
    lay(json!("Right IndexFinger"));
    clerk.finger("left");
    look(clerk, "fingers-twice");
    lay(Value::Null);
    clerk.capture_anew("left");
    clerk.done_with_fingers();
    clerk.signature();
    clerk.papers("birth-certificate");
    clerk.payment();
    clerk.wait_at("summary");
    let read = clerk.main();
    assert!(
        parent.split(' ').all(|word| read.contains(word)),
        "{parent}: {read}"
    );
    assert!(!read.contains("Weber"), "{read}");
    clerk.confirm();
    clerk.send();
}

/// The mouth open, a hand in plaster, the screen locked in the middle; a second person looks at it.
fn renewal(clerk: &Clerk<'_>) {
    clerk.new_application();
    clerk.ask_for("renewal");
    clerk.inform();
    clerk.identify(&clerk.counter.number("expired document"));
    clerk.wait_at("portrait");
    let order = |fault| clerk.counter.order("person", &json!({ "portrait": fault }));
    order("mouth-open");
    clerk
        .click("form[action$='/portrait/device'] .primary")
        .unwrap();
    clerk
        .wait_for("document.querySelector('.portrait-check')")
        .unwrap();
    order("none");
    look(clerk, "portrait-forced");
    clerk
        .type_into("#reason", "cannot close the mouth after surgery")
        .unwrap();
    clerk.click("form[action$='/portrait'] .primary").unwrap();
    clerk.wait_at("fingers");
    clerk.finger("right");
    clerk.left_hand_is_hurt();
    look(clerk, "fingers-missing");
    clerk.done_with_fingers();
    clerk.no_signature();
    clerk.prior_document();
    clerk.wait_at("payment");
    clerk.type_into("#reference", "RF18 5390 0754").unwrap();
    clerk.fall_idle();
    assert_eq!(clerk.axe().unwrap(), [], "the locked screen");
    clerk.unlock();
    let kept = clerk.text("return document.getElementById('reference').value");
    assert_eq!(kept.unwrap(), "RF18 5390 0754", "nothing typed is lost");
    clerk.go_on();
    clerk.wait_at("summary");
    assert!(clerk.main().contains("2099"), "{}", clerk.main());
    clerk.confirm();
    clerk.wait_at("approval");
    look(clerk, "approval");
    clerk.approved_by("luc");
    clerk.send();
}
