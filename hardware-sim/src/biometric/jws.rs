//! JSON web signatures (RFC 7515): RS256 with `x5c`, and the wrong ones that a client must refuse.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer as OpensslSigner;
use serde_json::{Value, json};

use super::fault::Fault;
use super::maker::Signer;

/// Signs a payload. Some faults change how.
pub(super) fn sign(payload: &Value, signer: &Signer, fault: Fault) -> Result<String, ErrorStack> {
    let der = signer.certificate.to_der()?;
    let algorithm = match fault {
        Fault::Unsigned => "none",
        Fault::WeakAlgorithm => "HS256",
        _ => "RS256",
    };
    let header = json!({ "alg": algorithm, "typ": "JWT", "x5c": [STANDARD.encode(&der)] });
    let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let covered = format!("{}.{}", text(&header), text(payload));
    let signature = match fault {
        Fault::Unsigned => Vec::new(),
        // The classic confusion: what is public is used as a secret.
        Fault::WeakAlgorithm => {
            let key = PKey::hmac(&der)?;
            OpensslSigner::new(MessageDigest::sha256(), &key)?
                .sign_oneshot_to_vec(covered.as_bytes())?
        }
        _ => OpensslSigner::new(MessageDigest::sha256(), &signer.key)?
            .sign_oneshot_to_vec(covered.as_bytes())?,
    };
    Ok(format!("{covered}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
