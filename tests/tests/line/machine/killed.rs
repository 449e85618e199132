//! SIGKILL of the line at every irreversible act of a machine's card: the next line goes on with the same cards.

use std::time::Duration;

use super::hall::Hall;
use crate::line::journey::came_to;

#[test]
fn the_line_is_killed_at_every_irreversible_act() {
    let mut hall = Hall::begin(1, 20);
    // Print, exit: just after the state that they follow, and somewhat later.
    let moments = [
        ("bound", 0),
        ("locked", 0),
        ("read_back", 0),
        ("read_back", 30),
        ("read_back", 80),
        ("read_back", 160),
        ("printed", 0),
        ("printed", 10),
        ("printed", 25),
        ("quality_passed", 0),
    ];
    for (state, millis) in moments {
        hall.order(1);
        let mut line = hall.line();
        line.wait_for(state, |event| came_to(event, state)).unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        let end = line.kill();
        hall.journey.note(end);
        let what = format!("killed {millis} ms after {state}");
        let line = hall.line();
        let end = hall.finish(line, &what);
        assert_eq!(end.named("scrapped").len(), 0, "{what}: {:#?}", end.events);
    }
    let counters = hall.machines().status(0).unwrap()["counters"].clone();
    assert_eq!(
        counters["printed"],
        moments.len(),
        "no card is printed twice: {counters}"
    );
    hall.check("killed at every act");
}

/// A card that was given up, and a line that dies before it is in the reject tray.
#[test]
fn the_line_is_killed_before_a_scrapped_card_is_rejected() {
    for millis in [0, 5, 20] {
        let mut hall = Hall::begin(1, 3);
        hall.order(1);
        let fault = serde_json::json!({ "power_loss": { "command": "print", "when": "after", "back_in": 500 } });
        hall.machines().fault(0, &fault).unwrap();
        let mut line = hall.line();
        line.wait_for("scrapped", |event| event["event"] == "scrapped")
            .unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        let end = line.kill();
        hall.journey.note(end);
        let what = format!("killed {millis} ms after a card was given up");
        let line = hall.line();
        hall.finish(line, &what);
        assert_eq!(hall.machines().chips(0, "reject").len(), 1, "{what}");
        hall.check(&what);
    }
}
