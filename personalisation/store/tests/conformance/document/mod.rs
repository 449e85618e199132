//! The life of documents: from the line's last step to their end, lists and questions.

mod activated;
mod asked;
mod crashes;
mod guarded;
mod listed;
mod lived;

use dossier::{PersonId, dossier::DocumentType, staff::Role};
use personalisation_core::{
    document::{Change, Document, IllegalDocumentMove, Loss, Report, Reporter},
    document_number::DocumentNumber,
    ids::OrderId,
    person::Person,
    shipping::Destination,
};
use personalisation_store::{
    StoreError,
    document::{Activated, Activation, DocumentRow},
    order::NewOrder,
};
use time::{Date, OffsetDateTime, macros::date};

use crate::{Bench, NOW, chip, lease, stock::people::somebody};

const EXPIRES: Date = date!(2036 - 11 - 20);
const CARD: DocumentType = DocumentType::IdentityCard;

/// Somebody of that naming, and of that number where it is not zero.
fn who(naming: u8, number: u8) -> Person {
    Person::new([naming; 32], (number != 0).then_some([100 + number; 32]))
}

impl Bench {
    /// A finished card for that person; its chip is of this number.
    async fn finished_card(&mut self, byte: u8, person: &Person) -> DocumentNumber {
        self.delivery(&[chip(byte)]).await;
        let order = NewOrder {
            id: OrderId::from_bytes([byte; 16]),
            issuer_profile: "luxembourg",
            added_by: "personalisation/order",
            person,
            document_type: CARD,
            destination: None,
            express: false,
            content: &[],
        };
        let added = self.store.add_order(&mut self.rng, &order, &[], NOW);
        added.await.unwrap();
        let mine = lease("one", 1);
        let bound = self.bound(chip(byte), &mine).await;
        let made = self.finish(&mine, &bound).await;
        made.binding().unwrap().number
    }

    async fn hand_over(
        &self,
        number: DocumentNumber,
        by: PersonId,
    ) -> Result<Activated, StoreError> {
        let activation = Activation {
            number,
            expires: EXPIRES,
            by,
        };
        self.store
            .activate_document(&activation, |_| vec![], NOW)
            .await
    }

    async fn document(&self, number: DocumentNumber) -> Document {
        let row = self.store.document(number).await.unwrap();
        row.unwrap().document
    }

    async fn state(&self, number: DocumentNumber) -> &'static str {
        self.document(number).await.state().name()
    }

    async fn change(
        &self,
        number: DocumentNumber,
        change: &Change,
        at: OffsetDateTime,
    ) -> Result<DocumentRow, StoreError> {
        self.store.change_document(number, change, &[], at).await
    }

    /// An active card, and the clerk who handed it over.
    async fn active_card(&mut self, byte: u8) -> (DocumentNumber, PersonId) {
        let clerk = somebody(self, Role::Clerk).await;
        let number = self.finished_card(byte, &who(byte, byte)).await;
        self.hand_over(number, clerk).await.unwrap();
        (number, clerk)
    }
}

fn report(loss: Loss, by: PersonId) -> Report {
    Report {
        loss,
        reporter: Reporter::Holder,
        on: date!(2026 - 11 - 20),
        place: Destination::Centre,
        by,
        at: NOW,
    }
}

fn illegal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> IllegalDocumentMove {
    match result {
        Err(StoreError::Document(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn is_not_permitted<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::NotPermitted { .. }))
}
