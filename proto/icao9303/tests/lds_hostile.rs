//! Files of the chip that lie: lengths, counts, texts, dates; and files that must not be written.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use icao9303::lds::biometric::Template;
use icao9303::lds::{
    AtrInfo, Dg1, Dg2, Dg3, Dg7, Dg11, Dg12, Dg14, EfCom, EfDir, Fault, FileError, Finger, FullName,
};
use icao9303::mrz::{MrzError, PartialDate};
use icao9303::tlv;

fn hexed(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn vector(key: &str) -> Vec<u8> {
    let text = include_str!("../../../tests/vectors/lds.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    hexed(vectors[key]["hex"].as_str().unwrap())
}

type Parse = fn(&[u8]) -> Result<Vec<u8>, FileError>;

/// Each parser, as reading and writing again.
fn parsers() -> Vec<(&'static str, Parse)> {
    vec![
        ("ef_com_icao", |f| EfCom::parse(f).map(|x| x.encode())),
        ("ef_dir", |f| EfDir::parse(f).map(|x| x.encode())),
        ("ef_atr_info_example", |f| {
            AtrInfo::parse(f).map(|x| x.encode())
        }),
        ("dg1", |f| Dg1::parse(f).map(|x| x.encode())),
        ("dg2_19794_5_jpeg", |f| Dg2::parse(f)?.encode()),
        ("dg2_39794_5_jpeg", |f| Dg2::parse(f)?.encode()),
        ("dg3_19794_4_two_index", |f| Dg3::parse(f)?.encode()),
        ("dg3_zero", |f| Dg3::parse(f)?.encode()),
        ("dg7", |f| Dg7::parse(f)?.encode()),
        ("dg11", |f| Dg11::parse(f)?.encode()),
        ("dg12", |f| Dg12::parse(f)?.encode()),
        ("dg14", |f| Dg14::parse(f).map(|x| x.encode())),
    ]
}

#[test]
fn every_prefix_is_refused() {
    for (key, parse) in parsers() {
        let file = vector(key);
        for end in 0..file.len() {
            // EF.DIR may be empty, and EF.ATR/INFO ends after any object.
            let whole = (key == "ef_dir" && end == 0)
                || (key == "ef_atr_info_example" && matches!(end, 0 | 5));
            assert_eq!(parse(&file[..end]).is_ok(), whole, "{key}, {end} bytes");
        }
    }
}

#[test]
fn every_flipped_bit_is_survived() {
    for (key, parse) in parsers() {
        let file = vector(key);
        // Beyond the headers only the image or text changes.
        for place in 0..file.len().min(200) {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[place] ^= 1 << bit;
                if let Ok(written) = parse(&damaged) {
                    assert_eq!(parse(&written).unwrap(), written, "{key}, byte {place}");
                }
            }
        }
    }
}

#[test]
fn errors_name_the_file_and_nothing_personal() {
    let error = Dg11::parse(&hexed("6B095C025F0E5F0E02C328")).unwrap_err();
    assert_eq!(error.fault, Fault::Text { tag: 0x5F0E });
    assert_eq!(error.to_string(), "EF.DG11: object 5F0E is not UTF-8");
    let shown = format!(
        "{:?} {:?}",
        Dg11::parse(&vector("dg11")),
        Dg2::parse(&vector("dg7"))
    );
    assert!(!shown.contains("MUELLER"), "{shown}");
}

#[test]
fn dg1_is_exactly_an_mrz() {
    let mrz = &vector("dg1")[5..];
    let parse = |content: &[u8]| {
        Dg1::parse(&tlv::encode(0x61, &tlv::encode(0x5F1F, content))).map_err(|e| e.fault)
    };
    assert!(parse(mrz).is_ok());
    let length = Fault::Mrz(MrzError::Length { characters: 89 });
    assert_eq!(parse(&mrz[1..]).unwrap_err(), length);
    let broken = [&mrz[..30], b"\n", &mrz[30..60], b"\n", &mrz[60..]].concat();
    assert_eq!(
        parse(&broken).unwrap_err(),
        Fault::Length {
            tag: 0x5F1F,
            length: 92
        }
    );
    let mut small = mrz.to_vec();
    small[0] = b'i';
    assert_eq!(
        parse(&small).unwrap_err(),
        Fault::Mrz(MrzError::Character { position: 0 })
    );
    small[0] = 0xFF;
    assert_eq!(parse(&small).unwrap_err(), Fault::Text { tag: 0x5F1F });
}

#[test]
fn counts_of_templates_are_held() {
    let template = |content: &[u8]| tlv::encode(0x7F60, content);
    let one = template(
        &hexed("A1088702010188020007" /* header */)
            .iter()
            .copied()
            .chain(hexed("5F2E0100"))
            .collect::<Vec<_>>(),
    );
    let file = |count: &[u8], templates: &[u8]| {
        let group = [&tlv::encode(0x02, count), templates].concat();
        tlv::encode(0x63, &tlv::encode(0x7F61, &group))
    };
    let fault = |file: &[u8]| Dg3::parse(file).map_err(|e| e.fault).err();
    assert_eq!(fault(&file(&[1], &one)), None);
    assert_eq!(
        fault(&file(&[2], &one)),
        Some(Fault::Count {
            announced: 2,
            found: 1
        })
    );
    let two = [&one[..], &one].concat();
    assert_eq!(
        fault(&file(&[1], &two)),
        Some(Fault::Count {
            announced: 1,
            found: 2
        })
    );
    assert_eq!(
        fault(&file(&[0], &one)),
        Some(Fault::Count {
            announced: 0,
            found: 1
        })
    );
    let many = Fault::TooMany {
        tag: 0x7F60,
        limit: 16,
    };
    assert_eq!(fault(&file(&[255], &one.repeat(255))), Some(many.clone()));
    assert_eq!(
        fault(&file(&[0, 1], &one)),
        Some(Fault::Length {
            tag: 0x02,
            length: 2
        })
    );
    // A face there must be.
    let none = tlv::encode(0x75, &tlv::encode(0x7F61, &[0x02, 0x01, 0x00]));
    let empty = Fault::Count {
        announced: 0,
        found: 0,
    };
    assert_eq!(Dg2::parse(&none).unwrap_err().fault, empty);
    // Nor are more written.
    let record = [0_u8; 4];
    let fingers = [(Finger::LeftRing, &record[..]); 17];
    assert_eq!(Dg3::iso19794(&fingers).encode().unwrap_err().fault, many);
}

#[test]
fn records_of_any_size_are_written_with_the_shortest_lengths() {
    for length in [
        0_usize, 1, 60, 100, 127, 128, 200, 255, 256, 40_000, 65_500, 65_536, 200_000,
    ] {
        let record = vec![0x5A; length];
        let file = Dg3::iso19794(&[(Finger::LeftRing, &record), (Finger::RightThumb, &record)]);
        let written = file.encode().unwrap();
        assert_eq!(Dg3::parse(&written).unwrap(), file, "{length}");
        assert!(is_shortest(&written), "{length}");
        let face = Dg2::iso39794(&record);
        assert_eq!(Dg2::parse(&face.encode().unwrap()).unwrap(), face);
        let subtypes = |t: &Template<'_>| t.header.subtype.and_then(Finger::from_subtype);
        let fingers: Vec<_> = file.fingers.iter().filter_map(subtypes).collect();
        assert_eq!(fingers, [Finger::LeftRing, Finger::RightThumb]);
    }
}

/// Down to the records.
fn is_shortest(bytes: &[u8]) -> bool {
    let mut reader = tlv::Reader::new(bytes);
    while let Some(element) = reader.next_element().unwrap() {
        let inner = matches!(element.tag, 0x63 | 0x7F61 | 0x7F60 | 0xA1);
        if tlv::encode(element.tag, element.value) != element.raw
            || (inner && !is_shortest(element.value))
        {
            return false;
        }
    }
    true
}

#[test]
fn dates_in_digits_and_in_bcd() {
    let born = PartialDate::new(Some(1990), Some(1), Some(31)).unwrap();
    for (object, expected) in [
        ("5F2B083139393030313331", Some(born)),
        ("5F2B0419900131", Some(born)),
        ("5F2B0419900000", Some(PartialDate::Year(1990))),
        ("5F2B083030303030303030", Some(PartialDate::Unknown)),
        ("5F2B0419900231", None),
        ("5F2B041990013A", None),
        ("5F2B083139393030313341", None),
        ("5F2B03199001", None),
        ("5F2B00", None),
    ] {
        let file = tlv::encode(0x6B, &hexed(&format!("5C025F2B{object}")));
        match (Dg11::parse(&file), expected) {
            (Ok(read), Some(_)) => assert_eq!(read.date_of_birth, expected, "{object}"),
            (Err(error), None) => assert_eq!(error.fault, Fault::Date { tag: 0x5F2B }, "{object}"),
            (other, _) => panic!("{object}: {other:?}"),
        }
    }
    for (object, good) in [
        ("5F550E3230323630393135303735303039", true),
        ("5F550720260915075009", true),
        ("5F550720260915245009", false),
        ("5F550720260015075009", false),
        ("5F55062026091507", false),
    ] {
        let file = tlv::encode(0x6C, &hexed(&format!("5C025F55{object}")));
        let read = Dg12::parse(&file);
        assert_eq!(read.is_ok(), good, "{object}");
        if let Ok(read) = read {
            assert_eq!(
                read.personalised_at.unwrap(),
                time::macros::datetime!(2026-09-15 7:50:09)
            );
        }
    }
}

fn full_dg11() -> Dg11 {
    Dg11 {
        full_name: Some(FullName::from_visual("Șerban-Țepeș", "Ана Мария").unwrap()),
        other_names: vec!["Meyer<<Anne".into(), "王小明".into()],
        personal_number: Some("1893120105732".into()),
        date_of_birth: Some(PartialDate::Month(1893, time::Month::December)),
        place_of_birth: vec!["Esch-sur-Alzette".into(), "Luxembourg".into()],
        address: vec!["12, rue de l’Église".into(), "L-1234 Luxembourg".into()],
        telephone: Some("+352 123 456".into()),
        profession: Some("Ingénieure".into()),
        title: Some("Dr".into()),
        summary: Some("–".into()),
        proof_of_citizenship: Some(vec![0xFF, 0xD8, 0xFF]),
        other_document_numbers: vec!["A123".into(), "B456".into()],
        custody: Some("none".into()),
    }
}

#[test]
fn dg11_and_dg12_with_everything() {
    let full = full_dg11();
    let file = full.encode().unwrap();
    assert_eq!(Dg11::parse(&file).unwrap(), full);
    assert_eq!(
        Dg11::parse(&Dg11::default().encode().unwrap()).unwrap(),
        Dg11::default()
    );
    let full = Dg12 {
        issuing_authority: Some("Ministère de l’Intérieur".into()),
        date_of_issue: Some(PartialDate::Full(time::macros::date!(2026 - 09 - 15))),
        other_persons: vec!["Meyer<<Zoé".into()],
        endorsements: Some("SPECIMEN".into()),
        requirements: Some("–".into()),
        front: Some(vec![1; 300]),
        rear: Some(vec![2; 70_000]),
        personalised_at: Some(time::macros::datetime!(2026-09-15 23:59:59)),
        system: Some("LUX-1".into()),
    };
    assert_eq!(Dg12::parse(&full.encode().unwrap()).unwrap(), full);
    assert_eq!(
        Dg12::parse(&Dg12::default().encode().unwrap()).unwrap(),
        Dg12::default()
    );
}

#[test]
fn texts_that_would_read_differently_are_not_written() {
    let bad = |dg11: Dg11| dg11.encode().unwrap_err().fault;
    let tag = 0x5F11;
    for place in ["Esch<Alzette", "", "Esch\nAlzette", "\u{0}"] {
        let place_of_birth = vec!["Luxembourg".into(), place.to_owned()];
        assert_eq!(
            bad(Dg11 {
                place_of_birth,
                ..full_dg11()
            }),
            Fault::Separator { tag }
        );
    }
    let title = Some("Dr\u{7}".to_owned());
    assert_eq!(
        bad(Dg11 {
            title,
            ..full_dg11()
        }),
        Fault::Separator { tag: 0x5F14 }
    );
    let other_names = vec!["A".to_owned(); 65];
    let many = Fault::TooMany {
        tag: 0x5F0F,
        limit: 64,
    };
    assert_eq!(
        bad(Dg11 {
            other_names,
            ..full_dg11()
        }),
        many
    );
    assert_eq!(
        FullName::from_visual("A<B", "C"),
        Err(Fault::Separator { tag: 0x5F0E })
    );
    assert_eq!(
        FullName::from_visual("A\u{1}", "C"),
        Err(Fault::Separator { tag: 0x5F0E })
    );
}

#[test]
fn tag_lists() {
    let fault = |file: &str| Dg11::parse(&hexed(file)).map_err(|e| e.fault).err();
    assert_eq!(fault("6B025C00"), None);
    assert_eq!(fault("6B035C015F"), Some(Fault::TagList));
    assert!(
        matches!(fault("6B055F0E024142"), Some(Fault::Tlv(_))),
        "no list"
    );
    assert!(matches!(fault("6B00"), Some(Fault::Tlv(_))));
    // EF.COM lists data groups only.
    let com = hexed("60165F0104303130375F36063034303030305C046175766D");
    assert!(EfCom::parse(&com).is_ok());
    let com = hexed("60165F0104303130375F36063034303030305C0461757660");
    assert_eq!(EfCom::parse(&com).unwrap_err().fault, Fault::TagList);
    let com = hexed("60165F0104303130415F36063034303030305C046175766D");
    assert_eq!(
        EfCom::parse(&com).unwrap_err().fault,
        Fault::Version { tag: 0x5F01 }
    );
}

#[test]
fn directories_and_sizes_are_bounded() {
    let many = EfDir {
        applications: vec![vec![0xA0; 7]; 65],
    }
    .encode();
    let limit = Fault::TooMany {
        tag: 0x61,
        limit: 64,
    };
    assert_eq!(EfDir::parse(&many).unwrap_err().fault, limit);
    for length in [0, 4, 17] {
        let file = EfDir {
            applications: vec![vec![0xA0; length]],
        }
        .encode();
        assert_eq!(
            EfDir::parse(&file).unwrap_err().fault,
            Fault::Length { tag: 0x4F, length }
        );
    }
    // Beside what ICAO defines other objects may stand.
    let info = AtrInfo::parse(&hexed("4301B847038401E07F660B0203010000020400010000")).unwrap();
    let sizes = info.extended_length.unwrap();
    assert_eq!((sizes.command, sizes.response), (0x1_0000, 0x1_0000));
    for bad in [
        "4702 8401",
        "7F66020200",
        "7F6607020500000000FF",
        "7F66050201FF0000",
        "47",
    ] {
        assert!(
            AtrInfo::parse(&hexed(&bad.replace(' ', ""))).is_err(),
            "{bad}"
        );
    }
}
