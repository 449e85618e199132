//! From cards that passed quality to a sealed bag whose manifest others verify: by scanner and keyboard alone.

use e2e::oracles;

use super::{manifest::verified, table::Table};
use crate::stock::room::{fetched, second};

/// Text of a paper, with single blanks.
fn text(read: &serde_json::Value) -> String {
    let pages = read["text"].as_array().unwrap();
    let pages: Vec<&str> = pages.iter().filter_map(|page| page.as_str()).collect();
    let words = pages.join(" ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Opens a bag for the centre's own desk; its path.
fn bag(table: &Table) -> String {
    let centre = &table.place.centre;
    centre.sign_in("dora", "/shipping");
    table.says("The centre's own desk");
    table.is_readable();
    centre.open("/shipping/to/centre");
    for card in &table.cards {
        table.says(card);
    }
    table.is_readable();
    centre.click("main form .acts button").unwrap();
    centre
        .wait_for("/^.shipping.[0-9a-f]{32}$/.test(location.pathname)")
        .unwrap();
    centre.text("return location.pathname").unwrap()
}

fn covers(table: &Table) {
    let centre = &table.place.centre;
    let links = "return [...document.querySelectorAll('main table a')].map((one) => one.pathname).join(' ')";
    let links = centre.text(links).unwrap();
    for (link, card) in links.split(' ').zip(&table.cards) {
        let read = oracles::paper(&fetched(centre, link)).unwrap();
        let text = text(&read);
        assert!(text.contains(&format!("Document {card}")), "{text}");
        assert!(text.contains("The centre's own desk"), "{text}");
        assert_eq!(read["codes"], serde_json::json!([format!("COVER{card}")]));
        assert_eq!(read["tagged"], true);
    }
}

fn packed(table: &Table) {
    let [one, two] = [&table.cards[0], &table.cards[1]];
    // The cover of the other card: nothing is packed.
    table.scan(one);
    table.says("Now its cover");
    table.is_readable();
    table.scan(&format!("COVER{two}"));
    table.says("STOP. This is the cover of another card.");
    table.says(&format!("The card is {one}, the cover is for {two}"));
    table.says("Nothing is inside.");
    table.is_readable();
    table.scan("4711");
    table.says("neither a card nor a cover");
    // The card twice is no cover.
    table.scan(one);
    table.scan(one);
    table.says("Now its cover");
    table.scan(&format!("COVER{one}"));
    table.says("Packed. Scan the next card.");
    // The cover first.
    table.scan(&format!("cover{two}"));
    table.says("Now the card");
    table.scan(two);
    table.says("Packed. Scan the next card.");
    table.scan(two);
    table.scan(&format!("COVER{two}"));
    table.says("already");
    table.is_readable();
}

/// Two try, the second one with the right count.
fn sealed(table: &Table, bag: &str) {
    let centre = &table.place.centre;
    let typed = |seal: &str, count: &str, login: &str| {
        for (field, text) in [("seal", seal), ("count", count)] {
            let empty = format!("document.querySelector('#{field}').value = ''");
            centre.run(&empty).unwrap();
            centre.type_into(&format!("#{field}"), text).unwrap();
        }
        second(centre, login);
        centre.click("main .acts .danger").unwrap();
    };
    centre.open(&format!("{bag}/seal"));
    table.is_readable();
    let said = centre.says();
    assert!(!said.contains("cards inside"), "counting is blind: {said}");
    typed("CTIE-004711", "3", "emil");
    let summary = "document.querySelector('.error-summary')";
    centre.wait_for(summary).unwrap();
    table.says("That is not what was packed");
    table.is_readable();
    typed("CTIE-004711", "2", "fanny");
    centre
        .wait_for("document.body.innerText.includes('Manifest hash')")
        .unwrap();
    table.says("CTIE-004711");
    table.says("fanny");
    table.is_readable();
}

#[test]
fn cards_that_passed_become_a_sealed_bag_whose_manifest_others_verify() {
    let table = Table::laid();
    let bag = bag(&table);
    let centre = &table.place.centre;
    centre.open("/shipping/to/centre");
    covers(&table);
    centre.open(&bag);
    packed(&table);
    sealed(&table, &bag);

    let signed = fetched(centre, &format!("{bag}/signed"));
    let manifest = verified(&signed, &table.public_key());
    let mut cards = table.cards.clone();
    cards.sort_unstable();
    assert_eq!(manifest["pieces"], serde_json::json!(cards));
    assert_eq!(manifest["count"], 2);
    assert_eq!(manifest["seal"], "CTIE-004711");
    assert_eq!(manifest["destination"], "centre");
    assert_eq!(manifest["shipment"], bag.rsplit('/').next().unwrap());
    let sealers = ["dora", "fanny"].map(|login| centre.id(login).to_string());
    assert_eq!(manifest["sealers"], serde_json::json!(sealers));

    let read = oracles::paper(&fetched(centre, &format!("{bag}/manifest"))).unwrap();
    let text = text(&read);
    for wanted in cards
        .iter()
        .map(String::as_str)
        .chain(["CTIE-004711", "dora", "fanny"])
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let hash = manifest["hash"].as_str().unwrap();
    assert!(text.replace(' ', "").contains(hash), "{hash}: {text}");
    let code = format!("MANIFEST{}", hash.to_ascii_uppercase());
    assert_eq!(read["codes"], serde_json::json!([code]));
    audited(&table, hash);
}

/// Each act has its intent and its outcome, also those that were refused.
fn audited(table: &Table, hash: &str) {
    let audit = table.place.centre.audit();
    let count = |words: &[&str]| {
        let all = |line: &&String| words.iter().all(|word| line.contains(word));
        audit.iter().filter(all).count()
    };
    assert_eq!(
        count(&["\"open-shipment\"", "\"outcome\"", "bag for centre"]),
        1
    );
    assert_eq!(count(&["\"pack-card\"", "\"intent\""]), 4);
    assert_eq!(count(&["\"pack-card\"", "\"outcome\"", "in shipment"]), 3);
    assert_eq!(count(&["\"pack-card\"", "the cover is another card's"]), 1);
    assert_eq!(count(&["\"seal-shipment\"", "3 were counted"]), 1);
    assert_eq!(
        count(&["\"seal-shipment\"", "CTIE-004711, 2 cards", hash]),
        1
    );
}
