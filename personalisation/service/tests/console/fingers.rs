//! The console's store opens no fingers, whatever its configuration names.

use std::{cell::Cell, fs};

use dossier::dossier::DocumentType;
use personalisation::{config::Config, edge, secret_file};
use personalisation_core::{ids::OrderId, person::Person};
use personalisation_store::{
    Store, StoreError,
    order::{ContentKind, NewOrder},
};
use zeroize::Zeroizing;

use crate::console::place::Place;

/// An order with a portrait and fingers, written by whoever has both keys.
async fn order(store: &Store) -> OrderId {
    let mut rng = edge::rng();
    let content =
        [ContentKind::Dg2, ContentKind::Dg3].map(|kind| (kind, Zeroizing::new(b"a file".to_vec())));
    let order = NewOrder {
        id: OrderId::generate(&mut rng),
        issuer_profile: "luxembourg",
        added_by: "personalisation/order",
        person: &Person::new(store.person_key(b"somebody").unwrap(), None),
        document_type: DocumentType::IdentityCard,
        destination: None,
        express: false,
        content: &content,
    };
    let added = store.add_order(&mut rng, &order, &[], edge::now());
    added.await.unwrap();
    order.id
}

async fn fingers_stay_shut(place: &Place, theirs: &Store) {
    let id = order(theirs).await;
    let read = |store: Store, kind| async move { store.order_content(id, kind).await };
    // They are there, and whoever has the key reads them.
    let there = read(theirs.clone(), ContentKind::Dg3).await;
    assert!(there.unwrap().is_some());
    let refused = read(place.store().clone(), ContentKind::Dg3).await;
    assert!(matches!(refused, Err(StoreError::NoFingers)), "{refused:?}");
    let portrait = read(place.store().clone(), ContentKind::Dg2).await;
    assert!(portrait.unwrap().is_some());
}

#[tokio::test]
async fn fingers_do_not_open_where_the_same_file_names_their_key() {
    let key = "key_file = \"sealing.key\"\n";
    let both = format!("{key}fingers_key_file = \"fingers.key\"\n");
    let config = Cell::new(None);
    let place = Place::with(
        |text| text.replacen("key_file = \"sealing.key\"", both.trim_end(), 1),
        |read: &Config| {
            assert!(read.sealing.fingers_key_file.is_some());
            config.set(Some(read.clone()));
        },
    )
    .await;
    // The console started without that file being there at all.
    let config = config.take().unwrap();
    let file = config.sealing.fingers_key_file.as_ref().unwrap();
    assert!(!fs::exists(file).unwrap());
    secret_file::create_key(file, &mut edge::rng()).unwrap();
    let theirs = config.open_store().await.unwrap();
    fingers_stay_shut(&place, &theirs).await;
}

#[tokio::test]
async fn fingers_do_not_open_where_they_lie_under_the_key_of_everything_else() {
    let config = Cell::new(None);
    let place = Place::with(|text| text, |read: &Config| config.set(Some(read.clone()))).await;
    let config = config.take().unwrap();
    assert!(config.sealing.fingers_key_file.is_none());
    let theirs = config.open_store().await.unwrap();
    fingers_stay_shut(&place, &theirs).await;
}
