//! Into the outbox: signed in the token, sealed to the centre, and the draft erased, in one commit.

use dossier::{
    ApplicationId, Configuration, Dossier, Hash, KeyId, SealedDossier, Signed, SigningKey,
    Timestamp, configuration::PublicKey, sealed::SealError, signed::SignatureError,
};
use rand::CryptoRng;
use thiserror::Error;
use time::OffsetDateTime;

use super::{Item, Outbox, task::answer};
use crate::{
    draft,
    store::{StoreError, Tx, micros, transaction},
};

const DOING: &str = "putting a dossier into the outbox";

/// Why a dossier did not come into the outbox. Its draft is still there.
#[derive(Debug, Error)]
pub enum EnqueueError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is neither a draft nor a dossier of that application.
    #[error("there is no draft of application {0} to confirm: it was discarded")]
    Gone(ApplicationId),
    /// The configuration names no intake key that holds now.
    #[error(
        "the configuration number {configuration} names no intake key that holds now; connect the \
         station so that it fetches a newer one, the draft stays until then"
    )]
    NoIntakeKey {
        /// The configuration's number.
        configuration: u64,
    },
    /// It was made under another configuration than the one in force.
    #[error(
        "the dossier was made under configuration {made}, number {now} is in force; open the summary \
         again and confirm it"
    )]
    OtherConfiguration {
        /// The number in the dossier.
        made: u64,
        /// The number in force.
        now: u64,
    },
    /// It could not be signed: the token is away, or the dossier breaks a rule of its form.
    #[error(transparent)]
    Sign(#[from] SignatureError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The station's clock shows no time that a dossier can have.
    #[error("the station's clock shows a year that no dossier can have; set it")]
    Clock,
}

/// A dossier that is in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// The intake key that it is sealed to.
    pub intake_key: KeyId,
    /// Whether it was there already, from a call whose answer was lost.
    pub again: bool,
}

impl Outbox {
    /// Signs the dossier, seals it to the intake key in force, and exchanges it for its draft in one
    /// commit: killed anywhere, the station has the one or the other. Safe to repeat.
    pub async fn enqueue<K: SigningKey>(
        &self,
        dossier: &Dossier,
        signer: &K,
        configuration: &Configuration,
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<Queued, EnqueueError> {
        if let Some(item) = self.find(dossier.application).await? {
            return Ok(queued_before(&item));
        }
        let (made, number) = (dossier.configuration, configuration.issue.number);
        if made != number {
            return Err(EnqueueError::OtherConfiguration { made, now: number });
        }
        let at = Timestamp::from_seconds(now.unix_timestamp()).map_err(|_| EnqueueError::Clock)?;
        let key = configuration
            .intake_key(at)
            .ok_or(EnqueueError::NoIntakeKey {
                configuration: number,
            })?;
        let sealed = sign_and_seal(dossier, signer, key, rng)?;
        let (hash, application) = (sealed.hash(), dossier.application);
        let recapture_of = dossier.recapture_of;
        let exchanged = transaction!(self.store, DOING, |tx| {
            if draft::erase(tx, application).await? {
                insert(tx, &sealed, hash, now).await?;
                if let Some(task) = recapture_of {
                    answer(tx, task, application).await?;
                }
                Ok(true)
            } else {
                Ok(false)
            }
        })?;
        if !exchanged {
            // Somebody confirmed it at the same moment, or discarded it.
            let item = self.find(application).await?;
            return item
                .map(|item| queued_before(&item))
                .ok_or(EnqueueError::Gone(application));
        }
        self.store.settle().await;
        self.store.queued().notify_one();
        tracing::info!(%application, %hash, "a dossier is in the outbox");
        Ok(Queued {
            hash,
            intake_key: sealed.header().intake_key,
            again: false,
        })
    }
}

fn sign_and_seal<K: SigningKey>(
    dossier: &Dossier,
    signer: &K,
    intake: &PublicKey,
    rng: &mut impl CryptoRng,
) -> Result<SealedDossier, EnqueueError> {
    let opened = Signed::sign(dossier, signer)?;
    Ok(SealedDossier::seal(&opened, intake.spki.as_bytes(), rng)?)
}

fn queued_before(item: &Item) -> Queued {
    Queued {
        hash: item.hash,
        intake_key: item.intake_key,
        again: true,
    }
}

async fn insert(
    tx: &mut Tx,
    sealed: &SealedDossier,
    hash: Hash,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let header = sealed.header();
    sqlx::query(
        "INSERT INTO outbox_item (hash, application_id, station_id, intake_key, length, state,
         queued_at, changed_at, tries, next_try_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6, 0, $6)",
    )
    .bind(&hash.as_bytes()[..])
    .bind(&header.application.as_bytes()[..])
    .bind(&header.station.as_bytes()[..])
    .bind(&header.intake_key.as_bytes()[..])
    .bind(i64::try_from(sealed.as_bytes().len()).unwrap_or(i64::MAX))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    sqlx::query("INSERT INTO outbox_dossier (hash, sealed) VALUES ($1, $2)")
        .bind(&hash.as_bytes()[..])
        .bind(sealed.as_bytes())
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))
        .map(|_| ())
}
