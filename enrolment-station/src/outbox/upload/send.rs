//! One dossier to the centre: begun, its bytes from where the centre has them, finished.

use dossier::Hash;
use rand::CryptoRng;
use wire::intake::{AppendRequest, BeginRequest, FinishRequest, Receipt};

use super::{
    super::{
        Item, Problem,
        problem::{Call, Setback},
        receive::{RefusedReceipt, Verified},
    },
    Event, PassError, Uploader,
};
use crate::store::micros;

/// Most bytes of a chunk.
pub(super) const CHUNK: usize = 256 << 10;
/// How often a dossier is begun again in one pass, when the centre forgets it meanwhile.
const BEGINNINGS: u32 = 3;
/// Calls beyond one a chunk, after which answers that lead nowhere are a problem.
const DETOURS: usize = 16;

impl<R: CryptoRng> Uploader<R> {
    /// Sends one dossier. A problem of its own is noted with it and is no error of the pass.
    pub(super) async fn send(&mut self, item: &Item) -> Result<Result<(), Problem>, PassError> {
        let sealed = self.outbox.sealed(item.hash).await?;
        // Another program of this station had it accepted meanwhile.
        let Some(sealed) = sealed else {
            return Ok(Ok(()));
        };
        let sent = if Hash::of(&sealed) == item.hash {
            self.begin_until_finished(item, &sealed).await
        } else {
            Err(Setback::Item(Problem::Damaged))
        };
        match sent {
            Ok(receipt) => {
                self.receive(&receipt).await?;
                Ok(Ok(()))
            }
            Err(Setback::Way(trouble)) => {
                self.set_back(item, None).await?;
                Err(PassError::Way(trouble))
            }
            Err(Setback::Item(problem)) => {
                let hash = item.hash;
                tracing::warn!(%hash, problem = problem.name(), "a dossier is tried again later");
                self.set_back(item, Some(problem)).await?;
                self.tell(Event::SetBack(hash, problem));
                Ok(Err(problem))
            }
            Err(Setback::Again) => {
                self.set_back(item, Some(Problem::NoProgress)).await?;
                self.tell(Event::SetBack(item.hash, Problem::NoProgress));
                Ok(Err(Problem::NoProgress))
            }
        }
    }

    async fn begin_until_finished(&self, item: &Item, sealed: &[u8]) -> Result<Verified, Setback> {
        for _ in 1..BEGINNINGS {
            match self.begin_and_finish(item, sealed).await {
                Err(Setback::Again) => {}
                done => return done,
            }
        }
        self.begin_and_finish(item, sealed).await
    }

    async fn begin_and_finish(&self, item: &Item, sealed: &[u8]) -> Result<Verified, Setback> {
        let question = BeginRequest {
            hash: item.hash.as_bytes().to_vec(),
            length: item.length,
            station_time: micros((self.clock)()),
        };
        let mut intake = self.intake.clone();
        let begun = self.call(Call::Begin, intake.begin(question)).await?;
        self.tell(Event::Begun(item.hash, begun.offset));
        if let Some(receipt) = begun.receipt {
            return self.believe(item, &receipt);
        }
        self.append_all(item, sealed, begun.offset).await?;
        let question = FinishRequest {
            hash: item.hash.as_bytes().to_vec(),
        };
        let finished = self.call(Call::Finish, intake.finish(question)).await?;
        let receipt = finished.receipt.ok_or(Setback::Item(Problem::Receipt))?;
        self.believe(item, &receipt)
    }

    /// Sends from `offset` on. The centre says after each chunk where it is; it may be further, when
    /// a copy of this outbox sends the same, or back, when it lost something.
    async fn append_all(&self, item: &Item, sealed: &[u8], offset: u64) -> Result<(), Setback> {
        let mut intake = self.intake.clone();
        let mut rest = rest_from(sealed, offset)?;
        let mut calls = sealed.len().div_ceil(CHUNK) + DETOURS;
        while !rest.is_empty() {
            calls = calls
                .checked_sub(1)
                .ok_or(Setback::Item(Problem::NoProgress))?;
            let question = AppendRequest {
                hash: item.hash.as_bytes().to_vec(),
                offset: (sealed.len() - rest.len()) as u64,
                chunk: rest[..rest.len().min(CHUNK)].to_vec().into(),
            };
            let appended = self.call(Call::Append, intake.append(question)).await?;
            rest = rest_from(sealed, appended.offset)?;
            self.tell(Event::Appended(item.hash, appended.offset));
        }
        Ok(())
    }

    fn believe(&self, item: &Item, receipt: &Receipt) -> Result<Verified, Setback> {
        Verified::new(item, &receipt.signed, &self.keys).map_err(|error| {
            let hash = item.hash;
            tracing::error!(%hash, %error, "a receipt of the centre is not believed");
            self.tell(Event::ReceiptRefused);
            Setback::Item(match error {
                RefusedReceipt::UnknownKey(_) => Problem::ReceiptKey,
                RefusedReceipt::Receipt(_) => Problem::Receipt,
            })
        })
    }
}

/// The bytes that follow; an offset beyond the end is no answer.
fn rest_from(sealed: &[u8], offset: u64) -> Result<&[u8], Setback> {
    usize::try_from(offset)
        .ok()
        .and_then(|offset| sealed.get(offset..))
        .ok_or(Setback::Item(Problem::NoProgress))
}
