//! Who looks at which card, and what they cannot let pass: void cards, cards inside, cards without pictures.

use dossier::staff::Role;
use personalisation_core::quality::Stage;
use personalisation_store::line::MachineLoss;

use super::*;
use crate::{MINUTE, stock::people::somebody};

/// A card that is taken out of the machine by the door, and one that is lost with its machine, whatever the camera saw.
async fn a_void_card_neither_passes_nor_approves_a_set_up(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [article, unpicked, lost] = bench.cards().await;
    bench.leave(1_000, 1, &article).await;
    let article = bench
        .photographed(&article, &Verdict::Passed, Sampling::Full, &pictures())
        .await;
    let mine = lease("machine", 1);
    let removed = ScrapReason::ChipRemoved;
    let article = bench.scrap(&mine, &article, removed).await;
    let unpicked = bench
        .photographed(&unpicked, &Verdict::Passed, FEW, &[])
        .await;
    let unpicked = bench.scrap(&mine, &unpicked, removed).await;
    for (card, left) in [(&article, LeftTo::Removed), (&unpicked, LeftTo::Removed)] {
        let left = bench.store.card_left(card.id(), left, "gone", NOW);
        left.await.unwrap();
    }
    let lost = bench
        .photographed(&lost, &Verdict::Passed, Sampling::Full, &pictures())
        .await;
    let operator = somebody(&mut bench, Role::Operator).await;
    bench.set_clock(NOW + Duration::minutes(2));
    let machine = machine::card(MACHINE, 1).machine;
    let given_up = bench
        .store
        .lose_machine(machine, (operator, MINUTE), |_| Vec::new(), NOW);
    assert!(matches!(given_up.await.unwrap(), MachineLoss::Lost(cards) if cards.len() == 1));
    for card in [&article, &unpicked, &lost] {
        let known = bench.store.quality(card.id()).await.unwrap();
        assert_eq!(known.stage, Stage::Void);
        assert_eq!(known.standing(), Standing::Failed);
        assert_eq!(known.waits_for_person(), None);
        assert!(!known.may_be_packed());
        for verdict in [Verdict::Passed, failed(Reason::Colour)] {
            let looked = bench.look(card, person(7), &verdict).await;
            assert!(
                matches!(looked, Err(StoreError::Stale { .. })),
                "{looked:?}"
            );
        }
    }
    assert_eq!(bench.waiting().await, []);
    assert_eq!(bench.store.count_to_inspect().await.unwrap(), 0);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!((set_up.approved, set_up.article), (false, None));
    // Their pictures are of no use any more.
    assert_eq!(bench.store.erase_old_pictures(NOW, NOW).await.unwrap(), 8);
}

async fn a_card_inside_its_machine_is_not_judged(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [card] = bench.cards().await;
    let inside = bench
        .photographed(&card, &Verdict::Passed, Sampling::Full, &pictures())
        .await;
    assert_eq!(bench.waiting().await, [], "nobody can have it in hand");
    for verdict in [Verdict::Passed, failed(Reason::Colour)] {
        let error = bench.look(&inside, person(7), &verdict).await.unwrap_err();
        assert!(matches!(error, StoreError::StillInside { .. }), "{error}");
    }
    let card = bench.in_tray(&inside).await;
    assert_eq!(bench.waiting().await, [card.id()]);
    bench
        .look(&card, person(7), &Verdict::Passed)
        .await
        .unwrap();
    let known = bench.store.quality(card.id()).await.unwrap();
    assert!(known.may_be_packed());
}

async fn what_has_no_pictures_is_rejected_and_never_passes(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two] = bench.cards().await;
    let three_of_four = &pictures()[..3];
    for (card, kept) in [(&one, &[][..]), (&two, three_of_four)] {
        let card = bench
            .photographed(card, &Verdict::Passed, Sampling::Full, kept)
            .await;
        let card = bench.in_tray(&card).await;
        assert!(!bench.store.has_pictures(card.id()).await.unwrap());
        let error = bench.look(&card, person(7), &Verdict::Passed).await;
        let error = error.unwrap_err();
        assert!(matches!(error, StoreError::NoPictures { .. }), "{error}");
        let looked = bench.look(&card, person(7), &failed(Reason::Text)).await;
        assert_eq!(looked.unwrap().standing, Standing::Failed);
    }
}

async fn two_who_judge_at_once_are_one(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two] = bench.cards().await;
    for (card, second) in [(one, Verdict::Passed), (two, failed(Reason::Edge))] {
        let card = bench.camera(&card, &Verdict::Passed, Sampling::Full).await;
        let both = tokio::join!(
            bench.look(&card, person(7), &Verdict::Passed),
            bench.look(&card, person(8), &second),
        );
        let (done, refused) = match both {
            (Ok(done), refused) | (refused, Ok(done)) => (done, refused),
            neither => panic!("{neither:?}"),
        };
        assert!(
            matches!(refused, Err(StoreError::Stale { .. })),
            "{refused:?}"
        );
        assert_eq!(bench.quality(&card).await, done.standing);
    }
}

async fn first_articles_stand_before_samples_and_those_before_rejections(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [rejected, sampled, article] = bench.cards().await;
    bench.camera(&rejected, &failed(Reason::Blank), FEW).await;
    bench
        .camera(&sampled, &Verdict::Passed, Sampling::Full)
        .await;
    bench.leave(1_000, 1, &article).await;
    bench.camera(&article, &Verdict::Passed, FEW).await;
    // The article is the newest of them, and a machine waits for it.
    let mut tool = bench.home.tool().await;
    let attempts = [&rejected, &sampled, &article].map(Attempt::id);
    assert_eq!(
        bench.waiting().await,
        [attempts[2], attempts[1], attempts[0]]
    );
    let first = bench.store.cards_to_inspect(1).await.unwrap();
    assert_eq!(first[0].look, Look::FirstArticle);
    assert_eq!(bench.store.count_to_inspect().await.unwrap(), 3);
    // As many as there are, also where they are not all read.
    let counted = "SELECT COUNT(*) FROM quality_inspection WHERE asks IS NOT NULL";
    let counted: i64 = sqlx::query_scalar(counted)
        .fetch_one(&mut tool)
        .await
        .unwrap();
    assert_eq!(counted, 3);
}

async fn what_follows_a_bad_or_lost_card_is_looked_at(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [bad, gone] = bench.cards().await;
    let bad = bench.camera(&bad, &Verdict::Passed, Sampling::Full).await;
    let looked = bench.look(&bad, person(7), &failed(Reason::Surface)).await;
    looked.unwrap();
    bench.delivery(&[chip(3)]).await;
    let remade = bench.read_back_in(3, machine::card(MACHINE, 3)).await;
    assert_eq!(remade.id().order, bad.id().order);
    assert!(bench.store.is_sampled(remade.id(), FEW).await.unwrap());
    let remade = bench.camera(&remade, &Verdict::Passed, FEW).await;
    let waits = Standing::Waits(Look::Sample);
    assert_eq!(bench.quality(&remade).await, waits);
    // Taken out after it was printed: found and destroyed, a person releases the remake.
    let gone = bench.photographed(&gone, &Verdict::Passed, FEW, &[]).await;
    let mine = lease("machine", 1);
    let gone = bench.scrap(&mine, &gone, ScrapReason::ChipRemoved).await;
    let attempts = bench.store.attempts(gone.id().order).await.unwrap();
    let resumed = attempts[1].clone().resume().unwrap();
    let released = bench.store.decide(&attempts[1], &resumed, &[], NOW);
    released.await.unwrap();
    bench.delivery(&[chip(4)]).await;
    let remade = bench.read_back_in(4, machine::card(MACHINE, 4)).await;
    assert_eq!(remade.id(), attempts[1].id());
    let remade = bench.camera(&remade, &Verdict::Passed, FEW).await;
    assert_eq!(bench.quality(&remade).await, waits);
}

async fn samples_are_drawn_with_a_key_of_the_store(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let half = Sampling::OneIn(NonZeroU32::new(2).unwrap());
    let mut cards = Vec::new();
    for _ in 0..64 {
        cards.push(bench.order("ONE", NOW).await.id());
    }
    let draws = async |store: &personalisation_store::Store| {
        let mut draws = Vec::new();
        for card in &cards {
            draws.push(store.is_sampled(*card, half).await.unwrap());
        }
        draws
    };
    let own = draws(&bench.store).await;
    let picked = own.iter().filter(|picked| **picked).count();
    assert!((16..=48).contains(&picked), "{picked} of 64");
    assert_eq!(draws(&bench.another().await.store).await, own);
    // Whoever knows the orders, and not the key, foresees nothing.
    let other = bench.home.open(8).await;
    assert_ne!(draws(&other).await, own);
}

on_each_engine!(
    a_void_card_neither_passes_nor_approves_a_set_up,
    a_card_inside_its_machine_is_not_judged,
    what_has_no_pictures_is_rejected_and_never_passes,
    two_who_judge_at_once_are_one,
    first_articles_stand_before_samples_and_those_before_rejections,
    what_follows_a_bad_or_lost_card_is_looked_at,
    samples_are_drawn_with_a_key_of_the_store,
);
