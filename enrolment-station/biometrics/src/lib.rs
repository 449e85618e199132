//! Pictures of people: JPEG 2000, WSQ and the ISO 19794 records.

pub mod wsq;
