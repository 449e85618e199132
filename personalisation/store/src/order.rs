//! Orders and their sealed content: identity, ticket and the data groups that no blank changes.

use dossier::{OfficeId, dossier::DocumentType};
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptState},
    ids::OrderId,
    person::Person,
    shipping::CENTRE,
};
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError, audit, line,
    review::{names, person},
    row::{Columns, micros},
    sealing::{Place, Sealer},
    transaction::{Tx, transaction},
};

/// What an order holds, each in its own sealed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContentKind {
    /// The identity to print and to store, in the caller's encoding.
    Identity,
    /// The signed ticket, in its own encoding.
    Ticket,
    /// EF.DG2, the portrait.
    Dg2,
    /// EF.DG3, the fingers.
    Dg3,
    /// EF.DG7, the signature.
    Dg7,
    /// EF.DG11, additional personal data.
    Dg11,
}

impl ContentKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Identity,
        Self::Ticket,
        Self::Dg2,
        Self::Dg3,
        Self::Dg7,
        Self::Dg11,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Ticket => "ticket",
            Self::Dg2 => "dg2",
            Self::Dg3 => "dg3",
            Self::Dg7 => "dg7",
            Self::Dg11 => "dg11",
        }
    }

    pub(crate) fn place(self, order: OrderId) -> Place {
        let row = format!("{order}:{}", self.name());
        Place {
            table: "order_content",
            row,
            column: "sealed",
        }
    }
}

/// An order to be written down.
#[derive(Debug)]
pub struct NewOrder<'a> {
    /// Its id.
    pub id: OrderId,
    /// Name of the issuer profile.
    pub issuer_profile: &'a str,
    /// The role that accepted it.
    pub added_by: &'a str,
    /// For whom it is, under every key.
    pub person: &'a Person,
    /// What is made.
    pub document_type: DocumentType,
    /// The office where it is handed over; none: at the centre.
    pub destination: Option<&'a OfficeId>,
    /// Whether it goes ahead of normal ones.
    pub express: bool,
    /// What it holds.
    pub content: &'a [(ContentKind, Zeroizing<Vec<u8>>)],
}

/// The head of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderHead {
    /// Its id.
    pub id: OrderId,
    /// Name of the issuer profile.
    pub issuer_profile: String,
    /// Where its newest attempt is.
    pub attempt: Attempt,
}

impl Store {
    /// Fingers have a key of their own.
    pub(crate) fn sealer_of(&self, kind: ContentKind) -> Result<&Sealer, StoreError> {
        match kind {
            ContentKind::Dg3 => self.fingers(),
            _ => Ok(&self.sealer),
        }
    }

    /// Writes an order and queues its first attempt. `Ordered` where its person has a live order of the type.
    pub async fn add_order(
        &self,
        rng: &mut impl CryptoRng,
        order: &NewOrder<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError> {
        let mut sealed = Vec::with_capacity(order.content.len());
        for (kind, plain) in order.content {
            let key = self.sealer_of(*kind)?;
            sealed.push((*kind, key.seal(rng, &kind.place(order.id), plain)?));
        }
        let attempt = Attempt::first(order.id);
        let (sealed, first) = (&sealed, &attempt);
        transaction!(self, "adding an order", |tx| {
            insert(tx, order, sealed, now).await?;
            line::queue(tx, first, now).await?;
            audit::write(tx, entries).await
        })?;
        Ok(attempt)
    }

    /// One piece of an order's content; `None` where the order has none of that kind.
    pub async fn order_content(
        &self,
        order: OrderId,
        kind: ContentKind,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        const DOING: &str = "reading an order's content";
        let row = sqlx::query("SELECT sealed FROM order_content WHERE order_id = $1 AND kind = $2")
            .bind(&order.as_bytes()[..])
            .bind(kind.name())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get("sealed").map_err(StoreError::database(DOING))?;
        sealed
            .map(|sealed| self.sealer_of(kind)?.open(&kind.place(order), &sealed))
            .transpose()
    }

    /// All that an order's content has, in one question.
    pub async fn order_contents(
        &self,
        order: OrderId,
    ) -> Result<Vec<(ContentKind, Zeroizing<Vec<u8>>)>, StoreError> {
        const DOING: &str = "reading an order's content";
        let rows = sqlx::query(
            "SELECT kind, sealed FROM order_content WHERE order_id = $1 AND sealed IS NOT NULL",
        )
        .bind(&order.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut contents = Vec::with_capacity(rows.len());
        for row in &rows {
            let columns = Columns {
                table: "order_content",
                id: order.to_string(),
                row,
            };
            let kind = columns.word_if_any("kind", ContentKind::named)?;
            let kind = kind.ok_or_else(|| columns.bad("kind"))?;
            let sealed: Vec<u8> = columns.get("sealed")?;
            let plain = self.sealer_of(kind)?.open(&kind.place(order), &sealed)?;
            contents.push((kind, plain));
        }
        Ok(contents)
    }

    /// The issuer profile and the newest attempt of every order, oldest order first.
    pub async fn orders(&self) -> Result<Vec<OrderHead>, StoreError> {
        let rows = sqlx::query(
            "SELECT item.issuer_profile, attempt.* FROM order_item AS item
             JOIN line_attempt AS attempt ON attempt.order_id = item.order_id
             WHERE attempt.attempt = (SELECT MAX(newest.attempt) FROM line_attempt AS newest
                                      WHERE newest.order_id = item.order_id)
             ORDER BY item.added_at, item.order_id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing orders"))?;
        rows.iter()
            .map(|row| {
                let attempt = line::attempt_of(row)?;
                let issuer_profile = row
                    .try_get("issuer_profile")
                    .map_err(StoreError::database("listing orders"))?;
                Ok(OrderHead {
                    id: attempt.id().order,
                    issuer_profile,
                    attempt,
                })
            })
            .collect()
    }

    /// Holds, resumes or cancels: moves an attempt that nobody is working on.
    pub async fn decide(
        &self,
        from: &Attempt,
        to: &Attempt,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        transaction!(self, "deciding about an attempt", |tx| {
            line::write_unleased(self, tx, from, to, now).await?;
            if matches!(to.state(), AttemptState::Cancelled(_)) {
                line::end_of_attempt(tx, to, now).await?;
            }
            audit::write(tx, entries).await
        })
    }
}

pub(crate) async fn insert(
    tx: &mut Tx,
    order: &NewOrder<'_>,
    sealed: &[(ContentKind, Vec<u8>)],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "adding an order";
    person::latch(tx, order.person.keys().map(|(_, key)| key)).await?;
    let live = person::live_orders(&mut *tx, order.person, order.document_type).await?;
    if let Some(other) = live.into_iter().find(|other| *other != order.id) {
        return Err(StoreError::Ordered { order: other });
    }
    sqlx::query(
        "INSERT INTO order_item (order_id, issuer_profile, added_at, added_by, person_known,
                                 document_type, destination, express)
         VALUES ($1, $2, $3, $4, 1, $5, $6, $7)",
    )
    .bind(&order.id.as_bytes()[..])
    .bind(order.issuer_profile)
    .bind(micros(now))
    .bind(order.added_by)
    .bind(names::document_type(order.document_type))
    .bind(order.destination.map_or(CENTRE, OfficeId::as_str))
    .bind(i64::from(order.express))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    person::insert_ordered(tx, order.id, order.person, order.document_type).await?;
    for (kind, sealed) in sealed {
        sqlx::query("INSERT INTO order_content (order_id, kind, sealed) VALUES ($1, $2, $3)")
            .bind(&order.id.as_bytes()[..])
            .bind(kind.name())
            .bind(sealed)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
    }
    Ok(())
}
