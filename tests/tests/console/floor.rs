//! The floor's page in a real browser: what changes appears by itself, whoever had a table open keeps it open, and a lost
//! connection is said.

use dossier::staff::Role;
use personalisation::edge;
use personalisation_store::line::MachineSeen;

use crate::console::centre::Centre;

/// A line tells of its machine.
pub fn machine(centre: &Centre, serial: &str, task: Option<(&str, Option<&str>)>) {
    let seen = MachineSeen {
        serial: serial.to_owned(),
        line: "line-1".to_owned(),
        task: task.map(|(task, place)| (task.to_owned(), place.map(str::to_owned))),
        cards: 2,
        seen_at: edge::now(),
    };
    let told = centre.store.machine_seen(&seen);
    centre.runtime.block_on(told).unwrap();
}

#[test]
fn what_changes_on_the_floor_appears_by_itself_and_a_lost_connection_is_said() {
    let mut centre = Centre::prepare();
    centre.person("klein", &[Role::Operator]);
    machine(&centre, "SN-7", None);
    let mut centre = centre.start();
    centre.sign_in("klein", "/floor");
    assert!(centre.says().contains("Working"), "{}", centre.says());
    centre
        .run("window.stillHere = true; document.querySelector('details').open = true")
        .unwrap();
    centre
        .wait_for("document.querySelector('[data-live-state]').innerText.startsWith('Live')")
        .unwrap();

    machine(&centre, "SN-7", Some(("free_jam", Some("printer"))));
    centre
        .wait_for(
            "document.querySelector('main').innerText.includes('free the card at the printer')",
        )
        .unwrap();
    let kept = "return window.stillHere === true && document.querySelector('details').open";
    assert_eq!(
        centre.run(kept).unwrap(),
        true,
        "the page was not loaded anew"
    );

    centre.stop();
    centre
        .wait_for(
            "document.querySelector('.live-state.lost')?.innerText.includes('connection is lost')",
        )
        .unwrap();
    assert!(centre.says().contains("free the card at the printer"));
}
