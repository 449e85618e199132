//! Decisions only: ids, states and moves of applications and attempts, document numbers, the stock
//! of blanks, shipments, the life of documents, what may be ordered for whom. No I/O, no clock.
//!
//! What may happen to an application, an order, a card blank or a document number is decided here and nowhere else;
//! `personalisation-store` writes down what was decided, `personalisation` asks for it.

pub mod age;
pub mod application;
pub mod attempt;
pub mod blank;
pub mod calendar;
pub mod card_access_number;
pub mod chip_serial;
pub mod document;
pub mod document_number;
pub mod fingers;
pub mod ids;
pub mod issuer_profile;
pub mod machine;
pub mod national_number;
pub mod person;
pub mod quality;
pub mod queue;
pub mod remake;
pub mod rules;
pub mod shipping;
pub mod stock;
pub mod template;
pub mod validity;
