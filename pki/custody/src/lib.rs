//! Keys in PKCS#11 tokens, typed by role: the only crate that speaks PKCS#11.
//!
//! ```text
//! TokenConfig ──open──> Token ──find_ec::<DocumentSigning>──> EcKey<DocumentSigning> ──sign_digest──> r‖s
//!                         └─ sessions, login, reconnection, health
//! ```
//! - A key's type is its role, and its role stands in the token too (`CKA_ID`): a key made for one
//!   role can be neither found nor passed as another's.
//! - Private and secret keys are sensitive, not extractable, and can do one thing only; a key that
//!   is found with more rights than its role has is refused.
//! - A token that goes away and comes back is used again without a restart; until then each call
//!   fails at once with [`CustodyError::TokenAbsent`], and the caller decides how long to wait.
//! - A PIN comes from a file that only its owner can read, is never a `String` of ours, and leaves
//!   memory after the login.
//!
//! One process has one instance of each PKCS#11 module, hence one SoftHSM configuration at a time;
//! another one can follow when every token of the first was dropped. Several roles in one process
//! use several tokens of one configuration.
//!
//! A key of one role does not pass for another's:
//! ```compile_fail
//! use key_custody::{EcKey, role::{CountrySigning, DocumentSigning}};
//! fn sign_security_object(_: &EcKey<DocumentSigning>) {}
//! fn wrong(country: &EcKey<CountrySigning>) { sign_security_object(country) }
//! ```
//! The same with the right key compiles:
//! ```
//! use key_custody::{EcKey, role::DocumentSigning};
//! fn sign_security_object(_: &EcKey<DocumentSigning>) {}
//! fn right(signer: &EcKey<DocumentSigning>) { sign_security_object(signer) }
//! ```

mod aes;
mod curve;
mod delivery;
mod destroy;
mod ec;
mod error;
mod initialise;
mod module;
mod object;
mod pin;
mod receiving;
pub mod role;
pub mod softhsm;
pub mod tls;
mod token;
mod wrapping;

pub use aes::AesKey;
pub use curve::Curve;
pub use delivery::DeliveryKey;
pub use ec::EcKey;
pub use error::{CustodyError, PinFault};
pub use initialise::{initialise_token, token_serial};
pub use pin::{Pin, create_pin_file};
pub use receiving::ReceivingKey;
pub use token::{Token, TokenConfig};
