//! From an accepted dossier to an order: automatic checks, the rule, and people who decide
//! (docs/review.md).

pub mod checker;
pub mod checks;
pub mod decide;
mod error;
pub mod notice;
mod order;
pub mod register;
pub mod second_person;

use std::sync::Arc;

use key_custody::{
    Token,
    tls::{self, Renewable},
};

pub use self::{decide::Desk, error::ReviewError, order::Issuer};
use self::{decide::Tickets, register::Register};
use crate::intake::{IntakeError, Place};

/// Who writes into the audit here.
pub const ACTOR: &str = "personalisation/review";

/// Where decisions are carried out, with the ticket key of `[tokens.review]`; without a register.
pub fn desk(place: &Place, role: &'static str) -> Result<Desk, IntakeError> {
    let section = "[tokens.review]";
    let (section, token) = place
        .config
        .review_token()
        .ok_or(IntakeError::Missing { section, role })?;
    let token = Token::open(&token)?;
    let key = token.find_ec(&section.key)?;
    let approvals = section.approvals.iter().map(|label| token.find_ec(label));
    let approvals = approvals.collect::<Result<_, _>>()?;
    Ok(Desk {
        store: place.store.clone(),
        config: Arc::clone(&place.config),
        tickets: Arc::new(Tickets { token, key }),
        approvals,
        register: None,
    })
}

/// The register of the configuration, called with our certificate; none where none is configured.
pub fn register(place: &Place, ours: Arc<Renewable>) -> Result<Option<Register>, IntakeError> {
    let Some(section) = &place.config.register else {
        return Ok(None);
    };
    let client = tls::caller(ours, &section.server_ca)?;
    Ok(Some(Register::new(section, client)?))
}
