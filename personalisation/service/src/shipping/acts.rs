//! Acts at the packing table: the intent is written before, the outcome in the transaction of the change.

use std::future::Future;

use dossier::PersonId;
use evidence::entry::Act;
use personalisation_core::{
    attempt::{Attempt, AttemptId},
    shipping::Shipment,
};
use personalisation_store::{
    Store, StoreError,
    shipping::{NewShipment, Pack, PackedNow, Sealing, TakeOut},
};
use time::OffsetDateTime;

use super::ManifestDesk;
use crate::{edge::SystemRng, staff};

/// The packing table, in the hands of whoever is at the console.
#[derive(Clone, Debug)]
pub struct PackingTable {
    store: Store,
    manifests: ManifestDesk,
    rng: SystemRng,
    clock: fn() -> OffsetDateTime,
}

impl PackingTable {
    /// The table.
    pub fn new(
        (store, manifests): (Store, ManifestDesk),
        rng: SystemRng,
        clock: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            store,
            manifests,
            rng,
            clock,
        }
    }

    /// Opens a container. Safe to repeat under the same id.
    pub async fn open(&self, new: &NewShipment) -> Result<Shipment, StoreError> {
        let object = format!("shipment {}", new.id);
        let act = self.begin(new.by, "open-shipment", &object).await?;
        let now = self.now();
        let detail = format!("{} for {}", new.container.name(), new.destination);
        let done = [act.outcome(now, detail)];
        let work = self.store.open_shipment(new, &done, now);
        self.settle(&act, work).await
    }

    /// Puts a card into a container.
    pub async fn pack(&self, card: AttemptId, pack: &Pack) -> Result<PackedNow, StoreError> {
        let act = self.begin(pack.by, "pack-card", &object(card)).await?;
        let now = self.now();
        let done = [act.outcome(now, format!("in shipment {}", pack.shipment))];
        let work = self.store.pack(pack, &done, now);
        self.settle(&act, work).await
    }

    /// Writes down that a card lay beside the cover of another one. Nothing is packed.
    pub async fn mismatch(&self, card: AttemptId, by: PersonId) -> Result<(), StoreError> {
        let act = self.begin(by, "pack-card", &object(card)).await?;
        let outcome = act.outcome(self.now(), "refused: the cover is another card's");
        self.store.audit(&[outcome]).await
    }

    /// Takes a card out of an open container.
    pub async fn take_out(&self, card: AttemptId, out: &TakeOut) -> Result<Attempt, StoreError> {
        let act = self.begin(out.by, "take-card-out", &object(card)).await?;
        let now = self.now();
        let detail = format!("of shipment {}: {}", out.shipment, out.why.name());
        let done = [act.outcome(now, detail)];
        let work = self.store.take_out(out, &done, now);
        self.settle(&act, work).await
    }

    /// Two persons seal a container, and the token signs its manifest. What is sealed stays so where the token is away: it is
    /// signed later.
    pub async fn seal(&self, sealing: &Sealing) -> Result<Shipment, StoreError> {
        let object = format!(
            "shipment {} with person {}",
            sealing.shipment, sealing.counted_by
        );
        let act = self.begin(sealing.by, "seal-shipment", &object).await?;
        let now = self.now();
        let done = |shipment: &Shipment| match shipment.state().sealed() {
            Some(sealed) => {
                let manifest = hex::encode(sealed.manifest.0);
                let detail = format!(
                    "seal {}, {} cards, manifest {manifest}",
                    sealed.seal, sealed.pieces
                );
                vec![act.outcome(now, detail)]
            }
            None => vec![],
        };
        let work = self.store.seal_shipment(sealing, done, now);
        let sealed = self.settle(&act, work).await?;
        if let Err(error) = self.manifests.sign_waiting().await {
            tracing::error!(%error, "a manifest waits for its signature; the console tries again every ten minutes");
        }
        Ok(sealed)
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    async fn begin(&self, by: PersonId, name: &str, object: &str) -> Result<Act, StoreError> {
        let act = staff::act(self.rng, staff::page_person(by), name, object);
        self.store.audit(&[act.intent(self.now())]).await?;
        Ok(act)
    }

    /// The outcome of what did not take place, with why where somebody at the table caused it.
    async fn settle<T>(
        &self,
        act: &Act,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let done = work.await;
        if let Err(error) = &done {
            let detail = match error {
                StoreError::Packing(error) => format!("refused: {error}"),
                _ => "nothing was changed".to_owned(),
            };
            let outcome = act.outcome(self.now(), detail);
            // Where another table closed the act meanwhile, it has its outcome already: what matters is told.
            if let Err(error) = self.store.audit(&[outcome]).await {
                tracing::warn!(%error, "an act at the packing table has no outcome of its own");
            }
        }
        done
    }
}

/// As every act about a card is named.
fn object(card: AttemptId) -> String {
    format!("attempt {card}")
}
