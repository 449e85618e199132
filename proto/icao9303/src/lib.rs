//! What chip and world must agree on, byte for byte (ICAO Doc 9303).

pub mod apdu;
pub mod crypto;
pub mod lds;
pub mod mrz;
pub mod oid;
pub mod security_info;
pub mod tlv;
pub mod transport;
