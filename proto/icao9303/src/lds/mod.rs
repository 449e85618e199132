//! Logical data structure (ICAO 9303-10): one file of the chip a module.
//!
//! Every file has a `parse` that takes hostile bytes and an `encode` that writes shortest lengths.
//! EF.SOD and EF.CardSecurity, which are signed, have rooms of their own.

pub mod biometric;
mod dg1;
mod dg11;
mod dg12;
mod dg14;
mod dg2;
mod dg3;
mod dg7;
mod ef_atr_info;
mod ef_com;
mod ef_dir;
mod error;
mod tag;
mod text;

pub use dg1::Dg1;
pub use dg2::Dg2;
pub use dg3::{Dg3, Finger};
pub use dg7::Dg7;
pub use dg11::Dg11;
pub use dg12::Dg12;
pub use dg14::Dg14;
pub use ef_atr_info::{AtrInfo, Capabilities, ExtendedLength};
pub use ef_com::{EfCom, LdsVersion, UnicodeVersion};
pub use ef_dir::EfDir;
pub use error::{Fault, FileError};
pub use tag::{DataGroup, Directory, EMRTD_AID, ElementaryFile};
pub use text::FullName;
