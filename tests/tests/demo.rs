//! The demo as a newcomer runs it, and its output as a stranger checks it: with other programs.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e2e::demo::{DocumentReport, Report};
use e2e::house::{Document, FloorPlan, House, HousePlan, Pki, people};
use e2e::programs::{Ended, built, end_of};
use e2e::{oracles, privacy};
use serde_json::{Value, json};

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

/// The back's lower part, as a reader sees it, read without any correction.
fn tesseract_reads_the_back(folder: &Path, mrz: &Value) {
    let size = |face: &str| image::image_dimensions(folder.join(face)).unwrap();
    assert_eq!([size("front.png"), size("back.png")], [(2022, 1275); 2]);
    let back = image::open(folder.join("back.png")).unwrap();
    // 22 mm of 600 dpi from the lower edge.
    let zone = folder.join("zone.png");
    back.crop_imm(0, 1275 - 520, 2022, 520).save(&zone).unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("ocr");
    let options = [
        "-",
        "-l",
        "mrz",
        "--psm",
        "6",
        "--dpi",
        "600",
        "--tessdata-dir",
    ];
    let arguments = [&[text(&zone)], &options[..], &[text(&model)]].concat();
    let ended = end_of(Path::new("tesseract"), &arguments, &[]).unwrap();
    let read: Vec<&str> = ended
        .output
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(&json!(read), mrz);
}

/// docs/demo.md, field by field.
fn check_report(report: &Value) {
    assert_eq!(report["schema"], "stempel.demo.report/1");
    assert_eq!(report["verdict"], "passed");
    assert_eq!(report["issuer_profile"], "luxembourg");
    let started = report["started"].as_str().unwrap();
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(started, format).unwrap();
    let seconds = report["seconds"].as_f64().unwrap();
    let stages = report["stages"].as_array().unwrap();
    let names: Vec<_> = stages
        .iter()
        .map(|stage| stage["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "people",
            "pki",
            "floor",
            "counter",
            "orders",
            "line",
            "inspection"
        ]
    );
    let sum: f64 = stages
        .iter()
        .map(|stage| stage["seconds"].as_f64().unwrap())
        .sum();
    assert!(sum > 0.0 && sum <= seconds, "{sum} of {seconds}");
    let mut unique = BTreeMap::<&str, BTreeSet<&str>>::new();
    for document in report["documents"].as_array().unwrap() {
        for field in [
            "number",
            "can",
            "chip_serial",
            "reader",
            "holder",
            "verdict",
        ] {
            let value = document[field].as_str().unwrap();
            unique.entry(field).or_default().insert(value);
        }
        assert_eq!(document["verdict"], "genuine");
        assert_eq!(document["number"].as_str().unwrap().len(), 9);
        assert_eq!(document["chip_serial"].as_str().unwrap().len(), 20);
        assert!(document["seconds"].as_f64().unwrap() > 0.0);
        let mrz = document["mrz"].as_array().unwrap();
        assert_eq!(mrz.len(), 3);
        for line in mrz {
            assert_eq!(line.as_str().unwrap().len(), 30);
        }
        let inspection = &document["inspection"];
        assert_eq!(inspection["schema"], "stempel.inspection.v1");
        assert_eq!(inspection["verdict"], "genuine");
        assert_eq!(inspection["document"]["number"], document["number"]);
        assert_eq!(inspection["fingers"]["state"], "readable");
        let checks = inspection["checks"].as_array().unwrap();
        let terminal = checks
            .iter()
            .find(|check| check["name"] == "terminal_authentication");
        assert_eq!(terminal.unwrap()["result"], "passed");
    }
    for field in ["number", "chip_serial", "reader", "holder"] {
        assert_eq!(
            unique[field].len(),
            3,
            "every document has a {field} of its own"
        );
    }
}

/// Each line is an entry, each intent has one outcome after it, and nobody is named.
fn check_audit(audit: &str, secrets: &[String]) {
    let mut open = BTreeMap::new();
    let mut acts = BTreeSet::new();
    for line in audit.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| {
            let value = entry[name].as_str();
            value
                .unwrap_or_else(|| panic!("{name} in {line}"))
                .to_owned()
        };
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(&field("time"), format).unwrap();
        let what = (field("actor"), field("act"), field("object"));
        acts.insert(field("act"));
        match field("phase").as_str() {
            "intent" => assert_eq!(open.insert(field("id"), Some(what)), None, "{line}"),
            "outcome" => assert_eq!(
                open.insert(field("id"), None),
                Some(Some(what)),
                "an outcome follows the intent of the same act: {line}"
            ),
            other => panic!("{other}"),
        }
    }
    let unended: Vec<_> = open.values().flatten().collect();
    assert!(unended.is_empty(), "{unended:?}");
    let expected = [
        "accept-dossier",
        "add-person",
        "approve",
        "bind",
        "certify-inspection-system",
        "enrol-person",
        "hold-dossier",
        "key-chip",
        "lock",
        "make-code",
        "read-application",
        "read-back",
        "receive-delivery",
        "refer",
        "sign",
        "sign-and-write",
        "sign-configuration",
        "sign-in",
        "sign-staff-list",
        "take-in-station",
        "verify",
        "write",
    ];
    assert_eq!(acts, expected.map(str::to_owned).into());
    assert!(secrets.len() > 12, "{secrets:?}");
    assert_eq!(privacy::found_in(audit, secrets), [""; 0]);
}

/// The security object is CMS that OpenSSL verifies, and its hashes are those of the files.
fn openssl_finds_every_file_signed(folder: &Path, scratch: &Path) {
    let sod = fs::read(folder.join("chip/EF_SOD.bin")).unwrap();
    // Tag 77 with a length of two bytes, 82 xx xx.
    assert_eq!(&sod[..2], [0x77, 0x82]);
    let (cms, content) = (scratch.join("cms.der"), scratch.join("content.der"));
    fs::write(&cms, &sod[4..]).unwrap();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-noverify"];
    let files = ["-in", text(&cms), "-out", text(&content)];
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap();
    // A flipped bit in what is signed must not pass, or the check above says nothing.
    let mut spoilt = sod[4..].to_vec();
    let hash = spoilt
        .windows(2)
        .position(|two| two == [0x04, 0x20])
        .unwrap();
    spoilt[hash + 2] ^= 1;
    fs::write(&cms, spoilt).unwrap();
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap_err();
    fs::write(&cms, &sod[4..]).unwrap();
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap();

    let structure = oracles::openssl(&["asn1parse", "-inform", "DER", "-in", text(&content)]);
    let structure = structure.unwrap();
    let mut signed = BTreeMap::new();
    let mut number = 0;
    for line in structure.lines() {
        if let Some((_, value)) = line.split_once("INTEGER           :") {
            number = u8::from_str_radix(value, 16).unwrap();
        } else if let Some((_, hash)) = line.split_once("OCTET STRING      [HEX DUMP]:") {
            signed.insert(number, hash.to_lowercase());
        }
    }
    let groups: Vec<u8> = signed.keys().copied().collect();
    assert_eq!(groups, [1, 2, 3, 7, 11, 12, 14]);
    for (group, hash) in signed {
        let file = folder.join("chip").join(format!("EF_DG{group}.bin"));
        let printed = oracles::openssl(&["dgst", "-sha256", "-r", text(&file)]).unwrap();
        assert_eq!(printed.split(' ').next().unwrap(), hash, "DG{group}");
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Pixels of a PNG.
fn size_of_png(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).unwrap();
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (side(16), side(20))
}

/// The fingers written to the chip, as PNGs that the package `wsq` made of them.
fn finger_pictures(scratch: &Path) -> Vec<PathBuf> {
    (0..2)
        .map(|finger| scratch.join(format!("finger-{finger}.png")))
        .collect()
}

/// Pillow opens the JPEG 2000 of DG2, `wsq` (NBIS) the two fingers of DG3.
fn pictures_open_elsewhere(folder: &Path, scratch: &Path) {
    let dg2 = fs::read(folder.join("chip/EF_DG2.bin")).unwrap();
    let start =
        position(&dg2, b"\x00\x00\x00\x0CjP  ").or_else(|| position(&dg2, b"\xFF\x4F\xFF\x51"));
    let (image, png) = (scratch.join("portrait.jp2"), scratch.join("portrait.png"));
    fs::write(&image, &dg2[start.unwrap()..]).unwrap();
    oracles::pictures(&["decode", text(&image), text(&png)]).unwrap();
    assert_eq!(size_of_png(&png), (622, 800));

    let dg3 = fs::read(folder.join("written/EF_DG3.bin")).unwrap();
    // A record begins with "FIR"; the stream in it from SOI to the last EOI before the next record.
    let records: Vec<usize> = (0..dg3.len())
        .filter(|at| dg3[*at..].starts_with(b"FIR\0"))
        .collect();
    assert_eq!(records.len(), 2);
    for (finger, (start, end)) in records.iter().zip([records[1], dg3.len()]).enumerate() {
        let record = &dg3[*start..end];
        let first = position(record, b"\xFF\xA0\xFF").unwrap();
        let last = record
            .windows(2)
            .rposition(|two| two == b"\xFF\xA1")
            .unwrap();
        let stream = scratch.join("finger.wsq");
        fs::write(&stream, &record[first..last + 2]).unwrap();
        let png = &finger_pictures(scratch)[finger];
        oracles::pictures(&["wsq-decode", text(&stream), text(png)]).unwrap();
        let (width, height) = size_of_png(png);
        assert!(width >= 200 && height >= 200, "{width} x {height}");
    }
}

/// NBIS matches each finger on the chip with the ordered one of the same hand, and not with the other.
fn fingers_are_the_persons(person: &Path, scratch: &Path) {
    /// BOZORTH3 says "the same finger" from 40 on; compression leaves far more of a print than that.
    const SURELY: u32 = 100;
    let ordered = ["finger-right-index.png", "finger-left-index.png"].map(|name| person.join(name));
    let on_chip = finger_pictures(scratch);
    let all: Vec<&str> = on_chip
        .iter()
        .chain(&ordered)
        .map(|path| text(path))
        .collect();
    let table = oracles::pictures(&[&["match"], all.as_slice()].concat()).unwrap();
    let scores: Vec<Vec<u32>> = table
        .lines()
        .map(|row| row.split(' ').map(|score| score.parse().unwrap()).collect())
        .collect();
    for finger in 0..2 {
        let (same, other) = (scores[finger][2 + finger], scores[finger][3 - finger]);
        assert!(
            same >= SURELY && same > 3 * other,
            "finger {finger}: {table}"
        );
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
