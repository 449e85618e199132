//! Every file of the LDS vectors, read and written.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use icao9303::lds::biometric::{Format, Record};
use icao9303::lds::{
    AtrInfo, Capabilities, DataGroup, Dg1, Dg2, Dg3, Dg7, Dg11, Dg12, Dg14, EfCom, EfDir,
    ElementaryFile, ExtendedLength, Finger, FullName, LdsVersion, UnicodeVersion,
};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::tlv;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/lds.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The file of a vector, and its hash compared where there is one.
fn file(vectors: &Value, key: &str) -> Vec<u8> {
    let file = bytes(&vectors[key]["hex"]);
    if let Some(hash) = vectors[key].get("sha256") {
        assert_eq!(openssl::sha::sha256(&file).to_vec(), bytes(hash), "{key}");
    }
    file
}

#[track_caller]
fn assert_file(written: &[u8], expected: &[u8]) {
    assert_eq!(hex::encode_upper(written), hex::encode_upper(expected));
}

#[test]
fn every_entry_has_a_test() {
    let vectors = vectors();
    let known = [
        "ber_lengths",
        "dg1",
        "dg11",
        "dg11_utf8",
        "dg12",
        "dg14",
        "dg15", // active authentication is not built yet; its DG14 info is
        "dg2_19794_5_jpeg",
        "dg2_39794_5_jpeg",
        "dg3_19794_4_two_index",
        "dg3_39794_4_two_index",
        "dg3_one_finger",
        "dg3_zero",
        "dg7",
        "ef_atr_info_example",
        "ef_cardaccess", // in security_infos.rs
        "ef_com_icao",
        "ef_com_lux_id",
        "ef_dir",
    ];
    let keys: Vec<_> = vectors
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, known);
}

#[test]
fn ber_lengths() {
    for entry in vectors()["ber_lengths"].as_array().unwrap() {
        let length = usize::try_from(entry["length"].as_u64().unwrap()).unwrap();
        let written = tlv::encode(0x04, &vec![0; length]);
        let start = bytes(&entry["hex"]);
        assert!(written.starts_with(&start), "{length}");
        assert_eq!(tlv::total_length(&start), Ok(written.len()));
        assert_eq!(tlv::parse_exact(&written, 0x04).unwrap().len(), length);
    }
}

#[test]
fn ef_com() {
    let vectors = vectors();
    let groups = |numbers: &[u8]| {
        numbers
            .iter()
            .map(|n| DataGroup::from_number(*n).unwrap())
            .collect::<Vec<_>>()
    };
    for (key, lds_version, numbers) in [
        ("ef_com_icao", LdsVersion::V1_7, &[1_u8, 2, 4, 12][..]),
        ("ef_com_lux_id", LdsVersion::V1_8, &[1, 2, 3, 11, 12, 14]),
    ] {
        let expected = file(&vectors, key);
        let built = EfCom {
            lds_version,
            unicode_version: UnicodeVersion::V4_0_0,
            data_groups: groups(numbers),
        };
        assert_file(&built.encode(), &expected);
        assert_eq!(EfCom::parse(&expected).unwrap(), built, "{key}");
        let padded = [expected, vec![0; 40]].concat();
        assert_eq!(EfCom::parse(&padded).unwrap(), built, "{key}, padded");
    }
    // 9303-11 Appendix D reads a chip of LDS 1.6.
    let old = EfCom::parse(&hex::decode("60145F0104303130365F36063034303030305C026175").unwrap());
    assert_eq!(old.unwrap().lds_version.digits(), b"0106");
}

#[test]
fn ef_dir() {
    let expected = file(&vectors(), "ef_dir");
    assert_file(&EfDir::emrtd().encode(), &expected);
    assert_eq!(EfDir::parse(&expected).unwrap(), EfDir::emrtd());
    let padded = [expected, vec![0; 20]].concat();
    assert_eq!(EfDir::parse(&padded).unwrap(), EfDir::emrtd());
}

#[test]
fn ef_atr_info() {
    let expected = file(&vectors(), "ef_atr_info_example");
    let built = AtrInfo {
        capabilities: Some(Capabilities::OURS),
        extended_length: Some(ExtendedLength {
            command: 2000,
            response: 2000,
        }),
    };
    assert_file(&built.encode(), &expected);
    let read = AtrInfo::parse(&expected).unwrap();
    assert_eq!(read, built);
    let capabilities = read.capabilities.unwrap();
    assert!(capabilities.selects_by_name() && capabilities.has_short_identifiers());
    assert!(capabilities.chains_commands() && capabilities.has_extended_length());
}

#[test]
fn dg1() {
    let vectors = vectors();
    let expected = file(&vectors, "dg1");
    let lines: Vec<_> = vectors["dg1"]["mrz"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l.as_str().unwrap())
        .collect();
    let built = Dg1 {
        mrz: Mrz::parse(&lines.join("\n")).unwrap(),
    };
    assert_file(&built.encode(), &expected);
    let read = Dg1::parse(&expected).unwrap();
    assert_eq!(read, built);
    assert!(read.mrz.lines().eq(lines));
}

#[test]
fn dg2_of_19794() {
    let vectors = vectors();
    let expected = file(&vectors, "dg2_19794_5_jpeg");
    let vector = &vectors["dg2_19794_5_jpeg"];
    let record = [bytes(&vector["bdb_header"]), bytes(&vector["image"])].concat();
    let built = Dg2::iso19794(&record);
    assert_file(&built.encode().unwrap(), &expected);
    assert_eq!(Dg2::parse(&expected).unwrap(), built);
}

#[test]
fn dg2_of_39794() {
    let vectors = vectors();
    let expected = file(&vectors, "dg2_39794_5_jpeg");
    let read = Dg2::parse(&expected).unwrap();
    assert_eq!(read.faces.len(), 1);
    assert_eq!(read.faces[0].header.format_type, Format::Face39794.code());
    let Record::Iso39794(content) = read.faces[0].record else {
        panic!("a 39794 record")
    };
    assert_eq!(content[0], 0xA1);
    assert_file(&read.encode().unwrap(), &expected);
    assert_file(&Dg2::iso39794(content).encode().unwrap(), &expected);
}

/// ICAO's own sample of the 39794-5 application profile, mandatory fields only.
#[test]
fn dg2_of_icao() {
    let expected = include_bytes!("../../../tests/vectors/ICAO_39794_5_AP_DG2_MandFields.dat");
    let read = Dg2::parse(expected).unwrap();
    let header = &read.faces[0].header;
    assert_eq!(header.format_type, Format::Face39794.code());
    assert_eq!(
        (header.biometric_type, header.subtype, header.version),
        (None, None, None)
    );
    assert_file(&read.encode().unwrap(), expected);
}

#[test]
fn dg3_with_fingers() {
    let vectors = vectors();
    for (key, fingers) in [
        (
            "dg3_19794_4_two_index",
            &[Finger::LeftIndex, Finger::RightIndex][..],
        ),
        ("dg3_one_finger", &[Finger::RightThumb]),
    ] {
        let expected = file(&vectors, key);
        let read = Dg3::parse(&expected).unwrap();
        let records: Vec<_> = read
            .fingers
            .iter()
            .map(|finger| finger.record.bytes())
            .collect();
        for (finger, record) in fingers.iter().zip(&records) {
            // Byte 36 of the record is the finger's position, by another table than the header's.
            assert_eq!(
                (&record[..4], record[36]),
                (&b"FIR\0"[..], finger.position()),
                "{key}"
            );
        }
        let named: Vec<_> = fingers.iter().copied().zip(records).collect();
        let built = Dg3::iso19794(&named);
        assert_eq!(built, read, "{key}");
        assert_file(&built.encode().unwrap(), &expected);
    }
}

#[test]
fn dg3_of_39794() {
    let expected = file(&vectors(), "dg3_39794_4_two_index");
    let read = Dg3::parse(&expected).unwrap();
    let fingers: Vec<_> = read
        .fingers
        .iter()
        .map(|f| {
            (
                Finger::from_subtype(f.header.subtype.unwrap()).unwrap(),
                f.record.bytes(),
            )
        })
        .collect();
    assert!(
        fingers
            .iter()
            .map(|f| f.0)
            .eq([Finger::LeftIndex, Finger::RightIndex])
    );
    assert_file(&Dg3::iso39794(&fingers).encode().unwrap(), &expected);
}

#[test]
fn dg3_without_fingers() {
    use rand::SeedableRng;
    let expected = file(&vectors(), "dg3_zero");
    let read = Dg3::parse(&expected).unwrap();
    assert!(read.fingers.is_empty());
    assert_eq!(read.random.len(), 8);
    assert_file(&read.encode().unwrap(), &expected);

    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let (one, other) = (
        Dg3::without_fingers(&mut rng),
        Dg3::without_fingers(&mut rng),
    );
    assert_ne!(one.encode().unwrap(), other.encode().unwrap());
    assert_eq!(Dg3::parse(&one.encode().unwrap()).unwrap(), one);
}

#[test]
fn dg7() {
    let expected = file(&vectors(), "dg7");
    let read = Dg7::parse(&expected).unwrap();
    assert!(read.images[0].starts_with(&[0xFF, 0xD8, 0xFF]));
    assert_file(&Dg7::new(read.images[0]).encode().unwrap(), &expected);
}

#[test]
fn dg11() {
    let vectors = vectors();
    let born = PartialDate::new(Some(1990), Some(1), Some(1)).unwrap();
    let built = Dg11 {
        full_name: Some(FullName::from_visual("MUELLER-WEISS", "ANNE LEA").unwrap()),
        personal_number: Some("1990010112385".to_owned()),
        date_of_birth: Some(born),
        place_of_birth: vec!["LUXEMBOURG".to_owned(), "LUX".to_owned()],
        ..Dg11::default()
    };
    let expected = file(&vectors, "dg11");
    let read = Dg11::parse(&expected).unwrap();
    // The vector's number is its own; all else is as built here.
    let built = Dg11 {
        personal_number: read.personal_number.clone(),
        ..built
    };
    assert_eq!(read.personal_number.as_ref().unwrap().len(), 13);
    assert_file(&built.encode().unwrap(), &expected);
    assert_eq!(read, built);

    let built = Dg11 {
        full_name: Some(FullName::from_visual("Müller-Weiß", "Anne-Léa").unwrap()),
        date_of_birth: Some(born),
        ..Dg11::default()
    };
    let expected = file(&vectors, "dg11_utf8");
    assert_file(&built.encode().unwrap(), &expected);
    let read = Dg11::parse(&expected).unwrap();
    assert_eq!(read, built);
    let name = read.full_name.unwrap();
    assert_eq!(
        (name.primary(), name.secondary()),
        ("Müller Weiß".into(), "Anne Léa".into())
    );
}

#[test]
fn dg12() {
    let built = Dg12 {
        issuing_authority: Some("MINISTERE DE L INTERIEUR".to_owned()),
        date_of_issue: Some(PartialDate::new(Some(2026), Some(1), Some(1)).unwrap()),
        ..Dg12::default()
    };
    let expected = file(&vectors(), "dg12");
    assert_file(&built.encode().unwrap(), &expected);
    assert_eq!(Dg12::parse(&expected).unwrap(), built);
}

#[test]
fn dg14() {
    let expected = file(&vectors(), "dg14");
    let read = Dg14::parse(&expected).unwrap();
    assert_eq!(read.security_infos.infos.len(), 5);
    assert_file(&read.encode(), &expected);
}

/// Tags, identifiers and names of the files (lds.md §2, §4).
#[test]
fn files_are_known_by_tag_identifier_and_name() {
    let vectors = vectors();
    for (key, value) in vectors.as_object().unwrap() {
        let Some(number) = key.strip_prefix("dg").map(|k| k.split('_').next().unwrap()) else {
            continue;
        };
        let group = DataGroup::from_number(number.parse().unwrap()).unwrap();
        if let Some(hex) = value.get("hex") {
            assert_eq!(bytes(hex)[0], group.tag(), "{key}");
        }
        let file = ElementaryFile::DataGroup(group);
        assert_eq!(file.file_name(), format!("EF_DG{number}"));
        assert_eq!(
            (file.sfi(), file.fid()),
            (group.number(), 0x100 + u16::from(group.number()))
        );
    }
    for file in ElementaryFile::all() {
        assert_eq!(
            ElementaryFile::from_fid(file.directory(), file.fid()),
            Some(file)
        );
    }
    assert_eq!(ElementaryFile::AtrInfo.file_name(), "EF_ATR_INFO");
}
