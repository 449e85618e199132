//! The gallery's message files, by the test that other crates use for theirs.

use std::path::Path;

#[test]
fn the_gallery_says_what_it_asks_for_and_nothing_else() {
    let own = pages::messages!("gallery");
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gallery");
    let found = pages::language::findings(&code, own, pages::MESSAGES).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn messages_speak_each_language_with_its_plurals_dates_and_numbers() {
    use pages::Language::{De, En, Fr, Lb};
    let texts = pages::Texts::new(&[]).unwrap();
    let count = |language, count: usize| {
        let speech = texts.speak(language);
        speech.format("form-errors", &[("count", count.into())])
    };
    assert_eq!(count(Fr, 1), "Il y a un problème");
    assert_eq!(count(De, 2), "Es gibt 2 Probleme");
    assert_eq!(count(Lb, 12_345), "Et gëtt 12.345 Problemer");
    let date = time::macros::date!(2023 - 09 - 01);
    let dates = [Fr, De, Lb, En].map(|language| texts.speak(language).date(date));
    assert_eq!(
        dates,
        [
            "1er septembre 2023",
            "1. September 2023",
            "1. September 2023",
            "1 September 2023"
        ]
    );
    assert_eq!(texts.speak(Fr).text("no-such-message"), "no-such-message");
}
