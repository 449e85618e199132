//! The browser's virtual authenticator: a device that holds passkeys and always knows its person.

use serde_json::{Value, json};

use super::{Browser, BrowserError};

impl Browser {
    /// Gives the machine an authenticator with user verification; `verified` says whether the person is recognised.
    /// Returns its id.
    pub fn add_authenticator(&self, verified: bool) -> Result<String, BrowserError> {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": verified,
        });
        let id = self.wire.post("webauthn/authenticator", &device)?;
        Ok(id.as_str().unwrap_or_default().to_owned())
    }

    /// The passkeys of an authenticator.
    pub fn passkeys(&self, authenticator: &str) -> Result<Vec<Value>, BrowserError> {
        let kept = self.wire.get(&format!(
            "webauthn/authenticator/{authenticator}/credentials"
        ))?;
        Ok(kept.as_array().cloned().unwrap_or_default())
    }
}
