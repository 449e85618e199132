//! Passkeys (`WebAuthn` level 3) through `webauthn-rs`: discoverable, with user verification, no attestation asked for.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::Account;
use crate::PersonId;

/// A passkey as a staff list keeps it: public key, credential id, counter.
#[derive(Clone)]
pub struct Passkey(webauthn_rs::prelude::Passkey);

impl Passkey {
    /// Reads what [`Passkey::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, RelyingPartyError> {
        let passkey = serde_json::from_str(text).map_err(|_| RelyingPartyError::Kept)?;
        Ok(Self(passkey))
    }

    /// To be kept.
    pub fn to_json(&self) -> Result<String, RelyingPartyError> {
        serde_json::to_string(&self.0).map_err(|_| RelyingPartyError::Kept)
    }

    /// Its credential id, by which it is known.
    pub fn credential(&self) -> &[u8] {
        self.0.cred_id().as_ref()
    }
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passkey(…)")
    }
}

/// Why a passkey ceremony did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RelyingPartyError {
    /// The name or origin is none.
    #[error(
        "relying party {0:?}: its id is a host name, its origin ends in that host; correct the configuration"
    )]
    Configuration(String),
    /// What was kept of a passkey or ceremony cannot be read.
    #[error("a kept passkey or ceremony cannot be read; register the passkey again")]
    Kept,
    /// What the browser sent is refused.
    #[error("the passkey was refused: {0}")]
    Refused(#[from] WebauthnError),
}

/// Who asks for passkeys: the host they are bound to, and where its pages are.
#[derive(Clone)]
pub struct RelyingParty(Arc<Webauthn>);

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty").finish_non_exhaustive()
    }
}

impl RelyingParty {
    /// `id` is a host name such as `localhost`; `origin` where its pages are, such as `http://localhost:8400`;
    /// `name` is what the browser shows.
    pub fn new(id: &str, origin: &str, name: &str) -> Result<Self, RelyingPartyError> {
        let wrong = || RelyingPartyError::Configuration(id.to_owned());
        let origin = Url::parse(origin).map_err(|_| wrong())?;
        let webauthn = WebauthnBuilder::new(id, &origin)
            .and_then(|builder| builder.rp_name(name).build())
            .map_err(|_| wrong())?;
        Ok(Self(Arc::new(webauthn)))
    }

    /// Asks a person's device for a new passkey: the browser's options, and the state to keep.
    pub(super) fn start_adding(
        &self,
        account: &Account,
    ) -> Result<(Value, String), RelyingPartyError> {
        let known = account
            .passkeys
            .iter()
            .map(|passkey| passkey.0.cred_id().clone())
            .collect();
        let (options, state) = self.0.start_passkey_registration(
            Uuid::from_bytes(*account.person.bytes()),
            &account.login,
            &account.name,
            Some(known),
        )?;
        let mut options = serde_json::to_value(options).map_err(|_| RelyingPartyError::Kept)?;
        // The library leaves it to the device; without, nobody could sign in without first saying their name.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        Ok((options, text(&state)?))
    }

    /// The new passkey, from the browser's answer and the kept state.
    pub(super) fn finish_adding(
        &self,
        answer: &[u8],
        state: &str,
    ) -> Result<Passkey, RelyingPartyError> {
        let state: PasskeyRegistration = kept(state)?;
        let answer: RegisterPublicKeyCredential = from_browser(answer)?;
        Ok(Passkey(
            self.0.finish_passkey_registration(&answer, &state)?,
        ))
    }

    /// Asks for any passkey of this relying party: the browser's options, and the state to keep.
    pub(super) fn start(&self) -> Result<(Value, String), RelyingPartyError> {
        let (options, state) = self.0.start_discoverable_authentication()?;
        let options = serde_json::to_value(options).map_err(|_| RelyingPartyError::Kept)?;
        Ok((options, text(&state)?))
    }

    /// Whose passkey the browser's answer claims to be.
    pub(super) fn claimed(&self, answer: &[u8]) -> Result<PersonId, RelyingPartyError> {
        let answer: PublicKeyCredential = from_browser(answer)?;
        let (person, _) = self.0.identify_discoverable_authentication(&answer)?;
        Ok(PersonId::new(*person.as_bytes()))
    }

    /// Verifies the answer against the passkeys of an account; the passkey as it is to be kept from now on.
    pub(super) fn finish(
        &self,
        answer: &[u8],
        state: &str,
        account: &Account,
    ) -> Result<Passkey, RelyingPartyError> {
        let state: DiscoverableAuthentication = kept(state)?;
        let answer: PublicKeyCredential = from_browser(answer)?;
        let keys: Vec<DiscoverableKey> =
            account.passkeys.iter().map(|key| (&key.0).into()).collect();
        let result = self
            .0
            .finish_discoverable_authentication(&answer, state, &keys)?;
        let used = account
            .passkeys
            .iter()
            .find(|passkey| passkey.0.cred_id() == result.cred_id())
            .ok_or(WebauthnError::CredentialNotFound)?;
        let mut passkey = used.clone();
        passkey.0.update_credential(&result);
        Ok(passkey)
    }
}

fn text(state: &impl serde::Serialize) -> Result<String, RelyingPartyError> {
    serde_json::to_string(state).map_err(|_| RelyingPartyError::Kept)
}

fn kept<T: serde::de::DeserializeOwned>(state: &str) -> Result<T, RelyingPartyError> {
    serde_json::from_str(state).map_err(|_| RelyingPartyError::Kept)
}

/// Largest answer of a browser, bytes: an attestation is a few hundred, its certificates a few thousand.
pub(super) const MAX_ANSWER: usize = 64 << 10;

fn from_browser<T: serde::de::DeserializeOwned>(answer: &[u8]) -> Result<T, RelyingPartyError> {
    if answer.len() > MAX_ANSWER {
        return Err(WebauthnError::ParseNOMFailure.into());
    }
    serde_json::from_slice(answer).map_err(|_| WebauthnError::ParseNOMFailure.into())
}
