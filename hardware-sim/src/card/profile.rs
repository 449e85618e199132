//! Card profiles: which protocols a chip offers. The maker writes the profile into the chip, once.

use std::fmt;
use std::str::FromStr;

use super::layout;
use super::memory::Memory;

/// Which protocols a chip offers; the byte is what its memory holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Profile {
    /// Our identity card: PACE and chip authentication, no basic access control, no active
    /// authentication.
    #[default]
    IdentityCard = 0x00,
    /// A passport from before PACE: basic access control, active authentication, and chip
    /// authentication where its key was made.
    BacPassport = 0x01,
    /// A passport of the years between: PACE, basic access control for readers that know nothing
    /// better, active and chip authentication.
    Passport = 0x02,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 3] = [Self::IdentityCard, Self::BacPassport, Self::Passport];

    /// The name on the command line and in a delivery file.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentityCard => "identity-card",
            Self::BacPassport => "bac-passport",
            Self::Passport => "passport",
        }
    }

    /// The profile of a chip. An unknown byte offers what every chip of ours can be opened with.
    pub(super) fn of(memory: &Memory) -> Self {
        let byte = memory.byte(layout::PROFILE);
        Self::ALL
            .into_iter()
            .find(|profile| *profile as u8 == byte)
            .unwrap_or_default()
    }

    /// Whether the chip opens to PACE.
    pub fn offers_pace(self) -> bool {
        self != Self::BacPassport
    }

    /// Whether the chip opens to basic access control.
    pub fn offers_basic_access(self) -> bool {
        self != Self::IdentityCard
    }

    /// Whether the chip signs challenges.
    pub fn offers_active_authentication(self) -> bool {
        self != Self::IdentityCard
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no card profile of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no card profile {name}; take identity-card, bac-passport or passport")]
pub struct UnknownProfile {
    /// The name that was given.
    pub name: String,
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| UnknownProfile {
                name: name.to_owned(),
            })
    }
}
