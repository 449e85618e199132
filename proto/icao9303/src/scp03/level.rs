//! How much of the traffic is protected.

/// Security levels of SCP03; commands always carry a MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SecurityLevel {
    /// Commands authenticated.
    CommandMac = 0x01,
    /// Commands authenticated and encrypted.
    CommandEncryption = 0x03,
    /// Commands and answers authenticated.
    ResponseMac = 0x11,
    /// Commands authenticated and encrypted, answers authenticated.
    CommandEncryptionResponseMac = 0x13,
    /// Everything authenticated and encrypted.
    Full = 0x33,
}

impl SecurityLevel {
    /// All levels.
    pub const ALL: [Self; 5] = [
        Self::CommandMac,
        Self::CommandEncryption,
        Self::ResponseMac,
        Self::CommandEncryptionResponseMac,
        Self::Full,
    ];

    /// The level of a P1 byte of EXTERNAL AUTHENTICATE.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.byte() == byte)
    }

    /// P1 of EXTERNAL AUTHENTICATE.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// C-ENC.
    pub fn encrypts_commands(self) -> bool {
        self.byte() & 0x02 != 0
    }

    /// R-MAC.
    pub fn authenticates_answers(self) -> bool {
        self.byte() & 0x10 != 0
    }

    /// R-ENC.
    pub fn encrypts_answers(self) -> bool {
        self.byte() & 0x20 != 0
    }

    /// Whether a card with parameter i allows this level.
    pub(super) fn is_offered(self, parameter: u8) -> bool {
        (!self.authenticates_answers() || parameter & 0x20 != 0)
            && (!self.encrypts_answers() || parameter & 0x40 != 0)
    }
}
