//! What people may decide, and who may not.

use std::collections::BTreeSet;

use dossier::{
    OfficeId, PersonId, Text,
    dossier::{Source, Sourced},
    staff::Role,
};
use e2e::counter::Intake;
use e2e::{database::Engine, on_each_engine};
use personalisation::review::ReviewError;
use personalisation_core::application::{
    Channel, Check, CheckResult, Decider, Detail, Recapture, Referral, RefusalGround,
};
use personalisation_core::{
    attempt::Attempt,
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BatchId, BlankId, BoxId, DeliveryId, LeaseToken, NoticeId},
};
use personalisation_store::{
    StoreError,
    line::{Bind, Bound, Lease},
    review::{Decided, NewNotice, QueueFilter},
    staff::{Grant, RoleId},
    stock::{NewBlank, NewBox, NewDelivery},
};
use wire::intake::{ApplicationState, Recapture as Wanted, TasksRequest};

use crate::review::support::{
    COLLEAGUE, REVIEWER, SUPERVISOR, accept, at_work_on, case, desk, employ, file, named, now,
    printable, referrals, settled, with_staff,
};

async fn referrals_are_named_and_the_second_of_two_communes_is_caught(engine: Engine) {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start_on(engine, place.path()).await.unwrap();
    let (one, other) = (
        centre.station("L-0304").await.unwrap(),
        centre.station("CTIE").await.unwrap(),
    );
    let first = printable(centre.paper(&one));
    let mut second = printable(centre.paper(&other));
    // The same person, at two counters at once.
    second.number.clone_from(&first.number);
    let (first, second) = (first.dossier().unwrap(), second.dossier().unwrap());
    tokio::join!(
        accept(&centre, &one, &first),
        accept(&centre, &other, &second)
    );
    let rows = [
        settled(&centre, first.application).await,
        settled(&centre, second.application).await,
    ];
    assert_eq!(rows.iter().filter(|row| row.claimed).count(), 1);
    for row in &rows {
        assert_eq!(row.application.state().name(), "in_review");
        let why = referrals(row);
        // There is no register here, and no face.
        assert!(why.contains(&Referral::NotInRegister), "{why:?}");
        assert!(why.contains(&Referral::Quality), "{why:?}");
        assert_eq!(why.contains(&Referral::AnotherApplication), !row.claimed);
        assert!(!why.contains(&Referral::Printing), "{why:?}");
        let checks = centre.store.checks(row.content).await.unwrap();
        assert_eq!(checks.len(), 14, "every check ran");
    }
    // The second one does not become a card while the first one lives.
    with_staff(&centre).await;
    let desk = desk(&centre).await;
    let (claimed, not) = if rows[0].claimed {
        (&rows[0], &rows[1])
    } else {
        (&rows[1], &rows[0])
    };
    let supervisor = |row| case(row, SUPERVISOR);
    let refused = desk.approve(supervisor(not), now()).await.unwrap_err();
    assert!(matches!(refused, ReviewError::AnotherLives(_)), "{refused}");
    let ground = RefusalGround::Duplicate;
    desk.refuse(supervisor(claimed), ground, now())
        .await
        .unwrap();
    desk.approve(supervisor(not), now()).await.unwrap();
}

#[expect(
    clippy::too_many_lines,
    reason = "everybody who may not, about one case"
)]
async fn nobody_decides_about_what_they_captured_stood_by_or_may_not(engine: Engine) {
    let (_place, centre, counter, desk) = at_work_on(engine).await;
    // A clerk who is a reviewer too, and a colleague who is a supervisor there and stood by.
    let here = Some(&counter.office);
    grant(&centre, REVIEWER, Role::Clerk, here).await;
    grant(&centre, COLLEAGUE, Role::Supervisor, here).await;
    let mut paper = named(printable(centre.paper(&counter)), "Forced");
    paper.clerk = REVIEWER;
    let mut dossier = paper.dossier().unwrap();
    dossier.second_person = Some(paper.second_person(&counter, COLLEAGUE).unwrap());
    dossier.portrait.forced = Some(Text::new("cannot open the eyes").unwrap());
    let another = Text::new("SMITH<<JOHN").unwrap();
    dossier.identity.name_line = Some(Sourced::new(another, Source::Manual));
    let row = file(&centre, &counter, &dossier).await;
    // A name line that is not the name's is somebody's to look at.
    let checks = centre.store.checks(row.content).await.unwrap();
    let named = |result: &&CheckResult| result.finding.detail.contains(&Detail::NameLine);
    let found = checks.iter().find(named).unwrap();
    assert_eq!(found.check, Check::Plausibility);
    // Forced captures are the supervisors' queue.
    assert!(referrals(&row).contains(&Referral::ForcedCapture));
    let forced = QueueFilter {
        state: Some("in_review"),
        referrals: vec![Referral::ForcedCapture],
        ..QueueFilter::default()
    };
    assert_eq!(centre.store.applications(&forced).await.unwrap().len(), 1);
    let mine = QueueFilter {
        decider: Some(REVIEWER),
        ..QueueFilter::default()
    };
    assert!(centre.store.applications(&mine).await.unwrap().is_empty());
    let other = PersonId::from_bytes([31; 16]);
    employ(&centre, other, Role::Reviewer, None).await;
    let local = PersonId::from_bytes([32; 16]);
    employ(&centre, local, Role::Supervisor, Some(&counter.office)).await;
    let nobody = PersonId::from_bytes([33; 16]);
    for person in [REVIEWER, COLLEAGUE, other] {
        let answer = desk.approve(case(&row, person), now()).await;
        assert!(
            matches!(answer, Err(ReviewError::Decision(_))),
            "{answer:?}"
        );
        let wanted = BTreeSet::from([Recapture::Portrait]);
        let answer = desk.ask_more(case(&row, person), wanted, None, now()).await;
        assert!(
            matches!(answer, Err(ReviewError::Decision(_))),
            "{answer:?}"
        );
        let answer = desk.withdraw(case(&row, person), false, now()).await;
        assert!(
            matches!(answer, Err(ReviewError::Decision(_))),
            "{answer:?}"
        );
        let answer = desk
            .refuse(case(&row, person), RefusalGround::NotPaid, now())
            .await;
        assert!(
            matches!(answer, Err(ReviewError::Decision(_))),
            "{answer:?}"
        );
    }
    for person in [local, nobody] {
        let answer = desk.approve(case(&row, person), now()).await;
        assert!(matches!(answer, Err(ReviewError::NotAllowed)), "{answer:?}");
    }
    let mut silent = case(&row, SUPERVISOR);
    silent.reason = " ";
    let answer = desk.approve(silent, now()).await;
    assert!(matches!(answer, Err(ReviewError::Reason)), "{answer:?}");
    // A role that ended while the decision was on its way: the transaction looks again.
    let from = row.application.clone();
    for person in [nobody, other, local] {
        let decider = Decider {
            person,
            supervisor: true,
        };
        let to = from
            .clone()
            .refuse(RefusalGround::NotPaid, decider)
            .unwrap();
        let notice = NewNotice {
            id: NoticeId::from_bytes([1; 16]),
            channel: Channel::Letter,
            language: dossier::Language::Fr,
            facts: b"nobody",
        };
        let refusal = Decided {
            from: &row,
            to: &to,
            person: Some(person),
            note: None,
            appointment: None,
            token: None,
            order: None,
            cancelled: None,
            notice: Some(notice),
        };
        let rng = &mut e2e::counter::station::seeded(1);
        let answer = centre.store.decide_application(rng, &refusal, &[], now());
        let answer = answer.await;
        assert!(
            matches!(answer, Err(StoreError::Stale { .. })),
            "{answer:?}"
        );
    }
    // What was seen is what is decided about; and two who decide at once decide once.
    let mut stale = case(&row, SUPERVISOR);
    stale.seen -= 1;
    let answer = desk.approve(stale, now()).await;
    assert!(matches!(answer, Err(ReviewError::Changed(_))), "{answer:?}");
    let twice = tokio::join!(
        desk.approve(case(&row, SUPERVISOR), now()),
        desk.refuse(case(&row, SUPERVISOR), RefusalGround::NotPaid, now()),
    );
    assert!(twice.0.is_ok() != twice.1.is_ok(), "{twice:?}");
    let moves = centre
        .store
        .application_moves(dossier.application)
        .await
        .unwrap();
    let last = moves.last().unwrap();
    assert_eq!(last.person, Some(SUPERVISOR));
    assert_eq!(
        last.note.as_deref().map(String::as_str),
        Some("looked at twice")
    );
}

/// A worker of a line has the next attempt.
async fn in_a_workers_hands(centre: &Intake) -> (Attempt, Lease) {
    let chip = ChipSerial::from_bytes([7; 10]);
    let mut rng = e2e::counter::station::seeded(7);
    let blank = NewBlank {
        id: BlankId::generate(&mut rng),
        chip,
        key_check_values: [0; 9],
    };
    let delivery = NewDelivery {
        id: DeliveryId::generate(&mut rng),
        batch: "batch",
        file_digest: [7; 32],
        wrapped_key: &[],
        key_version: 0x30,
        boxes: &[NewBox {
            id: BoxId::generate(&mut rng),
            label: "1",
            blanks: &[blank],
        }],
        inspect: false,
    };
    let received = centre.store.receive_delivery(&delivery, &[], now()).await;
    received.unwrap();
    let lease = Lease {
        token: LeaseToken::generate(&mut rng),
        holder: "line-1/reader".to_owned(),
        lasts: std::time::Duration::from_mins(1),
    };
    let bind = Bind {
        chip,
        card: None,
        numbers: &[DocumentNumber::generate(&mut rng)],
        lease: &lease,
        batch: BatchId::generate(&mut rng),
        templates: personalisation::faces::templates(),
        handed_out_only: false,
    };
    let bound = centre.store.bind_next(&bind, |_| vec![], now()).await;
    match bound.unwrap() {
        Bound::Attempt(attempt) => (attempt, lease),
        other => panic!("{other:?}"),
    }
}

/// One more role of somebody who works here.
async fn grant(centre: &Intake, person: PersonId, role: Role, office: Option<&OfficeId>) {
    let grant = Grant {
        id: RoleId([person.as_bytes()[0]; 16]),
        role,
        office: office.cloned(),
        from: now() - time::Duration::days(1),
        until: None,
        by: None,
    };
    let granted = centre.store.grant_role(person, &grant, &[]).await;
    granted.unwrap();
}

#[expect(clippy::too_many_lines, reason = "one application's whole story")]
async fn more_is_asked_for_captured_again_and_refused_or_withdrawn(engine: Engine) {
    let (_place, centre, counter, desk) = at_work_on(engine).await;
    let paper = named(printable(centre.paper(&counter)), "Again");
    let row = file(&centre, &counter, &paper.dossier().unwrap()).await;
    let wanted = BTreeSet::from([Recapture::Portrait]);
    let appointment = now() + time::Duration::days(3);
    let early = desk
        .ask_more(case(&row, REVIEWER), wanted.clone(), Some(now()), now())
        .await;
    assert!(matches!(early, Err(ReviewError::Appointment)), "{early:?}");
    let asked = desk.ask_more(case(&row, REVIEWER), wanted, Some(appointment), now());
    asked.await.unwrap();
    // The counter hears of it.
    let mut client = counter.connect(centre.address()).await.unwrap();
    let tasks = client
        .tasks(TasksRequest { cursor: Vec::new() })
        .await
        .unwrap()
        .into_inner();
    let task = &tasks.tasks[0];
    assert_eq!(task.application, paper.application.as_bytes());
    assert_eq!(task.state(), ApplicationState::MoreNeeded);
    assert_eq!(task.recapture, [i32::from(Wanted::Portrait)]);
    assert_eq!(task.appointment, Some(appointment.unix_timestamp()));
    let later = TasksRequest {
        cursor: tasks.cursor,
    };
    assert!(
        client
            .tasks(later.clone())
            .await
            .unwrap()
            .into_inner()
            .tasks
            .is_empty()
    );
    // Captured again, by another clerk: one application, checked anew.
    let mut again = named(printable(centre.paper(&counter)), "Again");
    again.clerk = PersonId::from_bytes([34; 16]);
    employ(&centre, again.clerk, Role::Clerk, Some(&counter.office)).await;
    let mut dossier = again.dossier().unwrap();
    dossier.recapture_of = Some(paper.application);
    accept(&centre, &counter, &dossier).await;
    let row = settled(&centre, paper.application).await;
    assert_eq!(row.application.state().name(), "in_review");
    let handled = &row.application.filing().unwrap().handled_by;
    assert!(handled.contains(&paper.clerk) && handled.contains(&again.clerk));
    assert_ne!(row.content, row.application.state().sealed().hash);
    assert!(
        centre
            .store
            .application(again.application)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        client.tasks(later).await.unwrap().into_inner().tasks.len(),
        1
    );
    // A second answer to the same question is an application of its own, and caught.
    let mut third = named(printable(centre.paper(&counter)), "Again")
        .dossier()
        .unwrap();
    third.recapture_of = Some(paper.application);
    let third = file(&centre, &counter, &third).await;
    assert!(referrals(&third).contains(&Referral::AnotherApplication));
    // Approved, then withdrawn before anybody works on the card: the order is cancelled with it.
    let order = desk.approve(case(&row, COLLEAGUE), now()).await.unwrap();
    let approved = settled(&centre, paper.application).await;
    let (bound, lease) = in_a_workers_hands(&centre).await;
    assert_eq!(bound.id().order, order);
    let early = desk.withdraw(case(&approved, REVIEWER), false, now());
    let early = early.await;
    assert!(matches!(early, Err(ReviewError::OnTheLine(_))), "{early:?}");
    centre.store.release(bound.id(), &lease).await.unwrap();
    desk.withdraw(case(&approved, REVIEWER), false, now())
        .await
        .unwrap();
    let attempts = centre.store.attempts(order).await.unwrap();
    assert_eq!(attempts.last().unwrap().state().name(), "cancelled");
    // Its end frees the person for the other one.
    desk.approve(case(&third, COLLEAGUE), now()).await.unwrap();
}

on_each_engine!(
    referrals_are_named_and_the_second_of_two_communes_is_caught,
    nobody_decides_about_what_they_captured_stood_by_or_may_not,
    more_is_asked_for_captured_again_and_refused_or_withdrawn,
);
