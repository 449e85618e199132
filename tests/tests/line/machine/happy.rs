//! Nothing goes wrong: several cards on two machines.

use super::hall::Hall;

#[test]
fn two_machines_share_one_queue_and_every_card_leaves_by_the_exit() {
    let mut hall = Hall::begin(2, 5);
    hall.order(7);
    let line = hall.line();
    let end = hall.finish(line, "two machines");
    assert_eq!(end.named("document").len(), 7);
    assert_eq!(end.named("scrapped").len(), 0);
    for document in end.named("document") {
        for state in ["read_back", "printed", "quality_passed"] {
            assert!(document["steps"][state].is_number(), "{document}");
        }
    }
    let printed: Vec<_> = (0..2)
        .map(|machine| {
            let status = hall.machines().status(machine).unwrap();
            status["counters"]["printed"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(printed.iter().sum::<u64>(), 7);
    assert!(printed.iter().all(|cards| *cards > 0), "{printed:?}");
    hall.check("two machines");
}
