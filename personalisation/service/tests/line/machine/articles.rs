//! First articles: one card is printed and the others wait until somebody approved it, whatever happens to the line meanwhile.
//! The exit camera's pictures are the simulator's, and the inspection of them is the line's own.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use dossier::PersonId;
use hardware_sim::machine::mechanics::Person;
use personalisation::{
    line::{
        event::Event,
        worker::{Tally, WorkerError},
    },
    quality::{ByCamera, QualitySection},
};
use personalisation_core::{
    attempt::AttemptId,
    quality::{Cause, Look, Reason, Standing, Verdict},
};
use personalisation_store::quality::{ByPerson, Period, Picture, SignOn};

use super::with_hall;
use crate::line::{
    bench::{Bench, NOW},
    hall::Hall,
};

const MAKER: PersonId = PersonId::from_bytes([1; 16]);
const INSPECTOR: PersonId = PersonId::from_bytes([2; 16]);
/// How long the line may take for a card here.
const PATIENCE: Duration = Duration::from_mins(1);
/// What the line asks for.
const ASKED: &str = "take the last card out of the exit tray of SN-1 to an inspector";

type Work = JoinHandle<Result<Tally, WorkerError>>;

/// A machine that waits for first articles, and somebody who works there.
fn strict(blanks: u32) -> (Bench, Hall) {
    let (mut bench, hall) = with_hall(blanks);
    bench.quality = QualitySection::default();
    let sign_on = SignOn {
        machine: "SN-1",
        person: MAKER,
        since: NOW - time::Duration::hours(1),
    };
    let signed = bench.store.sign_on(&sign_on, &[], NOW);
    assert!(bench.runtime.block_on(signed).unwrap());
    (bench, hall)
}

impl Bench {
    /// The line works beside the test.
    fn begin(&self, hall: &Hall) -> Work {
        let mut worker = self.worker_at(hall);
        worker.exit = Some(Arc::new(ByCamera));
        thread::spawn(|| worker.run_machine())
    }

    /// The first article that waits for somebody, if there is one.
    fn waits(&self) -> Option<AttemptId> {
        let waiting = self.runtime.block_on(self.store.cards_to_inspect(9));
        let mut waiting = waiting.unwrap().into_iter();
        let article = waiting.find(|kept| kept.look == Look::FirstArticle)?;
        Some(article.card)
    }

    /// The first article that lies in the exit tray, once the line has asked for an inspector.
    fn article(&self) -> AttemptId {
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.said());
            let asked =
                self.events.lock().unwrap().iter().any(
                    |event| matches!(event, Event::Waiting { why, .. } if why.starts_with(ASKED)),
                );
            if let Some(article) = self.waits().filter(|_| asked) {
                self.said();
                return article;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn judge(&self, card: AttemptId, verdict: &Verdict) -> Standing {
        let seen = ByPerson {
            card,
            inspector: INSPECTOR,
            verdict,
        };
        let recorded = self.store.inspected_by_person(&seen, &[], NOW);
        self.runtime.block_on(recorded).unwrap().standing
    }
}

#[test]
fn one_card_is_printed_and_the_others_wait_until_it_is_approved() {
    let (mut bench, hall) = strict(4);
    let orders = [bench.order(), bench.order(), bench.order()];
    let line = bench.begin(&hall);
    let article = bench.article();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(hall.prints(), (1, 0), "the others wait");
    for picture in Picture::ALL {
        let jpeg = bench.store.quality_picture(article, picture);
        let jpeg = bench.runtime.block_on(jpeg).unwrap().unwrap();
        assert!(jpeg.starts_with(b"\xFF\xD8"), "{picture:?}");
    }
    assert_eq!(bench.judge(article, &Verdict::Passed), Standing::Passed);
    let made = line.join().unwrap().unwrap();
    assert_eq!(
        (made.documents, made.scrapped),
        (3, 0),
        "{:#?}",
        bench.said()
    );
    super::invariants::check(&bench, &[&hall], "a first article");
    for order in orders {
        assert_eq!(bench.newest(order).state().name(), "quality_passed");
    }
    // The commits that moved the cards wrote their inspections down.
    let trends = bench.store.trends(Period::last_days(1, NOW));
    let trends = bench.runtime.block_on(trends).unwrap();
    let passed = |look| {
        let own = trends.iter().filter(move |row| row.look == look);
        own.map(|row| row.cards).sum::<u64>()
    };
    assert_eq!((passed(Look::Machine), passed(Look::FirstArticle)), (3, 1));
    let kept = bench.store.quality_picture(article, Picture::FrontSeen);
    assert_eq!(bench.runtime.block_on(kept).unwrap(), None, "erased");
}

#[test]
fn a_line_that_dies_while_it_waits_waits_when_it_is_started_again() {
    let (mut bench, hall) = strict(4);
    bench.order();
    bench.order();
    let line = bench.begin(&hall);
    let article = bench.article();
    bench.plug.pull_at(1);
    assert!(line.join().is_err(), "it is dead");
    bench.plug.put_back();
    let line = bench.begin(&hall);
    assert_eq!(bench.article(), article, "it asks again");
    thread::sleep(Duration::from_secs(1));
    assert_eq!(hall.prints(), (1, 0), "and waits");
    bench.judge(article, &Verdict::Passed);
    let made = line.join().unwrap().unwrap();
    assert_eq!((made.documents, hall.prints()), (1, (2, 0)));
}

#[test]
fn a_rejected_first_article_is_followed_by_another_and_made_again() {
    let (mut bench, hall) = strict(5);
    let orders = [bench.order(), bench.order()];
    let line = bench.begin(&hall);
    let first = bench.article();
    let verdict = Verdict::from_reasons([Reason::Colour]);
    assert_eq!(bench.judge(first, &verdict), Standing::Failed);
    let second = bench.article();
    assert_ne!(second, first);
    assert_eq!(hall.prints(), (2, 0));
    bench.judge(second, &Verdict::Passed);
    line.join().unwrap().unwrap();
    for order in orders {
        let newest = bench.newest(order);
        assert_eq!(newest.state().name(), "quality_passed", "{newest:?}");
        let remade = if order == first.order { 2 } else { 1 };
        assert_eq!(newest.id().attempt.get(), remade);
    }
    assert_eq!(hall.prints(), (3, 0));
}

#[test]
fn another_ribbon_asks_for_another_first_article() {
    let (mut bench, hall) = strict(4);
    bench.order();
    // Nothing waits for its approval: the line ends.
    bench.begin(&hall).join().unwrap().unwrap();
    let first = bench.waits().unwrap();
    bench.judge(first, &Verdict::Passed);
    hall.use_ribbon_up();
    hall.helped_by(&[Person::OpenDoor, Person::ChangeRibbon, Person::CloseDoor]);
    bench.order();
    bench.order();
    let line = bench.begin(&hall);
    let second = bench.article();
    assert_ne!(second, first);
    let set_up = bench.runtime.block_on(bench.store.set_up("SN-1"));
    assert_eq!(set_up.unwrap().unwrap().cause, Cause::Ribbon);
    assert_eq!(hall.prints(), (2, 0));
    bench.judge(second, &Verdict::Passed);
    let made = line.join().unwrap().unwrap();
    assert_eq!((made.documents, hall.prints()), (2, (3, 0)));
}
