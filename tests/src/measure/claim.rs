//! How long a worker waits for its next order on PostgreSQL: many workers, an open loop, a short queue before few and
//! before very many finished orders.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier::{PersonId, Text, dossier::DocumentType, staff::Role};
use personalisation_core::{
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BatchId, BlankId, BoxId, DeliveryId, LeaseToken, OrderId},
    person::Person,
    stock::LineName,
    template::Template,
};
use personalisation_store::{
    Store, StoreError,
    line::{Bind, Bound, Lease},
    order::NewOrder,
    sealing::Sealer,
    staff::{self, Grant, Link, RoleId},
    stock::{NewBlank, NewBox, NewDelivery, Which},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use time::OffsetDateTime;
use tokio::{sync::Mutex, task::JoinSet, time::sleep_until};
use zeroize::Zeroizing;

use crate::database::{NoDatabase, Server};

/// Workers, each with a connection of its own.
const WORKERS: usize = 32;
/// Claims a second, whether those before them are done or not.
const RATE: u32 = 50;
/// Claims of one measurement; before it a tenth as many that do not count.
const CLAIMS: u32 = 1500;
/// Finished orders, of so many rows in each table.
const FEW: u32 = 10_000;
const MANY: u32 = 10_000_000;
/// Finished orders that are written in one go.
const STEP: u32 = 1_000_000;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// No server, or no database on it.
    #[error(transparent)]
    Database(#[from] NoDatabase),
    /// The server refuses.
    #[error(transparent)]
    Refused(#[from] sqlx::Error),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody has such a name.
    #[error(transparent)]
    Name(#[from] dossier::TextError),
    /// A claim came back without an attempt.
    #[error("a claim found {0}")]
    Empty(String),
    /// A claim broke down.
    #[error("a claim broke down")]
    Ended,
}

/// Measures on the server of `STEMPEL_POSTGRES`, and hands over each figure; in a hurry only how long a claim takes after few
/// finished orders, without a limit.
pub async fn run(in_a_hurry: bool, mut tell: impl FnMut(Value)) -> Result<(), ClaimError> {
    let server = Server::begin().await?;
    let url = server.as_login("owner");
    personalisation_store::migrate(personalisation_store::Database::from(url.clone())).await?;
    let mut floor = Floor::open(&url).await?;
    finish(&url, 1, FEW).await?;
    let few = floor.claims().await?;
    if in_a_hurry {
        tell(json!({
            "name": "claim_p99", "value": few.of(99), "unit": "ms", "limit": null, "met": true,
            "against": format!("after {FEW} finished orders; median {:.2} ms", few.of(50)),
        }));
        return Ok(());
    }
    for first in (FEW..MANY).step_by(STEP as usize) {
        finish(&url, first + 1, (first + STEP).min(MANY)).await?;
        eprintln!("{} finished orders", (first + STEP).min(MANY));
    }
    let many = floor.claims().await?;
    let p99 = few.of(99).max(many.of(99));
    let setting = format!(
        "{WORKERS} workers, open loop at {RATE} claims a second, {CLAIMS} claims of blanks that were handed out"
    );
    tell(json!({
        "name": "claim_p99", "value": p99, "unit": "ms", "limit": 5.0, "met": p99 <= 5.0,
        "against": format!("{setting}; after {FEW} finished orders {:.2} ms, after {MANY} {:.2} ms", few.of(99), many.of(99)),
    }));
    let share = many.of(50) / few.of(50);
    tell(json!({
        "name": "claim_after_ten_million", "value": share, "unit": "ratio", "limit": 1.2, "met": share <= 1.2,
        "against": format!("the median after {MANY} finished orders ({:.2} ms) by that after {FEW} ({:.2} ms)",
                           many.of(50), few.of(50)),
    }));
    Ok(())
}

/// Writes finished orders behind the store's back.
async fn finish(url: &str, first: u32, last: u32) -> Result<(), sqlx::Error> {
    let mut owner = AnyConnection::connect(url).await?;
    let text = include_str!("claim.sql");
    let text = text.replace("(FIRST, LAST)", &format!("({first}, {last})"));
    owner.execute(AssertSqlSafe(text)).await?;
    owner.execute("VACUUM (ANALYZE)").await?;
    owner.execute("CHECKPOINT").await?;
    owner.close().await
}

/// Milliseconds from when each claim was due to when it was durable, the shortest first.
struct Times(Vec<f64>);

impl Times {
    /// The time that so many of a hundred claims kept to.
    fn of(&self, hundredth: usize) -> f64 {
        self.0[(self.0.len() * hundredth / 100).min(self.0.len() - 1)]
    }
}

/// The workers, and what they may draw on.
struct Floor {
    workers: Vec<Arc<Mutex<Seat>>>,
    owner: Store,
    /// Who hands the blanks out.
    keeper: PersonId,
    rng: StdRng,
    deliveries: u64,
}

/// One worker.
struct Seat {
    store: Store,
    lease: Lease,
    rng: StdRng,
    templates: Vec<Template>,
}

impl Floor {
    async fn open(url: &str) -> Result<Self, ClaimError> {
        let mut rng = StdRng::seed_from_u64(50);
        let mut workers = Vec::with_capacity(WORKERS);
        for number in 0..WORKERS {
            let lease = Lease {
                token: LeaseToken::generate(&mut rng),
                holder: holder(number),
                lasts: Duration::from_mins(10),
            };
            let store = open(url).await?;
            let templates = store.templates().await?.into_iter();
            workers.push(Arc::new(Mutex::new(Seat {
                // What a new database prints by.
                templates: templates.map(|record| record.template).collect(),
                store,
                lease,
                rng: StdRng::seed_from_u64(number as u64),
            })));
        }
        let owner = open(url).await?;
        let keeper = hire_keeper(&owner, &mut rng).await?;
        Ok(Self {
            workers,
            owner,
            keeper,
            rng,
            deliveries: 0,
        })
    }

    /// Orders and blanks for one measurement, which takes them all.
    async fn stock_up(&mut self, count: u32) -> Result<VecDeque<ChipSerial>, StoreError> {
        self.deliveries += 1;
        let (at, rng) = (OffsetDateTime::UNIX_EPOCH, &mut self.rng);
        let blanks: Vec<_> = (0..count)
            .map(|_| NewBlank {
                id: BlankId::generate(rng),
                chip: ChipSerial::from_bytes(rng.random()),
                key_check_values: [0; 9],
            })
            .collect();
        let delivery = NewDelivery {
            id: DeliveryId::generate(rng),
            batch: &format!("measure-{}", self.deliveries),
            file_digest: rng.random(),
            wrapped_key: &[],
            key_version: 0x30,
            boxes: &[NewBox {
                id: BoxId::generate(rng),
                label: "1",
                blanks: &blanks,
            }],
            inspect: false,
        };
        self.owner.receive_delivery(&delivery, &[], at).await?;
        for _ in 0..count {
            let order = NewOrder {
                id: OrderId::generate(rng),
                issuer_profile: "luxembourg",
                added_by: "measure",
                person: &Person::new(rng.random(), None),
                document_type: DocumentType::IdentityCard,
                destination: None,
                express: false,
                content: &[],
            };
            self.owner.add_order(&mut *rng, &order, &[], at).await?;
        }
        let chips: VecDeque<_> = blanks.into_iter().map(|blank| blank.chip).collect();
        self.hand_out(&chips).await?;
        Ok(chips)
    }

    /// Every line has its blanks before it claims, by issues that are signed (whether truly so is pki's to ask).
    async fn hand_out(&self, chips: &VecDeque<ChipSerial>) -> Result<(), StoreError> {
        let at = OffsetDateTime::UNIX_EPOCH;
        for number in 0..WORKERS {
            let line = LineName::of_worker(&holder(number));
            let own = chips.iter().skip(number).step_by(WORKERS);
            let own = Which::Chips(own.copied().collect());
            self.owner
                .issue_blanks(&own, &line, self.keeper, &[], at)
                .await?;
            for issue in self
                .owner
                .unsigned_issues_of(&line, self.keeper, at)
                .await?
            {
                self.owner.keep_signed_issue(&issue.entry, &[1]).await?;
            }
        }
        Ok(())
    }

    async fn claims(&mut self) -> Result<Times, ClaimError> {
        let warm = CLAIMS / 10;
        let chips = self.stock_up(warm + CLAIMS).await?;
        let (began, mut claims) = (Instant::now(), JoinSet::new());
        for (number, chip) in (0..).zip(chips) {
            let due = began + Duration::from_secs(1) * number / RATE;
            let worker = Arc::clone(&self.workers[number as usize % WORKERS]);
            claims.spawn(async move {
                sleep_until(due.into()).await;
                worker.lock().await.claim(chip).await?;
                Ok::<_, ClaimError>((number >= warm).then(|| due.elapsed().as_secs_f64() * 1e3))
            });
        }
        let mut times = Vec::new();
        while let Some(claimed) = claims.join_next().await {
            times.extend(claimed.map_err(|_| ClaimError::Ended)??);
        }
        times.sort_by(f64::total_cmp);
        Ok(Times(times))
    }
}

impl Seat {
    async fn claim(&mut self, chip: ChipSerial) -> Result<(), ClaimError> {
        let numbers: [_; 4] = std::array::from_fn(|_| DocumentNumber::generate(&mut self.rng));
        let bind = Bind {
            chip,
            numbers: &numbers,
            lease: &self.lease,
            batch: BatchId::generate(&mut self.rng),
            card: None,
            templates: &self.templates,
            handed_out_only: true,
        };
        let now = OffsetDateTime::UNIX_EPOCH;
        match self.store.bind_next(&bind, |_| Vec::new(), now).await? {
            Bound::Attempt(_) => Ok(()),
            other => Err(ClaimError::Empty(format!("{other:?}"))),
        }
    }
}

/// A worker's name.
fn holder(number: usize) -> String {
    format!("line-{number}/Machine")
}

async fn hire_keeper(store: &Store, rng: &mut StdRng) -> Result<PersonId, ClaimError> {
    let now = OffsetDateTime::UNIX_EPOCH;
    let keeper = staff::Person {
        id: PersonId::generate(rng),
        login: "keeper".to_owned(),
        name: Text::new("Keeper")?,
        active: true,
    };
    let grant = Grant {
        id: RoleId::generate(rng),
        role: Role::StockKeeper,
        office: None,
        from: now,
        until: None,
        by: None,
    };
    let link = Link::generate(rng, now + time::Duration::days(3));
    store
        .add_person(rng, &keeper, &[grant], &link, &[], now)
        .await?;
    Ok(keeper.id)
}

async fn open(url: &str) -> Result<Store, StoreError> {
    let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
    Store::open(
        personalisation_store::Database::from(url.to_owned()),
        sealer,
    )
    .await
}
