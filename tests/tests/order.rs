//! Orders at the command line: bad ones are refused with their reason and leave nothing behind, odd
//! ones become documents.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use e2e::house::people::Person;
use e2e::house::{FloorPlan, House, HousePlan};
use e2e::{oracles, privacy};
use serde_json::Value as Json;
use tempfile::TempDir;
use toml::{Table, Value};

fn house(readers: usize, blanks: usize) -> (House, TempDir) {
    let place = tempfile::tempdir().unwrap();
    let floor = FloorPlan {
        readers,
        blanks,
        link: None,
    };
    let plan = HousePlan {
        floor,
        people: 3,
        line: "idle_seconds = 30\n",
    };
    (House::start(place.path(), &plan).unwrap(), place)
}

fn set(order: &mut Table, table: &str, field: &str, value: impl Into<Value>) {
    let entry = order.entry(table).or_insert_with(|| Table::new().into());
    entry
        .as_table_mut()
        .unwrap()
        .insert(field.into(), value.into());
}

fn identity(field: &'static str, value: &str) -> Box<dyn Fn(&mut Table)> {
    let value = value.to_owned();
    Box::new(move |order| set(order, "identity", field, value.clone()))
}

fn finger(number: usize, field: &'static str, value: &'static str) -> Box<dyn Fn(&mut Table)> {
    Box::new(move |order| {
        let fingers = order["fingers"].as_array_mut().unwrap();
        fingers[number]
            .as_table_mut()
            .unwrap()
            .insert(field.into(), value.into());
    })
}

fn portrait(file: &'static str) -> Box<dyn Fn(&mut Table)> {
    Box::new(move |order| set(order, "portrait", "file", file))
}

fn document(field: &'static str, value: &'static str) -> Box<dyn Fn(&mut Table)> {
    Box::new(move |order| set(order, "document", field, value))
}

fn missing(order: &mut Table, hand: &str, reason: &str) {
    let entry = Table::from_iter([
        ("hand".to_owned(), Value::from(hand)),
        ("reason".to_owned(), reason.into()),
    ]);
    let all = order
        .entry("missing_fingers")
        .or_insert_with(|| Value::Array(Vec::new()));
    all.as_array_mut().unwrap().push(entry.into());
}

fn without_finger(number: usize) -> impl Fn(&mut Table) {
    move |order| drop(order["fingers"].as_array_mut().unwrap().remove(number))
}

type Case = (&'static str, Box<dyn Fn(&mut Table)>, &'static str);

/// Orders that are wrong in what they say, and words of the refusal.
#[expect(clippy::too_many_lines, reason = "a table, one case after another")]
fn wrong_words() -> Vec<Case> {
    vec![
        (
            "surname-empty",
            identity("surname", ""),
            "surname must have 1 to 100 characters",
        ),
        (
            "surname-control",
            identity("surname", "Mu\u{7}ster"),
            "no control characters",
        ),
        (
            "surname-long",
            identity("surname", &"Abc".repeat(50)),
            "surname must have 1 to 100",
        ),
        (
            "given-long",
            identity("given_names", &"Abc".repeat(50)),
            "given_names must have 1 to 100",
        ),
        (
            "surname-digits",
            identity("surname", "Muster 2"),
            "digits stand in the name",
        ),
        (
            "surname-dash",
            identity("surname", "-"),
            "primary identifier is empty",
        ),
        (
            "surname-greek",
            identity("surname", "Παπαδόπουλος"),
            "have an operator give the name line",
        ),
        (
            "surname-chinese",
            identity("surname", "王小明"),
            "have an operator give the name line",
        ),
        (
            "surname-emoji",
            identity("surname", "Muster\u{1F600}"),
            "have an operator give the name line",
        ),
        (
            "line-lower",
            identity("name_line", "muster<<zoe"),
            "the name line given is not allowed",
        ),
        ("sex", identity("sex", "W"), "sex is F, M or X"),
        (
            "birth-30-february",
            identity("date_of_birth", "1990-02-30"),
            "date_of_birth: no such date",
        ),
        (
            "birth-month-13",
            identity("date_of_birth", "1990-13-01"),
            "date_of_birth",
        ),
        (
            "birth-words",
            identity("date_of_birth", "yesterday"),
            "date_of_birth",
        ),
        (
            "birth-future",
            identity("date_of_birth", "2099-01-01"),
            "born after the day of issue",
        ),
        (
            "nationality",
            identity("nationality", "XYZ"),
            "not listed in 9303-3",
        ),
        (
            "number-short",
            identity("national_number", "19990101"),
            "has thirteen digits",
        ),
        (
            "number-letters",
            identity("national_number", "19991127ABCDE"),
            "has thirteen digits",
        ),
        (
            "number-check",
            identity("national_number", "1999112722768"),
            "check digits are wrong",
        ),
        (
            "number-other-birth",
            identity("date_of_birth", "1999-11-28"),
            "do not agree",
        ),
        (
            "issued",
            document("issued", "2026-02-29"),
            "issued: no such date",
        ),
        (
            "expires-before",
            document("expires", "2020-01-01"),
            "expire before its day of issue",
        ),
        (
            "expires-late",
            document("expires", "2060-01-01"),
            "valid too long",
        ),
        (
            "profile",
            Box::new(|order| drop(order.insert("issuer_profile".into(), "atlantis".into()))),
            "\"atlantis\", which this centre does not make",
        ),
        (
            "unknown-field",
            identity("shoe_size", "42"),
            "unknown field",
        ),
        (
            "no-identity",
            Box::new(|order| drop(order.remove("identity"))),
            "missing field `identity`",
        ),
        (
            "no-portrait",
            Box::new(|order| drop(order.remove("portrait"))),
            "missing field `portrait`",
        ),
        (
            "no-signature",
            Box::new(|order| drop(order.remove("signature"))),
            "no signature",
        ),
        (
            "one-finger",
            Box::new(without_finger(1)),
            "left hand has neither a finger nor a reason",
        ),
        (
            "no-fingers",
            Box::new(|order| drop(order.remove("fingers"))),
            "hand has neither a finger nor a reason",
        ),
        (
            "exempt-adult",
            Box::new(|order| {
                without_finger(1)(order);
                missing(order, "left", "exempt");
            }),
            "cannot be exempt",
        ),
        (
            "finger-and-reason",
            Box::new(|order| missing(order, "left", "permanent")),
            "a finger and a reason",
        ),
        (
            "two-of-one-hand",
            finger(1, "finger", "right_thumb"),
            "more than one finger",
        ),
        (
            "little-finger",
            finger(1, "finger", "left_little"),
            "little finger of the left hand is not used",
        ),
        ("toe", finger(1, "finger", "left_toe"), "unknown variant"),
    ]
}

/// Orders whose pictures cannot be used.
fn wrong_pictures() -> Vec<Case> {
    vec![
        ("portrait-none", portrait("nobody.png"), "check the path"),
        ("portrait-empty", portrait("empty.png"), "the file is empty"),
        ("portrait-truncated", portrait("truncated.png"), "truncated"),
        (
            "portrait-gif",
            portrait("picture.gif"),
            "give a JPEG or a PNG",
        ),
        (
            "portrait-text",
            portrait("text.jpg"),
            "give a JPEG or a PNG",
        ),
        ("portrait-pixels", portrait("bomb.png"), "pixels: "),
        (
            "portrait-bytes",
            portrait("fat.png"),
            "bytes, 20000000 are allowed",
        ),
        ("portrait-small", portrait("small.png"), "take a larger one"),
        (
            "finger-none",
            finger(0, "file", "nobody.png"),
            "check the path",
        ),
        (
            "finger-truncated",
            finger(0, "file", "truncated.png"),
            "finger right_index",
        ),
        (
            "finger-wsq-rubbish",
            finger(0, "file", "rubbish.wsq"),
            "cannot decode a WSQ stream",
        ),
        (
            "finger-wsq-long",
            finger(0, "file", "long.wsq"),
            "give the picture itself",
        ),
        (
            "signature-gif",
            Box::new(|order| set(order, "signature", "file", "picture.gif")),
            "signature: cannot load the picture",
        ),
    ]
}

fn make_bad_pictures(folder: &Path) {
    let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let portrait = fs::read(folder.join("portrait.png")).unwrap();
    put("empty.png", &[]);
    put("truncated.png", &portrait[..portrait.len() / 2]);
    put("picture.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
    put("text.jpg", b"this is no photograph");
    // A hundred thousand pixels a side by its header, whose checksum is right.
    let mut bomb =
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\x01\x86\xa0\0\x01\x86\xa0\x08\x02\0\0\0".to_vec();
    let checksum = crc32(&bomb[12..]);
    bomb.extend(checksum.to_be_bytes());
    put("bomb.png", &[&bomb[..], &portrait[33..]].concat());
    put("fat.png", &[&portrait[..], &vec![0; 21_000_000]].concat());
    put("rubbish.wsq", b"\xFF\xA0\xFF\xA8 this is no finger");
    put(
        "long.wsq",
        &[b"\xFF\xA0".as_slice(), &vec![0x55; 19_000]].concat(),
    );
    // A signature is a fine picture and much too small to be a portrait.
    fs::copy(folder.join("signature.png"), folder.join("small.png")).unwrap();
}

/// The checksum of PNG chunks (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// The refusal of an order: exit status 1, one error that is named, nothing else, nobody's data.
fn is_refused(house: &House, file: &Path, words: &str, secrets: &[String]) {
    let ended = house
        .centre_says(&["order", "add", file.to_str().unwrap()])
        .unwrap();
    let what = format!("{}: {}{}", file.display(), ended.output, ended.errors);
    assert_eq!(ended.status, Some(1), "{what}");
    assert_eq!(ended.output, "", "{what}");
    assert!(ended.errors.contains("error: "), "{what}");
    assert!(
        ended.errors.contains(words),
        "{words:?} is not said by {what}"
    );
    assert!(!ended.errors.contains("panicked"), "{what}");
    assert_eq!(privacy::found_in(&ended.errors, secrets), [""; 0], "{what}");
}

#[test]
fn bad_orders_are_refused_by_name_and_leave_nothing() {
    let (house, _place) = house(1, 1);
    let person: &Person = house.people.first().unwrap();
    make_bad_pictures(person.folder());
    let secrets: Vec<String> = house
        .people
        .iter()
        .flat_map(privacy::secrets_of)
        .chain(["Παπα", "王小明", "Muster", "muster"].map(str::to_owned))
        .collect();
    let mut refused = 0;
    for (name, change, words) in wrong_words().into_iter().chain(wrong_pictures()) {
        let file = person.write_order(name, change).unwrap();
        is_refused(&house, &file, words, &secrets);
        refused += 1;
    }
    for (name, bytes, words) in [
        ("no-text.toml", vec![0xFF, 0xFE, 0x00], "not UTF-8"),
        (
            "no-toml.toml",
            b"[identity\nsurname = \"Schmit\"".to_vec(),
            "(line ",
        ),
        ("empty.toml", Vec::new(), "missing field"),
        ("endless.toml", vec![b'#'; 1 << 20], "are allowed"),
    ] {
        let file = person.folder().join(name);
        fs::write(&file, bytes).unwrap();
        is_refused(&house, &file, words, &secrets);
        refused += 1;
    }
    is_refused(
        &house,
        &person.folder().join("none.toml"),
        "check the path",
        &secrets,
    );
    assert!(refused > 50, "{refused}");

    let list = house.centre_says(&["order", "list"]).unwrap();
    assert_eq!(
        (list.status, list.output.as_str()),
        (Some(0), ""),
        "{}",
        list.errors
    );
    let audit = house.centre.audit(&house.floor).unwrap();
    assert!(
        audit.contains("receive-delivery") && !audit.contains("add-order"),
        "{audit}"
    );
    house.floor.insert(0, &house.floor.blanks()[0]).unwrap();
    let line = house.line().unwrap().finish().unwrap();
    assert_eq!(
        (line.status, line.named("bound").len()),
        (Some(0), 0),
        "{}",
        line.errors
    );
    // The order that was spoilt fifty times is good.
    let file = person.write_order("good", |_| ()).unwrap();
    house.centre.add_order(&file, &house.floor).unwrap();
}

/// Turns orders into cards and has each inspected; number → report.
fn made(house: &House, orders: &[(String, PathBuf)]) -> Vec<Json> {
    let ids: Vec<String> = orders
        .iter()
        .map(|(_, file)| house.centre.add_order(file, &house.floor).unwrap())
        .collect();
    let mut reports = vec![Json::Null; ids.len()];
    // As many at a time as there are readers.
    let readers = house.floor.readers().len();
    for (wave, blanks) in house.floor.blanks()[..ids.len()]
        .chunks(readers)
        .enumerate()
    {
        for slot in 0..readers {
            house.floor.remove(slot).unwrap();
        }
        for (slot, blank) in blanks.iter().enumerate() {
            house.floor.insert(slot, blank).unwrap();
        }
        let mut line = house.line().unwrap();
        let mut documents = Vec::new();
        for _ in blanks {
            let is_document = |event: &Json| event["event"] == "document";
            documents.push(line.wait_for("document", is_document).unwrap());
        }
        // Nothing is under way: what is left in the queue waits for the next blanks.
        line.kill();
        for document in documents {
            let slot = house
                .floor
                .readers()
                .iter()
                .position(|reader| document["reader"] == reader.as_str())
                .unwrap();
            let can = document["can"].as_str().unwrap();
            let ended = house
                .inspect(slot, ["--can", can], &house.pki.trust())
                .unwrap();
            let order = ids
                .iter()
                .position(|id| document["order"] == id.as_str())
                .unwrap();
            assert_eq!(
                ended.status,
                Some(0),
                "wave {wave}, {}: {}",
                orders[order].0,
                ended.output
            );
            reports[order] = serde_json::from_str(&ended.output).unwrap();
        }
    }
    reports
}

fn line_three(report: &Json) -> &str {
    report["document"]["mrz"][2].as_str().unwrap()
}

#[test]
fn odd_orders_become_documents() {
    let (house, _place) = house(2, 6);
    let person = house.people.first().unwrap();
    let write = |name: &str, change: &dyn Fn(&mut Table)| {
        (name.to_owned(), person.write_order(name, change).unwrap())
    };
    let orders = [
        write("single-name", &|order| {
            set(order, "identity", "surname", "Arkfreith");
            set(order, "identity", "given_names", "");
        }),
        write("long-name", &|order| {
            set(order, "identity", "surname", "Nilavadhanananda Chayapa");
            set(order, "identity", "given_names", "Dejthamrong Krasuang");
        }),
        write("operator", &|order| {
            set(order, "identity", "surname", "王");
            set(order, "identity", "given_names", "小明");
            set(order, "identity", "name_line", "WANG<<XIAOMING");
        }),
        write("unknown-birth", &|order| {
            set(order, "identity", "date_of_birth", "unknown");
            order["identity"]
                .as_table_mut()
                .unwrap()
                .remove("national_number");
        }),
        write("temporary", &|order| {
            without_finger(1)(order);
            missing(order, "left", "temporary");
        }),
        write("no-hands", &|order| {
            order.remove("fingers");
            missing(order, "left", "permanent");
            missing(order, "right", "permanent");
        }),
    ];
    let reports = made(&house, &orders);
    assert_eq!(line_three(&reports[0]), "ARKFREITH<<<<<<<<<<<<<<<<<<<<<");
    // 9303-5: the name line is full and something of each identifier stands in it.
    assert!(
        line_three(&reports[1]).starts_with("NILAVADHANANANDA<CHAYAPA<<DEJ"),
        "{}",
        line_three(&reports[1])
    );
    assert_eq!(line_three(&reports[2]), "WANG<<XIAOMING<<<<<<<<<<<<<<<<");
    assert_eq!(reports[2]["document"]["surname"], "王");
    let unknown = reports[3]["document"]["mrz"][1].as_str().unwrap();
    assert!(unknown.starts_with("<<<<<<"), "{unknown}");
    for report in &reports {
        assert_eq!(report["fingers"]["state"], "locked");
    }
}

/// Files of a folder of `STEMPEL_SAMPLES`, sorted; none where it is not set.
fn samples(folder: &str, ending: &str) -> Vec<PathBuf> {
    let Some(samples) = std::env::var_os("STEMPEL_SAMPLES") else {
        return Vec::new();
    };
    let entries = fs::read_dir(Path::new(&samples).join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| std::path::absolute(entry.unwrap().path()).unwrap())
        .collect();
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    assert!(
        !files.is_empty(),
        "no {folder}/*.{ending} in STEMPEL_SAMPLES"
    );
    files
}

#[test]
fn photographs_and_prints_of_others_become_documents() {
    let (portraits, prints) = (samples("portraits", "jpg"), samples("fingers", "png"));
    if portraits.is_empty() {
        println!("STEMPEL_SAMPLES is not set: 0 photographs ran");
        return;
    }
    let (house, place) = house(2, portraits.len());
    let orders: Vec<_> = portraits
        .iter()
        .enumerate()
        .map(|(number, portrait)| {
            let name = portrait.file_stem().unwrap().to_str().unwrap().to_owned();
            let change = |order: &mut Table| {
                set(order, "portrait", "file", portrait.to_str().unwrap());
                for hand in 0..2 {
                    let print = prints[(number + hand) % prints.len()].to_str().unwrap();
                    let fingers = order["fingers"].as_array_mut().unwrap();
                    fingers[hand]
                        .as_table_mut()
                        .unwrap()
                        .insert("file".into(), print.into());
                }
            };
            (
                name.clone(),
                house.people[number % 3].write_order(&name, change).unwrap(),
            )
        })
        .collect();
    for report in made(&house, &orders) {
        let number = report["document"]["number"].as_str().unwrap();
        let picture = &report["pictures"][0];
        assert_eq!(
            (&picture["subject"], &picture["format"]),
            (&"portrait".into(), &"JPEG 2000".into())
        );
        assert_eq!(picture["pixels"], serde_json::json!([622, 800]));
        assert!(picture["bytes"].as_u64().unwrap() <= 17 * 1024, "{picture}");
        let dg2 = fs::read(house.documents().join(number).join("chip/EF_DG2.bin")).unwrap();
        let start = dg2
            .windows(6)
            .position(|window| window == b"\x0CjP  \x0D")
            .unwrap()
            - 3;
        let (image, png) = (
            place.path().join("portrait.jp2"),
            place.path().join("portrait.png"),
        );
        fs::write(&image, &dg2[start..]).unwrap();
        oracles::pictures(&["decode", image.to_str().unwrap(), png.to_str().unwrap()]).unwrap();
    }
    println!("{} photographs became documents", portraits.len());
}
