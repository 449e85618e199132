//! As whom the console calls others: a key in its own token and a certificate of the role `console`. Whoever takes this
//! process over gets what that key may do, and nothing of intake's.

use std::sync::Arc;

use key_custody::{
    Token,
    tls::{self, KeyPlace, Renewable},
};
use personalisation_store::Store;

use super::ConsoleError;
use crate::{
    config::Config,
    edge,
    fleet::Revoking,
    intake::{IntakeError, Place},
    review::{self, register::Register},
};

/// The console's own certificate and key; none where it calls nobody.
pub(crate) fn open(config: &Config) -> Result<Option<Arc<Renewable>>, ConsoleError> {
    let certificate = config.console.as_ref();
    let certificate = certificate.and_then(|section| section.certificate.as_ref());
    let (certificate, (section, token)) = match (certificate, config.console_token()) {
        (None, None) => {
            if config.register.is_some() || config.fleet.is_some() {
                tracing::warn!(
                    "without [tokens.console] the register is not asked here, and intake tells pki of revocations"
                );
            }
            return Ok(None);
        }
        (Some(certificate), Some(token)) => (certificate, token),
        _ => return Err(ConsoleError::HalfIdentity),
    };
    let token = Arc::new(Token::open(&token).map_err(IntakeError::from)?);
    let ours = tls::identity(certificate, KeyPlace::Token(&token, &section.tls));
    Ok(Some(ours.map_err(IntakeError::from)?))
}

/// The register; none where it is not configured, or we are nobody to it.
pub(super) fn register(
    place: &Place,
    ours: Option<&Arc<Renewable>>,
) -> Result<Option<Register>, ConsoleError> {
    match ours {
        Some(ours) => Ok(review::register(place, Arc::clone(ours))?),
        None => Ok(None),
    }
}

/// Where stations are ended, at pki too; none where the fleet is not configured, or we are nobody to pki.
pub(super) fn revoking(
    config: &Config,
    store: &Store,
    ours: Option<Arc<Renewable>>,
) -> Result<Option<Arc<Revoking>>, ConsoleError> {
    let (Some(section), Some(ours)) = (&config.fleet, ours) else {
        return Ok(None);
    };
    let revoking = Revoking::open(section, ours, store.clone(), edge::now)?;
    Ok(Some(Arc::new(revoking)))
}
