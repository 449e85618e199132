//! The files of the chip: identifiers, tags, names (9303-10 §3.11, §4.6, §4.7).

use std::fmt;

/// Application identifier of the eMRTD application (LDS1).
pub const EMRTD_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// A data group of the eMRTD application.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataGroup(u8);

/// Outer tags of DG1 to DG16.
const TAGS: [u8; 16] = [
    0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70,
];

impl DataGroup {
    /// The MRZ.
    pub const DG1: Self = Self(1);
    /// The face.
    pub const DG2: Self = Self(2);
    /// The fingers.
    pub const DG3: Self = Self(3);
    /// The irises.
    pub const DG4: Self = Self(4);
    /// The signature as displayed.
    pub const DG7: Self = Self(7);
    /// Additional personal data.
    pub const DG11: Self = Self(11);
    /// Additional document data.
    pub const DG12: Self = Self(12);
    /// `SecurityInfos`.
    pub const DG14: Self = Self(14);
    /// The public key of active authentication.
    pub const DG15: Self = Self(15);

    /// All sixteen.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=16).map(Self)
    }

    /// The data group of a number from 1 to 16.
    pub fn from_number(number: u8) -> Option<Self> {
        (1..=16).contains(&number).then_some(Self(number))
    }

    /// The data group whose file starts with `tag`.
    pub fn from_tag(tag: u8) -> Option<Self> {
        Self::all().find(|group| group.tag() == tag)
    }

    /// Its number, from 1 to 16.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The outer tag of its file, which is also its entry in EF.COM.
    pub fn tag(self) -> u8 {
        TAGS[usize::from(self.0) - 1]
    }
}

impl fmt::Debug for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

impl fmt::Display for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

/// Where a file is. The same identifier means different files in the two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directory {
    /// The master file.
    Master,
    /// The eMRTD application.
    Application,
}

/// A file of the chip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementaryFile {
    /// EF.ATR/INFO: buffer sizes of the chip.
    AtrInfo,
    /// EF.DIR: applications.
    Dir,
    /// EF.CardAccess: protocols for access, unsigned.
    CardAccess,
    /// EF.CardSecurity: protocols and keys, signed.
    CardSecurity,
    /// EF.COM: list of data groups, unsigned.
    Com,
    /// EF.SOD: hashes of the data groups, signed.
    Sod,
    /// EF.CVCA: trust points of terminal authentication.
    Cvca,
    /// A data group.
    DataGroup(DataGroup),
}

impl ElementaryFile {
    /// All files: those of the master file, then those of the application.
    pub fn all() -> impl Iterator<Item = Self> {
        let named = [
            Self::AtrInfo,
            Self::Dir,
            Self::CardAccess,
            Self::CardSecurity,
            Self::Com,
            Self::Sod,
            Self::Cvca,
        ];
        named
            .into_iter()
            .chain(DataGroup::all().map(Self::DataGroup))
    }

    /// Where the file is.
    pub fn directory(self) -> Directory {
        match self {
            Self::AtrInfo | Self::Dir | Self::CardAccess | Self::CardSecurity => Directory::Master,
            Self::Com | Self::Sod | Self::Cvca | Self::DataGroup(_) => Directory::Application,
        }
    }

    /// The file of `directory` with file identifier `fid`.
    pub fn from_fid(directory: Directory, fid: u16) -> Option<Self> {
        Self::all().find(|file| file.directory() == directory && file.fid() == fid)
    }

    /// File identifier.
    pub fn fid(self) -> u16 {
        match self {
            Self::AtrInfo => 0x2F01,
            Self::Dir => 0x2F00,
            Self::CardAccess | Self::Cvca => 0x011C,
            Self::CardSecurity | Self::Sod => 0x011D,
            Self::Com => 0x011E,
            Self::DataGroup(group) => 0x0100 | u16::from(group.number()),
        }
    }

    /// Short file identifier.
    pub fn sfi(self) -> u8 {
        match self {
            Self::AtrInfo => 0x01,
            Self::Dir | Self::Com => 0x1E,
            Self::CardAccess | Self::Cvca => 0x1C,
            Self::CardSecurity | Self::Sod => 0x1D,
            Self::DataGroup(group) => group.number(),
        }
    }

    /// The tag of the file's first object. EF.ATR/INFO, EF.DIR and EF.CVCA may hold several
    /// objects; the others hold one.
    pub fn tag(self) -> u8 {
        match self {
            Self::AtrInfo => 0x47,
            Self::Dir => 0x61,
            Self::CardAccess => 0x31,
            Self::CardSecurity => 0x30,
            Self::Com => 0x60,
            Self::Sod => 0x77,
            Self::Cvca => 0x42,
            Self::DataGroup(group) => group.tag(),
        }
    }

    /// The name under which the file is kept on disk, without ending (`EF_DG1`, `EF_ATR_INFO`).
    pub fn file_name(self) -> String {
        match self {
            Self::AtrInfo => "EF_ATR_INFO".to_owned(),
            Self::Dir => "EF_DIR".to_owned(),
            Self::CardAccess => "EF_CardAccess".to_owned(),
            Self::CardSecurity => "EF_CardSecurity".to_owned(),
            Self::Com => "EF_COM".to_owned(),
            Self::Sod => "EF_SOD".to_owned(),
            Self::Cvca => "EF_CVCA".to_owned(),
            Self::DataGroup(group) => format!("EF_{group}"),
        }
    }
}

impl fmt::Display for ElementaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtrInfo => f.write_str("EF.ATR/INFO"),
            Self::Dir => f.write_str("EF.DIR"),
            Self::CardAccess => f.write_str("EF.CardAccess"),
            Self::CardSecurity => f.write_str("EF.CardSecurity"),
            Self::Com => f.write_str("EF.COM"),
            Self::Sod => f.write_str("EF.SOD"),
            Self::Cvca => f.write_str("EF.CVCA"),
            Self::DataGroup(group) => write!(f, "EF.{group}"),
        }
    }
}

impl fmt::Debug for ElementaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
