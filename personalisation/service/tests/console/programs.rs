//! Our own programs on the fleet's page: the days that are left of each certificate.

use dossier::{KeyId, staff::Role};
use personalisation::edge;
use personalisation_store::fleet::Program;
use time::Duration;

use crate::console::place::Place;

/// The row of the page's table that has this name.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let mut rows = page.split("<tr");
    let found = rows.find(|row| row.contains(name));
    found.unwrap_or_else(|| panic!("no {name} in {page}"))
}

#[tokio::test]
async fn the_certificates_of_our_own_programs_are_seen_before_they_end() {
    let place = Place::new().await;
    let administrator = place.somebody("klein", Role::Administrator).await;
    let cookie = place.session(administrator).await;
    let page = async || place.call("GET", "/fleet", Some(&cookie), None).await.text;
    assert!(page().await.contains("No program with a certificate"));
    let now = edge::now();
    let note = async |seed: u8, role: &str, ends: Duration, seen: Duration| {
        let program = Program {
            key: KeyId::of(&[seed]),
            role: role.to_owned(),
            name: format!("host-{seed}.example"),
            ends_at: now + ends,
            seen_at: now - seen,
        };
        place.store().note_program(&program).await.unwrap();
    };
    let (hour, day) = (Duration::HOUR, Duration::DAY);
    note(1, "intake", day * 200 + hour, Duration::ZERO).await;
    note(2, "console", day * 29 + hour, hour).await;
    note(3, "line", -day, hour).await;
    // It does not run any more.
    note(4, "fleet", day, day * 4).await;
    let shown = page().await;
    let one = row(&shown, "host-1.example");
    assert!(
        one.contains("Intake") && one.contains(">200<") && !one.contains("tag"),
        "{one}"
    );
    let two = row(&shown, "host-2.example");
    assert!(two.contains("Console") && two.contains("29") && two.contains("tag attention"));
    let three = row(&shown, "host-3.example");
    assert!(
        three.contains("Line") && three.contains("tag attention"),
        "{three}"
    );
    assert!(!shown.contains("host-4.example"));
    let places = ["host-3", "host-2", "host-1"].map(|name| shown.find(name).unwrap());
    assert!(places.is_sorted(), "who ends first stands first");
    // Renewed under the same key, it is the same program.
    note(2, "console", day * 365 + hour, Duration::ZERO).await;
    let shown = page().await;
    assert_eq!(shown.matches("host-2.example").count(), 1);
    assert!(row(&shown, "host-2.example").contains(">365<"));
}
