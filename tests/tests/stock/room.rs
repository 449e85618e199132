//! A stock room: a centre with a delivery in two boxes, and people who look after blanks.

use std::ops::RangeInclusive;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier::staff::Role;
use e2e::programs::{self, ProgramError};
use personalisation::edge;
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId, DeliveryId},
};
use personalisation_store::stock::{NewBlank, NewBox, NewDelivery};

use crate::console::centre::{Centre, PASSWORD};

/// Who works here.
const PEOPLE: [(&str, Role); 5] = [
    ("keeper", Role::StockKeeper),
    ("operator", Role::Operator),
    ("weber", Role::Supervisor),
    ("klein", Role::Supervisor),
    ("auditor", Role::Auditor),
];

pub fn chip(number: u8) -> ChipSerial {
    ChipSerial::from_bytes([number; 10])
}

/// A centre whose boxes `A-1` (chips 1 to 6) and `A-2` (7 to 9) wait for their inspection.
pub fn furnished() -> Centre {
    let mut centre = Centre::prepare();
    for (login, role) in PEOPLE {
        centre.person(login, &[role]);
    }
    let mut rng = edge::rng();
    let blanks = [1..=6, 7..=9].map(|numbers: RangeInclusive<u8>| {
        let blank = |number| NewBlank {
            id: BlankId::generate(&mut edge::rng()),
            chip: chip(number),
            key_check_values: [0; 9],
        };
        numbers.map(blank).collect::<Vec<_>>()
    });
    let boxes = [0, 1].map(|place| NewBox {
        id: BoxId::generate(&mut edge::rng()),
        label: ["A-1", "A-2"][place],
        blanks: &blanks[place],
    });
    let delivery = NewDelivery {
        id: DeliveryId::generate(&mut rng),
        batch: "A",
        file_digest: [1; 32],
        wrapped_key: &[],
        key_version: 0x30,
        boxes: &boxes,
        inspect: true,
    };
    let received = centre.store.receive_delivery(&delivery, &[], edge::now());
    centre.runtime.block_on(received).unwrap();
    centre
}

/// `personalisation stock …`; what it printed.
pub fn try_stock(centre: &Centre, arguments: &str) -> Result<String, ProgramError> {
    let words = arguments.split_whitespace();
    let all: Vec<&str> = ["stock", "--config", centre.file()]
        .into_iter()
        .chain(words)
        .collect();
    programs::run("personalisation", &all, &[])
}

pub fn stock(centre: &Centre, arguments: &str) -> String {
    try_stock(centre, arguments).unwrap().trim().to_owned()
}

/// What the command says when it refuses.
pub fn refused(centre: &Centre, arguments: &str) -> String {
    try_stock(centre, arguments).unwrap_err().to_string()
}

/// Fills in what the second person types.
pub fn second(centre: &Centre, login: &str) {
    centre
        .run("document.querySelector('#second').value = ''")
        .unwrap();
    centre.type_into("#second", login).unwrap();
    centre.type_into("#password", PASSWORD).unwrap();
    centre.type_into("#code", &centre.code(login)).unwrap();
}

/// What a path of ours answers, as bytes.
pub fn fetched(centre: &Centre, path: &str) -> Vec<u8> {
    let script = format!(
        "window.got = null; fetch('{path}').then(async (answer) => {{ \
         const bytes = new Uint8Array(await answer.arrayBuffer()); \
         window.got = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), '')); }});"
    );
    centre.run(&script).unwrap();
    centre.wait_for("window.got !== null").unwrap();
    let got = centre.text("return window.got").unwrap();
    STANDARD.decode(got).unwrap()
}
