//! Papers, read back by other people's programs: `PDFium`, and `ZXing` for the code.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use pages::Language;
use pages::paper::{Code, Paper};
use serde_json::Value;

const LACKING: &str = "Some letters cannot be printed here.";

/// What `PDFium` and `ZXing` read.
fn read(pdf: &[u8]) -> Value {
    let python = std::env::var_os("STEMPEL_ORACLES")
        .expect("STEMPEL_ORACLES must name the oracles' Python: `cargo xtask test` sets it");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracles/paper.py");
    let mut program = Command::new(python)
        .args([script, "-"])
        .args(std::env::var_os("STEMPEL_PAPER_PICTURE"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn letter(name: &str) -> Paper {
    Paper::new("Votre demande", Language::Fr)
        .sender(["Commune de Clervaux", "Bureau de la population"])
        .address([name, "12, rue de la Gare", "L-9711 Clervaux"])
        .facts([
            ("Nom".to_owned(), name.to_owned()),
            ("Taxe".to_owned(), "14,00 €".to_owned()),
        ])
        .heading("La suite")
        .text("Premier alinéa.\nSecond alinéa, assez long pour ne pas tenir sur une seule ligne de cette page, et qui continue donc sur la suivante.")
        .list(["Votre ancien document", "Cette lettre"])
        .code(Code {
            content: "stempel:application:00112233445566778899aabbccddeeff".to_owned(),
            alternative: "Code de la demande".to_owned(),
            beside: "Pour suivre votre demande".to_owned(),
        })
        .foot("Stempel")
}

fn text(read: &Value) -> String {
    let pages = read["text"].as_array().unwrap();
    let text: String = pages.iter().filter_map(Value::as_str).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn other_programs_read_what_was_written() {
    let paper = letter("MÜLLER-WEIß Șerban Παπαδόπουλος Шевченко");
    assert!(!paper.lacks_letters());
    let read = read(&paper.write(LACKING).unwrap());
    assert_eq!(read["pages"], 1);
    assert_eq!(read["title"], "Votre demande");
    assert_eq!(read["language"], "fr");
    assert_eq!(read["tagged"], true);
    let text = text(&read);
    for said in [
        "Commune de Clervaux",
        "MÜLLER-WEIß Șerban Παπαδόπουλος Шевченко",
        "14,00 €",
        "sur une seule ligne de cette page, et qui continue donc sur la suivante.",
        "• Cette lettre",
        "Pour suivre votre demande",
        "1 / 1",
    ] {
        assert!(text.contains(said), "{said:?} is not in {text:?}");
    }
    assert!(!text.contains(LACKING));
    assert_eq!(
        read["codes"],
        serde_json::json!(["stempel:application:00112233445566778899aabbccddeeff"])
    );
}

#[test]
fn a_screen_reader_finds_headings_rows_and_the_code() {
    let read = read(&letter("Weber").write(LACKING).unwrap());
    let tags: Vec<&str> = read["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag[0].as_str().unwrap())
        .collect();
    let count = |kind: &str| tags.iter().filter(|tag| **tag == kind).count();
    assert_eq!((count("H1"), count("H2")), (1, 1));
    assert_eq!((count("TH"), count("TD")), (2, 2));
    assert_eq!((count("L"), count("LI")), (1, 2));
    let figure = serde_json::json!(["Figure", "Code de la demande"]);
    assert!(read["tags"].as_array().unwrap().contains(&figure));
}

#[test]
fn letters_that_the_font_lacks_are_said_and_not_lost() {
    let paper = letter("Tanaka 田中 \u{e000}\u{7}");
    assert!(paper.lacks_letters());
    let read = read(&paper.write(LACKING).unwrap());
    let text = text(&read);
    assert!(text.contains(LACKING), "{text}");
    assert!(
        text.contains("Tanaka □□") || text.contains("Tanaka 田中"),
        "{text}"
    );
}

#[test]
fn long_papers_turn_the_page_and_long_words_are_cut() {
    let word = "Donaudampfschifffahrtsgesellschaft".repeat(8);
    let mut paper = letter("Weber").text(word.as_str());
    for number in 0..60 {
        paper = paper.text(format!("Paragraph {number}."));
    }
    let read = read(&paper.write(LACKING).unwrap());
    let pages = read["pages"].as_u64().unwrap();
    assert!(pages > 1);
    let text = text(&read);
    assert!(text.contains("Paragraph 59."));
    assert!(text.contains(&format!("{pages} / {pages}")));
    assert!(text.replace(' ', "").contains(&word));
}

#[test]
fn a_code_that_holds_too_much_is_refused() {
    let code = Code {
        content: "x".repeat(4000),
        alternative: String::new(),
        beside: String::new(),
    };
    let error = Paper::new("T", Language::De).code(code).write(LACKING);
    assert!(error.unwrap_err().to_string().contains("4000 bytes"));
}
