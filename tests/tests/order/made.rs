//! Odd orders, and those of other people: they become documents.

use std::fs;
use std::path::{Path, PathBuf};

use e2e::house::House;
use e2e::oracles;
use serde_json::Value as Json;
use toml::Table;

use crate::order::changes::{house, missing, set, without_finger};

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
    let mut others = 0;
    let mut write = |name: &str, change: &dyn Fn(&mut Table)| {
        others += 1;
        let somebody = person.homonym(others);
        (name.to_owned(), somebody.write_order(name, change).unwrap())
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
                house.people[number % 3]
                    .homonym(u32::try_from(number / 3).unwrap())
                    .write_order(&name, change)
                    .unwrap(),
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
