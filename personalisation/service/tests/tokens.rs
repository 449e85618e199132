//! With real tokens: keys are made, a maker's delivery is taken in, an order is added and its ticket
//! signed, and the chip opens to the keys that the token derives.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

use evidence::{entry::Entry, ticket::SignedTicket};
use hardware_sim::card::{
    Card,
    delivery::{self, BatchKeyTo},
    profile::Profile,
    slot::{Reply, Slot},
};
use icao9303::transport::CardTransport;
use image::{GrayImage, Luma, Rgb, RgbImage};
use key_custody::softhsm;
use personalisation::{
    blanks::{self, DeliveryError, ImportError},
    config::Config,
    keys,
    line::{
        card_keys::{CardKeys as _, TokenKeys},
        chip::{self, CENTRE_KEY_VERSION, LifeCycle, Session},
    },
    order::{self, Decision, OrderError},
};
use personalisation_core::{
    attempt::AttemptState, blank::BlankState, chip_serial::ChipSerial, ids::OrderId,
};
use personalisation_store::order::ContentKind;
use rand::{SeedableRng as _, rngs::StdRng};
use thiserror::Error;
use time::{OffsetDateTime, macros::datetime};
use tokio::runtime::Runtime;

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

const CONFIG: &str = r#"
database = "centre.db"
issuer_profile = "luxembourg"
[sealing]
key_file = "sealing.key"
[tokens.cards]
softhsm2_conf = "cards/softhsm2.conf"
label = "cards"
pin_file = "cards.pin"
so_pin_file = "cards.so-pin"
card_master = "card-master"
delivery_key = "delivery"
delivery_public_key = "delivery.der"
[tokens.tickets]
softhsm2_conf = "tickets/softhsm2.conf"
label = "tickets"
pin_file = "tickets.pin"
so_pin_file = "tickets.so-pin"
key = "tickets"
public_key = "tickets.der"
[pki]
endpoint = "https://127.0.0.1:1"
server_name = "pki-authority"
server_ca = "ca.pem"
certificate = "line.pem"
key = "line"
signing_profile = "identity-card"
trust = "trust"
"#;

const ORDER: &str = r#"
issuer_profile = "luxembourg"
[identity]
surname = "Müller-Weiß"
given_names = "Anne-Léa"
sex = "F"
date_of_birth = "1990-01-01"
nationality = "LUX"
place_of_birth = ["Luxembourg"]
national_number = "1990010112385"
[portrait]
file = "portrait.png"
[[fingers]]
finger = "right_index"
file = "finger.png"
quality = 61
[[missing_fingers]]
hand = "left"
reason = "permanent"
[signature]
file = "signature.png"
"#;

/// A card in a slot of this process.
struct Contact(Slot);

#[derive(Debug, Error)]
#[error("no answer")]
struct NoAnswer;

impl CardTransport for Contact {
    type Error = NoAnswer;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, NoAnswer> {
        match self.0.transmit(command).reply {
            Reply::Response(response) => Ok(response),
            Reply::Silent | Reply::NoCard => Err(NoAnswer),
        }
    }
}

#[test]
fn keys_deliveries_and_tickets_live_in_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, mut rng) = (folder.path(), StdRng::seed_from_u64(5));
    let runtime = Runtime::new().unwrap();
    for token in ["cards", "tickets"] {
        softhsm::write_configuration(&folder.join(token)).unwrap();
    }
    fs::write(folder.join("centre.toml"), CONFIG).unwrap();
    let config = Config::load(&folder.join("centre.toml")).unwrap();
    assert_eq!(keys::run(&config, &mut rng).unwrap().len(), 7);
    assert!(
        keys::run(&config, &mut rng).unwrap().is_empty(),
        "the second run changes nothing"
    );

    take_deliveries_in(&config, folder, &runtime, &mut rng);
    let store = runtime.block_on(config.open_store()).unwrap();
    let count = runtime.block_on(store.stock()).unwrap();
    assert_eq!(count, [(BlankState::Vault, 5)]);
    card_profiles_are_judged(&config, folder, &runtime, &mut rng);
    open_a_chip(&config, folder, &runtime, &mut rng);
    add_an_order(&config, folder, &runtime, &mut rng);
}

/// One delivery encrypted to our key, one wrapped under a key brought by hand; each only once.
fn take_deliveries_in(config: &Config, folder: &Path, runtime: &Runtime, rng: &mut StdRng) {
    let to_key = BatchKeyTo::PublicKey(folder.join("delivery.der"));
    let by_hand = BatchKeyTo::WrappingKey(folder.join("wrapping.toml"));
    for (name, count, to) in [("one", 2, to_key), ("two", 3, by_hand)] {
        let order = delivery::Order {
            profile: Profile::IdentityCard,
            folder: folder.join(name),
            count,
            buffer: 4096,
            to,
        };
        delivery::make(&order, rng).unwrap();
    }
    let mut import = |name: &str, key: Option<&Path>| {
        let file = folder.join(name).join(delivery::FILE_NAME);
        runtime.block_on(blanks::import(config, &file, key, rng, NOW))
    };
    assert_eq!(import("one", None).unwrap(), 2);
    assert!(
        matches!(import("one", None), Err(ImportError::Store(_))),
        "the same file twice"
    );
    let missing = import("two", None).unwrap_err();
    assert!(matches!(
        missing,
        ImportError::Delivery(DeliveryError::NoWrappingKey { .. })
    ));
    fs::write(
        folder.join("other.toml"),
        "key = \"00\"\ncheck_value = \"00\"\n",
    )
    .unwrap();
    let other = import("two", Some(&folder.join("other.toml"))).unwrap_err();
    assert!(matches!(
        other,
        ImportError::Delivery(DeliveryError::OtherWrappingKey { .. })
    ));
    assert_eq!(
        import("two", Some(&folder.join("wrapping.toml"))).unwrap(),
        3
    );
    malformed_deliveries_are_named(folder, &mut import);
}

/// Takes a delivery in, by the name of its folder.
type Import<'i> = dyn FnMut(&str, Option<&Path>) -> Result<usize, ImportError> + 'i;

fn malformed_deliveries_are_named(folder: &Path, import: &mut Import<'_>) {
    let good = fs::read_to_string(folder.join("one").join(delivery::FILE_NAME)).unwrap();
    let line = |name: &str| {
        good.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let check = "batch_key_check_value = \"000000\"";
    let values = format!("key_check_values = \"{}\"", "00".repeat(9));
    for (from, to) in [
        (line("format"), "format = \"other-1\""),
        (line("batch ="), "batch = \"../../etc\""),
        (line("batch_key_check_value"), check),
        (line("serial"), "serial = \"4D53\""),
        (line("transport_key_version"), "transport_key_version = 200"),
        (line("key_check_values"), &values),
        (line("wrapped_batch_key"), "wrapped_batch_key = \"00\""),
        ("format".to_owned(), "unknown = 1\nformat"),
        ("format".to_owned(), "card_profile = \"\"\nformat"),
    ] {
        fs::create_dir_all(folder.join("bad")).unwrap();
        let text = good.replacen(&from, to, 1);
        fs::write(folder.join("bad").join(delivery::FILE_NAME), text).unwrap();
        let error = import("bad", None).unwrap_err();
        assert!(!matches!(error, ImportError::Store(_)), "{to}: {error}");
    }
}

/// What the maker says of its chips is taken in and recorded; chips for other documents are refused before
/// anything is stored.
fn card_profiles_are_judged(config: &Config, folder: &Path, runtime: &Runtime, rng: &mut StdRng) {
    let deliver = |name: &str, profile, rng: &mut StdRng| {
        let order = delivery::Order {
            profile,
            folder: folder.join(name),
            count: 1,
            buffer: 4096,
            to: BatchKeyTo::PublicKey(folder.join("delivery.der")),
        };
        delivery::make(&order, rng).unwrap();
        folder.join(name).join(delivery::FILE_NAME)
    };
    let import = |file: &Path, rng: &mut StdRng| {
        runtime.block_on(blanks::import(config, file, None, rng, NOW))
    };
    for profile in [Profile::BacPassport, Profile::Passport] {
        let file = deliver(profile.name(), profile, rng);
        let error = import(&file, rng).unwrap_err();
        let refused = matches!(
            &error,
            ImportError::Delivery(DeliveryError::CardProfile { profile: named })
                if named == profile.name()
        );
        assert!(refused, "{error}");
        assert!(error.to_string().contains(profile.name()), "{error}");
    }
    // Said in so many words, the usual profile is as good as unsaid.
    let file = deliver("named", Profile::IdentityCard, rng);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("card_profile = \"identity-card\"\n{text}")).unwrap();
    assert_eq!(import(&file, rng).unwrap(), 1);
}

/// The chip opens to its transport keys, then to the centre's, both from the token.
fn open_a_chip(config: &Config, folder: &Path, runtime: &Runtime, rng: &mut StdRng) {
    let keys = TokenKeys::open(config).unwrap();
    let store = runtime.block_on(config.open_store()).unwrap();
    let chips = fs::read_dir(folder.join("one"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let path = chips
        .into_iter()
        .find(|path| path.extension().unwrap() == "chip")
        .unwrap();
    let mut slot = Slot::default();
    let card = Card::open(&path, Box::new(StdRng::seed_from_u64(1))).unwrap();
    let serial = ChipSerial::from_bytes(card.serial());
    slot.insert(card).unwrap();
    slot.power_up().unwrap();
    let mut contact = Contact(slot);
    let facts = chip::identify(&mut contact).unwrap();
    assert_eq!(
        (facts.life_cycle, facts.serial),
        (LifeCycle::Blank, Some(serial))
    );
    let blank = runtime
        .block_on(store.blank_by_chip(serial))
        .unwrap()
        .unwrap();
    let transport = keys.transport(&blank).unwrap();
    let centre = keys.centre(serial).unwrap();
    let under = (blank.key_version, &transport);
    let mut session = Session::open(&mut contact, serial, under, 4096, rng).unwrap();
    session.put_keys(blank.key_version, &centre).unwrap();
    let under = (CENTRE_KEY_VERSION, &centre);
    let mut session = Session::open(&mut contact, serial, under, 4096, rng).unwrap();
    session.generate_key().unwrap();
    assert_eq!(
        chip::identify(&mut contact).unwrap().life_cycle,
        LifeCycle::Personalising
    );
}

fn add_an_order(config: &Config, folder: &Path, runtime: &Runtime, rng: &mut StdRng) {
    draw(folder);
    fs::write(folder.join("order.toml"), ORDER).unwrap();
    let id = runtime
        .block_on(order::add(config, &folder.join("order.toml"), rng, NOW))
        .unwrap();
    let store = runtime.block_on(config.open_store()).unwrap();
    let heads = runtime.block_on(store.orders()).unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].attempt.state(), &AttemptState::Queued);

    decide_about_it(config, runtime, rng, id);

    let ticket = runtime
        .block_on(store.order_content(id, ContentKind::Ticket))
        .unwrap()
        .unwrap();
    let ticket = SignedTicket::decode(&ticket).unwrap();
    let key = fs::read(folder.join("tickets.der")).unwrap();
    let ticket = ticket.verify(&key, NOW.unix_timestamp()).unwrap();
    assert_eq!(&ticket.order, id.as_bytes());
    assert_eq!(
        ticket.content.keys().copied().collect::<Vec<_>>(),
        [2, 3, 7, 11]
    );
    for (kind, number) in [
        (ContentKind::Dg2, 2),
        (ContentKind::Dg3, 3),
        (ContentKind::Dg11, 11),
    ] {
        let file = runtime
            .block_on(store.order_content(id, kind))
            .unwrap()
            .unwrap();
        assert_eq!(openssl::sha::sha256(&file), ticket.content[&number]);
    }
    let mut audit = Vec::new();
    runtime.block_on(store.export_audit(&mut audit)).unwrap();
    let audit = String::from_utf8(audit).unwrap();
    let acts: Vec<_> = audit
        .lines()
        .map(|line| Entry::parse(line).unwrap().act)
        .collect();
    assert!(acts.iter().any(|act| act == "receive-delivery"));
    assert!(audit.contains("1 blanks of card profile identity-card in the vault"));
    assert!(acts.iter().any(|act| act == "add-order"));
}

/// Stopped, let go on, ended; what cannot be done is refused.
fn decide_about_it(config: &Config, runtime: &Runtime, rng: &mut StdRng, id: OrderId) {
    let mut decide = |order, decision| {
        runtime
            .block_on(order::decide(config, order, decision, rng, NOW))
            .map(|attempt| attempt.state().name())
    };
    let unknown = decide(OrderId::from_bytes([0; 16]), Decision::Hold);
    assert!(matches!(unknown, Err(OrderError::Unknown { .. })));
    assert!(matches!(
        decide(id, Decision::Release),
        Err(OrderError::Move(_))
    ));
    assert_eq!(decide(id, Decision::Hold).unwrap(), "on_hold");
    assert_eq!(decide(id, Decision::Release).unwrap(), "queued");
    assert_eq!(decide(id, Decision::Cancel).unwrap(), "cancelled");
    assert!(matches!(
        decide(id, Decision::Hold),
        Err(OrderError::Move(_))
    ));
}

/// Pictures of nobody.
fn draw(folder: &Path) {
    let shade = |number: u32| number.to_le_bytes()[0];
    let portrait = RgbImage::from_fn(700, 900, |x, y| Rgb([shade(x / 3), shade(y / 4), 90]));
    portrait.save(folder.join("portrait.png")).unwrap();
    let ridge = |x: u32, y: u32| {
        Luma([if ((x * 2 + y) / 9).is_multiple_of(2) {
            40
        } else {
            215
        }])
    };
    GrayImage::from_fn(300, 400, ridge)
        .save(folder.join("finger.png"))
        .unwrap();
    let ink = |x: u32, y: u32| Luma([if x.abs_diff(y * 3) < 4 { 10 } else { 250 }]);
    GrayImage::from_fn(400, 130, ink)
        .save(folder.join("signature.png"))
        .unwrap();
}
