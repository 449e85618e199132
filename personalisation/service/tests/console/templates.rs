//! Templates at the console: one proposes, two others approve, and each is told what stands against them.

use axum::http::StatusCode;
use dossier::{dossier::DocumentType, staff::Role};
use personalisation::edge;
use personalisation_core::{
    attempt::Digest,
    template::{Template, TemplateKey},
};

use crate::console::place::Place;

const PAGE: &str = "/templates/luxembourg/residence_permit/1";

/// The digest that the page shows.
fn digest(page: &str) -> String {
    let (_, rest) = page.split_once("<code>").unwrap();
    rest.split_once("</code>").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_version_is_proposed_by_one_and_approved_by_two_others() {
    let place = Place::new().await;
    let mut cookies = Vec::new();
    for (login, role) in [
        ("weber", Role::Administrator),
        ("klein", Role::Supervisor),
        ("muller", Role::Supervisor),
    ] {
        let person = place.somebody(login, role).await;
        cookies.push(place.session(person).await);
    }
    let [weber, klein, muller] = &cookies[..] else {
        panic!("three");
    };
    let page = async |cookie: &String| place.call("GET", PAGE, Some(cookie), None).await.text;
    let act = async |cookie: &String, act: &str, fields: &str| {
        let (path, form) = (format!("{PAGE}/{act}"), Place::form(fields));
        place.call("POST", &path, Some(cookie), Some(&form)).await
    };
    let list = place.call("GET", "/templates", Some(klein), None).await;
    assert_eq!(list.status, StatusCode::OK);
    assert_eq!(list.text.matches("Not proposed").count(), 2);
    assert_eq!(list.text.matches("In use, frozen").count(), 2);

    let proposed = act(weber, "propose", "").await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.text);
    let shown = page(weber).await;
    assert!(!shown.contains("Approve this version"), "their own");
    let seen = format!("digest={}", digest(&shown));
    let own = act(weber, "approve", &seen).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert!(own.text.contains("You proposed this version"));

    let shown = page(klein).await;
    assert!(shown.contains("Approve this version") && shown.contains("weber"));
    let other = format!("digest={}", "0".repeat(64));
    let changed = act(klein, "approve", &other).await;
    assert!(changed.text.contains("proposed anew since"));
    let once = act(klein, "approve", &seen).await;
    assert_eq!(once.status, StatusCode::SEE_OTHER);
    let again = act(klein, "approve", &seen).await;
    assert!(again.text.contains("You approved this version already"));
    assert!(page(muller).await.contains("Waits for approvals"));
    let twice = act(muller, "approve", &seen).await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER);
    assert!(page(muller).await.contains("Approved, not used yet"));

    let lines = place.audit().await;
    let of = |name: &str, word: &str| {
        let lines = lines.iter();
        let about = lines.filter(|line| line.contains(name) && line.contains(word));
        about.count()
    };
    assert_eq!(of("\"approve-template\"", "nothing was changed"), 3);
    assert_eq!(
        of("\"propose-template\"", "luxembourg residence_permit 1"),
        2
    );
}

#[tokio::test]
async fn an_operator_sees_and_may_not_act() {
    let place = Place::new().await;
    let operator = place.somebody("schmit", Role::Operator).await;
    let cookie = place.session(operator).await;
    let page = place.call("GET", PAGE, Some(&cookie), None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("Propose this version"));
    let form = Place::form("");
    let path = format!("{PAGE}/propose");
    let refused = place.call("POST", &path, Some(&cookie), Some(&form)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let none = "/templates/luxembourg/passport/1";
    let nothing = place.call("GET", none, Some(&cookie), None).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_approves_sees_the_specimen_and_who_may_not_does_not() {
    let place = Place::new().await;
    let klein = place.somebody("klein", Role::Supervisor).await;
    let klein = place.session(klein).await;
    let clerk = place.somebody("clerk", Role::Clerk).await;
    let clerk = place.session(clerk).await;
    let page = place.call("GET", PAGE, Some(&klein), None).await.text;
    for face in ["front", "back"] {
        let path = format!("{PAGE}/specimen/{face}");
        assert!(page.contains(&format!("src=\"{path}\"")), "{page}");
        let drawn = place.call("GET", &path, Some(&klein), None).await;
        assert_eq!(drawn.status, StatusCode::OK);
        assert!(drawn.text.contains("JFIF"), "a JPEG");
        let refused = place.call("GET", &path, Some(&clerk), None).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let none = format!("{PAGE}/specimen/side");
    let none = place.call("GET", &none, Some(&klein), None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_this_program_cannot_draw_is_not_approved_here() {
    let place = Place::new().await;
    let weber = place.somebody("weber", Role::Administrator).await;
    let klein = place.somebody("klein", Role::Supervisor).await;
    let klein = place.session(klein).await;
    // By another release of the program.
    let template = Template {
        key: TemplateKey {
            issuer_profile: "luxembourg".to_owned(),
            document: DocumentType::ResidencePermit,
            version: 1,
        },
        digest: Digest([7; 32]),
    };
    let proposed = place
        .store()
        .propose_template(&template, weber, &[], edge::now());
    proposed.await.unwrap();
    let page = place.call("GET", PAGE, Some(&klein), None).await.text;
    assert!(!page.contains("Approve this version"), "{page}");
    let form = Place::form(&format!("digest={}", "07".repeat(32)));
    let path = format!("{PAGE}/approve");
    let refused = place.call("POST", &path, Some(&klein), Some(&form)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let says = "cannot show you its specimen";
    assert!(refused.text.contains(says), "{}", refused.text);
    let known = place.store().templates().await.unwrap();
    let record = known.iter().find(|one| one.template == template).unwrap();
    assert_eq!(record.approvals, []);
}
