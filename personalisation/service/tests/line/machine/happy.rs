//! Orders become printed cards in the exit tray.

use personalisation::line::{event::Event, worker::Tally};

use super::invariants;
use crate::line::{bench::Bench, hall::Hall, people::Applicant};

#[test]
fn three_orders_become_three_cards_in_the_exit_tray() {
    let mut bench = Bench::new(Applicant::printable());
    let hall = Hall::new(bench.home.folder(), "SN-1", bench.plug.clone());
    let orders = [bench.order(), bench.order(), bench.order()];
    bench.blanks_in(&hall, 4);
    let begun = bench.plug.commits().len();
    let made = bench.worker_at(&hall).run_machine().unwrap();
    // Each is seen twice, before and after it.
    let commits = (bench.plug.commits().len() - begun) / 2;
    assert!(
        commits <= 3 * 10,
        "{commits} durable commits for three cards"
    );
    let expected = Tally {
        documents: 3,
        ..Tally::default()
    };
    assert_eq!(made, expected, "{:#?}", bench.said());
    for order in orders {
        assert_eq!(bench.newest(order).state().name(), "quality_passed");
        let moves = bench.store.moves(bench.newest(order).id());
        let moves = bench.runtime.block_on(moves).unwrap();
        let states: Vec<_> = moves.iter().map(|step| &*step.state).collect();
        assert_eq!(states[7..], ["read_back", "printed", "quality_passed"]);
    }
    assert_eq!(hall.prints(), (3, 0));
    let in_tray = hall.chips_in("exit").len();
    assert_eq!((in_tray, hall.chips_in("hopper").len()), (3, 1));
    let documents = bench.said().into_iter();
    let documents = documents.filter(|event| matches!(event, Event::Document(_)));
    assert_eq!(documents.count(), 3);
    invariants::check(&bench, &[&hall], "three orders");
}
