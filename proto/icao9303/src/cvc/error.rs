//! What is wrong with a card-verifiable certificate or request.

use super::authorization::Role;
use super::reference::{CertificateReference, ReferenceError};
use crate::crypto::CryptoError;
use crate::tlv::TlvError;
use crate::x509::PublicKeyError;

/// Why bytes are no certificate or request, or why a signature is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CvcError {
    /// The TLV structure is broken, or an object is missing or out of order.
    #[error("the card-verifiable certificate is malformed: {0}")]
    Tlv(#[from] TlvError),
    /// More bytes than any certificate has.
    #[error("a card-verifiable certificate of {length} bytes is longer than any may be")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// Lengths or numbers are not in their shortest form.
    #[error("the card-verifiable certificate is not written in the one form that is allowed")]
    NotCanonical,
    /// The profile identifier is not 0.
    #[error("the certificate has a profile other than 0, the only one there is")]
    Profile,
    /// A name of an authority or a holder is none.
    #[error("object {tag:X} of the certificate names nobody: {cause}")]
    Reference {
        /// 42 for the authority, 5F20 for the holder.
        tag: u16,
        /// What is wrong.
        #[source]
        cause: ReferenceError,
    },
    /// Not six digits that are a day.
    #[error("object {tag:X} of the certificate holds no date")]
    Date {
        /// 5F25 for the effective date, 5F24 for the expiration date.
        tag: u16,
    },
    /// A date before 2000 or after 2099 cannot be written.
    #[error("the year {year} cannot be written into a certificate, only 2000 to 2099 can")]
    Year {
        /// The year.
        year: i32,
    },
    /// The certificate expires before it is effective.
    #[error("the certificate of {holder} expires before it is effective")]
    DatesReversed {
        /// Whose certificate.
        holder: CertificateReference,
    },
    /// SHA-1.
    #[error("a key for {name} is not allowed any more; ask for a key with SHA-256 or longer")]
    Weak {
        /// The hash's name.
        name: &'static str,
    },
    /// RSA, or something unheard of.
    #[error("not supported: a key for another algorithm than terminal authentication with ECDSA")]
    Algorithm,
    /// Parameters of a curve that is none of the standardised ones.
    #[error("not supported: a key on a curve that is not one of the standardised ones")]
    UnknownCurve,
    /// Some domain parameters stand there and some do not, or they are there for the wrong role.
    #[error("a key of {role} must come {} its domain parameters", if *role == Role::Cvca { "with" } else { "without" })]
    DomainParameters {
        /// The holder's role.
        role: Role,
    },
    /// A key without parameters, and nobody to inherit them from.
    #[error("the key has no domain parameters, and none are known for it")]
    NoParameters,
    /// The public point is not on its curve.
    #[error("the certificate's public key cannot be used")]
    Key(#[from] CryptoError),
    /// The type of terminal is unknown, or the rights do not have its length.
    #[error("the certificate's holder authorisation is none that is known")]
    Authorization,
    /// The signature's length does not fit the curve.
    #[error("a signature has {found} bytes where the signer's curve gives {expected}")]
    SignatureLength {
        /// Bytes that the curve gives.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// The signature is not that of the key it should be of.
    #[error("the signature of {holder} is not the one of the key it should be signed with")]
    WrongSignature {
        /// Whose certificate or request.
        holder: CertificateReference,
    },
    /// OpenSSL failed.
    #[error("a certificate's signature could not be checked")]
    Verification(#[from] PublicKeyError),
}
