//! Shipping: cards into containers and out again, seals, manifests, what waits.

mod carried;
mod crashes;
mod devices;
mod disputed;
mod guarded;
mod holders;
mod packed;
mod sealed;
mod waiting;

use std::num::NonZeroU32;

use dossier::{OfficeId, PersonId, dossier::DocumentType, staff::Role};
use personalisation_core::{
    attempt::Attempt,
    document_number::DocumentNumber,
    ids::{OrderId, ShipmentId},
    person::Person,
    quality::{Sampling, Verdict},
    shipping::{Container, CoverCode, Destination, Matched, PackingError, PutIn, Shipment},
};
use personalisation_store::{
    StoreError,
    order::NewOrder,
    shipping::{NewShipment, Pack, PackedNow, Sealing, TakeOut},
};
use rand::RngExt as _;
use time::OffsetDateTime;

use crate::{Bench, NOW, chip, machine, stock::people::somebody};

const MACHINE: &str = "SN-1";
/// No card is picked but by another reason.
const FEW: Sampling = Sampling::OneIn(NonZeroU32::MAX);
/// Who works at the machine all day.
const MAKER: PersonId = PersonId::from_bytes([0xEE; 16]);

fn office() -> Destination {
    "L-0304".parse().unwrap()
}

fn number(card: &Attempt) -> DocumentNumber {
    card.binding().unwrap().number
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> PackingError {
    match result {
        Err(StoreError::Packing(error)) => error,
        other => panic!("{other:?}"),
    }
}

impl Bench {
    pub async fn dispatcher(&mut self) -> PersonId {
        somebody(self, Role::Dispatcher).await
    }

    /// A card in the exit tray, seen and found good, for that destination. Its chip is of this number.
    pub async fn card_to(&mut self, byte: u8, to: &Destination, express: bool) -> Attempt {
        self.card_sampled(byte, (to, express), FEW, NOW).await
    }

    async fn card_sampled(
        &mut self,
        byte: u8,
        (to, express): (&Destination, bool),
        sampling: Sampling,
        at: OffsetDateTime,
    ) -> Attempt {
        self.works(MAKER, NOW).await;
        self.delivery(&[chip(byte)]).await;
        let office: Option<OfficeId> = match to {
            Destination::Centre => None,
            Destination::Office(office) => Some(office.clone()),
        };
        let order = NewOrder {
            id: OrderId::generate(&mut self.rng),
            issuer_profile: "luxembourg",
            added_by: "personalisation/order",
            person: &Person::new(self.rng.random(), None),
            document_type: DocumentType::IdentityCard,
            destination: office.as_ref(),
            express,
            content: &[],
        };
        let added = self.store.add_order(&mut self.rng, &order, &[], at);
        added.await.unwrap();
        let inside = machine::card(MACHINE, byte.into());
        let read = self.read_back_in(byte, inside).await;
        self.camera(&read, &Verdict::Passed, sampling).await
    }

    pub async fn bag(&self, byte: u8, to: &Destination, by: PersonId) -> Shipment {
        let new = NewShipment {
            id: ShipmentId::from_bytes([byte; 16]),
            container: Container::Bag,
            destination: to.clone(),
            by,
        };
        self.store.open_shipment(&new, &[], NOW).await.unwrap()
    }

    pub async fn put(
        &self,
        card: &Attempt,
        bag: &Shipment,
        by: PersonId,
    ) -> Result<PackedNow, StoreError> {
        let number = number(card);
        let pack = Pack {
            shipment: bag.id(),
            card: Matched::new(number, CoverCode::of(number)).unwrap(),
            by,
        };
        self.store.pack(&pack, &[], NOW).await
    }

    async fn seal(
        &self,
        bag: &Shipment,
        (seal, counted): (&str, u32),
        (by, counted_by): (PersonId, PersonId),
    ) -> Result<Shipment, StoreError> {
        let sealing = Sealing {
            shipment: bag.id(),
            seal: seal.parse().unwrap(),
            counted,
            by,
            counted_by,
        };
        self.store.seal_shipment(&sealing, |_| vec![], NOW).await
    }
}
