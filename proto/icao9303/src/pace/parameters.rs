//! Which variant of PACE to use: what EF.CardAccess offers, narrowed to what we speak (9303-11 §4.4, §9.5).

use der::asn1::ObjectIdentifier;

use crate::crypto::cipher::AesSize;
use crate::crypto::curve::CurveId;
use crate::oid;
use crate::security_info::{PaceInfo, SecurityInfos};

/// How the nonce becomes a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mapping {
    /// Generic mapping: a Diffie-Hellman secret is added.
    Generic,
    /// Generic mapping, and a proof that the chip holds its signed key.
    ChipAuthentication,
}

/// Why a `PACEInfo`, or a whole EF.CardAccess, is of no use to us. The text names what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSupported {
    /// EF.CardAccess has no `PACEInfo`.
    #[error("not supported: the chip offers no PACE")]
    NoPace,
    /// The object identifier is none of PACE.
    #[error("not supported: PACE protocol {oid}")]
    Protocol {
        /// Its object identifier.
        oid: ObjectIdentifier,
    },
    /// A mapping that we do not speak.
    #[error("not supported: PACE with {name}")]
    Mapping {
        /// Its name.
        name: &'static str,
    },
    /// Triple DES.
    #[error("not supported: PACE with 3DES secure messaging")]
    Cipher,
    /// Another version than 2.
    #[error("not supported: version {version} of PACE")]
    Version {
        /// The version.
        version: u64,
    },
    /// A curve that we do not speak, or no standardised one.
    #[error("not supported: PACE with domain parameter id {id:?}")]
    DomainParameters {
        /// The id; none stands for proprietary parameters.
        id: Option<u64>,
    },
}

/// One offered variant that we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceParameters {
    oid: ObjectIdentifier,
    mapping: Mapping,
    cipher: AesSize,
    curve: CurveId,
    ambiguous: bool,
}

impl PaceParameters {
    /// Reads one `PACEInfo`, as if it were the only one.
    pub fn from_info(info: &PaceInfo) -> Result<Self, NotSupported> {
        let oid = info.protocol;
        let arcs = oid.as_bytes().strip_prefix(oid::PACE.as_bytes());
        let Some(&[mapping, cipher]) = arcs else {
            return Err(NotSupported::Protocol { oid });
        };
        if info.version != 2 {
            return Err(NotSupported::Version {
                version: info.version,
            });
        }
        let mapping = match mapping {
            1 => {
                return Err(NotSupported::Mapping {
                    name: "Diffie-Hellman generic mapping",
                });
            }
            2 => Mapping::Generic,
            3 => {
                return Err(NotSupported::Mapping {
                    name: "Diffie-Hellman integrated mapping",
                });
            }
            4 => {
                return Err(NotSupported::Mapping {
                    name: "integrated mapping",
                });
            }
            6 => Mapping::ChipAuthentication,
            _ => return Err(NotSupported::Protocol { oid }),
        };
        let cipher = match cipher {
            1 if mapping == Mapping::Generic => return Err(NotSupported::Cipher),
            2 => AesSize::Aes128,
            3 => AesSize::Aes192,
            4 => AesSize::Aes256,
            _ => return Err(NotSupported::Protocol { oid }),
        };
        let curve = info
            .parameter_id
            .and_then(|id| CurveId::from_parameter_id(u8::try_from(id).ok()?))
            .filter(|curve| is_spoken(*curve))
            .ok_or(NotSupported::DomainParameters {
                id: info.parameter_id,
            })?;
        Ok(Self {
            oid,
            mapping,
            cipher,
            curve,
            ambiguous: false,
        })
    }

    /// All variants of EF.CardAccess that we speak, the best first: chip-authentication mapping
    /// before generic mapping, then the longer key, then the larger curve, then the chip's order.
    ///
    /// Fails with the first offer's reason if there is none.
    pub fn supported(card_access: &SecurityInfos) -> Result<Vec<Self>, NotSupported> {
        let mut ids = card_access.pace().map(|info| info.parameter_id);
        let first = ids.next();
        let ambiguous = ids.any(|id| Some(id) != first);
        let mut reason = NotSupported::NoPace;
        let mut variants = Vec::new();
        for info in card_access.pace() {
            match Self::from_info(info) {
                Ok(variant) => variants.push(Self {
                    ambiguous,
                    ..variant
                }),
                Err(error) if reason == NotSupported::NoPace => reason = error,
                Err(_) => {}
            }
        }
        let rank = |variant: &Self| {
            (
                variant.mapping,
                variant.cipher.bits(),
                variant.curve.field_bytes(),
            )
        };
        variants.sort_by_key(|variant| std::cmp::Reverse(rank(variant)));
        if variants.is_empty() {
            Err(reason)
        } else {
            Ok(variants)
        }
    }

    /// The best variant of EF.CardAccess that we speak.
    pub fn best(card_access: &SecurityInfos) -> Result<Self, NotSupported> {
        Ok(Self::supported(card_access)?[0])
    }

    /// The protocol's object identifier.
    pub fn oid(&self) -> ObjectIdentifier {
        self.oid
    }

    /// How the nonce becomes a generator.
    pub fn mapping(&self) -> Mapping {
        self.mapping
    }

    /// The key length of the session.
    pub fn cipher(&self) -> AesSize {
        self.cipher
    }

    /// The curve.
    pub fn curve(&self) -> CurveId {
        self.curve
    }

    /// Whether the chip has several sets of domain parameters, so that MSE:Set AT must name one.
    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }
}

/// Curves below 224 bits are deprecated (TR-03110-3 A.2.1.1) and not spoken.
fn is_spoken(curve: CurveId) -> bool {
    curve.field_bytes() >= 28
}
