//! The primitives that chip and world share, pinned to published vectors: key derivation, AES,
//! triple DES and curve arithmetic. All of them are OpenSSL's; nothing here is an algorithm of our own.

pub mod cipher;
pub mod curve;
pub mod kdf;
pub mod public_key;
pub mod triple_des;

/// Why OpenSSL refused. The inner error names the call, never the data.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// OpenSSL reported an error.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// The length of an input does not fit the algorithm.
    #[error("{what} has {found} bytes where {expected} are needed")]
    Length {
        /// Which input.
        what: &'static str,
        /// Bytes needed (or the block they must be a multiple of).
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// Bytes that should be a point of the curve are not.
    #[error("the bytes are not a point of {curve}")]
    NotOnCurve {
        /// The curve's name.
        curve: &'static str,
    },
    /// The point at infinity stands where a key or shared secret was expected.
    #[error("the point at infinity of {curve} is no key")]
    Infinity {
        /// The curve's name.
        curve: &'static str,
    },
    /// A private scalar is zero or not below the order.
    #[error("the scalar is not between 1 and the order of {curve}")]
    BadScalar {
        /// The curve's name.
        curve: &'static str,
    },
    /// The padding of ISO/IEC 9797-1 method 2 is missing.
    #[error("the padding is wrong")]
    Padding,
}
