//! What the centre issued, as the store keeps it: one way to read it, and to say whether it holds.
//!
//! Whoever put it there verified it under a key that held then (`issue`), and the store's seal is this station's alone.
//! It stays good until its own end: that the centre signs with other keys since takes nothing back.

use dossier::{
    Signed, Timestamp,
    issue::{IssueError, Numbered},
    signed::SignatureError,
};
use time::OffsetDateTime;

use super::FleetError;
use crate::store::{Store, issued::Kind};

/// The newest of its kind, whether it still holds or not; none before the first came.
pub async fn read<T: Numbered>(store: &Store, kind: Kind) -> Result<Option<T>, FleetError> {
    let Some(bytes) = store.issued(kind).await? else {
        return Ok(None);
    };
    Ok(Some(decode(&bytes)?))
}

/// The same of bytes that the store gave.
pub fn decode<T: Numbered>(bytes: &[u8]) -> Result<T, IssueError> {
    let signed = Signed::<T>::decode(bytes)?;
    Ok(signed.danger_unverified().map_err(SignatureError::from)?)
}

/// An error where it does not hold at `now`.
pub fn in_force<T: Numbered>(value: &T, now: Timestamp) -> Result<(), IssueError> {
    let (what, issue) = (T::WHAT, value.issue());
    if now < issue.from {
        let from = issue.from.seconds();
        return Err(IssueError::NotYet { what, from });
    }
    if now >= issue.until {
        let until = issue.until.seconds();
        return Err(IssueError::Expired { what, until });
    }
    Ok(())
}

/// A time as issues have it.
pub fn timestamp(at: OffsetDateTime) -> Result<Timestamp, FleetError> {
    Timestamp::from_seconds(at.unix_timestamp()).map_err(|_| FleetError::Clock)
}
