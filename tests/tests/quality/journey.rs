//! From a card in a machine to passed, and from one that is wrong to scrapped and made again: keys alone.

use personalisation_core::attempt::AttemptState;

use crate::line::machine::hall::asks_for;
use crate::quality::place::{Place, document};

const ASKED: &str = "take the last card out of the exit tray of SN-0 to an inspector";
const ALL_PICTURES: &str = "[...document.querySelectorAll('main img')].length === 4 && \
    [...document.querySelectorAll('main img')].every((one) => one.complete && one.naturalWidth > 900)";

#[test]
fn cards_from_a_machine_are_approved_and_failed_by_keys_alone() {
    let mut place = Place::begin(5);
    place.sign_on("klein");
    place.hall.order(2);
    let mut line = place.hall.line();
    let (first_order, first) = document(&mut line);
    line.wait_for(ASKED, |event| asks_for(event, ASKED))
        .unwrap();
    assert_eq!(place.printed(), 1, "the other one waits");
    place.centre.open("/floor");
    let floor = place.centre.says();
    assert!(floor.contains("exit tray to an inspector"), "{floor}");
    assert!(floor.contains("klein"), "{floor}");

    // The first article: scanned, looked at, ticked, approved; the machine goes on.
    place.centre.sign_in("hansen", "/quality/inspect");
    place.scan(&first);
    place.centre.wait_for(ALL_PICTURES).unwrap();
    let findings = place.centre.axe().unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
    let says = place.centre.says();
    assert!(
        says.contains(&first) && says.contains("first card after a change"),
        "{says}"
    );
    place.has_focus("check");
    place.press("123456789+");
    place.decide("The first card is approved");
    let (order, number) = document(&mut line);
    assert_ne!(order, first_order);
    place.hall.finish(line, "approved");
    assert_eq!(place.printed(), 2);

    // The second one has a scratch: scrapped, and made again in the same order under another number.
    // Scanned over the page of the first one, which waits for nobody any more.
    place.scan(&first);
    let says = place.centre.says();
    assert!(says.contains("waits for no inspector"), "{says}");
    place.scan_over(&number);
    place.has_focus("check");
    place.press("-i");
    place.decide("The card is void and is made again");
    let attempts = place.attempts(&order);
    let states: Vec<_> = attempts.iter().map(|one| one.state().name()).collect();
    assert_eq!(states, ["scrapped", "queued"]);
    let mut line = place.hall.line();
    let (remade, again) = document(&mut line);
    place.hall.finish(line, "made again");
    assert_eq!(remade, order);
    assert_ne!(again, number);
    assert_eq!(place.printed(), 3, "the set-up holds");
    place.scan(&again);
    place.has_focus("check");
    place.press("123456789+");
    place.decide("The card passed");
    let newest = place.attempts(&order).pop().unwrap();
    assert!(matches!(newest.state(), AttemptState::QualityPassed(_)));

    place.centre.open("/quality");
    let says = place.centre.says();
    for words in [
        "First card after a change",
        "Sample",
        "Scratch or dirt",
        "SN-0",
    ] {
        assert!(says.contains(words), "{words}: {says}");
    }
    every_look_is_in_the_audit(&place);
}

fn every_look_is_in_the_audit(place: &Place) {
    let audit = place.centre.audit();
    let count = |words: &[&str]| {
        let all = |line: &&String| words.iter().all(|word| line.contains(word));
        audit.iter().filter(all).count()
    };
    assert_eq!(
        count(&["\"inspect-card\"", "\"intent\"", "for inspection"]),
        4
    );
    assert!(count(&["\"read-exit-picture\"", "\"intent\"", "for inspection"]) >= 12);
    assert_eq!(count(&["\"judge-card\"", "\"outcome\"", "\"passed\""]), 2);
    assert_eq!(count(&["\"judge-card\"", "failed: surface"]), 1);
    assert_eq!(count(&["\"sign-on\"", "machine SN-0", "\"outcome\""]), 1);
    assert_eq!(
        count(&["\"first-article\"", "machine SN-0", "\"outcome\""]),
        1
    );
}

#[test]
fn whoever_made_a_card_and_whoever_cannot_be_told_from_its_maker_does_not_inspect_it() {
    let mut place = Place::begin(3);
    place.hall.order(1);
    let mut line = place.hall.line();
    let (_, number) = document(&mut line);
    place.hall.finish(line, "one card");

    // Nobody was signed on: the page says who has to do what, and shows no picture.
    place.centre.sign_in("hansen", "/quality/inspect");
    place.scan(&number);
    let says = place.centre.says();
    assert!(says.contains("Nobody was signed on at SN-0"), "{says}");
    let none = "return document.querySelectorAll('main img').length";
    assert_eq!(place.centre.run(none).unwrap(), 0);

    // Somebody who is an inspector too says since when they worked there.
    place.centre.sign_in("both", "/floor/SN-0/sign-on");
    place
        .centre
        .run("document.querySelector('#since').value = '1'")
        .unwrap();
    place.centre.click("form.fields .primary").unwrap();
    place
        .centre
        .wait_for("document.querySelector('main').innerText.includes('You are signed on here')")
        .unwrap();
    place.centre.open("/quality/inspect");
    place.scan(&number);
    let says = place.centre.says();
    assert!(says.contains("You worked at the machine"), "{says}");

    // An operator has no business with the pictures.
    place.centre.sign_in("klein", "/floor");
    place.centre.open("/quality/inspect");
    let says = place.centre.text("return document.body.innerText").unwrap();
    assert!(!says.contains("Scan the document number"), "{says}");
}

#[test]
fn a_verdict_is_of_the_card_in_hand_whatever_the_scanner_does() {
    let mut place = Place::begin(3);
    place.sign_on("klein");
    place.hall.order(1);
    let mut line = place.hall.line();
    let (order, number) = document(&mut line);
    place.hall.finish(line, "one card");
    let no_card = "document.querySelector('.error-summary')?.innerText.includes('No card')";
    let ticked = "return document.querySelectorAll('main input:checked').length";

    // From the list: its pictures, and no verdict before it is scanned.
    place.centre.sign_in("hansen", "/quality/inspect");
    place.centre.click("main table a").unwrap();
    place.centre.wait_for(ALL_PICTURES).unwrap();
    let says = place.centre.says();
    assert!(
        says.contains("Scan the card that you have in hand"),
        "{says}"
    );
    let form = "return document.querySelectorAll('[name=verdict]').length";
    assert_eq!(place.centre.run(form).unwrap(), 0);
    let findings = place.centre.axe().unwrap();
    assert!(findings.is_empty(), "{findings:#?}");

    // A wrong scan, and then the right one: the field is empty again, and has the focus.
    place.has_focus("card");
    place.centre.keys("4711\u{e007}").unwrap();
    place.centre.wait_for(no_card).unwrap();
    place.scan(&number);
    place.has_focus("check");

    // A scan over the card's page opens what was scanned; it ticks nothing and records nothing.
    place.scan_over("+123456789");
    place.centre.wait_for(no_card).unwrap();
    place.scan(&number);
    place.has_focus("check");
    assert_eq!(place.centre.run(ticked).unwrap(), 0);

    // A form of another card than the one in hand.
    let swap = "document.querySelector('form[data-keys] [name=card]').value = '4711'";
    place.centre.run(swap).unwrap();
    place.press("123456789+");
    place.centre.press(e2e::browser::Key::Enter).unwrap();
    let not_in_hand =
        "document.querySelector('main').innerText.includes('not the card in your hand')";
    place.centre.wait_for(not_in_hand).unwrap();
    place.scan(&number);
    place.has_focus("check");

    // Not every point was looked at; the keys work on, and finish it.
    place.press("1+");
    place.centre.press(e2e::browser::Key::Enter).unwrap();
    place
        .centre
        .wait_for("document.querySelector('.error-summary')?.innerText.includes('every point')")
        .unwrap();
    let findings = place.centre.axe().unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
    place.has_focus("check");
    let verdicts = place.centre.audit();
    let verdicts = verdicts
        .iter()
        .filter(|line| line.contains("\"judge-card\""));
    assert_eq!(verdicts.count(), 0, "nothing was recorded yet");
    place.press("23456789");
    place.decide("The first card is approved");
    let newest = place.attempts(&order).pop().unwrap();
    let known = place.centre.store.quality(newest.id());
    let known = place.centre.runtime.block_on(known).unwrap();
    assert!(known.may_be_packed());
}
