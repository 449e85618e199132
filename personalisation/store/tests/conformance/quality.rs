//! Quality: first articles, inspections by machines and by people who did not make the card, pictures, trends.

use std::num::NonZeroU32;

use dossier::PersonId;
use personalisation_core::{
    attempt::{Attempt, AttemptId, AttemptState, ScrapReason},
    blank::BlankState,
    machine::LeftTo,
    quality::{Cause, Leave, Look, Reason, Sampling, Standing, Verdict},
};
use personalisation_store::{
    StoreError,
    line::Advance,
    quality::{Ask, ByMachine, ByPerson, Counted, Period, Picture, Recorded, SignOn},
};
use time::Duration;
use zeroize::Zeroizing;

use crate::{Bench, Engine, NOW, chip, lease, machine, on_each_engine};

mod guarded;
mod looked;
mod made;

const MACHINE: &str = "SN-1";
/// No card is picked but by another reason.
const FEW: Sampling = Sampling::OneIn(NonZeroU32::MAX);
/// Who works at the machine all day.
const MAKER: PersonId = PersonId::from_bytes([0xEE; 16]);

fn person(byte: u8) -> PersonId {
    PersonId::from_bytes([byte; 16])
}

fn failed(reason: Reason) -> Verdict {
    Verdict::from_reasons([reason])
}

fn pictures() -> Vec<(Picture, Zeroizing<Vec<u8>>)> {
    let jpeg = |picture: Picture| Zeroizing::new(picture.name().as_bytes().to_vec());
    Picture::ALL
        .map(|picture| (picture, jpeg(picture)))
        .to_vec()
}

impl Bench {
    /// Cards in the machine's printer that are to be printed; somebody works at the machine.
    async fn cards<const N: usize>(&mut self) -> [Attempt; N] {
        self.works(MAKER, NOW).await;
        let mut cards = Vec::new();
        for number in 1..=u8::try_from(N).unwrap() {
            cards.push(self.card_for("luxembourg", number).await);
        }
        cards.try_into().unwrap()
    }

    async fn card_for(&mut self, state: &str, number: u8) -> Attempt {
        self.delivery(&[chip(number)]).await;
        self.order_of_state(state, "ONE", NOW).await;
        let inside = machine::card(MACHINE, number.into());
        self.read_back_in(number, inside).await
    }

    pub async fn works(&self, who: PersonId, since: time::OffsetDateTime) -> bool {
        let sign_on = SignOn {
            machine: MACHINE,
            person: who,
            since,
        };
        self.store.sign_on(&sign_on, &[], NOW).await.unwrap()
    }

    async fn leave(&self, ribbon: u64, id: u8, card: &Attempt) -> Leave {
        let ask = Ask {
            machine: MACHINE,
            ribbon: Some(ribbon),
            card: card.id(),
            id: [id; 16],
        };
        self.store.leave_to_print(&ask, &[], NOW).await.unwrap()
    }

    /// The exit camera's verdict: the card goes to the exit tray, or is given up.
    pub async fn camera(
        &mut self,
        card: &Attempt,
        verdict: &Verdict,
        sampling: Sampling,
    ) -> Attempt {
        let to = self
            .photographed(card, verdict, sampling, &pictures())
            .await;
        if *verdict == Verdict::Passed {
            return self.in_tray(&to).await;
        }
        let left = LeftTo::Reject;
        let left = self.store.card_left(to.id(), left, "rejected", NOW);
        left.await.unwrap();
        to
    }

    async fn in_tray(&mut self, printed: &Attempt) -> Attempt {
        let passed = printed.clone().pass_quality().unwrap();
        let mine = lease("machine", 1);
        self.go(&mine, printed, passed).await.unwrap()
    }

    /// The same with the card inside still.
    async fn photographed(
        &mut self,
        card: &Attempt,
        verdict: &Verdict,
        sampling: Sampling,
        pictures: &[(Picture, Zeroizing<Vec<u8>>)],
    ) -> Attempt {
        let mine = lease("machine", 1);
        let seen = ByMachine {
            machine: MACHINE,
            verdict,
            detail: Some("front: blank"),
            figures: Some("{}"),
            sampling,
            pictures,
        };
        let passed = *verdict == Verdict::Passed;
        let to = if passed {
            card.clone().print().unwrap()
        } else {
            let reason = ScrapReason::ExitInspectionFailed;
            card.clone().scrap(reason).unwrap()
        };
        let path = [to];
        let advance = Advance {
            from: card,
            path: &path,
            content: &[],
            signer: None,
            entries: &[],
            seen: Some(&seen),
        };
        let moved = self.store.advance(&mut self.rng, &mine, &advance, NOW);
        moved.await.unwrap();
        let [to] = path;
        to
    }

    pub async fn look(
        &self,
        card: &Attempt,
        inspector: PersonId,
        verdict: &Verdict,
    ) -> Result<Recorded, StoreError> {
        let seen = ByPerson {
            card: card.id(),
            inspector,
            verdict,
        };
        self.store.inspected_by_person(&seen, &[], NOW).await
    }

    async fn quality(&self, card: &Attempt) -> Standing {
        self.store.quality(card.id()).await.unwrap().standing()
    }

    async fn picture(&self, card: AttemptId, picture: Picture) -> Option<Vec<u8>> {
        let found = self.store.quality_picture(card, picture).await.unwrap();
        found.map(|jpeg| jpeg.to_vec())
    }

    async fn waiting(&self) -> Vec<AttemptId> {
        let kept = self.store.cards_to_inspect(10).await.unwrap();
        kept.into_iter().map(|kept| kept.card).collect()
    }
}

async fn after_a_change_one_card_is_printed_and_the_others_wait(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two, three] = bench.cards().await;
    let serial = machine::card(MACHINE, 1).machine;
    // A machine's first card, asked twice.
    for id in [1, 2] {
        let leave = bench.leave(1_000, id, &one).await;
        assert_eq!(leave, Leave::PrintFirstArticle);
    }
    assert_eq!(bench.leave(1_000, 3, &two).await, Leave::Wait);
    assert!(!bench.store.article_lies_ready(serial).await.unwrap());
    let one = bench.camera(&one, &Verdict::Passed, FEW).await;
    assert!(bench.store.article_lies_ready(serial).await.unwrap());
    let waits = Standing::Waits(Look::FirstArticle);
    assert_eq!(bench.quality(&one).await, waits);
    assert_eq!(bench.leave(1_000, 4, &two).await, Leave::Wait);
    let looked = bench.look(&one, person(7), &Verdict::Passed).await.unwrap();
    let expected = (Look::FirstArticle, Standing::Passed);
    assert_eq!((looked.look, looked.standing), expected);
    assert!(!bench.store.article_lies_ready(serial).await.unwrap());
    assert_eq!(bench.leave(1_000, 5, &two).await, Leave::Print);
    // Another ribbon.
    let leave = bench.leave(2_000, 6, &two).await;
    assert_eq!(leave, Leave::PrintFirstArticle);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!(
        (set_up.cause, set_up.approved, set_up.in_place.ribbon),
        (Cause::Ribbon, false, Some(2_000))
    );
    assert_eq!(bench.leave(2_000, 7, &three).await, Leave::Wait);
}

async fn another_template_asks_for_another_article(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one] = bench.cards().await;
    let other = bench.card_for("utopia", 9).await;
    bench.leave(1_000, 1, &one).await;
    assert_eq!(bench.leave(1_000, 2, &other).await, Leave::Wait);
    let one = bench.camera(&one, &Verdict::Passed, FEW).await;
    bench.look(&one, person(7), &Verdict::Passed).await.unwrap();
    let leave = bench.leave(1_000, 3, &other).await;
    assert_eq!(leave, Leave::PrintFirstArticle);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!(set_up.cause, Cause::Template);
    assert!(
        set_up
            .in_place
            .template
            .starts_with("utopia identity_card 1 ")
    );
    let other = bench.camera(&other, &Verdict::Passed, FEW).await;
    let looked = bench.look(&other, person(7), &Verdict::Passed).await;
    assert_eq!(looked.unwrap().look, Look::FirstArticle);
    // Both were seen with this ribbon.
    let again = bench.card_for("luxembourg", 5).await;
    assert_eq!(bench.leave(1_000, 4, &again).await, Leave::Print);
}

async fn a_first_article_that_fails_or_comes_to_nothing_is_followed_by_another(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two, three, four] = bench.cards().await;
    let article = Leave::PrintFirstArticle;
    assert_eq!(bench.leave(1_000, 1, &one).await, article);
    let one = bench.camera(&one, &Verdict::Passed, FEW).await;
    let looked = bench.look(&one, person(7), &failed(Reason::Colour)).await;
    assert_eq!(looked.unwrap().standing, Standing::Failed);
    // The next one the camera rejects, the one after is given up before anybody saw it.
    assert_eq!(bench.leave(1_000, 2, &two).await, article);
    assert_eq!(bench.leave(1_000, 3, &three).await, Leave::Wait);
    bench.camera(&two, &failed(Reason::Blank), FEW).await;
    assert_eq!(bench.leave(1_000, 4, &three).await, article);
    let mine = lease("machine", 1);
    bench.scrap(&mine, &three, ScrapReason::PrintSpoiled).await;
    assert_eq!(bench.leave(1_000, 5, &four).await, article);
    assert_eq!(bench.leave(1_000, 6, &four).await, article);
    let set_up = bench.store.set_up(MACHINE).await.unwrap().unwrap();
    assert_eq!(set_up.article, Some(four.id()));
}

async fn nobody_inspects_what_they_made(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (before, after, late) = (person(2), person(3), person(4));
    let hour = Duration::hours(1);
    assert!(bench.works(before, NOW - 2 * hour).await);
    let end = bench.store.sign_off(MACHINE, before, &[], NOW - hour).await;
    assert!(end.unwrap());
    assert!(bench.works(after, NOW + hour).await);
    // Nobody is known to have been there.
    let card = bench.card_for("luxembourg", 1).await;
    let early = bench.look(&card, before, &Verdict::Passed).await;
    assert!(
        matches!(early, Err(StoreError::NeverSeen { .. })),
        "{early:?}"
    );
    let card = bench.camera(&card, &Verdict::Passed, Sampling::Full).await;
    let error = bench.look(&card, before, &Verdict::Passed).await;
    let error = error.unwrap_err();
    assert!(matches!(error, StoreError::MakerUnknown { .. }), "{error}");
    assert!(error.to_string().contains("/floor/SN-1/sign-on"), "{error}");
    // Whoever was says so later.
    assert!(bench.works(late, NOW - hour).await);
    assert!(!bench.works(late, NOW).await, "known already");
    let at: Vec<_> = bench.store.at_machine(MACHINE, NOW).await.unwrap();
    assert_eq!(at.len(), 2, "{at:?}");
    assert_eq!((at[0].person, at[0].since), (late, NOW - hour));
    let error = bench.look(&card, late, &Verdict::Passed).await.unwrap_err();
    assert!(matches!(error, StoreError::MadeIt { .. }), "{error}");
    let waits = Standing::Waits(Look::Sample);
    assert_eq!(bench.quality(&card).await, waits, "nothing was recorded");
    let looked = bench.look(&card, before, &Verdict::Passed).await;
    assert_eq!(looked.unwrap().standing, Standing::Passed);
    let again = bench.look(&card, after, &Verdict::Passed).await;
    assert!(matches!(again, Err(StoreError::Stale { .. })));
}

async fn a_card_that_an_inspector_fails_is_made_again_in_the_same_order(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [card] = bench.cards().await;
    let card = bench.camera(&card, &Verdict::Passed, Sampling::Full).await;
    let looked = bench.look(&card, person(1), &failed(Reason::Surface)).await;
    let looked = looked.unwrap();
    let expected = (Look::Sample, Standing::Failed);
    assert_eq!((looked.look, looked.standing), expected);
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
    let waits = Standing::Waits(Look::Machine);
    assert_eq!(bench.quality(&remade).await, waits);
}

async fn pictures_are_kept_for_those_who_must_look_and_erased_when_they_have(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [sampled, unpicked, rejected] = bench.cards().await;
    let sampled = bench
        .camera(&sampled, &Verdict::Passed, Sampling::Full)
        .await;
    let unpicked = bench.camera(&unpicked, &Verdict::Passed, FEW).await;
    let rejected = bench.camera(&rejected, &failed(Reason::Blank), FEW).await;
    assert_eq!(bench.waiting().await, [sampled.id(), rejected.id()]);
    for picture in Picture::ALL {
        let expected = Some(picture.name().as_bytes().to_vec());
        assert_eq!(bench.picture(sampled.id(), picture).await, expected);
        assert_eq!(bench.picture(rejected.id(), picture).await, expected);
        assert_eq!(bench.picture(unpicked.id(), picture).await, None);
        assert_eq!(Picture::from_name(picture.name()), Some(picture));
    }
    let card = bench.store.inspected_card(rejected.id()).await.unwrap();
    let card = card.unwrap();
    assert_eq!(card.detail.as_deref(), Some("front: blank"));
    assert_eq!(card.known.waits_for_person(), Some(Look::Rejection));
    let by_number = bench.store.card_by(Some(card.number), None).await;
    assert_eq!(by_number.unwrap(), Some(rejected.id()));
    let by_chip = bench.store.card_by(None, Some(chip(1))).await.unwrap();
    assert_eq!(by_chip, Some(sampled.id()));
    // A false alarm: the card stays scrapped, and is made once more and not twice.
    let looked = bench.look(&rejected, person(1), &Verdict::Passed).await;
    let looked = looked.unwrap();
    let expected = (Look::Rejection, Standing::Failed);
    assert_eq!((looked.look, looked.standing), expected);
    let attempts = bench.store.attempts(rejected.id().order).await.unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[1].state(), &AttemptState::Queued);
    assert_eq!(bench.picture(rejected.id(), Picture::FrontSeen).await, None);
    let looked = bench.look(&sampled, person(1), &Verdict::Passed).await;
    assert_eq!(looked.unwrap().standing, Standing::Passed);
    assert_eq!(bench.picture(sampled.id(), Picture::BackSeen).await, None);
    assert_eq!(bench.waiting().await, []);
}

async fn pictures_that_nobody_asks_for_any_more_are_erased_too(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [rejected] = bench.cards().await;
    let rejected = bench.camera(&rejected, &failed(Reason::Blank), FEW).await;
    let erase = |before| bench.store.erase_old_pictures(before, NOW);
    assert_eq!(erase(NOW).await.unwrap(), 0);
    assert_eq!(bench.waiting().await, [rejected.id()]);
    assert_eq!(erase(NOW + Duration::days(1)).await.unwrap(), 4);
    assert_eq!(bench.waiting().await, []);
    assert_eq!(bench.picture(rejected.id(), Picture::FrontSeen).await, None);
}

async fn trends_count_by_day_machine_batch_and_reason(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [one, two, three] = bench.cards().await;
    let both = Verdict::from_reasons([Reason::Blemish, Reason::Colour]);
    let one = bench.camera(&one, &Verdict::Passed, Sampling::Full).await;
    bench.camera(&two, &failed(Reason::Blemish), FEW).await;
    bench.camera(&three, &both, FEW).await;
    let looked = bench.look(&one, person(1), &failed(Reason::Edge)).await;
    looked.unwrap();
    let period = Period::last_days(7, NOW);
    let counted = bench.store.trends(period).await.unwrap();
    let of = |look: Look, reason: Option<Reason>| {
        let own = |row: &&Counted| row.look == look && row.reason == reason;
        counted.iter().filter(own).map(|row| row.cards).sum::<u64>()
    };
    assert_eq!(of(Look::Machine, None), 1);
    assert_eq!(of(Look::Machine, Some(Reason::Blemish)), 2);
    assert_eq!(of(Look::Machine, Some(Reason::Colour)), 1);
    assert_eq!(of(Look::Sample, Some(Reason::Edge)), 1);
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
    another_template_asks_for_another_article,
    a_first_article_that_fails_or_comes_to_nothing_is_followed_by_another,
    nobody_inspects_what_they_made,
    a_card_that_an_inspector_fails_is_made_again_in_the_same_order,
    pictures_are_kept_for_those_who_must_look_and_erased_when_they_have,
    pictures_that_nobody_asks_for_any_more_are_erased_too,
    trends_count_by_day_machine_batch_and_reason,
);
