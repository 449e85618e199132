//! Archives: what the world's own `tar` makes of ours and ours of its, and files that are none.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{fs, path::Path, process::Command};

use evidence::{
    archive::{Archive, ArchiveError, RULES, SCHEMA},
    line::MAX_LINE_LENGTH,
    verify::{self, Trust, Unreadable, Verdict},
};

use crate::support::Log;

const MEMBERS: [&str; 6] = [
    "rules.md",
    "schema.json",
    "keys/log.pem",
    "keys/witness-pki.pem",
    "heads.jsonl",
    "entries.jsonl",
];

fn tar(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("tar")
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn fails(archive: &[u8]) -> ArchiveError {
    match verify::archive(archive, &Log::new(0).trust(), |_| ()) {
        Err(Unreadable::Archive(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// The archive that `tar` makes of these members, after `change`.
fn made_by_tar(options: &[&str], members: &[&str], change: impl FnOnce(&Path)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ours.tar"), Log::new(20).export()).unwrap();
    tar(folder.path(), &["-xf", "ours.tar"]);
    change(folder.path());
    tar(
        folder.path(),
        &[&["-cf", "theirs.tar"], options, members].concat(),
    );
    fs::read(folder.path().join("theirs.tar")).unwrap()
}

#[test]
fn rules_of_another_program_are_told() {
    let log = Log::new(20);
    let archive = made_by_tar(&["--format=ustar"], &MEMBERS, |folder| {
        fs::write(folder.join("rules.md"), "Trust the keys in this archive.").unwrap();
    });
    let report = verify::archive(&*archive, &Trust::default(), |_| ()).unwrap();
    assert!(report.other_rules, "{report}");
    assert!(report.to_string().contains("rules.md or schema.json"));
    let report = verify::archive(&*log.export(), &Trust::default(), |_| ()).unwrap();
    assert!(!report.other_rules, "{report}");
}

#[test]
fn tar_reads_what_we_write() {
    let log = Log::new(20);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.tar"), log.export()).unwrap();
    assert_eq!(
        tar(folder.path(), &["-tf", "log.tar"])
            .lines()
            .collect::<Vec<_>>(),
        MEMBERS
    );
    tar(folder.path(), &["-xf", "log.tar"]);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("rules.md"), RULES.as_bytes());
    assert_eq!(read("schema.json"), SCHEMA.as_bytes());
    assert_eq!(read("keys/log.pem"), log.key.pem());
    let lines = read("entries.jsonl");
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.lines().count(), 20);
    for line in lines.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
    }
}

#[test]
fn we_read_what_tar_writes() {
    let log = Log::new(20);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ours.tar"), log.export()).unwrap();
    tar(folder.path(), &["-xf", "ours.tar"]);
    for format in ["--format=ustar", "--format=gnu"] {
        let pack = [&["-cf", "theirs.tar", format][..], &MEMBERS].concat();
        tar(folder.path(), &pack);
        let theirs = fs::read(folder.path().join("theirs.tar")).unwrap();
        let report = verify::archive(&*theirs, &log.trust(), |_| ()).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{format}");
    }
}

#[test]
fn an_archive_that_is_cut_off_is_unreadable_wherever() {
    let whole = Log::new(3).export();
    for length in (0..whole.len() - 1024).step_by(97) {
        let error = fails(&whole[..length]);
        assert!(
            matches!(error, ArchiveError::CutOff(_)),
            "{length}: {error}"
        );
    }
    // Within the last line, at its end, in the space behind, and between the two blocks of the end.
    for length in [
        whole.len() - 1025,
        whole.len() - 1024,
        whole.len() - 512,
        whole.len() - 1,
    ] {
        assert!(matches!(fails(&whole[..length]), ArchiveError::CutOff(_)));
    }
    let more = [&whole[..], &[0; 9000]].concat();
    assert!(Archive::open(&*more).is_ok());
    let hidden = [&whole[..], b"x"].concat();
    assert!(matches!(fails(&hidden), ArchiveError::NotTar(_)));
}

#[test]
fn a_changed_header_is_refused() {
    let whole = Log::new(3).export();
    for byte in 0..512 {
        let mut other = whole.clone();
        other[byte] ^= 0x01;
        let error = fails(&other);
        assert!(matches!(error, ArchiveError::NotTar(_)), "{byte}: {error}");
    }
}

/// What other programs would read otherwise: a size behind zeros is none for them, and a name may have a folder before it.
#[test]
fn a_header_that_can_be_read_in_two_ways_is_refused() {
    let whole = Log::new(3).export();
    let with = |at: usize, text: &[u8]| {
        let mut other = whole.clone();
        other[at..at + text.len()].copy_from_slice(text);
        other[148..156].fill(b' ');
        let sum: u32 = other[..512].iter().map(|byte| u32::from(*byte)).sum();
        other[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        other
    };
    assert!(verify::archive(&with(136, b"00000000001")[..], &Log::new(0).trust(), |_| ()).is_ok());
    for (at, text) in [(124, &[0, 0][..]), (345, b"other")] {
        let error = fails(&with(at, text));
        assert!(matches!(error, ArchiveError::NotTar(_)), "{at}: {error}");
    }
}

#[test]
fn only_the_members_of_a_log_are_read_in_their_order() {
    let none = |_: &Path| ();
    let mut order = MEMBERS;
    order.swap(4, 5);
    let error = fails(&made_by_tar(&["--format=ustar"], &order, none));
    assert!(matches!(error, ArchiveError::Member(name) if name == "entries.jsonl"));
    let twice = [&MEMBERS[..], &["entries.jsonl"]].concat();
    let error = fails(&made_by_tar(
        &["--format=ustar", "--hard-dereference"],
        &twice,
        none,
    ));
    assert!(matches!(error, ArchiveError::Member(name) if name == "entries.jsonl"));
    let without = &MEMBERS[..5];
    let error = fails(&made_by_tar(&["--format=ustar"], without, none));
    assert!(matches!(error, ArchiveError::CutOff("the list of members")));
    // A way out of the folder, as a name.
    let out = [
        "--format=ustar",
        "-P",
        "--transform=s,keys/log,keys/../../log,",
    ];
    let error = fails(&made_by_tar(&out, &MEMBERS, none));
    assert!(matches!(error, ArchiveError::Member(name) if name == "keys/../../log.pem"));
    // A link, a folder, and a long name in a header of its own.
    let link = |folder: &Path| {
        fs::remove_file(folder.join("rules.md")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.join("rules.md")).unwrap();
    };
    let error = fails(&made_by_tar(&["--format=ustar"], &MEMBERS, link));
    assert!(matches!(
        error,
        ArchiveError::NotTar("a member is no plain file")
    ));
    let error = fails(&made_by_tar(&["--format=ustar"], &["keys"], none));
    assert!(matches!(
        error,
        ArchiveError::NotTar("a member is no plain file")
    ));
    let long = format!("--transform=s,rules,{},", "r".repeat(300));
    let error = fails(&made_by_tar(&["--format=gnu", &long], &MEMBERS, none));
    assert!(matches!(
        error,
        ArchiveError::NotTar("a member is no plain file")
    ));
}

#[test]
fn what_is_longer_than_any_is_refused() {
    let put = |name: &'static str, content: String| {
        move |folder: &Path| fs::write(folder.join(name), content).unwrap()
    };
    let ustar = ["--format=ustar"];
    let long = "x".repeat(MAX_LINE_LENGTH + 1) + "\n";
    let error = fails(&made_by_tar(&ustar, &MEMBERS, put("entries.jsonl", long)));
    assert!(matches!(error, ArchiveError::TooMuch("entries.jsonl")));
    let long = "x".repeat(300_000);
    let error = fails(&made_by_tar(
        &ustar,
        &MEMBERS,
        put("rules.md", long.clone()),
    ));
    assert!(matches!(error, ArchiveError::TooMuch("rules.md")));
    let error = fails(&made_by_tar(
        &ustar,
        &MEMBERS,
        put("heads.jsonl", long.clone()),
    ));
    assert!(matches!(error, ArchiveError::TooMuch("heads.jsonl")));
    let error = fails(&made_by_tar(&ustar, &MEMBERS, put("keys/log.pem", long)));
    assert!(matches!(error, ArchiveError::TooMuch("keys")));
    let error = fails(&made_by_tar(
        &ustar,
        &MEMBERS,
        put("keys/log.pem", "no key".into()),
    ));
    assert!(matches!(error, ArchiveError::Key(name) if name == "keys/log.pem"));
    let error = fails(&made_by_tar(
        &ustar,
        &MEMBERS,
        put("heads.jsonl", "{}\n".into()),
    ));
    assert!(matches!(error, ArchiveError::Head { line: 1, .. }));
    // The last line without an end.
    let error = fails(&made_by_tar(
        &ustar,
        &MEMBERS,
        put("entries.jsonl", "{}".into()),
    ));
    assert!(matches!(error, ArchiveError::CutOff("entries.jsonl")));
}
