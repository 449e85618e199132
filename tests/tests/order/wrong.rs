//! What may be wrong about an order, and words of its refusal.

use std::fs;
use std::path::Path;

use toml::Table;

use crate::order::changes::{missing, set, without_finger};

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

pub type Case = (&'static str, Box<dyn Fn(&mut Table)>, &'static str);

/// Orders that are wrong in what they say, and words of the refusal.
#[expect(clippy::too_many_lines, reason = "a table, one case after another")]
pub fn wrong_words() -> Vec<Case> {
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
pub fn wrong_pictures() -> Vec<Case> {
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

pub fn make_bad_pictures(folder: &Path) {
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
