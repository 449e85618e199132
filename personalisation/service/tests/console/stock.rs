//! Pages of the stock: what is kept from whoever counts, and what is refused while something is to be counted.

use axum::http::StatusCode;
use dossier::{PersonId, staff::Role};
use personalisation::edge;
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId, DeliveryId, ShiftId},
    stock::LineName,
};
use personalisation_store::stock::{NewBlank, NewBox, NewDelivery, Which};

use crate::console::place::Place;

fn line() -> LineName {
    "line-1".parse().unwrap()
}

fn chip(number: u8) -> ChipSerial {
    ChipSerial::from_bytes([number; 10])
}

/// Five blanks, three of them at the line; who handed them out.
async fn furnished(place: &Place) -> PersonId {
    let mut rng = edge::rng();
    let blanks = [1, 2, 3, 4, 5].map(|number| NewBlank {
        id: BlankId::generate(&mut rng),
        chip: chip(number),
        key_check_values: [0; 9],
    });
    let boxes = [NewBox {
        id: BoxId::generate(&mut rng),
        label: "A-1",
        blanks: &blanks,
    }];
    let delivery = NewDelivery {
        id: DeliveryId::generate(&mut rng),
        batch: "A",
        file_digest: [1; 32],
        wrapped_key: &[],
        key_version: 0x30,
        boxes: &boxes,
        inspect: false,
    };
    let keeper = place.somebody("keeper", Role::StockKeeper).await;
    let (store, now) = (place.store(), edge::now());
    store.receive_delivery(&delivery, &[], now).await.unwrap();
    let which = Which::Chips([1, 2, 3].map(chip).to_vec());
    let issued = store.issue_blanks(&which, &line(), keeper, &[], now).await;
    assert_eq!(issued.unwrap(), 3);
    keeper
}

#[tokio::test]
async fn who_counts_is_not_told_before_a_shift_what_the_ledger_has() {
    let place = Place::new().await;
    let keeper = furnished(&place).await;
    let operator = place.somebody("operator", Role::Operator).await;
    let auditor = place.somebody("auditor", Role::Auditor).await;
    let delivery = place.store().deliveries().await.unwrap()[0].id;
    let boxes = format!("/stock/deliveries/{delivery}");
    // What is at the line, is left in the box, was handed out.
    for (person, shown) in [
        (auditor, [true, true, true]),
        (keeper, [false, true, true]),
        (operator, [false, false, false]),
    ] {
        let cookie = place.session(person).await;
        let page = async |path: &str| place.call("GET", path, Some(&cookie), None).await.text;
        let stock = page("/stock").await;
        let found = [
            stock.contains("At line line-1"),
            page(&boxes).await.contains(">2</span>"),
            page("/stock/issue").await.contains(">3</span>"),
        ];
        assert_eq!(found, shown, "{stock}");
        let kept_back = stock.contains("Who counts is not told");
        assert_eq!(kept_back, !shown[0], "{stock}");
        assert_eq!(stock.contains("Received in all"), shown[0], "{stock}");
        assert_eq!(stock.contains(">In the vault<"), shown[1], "{stock}");
    }
}

#[tokio::test]
async fn all_that_is_unused_is_not_taken_back_in_a_shift() {
    let place = Place::new().await;
    let keeper = furnished(&place).await;
    let (store, now) = (place.store(), edge::now());
    let shift = ShiftId::generate(&mut edge::rng());
    let opened = store
        .open_shift(shift, &line(), (keeper, 3), &[], now)
        .await;
    opened.unwrap();
    let cookie = place.session(keeper).await;
    let back = async |fields: &str| {
        let form = Place::form(fields);
        let path = "/stock/issue/return";
        place.call("POST", path, Some(&cookie), Some(&form)).await
    };
    let refused = back("from=line-1&back=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = "Take back by serials what is there";
    assert!(refused.text.contains(told), "{}", refused.text);
    // In the shift a keeper is not told either how many went out.
    assert!(!refused.text.contains(">3</span>"), "{}", refused.text);
    let one = back(&format!("from=&back={}", chip(1))).await;
    assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.text);
    assert_eq!(store.check_stock().await.unwrap(), []);
}

#[tokio::test]
async fn the_audit_of_the_books_says_until_when_signatures_were_compared() {
    let place = Place::new().await;
    let auditor = place.somebody("auditor", Role::Auditor).await;
    let cookie = place.session(auditor).await;
    let says = async |text: &str| {
        let page = place.call("GET", "/stock/check", Some(&cookie), None).await;
        assert!(page.text.contains(text), "{text}: {}", page.text);
    };
    says("were never compared").await;
    let (mut rng, now) = (edge::rng(), edge::now());
    let compared = place.store().compare_attempts(&mut rng, (now, 9), now);
    assert_eq!(compared.await.unwrap(), []);
    says("were last compared for all up to").await;
}
