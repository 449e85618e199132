//! The curves that keys are made on.

use openssl::nid::Nid;

/// An elliptic curve of our tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256: our own programs.
    P256,
    /// NIST P-384.
    P384,
    /// brainpoolP256r1 (RFC 5639): document signers.
    BrainpoolP256r1,
    /// brainpoolP384r1 (RFC 5639): the country signing CA.
    BrainpoolP384r1,
}

impl Curve {
    /// All curves.
    pub const ALL: [Self; 4] = [
        Self::P256,
        Self::P384,
        Self::BrainpoolP256r1,
        Self::BrainpoolP384r1,
    ];

    /// DER of the curve's object identifier: `CKA_EC_PARAMS`.
    #[must_use]
    pub const fn oid_der(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7],
            Self::P384 => &[0x06, 5, 0x2B, 0x81, 4, 0, 0x22],
            Self::BrainpoolP256r1 => &[0x06, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7],
            Self::BrainpoolP384r1 => &[0x06, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 11],
        }
    }

    /// Bytes of one coordinate, and of each half of a signature.
    #[must_use]
    pub const fn coordinate_length(self) -> usize {
        match self {
            Self::P256 | Self::BrainpoolP256r1 => 32,
            Self::P384 | Self::BrainpoolP384r1 => 48,
        }
    }

    pub(crate) const fn nid(self) -> Nid {
        match self {
            Self::P256 => Nid::X9_62_PRIME256V1,
            Self::P384 => Nid::SECP384R1,
            Self::BrainpoolP256r1 => Nid::BRAINPOOL_P256R1,
            Self::BrainpoolP384r1 => Nid::BRAINPOOL_P384R1,
        }
    }
}
