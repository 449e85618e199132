//! What station and centre must agree on, byte for byte: the dossier and its way, docs/dossier.md.
//!
//! ```text
//! Dossier ──sign──> Signed<Dossier> ──seal──> SealedDossier ══> open ──verify──> Dossier
//!                                                   └─ hash ──> Signed<Receipt>
//! centre ──sign──> Signed<Configuration>, Signed<StaffList> ══> verify ──> station
//! ```
//! Pure: no I/O, clock or token. Keys that sign and receive stay where they are, behind
//! [`SigningKey`] and [`hpke::ReceiverKey`]; time and randomness are parameters.
//!
//! - A value that exists is within its limits: [`Text`], [`Blob`], [`Label`] check when they are
//!   made, the rest is checked before it is written and after it was read.
//! - One meaning has one encoding: what would not be written the same again is refused.
//! - Personal data and secrets are redacted in `Debug` and leave memory with their owner.

pub mod approval;
mod blob;
mod calendar;
mod cbor;
pub mod communes;
pub mod configuration;
pub mod dossier;
pub mod hpke;
mod ids;
pub mod issue;
mod language;
mod national_number;
pub mod receipt;
pub mod sealed;
pub mod signed;
pub mod staff;
mod text;

pub use approval::ApprovalRequest;
pub use blob::{Blob, Hash, KeyId};
pub use calendar::{Day, DayError, PartialDay, Timestamp};
pub use cbor::{Body, FormError, Version};
pub use configuration::Configuration;
pub use dossier::Dossier;
pub use ids::{ApplicationId, BadId, OfficeId, PersonId, StationId};
pub use language::Language;
pub use national_number::{NationalNumber, NationalNumberError};
pub use receipt::Receipt;
pub use sealed::SealedDossier;
pub use signed::{Signed, SigningKey};
pub use staff::StaffList;
pub use text::{Label, Prose, Text, TextError};
