//! Who may do what: the certificate holder authorisation template, 7F4C (TR-03110-3 appendix C.1.5, C.4).
//!
//! ```text
//! 7F4C { 06 type of terminal, 53 role (2 bits) and rights }
//! rights of an inspection system: b2 read DG4, b1 read DG3
//! ```

use std::fmt;
use std::ops::BitAnd;

use super::{CvcError, DISCRETIONARY, OBJECT_IDENTIFIER};
use crate::tlv::{self, Reader};

/// id-IS, id-AT, id-ST without the last arc: 0.4.0.127.0.7.3.1.2.
const ID_ROLES: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02];

/// What kind of terminal a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TerminalType {
    /// Of the police and at borders: the only kind that ICAO documents know.
    InspectionSystem,
    /// For online identification (German identity cards).
    AuthenticationTerminal,
    /// For qualified signatures.
    SignatureTerminal,
}

impl TerminalType {
    const ALL: [Self; 3] = [
        Self::InspectionSystem,
        Self::AuthenticationTerminal,
        Self::SignatureTerminal,
    ];

    fn arc(self) -> u8 {
        match self {
            Self::InspectionSystem => 1,
            Self::AuthenticationTerminal => 2,
            Self::SignatureTerminal => 3,
        }
    }

    /// Bytes of role and rights.
    fn length(self) -> usize {
        match self {
            Self::InspectionSystem | Self::SignatureTerminal => 1,
            Self::AuthenticationTerminal => 5,
        }
    }
}

/// The two bits of the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Country verifying certification authority: the trust point.
    Cvca,
    /// Document verifier of the state whose documents it reads.
    DomesticDocumentVerifier,
    /// Document verifier of another state.
    ForeignDocumentVerifier,
    /// Inspection system (or other terminal).
    Terminal,
}

impl Role {
    fn bits(self) -> u64 {
        match self {
            Self::Cvca => 0b11,
            Self::DomesticDocumentVerifier => 0b10,
            Self::ForeignDocumentVerifier => 0b01,
            Self::Terminal => 0b00,
        }
    }

    fn from_bits(bits: u64) -> Self {
        match bits & 0b11 {
            0b11 => Self::Cvca,
            0b10 => Self::DomesticDocumentVerifier,
            0b01 => Self::ForeignDocumentVerifier,
            _ => Self::Terminal,
        }
    }

    /// Either kind of document verifier.
    pub fn is_document_verifier(self) -> bool {
        matches!(
            self,
            Self::DomesticDocumentVerifier | Self::ForeignDocumentVerifier
        )
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cvca => "a country verifying certification authority",
            Self::DomesticDocumentVerifier => "a domestic document verifier",
            Self::ForeignDocumentVerifier => "a foreign document verifier",
            Self::Terminal => "a terminal",
        })
    }
}

/// Rights, a bit each; for inspection systems the constants below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Rights(u64);

impl Rights {
    /// None.
    pub const NONE: Self = Self(0);
    /// Read the fingers.
    pub const READ_DG3: Self = Self(0b01);
    /// Read the irises.
    pub const READ_DG4: Self = Self(0b10);
    /// Both.
    pub const READ_DG3_DG4: Self = Self(0b11);

    /// The rights with these bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Whether all of `other` are among these.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a chain of certificates leaves of the rights (TR-03110-3 §2.7).
impl BitAnd for Rights {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Role and rights of a certificate's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HolderAuthorization {
    /// The kind of terminal that the certificate's chain ends in.
    pub terminal: TerminalType,
    /// The holder's place in the chain.
    pub role: Role,
    /// The holder's rights, to use or to give.
    pub rights: Rights,
}

impl HolderAuthorization {
    /// For a chain of inspection systems.
    pub fn inspection(role: Role, rights: Rights) -> Self {
        Self {
            terminal: TerminalType::InspectionSystem,
            role,
            rights,
        }
    }

    /// Role and rights as they stand in object 53.
    pub fn template(&self) -> Vec<u8> {
        let length = self.terminal.length();
        let role_at = 8 * length - 2;
        let value = self.role.bits() << role_at | self.rights.0 & ((1 << role_at) - 1);
        value.to_be_bytes()[8 - length..].to_vec()
    }

    /// The content of 7F4C.
    pub(super) fn encode(&self) -> Vec<u8> {
        let oid = [&ID_ROLES[..], &[self.terminal.arc()]].concat();
        let mut content = tlv::encode(OBJECT_IDENTIFIER, &oid);
        tlv::push(&mut content, DISCRETIONARY, &self.template());
        content
    }

    /// Reads the content of 7F4C.
    pub(super) fn parse(content: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(content);
        let oid = reader.expect(OBJECT_IDENTIFIER)?;
        let template = reader.expect(DISCRETIONARY)?;
        reader.finish()?;
        let terminal = TerminalType::ALL
            .into_iter()
            .find(|kind| oid.strip_prefix(&ID_ROLES) == Some(&[kind.arc()]))
            .ok_or(CvcError::Authorization)?;
        if template.len() != terminal.length() {
            return Err(CvcError::Authorization);
        }
        let value = template
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        let role_at = 8 * template.len() - 2;
        Ok(Self {
            terminal,
            role: Role::from_bits(value >> role_at),
            rights: Rights(value & ((1 << role_at) - 1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Standards sheet: CVCA C3 or C1, DV 81 or 41, IS 01.
    #[test]
    fn the_bytes_of_roles_and_rights() {
        for (byte, role, rights) in [
            (0xC3, Role::Cvca, Rights::READ_DG3_DG4),
            (0xC1, Role::Cvca, Rights::READ_DG3),
            (0x81, Role::DomesticDocumentVerifier, Rights::READ_DG3),
            (0x41, Role::ForeignDocumentVerifier, Rights::READ_DG3),
            (0x01, Role::Terminal, Rights::READ_DG3),
        ] {
            let holder = HolderAuthorization::inspection(role, rights);
            assert_eq!(holder.template(), [byte]);
            assert_eq!(
                HolderAuthorization::parse(&holder.encode()).unwrap(),
                holder
            );
        }
        let none = Rights::READ_DG3 & Rights::READ_DG4;
        assert!(!none.contains(Rights::READ_DG3));
    }
}
