//! One person is one person, whatever a counter knew of them; and one payment pays once.

use std::collections::BTreeSet;

use dossier::dossier::DocumentType;
use e2e::{
    counter::{Intake, Paper, Station, station},
    oracles,
};
use personalisation::{edge, person, review::ReviewError};
use personalisation_core::{
    application::{Check, Detail, Outcome, Recapture, Referral, RefusalGround},
    ids::OrderId,
};
use personalisation_store::{order::NewOrder, review::ApplicationRow};

use crate::review::support::{
    REVIEWER, SUPERVISOR, accept, at_work, case, desk, file, named, now, printable, referrals,
    settled, with_staff,
};

/// What a check named about an application.
async fn found(centre: &Intake, row: &ApplicationRow, check: Check) -> (Outcome, Vec<Detail>) {
    let checks = centre.store.checks(row.content).await.unwrap();
    let result = checks.into_iter().find(|result| result.check == check);
    let finding = result.unwrap().finding;
    (finding.outcome, finding.detail)
}

/// The same person at a counter whose register was down.
fn unnumbered(mut paper: Paper) -> Paper {
    paper.number = None;
    // As another clerk would type it.
    "MÜLLER WEISS".clone_into(&mut paper.person.0);
    paper
}

#[tokio::test]
async fn with_the_number_and_without_it_is_one_person_who_is_ordered_one_card() {
    let (_place, centre, counter, desk) = at_work().await;
    let first = printable(centre.paper(&counter)).dossier().unwrap();
    let second = unnumbered(printable(centre.paper(&counter)));
    let second = second.dossier().unwrap();
    let first = file(&centre, &counter, &first).await;
    let second = file(&centre, &counter, &second).await;
    assert!(first.claimed && !second.claimed);
    assert!(referrals(&second).contains(&Referral::AnotherApplication));
    let others = centre.store.other_applications(first.application.id());
    assert_eq!(others.await.unwrap(), std::slice::from_ref(&second));
    let refused = desk.approve(case(&second, SUPERVISOR), now()).await;
    assert!(
        matches!(refused, Err(ReviewError::AnotherLives(_))),
        "{refused:?}"
    );
    let duplicate = RefusalGround::Duplicate;
    let ended = desk.refuse(case(&second, SUPERVISOR), duplicate, now());
    ended.await.unwrap();
    desk.approve(case(&first, SUPERVISOR), now()).await.unwrap();
}

#[tokio::test]
async fn whoever_is_ordered_a_card_without_an_application_is_not_approved_another() {
    let (_place, centre, counter, desk) = at_work().await;
    let paper = printable(centre.paper(&counter));
    let dossier = unnumbered(paper.clone()).dossier().unwrap();
    let somebody = person::of_dossier(&centre.store, &paper.dossier().unwrap()).unwrap();
    let ordered = NewOrder {
        id: OrderId::from_bytes([7; 16]),
        issuer_profile: "luxembourg",
        added_by: "personalisation/order",
        person: &somebody,
        document_type: DocumentType::IdentityCard,
        destination: None,
        express: false,
        content: &[],
    };
    let rng = &mut station::seeded(7);
    let added = centre.store.add_order(rng, &ordered, &[], now()).await;
    let attempt = added.unwrap();
    let row = file(&centre, &counter, &dossier).await;
    let (outcome, detail) = found(&centre, &row, Check::LiveDocument).await;
    assert_eq!(outcome, Outcome::Refer(Referral::LiveDocument));
    assert_eq!(detail, [Detail::Ordered]);
    let refused = desk.approve(case(&row, SUPERVISOR), now()).await;
    assert!(
        matches!(&refused, Err(ReviewError::Ordered { order, .. }) if *order == ordered.id),
        "{refused:?}"
    );
    let cancelled = attempt.clone().cancel().unwrap();
    let cancelling = centre.store.decide(&attempt, &cancelled, &[], now());
    cancelling.await.unwrap();
    desk.approve(case(&row, SUPERVISOR), now()).await.unwrap();
}

#[tokio::test]
async fn a_payment_that_was_used_is_a_persons_to_look_at() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let (here, there) = (
        centre.station("L-0304").await.unwrap(),
        centre.station("CTIE").await.unwrap(),
    );
    let paid = |station, name: &str, reference: &str, fee| {
        let paper = named(printable(centre.paper(station)), name);
        let mut dossier = paper.dossier().unwrap();
        dossier.payment.reference = dossier::Text::new(reference).unwrap();
        dossier.payment.fee = fee;
        dossier
    };
    let fee = e2e::counter::paper::FEE;
    let used = vec![Detail::ReferenceUsed];
    for (dossier, at, expected) in [
        (paid(&here, "First", "RF18 5390-0754", fee), &here, vec![]),
        // However it is grouped.
        (paid(&here, "Second", "rf1853900754", fee), &here, used),
        // Another office has references of its own.
        (paid(&there, "Third", "RF18 5390 0754", fee), &there, vec![]),
        // Who paid nothing has no reference; what is due is the fee's matter.
        (
            paid(&here, "Fourth", "RF18 5390 0754", 0),
            &here,
            vec![Detail::Fee],
        ),
    ] {
        let row = file(&centre, at, &dossier).await;
        let (outcome, detail) = found(&centre, &row, Check::Payment).await;
        assert_eq!(detail, expected);
        assert_eq!(outcome == Outcome::Passed, expected.is_empty());
    }
}

#[tokio::test]
async fn an_approval_whose_order_was_cancelled_can_be_ended_and_frees_its_person() {
    let (_place, centre, counter, desk) = at_work().await;
    let first = printable(centre.paper(&counter)).dossier().unwrap();
    let first = file(&centre, &counter, &first).await;
    let order = desk.approve(case(&first, SUPERVISOR), now()).await.unwrap();
    let cancel = personalisation::order::Decision::Cancel;
    let mut rng = edge::rng();
    personalisation::order::decide(&desk.config, order, cancel, &mut rng, now())
        .await
        .unwrap();
    let second = printable(centre.paper(&counter)).dossier().unwrap();
    let second = file(&centre, &counter, &second).await;
    let refused = desk.approve(case(&second, SUPERVISOR), now()).await;
    assert!(
        matches!(refused, Err(ReviewError::AnotherLives(_))),
        "{refused:?}"
    );
    let row = centre.store.application(first.application.id()).await;
    let row = row.unwrap().unwrap();
    let ended = desk.refuse(case(&row, SUPERVISOR), RefusalGround::Duplicate, now());
    ended.await.unwrap();
    desk.approve(case(&second, SUPERVISOR), now())
        .await
        .unwrap();
}

/// What a counter captures again for an application that waits for it.
async fn captured_again(
    centre: &Intake,
    counter: &Station,
    row: &ApplicationRow,
    paper: Paper,
) -> ApplicationRow {
    let wanted = BTreeSet::from([Recapture::Portrait]);
    let desk = desk(centre).await;
    desk.ask_more(case(row, REVIEWER), wanted, None, now())
        .await
        .unwrap();
    let mut dossier = paper.dossier().unwrap();
    let first = row.application.id();
    dossier.recapture_of = Some(first);
    accept(centre, counter, &dossier).await;
    settled(centre, first).await
}

#[tokio::test]
async fn what_only_a_recapture_in_the_middle_knew_of_a_person_is_known_after_the_upgrade() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    with_staff(&centre).await;
    let unnumbered = || named(printable(centre.paper(&counter)), "Again");
    let numbered = |surname: &str| {
        let mut paper = printable(centre.paper(&counter));
        assert!(paper.number.is_some());
        surname.clone_into(&mut paper.person.0);
        paper
    };
    let row = file(&centre, &counter, &unnumbered().dossier().unwrap()).await;
    let row = captured_again(&centre, &counter, &row, numbered("Again")).await;
    let row = captured_again(&centre, &counter, &row, unnumbered()).await;
    // A recapture that came too late is an application of its own, and says nothing of this one.
    let mut late = numbered("Late");
    late.number = None;
    let mut late = late.dossier().unwrap();
    late.recapture_of = Some(row.application.id());
    file(&centre, &counter, &late).await;
    let dossiers = centre.store.dossiers_of(row.application.id()).await;
    assert_eq!(dossiers.unwrap().len(), 3);
    let database = centre.folder().join("centre.db");
    oracles::python_says(&["-c", BEFORE, database.to_str().unwrap()]).unwrap();
    drop(desk(&centre).await);
    // Known by the number alone.
    let renamed = numbered("Renamed").dossier().unwrap();
    let renamed = file(&centre, &counter, &renamed).await;
    let others = centre.store.other_applications(renamed.application.id());
    let others = others.await.unwrap();
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].application.id(), row.application.id());
}

/// What the database knew before migration 10: one keyed hash an application, none an order, no payments.
const BEFORE: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
database.executescript('''
    BEGIN IMMEDIATE;
    DELETE FROM review_person; DELETE FROM review_payment; DELETE FROM order_person;
    INSERT INTO review_person SELECT application, subject, 'either' FROM review_application;
    UPDATE review_application SET person_known = 0; UPDATE order_item SET person_known = 0;
    COMMIT;
''')
";

#[tokio::test]
async fn a_database_from_before_gets_its_keys_when_it_is_opened() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    with_staff(&centre).await;
    let first = printable(centre.paper(&counter)).dossier().unwrap();
    let row = file(&centre, &counter, &first).await;
    let approver = desk(&centre).await;
    let order = approver.approve(case(&row, SUPERVISOR), now()).await;
    let order = order.unwrap();
    let database = centre.folder().join("centre.db");
    oracles::python_says(&["-c", BEFORE, database.to_str().unwrap()]).unwrap();
    let somebody = person::of_dossier(&centre.store, &first).unwrap();
    let card = DocumentType::IdentityCard;
    assert!(centre.store.no_live_order(&somebody, card).await.is_ok());

    // Whoever opens it completes it.
    let again = desk(&centre).await;
    let seen = again.store.no_live_order(&somebody, card).await;
    let seen = seen.unwrap_err().to_string();
    assert!(seen.contains(&order.to_string()), "{seen}");
    assert!(
        again
            .store
            .applications_to_know(None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        again
            .store
            .orders_to_know(None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let mut same = unnumbered(printable(centre.paper(&counter)))
        .dossier()
        .unwrap();
    same.payment.reference.clone_from(&first.payment.reference);
    let row = file(&centre, &counter, &same).await;
    assert!(referrals(&row).contains(&Referral::AnotherApplication));
    assert!(!row.claimed);
    let (_, detail) = found(&centre, &row, Check::Payment).await;
    assert_eq!(detail, [Detail::ReferenceUsed]);
    let refused = again.approve(case(&row, SUPERVISOR), now()).await;
    assert!(
        matches!(refused, Err(ReviewError::AnotherLives(_))),
        "{refused:?}"
    );
}
