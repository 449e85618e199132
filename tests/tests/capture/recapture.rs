//! Asked for again by the real centre, with an appointment: from its task to one application that is complete.

use std::collections::BTreeSet;

use dossier::ApplicationId;
use e2e::counter::Intake;
use personalisation_core::application::Recapture;
use personalisation_store::review::ApplicationRow;

use crate::capture::clerk::Clerk;
use crate::capture::counter::Counter;
use crate::capture::killed::until;
use crate::capture::support::{REVIEWER, case, desk, now, settled, with_staff};
use crate::capture::walker::{Walker, place};

#[test]
fn a_recapture_with_appointment_goes_from_its_task_to_the_same_application() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let centre = runtime.block_on(Intake::start(folder.path(), "")).unwrap();
    runtime.block_on(with_staff(&centre));
    let counter = Counter::open_at(Some(&centre), 8, &[7]);
    let number = counter.number("ordinary adult with a valid document");
    let mut walker = Walker::arrives(&counter, 0, &number);
    let page = walker.begin();
    let id = application(&place(&page));
    walker.finishes(page);
    let kept = |id| runtime.block_on(centre.store.application(id)).unwrap();
    until(|| kept(id).is_some());
    let row = runtime.block_on(settled(&centre, id));
    let appointment = now() + time::Duration::days(3);
    // At noon it is the same day in Luxembourg.
    let appointment = appointment.replace_hour(12).unwrap();
    runtime.block_on(ask_again(&centre, &row, appointment));
    // The next start asks the centre at once.
    counter.kill();
    counter.start();
    let clerk = Clerk::arrives(&counter, &[]);
    clerk.sign_in("marie", 0);
    until(|| {
        clerk.open("/today");
        clerk.has("form input[name=recapture]")
    });
    let shown = clerk.main();
    let day = appointment.day().to_string();
    assert!(
        shown.contains(&day) && shown.contains("Portrait"),
        "{shown}"
    );
    clerk.push("form:has(input[name=recapture]) button");
    clerk.wait_at("request");
    clerk.ask_for("first");
    clerk.inform();
    clerk.identify(&number);
    clerk.portrait();
    clerk.fingers();
    clerk.signature();
    clerk.papers("birth-certificate");
    clerk.payment();
    clerk.confirm();
    let again = application(
        clerk
            .text("return location.pathname")
            .unwrap()
            .trim_end_matches("/send"),
    );
    clerk.send();
    // Both clerks captured it.
    until(|| {
        kept(id).is_some_and(|row| {
            row.application
                .filing()
                .is_some_and(|filing| filing.handled_by.len() > 1)
        })
    });
    let row = runtime.block_on(settled(&centre, id));
    assert_eq!(row.application.state().name(), "in_review");
    assert!(kept(again).is_none(), "it is one application");
    counter.kill();
    counter.start();
    until(|| accepted(&counter) == 2);
    clerk.sign_in("marie", 1);
    until(|| {
        clerk.open("/today");
        !clerk.has("form input[name=recapture]")
    });
}

async fn ask_again(centre: &Intake, row: &ApplicationRow, appointment: time::OffsetDateTime) {
    assert_eq!(row.application.state().name(), "in_review");
    let wanted = BTreeSet::from([Recapture::Portrait]);
    let asked = desk(centre).await;
    let asked = asked.ask_more(case(row, REVIEWER), wanted, Some(appointment), now());
    asked.await.unwrap();
}

/// The application of a page below it.
fn application(path: &str) -> ApplicationId {
    path.split('/').nth(2).unwrap().parse().unwrap()
}

fn accepted(counter: &Counter) -> usize {
    let rows = counter.outbox();
    let accepted = rows.iter().filter(|row| row["state"] == "accepted");
    accepted.count()
}
