//! Receipts and tasks: what is believed, and what a centre that lost something does.

use std::time::Duration;

use enrolment_station::outbox::{
    ApplicationState, BadTask, Event, Problem, Recapture, State, Task, alarm::Cause,
};
use wire::intake as proto;

use crate::outbox::{
    centre::{Fault, Forgery},
    fixture,
    misbehaviour::Journey,
    station::dossier,
};

const FORGERIES: [Forgery; 6] = [
    Forgery::Garbage,
    Forgery::ByAnotherKey,
    Forgery::ForgedSignature,
    Forgery::OfAnotherHash,
    Forgery::OfAnotherStation,
    Forgery::OfAnotherApplication,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_not_the_centres_erases_nothing() {
    let mut journey = Journey::begin().await;
    for forgery in FORGERIES.into_iter().chain([Forgery::None]) {
        // In the answers to Finish, and then to Begin, every time it is asked.
        let (id, hash) = journey.station.confirm(&journey.store, 2000).await;
        journey.centre.plan(move |seen| match seen.call {
            "begin" | "finish" => Fault::Receipt(forgery),
            _ => Fault::None,
        });
        for _ in 0..3 {
            journey.pass().await.unwrap();
            assert_eq!(journey.state(hash).await, State::Waiting, "{forgery:?}");
            assert!(journey.outbox().sealed(hash).await.unwrap().is_some());
        }
        let item = journey.outbox().find(id).await.unwrap().unwrap();
        let problem = match forgery {
            Forgery::ByAnotherKey => Problem::ReceiptKey,
            _ => Problem::Receipt,
        };
        assert_eq!(item.problem, Some(problem), "{forgery:?}");
        let alarms = journey.outbox().alarms().await.unwrap();
        let rings = alarms
            .iter()
            .any(|alarm| alarm.cause == Cause::Stuck(problem));
        assert_eq!(rings, problem == Problem::Receipt, "{forgery:?}");
        // In the answers to Receipts: forged Accepted ones for what is held.
        journey.centre.behave();
        journey.until_sent("held").await;
        journey.centre.plan(move |seen| match seen.call {
            "receipts" if forgery != Forgery::None => Fault::Receipt(forgery),
            _ => Fault::None,
        });
        for _ in 0..2 {
            journey.pass().await.unwrap();
            assert_eq!(journey.state(hash).await, State::Held, "{forgery:?}");
            assert!(journey.outbox().sealed(hash).await.unwrap().is_some());
        }
        journey.centre.behave();
        journey.until_accepted("believed at last").await;
        assert!(journey.centre.contents()[&id] == dossier(id, 2000));
    }
    assert!(journey.station.events().contains(&Event::ReceiptRefused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_another_dossier_of_this_station_erases_only_that_one() {
    let mut journey = Journey::begin().await;
    let (_, first) = journey.station.confirm(&journey.store, 2000).await;
    journey.until_sent("first").await;
    journey.centre.open_all();
    // The second is held when the first one's Accepted comes, in an answer about both.
    let (_, second) = journey.station.confirm(&journey.store, 2000).await;
    journey.pass().await.unwrap();
    assert_eq!(journey.state(first).await, State::Accepted);
    assert_eq!(journey.state(second).await, State::Held);
    assert!(journey.outbox().sealed(second).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_centre_lost_is_sent_again() {
    let mut journey = Journey::begin().await;
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(journey.station.confirm(&journey.store, 300_000).await);
    }
    journey.until_sent("before the loss").await;
    // The centre came back from a copy of yesterday, before it opened them.
    journey.centre.plan(|seen| {
        if seen.number == 0 {
            Fault::ForgetAll
        } else {
            Fault::None
        }
    });
    journey.pass().await.unwrap();
    for (_, hash) in &sent {
        assert_eq!(journey.state(*hash).await, State::Waiting);
        assert!(journey.station.events().contains(&Event::LostThere(*hash)));
    }
    journey.until_accepted("after the loss").await;
    let contents = journey.centre.contents();
    assert!(
        sent.iter()
            .all(|(id, _)| contents[id] == dossier(*id, 300_000))
    );
}

fn task(number: u8, state: proto::ApplicationState) -> proto::Task {
    proto::Task {
        application: vec![number; 16],
        state: state.into(),
        recapture: vec![proto::Recapture::Fingers.into()],
        appointment: Some(fixture::NOW + 86_400),
        since: fixture::NOW + i64::from(number),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_pulled_once_and_kept() {
    let journey = Journey::begin().await;
    let more = proto::ApplicationState::MoreNeeded;
    journey
        .centre
        .set_tasks((0..250).map(|number| task(number, more)).collect());
    journey.pass().await.unwrap();
    let tasks = journey.outbox().tasks().await.unwrap();
    assert_eq!(tasks.len(), 250);
    assert_eq!(
        (tasks[0].since, tasks[0].state),
        (fixture::NOW + 249, ApplicationState::MoreNeeded)
    );
    assert_eq!(tasks[0].recapture, [Recapture::Fingers]);
    let asked = journey
        .centre
        .calls()
        .iter()
        .filter(|call| **call == "tasks")
        .count();
    assert_eq!(asked, 3, "two pages, and an empty one");
    // Later the same application stands elsewhere; and one of a state that is not known here yet.
    let mut all: Vec<_> = (0..250).map(|number| task(number, more)).collect();
    all.push(task(7, proto::ApplicationState::Approved));
    let mut newer = task(251, more);
    newer.state = 77;
    all.push(newer);
    journey.centre.set_tasks(all);
    journey.pass().await.unwrap();
    let tasks = journey.outbox().tasks().await.unwrap();
    assert_eq!(tasks.len(), 250);
    let seventh = tasks
        .iter()
        .find(|task| task.application.as_bytes() == &[7; 16])
        .unwrap();
    assert_eq!(seventh.state, ApplicationState::Approved);
    // What an appointment says is nowhere on the disk but sealed.
    let (outbox, before) = (
        journey.outbox(),
        journey.station.now() + Duration::from_secs(100),
    );
    let forgotten = outbox.forget_tasks(before);
    // Two passes, a second each; the seventh came in again with its first moment.
    assert_eq!(forgotten.await.unwrap(), 102);
}

#[test]
fn a_task_out_of_form_is_named_by_its_field() {
    let good = task(1, proto::ApplicationState::Held);
    assert!(Task::try_from(good.clone()).is_ok());
    let wrong = |field, change: &dyn Fn(&mut proto::Task)| {
        let mut task = good.clone();
        change(&mut task);
        assert_eq!(Task::try_from(task), Err(BadTask { field }));
    };
    wrong("application", &|task| task.application.push(0));
    wrong("state", &|task| task.state = 0);
    wrong("state", &|task| task.state = 10);
    wrong("recapture", &|task| task.recapture = vec![0]);
    wrong("recapture", &|task| task.recapture = vec![1; 9]);
    wrong("appointment", &|task| task.appointment = Some(i64::MAX));
    wrong("since", &|task| task.since = i64::MIN);
}
