//! A log that somebody tampered with: what was done is named, and where.

use evidence::{
    erasure::Places,
    verify::{Changed, Finding, Report, Trust, Unreadable, Verdict},
};

use crate::support::{Log, Row, SoftKey, entry, erasing};

fn findings(report: &Report) -> Vec<&Finding> {
    assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
    report.findings.iter().collect()
}

/// All that is wrong, as the program says it.
fn said(log: &Log) -> String {
    let report = log.verify();
    let said: Vec<_> = findings(&report).iter().map(ToString::to_string).collect();
    said.join("\n")
}

#[test]
fn an_untouched_log_verifies() {
    let log = Log::new(40);
    let report = log.verify();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.writers, report.heads), (40, 3, 4));
    assert_eq!(
        (report.erased, report.open_acts, report.witnesses),
        (0, 0, 1)
    );
    assert_eq!(report.newest, log.heads.last().cloned());
}

#[test]
fn a_changed_entry_is_named() {
    let mut log = Log::new(40);
    let (_, text) = log.rows[16].opened.as_mut().unwrap();
    *text = text.replace("order 16", "order 61");
    let report = log.verify();
    let expected = Finding::Changed {
        position: 17,
        what: Changed::Entry,
    };
    assert_eq!(findings(&report), [&expected]);
    // With a commitment made to fit, the writer's next record gives it away, and with it the heads.
    let mut log = Log::new(40);
    log.rows[16].rewrite(entry(8, false, "order 61"));
    let report = log.verify();
    let expected = Finding::Changed {
        position: 17,
        what: Changed::Record {
            next: 20,
            writer: "line/2".into(),
            sequence: 6,
        },
    };
    assert_eq!(findings(&report), [&expected]);
    // With all chains made to fit, the head before it and the head after it are left.
    log.rechain();
    let report = log.verify();
    let expected = Finding::Rewritten {
        after: 10,
        size: 20,
    };
    assert_eq!(findings(&report), [&expected]);
}

/// A letter that is spoilt for show hides no log that was rewritten.
#[test]
fn a_changed_entry_explains_no_root_that_does_not_fit() {
    let mut log = Log::new(40);
    log.rows[16].rewrite(entry(8, false, "order 61"));
    log.rechain();
    let (_, text) = log.rows[20].opened.as_mut().unwrap();
    *text = text.replace("order 20", "order 02");
    let report = log.verify();
    let changed = Finding::Changed {
        position: 21,
        what: Changed::Entry,
    };
    let rewritten = Finding::Rewritten {
        after: 10,
        size: 20,
    };
    assert_eq!(findings(&report), [&changed, &rewritten]);
}

#[test]
fn numbers_without_end_are_deleted_records() {
    let mut log = Log::new(3);
    for row in &mut log.rows {
        row.sequence = u64::MAX >> 1;
    }
    let report = log.verify();
    let deleted = |finding: &&&Finding| matches!(finding, Finding::Deleted { .. });
    assert_eq!(findings(&report).iter().filter(deleted).count(), 3);
}

#[test]
fn a_deleted_entry_is_named() {
    let mut log = Log::new(40);
    log.rows.remove(16);
    let expected = "record 6 of line/2 deleted: the writer wrote more after that";
    assert_eq!(said(&log), expected);
    for (position, row) in (1..).zip(&mut log.rows) {
        row.position = position;
    }
    assert_eq!(said(&log), expected);
    // A writer's last record: the others go on.
    let mut log = Log::new(40);
    log.rows.remove(38);
    assert_eq!(said(&log), "entry 39 deleted: the log goes on behind");
    log.rows[38].position = 39;
    let text = "the end was deleted: there are 39 entries, and the log's newest head is over 40";
    assert_eq!(said(&log), text);
    // A whole writer, and its traces.
    let mut log = Log::new(40);
    log.rows.retain(|row| row.writer != "console/1");
    log.rechain();
    let text = said(&log);
    assert!(
        text.contains("entries 1 to 10: not those that the head over 10"),
        "{text}"
    );
    assert!(text.contains("there are 27 entries"), "{text}");
}

#[test]
fn an_end_that_was_cut_off_is_named() {
    let mut log = Log::new(40);
    log.rows.truncate(33);
    let short = "the end was deleted: there are 33 entries, and the log's newest head is over 40";
    assert_eq!(said(&log), short);
    // With the head over it left out too, only who knows the head can tell: a witness, or an earlier run.
    let newest = log.heads.pop().unwrap();
    log.rows.truncate(30);
    assert_eq!(log.verify().verdict, Verdict::Verified);
    let mut trust = log.trust();
    trust.known.push(newest);
    let report = log.verify_with(&trust).unwrap();
    let withheld = Finding::Withheld {
        known: 40,
        entries: 30,
    };
    assert_eq!(findings(&report), [&withheld]);
}

#[test]
fn an_entry_that_was_put_elsewhere_is_named() {
    let mut log = Log::new(40);
    // Two records of one writer.
    log.rows.swap(16, 19);
    let elsewhere = [
        "entry 20 was put elsewhere: record 7 of line/2 does not belong there",
        "entry 17 was put elsewhere: record 6 of line/2 does not belong there",
    ];
    assert_eq!(said(&log), elsewhere.join("\n"));
    // Two writers' records change places: both chains are whole.
    let mut log = Log::new(40);
    log.rows.swap(16, 17);
    let text = "entry 18 was put elsewhere: record 6 of console/1 does not belong there";
    assert_eq!(said(&log), text);
    // One record, far away.
    let mut log = Log::new(40);
    let row = log.rows.remove(16);
    log.rows.insert(35, row);
    let text = "entry 17 was put elsewhere: record 6 of line/2 does not belong there";
    assert_eq!(said(&log), text);
    // Three records together.
    let mut log = Log::new(40);
    let rows: Vec<_> = log.rows.drain(6..9).collect();
    log.rows.splice(20..20, rows);
    let text = said(&log);
    assert!(text.starts_with("entry 7 was put elsewhere"), "{text}");
    assert!(text.contains("entry 9 was put elsewhere"), "{text}");
    let mut log = Log::new(40);
    log.rows.swap(16, 17);
    log.rechain();
    let report = log.verify();
    let expected = Finding::Rewritten {
        after: 10,
        size: 20,
    };
    assert_eq!(findings(&report), [&expected]);
}

#[test]
fn a_writer_with_two_records_of_one_number_is_named() {
    let mut log = Log::new(40);
    let mut other = log.rows[39].clone();
    other.rewrite(entry(9, false, "another"));
    other.position = 41;
    log.rows.push(other);
    let text = said(&log);
    assert!(
        text.contains("entry 41 forks its writer's chain: there is another record 14 of line/1"),
        "{text}"
    );
    assert!(text.contains("entry 41: no head is over them"), "{text}");
}

#[test]
fn a_log_that_its_own_key_forked_is_named() {
    let honest = Log::new(40);
    // Whoever has the key rewrites an entry and signs all heads again: only an older head tells.
    let mut forked = honest.clone();
    forked.rows[16].rewrite(entry(8, false, "order 61"));
    forked.rechain();
    forked.sign_again();
    assert_eq!(forked.verify().verdict, Verdict::Verified);
    let mut trust = forked.trust();
    trust.known.push(honest.heads[1].clone());
    let report = forked.verify_with(&trust).unwrap();
    let expected = Finding::Forked { size: 20, fits: 40 };
    assert_eq!(findings(&report), [&expected]);
    // An older head from before the change fits both.
    trust.known[0] = honest.heads[0].clone();
    let report = forked.verify_with(&trust).unwrap();
    assert_eq!(report.verdict, Verdict::Verified);
    // Both heads in one archive.
    let mut both = forked.clone();
    both.heads.insert(1, honest.heads[1].clone());
    let report = both.verify();
    assert_eq!(findings(&report), [&expected]);
    // Of the newest, one fits.
    let mut both = forked.clone();
    both.heads.push(honest.heads[3].clone());
    let report = both.verify();
    let expected = Finding::Forked { size: 40, fits: 40 };
    assert_eq!(findings(&report), [&expected]);
    // Of a size that the archive does not have any more, none does.
    let mut both = forked;
    both.rows.truncate(30);
    both.heads.push(honest.heads[3].clone());
    let text = said(&both);
    assert!(
        text.contains("the log was forked: its key signed a head over 40"),
        "{text}"
    );
    assert!(
        text.contains("the end was deleted: there are 30 entries"),
        "{text}"
    );
}

#[test]
fn signatures_of_others_do_not_count() {
    let mut log = Log::new(40);
    let right = log.key.clone();
    log.key = SoftKey::generate();
    let wrong = log.sign(20);
    log.key = right;
    log.heads[1] = wrong.clone();
    assert_eq!(
        said(&log),
        "the head over 20 entries is not signed by the log's key"
    );
    log.heads[1].head.log = "other".into();
    log.heads[1].signature = log.key.sign(&log.heads[1].head.digest());
    assert_eq!(
        said(&log),
        "the head over 20 entries is of another log, other"
    );
    // Nothing is accused by a head that was given and is not the log's.
    let log = Log::new(40);
    let mut trust = log.trust();
    trust.known.push(wrong);
    let refused = log.verify_with(&trust);
    assert!(matches!(refused, Err(Unreadable::Known { size: 20 })));
    // A witness that signed another head, and one that signed none.
    let mut log = Log::new(40);
    log.heads[3].witnesses = log.heads[2].witnesses.clone();
    let text = "the newest head, over 40 entries, is signed by 0 of the witnesses; 1 must";
    assert_eq!(said(&log), text);
}

#[test]
fn a_writer_that_may_not_write_is_named() {
    let log = Log::new(40);
    let mut trust = log.trust();
    trust.roles = vec!["line".into()];
    let report = log.verify_with(&trust).unwrap();
    let expected = Finding::UnknownWriter {
        position: 3,
        writer: "console/1".into(),
    };
    assert_eq!(findings(&report)[0], &expected);
    assert_eq!(report.found, 13);
    trust.roles.push("console".into());
    let report = log.verify_with(&trust).unwrap();
    assert_eq!(report.verdict, Verdict::Verified);
}

#[test]
fn entries_behind_the_newest_head_are_named() {
    let log = Log::new(43);
    let text = "entries 41 to 43: no head is over them, so nobody vouches for them";
    assert_eq!(said(&log), text);
    let mut log = Log::new(40);
    log.heads.clear();
    let text = "entries 1 to 40: no head is over them, so nobody vouches for them";
    assert_eq!(said(&log), text);
}

#[test]
fn what_was_erased_leaves_a_log_that_verifies() {
    let mut log = Log::new(40);
    log.rows[16].opened = None;
    log.rows[17].opened = None;
    // Without an act of erasing, nobody knows by which rule.
    let report = log.verify();
    let expected = Finding::Erased {
        first: 17,
        last: 18,
    };
    assert_eq!(findings(&report), [&expected]);
    assert_eq!(report.findings[0].kind(), "erased-without-act");
    // An act that stands before what it names names what was erased later.
    let named = |place: usize, log: &Log| {
        let mut log = log.clone();
        log.rows[place].rewrite(erasing(8, &Places::of([17, 18])));
        log.rechain();
        log.sign_again();
        log
    };
    assert_eq!(findings(&named(3, &log).verify()), [&expected]);
    let mut log = named(39, &log);
    let report = log.verify();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    // The intent that row 39 (act 19) leaves open, and the outcome that the rewritten row is of.
    assert_eq!((report.erased, report.open_acts), (2, 1));
    assert_eq!((report.lone_outcomes, report.lone[0].position), (1, 40));
    // Nobody puts another entry where one was erased.
    let salt = [1; 32];
    log.rows[16].opened = Some((salt, entry(8, false, "order 61")));
    let report = log.verify();
    let expected = Finding::Changed {
        position: 17,
        what: Changed::Entry,
    };
    assert_eq!(findings(&report), [&expected]);
}

#[test]
fn an_outcome_without_an_intent_is_told() {
    let mut log = Log::new(40);
    log.rows[20].rewrite(entry(10, true, "order 20"));
    log.rechain();
    log.sign_again();
    let report = log.verify();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.lone_outcomes, report.open_acts), (1, 0));
    assert_eq!(report.lone[0].position, 21);
    assert!(report.to_string().contains("outcomes without an intent: 1"));
    assert_eq!(report.json()["lone"][0]["position"], 21);
}

#[test]
fn heads_whose_times_run_backwards_are_told() {
    let mut log = Log::new(40);
    let mut head = log.heads[2].head.clone();
    head.time = log.heads[1].head.time - 1;
    let signature = log.key.sign(&head.digest());
    log.heads[2] = head.seal(signature);
    let report = log.verify();
    let [Finding::Backwards { size: 30, .. }] = report.findings[..] else {
        panic!("{report}")
    };
    assert_eq!(report.findings[0].kind(), "backwards");
}

#[test]
fn the_name_and_the_age_that_are_asked_for_are_told() {
    let log = Log::new(40);
    let newest = log.heads[3].head.time;
    let asked = |name: &str, newer_than| Trust {
        name: Some(name.into()),
        newer_than: Some(newer_than),
        ..log.trust()
    };
    let report = log.verify_with(&asked("centre", newest - 1)).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    let report = log.verify_with(&asked("centre", newest)).unwrap();
    assert_eq!(report.findings[0].kind(), "too-old", "{report}");
    let report = log.verify_with(&asked("other", newest - 1)).unwrap();
    let kinds: Vec<_> = report.findings.iter().map(Finding::kind).collect();
    assert_eq!(kinds, ["other-log"; 4], "{report}");
}

#[test]
fn one_witness_is_one_whatever_it_is_given_as() {
    let log = Log::new(40);
    let twice = Trust {
        witnesses: vec![log.witness.spki(), log.witness.spki()],
        least: 2,
        ..log.trust()
    };
    let report = log.verify_with(&twice).unwrap();
    assert_eq!(report.findings[0].kind(), "unwitnessed", "{report}");
}

/// More than the chains of a hundred thousand: the tree is checked, and that is what is said.
#[test]
fn writers_beyond_the_limit_are_not_called_unknown() {
    let mut log = Log::new(0);
    for number in 0..100_010_u64 {
        let text = entry(
            u8::try_from(number / 2 % 256).unwrap(),
            number % 2 == 1,
            "order",
        );
        let salt = [3; 32];
        log.rows.push(Row {
            position: number + 1,
            writer: format!("line/{number}"),
            sequence: 1,
            previous: [0; 32],
            commitment: evidence::record::commitment(&salt, text.as_bytes()),
            opened: Some((salt, text)),
        });
    }
    log.heads.push(log.sign(100_010));
    let report = log.verify();
    let Verdict::NoVerdict(why) = report.verdict else {
        panic!("{report}")
    };
    assert!(why.contains("more writers"), "{why}");
    assert_eq!((report.found, report.writers), (0, 100_000));
}

#[test]
fn an_act_without_an_outcome_is_told_and_is_no_fault() {
    let mut log = Log::new(40);
    log.rows.truncate(39);
    log.heads[3] = log.sign(39);
    let report = log.verify();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(report.open_acts, 1);
    assert_eq!(report.open[0].position, 39);
    assert_eq!(report.open[0].act, "13".repeat(16));
}

#[test]
fn the_archive_does_not_vouch_for_its_own_keys() {
    let log = Log::new(40);
    let report = log.verify_with(&Trust::default()).unwrap();
    assert!(
        matches!(report.verdict, Verdict::NoVerdict(why) if why.contains("archive's own word"))
    );
    // What is wrong by its own word is wrong.
    let mut bad = log.clone();
    bad.rows.remove(16);
    let report = bad.verify_with(&Trust::default()).unwrap();
    assert_eq!(report.verdict, Verdict::NotVerified);
    // Somebody else's log, whole in itself.
    let other = Log::new(40);
    let report = other.verify_with(&log.trust()).unwrap();
    assert_eq!(report.verdict, Verdict::NotVerified);
    let bad = |finding: &&Finding| matches!(finding, Finding::BadSignature { .. });
    assert_eq!(report.findings.iter().filter(bad).count(), 4);
    let empty = Log::new(0);
    let report = empty.verify();
    assert_eq!(
        report.verdict,
        Verdict::NoVerdict("there is no head of the log")
    );
}

#[test]
fn every_row_changed_deleted_or_moved_is_found() {
    let log = Log::new(30);
    let tamper: [fn(&mut Log, usize); 6] = [
        |log, row| {
            log.rows.remove(row);
        },
        |log, row| {
            log.rows.remove(row);
            log.rechain();
        },
        |log, row| log.rows.swap(row, (row + 1) % 30),
        |log, row| {
            log.rows.swap(row, (row + 1) % 30);
            log.rechain();
        },
        |log, row| {
            log.rows[row].rewrite(entry(1, false, "another"));
            log.rechain();
        },
        |log, row| log.rows[row].previous[0] ^= 1,
    ];
    for row in 0..30 {
        for (way, tamper) in tamper.iter().enumerate() {
            let mut other = log.clone();
            tamper(&mut other, row);
            let verdict = other.verify().verdict;
            assert_eq!(verdict, Verdict::NotVerified, "row {row}, way {way}");
        }
    }
}
