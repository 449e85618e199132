//! Who may sign in: a port that the station (its signed list) and the console (its database) fill.

use std::fmt;

use async_trait::async_trait;

use super::{Passkey, Password, TotpSecret};
use crate::PersonId;

/// One person who may sign in. Those who may not (any more) are not found.
#[derive(Clone)]
pub struct Account {
    /// The person.
    pub person: PersonId,
    /// What they type to sign in.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// Their password; none if they sign in by passkey only.
    pub password: Option<Password>,
    /// The secret of their one-time codes; a password counts only with one.
    pub totp: Option<TotpSecret>,
    /// Their passkeys.
    pub passkeys: Vec<Passkey>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// Why a staff list did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// It cannot be changed here: a station's signed list gets new passkeys from the centre.
    #[error("the staff list cannot be changed here; change it at the centre")]
    ReadOnly,
    /// What was to be changed was taken away meanwhile: by a reset, or because the person left.
    #[error("the staff list: what was to be changed is gone; sign in again")]
    Gone,
    /// Its store did not answer.
    #[error("the staff list: {0}; look at its disk or database")]
    Store(Box<dyn std::error::Error + Send + Sync>),
}

/// The people who may sign in.
#[async_trait]
pub trait Staff: Send + Sync + 'static {
    /// The account of a login name, compared as the list sees fit (the page trims white space).
    async fn by_login(&self, login: &str) -> Result<Option<Account>, StaffError>;

    /// The account of a person.
    async fn by_person(&self, person: PersonId) -> Result<Option<Account>, StaffError>;

    /// Spends a time step of the person's one-time codes (RFC 6238 §5.2): in one transaction, true if `step` is later
    /// than every step spent before, and then it is the last one.
    async fn spend_code(&self, person: PersonId, step: u64) -> Result<bool, StaffError>;

    /// Adds a passkey.
    async fn add_passkey(&self, person: PersonId, passkey: Passkey) -> Result<(), StaffError>;

    /// Passkeys that the person added and may remove; none where passkeys are the centre's alone.
    async fn added_passkeys(&self, _person: PersonId) -> Result<Vec<Passkey>, StaffError> {
        Ok(Vec::new())
    }

    /// Removes a passkey that the person added. One that is gone already is no error.
    async fn remove_passkey(
        &self,
        _person: PersonId,
        _credential: &[u8],
    ) -> Result<(), StaffError> {
        Err(StaffError::ReadOnly)
    }

    /// Replaces a passkey by what it became when used (its counter); the one with the same credential id. `Gone` where
    /// there is none any more: it does not come back.
    async fn update_passkey(&self, person: PersonId, passkey: Passkey) -> Result<(), StaffError>;
}
