//! Issues: what was handed out, for stock's signature.

use personalisation_core::{
    attempt::{Digest, ScrapReason},
    chip_serial::ChipSerial,
};
use personalisation_store::{
    line::{Advance, Bound},
    stock::{CardKey, Happened, Which},
};

use super::{
    handed::line,
    people::{check, keeper},
};
use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

async fn each_handing_out_is_an_issue_that_is_signed_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3, 4].map(chip)).await;
    let by = keeper(&mut bench).await;
    let store = bench.store.clone();
    for chips in [&[1, 2][..], &[3]] {
        let chips: Vec<ChipSerial> = chips.iter().map(|one| chip(*one)).collect();
        let which = Which::Chips(chips);
        let issued = store.issue_blanks(&which, &line(), by, &[], NOW).await;
        issued.unwrap();
    }
    let waiting = store.unsigned_issues(9).await.unwrap();
    let mut numbers: Vec<_> = waiting.iter().map(|issue| issue.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(1), Some(2)]);
    let blank = store.blank_by_chip(chip(2)).await.unwrap().unwrap();
    let issue = store.issue_of(blank.id).await.unwrap().unwrap();
    assert_eq!((issue.number, issue.by, issue.at), (Some(1), Some(by), NOW));
    assert_eq!(
        (issue.line, issue.shift, issue.signed),
        (line(), None, None)
    );
    let mut chips = store.chips_of_entry(&issue.entry).await.unwrap();
    chips.sort_unstable();
    assert_eq!(chips, [1, 2].map(chip));
    for signed in [b"first", b"later"] {
        store.keep_signed_issue(&issue.entry, signed).await.unwrap();
    }
    let kept = store.issue_of(blank.id).await.unwrap().unwrap();
    assert_eq!(kept.signed.as_deref(), Some(&b"first"[..]));
    assert_eq!(store.unsigned_issues(9).await.unwrap().len(), 1);

    // Taken back and handed out again: another issue.
    let again = Which::Chips(vec![chip(2)]);
    store.return_blanks(&again, by, &[], NOW).await.unwrap();
    let issued = store.issue_blanks(&again, &line(), by, &[], NOW).await;
    issued.unwrap();
    let third = store.issue_of(blank.id).await.unwrap().unwrap();
    assert_eq!((third.number, third.signed), (Some(3), None));

    // What a line takes itself is an issue without a number.
    bench.order("ONE", NOW).await;
    bench.bound(chip(4), &lease("one", 1)).await;
    let blank = store.blank_by_chip(chip(4)).await.unwrap().unwrap();
    let own = store.issue_of(blank.id).await.unwrap().unwrap();
    assert_eq!((own.number, own.by), (None, None));
    check(&bench).await;
}

async fn a_line_may_be_bound_to_what_was_handed_out_and_signed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2].map(chip)).await;
    bench.order("ONE", NOW).await;
    let mine = lease("one", 1);
    let early = bench.bind_handed_out(chip(1), &mine).await;
    assert_eq!(early, Bound::NotHandedOut);
    let by = keeper(&mut bench).await;
    let one = Which::Chips(vec![chip(1)]);
    let issued = bench.store.issue_blanks(&one, &line(), by, &[], NOW).await;
    issued.unwrap();
    let unsigned = bench.bind_handed_out(chip(1), &mine).await;
    assert_eq!(unsigned, Bound::NotHandedOut);
    for issue in bench.store.unsigned_issues(9).await.unwrap() {
        let kept = bench.store.keep_signed_issue(&issue.entry, b"signed").await;
        kept.unwrap();
    }
    let bound = bench.bind_handed_out(chip(1), &mine).await;
    assert!(matches!(bound, Bound::Attempt(_)), "{bound:?}");
    check(&bench).await;
}

async fn a_card_tells_its_whole_history(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2].map(chip)).await;
    let by = keeper(&mut bench).await;
    let one = Which::Chips(vec![chip(1)]);
    let issued = bench.store.issue_blanks(&one, &line(), by, &[], NOW).await;
    issued.unwrap();
    bench.order("ONE", NOW).await;
    let mine = lease("one/reader", 1);
    let bound = bench.bound(chip(1), &mine).await;
    let reason = ScrapReason::ChipRefused;
    let scrapped = bound.clone().scrap(reason).unwrap();
    let advance = Advance {
        from: &bound,
        path: &[scrapped],
        content: &[],
        signer: Some(Digest([9; 32])),
        entries: &[],
        seen: None,
    };
    let advanced = bench
        .store
        .advance(&mut bench.rng, &mine, &advance, NOW)
        .await;
    advanced.unwrap();
    let store = &bench.store;
    let card = store.card_history(&CardKey::Chip(chip(1))).await;
    let card = card.unwrap().unwrap();
    let made = card.made.clone().unwrap();
    assert_eq!((made.attempt, card.label.as_str()), (bound.id(), "1"));
    assert_eq!(made.worker.as_deref(), Some("one/reader"));
    assert_eq!(made.scrap_reason.as_deref(), Some(reason.name()));
    assert_eq!(made.signer, Some("09".repeat(32)));
    let moved = |to: &str| Happened::Moved(to.parse().unwrap());
    let happened: Vec<_> = card.events.iter().map(|event| event.what.clone()).collect();
    for what in [
        moved("delivery"),
        moved("vault"),
        moved("line:one"),
        moved("spoiled"),
        Happened::State("bound".to_owned()),
        Happened::State("scrapped".to_owned()),
    ] {
        assert!(happened.contains(&what), "{what:?}: {happened:?}");
    }
    let handed = card
        .events
        .iter()
        .find(|event| event.what == moved("line:one"));
    assert_eq!(handed.unwrap().by, Some(by));
    let same = store.card_history(&CardKey::Number(made.number)).await;
    assert_eq!(same.unwrap(), Some(card));
    let unused = store.card_history(&CardKey::Chip(chip(2))).await;
    assert_eq!(unused.unwrap().unwrap().made, None);
    let nobody = store.card_history(&CardKey::Chip(chip(9))).await;
    assert_eq!(nobody.unwrap(), None);
}

on_each_engine! {
    a_card_tells_its_whole_history,
    each_handing_out_is_an_issue_that_is_signed_once,
    a_line_may_be_bound_to_what_was_handed_out_and_signed,
}
