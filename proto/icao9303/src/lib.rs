//! What chip and world must agree on, byte for byte (ICAO Doc 9303).

pub mod active_authentication;
pub mod apdu;
pub mod bac;
pub mod card_security;
pub mod chip_authentication;
pub mod cms;
pub mod crl;
pub mod crypto;
pub mod cvc;
pub mod exchange;
pub mod lds;
pub mod master_list;
pub mod mrz;
pub mod oid;
pub mod pace;
pub mod passive_authentication;
pub mod reading;
pub mod scp03;
pub mod secure_messaging;
pub mod security_info;
pub mod sod;
pub mod terminal_authentication;
pub mod tlv;
pub mod transport;
pub mod x509;
