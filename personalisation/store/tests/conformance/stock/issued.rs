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
    let waiting = store.unsigned_issues(0, 9).await.unwrap();
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
    assert_eq!(store.unsigned_issues(0, 9).await.unwrap().len(), 1);
    assert_eq!(store.unsigned_issues(1, 9).await.unwrap(), []);

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
    // That is not stock's to sign, nor what has no blank at its line any more.
    let numbers = async || {
        let waiting = store.unsigned_issues(0, 9).await.unwrap();
        waiting.iter().map(|one| one.number).collect::<Vec<_>>()
    };
    let mut waiting = numbers().await;
    waiting.sort_unstable();
    assert_eq!(waiting, [Some(2), Some(3)]);
    store.return_blanks(&again, by, &[], NOW).await.unwrap();
    assert_eq!(numbers().await, [Some(2)]);
    let listed = store.issues(2).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|one| one.number).collect();
    assert_eq!(listed, [Some(3), Some(2)]);
    check(&bench).await;
}

async fn what_is_signed_with_an_act_is_what_it_handed_out(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[1, 2, 3, 4].map(chip)).await;
    let (by, other) = (keeper(&mut bench).await, keeper(&mut bench).await);
    let (store, two) = (bench.store.clone(), "two".parse().unwrap());
    let later = NOW + time::Duration::SECOND;
    for (number, line, by, at) in [
        (1, line(), by, NOW),
        (2, line(), by, later),
        (3, line(), other, later),
        (4, two, by, later),
    ] {
        let which = Which::Chips(vec![chip(number)]);
        let issued = store.issue_blanks(&which, &line, by, &[], at).await;
        issued.unwrap();
    }
    let of_act = store.unsigned_issues_of(&line(), by, later).await.unwrap();
    let numbers: Vec<_> = of_act.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [Some(2)]);
    let kept = store.keep_signed_issue(&of_act[0].entry, b"signed").await;
    kept.unwrap();
    let again = store.unsigned_issues_of(&line(), by, later).await.unwrap();
    assert_eq!(again, []);
}

/// The serial of that number.
fn serial(number: u16) -> ChipSerial {
    let mut bytes = [7; 10];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    ChipSerial::from_bytes(bytes)
}

async fn more_than_an_issue_can_list_goes_out_in_several(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let chips: Vec<_> = (0..1001).map(serial).collect();
    bench.delivery(&chips).await;
    let by = keeper(&mut bench).await;
    let store = bench.store.clone();
    let of = store.box_labelled(None, "1").await.unwrap().unwrap();
    let whole = Which::Box(of.id);
    let issued = store.issue_blanks(&whole, &line(), by, &[], NOW).await;
    assert_eq!(issued.unwrap(), 1001);
    let waiting = store.unsigned_issues_of(&line(), by, NOW).await.unwrap();
    let parts: Vec<_> = waiting.iter().map(|one| (one.number, one.blanks)).collect();
    assert_eq!(parts, [(Some(1), 1000), (Some(2), 1)]);
    let mut listed = Vec::new();
    for issue in &waiting {
        listed.extend(store.chips_of_entry(&issue.entry).await.unwrap());
    }
    listed.sort_unstable();
    assert_eq!(listed, chips);
    check(&bench).await;
}

/// As an entry of before there were issues, of more blanks than an issue can list.
async fn a_blank_whose_last_handing_out_is_no_issue_has_none_of_before(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let by = keeper(&mut bench).await;
    let (store, one) = (bench.store.clone(), Which::Chips(vec![chip(1)]));
    store
        .issue_blanks(&one, &line(), by, &[], NOW)
        .await
        .unwrap();
    let blank = store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    let first = store.issue_of(blank.id).await.unwrap().unwrap();
    let kept = store.keep_signed_issue(&first.entry, b"signed").await;
    kept.unwrap();
    store.return_blanks(&one, by, &[], NOW).await.unwrap();
    store
        .issue_blanks(&one, &line(), by, &[], NOW)
        .await
        .unwrap();
    let mut tool = bench.home.tool().await;
    // A server has no trigger against it, and no role that may.
    if engine == Engine::Sqlite {
        let drop = sqlx::query("DROP TRIGGER stock_issue_kept");
        drop.execute(&mut tool).await.unwrap();
    }
    bench
        .home
        .meddle("DELETE FROM stock_issue WHERE number = 2")
        .await;
    assert_eq!(store.issue_of(blank.id).await.unwrap(), None);
    bench.order("ONE", NOW).await;
    let unsigned = bench.bind_handed_out(chip(1), &lease("one", 1)).await;
    assert_eq!(unsigned, Bound::NotHandedOut);
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
    for issue in bench.store.unsigned_issues(0, 9).await.unwrap() {
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
    a_blank_whose_last_handing_out_is_no_issue_has_none_of_before,
    more_than_an_issue_can_list_goes_out_in_several,
    what_is_signed_with_an_act_is_what_it_handed_out,
    a_card_tells_its_whole_history,
    each_handing_out_is_an_issue_that_is_signed_once,
    a_line_may_be_bound_to_what_was_handed_out_and_signed,
}
