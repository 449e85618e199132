//! Why an inspection system gets no certificate, each reason with a name that never changes.

use icao9303::cvc::CertificateReference;

/// Why a request is refused. No retry helps. The message begins with the refusal's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody of that name is registered for the caller's role.
    #[error("not_registered: {holder} is not registered for the role {role}")]
    NotRegistered {
        /// Who asks.
        holder: CertificateReference,
        /// In which role.
        role: String,
    },
    /// The rights go beyond the registration.
    #[error("rights_beyond_registration: {holder} is not registered for all the rights asked for")]
    BeyondRegistration {
        /// Who asks.
        holder: CertificateReference,
    },
    /// The rights go beyond those of every document verifier in force.
    #[error(
        "rights_beyond_verifier: no document verifier in force may give all the rights asked for"
    )]
    BeyondVerifier,
    /// The key is not of the kind that is certified.
    #[error(
        "key: a key for ECDSA with SHA-256 on the document verifier's curve is needed ({reason})"
    )]
    Key {
        /// What is wrong.
        reason: String,
    },
    /// The new key did not sign the request.
    #[error("inner_signature: the request is not signed by the key that it is for")]
    InnerSignature,
    /// The key that vouches did not sign the request.
    #[error("outer_signature: the request is not signed by the key of {signer}")]
    OuterSignature {
        /// The certificate that vouches.
        signer: CertificateReference,
    },
    /// No certificate of that name was issued to this holder.
    #[error("unknown_signer: {signer} is no certificate that was issued to this holder")]
    UnknownSigner {
        /// The certificate that vouches.
        signer: CertificateReference,
    },
    /// The certificate that vouches has expired.
    #[error(
        "signer_expired: {signer} has expired; have the first request permitted again (`first_requests`)"
    )]
    SignerExpired {
        /// The certificate that vouches.
        signer: CertificateReference,
    },
    /// The certificate that vouches is not the latest one, or has vouched before.
    #[error(
        "signer_superseded: {signer} is not the certificate issued last, or vouched for another key already"
    )]
    SignerSuperseded {
        /// The certificate that vouches.
        signer: CertificateReference,
    },
    /// Only successive requests are accepted.
    #[error(
        "first_request_used: the first request was made before; ask with a successive request, or have another first one permitted (`first_requests`)"
    )]
    FirstRequestUsed,
    /// The reference was used for something else.
    #[error(
        "reference_used: {holder} was certified for another key or other rights; take the next sequence"
    )]
    ReferenceUsed {
        /// Who asks.
        holder: CertificateReference,
    },
    /// The request is addressed to nobody here.
    #[error(
        "other_authority: {authority} is no document verifier in force here; ask for the chain again"
    )]
    OtherAuthority {
        /// Whom it names.
        authority: CertificateReference,
    },
}
