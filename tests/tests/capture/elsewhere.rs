//! A second person at the centre: asked on the clerk's page, with the line down and up, declined, corrected, approved.

use std::sync::Arc;

use dossier::dossier::{Means, SignIn};
use dossier::{ApplicationId, ApprovalRequest, Body as _, Hash, Text, Timestamp};
use e2e::counter::{Intake, authority};
use personalisation::review::Desk;
use personalisation_store::intake::{Question, QuestionId};
use tokio::runtime::Runtime;

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;
use crate::capture::killed::until;
use crate::capture::support::{COLLEAGUE, REVIEWER, desk, now, settled, with_staff};

/// The question about an application that waits, and its content.
async fn question(centre: &Intake, id: ApplicationId) -> Option<(Question, ApprovalRequest)> {
    let found = centre.store.waiting_question(id).await.unwrap()?;
    let content = centre.store.question_content(found.id).await.unwrap()?;
    let request = ApprovalRequest::decode(&content).unwrap();
    Some((found, request))
}

fn said_by(person: dossier::PersonId) -> SignIn {
    SignIn {
        person,
        means: Means::Passkey,
        at: Timestamp::from_seconds(authority::now() - 1).unwrap(),
        staff_list: None,
    }
}

fn application(clerk: &Clerk<'_>) -> ApplicationId {
    let path = clerk.text("return location.pathname").unwrap();
    path.split('/').nth(2).unwrap().parse().unwrap()
}

fn press(clerk: &Clerk<'_>, act: &str) {
    clerk.push(&format!("button[name=act][value={act}]"));
}

/// The portrait page again and on to the second person: the summary is another one.
fn correct(clerk: &Clerk<'_>, id: ApplicationId) {
    clerk.open(&format!("/applications/{id}/payment"));
    clerk.type_into("#reference", "-corrected").unwrap();
    clerk.go_on();
    clerk.confirm();
    clerk.wait_at("approval");
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the first question to the card's application"
)]
fn somebody_at_the_centre_is_asked_declines_and_approves_what_was_corrected() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut centre = runtime.block_on(Intake::start(folder.path(), "")).unwrap();
    runtime.block_on(with_staff(&centre));
    let remote = |configuration: &mut dossier::Configuration| {
        configuration.second_person[0].remote = true;
    };
    runtime.block_on(centre.issue(2, remote)).unwrap();
    let mut counter = Counter::open_at(Some(&centre), 14, &[9]);
    counter.stop_register();
    let clerk = Clerk::arrives(&counter, &[]);
    clerk.sign_in("marie", 0);
    clerk.begin_by_hand("Zukauskaite");
    let id = application(&clerk);
    assert_eq!(clerk.axe().unwrap(), []);

    // The line is down: said, and nothing is lost.
    centre.kill();
    press(&clerk, "ask");
    clerk
        .wait_for("document.querySelector('.notification.bad')")
        .unwrap();
    let shown = clerk.main();
    assert!(
        shown.contains("cannot be reached") && shown.contains("Nothing is lost"),
        "{shown}"
    );
    assert_eq!(clerk.axe().unwrap(), []);
    assert!(runtime.block_on(question(&centre, id)).is_none());

    // Up again, and the centre trusts the station no more: said in a sentence, and nothing waits.
    centre.serve().unwrap();
    let station = runtime.block_on(centre.store.stations()).unwrap()[0].id;
    let quarantined = centre.store.quarantine_station(station, (&[], &[]), now());
    assert!(runtime.block_on(quarantined).unwrap());
    until(|| {
        clerk.open(&format!("/applications/{id}/approval"));
        let asks_no_more = clerk.has("button[value=ask]");
        if !asks_no_more {
            press(&clerk, "take-back");
        }
        asks_no_more
    });
    press(&clerk, "ask");
    clerk
        .wait_for("document.querySelector('.notification.bad')")
        .unwrap();
    let shown = clerk.main();
    assert!(
        shown.contains("under quarantine") && shown.contains("Nothing is lost"),
        "{shown}"
    );
    assert_eq!(clerk.axe().unwrap(), []);
    assert!(runtime.block_on(question(&centre, id)).is_none());
    let released = centre.store.release_station(station, (&[], &[]), now());
    assert!(runtime.block_on(released).unwrap());

    // Released: what was written down is asked, once.
    until(|| {
        clerk.open(&format!("/applications/{id}/approval"));
        press(
            &clerk,
            if clerk.has("button[value=ask]") {
                "ask"
            } else {
                "look"
            },
        );
        runtime.block_on(question(&centre, id)).is_some()
    });
    clerk.open(&format!("/applications/{id}/approval"));
    assert!(
        clerk.main().contains("Somebody at the centre is asked"),
        "{}",
        clerk.main()
    );
    clerk.open("/today");
    assert!(
        clerk.main().contains("Second person asked"),
        "{}",
        clerk.main()
    );

    let desk: Arc<Desk> = Arc::new(runtime.block_on(desk(&centre)));
    let (first, _) = runtime.block_on(question(&centre, id)).unwrap();
    let why = Text::new("The reference is missing").unwrap();
    let declined = desk.decline_for_office(&first, REVIEWER, &why, now());
    runtime.block_on(declined).unwrap();
    clerk.open(&format!("/applications/{id}/approval"));
    press(&clerk, "look");
    clerk
        .wait_for("document.querySelector('.notification.bad')")
        .unwrap();
    assert!(
        clerk.main().contains("The reference is missing"),
        "{}",
        clerk.main()
    );
    assert_eq!(clerk.axe().unwrap(), []);

    correct(&clerk, id);
    press(&clerk, "ask");
    clerk
        .wait_for("document.querySelector('.notification.waiting')")
        .unwrap();
    let (second, request) = runtime.block_on(question(&centre, id)).unwrap();
    assert_ne!(second.id, first.id, "another summary, another question");
    let note = Some(Text::new("Seen by video").unwrap());
    let approved = desk.approve_for_office(&second, &request, said_by(COLLEAGUE), note, now());
    runtime.block_on(approved).unwrap();
    clerk.open(&format!("/applications/{id}/approval"));
    press(&clerk, "look");
    clerk.send();

    // Intake believes the record, and who approved has a hand in it.
    let arrived = || runtime.block_on(centre.store.application(id)).unwrap();
    until(|| arrived().is_some());
    let row = runtime.block_on(settled(&centre, id));
    assert_eq!(row.application.state().name(), "in_review");
    let filing = row.application.filing().unwrap();
    assert!(
        filing.handled_by.contains(&COLLEAGUE),
        "four eyes by person"
    );
    let about = QuestionId {
        application: id,
        summary: Hash::of(request.summary.as_bytes()),
    };
    let left = runtime
        .block_on(centre.store.question_content(about))
        .unwrap();
    assert!(
        left.is_none(),
        "the question's content is erased with its end"
    );
}
