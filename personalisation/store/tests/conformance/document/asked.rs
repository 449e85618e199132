//! Officials ask: little is told, and not too often.

use personalisation_core::{
    document::lookup::{Answer, MOST_UNKNOWN},
    ids::ActId,
};
use personalisation_store::document::Question;

use super::*;
use crate::{Engine, on_each_engine};

impl Bench {
    async fn ask(
        &mut self,
        by: PersonId,
        number: DocumentNumber,
        at: OffsetDateTime,
    ) -> Result<Option<Answer>, StoreError> {
        let question = Question {
            id: ActId::generate(&mut self.rng),
            by,
            number,
            document_type: CARD,
        };
        self.store.ask_document(&question, |_| vec![], at).await
    }
}

async fn valid_not_valid_and_unknown_are_all_that_is_told(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, clerk) = bench.active_card(1).await;
    let today = date!(2026 - 11 - 21);
    let told = bench.ask(clerk, card, NOW).await.unwrap();
    assert_eq!(told, Some(Answer::Valid(today)));
    let supervisor = somebody(&mut bench, Role::Supervisor).await;
    let lost = Change::Report(report(Loss::Lost, supervisor));
    bench.change(card, &lost, NOW).await.unwrap();
    let told = bench.ask(clerk, card, NOW).await.unwrap();
    assert_eq!(told, Some(Answer::NotValid(today)));
    let nobodys = DocumentNumber::generate(&mut bench.rng);
    let told = bench.ask(clerk, nobodys, NOW).await.unwrap();
    assert_eq!(told, Some(Answer::Unknown));
    let dispatcher = somebody(&mut bench, Role::Dispatcher).await;
    assert!(is_not_permitted(&bench.ask(dispatcher, card, NOW).await));
}

async fn who_walks_numbers_is_not_answered_until_an_hour_has_passed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (card, clerk) = bench.active_card(1).await;
    for _ in 0..MOST_UNKNOWN {
        let number = DocumentNumber::generate(&mut bench.rng);
        let told = bench.ask(clerk, number, NOW).await.unwrap();
        assert_eq!(told, Some(Answer::Unknown));
    }
    // From wherever they ask: the books count.
    let mut other = bench.another().await;
    assert_eq!(other.ask(clerk, card, NOW).await.unwrap(), None);
    // Somebody else is answered, and they are after an hour.
    let colleague = somebody(&mut bench, Role::Reviewer).await;
    assert!(bench.ask(colleague, card, NOW).await.unwrap().is_some());
    let later = NOW + time::Duration::HOUR;
    assert!(bench.ask(clerk, card, later).await.unwrap().is_some());
}

async fn who_asks_at_once_does_not_get_past_the_limit(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let clerk = somebody(&mut bench, Role::Clerk).await;
    for _ in 0..MOST_UNKNOWN - 1 {
        let number = DocumentNumber::generate(&mut bench.rng);
        bench.ask(clerk, number, NOW).await.unwrap();
    }
    let mut other = bench.another().await;
    let (one, two) = (
        DocumentNumber::generate(&mut bench.rng),
        DocumentNumber::generate(&mut other.rng),
    );
    let (first, second) = tokio::join!(bench.ask(clerk, one, NOW), other.ask(clerk, two, NOW));
    let told = [first.unwrap(), second.unwrap()];
    assert_eq!(
        told.iter().filter(|told| told.is_some()).count(),
        1,
        "{told:?}"
    );
}

on_each_engine!(
    valid_not_valid_and_unknown_are_all_that_is_told,
    who_walks_numbers_is_not_answered_until_an_hour_has_passed,
    who_asks_at_once_does_not_get_past_the_limit,
);
