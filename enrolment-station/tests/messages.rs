//! The station's message files say what its code asks for, in every language, and nothing else.

use std::path::Path;

#[test]
fn the_station_says_what_it_asks_for_and_nothing_else() {
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let own = enrolment_station::web::MESSAGES;
    let found = pages::language::findings(&code, own, pages::MESSAGES).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}
