//! `SecurityInfos` (9303-11 §9.2), the content of EF.CardAccess, DG14 and EF.CardSecurity.
//!
//! ```text
//! SecurityInfos ::= SET OF SecurityInfo
//! SecurityInfo ::= SEQUENCE { protocol OID, requiredData ANY, optionalData ANY OPTIONAL }
//! ```
//! Reading keeps infos that we do not know; writing sorts the set as DER demands.

use der::asn1::ObjectIdentifier;

use crate::oid;
use crate::tlv::{self, Reader, TlvError};

const SET: u16 = 0x31;
const SEQUENCE: u16 = 0x30;
const INTEGER: u16 = 0x02;
const BIT_STRING: u16 = 0x03;
const OCTET_STRING: u16 = 0x04;
const OID: u16 = 0x06;

/// Why bytes are not `SecurityInfos`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecurityInfoError {
    /// The TLV structure is broken.
    #[error("the SecurityInfos are malformed: {0}")]
    Tlv(#[from] TlvError),
    /// An object identifier that is none.
    #[error("the SecurityInfos hold a malformed object identifier")]
    ObjectIdentifier,
    /// A number that is negative or longer than 63 bits.
    #[error("the SecurityInfos hold a number that is negative or too large")]
    Integer,
    /// A known info whose data does not have the form of its protocol.
    #[error("the SecurityInfo of protocol {protocol} does not have the form of 9303-11 §9.2")]
    Malformed {
        /// The protocol.
        protocol: ObjectIdentifier,
    },
}

/// A set of infos.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityInfos {
    /// The infos, in the order in which they were read or given.
    pub infos: Vec<SecurityInfo>,
}

/// One info.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecurityInfo {
    /// `PACEInfo`.
    Pace(PaceInfo),
    /// `PACEDomainParameterInfo`.
    PaceDomainParameters(PaceDomainParameterInfo),
    /// `ChipAuthenticationInfo`.
    ChipAuthentication(ChipAuthenticationInfo),
    /// `ChipAuthenticationPublicKeyInfo`.
    ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo),
    /// `TerminalAuthenticationInfo`.
    TerminalAuthentication(TerminalAuthenticationInfo),
    /// `ActiveAuthenticationInfo`.
    ActiveAuthentication(ActiveAuthenticationInfo),
    /// `EFDIRInfo`: the content of EF.DIR.
    EfDir(Vec<u8>),
    /// An info of a protocol that is not ICAO's.
    Other(OtherInfo),
}

/// A PACE protocol that the chip offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaceInfo {
    /// 0.4.0.127.0.7.2.2.4.x.y: mapping and cipher.
    pub protocol: ObjectIdentifier,
    /// 2.
    pub version: u64,
    /// Standardised domain parameters, or the id of a [`PaceDomainParameterInfo`].
    pub parameter_id: Option<u64>,
}

/// Domain parameters written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    /// 0.4.0.127.0.7.2.2.4.x.
    pub protocol: ObjectIdentifier,
    /// DER of the `AlgorithmIdentifier`.
    pub domain_parameter: Vec<u8>,
    /// The id that [`PaceInfo`]s refer to.
    pub parameter_id: Option<u64>,
}

/// A chip authentication protocol that the chip offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChipAuthenticationInfo {
    /// 0.4.0.127.0.7.2.2.3.x.y: key agreement and cipher.
    pub protocol: ObjectIdentifier,
    /// 1 for the version of ICAO.
    pub version: u64,
    /// Which key, where there are several.
    pub key_id: Option<u64>,
}

/// The chip's static public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// `id-PK-DH` or `id-PK-ECDH`.
    pub protocol: ObjectIdentifier,
    /// The key.
    pub public_key: SubjectPublicKey,
    /// Which key, where there are several; for PACE-CAM the domain parameter id.
    pub key_id: Option<u64>,
}

/// A `SubjectPublicKeyInfo` taken apart as far as every algorithm has it in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPublicKey {
    /// The algorithm.
    pub algorithm: ObjectIdentifier,
    /// DER of the parameters, empty if there are none.
    pub parameters: Vec<u8>,
    /// The key's bits: for elliptic curves the point `04‖x‖y`.
    pub key: Vec<u8>,
}

/// Terminal authentication is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TerminalAuthenticationInfo {
    /// 1 for the version of ICAO.
    pub version: u64,
    /// Where EF.CVCA is, if not at 011C.
    pub ef_cvca: Option<FileId>,
}

impl TerminalAuthenticationInfo {
    /// Version 1, with EF.CVCA at its usual place (011C, short 1C) written out.
    pub fn version_1() -> Self {
        Self {
            version: 1,
            ef_cvca: Some(FileId {
                fid: 0x011C,
                sfi: Some(0x1C),
            }),
        }
    }
}

/// A file identifier and its short one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileId {
    /// File identifier.
    pub fid: u16,
    /// Short file identifier.
    pub sfi: Option<u8>,
}

/// Active authentication with ECDSA is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActiveAuthenticationInfo {
    /// 1.
    pub version: u64,
    /// Signature algorithm.
    pub signature_algorithm: ObjectIdentifier,
}

/// An info kept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherInfo {
    /// The protocol.
    pub protocol: ObjectIdentifier,
    /// DER of the required and optional data.
    pub data: Vec<u8>,
}

impl SecurityInfos {
    /// Reads the one SET that fills `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, SecurityInfoError> {
        Self::parse_content(tlv::parse_exact(bytes, SET)?)
    }

    /// Reads the SET at the start of a file, which padding may follow.
    pub fn parse_file(bytes: &[u8]) -> Result<Self, SecurityInfoError> {
        Self::parse_content(tlv::parse_padded(bytes, SET)?.value)
    }

    fn parse_content(content: &[u8]) -> Result<Self, SecurityInfoError> {
        let mut reader = Reader::new(content);
        let mut infos = Vec::new();
        while let Some(element) = reader.next_element()? {
            if element.tag != SEQUENCE {
                let found = element.tag;
                return Err(TlvError::UnexpectedTag {
                    expected: SEQUENCE,
                    found,
                }
                .into());
            }
            infos.push(SecurityInfo::parse_content(element.value)?);
        }
        Ok(Self { infos })
    }

    /// DER, the elements sorted by their encoding.
    pub fn to_der(&self) -> Vec<u8> {
        let mut elements: Vec<_> = self.infos.iter().map(SecurityInfo::to_der).collect();
        elements.sort();
        tlv::encode(SET, &elements.concat())
    }

    /// The PACE protocols offered.
    pub fn pace(&self) -> impl Iterator<Item = &PaceInfo> {
        self.infos.iter().filter_map(|info| match info {
            SecurityInfo::Pace(pace) => Some(pace),
            _ => None,
        })
    }

    /// The chip authentication protocols offered.
    pub fn chip_authentication(&self) -> impl Iterator<Item = &ChipAuthenticationInfo> {
        self.infos.iter().filter_map(|info| match info {
            SecurityInfo::ChipAuthentication(info) => Some(info),
            _ => None,
        })
    }

    /// The chip's static public keys.
    pub fn chip_authentication_keys(
        &self,
    ) -> impl Iterator<Item = &ChipAuthenticationPublicKeyInfo> {
        self.infos.iter().filter_map(|info| match info {
            SecurityInfo::ChipAuthenticationPublicKey(key) => Some(key),
            _ => None,
        })
    }

    /// How an ECDSA key of active authentication signs.
    pub fn active_authentication(&self) -> impl Iterator<Item = &ActiveAuthenticationInfo> {
        self.infos.iter().filter_map(|info| match info {
            SecurityInfo::ActiveAuthentication(info) => Some(info),
            _ => None,
        })
    }

    /// Terminal authentication, if it is offered.
    pub fn terminal_authentication(&self) -> Option<&TerminalAuthenticationInfo> {
        self.infos.iter().find_map(|info| match info {
            SecurityInfo::TerminalAuthentication(info) => Some(info),
            _ => None,
        })
    }

    /// Whether every info of `other` stands here too: a chip whose EF.CardAccess lists what the
    /// signed DG14 does not is offering a weaker protocol than it was issued with.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.infos.iter().all(|info| self.infos.contains(info))
    }
}

impl SecurityInfo {
    /// The protocol's object identifier.
    pub fn protocol(&self) -> ObjectIdentifier {
        match self {
            Self::Pace(info) => info.protocol,
            Self::PaceDomainParameters(info) => info.protocol,
            Self::ChipAuthentication(info) => info.protocol,
            Self::ChipAuthenticationPublicKey(info) => info.protocol,
            Self::TerminalAuthentication(_) => oid::TERMINAL_AUTHENTICATION,
            Self::ActiveAuthentication(_) => oid::ACTIVE_AUTHENTICATION,
            Self::EfDir(_) => oid::EF_DIR,
            Self::Other(info) => info.protocol,
        }
    }

    fn parse_content(content: &[u8]) -> Result<Self, SecurityInfoError> {
        let mut reader = Reader::new(content);
        let protocol = object_identifier(reader.expect(OID)?)?;
        let data = reader.rest();
        let malformed = |_| SecurityInfoError::Malformed { protocol };
        Self::parse_known(protocol, reader)
            .map_err(malformed)?
            .map_or_else(
                || {
                    Ok(Self::Other(OtherInfo {
                        protocol,
                        data: data.to_vec(),
                    }))
                },
                Ok,
            )
    }

    /// `None` for a protocol that is not ICAO's.
    fn parse_known(
        protocol: ObjectIdentifier,
        mut reader: Reader<'_>,
    ) -> Result<Option<Self>, SecurityInfoError> {
        let info = match (Family::of(protocol), protocol) {
            (Some((Family::Pace, 2)), _) => {
                let version = integer(reader.expect(INTEGER)?)?;
                let parameter_id = optional_integer(&mut reader)?;
                Self::Pace(PaceInfo {
                    protocol,
                    version,
                    parameter_id,
                })
            }
            (Some((Family::Pace, 1)), _) => {
                let domain_parameter = reader.expect_element(SEQUENCE)?.raw.to_vec();
                let parameter_id = optional_integer(&mut reader)?;
                Self::PaceDomainParameters(PaceDomainParameterInfo {
                    protocol,
                    domain_parameter,
                    parameter_id,
                })
            }
            (Some((Family::ChipAuthentication, 2)), _) => {
                let version = integer(reader.expect(INTEGER)?)?;
                let key_id = optional_integer(&mut reader)?;
                Self::ChipAuthentication(ChipAuthenticationInfo {
                    protocol,
                    version,
                    key_id,
                })
            }
            (_, oid::CHIP_AUTHENTICATION_KEY_DH | oid::CHIP_AUTHENTICATION_KEY_ECDH) => {
                let public_key = SubjectPublicKey::parse(reader.expect_element(SEQUENCE)?.raw)?;
                let key_id = optional_integer(&mut reader)?;
                Self::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                    protocol,
                    public_key,
                    key_id,
                })
            }
            (_, oid::TERMINAL_AUTHENTICATION) => {
                let version = integer(reader.expect(INTEGER)?)?;
                let ef_cvca = reader.optional(SEQUENCE)?.map(FileId::parse).transpose()?;
                Self::TerminalAuthentication(TerminalAuthenticationInfo { version, ef_cvca })
            }
            (_, oid::ACTIVE_AUTHENTICATION) => {
                let version = integer(reader.expect(INTEGER)?)?;
                let signature_algorithm = object_identifier(reader.expect(OID)?)?;
                Self::ActiveAuthentication(ActiveAuthenticationInfo {
                    version,
                    signature_algorithm,
                })
            }
            (_, oid::EF_DIR) => Self::EfDir(reader.expect(OCTET_STRING)?.to_vec()),
            _ => return Ok(None),
        };
        reader.finish()?;
        Ok(Some(info))
    }

    /// DER of the SEQUENCE.
    pub fn to_der(&self) -> Vec<u8> {
        let protocol = tlv::encode(OID, self.protocol().as_bytes());
        let (required, optional) = match self {
            Self::Pace(info) => (
                encode_integer(info.version),
                encode_optional(info.parameter_id),
            ),
            Self::PaceDomainParameters(info) => (
                info.domain_parameter.clone(),
                encode_optional(info.parameter_id),
            ),
            Self::ChipAuthentication(info) => {
                (encode_integer(info.version), encode_optional(info.key_id))
            }
            Self::ChipAuthenticationPublicKey(info) => {
                (info.public_key.to_der(), encode_optional(info.key_id))
            }
            Self::TerminalAuthentication(info) => (
                encode_integer(info.version),
                info.ef_cvca.map(FileId::to_der).unwrap_or_default(),
            ),
            Self::ActiveAuthentication(info) => (
                encode_integer(info.version),
                tlv::encode(OID, info.signature_algorithm.as_bytes()),
            ),
            Self::EfDir(content) => (tlv::encode(OCTET_STRING, content), Vec::new()),
            Self::Other(info) => (info.data.clone(), Vec::new()),
        };
        tlv::encode_constructed(SEQUENCE, &[&protocol, &required, &optional])
    }
}

/// Which family of protocols an identifier belongs to, and how many arcs follow the family's.
enum Family {
    Pace,
    ChipAuthentication,
}

impl Family {
    fn of(protocol: ObjectIdentifier) -> Option<(Self, usize)> {
        let below = |family: ObjectIdentifier| {
            // Each arc of these protocols is one byte.
            protocol
                .as_bytes()
                .strip_prefix(family.as_bytes())
                .map(<[u8]>::len)
        };
        let pace = below(oid::PACE).map(|arcs| (Self::Pace, arcs));
        pace.or_else(|| below(oid::CHIP_AUTHENTICATION).map(|a| (Self::ChipAuthentication, a)))
    }
}

impl SubjectPublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`; algorithm and curve are not judged here.
    pub fn parse(der: &[u8]) -> Result<Self, SecurityInfoError> {
        let mut reader = Reader::new(tlv::parse_exact(der, SEQUENCE)?);
        let mut algorithm = Reader::new(reader.expect(SEQUENCE)?);
        let oid = object_identifier(algorithm.expect(OID)?)?;
        let parameters = algorithm
            .next_element()?
            .map(|p| p.raw.to_vec())
            .unwrap_or_default();
        algorithm.finish()?;
        let bits = reader.expect(BIT_STRING)?;
        reader.finish()?;
        match bits.split_first() {
            Some((0, key)) => Ok(Self {
                algorithm: oid,
                parameters,
                key: key.to_vec(),
            }),
            _ => Err(SecurityInfoError::Malformed { protocol: oid }),
        }
    }

    /// A key on standardised domain parameters (9303-11 table 6), which is the short form.
    pub fn standardised(parameter_id: u8, point: &[u8]) -> Self {
        Self {
            algorithm: oid::STANDARDISED_DOMAIN_PARAMETERS,
            parameters: encode_integer(parameter_id.into()),
            key: point.to_vec(),
        }
    }

    /// The standardised domain parameter id, if the key names its parameters so.
    pub fn standardised_parameter_id(&self) -> Option<u64> {
        if self.algorithm != oid::STANDARDISED_DOMAIN_PARAMETERS {
            return None;
        }
        integer(tlv::parse_exact(&self.parameters, INTEGER).ok()?).ok()
    }

    /// DER of the `SubjectPublicKeyInfo`.
    pub fn to_der(&self) -> Vec<u8> {
        let algorithm = tlv::encode(OID, self.algorithm.as_bytes());
        let algorithm = tlv::encode_constructed(SEQUENCE, &[&algorithm, &self.parameters]);
        let bits = tlv::encode_constructed(BIT_STRING, &[&[0], &self.key]);
        tlv::encode_constructed(SEQUENCE, &[&algorithm, &bits])
    }
}

impl FileId {
    fn parse(content: &[u8]) -> Result<Self, SecurityInfoError> {
        let malformed = SecurityInfoError::Malformed {
            protocol: oid::TERMINAL_AUTHENTICATION,
        };
        let mut reader = Reader::new(content);
        let fid = <[u8; 2]>::try_from(reader.expect(OCTET_STRING)?).map_err(|_| malformed)?;
        let sfi = match reader.optional(OCTET_STRING)? {
            None => None,
            Some([sfi]) => Some(*sfi),
            Some(_) => return Err(malformed),
        };
        reader.finish()?;
        Ok(Self {
            fid: u16::from_be_bytes(fid),
            sfi,
        })
    }

    fn to_der(self) -> Vec<u8> {
        let fid = tlv::encode(OCTET_STRING, &self.fid.to_be_bytes());
        let sfi = self
            .sfi
            .map(|sfi| tlv::encode(OCTET_STRING, &[sfi]))
            .unwrap_or_default();
        tlv::encode_constructed(SEQUENCE, &[&fid, &sfi])
    }
}

fn object_identifier(content: &[u8]) -> Result<ObjectIdentifier, SecurityInfoError> {
    ObjectIdentifier::from_bytes(content).map_err(|_| SecurityInfoError::ObjectIdentifier)
}

/// A non-negative INTEGER of at most 63 bits.
fn integer(content: &[u8]) -> Result<u64, SecurityInfoError> {
    match content {
        [0..=0x7F, rest @ ..] if rest.len() < 8 => Ok(content
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte))),
        _ => Err(SecurityInfoError::Integer),
    }
}

fn optional_integer(reader: &mut Reader<'_>) -> Result<Option<u64>, SecurityInfoError> {
    reader.optional(INTEGER)?.map(integer).transpose()
}

fn encode_integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    let significant = &bytes[zeros..];
    // A leading zero byte keeps a set first bit from reading as a sign.
    let sign: &[u8] = if significant[0] >= 0x80 { &[0] } else { &[] };
    tlv::encode_constructed(INTEGER, &[sign, significant])
}

fn encode_optional(value: Option<u64>) -> Vec<u8> {
    value.map(encode_integer).unwrap_or_default()
}
