//! A second person elsewhere: asked by a station over its line, answered at the centre's desk, believed by the opener.

use std::{collections::BTreeSet, sync::Arc};

use dossier::{
    ApprovalRequest, Blob, Hash, Language, PersonId, Signed, Text, Timestamp, Version,
    configuration::Occasion,
    dossier::{Means, Place, SecondPerson, SignIn},
    receipt::{Outcome, Reason},
    staff::Role,
};
use e2e::counter::{Intake, Paper, Station, authority, station};
use personalisation::review::{Desk, ReviewError, decide::Case, second_person::SayError};
use personalisation_store::{
    StoreError,
    fleet::RevocationReason,
    intake::{Question, QuestionId, QuestionState},
};
use tonic::Code;
use wire::intake::{
    Answer, AnswerState, AskRequest, LookRequest, TakeBackRequest,
    second_person_client::SecondPersonClient,
};

use crate::review::support::{
    COLLEAGUE, REVIEWER, SUPERVISOR, accept, desk, employ, named, now, printable, settled,
};

const SUMMARY: &[u8] = b"summary";

async fn centre(place: &std::path::Path) -> Intake {
    let centre = Intake::start(place, "").await.unwrap();
    let remote = |configuration: &mut dossier::Configuration| {
        configuration.second_person[0].remote = true;
    };
    centre.issue(2, remote).await.unwrap();
    employ(&centre, REVIEWER, Role::Reviewer, None).await;
    employ(&centre, COLLEAGUE, Role::Supervisor, None).await;
    employ(&centre, SUPERVISOR, Role::Supervisor, None).await;
    centre
}

fn request(paper: &Paper, counter: &Station, summary: &[u8]) -> ApprovalRequest {
    ApprovalRequest {
        version: Version,
        application: paper.application,
        station: counter.id,
        office: counter.office.clone(),
        clerk: paper.clerk,
        captured_by: BTreeSet::from([paper.clerk, SUPERVISOR])
            .into_iter()
            .collect(),
        language: Language::Fr,
        summary: Blob::new(summary.to_vec()).unwrap(),
        occasions: vec![Occasion::ForcedCapture],
        reasons: vec![Text::new("A blind eye").unwrap()],
        portrait: Blob::new(vec![0xFF; 30_000]).unwrap(),
        asked_at: Timestamp::from_seconds(authority::now()).unwrap(),
    }
}

type Client = SecondPersonClient<tonic::transport::Channel>;

async fn line(centre: &Intake, counter: &Station) -> Client {
    let client = counter.connect_second_person(centre.address()).await;
    client.unwrap()
}

async fn ask(
    client: &mut Client,
    centre: &Intake,
    request: &ApprovalRequest,
) -> Result<Answer, tonic::Status> {
    let key = centre.intake_key().unwrap();
    let sealed = request.seal(&key, &mut station::seeded(1)).unwrap();
    let asked = client.ask(AskRequest { sealed }).await?;
    Ok(asked.into_inner().answer.unwrap())
}

async fn look(client: &mut Client, request: &ApprovalRequest) -> Result<Answer, tonic::Status> {
    let looked = client.look(LookRequest {
        application: request.application.as_bytes().to_vec(),
        summary: request.summary_hash().as_bytes().to_vec(),
    });
    Ok(looked.await?.into_inner().answer.unwrap())
}

async fn take_back(client: &mut Client, request: &ApprovalRequest) -> Result<(), tonic::Status> {
    let application = request.application.as_bytes().to_vec();
    let taken = client.take_back(TakeBackRequest { application }).await;
    taken.map(drop)
}

fn id(request: &ApprovalRequest) -> QuestionId {
    QuestionId {
        application: request.application,
        summary: request.summary_hash(),
    }
}

async fn question(centre: &Intake, request: &ApprovalRequest) -> Question {
    let found = centre.store.question(id(request)).await.unwrap();
    found.unwrap()
}

async fn shown(centre: &Intake, request: &ApprovalRequest) -> bool {
    let content = centre.store.question_content(id(request)).await.unwrap();
    content.is_some()
}

fn proof(person: PersonId) -> SignIn {
    SignIn {
        person,
        means: Means::Passkey,
        at: Timestamp::from_seconds(authority::now() - 1).unwrap(),
        staff_list: None,
    }
}

async fn approve(
    desk: &Arc<Desk>,
    question: &Question,
    request: &ApprovalRequest,
    by: PersonId,
) -> Result<(), SayError> {
    let note = Some(Text::new("Compared with the old card").unwrap());
    desk.approve_for_office(question, request, proof(by), note, now())
        .await
}

#[tokio::test]
async fn an_approval_elsewhere_is_asked_once_given_once_and_believed() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = centre(place.path()).await;
    let counter = centre.station("L-0304").await.unwrap();
    let paper = named(printable(centre.paper(&counter)), "Zweet");
    let asked = request(&paper, &counter, SUMMARY);
    let mut client = line(&centre, &counter).await;
    // The reply may be lost: the same question is the same one, also after the centre was killed.
    for _ in 0..2 {
        let answer = ask(&mut client, &centre, &asked).await.unwrap();
        assert_eq!(answer.state(), AnswerState::Waiting);
    }
    assert_eq!(centre.store.count_questions(None).await.unwrap(), 1);
    centre.kill();
    assert!(look(&mut client, &asked).await.is_err());
    centre.serve().unwrap();
    let mut client = line(&centre, &counter).await;
    let answer = look(&mut client, &asked).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Waiting);
    // Nothing of it is readable in the database.
    for file in ["centre.db", "centre.db-wal"] {
        let bytes = std::fs::read(centre.folder().join(file)).unwrap_or_default();
        let reason = b"A blind eye";
        assert!(!bytes.windows(reason.len()).any(|part| part == reason));
    }

    let desk = Arc::new(desk(&centre).await);
    let open = question(&centre, &asked).await;
    // Neither who asks nor who only took the fingers.
    for hand in [paper.clerk, SUPERVISOR] {
        let own = approve(&desk, &open, &asked, hand).await;
        assert!(matches!(own, Err(SayError::Own)), "{own:?}");
    }
    // Two at once: one of them said it.
    let (first, second) = tokio::join!(
        approve(&desk, &open, &asked, REVIEWER),
        approve(&desk, &open, &asked, COLLEAGUE),
    );
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let (by, other) = if first.is_ok() {
        (REVIEWER, COLLEAGUE)
    } else {
        (COLLEAGUE, REVIEWER)
    };
    assert!(!shown(&centre, &asked).await, "erased with its end");

    let answer = look(&mut client, &asked).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Approved);
    let signed = Signed::<SecondPerson>::decode(&answer.record).unwrap();
    let record = signed.verify(&answer.key).unwrap();
    assert_eq!((record.place, record.sign_in.person), (Place::Remote, by));
    assert_eq!(record.summary, Hash::of(SUMMARY));

    // Intake believes it; whoever approved has a hand in it, and decides nothing.
    let mut dossier = paper.dossier().unwrap();
    dossier.second_person = Some(signed);
    dossier.configuration = 2;
    accept(&centre, &counter, &dossier).await;
    let row = settled(&centre, dossier.application).await;
    let case = |person| Case {
        application: dossier.application,
        seen: row.step,
        person,
        reason: "Seen",
    };
    let refused = desk.approve(case(by), now()).await.unwrap_err();
    assert!(matches!(refused, ReviewError::Decision(_)), "{refused:?}");
    let allowed = desk.approve(case(other), now()).await;
    assert!(
        !matches!(allowed, Err(ReviewError::Decision(_))),
        "somebody else may: {allowed:?}"
    );

    let mut lines = Vec::new();
    centre.store.export_audit(&mut lines).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    for act in ["ask-second-person", "approve-for-office"] {
        assert!(lines.contains(act), "{act}");
    }
    assert!(!lines.contains("blind eye") && !lines.contains("old card"));
}

#[tokio::test]
async fn a_record_that_nobody_at_the_centre_signed_is_rejected() {
    let place = tempfile::tempdir().unwrap();
    let centre = centre(place.path()).await;
    let counter = centre.station("L-0304").await.unwrap();
    let another = centre.station("L-0105").await.unwrap();
    for (signer, of) in [(&counter, REVIEWER), (&another, REVIEWER)] {
        let paper = named(centre.paper(&counter), "Eleng");
        let mut dossier = paper.dossier().unwrap();
        dossier.configuration = 2;
        let record = SecondPerson {
            version: Version,
            application: dossier.application,
            summary: dossier.summary.text,
            sign_in: proof(of),
            place: Place::Remote,
            office: "CTIE".parse().unwrap(),
            approved_at: Timestamp::from_seconds(authority::now()).unwrap(),
            note: None,
        };
        dossier.second_person = Some(Signed::sign(&record, &signer.signing).unwrap());
        let key = centre.intake_key().unwrap();
        let sealed = counter.seal(&dossier, &key).unwrap();
        let mut client = counter.connect(centre.address()).await.unwrap();
        station::send(&mut client, sealed.as_bytes()).await.unwrap();
        let about = (counter.id, dossier.application);
        let receipt = station::outcome(&mut client, &centre, about, sealed.hash());
        let outcome = receipt.await.unwrap().outcome;
        assert_eq!(outcome, Outcome::Rejected(Reason::SecondPerson));
    }
}

#[tokio::test]
async fn a_question_is_declined_changed_taken_back_and_forgotten() {
    let place = tempfile::tempdir().unwrap();
    let centre = centre(place.path()).await;
    let counter = centre.station("L-0304").await.unwrap();
    let paper = centre.paper(&counter);
    let mut client = line(&centre, &counter).await;
    let desk = Arc::new(desk(&centre).await);

    let first = request(&paper, &counter, b"first");
    ask(&mut client, &centre, &first).await.unwrap();
    let open = question(&centre, &first).await;
    let why = Text::new("The portrait is of somebody else").unwrap();
    desk.decline_for_office(&open, REVIEWER, &why, now())
        .await
        .unwrap();
    assert!(!shown(&centre, &first).await);
    for answer in [
        look(&mut client, &first).await.unwrap(),
        ask(&mut client, &centre, &first).await.unwrap(),
    ] {
        assert_eq!(answer.state(), AnswerState::Declined);
        assert_eq!(answer.note, why.as_str());
    }

    // Corrected and asked anew; and changed again while somebody reads it.
    let second = request(&paper, &counter, b"second");
    ask(&mut client, &centre, &second).await.unwrap();
    let open = question(&centre, &second).await;
    let third = request(&paper, &counter, b"third");
    ask(&mut client, &centre, &third).await.unwrap();
    let stale = approve(&desk, &open, &second, REVIEWER).await;
    assert!(
        matches!(stale, Err(SayError::Store(StoreError::Stale { .. }))),
        "{stale:?}"
    );
    let now_it = question(&centre, &second).await.state;
    assert_eq!(now_it, QuestionState::TakenBack);
    assert!(!shown(&centre, &second).await);

    // Taken back, twice; asked again, it waits again.
    for _ in 0..2 {
        take_back(&mut client, &third).await.unwrap();
        assert!(!shown(&centre, &third).await);
    }
    let answer = look(&mut client, &third).await.unwrap();
    assert_eq!(answer.state(), AnswerState::TakenBack);
    let answer = ask(&mut client, &centre, &third).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Waiting);
    assert!(shown(&centre, &third).await);

    // An approval of what was changed since is taken back too.
    let open = question(&centre, &third).await;
    approve(&desk, &open, &third, REVIEWER).await.unwrap();
    take_back(&mut client, &third).await.unwrap();
    let answer = look(&mut client, &third).await.unwrap();
    assert_eq!(answer.state(), AnswerState::TakenBack);
    assert!(answer.record.is_empty());

    // Nobody answers: it ends, and some weeks later nothing is left.
    ask(&mut client, &centre, &third).await.unwrap();
    let later = now() + time::Duration::days(8);
    let long_ago = now() - time::Duration::days(9);
    centre
        .store
        .forget_questions(later, long_ago, later)
        .await
        .unwrap();
    let answer = look(&mut client, &third).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Expired);
    assert!(!shown(&centre, &third).await);
    let much_later = later + time::Duration::days(40);
    centre
        .store
        .forget_questions(later, much_later, much_later)
        .await
        .unwrap();
    let gone = look(&mut client, &third).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

#[tokio::test]
async fn who_may_not_ask_is_refused_and_hears_nothing() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let paper = centre.paper(&counter);
    let asked = request(&paper, &counter, SUMMARY);
    let mut client = line(&centre, &counter).await;
    let refused = ask(&mut client, &centre, &asked).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "not by the rules");
    let remote = |configuration: &mut dossier::Configuration| {
        configuration.second_person[0].remote = true;
    };
    centre.issue(2, remote).await.unwrap();

    let garbage = client
        .ask(AskRequest {
            sealed: vec![1; 300],
        })
        .await;
    assert_eq!(garbage.unwrap_err().code(), Code::FailedPrecondition);
    let garbage = client
        .ask(AskRequest {
            sealed: vec![1; 30],
        })
        .await;
    assert_eq!(garbage.unwrap_err().code(), Code::InvalidArgument);
    let huge = client
        .ask(AskRequest {
            sealed: vec![1; 1 << 20],
        })
        .await;
    assert!(huge.is_err());
    // Sealed by one station, sent by another; asked by one, looked for by another.
    let another = centre.station("L-0105").await.unwrap();
    let mut elsewhere = line(&centre, &another).await;
    let moved = ask(&mut elsewhere, &centre, &asked).await.unwrap_err();
    assert_eq!(moved.code(), Code::InvalidArgument);
    ask(&mut client, &centre, &asked).await.unwrap();
    let foreign = look(&mut elsewhere, &asked).await.unwrap_err();
    assert_eq!(foreign.code(), Code::PermissionDenied);
    take_back(&mut elsewhere, &asked).await.unwrap();
    let answer = look(&mut client, &asked).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Waiting, "it is not theirs");

    // Under quarantine it hears why nothing new is taken, and what it asked before.
    let quarantined = centre
        .store
        .quarantine_station(counter.id, (&[], &[]), now());
    assert!(quarantined.await.unwrap());
    let further = request(&centre.paper(&counter), &counter, b"further");
    let answer = ask(&mut client, &centre, &further).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Quarantined);
    let unknown = look(&mut client, &further).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let answer = look(&mut client, &asked).await.unwrap();
    assert_eq!(answer.state(), AnswerState::Waiting);

    centre
        .store
        .revoke_station(counter.id, RevocationReason::KeyCompromise, &[], now())
        .await
        .unwrap();
    let answers = [
        ask(&mut client, &centre, &asked).await.map(drop),
        look(&mut client, &asked).await.map(drop),
        take_back(&mut client, &asked).await,
    ];
    for answer in answers {
        assert_eq!(answer.unwrap_err().code(), Code::PermissionDenied);
    }
}
