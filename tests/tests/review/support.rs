//! A centre with staff, pictures that can be printed, and the desk at which people decide.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use biometrics::{
    iso19794::finger::{FingerPosition, FingerRecord},
    wsq::{self, WsqParameters},
};
use dossier::{
    ApplicationId, Dossier, OfficeId, PersonId, dossier::Finger, receipt::Outcome, staff::Role,
};
use e2e::counter::{Intake, Paper, Station, authority, station};
use e2e::database::Engine;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use personalisation::{
    config::Config,
    intake::Place,
    review::{self, Desk, decide::Case},
};
use personalisation_core::application::Referral;
use personalisation_store::review::ApplicationRow;
use tempfile::TempDir;
use time::OffsetDateTime;

pub const REVIEWER: PersonId = PersonId::from_bytes([21; 16]);
pub const COLLEAGUE: PersonId = PersonId::from_bytes([22; 16]);
pub const SUPERVISOR: PersonId = PersonId::from_bytes([23; 16]);

pub fn now() -> OffsetDateTime {
    station::at(authority::now())
}

/// A member of staff with one role; `None`: at the centre.
pub async fn employ(centre: &Intake, id: PersonId, role: Role, office: Option<&OfficeId>) {
    centre.employ(id, role, office).await.unwrap();
}

/// Two reviewers and a supervisor at the centre.
pub async fn with_staff(centre: &Intake) {
    employ(centre, REVIEWER, Role::Reviewer, None).await;
    employ(centre, COLLEAGUE, Role::Reviewer, None).await;
    employ(centre, SUPERVISOR, Role::Supervisor, None).await;
}

/// A centre in a folder of its own, a counter, staff, and the desk at which they decide.
pub async fn at_work() -> (TempDir, Intake, Station, Desk) {
    at_work_on(Engine::Sqlite).await
}

/// The same on that engine.
pub async fn at_work_on(engine: Engine) -> (TempDir, Intake, Station, Desk) {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start_on(engine, place.path()).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    with_staff(&centre).await;
    let desk = desk(&centre).await;
    (place, centre, counter, desk)
}

/// The desk that the console calls, over the same database and its own session with the token.
pub async fn desk(centre: &Intake) -> Desk {
    let text = std::fs::read_to_string(centre.folder().join("intake.toml")).unwrap();
    let [intake, console] = ["intake", "console"].map(|program| centre.database.program(program));
    let file = centre.folder().join("console.toml");
    std::fs::write(&file, text.replacen(&intake, &console, 1)).unwrap();
    let config = Config::load(&file).unwrap();
    let store = config.open_store().await.unwrap();
    let place = Place {
        config: Arc::new(config),
        store,
    };
    review::desk(&place, "console").unwrap()
}

pub fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An ISO 19794-4 record of a picture.
pub fn record(finger: Finger, picture: &GrayImage) -> Vec<u8> {
    let stream = wsq::encode(picture, &WsqParameters::default()).unwrap();
    let position = FingerPosition::ALL[usize::from(finger.position() - 1)];
    let record = FingerRecord::from_wsq(position, 255, stream).unwrap();
    record.encode().unwrap()
}

/// Pictures of nobody that can be put on a card: no face, ridges like a comb.
pub fn printable(mut paper: Paper) -> Paper {
    let shade = |number: u32| number.to_le_bytes()[0];
    let portrait = RgbImage::from_fn(622, 800, |x, y| Rgb([shade(x / 3), shade(y / 4), 90]));
    paper.portrait = encoded(portrait, ImageFormat::Jpeg);
    let ridges = |slope: u32| {
        GrayImage::from_fn(200, 240, |x, y| {
            Luma([if ((x * slope + y) / 9).is_multiple_of(2) {
                40
            } else {
                215
            }])
        })
    };
    paper.fingers = [(Finger::RightIndex, 2), (Finger::LeftIndex, 1)]
        .map(|(finger, slope)| (finger, record(finger, &ridges(slope))))
        .to_vec();
    let ink = |x: u32, y: u32| Luma([if x.abs_diff(y * 3) < 4 { 10 } else { 250 }]);
    paper.signature = encoded(GrayImage::from_fn(400, 130, ink), ImageFormat::Png);
    paper
}

/// Somebody else: without a number, known by name and birth.
pub fn named(mut paper: Paper, surname: &str) -> Paper {
    paper.number = None;
    surname.clone_into(&mut paper.person.0);
    paper
}

/// Sends a dossier and waits until it is an application that somebody, or the rule, has.
pub async fn file(centre: &Intake, from: &Station, dossier: &Dossier) -> ApplicationRow {
    accept(centre, from, dossier).await;
    settled(centre, dossier.application).await
}

pub async fn accept(centre: &Intake, from: &Station, dossier: &Dossier) {
    let sealed = from.seal(dossier, &centre.intake_key().unwrap()).unwrap();
    let mut client = from.connect(centre.address()).await.unwrap();
    station::send(&mut client, sealed.as_bytes()).await.unwrap();
    let about = (from.id, dossier.application);
    let receipt = station::outcome(&mut client, centre, about, sealed.hash())
        .await
        .unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted);
}

pub async fn settled(centre: &Intake, id: ApplicationId) -> ApplicationRow {
    for _ in 0..1200 {
        let row = centre.store.application(id).await.unwrap().unwrap();
        let state = row.application.state().name();
        if !["accepted", "verified"].contains(&state) && row.supplement.is_none() {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody checked it");
}

/// Why an application waits.
pub fn referrals(row: &ApplicationRow) -> BTreeSet<Referral> {
    row.application.record().referrals
}

/// A case as its maker sees it now.
pub fn case(row: &ApplicationRow, person: PersonId) -> Case<'static> {
    Case {
        application: row.application.id(),
        seen: row.step,
        person,
        reason: "looked at twice",
    }
}
