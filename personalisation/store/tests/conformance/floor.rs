//! The floor at a glance: machines, who waits, what was made and given up of late.

use personalisation_core::{attempt::ScrapReason, queue::Class};
use personalisation_store::line::{MachineSeen, Made};
use time::Duration;

use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

fn machine(serial: &str, task: Option<(&str, Option<&str>)>, seconds: i64) -> MachineSeen {
    MachineSeen {
        serial: serial.to_owned(),
        line: "line-1".to_owned(),
        task: task.map(|(task, place)| (task.to_owned(), place.map(str::to_owned))),
        cards: 2,
        seen_at: NOW + Duration::seconds(seconds),
    }
}

async fn machines_are_as_their_lines_last_said(engine: Engine) {
    let bench = Bench::new(engine).await;
    assert_eq!(bench.store.machines().await.unwrap(), []);
    let jammed = machine("SN-2", Some(("free_jam", Some("printer"))), 0);
    for seen in [&jammed, &machine("SN-1", None, 1)] {
        bench.store.machine_seen(seen).await.unwrap();
    }
    let machines = bench.store.machines().await.unwrap();
    assert_eq!(machines, [machine("SN-1", None, 1), jammed]);
    let freed = machine("SN-2", None, 5);
    bench.store.machine_seen(&freed).await.unwrap();
    assert_eq!(bench.store.machines().await.unwrap()[1], freed);
}

async fn made_and_given_up_are_counted_by_stretches_and_reasons(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let before = bench.store.floor_now().await.unwrap();
    bench.delivery(&[1, 2, 3].map(chip)).await;
    for name in ["one", "two"] {
        bench.order(name, NOW).await;
    }
    let waiting = bench.store.waiting().await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].class, waiting[0].attempts), (Class::Normal, 2));
    assert_eq!(waiting[0].since, NOW);
    assert_ne!(bench.store.floor_now().await.unwrap(), before);

    let good = bench.bound(chip(1), &lease("one", 1)).await;
    bench.finish(&lease("one", 1), &good).await;
    let bad = bench.bound(chip(2), &lease("two", 2)).await;
    bench
        .scrap(&lease("two", 2), &bad, ScrapReason::ChipSilent)
        .await;

    let (hour, none) = (Duration::HOUR, Made::default());
    let made = bench.store.made(NOW - hour * 2, hour, 3).await.unwrap();
    let both = Made {
        documents: 1,
        scrapped: 1,
    };
    assert_eq!(made, [none, none, both]);
    let made = bench.store.made(NOW + hour, hour, 1).await.unwrap();
    assert_eq!(made, [none], "that is later");
    let reasons = bench.store.scrapped_since(NOW - hour).await.unwrap();
    assert_eq!(reasons, [("chip_silent".to_owned(), 1)]);
    let later = bench.store.scrapped_since(NOW + hour).await.unwrap();
    assert_eq!(later, []);
    let waiting = bench.store.waiting().await.unwrap();
    assert_eq!(waiting[0].class, Class::Remake);
}

on_each_engine!(
    machines_are_as_their_lines_last_said,
    made_and_given_up_are_counted_by_stretches_and_reasons,
);
