//! What the register knows is not typed again: who acts for a minor, and what became of the old document.

use dossier::dossier::{DocumentType, Ground, PriorState, Relation};
use dossier::{ApplicationId, Text};

use super::bench::{House, MARIE};
use crate::capture::application::{Application, KnownDocument, KnownRepresentative};

/// Somebody with two parents in the register.
fn with_parents(application: &mut Application) {
    let parent = |given: &str, relation| KnownRepresentative {
        surname: Text::new("Schmit").unwrap(),
        given_names: Text::new(given).unwrap(),
        relation,
    };
    application.request.as_mut().unwrap().represented = true;
    application.identity.as_mut().unwrap().representatives = vec![
        parent("Anne", Relation::Parent),
        parent("Luc", Relation::Guardian),
    ];
}

/// What else the page asks.
const PROOF: [(&str, &str); 2] = [("proof", "birth"), ("issuer", "Luxembourg")];

fn page(id: ApplicationId) -> String {
    format!("/applications/{id}/representative")
}

#[tokio::test]
async fn a_representative_whom_the_register_names_is_chosen_and_not_typed() {
    let house = House::open().await;
    let id = house.draft(with_parents).await;
    let shown = house.get(MARIE, &page(id)).await.body;
    assert!(shown.contains("Anne Schmit") && shown.contains("Luc Schmit"));
    let chosen = [&[("who", "1"), ("surname", "Typed")], &PROOF[..]].concat();
    house.post(MARIE, &page(id), &chosen).await;
    let kept = house.application(id).await.representative.unwrap();
    let name = (kept.surname.as_str(), kept.given_names.as_str());
    assert_eq!(
        (name, kept.relation),
        (("Schmit", "Luc"), Relation::Guardian)
    );
    let again = house.get(MARIE, &page(id)).await.body;
    assert!(
        again.contains("value=\"1\" aria-describedby=\"who-1-about\" checked"),
        "{again}"
    );
}

#[tokio::test]
async fn nobody_chosen_nobody_kept_and_somebody_else_is_typed() {
    let house = House::open().await;
    let id = house.draft(with_parents).await;
    for who in ["", "2", "-1", "x"] {
        let wrong = [&[("who", who)], &PROOF[..]].concat();
        let answer = house.post(MARIE, &page(id), &wrong).await;
        assert!(answer.body.contains("Choose who is here"), "{who}");
        assert!(house.application(id).await.representative.is_none());
    }
    let typed = [("who", "else"), ("surname", "Weber"), ("relation", "other")];
    let typed = [&typed[..], &PROOF].concat();
    house.post(MARIE, &page(id), &typed).await;
    let kept = house.application(id).await.representative.unwrap();
    assert_eq!(kept.surname.as_str(), "Weber");
    let again = house.get(MARIE, &page(id)).await.body;
    assert!(again.contains("<details open>"), "{again}");
}

#[tokio::test]
async fn a_permit_asks_what_the_decision_grants() {
    let house = House::open().await;
    let id = house
        .draft(|application| {
            application.request.as_mut().unwrap().document = DocumentType::ResidencePermit;
            application.request.as_mut().unwrap().ground = Ground::First;
            application.papers = None;
        })
        .await;
    let path = format!("/applications/{id}/papers");
    let shown = house.get(MARIE, &path).await.body;
    assert!(shown.contains("What the decision grants"), "{shown}");
    let papers = [
        ("kind-0", "passport"),
        ("issuer-0", "United States"),
        ("kind-1", "residence-decision"),
        ("issuer-1", "Immigration"),
        ("remark-0", "Toute profession"),
        ("title-ends-day", "31"),
        ("title-ends-month", "1"),
        ("title-ends-year", "2030"),
    ];
    let answer = house.post(MARIE, &path, &papers).await;
    assert!(answer.body.contains("Type what the decision grants"));
    assert!(house.application(id).await.papers.is_none());
    let whole = [&papers[..], &[("category", "Salarié")]].concat();
    house.post(MARIE, &path, &whole).await;
    let kept = house.application(id).await.papers.unwrap();
    let residence = kept.residence.unwrap();
    assert_eq!(residence.category.as_str(), "Salarié");
    assert_eq!(residence.ends.map(dossier::Day::number), Some(20_300_131));
    assert_eq!(residence.remarks[0].as_str(), "Toute profession");
    let again = house.get(MARIE, &path).await.body;
    assert!(again.contains("value=\"Salarié\"") && again.contains("value=\"2030\""));
}

#[tokio::test]
async fn a_document_that_was_reported_stolen_is_not_asked_for_as_held() {
    let house = House::open().await;
    let id = house
        .draft(|application| {
            application.request.as_mut().unwrap().ground = Ground::Renewal;
            application.papers = None;
            application.identity.as_mut().unwrap().known = vec![KnownDocument {
                number: Text::new("LU1234567").unwrap(),
                document: DocumentType::IdentityCard,
                reported: Some(PriorState::Stolen),
            }];
        })
        .await;
    let path = format!("/applications/{id}/papers");
    let shown = house.get(MARIE, &path).await.body;
    assert!(shown.contains("value=\"LU1234567\""));
    let stolen = shown.split("value=\"stolen\"").nth(1).unwrap();
    let input = stolen.split('>').next().unwrap();
    assert!(input.ends_with("checked"), "{input}");
}
