//! Keys in tokens as terminal authentication wants them: brainpoolP256r1, ECDSA with SHA-256, plain
//! signatures (TR-03110-3 appendix D).

use icao9303::{
    cvc::{Body, Certificate, CvcError, PublicKey, Request, RequestBody},
    x509::HashAlgorithm,
};
use key_custody::{Curve, CustodyError, EcKey, Token, role::EcRole};
use openssl::sha::sha256;

/// The curve of every key that verifies or is verified in terminal authentication.
pub const CURVE: Curve = Curve::BrainpoolP256r1;
/// The same for certificates.
const CURVE_ID: icao9303::crypto::curve::CurveId =
    icao9303::crypto::curve::CurveId::BrainpoolP256r1;

/// Why a certificate or request was not made.
#[derive(Debug, thiserror::Error)]
pub enum CvcKeyError {
    /// The token did not sign.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// What it signed is not to form, or does not verify; it was thrown away.
    #[error("a card-verifiable certificate was not made: {0}")]
    Cvc(#[from] CvcError),
}

/// The public half of a key; keys of the country verifying CA bring their curve along.
#[must_use]
pub fn public_key<R: EcRole>(key: &EcKey<R>, with_parameters: bool) -> PublicKey {
    PublicKey {
        hash: HashAlgorithm::Sha256,
        parameters: with_parameters.then_some(CURVE_ID),
        point: key.public_point().to_vec(),
    }
}

/// Signs bytes as certificates are signed: plain r‖s.
pub fn sign<R: EcRole>(
    token: &Token,
    key: &EcKey<R>,
    bytes: &[u8],
) -> Result<Vec<u8>, CustodyError> {
    token.sign_digest(key, &sha256(bytes))
}

/// Signs a certificate, and verifies it before it is let out.
pub fn certify<R: EcRole>(
    token: &Token,
    key: &EcKey<R>,
    body: Body,
) -> Result<Certificate, CvcKeyError> {
    let signature = sign(token, key, &body.to_bytes()?)?;
    let certificate = Certificate::assemble(body, &signature)?;
    certificate.verify(&public_key(key, true).on(None)?)?;
    Ok(certificate)
}

/// Signs a request with the key that it is for.
pub fn request<R: EcRole>(
    token: &Token,
    key: &EcKey<R>,
    body: RequestBody,
) -> Result<Request, CvcKeyError> {
    let signature = sign(token, key, &body.to_bytes()?)?;
    let request = Request::assemble(body, &signature)?;
    request.verify(Some(CURVE_ID))?;
    Ok(request)
}
