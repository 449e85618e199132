//! Card-verifiable certificates and requests for them (TR-03110-3 appendices C and D, 9303-12 §7.2).
//!
//! ```text
//! 7F21 { 7F4E { 5F29 00, 42 CAR, 7F49 key, 5F20 CHR, 7F4C rights, 5F25 effective, 5F24 expiration }
//!        5F37 signature over all of 7F4E }
//! ```
//!
//! One encoding has one meaning: objects in this order, shortest lengths, nothing left over. What
//! [`Body::to_bytes`] gives is what a token signs, and [`Certificate::assemble`] puts both together.

mod authorization;
mod certificate;
mod date;
mod domain;
mod error;
mod public_key;
mod reference;
mod request;

pub use authorization::{HolderAuthorization, Rights, Role, TerminalType};
pub use certificate::{Body, Certificate};
pub use date::encode as encode_date;
pub use error::CvcError;
pub use public_key::{PublicKey, VerificationKey};
pub use reference::{CertificateReference, ReferenceError};
pub use request::{ReceivedRequest, Request, RequestBody, SuccessiveRequest};

/// No certificate or request is longer, in bytes: RSA keys and P-521 with all parameters fit.
pub const MAX_LENGTH: usize = 2_048;

const CERTIFICATE: u16 = 0x7F21;
const BODY: u16 = 0x7F4E;
const PROFILE: u16 = 0x5F29;
const AUTHORITY: u16 = 0x42;
const PUBLIC_KEY: u16 = 0x7F49;
const HOLDER: u16 = 0x5F20;
const AUTHORIZATION: u16 = 0x7F4C;
const EFFECTIVE: u16 = 0x5F25;
const EXPIRATION: u16 = 0x5F24;
const EXTENSIONS: u16 = 0x65;
const SIGNATURE: u16 = 0x5F37;
const SUCCESSIVE_REQUEST: u16 = 0x67;
const OBJECT_IDENTIFIER: u16 = 0x06;
const DISCRETIONARY: u16 = 0x53;
