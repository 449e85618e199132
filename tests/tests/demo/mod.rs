//! The demo as a newcomer runs it, and its output as a stranger checks it: with other programs.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

mod audit;
mod pictures;
mod report;
mod signed;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use e2e::demo::{DocumentReport, Report};
use e2e::house::{Document, FloorPlan, House, HousePlan, Pki, people};
use e2e::privacy;
use e2e::programs::{Ended, built, end_of};
use serde_json::{Value, json};

use self::audit::check_audit;
use self::pictures::{fingers_are_the_persons, pictures_open_elsewhere, tesseract_reads_the_back};
use self::report::check_report;
use self::signed::openssl_finds_every_file_signed;

/// Files on the chip of an adult's card, as docs/demo.md and the issuer profile have them.
const CHIP_FILES: [&str; 13] = [
    "EF_ATR_INFO",
    "EF_COM",
    "EF_CardAccess",
    "EF_CardSecurity",
    "EF_DG1",
    "EF_DG11",
    "EF_DG12",
    "EF_DG14",
    "EF_DG2",
    "EF_DG3",
    "EF_DG7",
    "EF_DIR",
    "EF_SOD",
];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn demo(arguments: &[&str]) -> Ended {
    end_of(&built("demo").unwrap(), arguments, &[]).unwrap()
}

/// Every file below a folder, relative to it.
fn files_below(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(text(path.strip_prefix(folder).unwrap()).to_owned());
            }
        }
    }
    found
}

fn json_file(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_demo_leaves_what_the_docs_say_and_other_programs_agree() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let ended = demo(&["--once", "--out", text(&out)]);
    assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
    assert!(
        ended.output.contains("3 ordered, 3 made, 3 genuine"),
        "{}",
        ended.output
    );

    let pictures = format!("{}/documents/NUMBER/front.png and back.png", text(&out));
    assert!(ended.output.contains(&pictures), "{}", ended.output);

    let report = json_file(&out.join("report.json"));
    let documents = report["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 3);
    let mut expected: BTreeSet<String> = ["report.json", "audit.jsonl"].map(str::to_owned).into();
    let trust = ["csca-1.cer", "ds-1.cer", "csca-1.crl"];
    expected.extend(trust.map(|name| format!("trust/{name}")));
    expected.extend(["cvca-1", "dv-1"].map(|name| format!("trust/{name}.cvcert")));
    for document in documents {
        let number = document["number"].as_str().unwrap();
        expected.extend(CHIP_FILES.map(|file| format!("documents/{number}/chip/{file}.bin")));
        expected.insert(format!("documents/{number}/written/EF_DG3.bin"));
        expected.extend(["front", "back"].map(|face| format!("documents/{number}/{face}.png")));
    }
    assert_eq!(files_below(&out), expected);

    check_report(&report);
    let drawn = people::draw(3, &place.path().join("people"), &people::cache()).unwrap();
    let mut secrets: Vec<String> = drawn.iter().flat_map(privacy::secrets_of).collect();
    for document in documents {
        secrets.push(document["can"].as_str().unwrap().to_owned());
        secrets.extend(privacy::words(document["mrz"][2].as_str().unwrap()));
    }
    check_audit(
        &fs::read_to_string(out.join("audit.jsonl")).unwrap(),
        &secrets,
    );
    for document in documents {
        let folder = out
            .join("documents")
            .join(document["number"].as_str().unwrap());
        openssl_finds_every_file_signed(&folder, place.path());
        let fingers = |part: &str| fs::read(folder.join(part).join("EF_DG3.bin")).unwrap();
        assert_eq!(fingers("chip"), fingers("written"));
        pictures_open_elsewhere(&folder, place.path());
        tesseract_reads_the_back(&folder, &document["mrz"]);
        let person = drawn.iter().find(|person| {
            document["holder"]
                == format!(
                    "{}, {}",
                    person.identity("surname"),
                    person.identity("given_names")
                )
        });
        fingers_are_the_persons(person.unwrap().folder(), place.path());
    }
}

#[test]
fn the_demo_fails_where_the_photograph_is_none() {
    let place = tempfile::tempdir().unwrap();
    let (out, photograph) = (place.path().join("out"), place.path().join("me.jpg"));
    fs::write(&photograph, b"GIF89a\x01\x00\x01\x00").unwrap();
    let chosen = ["--portrait", text(&photograph), "--name", "Muster, Zoe"];
    let ended = demo(
        &[
            &["--once", "--applicants", "1", "--out", text(&out)],
            &chosen[..],
        ]
        .concat(),
    );
    assert_eq!(ended.status, Some(1));
    assert!(ended.errors.contains("portrait"), "{}", ended.errors);
    assert!(!ended.errors.contains("Muster"), "{}", ended.errors);
    assert!(!out.join("report.json").exists());
    fs::remove_file(&photograph).unwrap();
    let ended = demo(&[&["--once", "--applicants", "1"], &chosen[..]].concat());
    assert_eq!(ended.status, Some(1));
    let reasons = ended.errors.matches("No such file").count();
    assert_eq!(reasons, 1, "{}", ended.errors);
    let ended = demo(&[
        "--once",
        "--portrait",
        text(&photograph),
        "--name",
        "Zoe Muster",
    ]);
    assert_eq!(ended.status, Some(1));
    assert!(ended.errors.contains("comma"), "{}", ended.errors);
}

#[test]
fn the_demo_passes_only_if_all_are_made_and_genuine() {
    let document = |verdict: &str| DocumentReport {
        holder: "Muster, Zoe".into(),
        document: Document {
            order: "1".into(),
            number: "LX1234567".into(),
            can: "123456".into(),
            chip: "00".into(),
            reader: "Encoder 1".into(),
            seconds: 1.0,
        },
        inspection: json!({ "verdict": verdict, "document": { "mrz": [] }, "checks": [] }),
    };
    let report = |ordered, verdicts: &[&str]| Report {
        started: "2026-11-21T12:00:00Z".into(),
        seconds: 1.0,
        stages: Vec::new(),
        ordered,
        documents: verdicts.iter().map(|verdict| document(verdict)).collect(),
    };
    for (ordered, verdicts, passed) in [
        (2, ["genuine", "genuine"].as_slice(), true),
        (3, &["genuine", "genuine"], false),
        (2, &["genuine", "not_genuine"], false),
        (2, &["genuine", "no_verdict"], false),
        (1, &[""], false),
    ] {
        let report = report(ordered, verdicts);
        assert_eq!(report.passed(), passed, "{verdicts:?}");
        let verdict = if passed { "passed" } else { "failed" };
        assert_eq!(report.to_json()["verdict"], verdict);
        let words = [("no_verdict", "no verdict"), ("not_genuine", "not genuine")];
        for (verdict, word) in words
            .iter()
            .filter(|(verdict, _)| verdicts.contains(verdict))
        {
            assert_eq!(
                report.to_json()["documents"][1]["verdict"],
                *word,
                "{verdict}"
            );
        }
    }
}

#[test]
fn an_inspector_with_other_trust_does_not_find_it_genuine() {
    let place = tempfile::tempdir().unwrap();
    let floor = FloorPlan {
        readers: 1,
        blanks: 1,
        link: None,
    };
    let plan = HousePlan {
        floor,
        people: 1,
        line: "idle_seconds = 30\n",
    };
    let house = House::start(place.path(), &plan).unwrap();
    house.order(0).unwrap();
    house.floor.insert(0, &house.floor.blanks()[0]).unwrap();
    let line = house.line().unwrap().finish().unwrap();
    assert_eq!(line.status, Some(0), "{}", line.errors);
    let can = line.named("document")[0]["can"].as_str().unwrap();
    let judged = |password: [&str; 2], trust: &Path| {
        let ended = house.inspect(0, password, trust).unwrap();
        let report: Value = serde_json::from_str(&ended.output).unwrap_or_default();
        let failed =
            |check: &&Value| check["result"] == "failed" || check["result"] == "undetermined";
        let checks = report["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(failed);
        let codes: Vec<String> = checks
            .filter_map(|check| Some(check["code"].as_str()?.to_owned()))
            .collect();
        (
            ended.status,
            report["verdict"].as_str().unwrap_or_default().to_owned(),
            codes,
            ended.errors,
        )
    };
    let (status, verdict, codes, _) = judged(["--can", can], &house.pki.trust());
    assert_eq!(
        (status, verdict.as_str(), codes.len()),
        (Some(0), "genuine", 0),
        "{codes:?}"
    );

    let empty = place.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let (status, verdict, codes, errors) = judged(["--can", can], &empty);
    assert_eq!(
        (status, verdict.as_str()),
        (Some(2), "no_verdict"),
        "{errors}"
    );
    assert!(codes.contains(&"UNKNOWN_CSCA".to_owned()), "{codes:?}");

    // Another authority of the very same name: its key is not the one that the signer names.
    let other = Pki::hold_ceremony(&place.path().join("other")).unwrap();
    let (status, verdict, codes, _) = judged(["--can", can], &other.trust());
    assert_eq!(
        (status, verdict.as_str()),
        (Some(2), "no_verdict"),
        "{codes:?}"
    );
    assert!(codes.contains(&"UNKNOWN_CSCA".to_owned()), "{codes:?}");

    let wrong = if can == "111111" { "222222" } else { "111111" };
    let (status, verdict, _, _) = judged(["--can", wrong], &house.pki.trust());
    assert_eq!((status, verdict.as_str()), (Some(2), "no_verdict"));
    house.floor.remove(0).unwrap();
    let (status, _, _, errors) = judged(["--can", can], &house.pki.trust());
    assert_eq!(status, Some(2), "an empty reader: {errors}");
    assert!(errors.contains("card"), "{errors}");
}

/// The waiting demo, whose card reader daemon dies, ends with a failure that says so; told to end, it
/// ends well.
#[test]
fn the_waiting_demo_notices_what_died() {
    for dies in [false, true] {
        let mut demo = Command::new(built("demo").unwrap())
            .args(["--applicants", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(demo.stdout.take().unwrap()).lines();
        let mut waiting = said.by_ref().map_while(Result::ok);
        assert!(waiting.any(|line| line.contains("until Ctrl-C")));
        let victim = if dies {
            child_of(demo.id(), "pcscd")
        } else {
            demo.id()
        };
        let signal = if dies { "-KILL" } else { "-TERM" };
        let killed = Command::new("kill")
            .args([signal, &victim.to_string()])
            .status();
        assert!(killed.unwrap().success());
        // Whoever reads no more must not stop it from ending.
        let rest: Vec<_> = said.map_while(Result::ok).collect();
        let ended = demo.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.success(), !dies, "{rest:?} {errors}");
        assert_eq!(errors.contains("pcscd has ended"), dies, "{errors}");
    }
}

/// The process of that name whose parent is `parent`.
fn child_of(parent: u32, name: &str) -> u32 {
    let processes = fs::read_dir("/proc").unwrap().map_while(Result::ok);
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut children = numbers.filter(|process: &u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let Some((begin, rest)) = stat.rsplit_once(')') else {
            return false;
        };
        begin.ends_with(name) && rest.split(' ').nth(2) == Some(&parent.to_string())
    });
    children.next().unwrap()
}
