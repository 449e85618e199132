//! What the database has of an order and of an attempt at it, put together.

use std::collections::BTreeMap;

use icao9303::lds::DataGroup;
use personalisation_core::{
    attempt::AttemptId, card_access_number::CardAccessNumber, ids::OrderId,
};
use personalisation_store::{Store, StoreError, line::AttemptContent, order::ContentKind};
use thiserror::Error;

use super::files::{FilesError, OrderContent};
use crate::order::{Identity, ticket::data_group};

/// Why what was stored cannot be put together. For the operator.
#[derive(Debug, Error)]
pub enum ContentError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The order's content does not fit together.
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// An order's content.
pub async fn read_order(store: &Store, order: OrderId) -> Result<OrderContent, ContentError> {
    let mut data_groups = BTreeMap::new();
    let (mut identity, mut ticket) = (None, None);
    for (kind, content) in store.order_contents(order).await? {
        match (kind, data_group(kind)) {
            (_, Some(group)) => drop(data_groups.insert(group, content)),
            (ContentKind::Identity, _) => identity = Some(content),
            (ContentKind::Ticket, _) => ticket = Some(content),
            _ => {}
        }
    }
    let identity = identity.ok_or(FilesError::Missing("identity"))?;
    for group in [DataGroup::DG2, DataGroup::DG3] {
        if !data_groups.contains_key(&group) {
            return Err(FilesError::Missing("portrait or fingers").into());
        }
    }
    Ok(OrderContent {
        identity: Identity::decode(&identity).map_err(FilesError::from)?,
        data_groups,
        ticket: ticket.ok_or(FilesError::Missing("ticket"))?,
    })
}

/// The access number of an attempt's card.
pub async fn read_card_access_number(
    store: &Store,
    attempt: AttemptId,
) -> Result<CardAccessNumber, ContentError> {
    const MISSING: FilesError = FilesError::Missing("card access number");
    let kind = AttemptContent::CardAccessNumber;
    let digits = store.attempt_content(attempt, kind).await?;
    let digits = digits.ok_or(MISSING)?;
    Ok(CardAccessNumber::try_from(&digits[..]).map_err(|_| MISSING)?)
}
