//! Logical data structure (ICAO 9303-10): one file of the chip a module.
//!
//! Every file has a `parse` that takes hostile bytes and an `encode` that writes shortest lengths.
//! EF.SOD and EF.CardSecurity, which are signed, have rooms of their own.

pub mod biometric;
pub mod dg1;
pub mod dg11;
pub mod dg12;
pub mod dg14;
pub mod dg15;
pub mod dg2;
pub mod dg3;
pub mod dg7;
pub mod ef_atr_info;
pub mod ef_com;
pub mod ef_cvca;
pub mod ef_dir;
pub mod error;
pub mod tag;
mod text;

pub use dg1::Dg1;
pub use dg2::Dg2;
pub use dg3::{Dg3, Finger};
pub use dg7::Dg7;
pub use dg11::Dg11;
pub use dg12::Dg12;
pub use dg14::Dg14;
pub use dg15::Dg15;
pub use ef_atr_info::{AtrInfo, Capabilities, ExtendedLength};
pub use ef_com::{EfCom, LdsVersion, UnicodeVersion};
pub use ef_cvca::EfCvca;
pub use ef_dir::EfDir;
pub use error::{Fault, FileError};
pub use tag::{DataGroup, Directory, EMRTD_AID, ElementaryFile};
pub use text::FullName;
