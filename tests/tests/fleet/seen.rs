//! The centre sees which devices a station has.

use std::{path::Path, sync::Arc};

use enrolment_station::{
    devices::{Devices, Settings, TrustList},
    edge,
    fleet::Keeper,
    web::scanners::Scanners,
};
use hardware_sim::biometric::{self, Kind, Maker, Options, Running};
use openssl::x509::X509;
use personalisation_store::{Store, sealing::Sealer};
use zeroize::Zeroizing;

use crate::fleet::{
    house::House,
    keeping::{QUARTER, taken_in},
};

async fn device(kind: Kind, maker: &Arc<Maker>) -> Running {
    let options = Options {
        kind,
        port: None,
        people: vec![7],
        population: 1,
        environment: "Developer".into(),
        clock: Arc::new(edge::now),
    };
    biometric::start(options, Arc::clone(maker)).await.unwrap()
}

async fn centre(house: &House) -> Store {
    let key = std::fs::read(house.path("sealing.key")).unwrap();
    let key: [u8; 32] = key.as_slice().try_into().unwrap();
    let sealer = Sealer::new(Box::new(Zeroizing::new(key)));
    let file = house.path("centre.db");
    Store::open(Path::new(&file), sealer).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_sees_the_devices_that_a_station_found_and_trusts() {
    let house = House::new(QUARTER);
    let standing = taken_in(&house).await;
    let maker = Arc::new(Maker::new(edge::now()).unwrap());
    let scanner = device(Kind::Finger, &maker).await;
    let stranger = device(Kind::Face, &Arc::new(Maker::new(edge::now()).unwrap())).await;
    let ports = [scanner.port(), stranger.port()];
    let settings = Settings {
        ports: *ports.iter().min().unwrap()..=*ports.iter().max().unwrap(),
        environment: "Developer".into(),
        ..Settings::default()
    };
    let anchor = X509::from_der(&maker.anchor().unwrap()).unwrap();
    let trust = TrustList::new(vec![anchor]);
    let scanners = Scanners::new(Devices::new(settings, trust, Arc::new(edge::now)));
    let clock = Arc::new(edge::now);
    let mut keeper = Keeper::new(Arc::clone(&standing), clock, scanners.seen(), edge::rng());
    keeper.pass().await.unwrap();
    let store = centre(&house).await;
    let known = store.latest_report(house.first_station()).await.unwrap();
    let devices = known.unwrap().devices;
    let [seen] = &devices[..] else {
        panic!("only a device of a trusted maker is one: {devices:?}");
    };
    assert_eq!((seen.kind.as_str(), seen.ready), ("Finger", true));
    assert_eq!(seen.serial, scanner.serial());
    assert!(!seen.model.is_empty() && seen.model.len() <= 64);
    // Pulled out: the next report says so.
    drop(scanner);
    keeper.pass().await.unwrap();
    let known = store.latest_report(house.first_station()).await.unwrap();
    assert!(known.unwrap().devices.is_empty());
}
