//! Pictures of people: faces and fingers measured and compared, JPEG 2000, WSQ and the ISO 19794 records.

pub mod face;
pub mod finger;
pub mod iso19794;
pub mod jpeg2000;
pub mod picture;
pub mod portrait;
pub mod signature;
pub mod wsq;
