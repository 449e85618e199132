//! Quality: first articles, inspections by machines and by people who did not make the card, trends.

use std::num::NonZeroU32;

use dossier::PersonId;
use personalisation_core::{
    attempt::{Attempt, AttemptId, ScrapReason},
    blank::BlankState,
    quality::{Cause, Leave, Look, Reason, Sampling, Standing, Verdict},
};
use personalisation_store::{
    StoreError,
    quality::{ByMachine, ByPerson, Change, Counted, Period, Recorded},
};
use time::Duration;

use crate::{Bench, Engine, NOW, chip, lease, on_each_engine};

const MACHINE: &str = "SN-1";
/// No card is picked but by another reason.
const FEW: Sampling = Sampling::OneIn(NonZeroU32::MAX);

fn person(byte: u8) -> PersonId {
    PersonId::from_bytes([byte; 16])
}

fn failed(reason: Reason) -> Verdict {
    Verdict::from_reasons([reason])
}

impl Bench {
    /// Cards that were read back, each on its blank.
    async fn cards<const N: usize>(&mut self) -> [Attempt; N] {
        let chips: Vec<_> = (1..=u8::try_from(N).unwrap()).map(chip).collect();
        self.delivery(&chips).await;
        let mut cards = Vec::new();
        for chip in chips {
            self.order("ONE", NOW).await;
            let mine = lease("one", chip.as_bytes()[0]);
            let bound = self.bound(chip, &mine).await;
            cards.push(self.finish(&mine, &bound).await);
        }
        cards.try_into().unwrap()
    }

    async fn change(&self, id: u8, cause: Cause) {
        let change = Change {
            machine: MACHINE,
            id: [id; 16],
            cause,
            template: "identity-card-1",
        };
        self.store.change_set_up(&change, NOW).await.unwrap();
    }

    async fn leave(&self, card: &Attempt) -> Leave {
        let leave = self.store.leave_to_print(MACHINE, card.id()).await;
        leave.unwrap()
    }

    async fn camera(&self, card: AttemptId, verdict: &Verdict, sampling: Sampling) -> Recorded {
        let seen = ByMachine {
            card,
            machine: MACHINE,
            verdict,
            detail: None,
        };
        let recorded = self.store.inspected_by_machine(&seen, sampling, &[], NOW);
        recorded.await.unwrap()
    }

    async fn look(
        &self,
        card: AttemptId,
        inspector: PersonId,
        verdict: &Verdict,
        sampling: Sampling,
    ) -> Result<Recorded, StoreError> {
        let seen = ByPerson {
            card,
            inspector,
            verdict,
        };
        let recorded = self.store.inspected_by_person(&seen, sampling, &[], NOW);
        recorded.await
    }
}

async fn after_a_change_one_card_is_printed_and_the_others_wait(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two] = bench.cards().await;
    assert_eq!(bench.leave(&one).await, Leave::Wait, "it was never set up");
    bench.change(1, Cause::Ribbon).await;
    bench.change(1, Cause::Ribbon).await;
    assert_eq!(bench.leave(&one).await, Leave::PrintFirstArticle);
    assert_eq!(bench.leave(&one).await, Leave::PrintFirstArticle);
    assert_eq!(bench.leave(&two).await, Leave::Wait);
    let recorded = bench.camera(one.id(), &Verdict::Passed, FEW).await;
    assert_eq!(recorded.standing, Standing::Waits(Look::FirstArticle));
    assert_eq!(bench.leave(&two).await, Leave::Wait);
    let looked = bench.look(one.id(), person(7), &Verdict::Passed, FEW).await;
    let looked = looked.unwrap();
    assert_eq!(
        (looked.look, looked.standing),
        (Look::FirstArticle, Standing::Passed)
    );
    assert_eq!(bench.leave(&two).await, Leave::Print);
    bench.change(2, Cause::Template).await;
    assert_eq!(bench.leave(&two).await, Leave::PrintFirstArticle);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!((set_up.cause, set_up.approved), (Cause::Template, false));
    let template = bench.store.set_up_template(MACHINE).await.unwrap();
    assert_eq!(template.as_deref(), Some("identity-card-1"));
}

async fn a_first_article_that_fails_or_comes_to_nothing_is_followed_by_another(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two] = bench.cards().await;
    bench.change(1, Cause::Ribbon).await;
    assert_eq!(bench.leave(&one).await, Leave::PrintFirstArticle);
    bench.camera(one.id(), &Verdict::Passed, FEW).await;
    let verdict = failed(Reason::Colour);
    let looked = bench
        .look(one.id(), person(7), &verdict, FEW)
        .await
        .unwrap();
    assert_eq!(looked.standing, Standing::Failed);
    assert_eq!(bench.leave(&two).await, Leave::PrintFirstArticle);
    // That one is given up before anybody saw it.
    let mine = lease("two", 9);
    bench.delivery(&[chip(8)]).await;
    bench.order("TWO", NOW).await;
    bench.change(2, Cause::Ribbon).await;
    let bound = bench.bound(chip(8), &mine).await;
    assert_eq!(bench.leave(&bound).await, Leave::PrintFirstArticle);
    assert_eq!(bench.leave(&two).await, Leave::Wait);
    bench.scrap(&mine, &bound, ScrapReason::ChipRemoved).await;
    assert_eq!(bench.leave(&two).await, Leave::PrintFirstArticle);
    assert_eq!(bench.leave(&two).await, Leave::PrintFirstArticle);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!(set_up.article, Some(two.id()));
}

async fn nobody_inspects_what_they_made(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (maker, before, after) = (person(1), person(2), person(3));
    let hour = Duration::hours(1);
    let begin = |who, at| bench.store.begin_at_machine(MACHINE, who, at);
    begin(before, NOW - 2 * hour).await.unwrap();
    begin(maker, NOW - hour).await.unwrap();
    begin(maker, NOW).await.unwrap();
    begin(after, NOW + hour).await.unwrap();
    let end = bench.store.end_at_machine(MACHINE, before, NOW - hour);
    end.await.unwrap();
    let [card] = bench.cards().await;
    bench
        .camera(card.id(), &Verdict::Passed, Sampling::Full)
        .await;
    let error = bench.look(card.id(), maker, &Verdict::Passed, Sampling::Full);
    let error = error.await.unwrap_err();
    assert!(matches!(error, StoreError::MadeIt { .. }), "{error}");
    let waits = Standing::Waits(Look::Sample);
    let quality = bench.store.quality(card.id(), Sampling::Full).await;
    assert_eq!(quality.unwrap(), waits, "nothing was recorded");
    let looked = bench.look(card.id(), before, &Verdict::Passed, Sampling::Full);
    assert_eq!(looked.await.unwrap().standing, Standing::Passed);
    let again = bench.look(card.id(), after, &Verdict::Passed, Sampling::Full);
    assert!(matches!(again.await, Err(StoreError::Stale { .. })));
}

async fn a_card_that_an_inspector_fails_is_made_again_in_the_same_order(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [card] = bench.cards().await;
    bench
        .camera(card.id(), &Verdict::Passed, Sampling::Full)
        .await;
    let scratched = failed(Reason::Surface);
    let looked = bench.look(card.id(), person(1), &scratched, Sampling::Full);
    let looked = looked.await.unwrap();
    assert_eq!(
        (looked.look, looked.standing),
        (Look::Sample, Standing::Failed)
    );
    let attempts = bench.store.attempts(card.id().order).await.unwrap();
    let states: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.state().name())
        .collect();
    assert_eq!(states, ["scrapped", "queued"]);
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert_eq!(blank.state, BlankState::Spoiled);
    // The remake has another blank and another number.
    bench.delivery(&[chip(2)]).await;
    let remade = bench.bound(chip(2), &lease("two", 2)).await;
    assert_eq!(remade.id(), attempts[1].id());
    let number = |attempt: &Attempt| attempt.binding().unwrap().number;
    assert_ne!(number(&remade), number(&card));
    let quality = bench.store.quality(remade.id(), Sampling::Full).await;
    assert_eq!(quality.unwrap(), Standing::Waits(Look::Machine));
}

async fn a_machines_verdict_is_recorded_once_and_not_changed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [card] = bench.cards().await;
    let quality = bench.store.quality(card.id(), FEW).await.unwrap();
    assert_eq!(quality, Standing::Waits(Look::Machine));
    let early = bench.look(card.id(), person(1), &Verdict::Passed, Sampling::Full);
    assert!(matches!(early.await, Err(StoreError::Stale { .. })));
    let verdict = failed(Reason::Position);
    for _ in 0..2 {
        let recorded = bench.camera(card.id(), &verdict, FEW).await;
        assert_eq!(recorded.standing, Standing::Failed);
    }
    let other = ByMachine {
        card: card.id(),
        machine: MACHINE,
        verdict: &Verdict::Passed,
        detail: None,
    };
    let error = bench
        .store
        .inspected_by_machine(&other, FEW, &[], NOW)
        .await;
    assert!(matches!(error, Err(StoreError::AlreadyThere { .. })));
}

async fn trends_count_by_day_machine_batch_and_reason(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two, three] = bench.cards().await;
    for (card, verdict) in [
        (&one, Verdict::Passed),
        (&two, failed(Reason::Blemish)),
        (
            &three,
            Verdict::from_reasons([Reason::Blemish, Reason::Colour]),
        ),
    ] {
        bench.camera(card.id(), &verdict, FEW).await;
    }
    let edge = failed(Reason::Edge);
    let looked = bench.look(one.id(), person(1), &edge, Sampling::Full);
    looked.await.unwrap();
    let period = Period::last_days(7, NOW);
    let counted = bench.store.trends(period).await.unwrap();
    let of = |look: Look, reason: Option<Reason>| {
        let found = |row: &&Counted| row.look == look && row.reason == reason;
        counted.iter().find(found).map_or(0, |row| row.cards)
    };
    assert_eq!(of(Look::Machine, None), 1);
    assert_eq!(of(Look::Machine, Some(Reason::Blemish)), 2);
    assert_eq!(of(Look::Machine, Some(Reason::Colour)), 1);
    assert_eq!(of(Look::Sample, Some(Reason::Edge)), 1);
    assert_eq!(counted.len(), 4, "{counted:?}");
    let midnight = NOW.replace_time(time::Time::MIDNIGHT);
    assert!(
        counted
            .iter()
            .all(|row| row.machine == MACHINE && row.day == midnight)
    );
    let later = Period::last_days(7, NOW + Duration::days(30));
    assert_eq!(bench.store.trends(later).await.unwrap(), []);
}

on_each_engine!(
    after_a_change_one_card_is_printed_and_the_others_wait,
    a_first_article_that_fails_or_comes_to_nothing_is_followed_by_another,
    nobody_inspects_what_they_made,
    a_card_that_an_inspector_fails_is_made_again_in_the_same_order,
    a_machines_verdict_is_recorded_once_and_not_changed,
    trends_count_by_day_machine_batch_and_reason,
);
