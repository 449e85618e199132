//! One list of what a store must do, run on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod applications;
mod audit;
mod document;
mod fleet;
mod floor;
mod home;
mod intake;
mod lease;
mod line;
mod lost;
mod machine;
mod order;
mod persons;
mod quality;
mod queue;
mod review;
mod roles;
mod shipping;
mod staff;
mod stock;
mod templates;
mod upgrade;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, Ordering},
};

use dossier::dossier::DocumentType;
use personalisation_core::{
    attempt::{Attempt, ChipPublicKey, Digest, ScrapReason},
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BatchId, BlankId, BoxId, DeliveryId, LeaseToken, OrderId},
    person::Person,
    template::{Template, TemplateKey},
};
use personalisation_store::{
    Store,
    line::{Advance, Bind, Bound, Lease},
    order::{ContentKind, NewOrder},
    stock::{NewBlank, NewBox, NewDelivery},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use time::{OffsetDateTime, macros::datetime};
use zeroize::Zeroizing;

use home::{Engine, Home, on_each_engine};

/// When the tests take place.
const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);
/// How long leases last here.
const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap()
}

/// What identity cards are printed by in a new database: the digests of its migration.
fn templates() -> &'static [Template] {
    static FOUNDING: LazyLock<Vec<Template>> = LazyLock::new(|| {
        let migration = include_str!("../../migrations/0016_templates.sql");
        let digests = migration.split('\'').filter(|word| word.len() == 64);
        let of = |(profile, digest): (&str, &str)| Template {
            key: TemplateKey {
                issuer_profile: profile.to_owned(),
                document: DocumentType::IdentityCard,
                version: 1,
            },
            digest: Digest(hex::decode(digest).unwrap().try_into().unwrap()),
        };
        ["luxembourg", "utopia"]
            .into_iter()
            .zip(digests)
            .map(of)
            .collect()
    });
    &FOUNDING
}

/// A store of one engine, with a seeded source of randomness.
struct Bench {
    store: Store,
    rng: StdRng,
    home: Home,
    /// What the engine's clock says, in microseconds.
    clock: Arc<AtomicI64>,
}

impl Bench {
    async fn new(engine: Engine) -> Self {
        let home = Home::new(engine).await;
        let clock = Arc::new(AtomicI64::new(micros(NOW)));
        Self {
            store: home.open(7).await.danger_with_clock(clock.clone()),
            rng: StdRng::seed_from_u64(42),
            home,
            clock,
        }
    }

    /// The same database, opened once more, with other randomness.
    async fn another(&self) -> Self {
        Self {
            store: self
                .home
                .open(7)
                .await
                .danger_with_clock(self.clock.clone()),
            rng: StdRng::seed_from_u64(43),
            home: self.home.clone(),
            clock: self.clock.clone(),
        }
    }

    /// As after a restart.
    async fn open_again(&mut self) {
        self.store = self.another().await.store;
    }

    /// It is that late now for leases.
    fn set_clock(&self, at: OffsetDateTime) {
        self.clock.store(micros(at), Ordering::Relaxed);
    }

    /// Adds an order whose identity is `text`.
    async fn order(&mut self, text: &str, at: OffsetDateTime) -> Attempt {
        self.order_of_state("luxembourg", text, at).await
    }

    /// The same for a State.
    async fn order_of_state(&mut self, state: &str, text: &str, at: OffsetDateTime) -> Attempt {
        let id = OrderId::generate(&mut self.rng);
        let content = [(
            ContentKind::Identity,
            Zeroizing::new(text.as_bytes().to_vec()),
        )];
        let order = NewOrder {
            id,
            issuer_profile: state,
            added_by: "personalisation/order",
            // Somebody else each time.
            person: &Person::new(self.rng.random(), None),
            document_type: DocumentType::IdentityCard,
            destination: None,
            express: false,
            content: &content,
        };
        self.store
            .add_order(&mut self.rng, &order, &[], at)
            .await
            .unwrap()
    }

    /// Receives a delivery of chips with these serials.
    async fn delivery(&mut self, chips: &[ChipSerial]) {
        let blanks: Vec<_> = chips
            .iter()
            .map(|chip| NewBlank {
                id: BlankId::generate(&mut self.rng),
                chip: *chip,
                key_check_values: [chip.as_bytes()[0]; 9],
            })
            .collect();
        let id = DeliveryId::generate(&mut self.rng);
        let delivery = NewDelivery {
            id,
            batch: &id.to_string(),
            file_digest: [chips[0].as_bytes()[0]; 32],
            wrapped_key: &[9; 40],
            key_version: 0x30,
            boxes: &[NewBox {
                id: BoxId::generate(&mut self.rng),
                label: "1",
                blanks: &blanks,
            }],
            inspect: false,
        };
        self.store
            .receive_delivery(&delivery, &[], NOW)
            .await
            .unwrap();
    }

    async fn bind(&mut self, chip: ChipSerial, lease: &Lease) -> Bound {
        self.bind_where(chip, lease, false).await
    }

    /// At a line that takes only what was handed out to it.
    async fn bind_handed_out(&mut self, chip: ChipSerial, lease: &Lease) -> Bound {
        self.bind_where(chip, lease, true).await
    }

    async fn bind_where(
        &mut self,
        chip: ChipSerial,
        lease: &Lease,
        handed_out_only: bool,
    ) -> Bound {
        let numbers = [DocumentNumber::generate(&mut self.rng)];
        let bind = Bind {
            chip,
            card: None,
            numbers: &numbers,
            lease,
            batch: BatchId::generate(&mut self.rng),
            templates: templates(),
            handed_out_only,
        };
        self.store.bind_next(&bind, |_| vec![], NOW).await.unwrap()
    }

    async fn bound(&mut self, chip: ChipSerial, lease: &Lease) -> Attempt {
        match self.bind(chip, lease).await {
            Bound::Attempt(attempt) => attempt,
            other => panic!("{other:?}"),
        }
    }

    async fn go(
        &mut self,
        lease: &Lease,
        from: &Attempt,
        to: Attempt,
    ) -> Result<Attempt, personalisation_store::StoreError> {
        let path = [to];
        let advance = Advance {
            from,
            path: &path,
            content: &[],
            signer: None,
            entries: &[],
            seen: None,
        };
        self.store
            .advance(&mut self.rng, lease, &advance, NOW)
            .await?;
        let [to] = path;
        Ok(to)
    }

    /// Takes a bound attempt to its end.
    async fn finish(&mut self, lease: &Lease, bound: &Attempt) -> Attempt {
        let mut attempt = bound.clone();
        for step in STEPS {
            let to = step(attempt.clone());
            attempt = self.go(lease, &attempt, to).await.unwrap();
        }
        attempt
    }

    async fn scrap(&mut self, lease: &Lease, attempt: &Attempt, reason: ScrapReason) -> Attempt {
        let to = attempt.clone().scrap(reason).unwrap();
        self.go(lease, attempt, to).await.unwrap()
    }
}

/// The steps after binding, one after the other.
const STEPS: [fn(Attempt) -> Attempt; 6] = [
    |attempt| attempt.key_chip(chip_key()).unwrap(),
    |attempt| attempt.build_lds(Digest([1; 32])).unwrap(),
    |attempt| attempt.sign(Digest([2; 32]), Digest([3; 32])).unwrap(),
    |attempt| attempt.write().unwrap(),
    |attempt| attempt.lock().unwrap(),
    |attempt| attempt.read_back().unwrap(),
];

fn chip(byte: u8) -> ChipSerial {
    ChipSerial::from_bytes([byte; 10])
}

fn chip_key() -> ChipPublicKey {
    let mut point = vec![4];
    point.extend([5; 64]);
    ChipPublicKey::try_from(&point[..]).unwrap()
}

/// A minute's lease of that worker.
fn lease(holder: &str, token: u8) -> Lease {
    Lease {
        token: LeaseToken::from_bytes([token; 16]),
        holder: holder.to_owned(),
        lasts: MINUTE,
    }
}
