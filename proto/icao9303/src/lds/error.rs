//! What is wrong with a file of the chip.

use super::tag::ElementaryFile;
use crate::mrz::MrzError;
use crate::security_info::SecurityInfoError;
use crate::tlv::TlvError;

/// A file that cannot be read or written, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct FileError {
    /// The file.
    pub file: ElementaryFile,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The announced number of instances is not the number found.
    #[error("{announced} instances are announced and {found} are there")]
    Count {
        /// Announced by object 02.
        announced: usize,
        /// Found.
        found: usize,
    },
    /// A date or time that is none.
    #[error("object {tag:X} holds no date")]
    Date {
        /// The object.
        tag: u16,
    },
    /// An object whose length its definition does not allow.
    #[error("object {tag:X} has {length} bytes, which its definition does not allow")]
    Length {
        /// The object.
        tag: u16,
        /// Its length in bytes.
        length: usize,
    },
    /// The MRZ is none.
    #[error("{0}")]
    Mrz(#[from] MrzError),
    /// A name of an authority that is none.
    #[error("object {tag:X} names no authority")]
    Name {
        /// The object.
        tag: u16,
    },
    /// The `SecurityInfos` are none.
    #[error("{0}")]
    SecurityInfos(#[from] SecurityInfoError),
    /// A text that is to be written holds a control character, or a filler where it separates.
    #[error("the text for object {tag:X} holds a character that may not stand there; remove it")]
    Separator {
        /// The object.
        tag: u16,
    },
    /// A text that is no UTF-8.
    #[error("object {tag:X} is not UTF-8")]
    Text {
        /// The object.
        tag: u16,
    },
    /// The TLV structure is broken, or an object is missing.
    #[error("{0}")]
    Tlv(#[from] TlvError),
    /// More instances than the file can have.
    #[error("more than {limit} instances of object {tag:X}")]
    TooMany {
        /// The object.
        tag: u16,
        /// The most that are accepted.
        limit: usize,
    },
    /// A tag list names something that is no data group, or ends inside a tag.
    #[error("the tag list is malformed")]
    TagList,
    /// A version number that is not made of digits.
    #[error("object {tag:X} is no version number")]
    Version {
        /// The object.
        tag: u16,
    },
}

/// Names the file that a fault is in.
pub(super) trait InFile<T> {
    fn in_file(self, file: ElementaryFile) -> Result<T, FileError>;
}

impl<T, E: Into<Fault>> InFile<T> for Result<T, E> {
    fn in_file(self, file: ElementaryFile) -> Result<T, FileError> {
        self.map_err(|fault| FileError {
            file,
            fault: fault.into(),
        })
    }
}
