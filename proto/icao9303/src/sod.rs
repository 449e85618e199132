//! EF.SOD, the document security object (9303-10 §4.6.2): the signed list of data group hashes.
//!
//! ```text
//! 77 { ContentInfo(SignedData) }
//! LDSSecurityObject ::= SEQUENCE { version INTEGER { v0(0), v1(1) }, hashAlgorithm,
//!   dataGroupHashValues SEQUENCE SIZE (2..16) OF SEQUENCE { dataGroupNumber INTEGER (1..16),
//!     dataGroupHashValue OCTET STRING },
//!   ldsVersionInfo SEQUENCE { ldsVersion, unicodeVersion PrintableString } OPTIONAL -- iff v1 }
//! ```

use std::collections::BTreeMap;

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

use crate::cms::{self, CmsError, SignedData, SignerReference, ToBeSigned};
use crate::lds::{DataGroup, LdsVersion, UnicodeVersion};
use crate::tlv;
use crate::x509::backward::Backward;
use crate::x509::walk::Walk;
use crate::x509::{AlgorithmError, Certificate, HashAlgorithm};

/// `id-icao-mrtd-security-ldsSecurityObject`.
pub const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");

/// The file's tag.
pub const TAG: u16 = 0x77;

/// Why the content of a security object is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LdsSecurityObjectError {
    /// Not DER, or not the structure.
    #[error("the list of data group hashes is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// Neither version 0 without nor version 1 with version information.
    #[error(
        "the list of data group hashes has version {found}, or its version information does not fit"
    )]
    Version {
        /// The version.
        found: u8,
    },
    /// The hash algorithm is not allowed.
    #[error("the data group hashes: {0}")]
    Algorithm(#[from] AlgorithmError),
    /// A data group number is not between 1 and 16, or appears twice.
    #[error("data group number {number} is impossible or listed twice")]
    Number {
        /// The number.
        number: u8,
    },
    /// A hash value is not as long as its algorithm's digests.
    #[error("the hash of {group} has {length} bytes")]
    HashLength {
        /// The data group.
        group: DataGroup,
        /// Bytes found.
        length: usize,
    },
    /// Fewer than two data groups.
    #[error("{count} data groups are listed where 2 to 16 must be")]
    Count {
        /// How many.
        count: usize,
    },
}

/// LDS and Unicode version, inside the signature since LDS 1.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LdsVersionInfo {
    /// Version of the logical data structure.
    pub lds: LdsVersion,
    /// Version of Unicode.
    pub unicode: UnicodeVersion,
}

impl LdsVersionInfo {
    /// LDS 1.8 with Unicode 4.0.0.
    pub const LDS_1_8: Self = Self {
        lds: LdsVersion::V1_8,
        unicode: UnicodeVersion::V4_0_0,
    };
}

/// The list of data group hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdsSecurityObject {
    hash: HashAlgorithm,
    hashes: BTreeMap<DataGroup, Vec<u8>>,
    version: Option<LdsVersionInfo>,
}

impl LdsSecurityObject {
    /// A list from hash values already made, by data group; version 1 iff `version` is given.
    pub fn new(
        hash: HashAlgorithm,
        hashes: BTreeMap<DataGroup, Vec<u8>>,
        version: Option<LdsVersionInfo>,
    ) -> Result<Self, LdsSecurityObjectError> {
        if !(2..=16).contains(&hashes.len()) {
            return Err(LdsSecurityObjectError::Count {
                count: hashes.len(),
            });
        }
        for (group, value) in &hashes {
            check_length(hash, *group, value)?;
        }
        Ok(Self {
            hash,
            hashes,
            version,
        })
    }

    /// Hashes complete data group files (tag, length and value).
    pub fn over<'d>(
        hash: HashAlgorithm,
        files: impl IntoIterator<Item = (DataGroup, &'d [u8])>,
        version: Option<LdsVersionInfo>,
    ) -> Result<Self, LdsSecurityObjectError> {
        let hashes = files
            .into_iter()
            .map(|(group, file)| (group, hash.digest(file)))
            .collect();
        Self::new(hash, hashes, version)
    }

    /// The hash algorithm of all data groups.
    pub fn hash_algorithm(&self) -> HashAlgorithm {
        self.hash
    }

    /// The hash values by data group.
    pub fn hashes(&self) -> &BTreeMap<DataGroup, Vec<u8>> {
        &self.hashes
    }

    /// Version information: `Some` in version 1, `None` in version 0 (LDS 1.7).
    pub fn version_info(&self) -> Option<LdsVersionInfo> {
        self.version
    }

    /// The DER encoding, data groups ascending.
    pub fn to_der(&self) -> Vec<u8> {
        let mut der = Backward::with_capacity(64 + self.hashes.len() * (self.hash.length() + 9));
        if let Some(info) = &self.version {
            der.object(0x13, info.unicode.digits());
            der.object(0x13, info.lds.digits());
            der.wrap(0x30, 0);
        }
        let list = der.mark();
        for (group, value) in self.hashes.iter().rev() {
            let entry = der.mark();
            der.object(0x04, value);
            der.put(&[0x02, 0x01, group.number()]);
            der.wrap(0x30, entry);
        }
        der.wrap(0x30, list);
        der.put(self.hash.identifier());
        der.put(&[0x02, 0x01, u8::from(self.version.is_some())]);
        der.wrap(0x30, 0);
        der.finish()
    }

    /// Reads the DER encoding. Who signs what is read here compares [`Self::to_der`] with the input
    /// first, so that nothing is signed that this parser passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsSecurityObjectError> {
        let mut walk = Walk::into_object(bytes, Tag::Sequence)?;
        let version = walk.small_integer()?;
        let hash = HashAlgorithm::parse(walk.raw_of(Tag::Sequence)?)?;
        let mut values = walk.enter(Tag::Sequence)?;
        let mut hashes = BTreeMap::new();
        while !values.is_finished() {
            let mut entry = values.enter(Tag::Sequence)?;
            let number = entry.small_integer()?;
            let value = entry.value(Tag::OctetString)?.to_vec();
            entry.finish()?;
            let impossible = LdsSecurityObjectError::Number { number };
            let group = DataGroup::from_number(number).ok_or(impossible.clone())?;
            if hashes.insert(group, value).is_some() {
                return Err(impossible);
            }
        }
        let info = if walk.is_finished() {
            None
        } else {
            Some(parse_version(&mut walk)?)
        };
        walk.finish()?;
        if version != u8::from(info.is_some()) {
            return Err(LdsSecurityObjectError::Version { found: version });
        }
        Self::new(hash, hashes, info)
    }
}

fn check_length(
    hash: HashAlgorithm,
    group: DataGroup,
    value: &[u8],
) -> Result<(), LdsSecurityObjectError> {
    if value.len() == hash.length() {
        return Ok(());
    }
    Err(LdsSecurityObjectError::HashLength {
        group,
        length: value.len(),
    })
}

fn parse_version(walk: &mut Walk<'_>) -> der::Result<LdsVersionInfo> {
    let mut info = walk.enter(Tag::Sequence)?;
    let not_digits = || Tag::PrintableString.value_error();
    let lds = LdsVersion::from_digits(info.value(Tag::PrintableString)?).ok_or_else(not_digits)?;
    let unicode = info.value(Tag::PrintableString)?;
    let unicode = UnicodeVersion::from_digits(unicode).ok_or_else(not_digits)?;
    info.finish()?;
    Ok(LdsVersionInfo { lds, unicode })
}

/// Prepares a security object for signing with the key of `signer`.
pub fn prepare<'c>(
    content: &LdsSecurityObject,
    signer: &'c Certificate,
    hash: HashAlgorithm,
    signing_time: Option<OffsetDateTime>,
) -> ToBeSigned<'c> {
    cms::prepare(
        LDS_SECURITY_OBJECT,
        content.to_der(),
        signer,
        hash,
        signing_time,
    )
}

/// The file EF.SOD from what was prepared and its signature (DER `SEQUENCE { r, s }`). The signature
/// is not verified here: see [`verify_assembled`].
pub fn assemble(prepared: &ToBeSigned<'_>, signature: &[u8]) -> Vec<u8> {
    let object = prepared.assemble(SignerReference::IssuerAndSerial, signature, &[]);
    tlv::encode(TAG, &object)
}

/// Why a finished security object is not released.
#[derive(Debug, thiserror::Error)]
pub enum SodError {
    /// The file is not tag 77 around a signed object, or bytes follow.
    #[error("EF.SOD: {0}")]
    Tlv(#[from] tlv::TlvError),
    /// The signed object cannot be read.
    #[error("EF.SOD: {0}")]
    Cms(#[from] CmsError),
    /// Content, attributes or algorithms do not fit.
    #[error("EF.SOD: {0}")]
    Content(#[from] cms::ContentError),
    /// The content cannot be read.
    #[error("EF.SOD: {0}")]
    SecurityObject(#[from] LdsSecurityObjectError),
    /// The signature is wrong.
    #[error("EF.SOD: {0}")]
    Signature(#[from] cms::SignatureError),
}

/// A parsed EF.SOD.
#[derive(Debug, Clone)]
pub struct DocumentSecurityObject {
    signed: SignedData,
}

impl DocumentSecurityObject {
    /// Reads the file; padding may follow the object (9303-10 §3.6).
    pub fn parse(file: &[u8]) -> Result<Self, SodError> {
        let object = tlv::parse_padded(file, TAG)?;
        Ok(Self {
            signed: SignedData::parse(object.value)?,
        })
    }

    /// The signed object.
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// The list of hashes, once type, digests and attributes are consistent; the signature is not
    /// checked by this.
    pub fn security_object(&self) -> Result<LdsSecurityObject, SodError> {
        self.signed.check_content(LDS_SECURITY_OBJECT)?;
        Ok(LdsSecurityObject::parse(self.signed.content())?)
    }
}

/// Verifies a finished EF.SOD before it is released: it must be read back as `content`, signed by
/// `signer`'s key. (Trust in `signer` is not checked here.)
pub fn verify_assembled(
    file: &[u8],
    content: &LdsSecurityObject,
    signer: &Certificate,
) -> Result<(), SodError> {
    let bytes = tlv::parse_exact(file, TAG)?;
    let object = DocumentSecurityObject {
        signed: SignedData::parse(bytes)?,
    };
    if object.security_object()? != *content {
        return Err(cms::ContentError::MessageDigest.into());
    }
    object.signed.check_signature(signer)?;
    Ok(())
}
