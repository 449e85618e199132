//! What a certificate or revocation list of ours looks like (ICAO 9303-12 §7.1; our own programs'
//! certificates beside it): pure builders from parameters to the bytes a key signs.
//!
//! Every builder goes the same way. The structure is built, read back and held against its profile
//! with a placeholder for the signature; only then is the signer called, with the `toBeSigned` bytes;
//! then the signature is verified; only then does the certificate leave this room.

mod country_signing;
mod document_signer;
mod extension;
mod fields;
mod master_list_signer;
mod operations;
mod release;
mod revocation_list;

pub use country_signing::{CountrySigning, build_link, build_root};
pub use document_signer::{DocumentSigner, build_document_signer};
pub use fields::{AuthorityName, Period, SerialNumber, StateNames};
pub use master_list_signer::{MasterListSigner, build_master_list_signer};
pub use operations::{
    OperationsCertificate, OperationsRule, ProgramName, ProgramRole, STATION, StationName,
    build_operations_ca, build_program_certificate, build_renewed_certificate,
    build_station_certificate, check_operations_profile,
};
pub use release::{BuildError, Sign};
pub use revocation_list::{Reason, Revocation, RevocationListParameters, build_revocation_list};
