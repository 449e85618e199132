//! What the console says: nothing missing, nothing unused, the same variables in every language.

use std::path::Path;

#[test]
fn the_console_says_what_it_asks_for_and_nothing_else() {
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let own = personalisation::console::MESSAGES;
    let found = pages::language::findings(&code, own, pages::MESSAGES).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_couriers_page_says_what_it_asks_for_and_nothing_else() {
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/courier");
    let own = personalisation::courier::MESSAGES;
    let found = pages::language::findings(&code, own, pages::MESSAGES).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}
