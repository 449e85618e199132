//! `idoc.intake.v1`: what stations ask, and which status each fault becomes.

use std::{sync::Arc, time::Instant};

use dossier::{Hash, StationId};
use personalisation_store::{Store, StoreError, fleet::Station, intake::DossierRow};
use time::OffsetDateTime;
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use wire::intake::{
    AppendRequest, AppendResponse, BeginRequest, BeginResponse, FinishRequest, FinishResponse,
    Receipt, ReceiptsRequest, ReceiptsResponse, TasksRequest, TasksResponse, intake_server::Intake,
};

use super::{
    chunks::{ChunkError, Chunks, MAX_CHUNK, Whole},
    holding::{self, HoldError},
    keys::IntakeKeys,
    peer,
    recent::Recent,
    rules, tasks,
    traffic::Traffic,
};
use crate::edge;

/// Who writes into the audit here.
pub const ACTOR: &str = "personalisation/intake";
/// Most hashes of one question.
const MOST_HASHES: usize = 1000;

/// The service.
#[derive(Clone, Debug)]
pub struct IntakeService {
    /// The centre's database.
    pub store: Store,
    /// The folder of dossiers.
    pub chunks: Arc<Chunks>,
    /// Intake's keys.
    pub keys: Arc<IntakeKeys>,
    /// Bytes of one station's rejected dossiers that may wait for a supervisor.
    pub quarantine_bytes: u64,
    /// Told when a dossier is held.
    pub held: Arc<Notify>,
    /// What comes in now.
    pub traffic: Arc<Traffic>,
    /// Who sent a chunk a moment ago.
    pub senders: Arc<Recent<StationId>>,
}

impl IntakeService {
    /// The service over a folder, and how many bytes of a station's rejected dossiers may wait there.
    pub fn new(
        store: Store,
        keys: Arc<IntakeKeys>,
        (chunks, quarantine_bytes): (Arc<Chunks>, u64),
    ) -> Self {
        Self {
            store,
            chunks,
            keys,
            quarantine_bytes,
            held: Arc::default(),
            traffic: Arc::default(),
            senders: Arc::default(),
        }
    }

    /// Who sends a chunk; asked for once a moment, for nothing comes of chunks until `finish` asks again.
    async fn sender<T>(&self, wire: &Request<T>) -> Result<StationId, Status> {
        if let Some(station) = self.senders.about(wire) {
            return Ok(station);
        }
        let asked = Instant::now();
        let station = peer::station(&self.store, wire).await?.id;
        self.senders.remember(wire, station, asked);
        Ok(station)
    }

    /// The row of a finished dossier of this station.
    async fn known(&self, hash: Hash, station: StationId) -> Result<Option<DossierRow>, Status> {
        let row = self.store.dossier(hash).await.map_err(unavailable)?;
        match row {
            Some(row) if row.station != station => Err(Status::permission_denied(
                "this dossier came by another station",
            )),
            row => Ok(row),
        }
    }

    /// Runs work on files where it may block.
    async fn on_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Chunks) -> Result<T, ChunkError> + Send + 'static,
    ) -> Result<T, Status> {
        let chunks = Arc::clone(&self.chunks);
        let done = tokio::task::spawn_blocking(move || work(&chunks)).await;
        let done =
            done.map_err(|_| Status::unavailable("the service is ending; repeat the call"))?;
        done.map_err(|error| status(&error))
    }

    /// Writes down a durable dossier with its receipt.
    async fn hold(
        &self,
        station: &Station,
        hash: Hash,
        whole: Whole,
        now: OffsetDateTime,
    ) -> Result<DossierRow, Status> {
        let (ours, which) = ((&self.store, &self.keys), (station.id, hash));
        let row = holding::hold(ours, which, whole, "held", now).await;
        row.map_err(|error| match error {
            HoldError::Store(error) => unavailable(error),
            HoldError::Ending => Status::unavailable("the service is ending; repeat the call"),
            HoldError::Keys(error) => {
                tracing::error!(%error, %hash, "a dossier is here, and its receipt cannot be signed");
                Status::unavailable("receipts cannot be signed now; repeat the call later")
            }
        })
    }
}

#[tonic::async_trait]
impl Intake for IntakeService {
    async fn begin(&self, wire: Request<BeginRequest>) -> Result<Response<BeginResponse>, Status> {
        let _coming = self.traffic.call();
        let station = peer::station(&self.store, &wire).await?;
        let BeginRequest {
            hash,
            length,
            station_time,
        } = wire.into_inner();
        let hash = hash_of(&hash)?;
        let now = edge::now();
        rules::clock(&self.store, station_time, now).await?;
        if let Some(row) = self.known(hash, station.id).await? {
            return Ok(Response::new(BeginResponse {
                offset: row.length,
                receipt: Some(Receipt {
                    signed: row.receipt,
                }),
            }));
        }
        // What was begun before is finished; nothing else comes in while too much of this station waits.
        let waiting = self.store.quarantined_bytes(station.id).await;
        if waiting.map_err(unavailable)? >= self.quarantine_bytes {
            tracing::warn!(station = %station.id, "its quarantine is full");
            return Err(Status::resource_exhausted(
                "too many dossiers of this station were rejected; a supervisor must be done with them first",
            ));
        }
        let offset = self
            .on_files(move |chunks| chunks.begin(station.id, hash, length))
            .await?;
        Ok(Response::new(BeginResponse {
            offset,
            receipt: None,
        }))
    }

    async fn append(
        &self,
        wire: Request<AppendRequest>,
    ) -> Result<Response<AppendResponse>, Status> {
        let _coming = self.traffic.call();
        let station = self.sender(&wire).await?;
        let AppendRequest {
            hash,
            offset,
            chunk,
        } = wire.into_inner();
        let known = hash_of(&hash)?;
        if chunk.is_empty() || chunk.len() > MAX_CHUNK {
            return Err(Status::invalid_argument("chunk: 1 to 262144 bytes"));
        }
        let appended = self
            .on_files(move |chunks| chunks.append(station, known, offset, &chunk))
            .await;
        match appended {
            Ok(offset) => Ok(Response::new(AppendResponse { offset })),
            // Opened meanwhile, and its file erased: it is all here.
            Err(unknown) if unknown.code() == tonic::Code::NotFound => {
                let row = self.known(known, station).await?.ok_or(unknown)?;
                Ok(Response::new(AppendResponse { offset: row.length }))
            }
            Err(error) => Err(error),
        }
    }

    async fn finish(
        &self,
        wire: Request<FinishRequest>,
    ) -> Result<Response<FinishResponse>, Status> {
        let _coming = self.traffic.call();
        let station = peer::station(&self.store, &wire).await?;
        let hash = hash_of(&wire.into_inner().hash)?;
        let row = if let Some(row) = self.known(hash, station.id).await? {
            row
        } else {
            let service = self.clone();
            // A task of its own: a caller that hangs up must not leave a durable file without its row.
            let finishing = tokio::spawn(async move {
                let id = station.id;
                let whole = service
                    .on_files(move |chunks| chunks.finish(id, hash))
                    .await?;
                let row = service.hold(&station, hash, whole, edge::now()).await?;
                service.held.notify_one();
                Ok::<_, Status>(row)
            });
            finishing
                .await
                .map_err(|_| Status::unavailable("the service is ending; repeat the call"))??
        };
        Ok(Response::new(FinishResponse {
            receipt: Some(Receipt {
                signed: row.receipt,
            }),
        }))
    }

    async fn receipts(
        &self,
        wire: Request<ReceiptsRequest>,
    ) -> Result<Response<ReceiptsResponse>, Status> {
        let station = peer::station(&self.store, &wire).await?;
        let hashes = wire.into_inner().hashes;
        if hashes.len() > MOST_HASHES {
            return Err(Status::invalid_argument("hashes: 1000 at most"));
        }
        let hashes: Vec<_> = hashes
            .iter()
            .map(|hash| hash_of(hash))
            .collect::<Result<_, _>>()?;
        let receipts = self.store.receipts(station.id, &hashes).await;
        let receipts = receipts.map_err(unavailable)?.into_iter();
        Ok(Response::new(ReceiptsResponse {
            receipts: receipts.map(|signed| Receipt { signed }).collect(),
        }))
    }

    async fn tasks(&self, wire: Request<TasksRequest>) -> Result<Response<TasksResponse>, Status> {
        let station = peer::station(&self.store, &wire).await?;
        let cursor = tasks::read_cursor(&wire.into_inner().cursor)?;
        let changes = self
            .store
            .changes(&station.office, cursor, tasks::MOST)
            .await
            .map_err(unavailable)?;
        Ok(Response::new(tasks::answer(cursor, &changes)))
    }
}

fn hash_of(bytes: &[u8]) -> Result<Hash, Status> {
    let bytes = bytes
        .try_into()
        .map_err(|_| Status::invalid_argument("hash: 32 bytes"))?;
    Ok(Hash::from_bytes(bytes))
}

pub(super) fn unavailable(error: StoreError) -> Status {
    tracing::error!(%error, "the store fails");
    drop(error);
    Status::unavailable("the store cannot be used now; repeat the call later")
}

fn status(error: &ChunkError) -> Status {
    let text = error.to_string();
    match error {
        ChunkError::Unknown => Status::not_found(text),
        ChunkError::Length | ChunkError::Gap { .. } | ChunkError::TooLong { .. } => {
            Status::out_of_range(text)
        }
        ChunkError::TooMany | ChunkError::NoRoom => Status::resource_exhausted(text),
        ChunkError::Differs | ChunkError::Hash => Status::data_loss(text),
        ChunkError::Missing { .. } => Status::failed_precondition(text),
        ChunkError::OtherStation => Status::permission_denied(text),
        ChunkError::Io(error) => {
            tracing::error!(%error, "the folder of dossiers fails");
            Status::unavailable("the store cannot be written now; repeat the call later")
        }
    }
}
