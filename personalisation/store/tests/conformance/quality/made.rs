//! Who made a card: from its blank to its exit picture, and where nobody says so.

use personalisation_store::quality::{SHIFT, Worked};

use super::*;

const HOUR: Duration = Duration::HOUR;

impl Bench {
    /// A sample in the exit tray whose blank was bound so long before its exit picture.
    async fn sample_bound(&mut self, number: u8, before: Duration) -> Attempt {
        let card = self.card_for("luxembourg", number).await;
        let at = crate::micros(NOW - before);
        let order = hex::encode(card.id().order.as_bytes());
        let earlier = format!(
            "UPDATE line_move SET moved_at = {at} WHERE state = 'bound' AND order_id = X'{order}'"
        );
        self.home.meddle(&earlier).await;
        self.camera(&card, &Verdict::Passed, Sampling::Full).await
    }
}

async fn whoever_worked_there_between_blank_and_exit_picture_made_the_card(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (early, between, stranger) = (person(2), person(3), person(4));
    for (who, from, until) in [(early, 4, 3), (between, 2, 1)] {
        assert!(bench.works(who, NOW - from * HOUR).await);
        let left = bench.store.sign_off(MACHINE, who, &[], NOW - until * HOUR);
        assert!(left.await.unwrap());
    }
    // Bound while one was there, who had left when the picture was taken.
    let card = bench.sample_bound(1, 2 * HOUR).await;
    let error = bench.look(&card, between, &Verdict::Passed).await;
    let error = error.unwrap_err();
    assert!(matches!(error, StoreError::MadeIt { .. }), "{error}");
    let error = bench.look(&card, between, &failed(Reason::Edge)).await;
    assert!(matches!(error, Err(StoreError::MadeIt { .. })));
    // Who had left before is a stranger.
    bench.look(&card, early, &Verdict::Passed).await.unwrap();
    let card = bench.sample_bound(2, 2 * HOUR).await;
    bench.look(&card, stranger, &Verdict::Passed).await.unwrap();
}

async fn a_forgotten_sign_off_vouches_for_nobody(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    assert_eq!(SHIFT, 12 * HOUR);
    let forgetful = person(2);
    assert!(bench.works(forgetful, NOW - 13 * HOUR).await);
    let at = bench.store.at_machine(MACHINE, NOW).await.unwrap();
    assert_eq!(at, [], "that shift is over");
    let card = bench.sample_bound(1, Duration::minutes(5)).await;
    let error = bench.look(&card, person(7), &Verdict::Passed).await;
    let error = error.unwrap_err();
    assert!(matches!(error, StoreError::MakerUnknown { .. }), "{error}");
    // What was made within the shift, they made.
    let error = bench.sample_bound(2, 2 * HOUR).await;
    let error = bench.look(&error, forgetful, &Verdict::Passed).await;
    assert!(matches!(error, Err(StoreError::MadeIt { .. })), "{error:?}");
    // The next shift is said anew, and the forgotten one ends when it ended.
    assert!(bench.works(forgetful, NOW - HOUR).await);
    assert!(!bench.works(forgetful, NOW).await, "known already");
    let at = bench.store.at_machine(MACHINE, NOW).await.unwrap();
    assert_eq!(at.len(), 1);
    let left = bench.store.sign_off(MACHINE, forgetful, &[], NOW).await;
    assert!(left.unwrap());
    let ends = "SELECT until - since FROM quality_operator ORDER BY since";
    let ends: Vec<i64> = sqlx::query_scalar(ends)
        .fetch_all(&mut bench.home.tool().await)
        .await
        .unwrap();
    assert_eq!(ends, [12, 1].map(|hours| hours * 3_600_000_000));
}

async fn a_gate_that_nobody_signed_on_for_is_opened_by_a_rejection_or_a_supervisor(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let article = bench.card_for("luxembourg", 1).await;
    let next = bench.card_for("luxembourg", 2).await;
    assert_eq!(
        bench.leave(1_000, 1, &article).await,
        Leave::PrintFirstArticle
    );
    let article = bench.camera(&article, &Verdict::Passed, FEW).await;
    let inspector = person(7);
    let error = bench.look(&article, inspector, &Verdict::Passed).await;
    assert!(matches!(error, Err(StoreError::MakerUnknown { .. })));
    assert_eq!(bench.leave(1_000, 2, &next).await, Leave::Wait);
    // Rejected it is all the same: the machine prints another one.
    let wrong = failed(Reason::Colour);
    let looked = bench.look(&article, inspector, &wrong).await;
    assert_eq!(looked.unwrap().standing, Standing::Failed);
    let leave = bench.leave(1_000, 3, &next).await;
    assert_eq!(leave, Leave::PrintFirstArticle);
    let next = bench.camera(&next, &Verdict::Passed, FEW).await;
    // Or a supervisor says who worked there, however long ago: three days later.
    let (maker, supervisor) = (person(2), person(3));
    let monday = NOW + Duration::days(3);
    let worked = Worked {
        machine: MACHINE,
        person: maker,
        since: NOW - 4 * HOUR,
        until: NOW + HOUR,
        entered_by: supervisor,
    };
    let enter = |worked: Worked<'static>, now| {
        let store = bench.store.clone();
        async move { store.enter_work(&worked, &[], now).await.unwrap() }
    };
    let too_long = Worked {
        since: NOW - SHIFT,
        ..worked
    };
    assert!(!enter(too_long, monday).await, "longer than a shift");
    assert!(!enter(worked, NOW).await, "it is not over yet");
    let backwards = Worked {
        until: worked.since,
        ..worked
    };
    assert!(!enter(backwards, monday).await);
    assert!(enter(worked, monday).await);
    assert!(!enter(worked, monday).await, "known already");
    for made in [maker, supervisor] {
        let error = bench.look(&next, made, &Verdict::Passed).await;
        assert!(matches!(error, Err(StoreError::MadeIt { .. })), "{error:?}");
    }
    bench
        .look(&next, inspector, &Verdict::Passed)
        .await
        .unwrap();
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert!(set_up.approved);
}

on_each_engine!(
    whoever_worked_there_between_blank_and_exit_picture_made_the_card,
    a_forgotten_sign_off_vouches_for_nobody,
    a_gate_that_nobody_signed_on_for_is_opened_by_a_rejection_or_a_supervisor,
);
