//! The centre's intake on a real TLS socket, which holds, opens and answers, and misbehaves on command.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use dossier::{
    ApplicationId, Dossier, Hash, Receipt, SealedDossier, Signed, StationId, Version,
    receipt::{Outcome, Reason},
    sealed,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, transport::Server};
use wire::intake::{
    AppendRequest, AppendResponse, BeginRequest, BeginResponse, FinishRequest, FinishResponse,
    ReceiptsRequest, ReceiptsResponse, Task, TasksRequest, TasksResponse,
    intake_server::{Intake, IntakeServer},
};

use crate::outbox::{
    authority::Authority,
    fixture::{self, SoftKey},
    line::Line,
};

/// Most bytes of a chunk.
const CHUNK: usize = 256 << 10;

/// What the centre does wrong at one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// The line is cut before anything is done.
    CutBefore,
    /// Everything is done, and the answer lost.
    LoseReply,
    /// Another offset than the true one.
    Offset(u64),
    /// An error without anything being done.
    Refuse(Code),
    /// Everything not finished is forgotten first, as by a restart.
    Forget,
    /// Everything is forgotten first, as by a restoration from a copy.
    ForgetAll,
    /// It takes so long.
    Slow(Duration),
    /// A receipt that must not be believed, or none.
    Receipt(Forgery),
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forgery {
    None,
    Garbage,
    ByAnotherKey,
    /// Under the right key's name, signed by another.
    ForgedSignature,
    OfAnotherHash,
    OfAnotherStation,
    OfAnotherApplication,
}

/// One call as a plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// From 0.
    pub number: usize,
    /// begin, append, finish, receipts, tasks.
    pub call: &'static str,
    /// Which dossier it is about.
    pub hash: Option<Hash>,
}

type Plan = Box<dyn FnMut(Seen) -> Fault + Send>;

#[derive(Default)]
struct Ledger {
    dossiers: HashMap<Hash, Held>,
    /// Which dossier of an application was accepted.
    accepted: HashMap<ApplicationId, Hash>,
    contents: HashMap<ApplicationId, Dossier>,
    tasks: Vec<Task>,
    /// The public key of the station whose dossiers are taken.
    station_key: Vec<u8>,
    /// Bytes of chunks that were new.
    new_bytes: u64,
}

struct Held {
    length: usize,
    bytes: Vec<u8>,
    outcome: Option<Outcome>,
}

struct Shared {
    ledger: Mutex<Ledger>,
    plan: Mutex<Plan>,
    calls: Mutex<Vec<&'static str>>,
    line: Mutex<Option<Line>>,
}

/// The centre, behind a line.
pub struct Centre {
    pub authority: Authority,
    pub line: Line,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Centre {
    pub async fn start(authority: Authority) -> Self {
        let shared = Arc::new(Shared {
            ledger: Mutex::default(),
            plan: Mutex::new(Box::new(|_| Fault::None)),
            calls: Mutex::default(),
            line: Mutex::default(),
        });
        let (address, server) = serve(&authority, Service(shared.clone())).await;
        let line = Line::new(address).await;
        *shared.line.lock().unwrap() = Some(line.clone());
        Self {
            authority,
            line,
            shared,
            server,
        }
    }

    /// Takes dossiers signed by that key.
    pub fn know(&self, station_key: &[u8]) {
        self.ledger().station_key = station_key.to_vec();
    }

    /// The program ends and is started again on another port; what it held is durable.
    pub async fn restart(&mut self) {
        self.server.abort();
        let (address, server) = serve(&self.authority, Service(self.shared.clone())).await;
        self.server = server;
        self.line.lead_to(address);
    }

    /// Misbehaves by that plan from now on.
    pub fn plan(&self, plan: impl FnMut(Seen) -> Fault + Send + 'static) {
        self.shared.calls.lock().unwrap().clear();
        *self.shared.plan.lock().unwrap() = Box::new(plan);
    }

    pub fn behave(&self) {
        self.plan(|_| Fault::None);
    }

    /// The calls since the plan was made.
    pub fn calls(&self) -> Vec<&'static str> {
        self.shared.calls.lock().unwrap().clone()
    }

    pub fn set_tasks(&self, tasks: Vec<Task>) {
        self.ledger().tasks = tasks;
    }

    /// Opens everything that is held.
    pub fn open_all(&self) {
        self.ledger().open_all();
    }

    /// The same, for somebody who does it all the time.
    pub fn opener(&self) -> impl Fn() + Send + 'static {
        let shared = self.shared.clone();
        move || shared.ledger.lock().unwrap().open_all()
    }

    /// Rejects everything that is held.
    pub fn reject_all(&self, reason: Reason) {
        for held in self.ledger().dossiers.values_mut() {
            if held.outcome == Some(Outcome::Held) {
                held.outcome = Some(Outcome::Rejected(reason));
            }
        }
    }

    /// What was accepted, by application.
    pub fn contents(&self) -> HashMap<ApplicationId, Dossier> {
        self.ledger().contents.clone()
    }

    /// How many dossiers it holds, finished or not.
    pub fn held(&self) -> usize {
        self.ledger().dossiers.len()
    }

    /// Bytes of chunks that it did not have yet.
    pub fn new_bytes(&self) -> u64 {
        self.ledger().new_bytes
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared.ledger.lock().unwrap()
    }
}

impl Ledger {
    fn open_all(&mut self) {
        for (hash, held) in &mut self.dossiers {
            if held.outcome != Some(Outcome::Held) {
                continue;
            }
            let sealed = SealedDossier::decode(held.bytes.clone()).unwrap();
            let application = sealed.header().application;
            let other = self
                .accepted
                .get(&application)
                .is_some_and(|one| one != hash);
            held.outcome = Some(if other {
                Outcome::Rejected(Reason::OtherDossier)
            } else {
                let opened = sealed.open(&SoftKey::new(3)).unwrap();
                let content = opened.verify(&self.station_key).unwrap();
                self.accepted.insert(application, *hash);
                self.contents.insert(application, content);
                Outcome::Accepted
            });
        }
    }

    fn receipt(&self, hash: Hash, forgery: Option<Forgery>) -> Option<wire::intake::Receipt> {
        let held = self.dossiers.get(&hash)?;
        let outcome = held.outcome?;
        let header = SealedDossier::peek(&held.bytes).unwrap();
        let mut receipt = Receipt {
            version: Version,
            sealed: hash,
            station: header.station,
            application: header.application,
            at: fixture::at(0),
            outcome,
        };
        let mut key = SoftKey::new(4);
        match forgery {
            Some(Forgery::None) => return None,
            Some(Forgery::Garbage) => {
                return Some(wire::intake::Receipt {
                    signed: vec![0xA5; 300],
                });
            }
            Some(Forgery::ByAnotherKey) => key = SoftKey::new(40),
            Some(Forgery::OfAnotherHash) => receipt.sealed = Hash::of(b"another"),
            Some(Forgery::OfAnotherStation) => receipt.station = StationId::from_bytes([0x55; 16]),
            Some(Forgery::OfAnotherApplication) => {
                receipt.application = ApplicationId::from_bytes([0x55; 16]);
            }
            Some(Forgery::ForgedSignature) | None => {}
        }
        if forgery.is_some() {
            // What a forger wants.
            receipt.outcome = Outcome::Accepted;
        }
        let mut signed = Signed::sign(&receipt, &key)
            .unwrap()
            .encode()
            .unwrap()
            .to_vec();
        if forgery == Some(Forgery::ForgedSignature) {
            *signed.last_mut().unwrap() ^= 1;
        }
        Some(wire::intake::Receipt { signed })
    }
}

/// Serves an intake on a TLS socket of its own.
pub async fn serve(authority: &Authority, intake: impl Intake) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(authority.server());
    let (accepted, connections) = mpsc::channel::<io::Result<_>>(16);
    let server = tokio::spawn(async move {
        let accepting = async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
                tokio::spawn(async move {
                    stream.set_nodelay(true).unwrap();
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = accepted.send(Ok(stream)).await;
                    }
                });
            }
        };
        let serving = Server::builder()
            .add_service(IntakeServer::new(intake))
            .serve_with_incoming(ReceiverStream::new(connections));
        tokio::select! {
            () = accepting => {}
            _ = serving => {}
        }
    });
    (address, server)
}

struct Service(Arc<Shared>);

impl Service {
    /// Does the work as the plan wants it, and says how the answer is to be bent.
    async fn act<T>(
        &self,
        call: &'static str,
        hash: Option<Hash>,
        work: impl FnOnce(&mut Ledger, Fault) -> Result<T, Status>,
    ) -> Result<Response<T>, Status> {
        let number = {
            let mut calls = self.0.calls.lock().unwrap();
            calls.push(call);
            calls.len() - 1
        };
        let fault = (self.0.plan.lock().unwrap())(Seen { number, call, hash });
        match fault {
            Fault::Refuse(code) => return Err(Status::new(code, "as planned")),
            Fault::CutBefore => return self.cut().await,
            Fault::Slow(time) => tokio::time::sleep(time).await,
            Fault::Forget => {
                let mut ledger = self.0.ledger.lock().unwrap();
                ledger.dossiers.retain(|_, held| held.outcome.is_some());
            }
            Fault::ForgetAll => {
                let mut ledger = self.0.ledger.lock().unwrap();
                let station_key = ledger.station_key.clone();
                *ledger = Ledger {
                    station_key,
                    ..Ledger::default()
                };
            }
            _ => {}
        }
        let answer = work(&mut self.0.ledger.lock().unwrap(), fault);
        if fault == Fault::LoseReply {
            return self.cut().await;
        }
        answer.map(Response::new)
    }

    async fn cut<T>(&self) -> Result<Response<T>, Status> {
        let line = self.0.line.lock().unwrap().clone();
        line.unwrap().cut();
        // The answer has no line to go by: whoever serves it gives it up with the line.
        tokio::time::sleep(Duration::from_secs(10)).await;
        Err(Status::unavailable("cut"))
    }
}

fn hash(bytes: &[u8]) -> Result<Hash, Status> {
    let hash = bytes.try_into().map(Hash::from_bytes);
    hash.map_err(|_| Status::invalid_argument("hash"))
}

const fn forgery(fault: Fault) -> Option<Forgery> {
    match fault {
        Fault::Receipt(forgery) => Some(forgery),
        _ => None,
    }
}

#[async_trait::async_trait]
impl Intake for Service {
    async fn begin(
        &self,
        request: Request<BeginRequest>,
    ) -> Result<Response<BeginResponse>, Status> {
        let request = request.into_inner();
        let id = hash(&request.hash)?;
        let length = usize::try_from(request.length).unwrap();
        self.act("begin", Some(id), |ledger, fault| {
            if length == 0 || length > sealed::MAX_LENGTH {
                return Err(Status::out_of_range("length"));
            }
            let held = ledger.dossiers.entry(id).or_insert_with(|| Held {
                length,
                bytes: Vec::new(),
                outcome: None,
            });
            assert_eq!(held.length, length);
            let mut offset = held.bytes.len() as u64;
            if let Fault::Offset(wrong) = fault {
                offset = wrong;
            }
            let receipt = ledger.receipt(id, forgery(fault));
            Ok(BeginResponse { offset, receipt })
        })
        .await
    }

    async fn append(
        &self,
        request: Request<AppendRequest>,
    ) -> Result<Response<AppendResponse>, Status> {
        let request = request.into_inner();
        let id = hash(&request.hash)?;
        assert!((1..=CHUNK).contains(&request.chunk.len()));
        let offset = usize::try_from(request.offset).unwrap();
        self.act("append", Some(id), |ledger, fault| {
            let held = ledger.dossiers.get_mut(&id);
            let held = held.ok_or_else(|| Status::not_found("never announced"))?;
            let end = offset + request.chunk.len();
            if offset > held.bytes.len() || end > held.length {
                return Err(Status::out_of_range("a gap, or too much"));
            }
            let here = &held.bytes[offset..held.bytes.len().min(end)];
            if !request.chunk.starts_with(here) {
                return Err(Status::data_loss("other bytes"));
            }
            let new = request.chunk[here.len()..].to_vec();
            held.bytes.extend(&new);
            let mut offset = held.bytes.len() as u64;
            if let Fault::Offset(wrong) = fault {
                offset = wrong;
            }
            ledger.new_bytes += new.len() as u64;
            Ok(AppendResponse { offset })
        })
        .await
    }

    async fn finish(
        &self,
        request: Request<FinishRequest>,
    ) -> Result<Response<FinishResponse>, Status> {
        let id = hash(&request.into_inner().hash)?;
        self.act("finish", Some(id), |ledger, fault| {
            let held = ledger.dossiers.get_mut(&id);
            let held = held.ok_or_else(|| Status::not_found("never announced"))?;
            if held.bytes.len() < held.length {
                return Err(Status::failed_precondition("bytes are missing"));
            }
            if Hash::of(&held.bytes) != id {
                ledger.dossiers.remove(&id);
                return Err(Status::data_loss("not that hash"));
            }
            held.outcome.get_or_insert(Outcome::Held);
            let receipt = ledger.receipt(id, forgery(fault));
            Ok(FinishResponse { receipt })
        })
        .await
    }

    async fn receipts(
        &self,
        request: Request<ReceiptsRequest>,
    ) -> Result<Response<ReceiptsResponse>, Status> {
        let hashes = request.into_inner().hashes;
        assert!(hashes.len() <= 1000);
        let hashes = hashes
            .iter()
            .map(|one| hash(one))
            .collect::<Result<Vec<_>, _>>()?;
        self.act("receipts", None, |ledger, fault| {
            let receipts = hashes
                .iter()
                .filter_map(|id| ledger.receipt(*id, forgery(fault)));
            Ok(ReceiptsResponse {
                receipts: receipts.collect(),
            })
        })
        .await
    }

    /// The cursor is how many tasks were given.
    async fn tasks(
        &self,
        request: Request<TasksRequest>,
    ) -> Result<Response<TasksResponse>, Status> {
        let cursor = request.into_inner().cursor;
        let given = cursor.try_into().map_or(0, u32::from_be_bytes) as usize;
        self.act("tasks", None, |ledger, _| {
            let end = ledger.tasks.len().min(given + 200);
            let tasks = ledger.tasks[given.min(end)..end].to_vec();
            let cursor = u32::try_from(end).unwrap().to_be_bytes().to_vec();
            Ok(TasksResponse { tasks, cursor })
        })
        .await
    }
}
