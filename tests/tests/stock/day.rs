//! A day in the stock room.

use e2e::oracles;

use super::room::{chip, fetched, furnished, refused, second, stock};
use crate::console::centre::Centre;

/// Serials as arguments.
fn chips(option: &str, numbers: impl IntoIterator<Item = u8>) -> String {
    let arguments = numbers
        .into_iter()
        .map(|n| format!(" --{option} {}", chip(n)));
    arguments.collect()
}

/// A box into the vault, and all of it but one to the line.
fn received(centre: &Centre) {
    let short = format!(
        "inspect --box A-1 --counted 5{} --by keeper",
        chips("sampled", 1..=5)
    );
    let said = refused(centre, &short);
    assert!(
        said.contains("6 blanks, 5 were counted and 0 named"),
        "{said}"
    );
    let inspect = format!(
        "inspect --box A-1 --counted 6{}{} --by",
        chips("sampled", 1..=5),
        chips("defective", [6])
    );
    let said = refused(centre, &format!("{inspect} auditor"));
    assert!(said.contains("stock_keeper"), "{said}");
    let said = stock(centre, &format!("{inspect} keeper"));
    assert_eq!(said, "box A-1: 5 blanks in the vault");
    let issue = format!("issue --to line-1{} --by keeper", chips("chip", 1..=4));
    assert_eq!(stock(centre, &issue), "4 blanks at line line-1");
}

#[test]
fn by_command_every_blank_is_accounted_for() {
    let centre = furnished();
    received(&centre);
    let open = "shift open --line line-1 --unused 4 --by operator";
    assert_eq!(stock(&centre, open), "the shift at line line-1 is open");
    let all = refused(&centre, "return --line line-1 --by keeper");
    assert!(all.contains("take back by serials what is there"), "{all}");
    let spoil = format!("spoil --reason damaged{} --by operator", chips("chip", [1]));
    stock(&centre, &spoil);
    let close = "shift close --line line-1 --unused 2 --documents 0 --spoiled 1";
    let said = refused(&centre, &format!("{close} --by operator"));
    assert!(said.contains("count once more"), "{said}");
    let said = stock(&centre, &format!("{close} --by weber"));
    assert_eq!(said, "the shift at line line-1 waits for two supervisors");
    let sign = "shift sign --line line-1 --note one_short --by weber --with klein";
    let said = refused(&centre, sign);
    assert!(said.contains("who counted"), "{said}");

    let found = stock(&centre, "show");
    for line in [
        "line:line-1 3",
        "vault 1",
        "spoiled 1",
        "defective 1",
        "received 9",
    ] {
        assert!(found.lines().any(|one| one == line), "{line}: {found}");
    }
    let missing = format!("missing{} --by operator", chips("chip", [2]));
    assert_eq!(stock(&centre, &missing), "1 blanks missing");
    let alone = format!("write-off{} --by weber --with weber", chips("chip", [2]));
    assert!(refused(&centre, &alone).contains("somebody else must sign"));
    let both = format!("found{} --by weber --with klein", chips("chip", [2]));
    let said = stock(&centre, &both);
    assert_eq!(said, "1 blanks in the vault, 0 wait for their destruction");
    let destroy = format!(
        "destroy --method shredded{} --by keeper --with operator",
        chips("chip", [1, 6])
    );
    assert_eq!(
        stock(&centre, &destroy),
        "certificate 1: 2 blanks destroyed"
    );
    let again = refused(&centre, &destroy);
    assert!(again.contains("destroyed"), "{again}");
    assert_eq!(stock(&centre, "check"), "the books agree");
    assert!(stock(&centre, "deliveries").contains("box A-2 3 announced, to be inspected"));
}

/// Goes to a page and fills a form in.
fn typed(centre: &Centre, fields: &[(&str, &str)]) {
    for (field, text) in fields {
        centre
            .run(&format!("document.querySelector('#{field}').value = ''"))
            .unwrap();
        centre.type_into(&format!("#{field}"), text).unwrap();
    }
    centre.click("main form .acts button").unwrap();
}

#[test]
fn at_the_console_a_difference_is_signed_for_by_two_who_did_not_count() {
    let centre = furnished();
    received(&centre);
    let centre = centre.start();
    // The first count is blind too, for whoever may make it.
    for (login, told) in [("auditor", true), ("operator", false)] {
        centre.sign_in(login, "/stock");
        let said = centre.says();
        assert_eq!(said.contains("At line line-1"), told, "{login}: {said}");
    }
    centre.open("/stock/shifts");
    typed(&centre, &[("line", "line-1"), ("unused", "4")]);
    centre
        .wait_for("/^.stock.shifts.[0-9a-f]{32}$/.test(location.pathname)")
        .unwrap();
    let shift = centre.text("return location.pathname").unwrap();
    assert!(
        !centre.says().contains("By the ledger"),
        "counting is blind"
    );
    // Nor is the balance told elsewhere to whoever may count.
    centre.open("/stock");
    let said = centre.says();
    for kept_back in ["At line line-1", "Received in all", "Became documents"] {
        assert!(!said.contains(kept_back), "{kept_back}: {said}");
    }
    assert!(said.contains("not shown"), "{said}");
    assert_eq!(centre.axe().unwrap(), []);
    centre.open(&shift);
    let count = [("unused", "3"), ("documents", "0"), ("spoiled", "0")];
    typed(&centre, &count);
    centre
        .wait_for("document.body.innerText.includes('Count once more')")
        .unwrap();
    assert!(!centre.says().contains("By the ledger"));
    assert_eq!(centre.axe().unwrap(), []);
    typed(&centre, &count);
    centre
        .wait_for("document.querySelector('main table')")
        .unwrap();
    assert!(centre.says().contains("By the ledger"), "{}", centre.says());
    assert!(centre.says().contains("First count by operator"));

    // A supervisor with somebody who may not, then with another supervisor. (A code serves once: who just signed in
    // has none to give.)
    centre.sign_in("weber", &shift);
    centre
        .type_into("#note", "One is under the hopper")
        .unwrap();
    second(&centre, "keeper");
    centre.click("main .acts .danger").unwrap();
    centre
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    let said = "do not allow this";
    assert!(centre.says().contains(said), "{}", centre.says());
    assert!(centre.says().contains("two supervisors must sign"));
    second(&centre, "klein");
    centre.click("main .acts .danger").unwrap();
    centre
        .wait_for("document.body.innerText.includes('Closed as a discrepancy')")
        .unwrap();
    assert!(centre.says().contains("weber, klein"), "{}", centre.says());
    let lines = centre.audit();
    assert!(lines.iter().all(|line| !line.contains("hopper")));
    let signed = lines.iter().filter(|line| line.contains("sign-shift"));
    assert_eq!(signed.count(), 4, "one that was refused, one that was done");
}

#[test]
fn two_destroy_at_the_console_and_other_programs_read_the_certificate() {
    let centre = furnished();
    received(&centre);
    let spoil = format!("spoil --reason set-up{} --by operator", chips("chip", [1]));
    stock(&centre, &spoil);
    let centre = centre.start();
    centre.sign_in("keeper", "/stock/destruction");
    for selector in [
        format!("input[name=chip][value='{}']", chip(1)),
        format!("input[name=chip][value='{}']", chip(6)),
        "input[name=method][value=shredded]".to_owned(),
    ] {
        let click = format!("document.querySelector(\"{selector}\").click()");
        centre.run(&click).unwrap();
    }
    centre.click("main form .acts button").unwrap();
    centre
        .wait_for("document.querySelector('#second')")
        .unwrap();
    let named = "0101 0101 0101 0101 0101";
    assert!(centre.says().contains(named), "{}", centre.says());
    assert_eq!(centre.axe().unwrap(), []);
    second(&centre, "operator");
    centre.click("main .acts .danger").unwrap();
    centre
        .wait_for("/destruction.[0-9a-f]{32}$/.test(location.pathname)")
        .unwrap();
    for said in [named, "keeper, operator", "2 blanks are destroyed"] {
        assert!(centre.says().contains(said), "{said}: {}", centre.says());
    }
    assert_eq!(centre.axe().unwrap(), []);

    let path = centre.text("return location.pathname").unwrap();
    let read = oracles::paper(&fetched(&centre, &format!("{path}/certificate"))).unwrap();
    assert_eq!(
        (&read["language"], &read["tagged"]),
        (&"en".into(), &true.into())
    );
    let pages = read["text"].as_array().unwrap();
    let pages: Vec<&str> = pages.iter().filter_map(|page| page.as_str()).collect();
    let text = pages.join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        "Certificate of destruction no. 1",
        named,
        "keeper of the centre (keeper)",
        "operator of the centre (operator)",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert_eq!(stock(&centre, "check"), "the books agree");
}

#[test]
fn axe_core_finds_nothing_on_the_pages_of_the_stock_in_any_language() {
    let centre = furnished();
    received(&centre);
    let open = "shift open --line line-1 --unused 4 --by operator";
    stock(&centre, open);
    let deliveries = centre.runtime.block_on(centre.store.deliveries()).unwrap();
    let boxes = centre.store.boxes(deliveries[0].id);
    let boxes = centre.runtime.block_on(boxes).unwrap();
    let shifts = centre.runtime.block_on(centre.store.shifts(1)).unwrap();
    let pages = [
        "/stock".to_owned(),
        "/stock/check".to_owned(),
        "/stock/deliveries".to_owned(),
        format!("/stock/deliveries/{}", deliveries[0].id),
        format!("/stock/deliveries/{}/{}", deliveries[0].id, boxes[1].id),
        "/stock/issue".to_owned(),
        "/stock/shifts".to_owned(),
        format!("/stock/shifts/{}", shifts[0].shift.id()),
        "/stock/destruction".to_owned(),
        "/stock/cards".to_owned(),
        "/cards".to_owned(),
        format!("/cards/{}", chip(1)),
    ];
    let centre = centre.start();
    centre.sign_in("weber", "/stock");
    for language in ["fr", "de", "lb", "en"] {
        for page in &pages {
            centre.open(&format!("/language/{language}?back={page}"));
            assert_eq!(centre.axe().unwrap(), [], "{language} {page}");
        }
    }
    centre.open("/stock/check");
    assert!(
        centre.says().contains("The books agree"),
        "{}",
        centre.says()
    );
}
