//! From the dossier of a residence permit to its order.

use dossier::{
    Dossier, Text,
    dossier::{DocumentType, Ground, Residence},
};
use e2e::counter::{Paper, authority};
use personalisation::review::ReviewError;
use personalisation_core::application::{Check, Detail, Referral};
use personalisation_store::order::ContentKind;

use crate::review::{
    approved::an_order_the_line_takes,
    support::{REVIEWER, at_work, case, file, named, now, printable, referrals},
};

/// A permit's dossier: what the decision grants stands in it.
fn permit(paper: &Paper) -> Dossier {
    let mut dossier = paper.dossier().unwrap();
    dossier.document_type = DocumentType::ResidencePermit;
    dossier.ground = Ground::First;
    dossier.prior_document = None;
    dossier.identity.nationality.value = Text::new("USA").unwrap();
    dossier.residence = Some(Residence {
        category: Text::new("Salarié").unwrap(),
        ends: None,
        remarks: vec![Text::new("Accès au marché du travail").unwrap()],
    });
    dossier
}

#[tokio::test]
async fn the_application_for_a_residence_permit_becomes_an_order_for_one() {
    let (_place, centre, counter, desk) = at_work().await;
    let paper = named(printable(centre.paper(&counter)), "Resident");
    let row = file(&centre, &counter, &permit(&paper)).await;
    assert_eq!(row.application.state().name(), "in_review");
    assert!(!referrals(&row).contains(&Referral::Printing));
    let order = desk.approve(case(&row, REVIEWER), now()).await.unwrap();
    let key = std::fs::read(centre.folder().join("review-tickets-1.spki")).unwrap();
    an_order_the_line_takes(&centre, order, &key).await;
    let ticket = centre.store.order_content(order, ContentKind::Ticket).await;
    let ticket = evidence::ticket::SignedTicket::decode(&ticket.unwrap().unwrap()).unwrap();
    let ticket = ticket.verify(&key, authority::now()).unwrap();
    assert_eq!(ticket.signing_profile, "residence-permit");
    let identity = centre
        .store
        .order_content(order, ContentKind::Identity)
        .await;
    let identity = personalisation::order::Identity::decode(&identity.unwrap().unwrap()).unwrap();
    assert_eq!(identity.document(), DocumentType::ResidencePermit);
    let mrz = identity.mrz("C3F7K9T21".parse().unwrap()).unwrap();
    assert!(mrz.lines().next().unwrap().starts_with("IRLUX"));
}

#[tokio::test]
async fn a_permit_without_what_was_granted_or_for_who_moves_freely_is_not_printed() {
    let (_place, centre, counter, desk) = at_work().await;
    let paper = named(printable(centre.paper(&counter)), "Untitled");
    let mut untitled = permit(&paper);
    untitled.residence = None;
    let other = named(printable(centre.paper(&counter)), "Free");
    let mut free = permit(&other);
    free.identity.nationality.value = Text::new("FRA").unwrap();
    for (dossier, detail) in [(untitled, Detail::ResidenceTitle), (free, Detail::Identity)] {
        let row = file(&centre, &counter, &dossier).await;
        let checks = centre.store.checks(row.content).await.unwrap();
        let printing = checks.iter().find(|one| one.check == Check::Printing);
        assert!(format!("{printing:?}").contains(&format!("{detail:?}")));
        let refused = desk.approve(case(&row, REVIEWER), now()).await;
        assert!(
            matches!(refused, Err(ReviewError::NotPrintable(_))),
            "{refused:?}"
        );
    }
}
