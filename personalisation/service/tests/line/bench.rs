//! A centre on a bench: database, reader with a tray, chips, signing service, and a plug to pull.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use dossier::dossier::DocumentType;
use hardware_sim::card::{delivery, life_cycle::LifeCycle, maker::Blank};
use icao9303::{
    crypto::cipher::{AesKey, AesSize},
    scp03::StaticKeys,
};
use personalisation::{
    blanks,
    line::{
        card_keys::{CardKeys, CardKeysError},
        event::Event,
        fingers::Fingers,
        machine::idoc::Idoc,
        output::Output,
        printing::Printer,
        reader::CardReader,
        worker::{Settings, Tally, Worker, WorkerError},
    },
    quality::QualitySection,
};
use personalisation_core::{
    attempt::Attempt,
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId, DeliveryId, OrderId},
    person::Person,
};
use personalisation_store::{
    Interrupter, Store,
    order::{ContentKind, NewOrder},
    stock::{self, NewBlank, NewBox, NewDelivery},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use time::{OffsetDateTime, macros::datetime};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::line::{
    fingers,
    hall::Hall,
    people::Applicant,
    pki::{self, Pki},
    tray::{Tray, life_cycle},
};
use crate::{
    home::{Engine, Home},
    support::terminal::Plan,
};

/// When everything takes place: while the test PKI's document signer may sign.
pub const NOW: OffsetDateTime = datetime!(2026-10-15 12:00 UTC);

/// Kills the program at one of its calls to the world: commands to chips, requests to pki, and
/// commits. From then on every call fails, until the plug is put back.
#[derive(Clone, Default)]
pub struct Plug(Arc<PlugState>);

#[derive(Default)]
struct PlugState {
    calls: AtomicU64,
    /// The counts of commits.
    commits: Mutex<Vec<u64>>,
    dies_at: AtomicU64,
    dead: AtomicBool,
}

impl Plug {
    /// Counts a call; whether the program is dead.
    pub fn call(&self) -> bool {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == self.0.dies_at.load(Ordering::SeqCst) {
            self.0.dead.store(true, Ordering::SeqCst);
        }
        self.0.dead.load(Ordering::SeqCst)
    }

    /// Counts a call; where the program is dead, its thread ends here.
    pub fn die_if_pulled(&self) {
        if self.call() {
            std::panic::resume_unwind(Box::new("the plug is pulled"));
        }
    }

    /// Dies at the n-th call from now, from 1.
    pub fn pull_at(&self, call: u64) {
        self.0.dies_at.store(self.calls() + call, Ordering::SeqCst);
    }

    /// A new program: alive, and nothing armed.
    pub fn put_back(&self) {
        self.0.dies_at.store(0, Ordering::SeqCst);
        self.0.dead.store(false, Ordering::SeqCst);
    }

    /// Whether the program is dead.
    pub fn is_pulled(&self) -> bool {
        self.0.dead.load(Ordering::SeqCst)
    }

    /// Counts a commit.
    fn commit(&self) -> bool {
        let dead = self.call();
        self.0.commits.lock().unwrap().push(self.calls());
        dead
    }

    /// The counts of commits so far.
    pub fn commits(&self) -> Vec<u64> {
        self.0.commits.lock().unwrap().clone()
    }

    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::SeqCst)
    }
}

/// The keys of the batch and of the centre, in memory.
struct BenchKeys {
    batch: AesKey,
    master: AesKey,
}

impl CardKeys for BenchKeys {
    fn transport(&self, blank: &stock::Blank) -> Result<StaticKeys, CardKeysError> {
        Ok(blanks::transport_keys(&self.batch, blank.chip.as_bytes())?)
    }

    fn centre(&self, chip: ChipSerial) -> Result<StaticKeys, CardKeysError> {
        let cmac = |message: &[u8]| self.master.cmac(message);
        Ok(StaticKeys::diversify(
            cmac,
            chip.as_bytes(),
            AesSize::Aes128,
        )?)
    }
}

pub struct Bench {
    pub runtime: Runtime,
    pub store: Store,
    pub tray: Tray,
    pub pki: Pki,
    pub plug: Plug,
    pub home: Home,
    pub applicant: Applicant,
    pub rng: StdRng,
    /// Every chip ever made.
    pub chips: Vec<PathBuf>,
    pub events: Arc<Mutex<Vec<Event>>>,
    /// The states that attempts came into, and the plug's count when that was told.
    pub states: Arc<Mutex<Vec<(u64, &'static str)>>>,
    pub dumps: bool,
    pub tries: u32,
    /// Whom chips trust, and who reads their fingers back.
    pub fingers: Option<Fingers>,
    /// What people look at of a machine's cards; no first article, unless a test asks for one.
    pub quality: QualitySection,
    keys: Arc<BenchKeys>,
    made: u32,
    deliveries: u8,
}

impl Bench {
    /// With a database file.
    pub fn new(applicant: Applicant) -> Self {
        Self::on(Engine::Sqlite, applicant)
    }

    /// With a database of that engine.
    pub fn on(engine: Engine, applicant: Applicant) -> Self {
        let runtime = Runtime::new().unwrap();
        let plug = Plug::default();
        let home = runtime.block_on(Home::new(engine));
        let store = runtime.block_on(open(&home, &plug));
        let keys = BenchKeys {
            batch: AesKey::from_bytes(&[0x40; 32]).unwrap(),
            master: AesKey::from_bytes(&[0x41; 32]).unwrap(),
        };
        Self {
            runtime,
            store,
            tray: Tray::new(plug.clone()),
            pki: Pki::new(plug.clone()),
            plug,
            home,
            applicant,
            rng: StdRng::seed_from_u64(2026),
            chips: Vec::new(),
            events: Arc::default(),
            states: Arc::default(),
            dumps: false,
            tries: 3,
            fingers: Some(fingers::access(&Plan::default())),
            quality: QualitySection {
                first_articles: false,
                ..QualitySection::default()
            },
            keys: Arc::new(keys),
            made: 0,
            deliveries: 0,
        }
    }

    /// Orders a card for the applicant.
    pub fn order(&mut self) -> OrderId {
        self.order_in("luxembourg")
    }

    /// The same, of another State.
    pub fn order_in(&mut self, issuer_profile: &str) -> OrderId {
        let id = OrderId::generate(&mut self.rng);
        let mut content = self.applicant.content.clone();
        let ticket = self
            .pki
            .ticket(*id.as_bytes(), self.applicant.commitments());
        content.push((ContentKind::Ticket, Zeroizing::new(ticket)));
        let order = NewOrder {
            id,
            issuer_profile,
            added_by: "personalisation/order",
            // The same applicant's files, for somebody else each time.
            person: &Person::new(self.rng.random(), None),
            document_type: DocumentType::IdentityCard,
            destination: None,
            express: false,
            content: &content,
        };
        let add = self.store.add_order(&mut self.rng, &order, &[], NOW);
        self.runtime.block_on(add).unwrap();
        id
    }

    /// Makes so many blank chips, takes them into the vault, and lays them on the tray.
    pub fn blanks(&mut self, count: u32) -> Vec<PathBuf> {
        let chips: Vec<_> = (0..count)
            .map(|_| self.chip(&self.keys.batch.clone()))
            .collect();
        self.receive(&chips);
        for (path, _) in &chips {
            self.tray.add(path);
        }
        chips.into_iter().map(|(path, _)| path).collect()
    }

    /// A chip that no delivery names.
    pub fn stranger(&mut self) -> PathBuf {
        let (path, _) = self.chip(&self.keys.batch.clone());
        self.tray.add(&path);
        path
    }

    /// A chip of a delivery whose keys are others.
    pub fn impostor(&mut self) -> PathBuf {
        let chip = self.chip(&AesKey::from_bytes(&[0x66; 32]).unwrap());
        self.receive(std::slice::from_ref(&chip));
        self.tray.add(&chip.0);
        chip.0
    }

    fn chip(&mut self, batch: &AesKey) -> (PathBuf, ChipSerial) {
        self.made += 1;
        let mut serial = *b"MSTEST\0\0\0\0";
        serial[6..].copy_from_slice(&self.made.to_be_bytes());
        let path = self.home.folder().join(format!("{}.chip", self.made));
        let keys = delivery::transport_keys(batch, &serial).unwrap();
        Blank::new(serial, keys).make(&path).unwrap();
        self.chips.push(path.clone());
        (path, ChipSerial::from_bytes(serial))
    }

    fn receive(&mut self, chips: &[(PathBuf, ChipSerial)]) {
        self.deliveries += 1;
        let blanks: Vec<_> = chips
            .iter()
            .map(|(_, chip)| NewBlank {
                id: BlankId::generate(&mut self.rng),
                chip: *chip,
                key_check_values: [0; 9],
            })
            .collect();
        let delivery = NewDelivery {
            id: DeliveryId::generate(&mut self.rng),
            batch: &format!("batch-{}", self.made),
            file_digest: openssl::sha::sha256(&self.made.to_be_bytes()),
            wrapped_key: &[],
            key_version: 0x30,
            boxes: &[NewBox {
                id: BoxId::generate(&mut self.rng),
                label: "1",
                blanks: &blanks,
            }],
            inspect: false,
        };
        self.runtime
            .block_on(self.store.receive_delivery(&delivery, &[], NOW))
            .unwrap();
    }

    /// A second reader with the last so many chips of the tray.
    pub fn second_tray(&self, count: usize) -> Tray {
        let second = Tray::new(self.plug.clone());
        for chip in self.tray.take_waiting(count) {
            second.add(&chip);
        }
        second
    }

    /// Starts the line's program once more and lets it work until it has nothing to do, or dies.
    pub fn run(&mut self) -> Result<Tally, WorkerError> {
        self.worker(self.tray.clone(), 1).run()
    }

    /// Makes so many blank chips, takes them into the vault, and puts them into a machine's hopper.
    pub fn blanks_in(&mut self, hall: &Hall, count: u32) {
        let batch = self.keys.batch.clone();
        let chips: Vec<_> = (0..count).map(|_| self.chip(&batch)).collect();
        self.receive(&chips);
        let delivery = self.home.folder().join(format!("delivery-{}", self.made));
        fs::create_dir(&delivery).unwrap();
        for (path, serial) in chips {
            fs::rename(path, delivery.join(format!("{serial}.chip"))).unwrap();
            self.chips.pop();
        }
        hall.refill(&delivery);
    }

    /// A worker of the line at a machine.
    pub fn worker_at(&self, hall: &Hall) -> Worker<Idoc<Hall>, StdRng> {
        let mut worker = self.worker_of(hall.driver(), "line-1/machine", self.plug.calls());
        // Persons take their time.
        worker.settings.idle = Duration::from_secs(20);
        worker
    }

    /// A worker of the line at a reader.
    pub fn worker(&self, tray: Tray, reader: u64) -> Worker<Tray, StdRng> {
        let seed = self.plug.calls() * 2 + reader;
        self.worker_of(tray, &format!("line-1/Tray {reader}"), seed)
    }

    fn worker_of<R: CardReader>(&self, reader: R, holder: &str, seed: u64) -> Worker<R, StdRng> {
        let (events, states) = (Arc::clone(&self.events), Arc::clone(&self.states));
        let plug = self.plug.clone();
        let output = Output::new(self.home.folder().join("out"));
        Worker {
            reader,
            store: self.store.clone(),
            runtime: self.runtime.handle().clone(),
            signer: Box::new(self.pki.clone()),
            keys: Arc::clone(&self.keys) as Arc<dyn CardKeys + Send + Sync>,
            trust: Arc::new(pki::trust()),
            fingers: self.fingers.clone(),
            exit: None,
            settings: Settings {
                holder: holder.to_owned(),
                once: true,
                idle: Duration::from_millis(30),
                lease: Duration::from_mins(1),
                abandoned_after: Duration::from_mins(10),
                removal_grace: Duration::ZERO,
                max_tries: self.tries,
                apdu_buffer: 4096,
                handed_out_only: false,
                output: self.dumps.then_some(output),
                printer: Printer::default(),
                quality: self.quality,
            },
            report: Box::new(move |event| {
                let state = match &event {
                    Event::Bound(_) => Some("bound"),
                    Event::Step { state, .. } => Some(*state),
                    _ => None,
                };
                let told = state.map(|state| (plug.calls(), state));
                states.lock().unwrap().extend(told);
                events.lock().unwrap().push(event);
            }),
            clock: Box::new(|| NOW),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// The newest attempt at an order.
    pub fn newest(&self, order: OrderId) -> Attempt {
        let attempts = self.runtime.block_on(self.store.attempts(order)).unwrap();
        attempts.into_iter().next_back().unwrap()
    }

    /// A person destroys the chip that was finished and given up.
    pub fn destroy_finished_chip(&mut self) {
        let tray = self.tray.clone();
        tray.outside(|| {
            self.chips
                .retain(|chip| life_cycle(chip) != LifeCycle::Operational);
        });
    }

    /// A person releases a remake that was on hold.
    pub fn release(&self, held: &Attempt) {
        let released = held.clone().resume().unwrap();
        let decided = self.store.decide(held, &released, &[], NOW);
        self.runtime.block_on(decided).unwrap();
    }

    /// What the line said, once.
    pub fn said(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap())
    }
}

/// The database, whose commits are calls that the plug may cut.
async fn open(home: &Home, plug: &Plug) -> Store {
    let plug = plug.clone();
    let interrupter = Interrupter::new(move |_| plug.commit());
    home.open(7).await.danger_interrupted_by(interrupter)
}
