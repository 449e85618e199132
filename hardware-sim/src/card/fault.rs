//! Faults on command: power that fails, answers that are wrong, chips that say nothing.

use serde::Deserialize;

use super::Lie;

/// What goes wrong, and with which APDU: 1 is the next one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Counted down with each APDU; the fault happens at zero.
    #[serde(alias = "power_loss_after_apdu", default = "next_apdu")]
    pub at_apdu: u32,
    /// What happens.
    #[serde(default)]
    pub what: What,
    /// After a power failure: whether the chip is still there and answers a reset. Otherwise it was
    /// torn out.
    #[serde(default)]
    pub returns: bool,
}

fn next_apdu() -> u32 {
    1
}

/// The kinds of fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Power fails before the chip has looked at the command.
    PowerLossBefore,
    /// Power fails when the chip writes this page of the command: 0 is before the first.
    PowerLossAtPage(u32),
    /// The chip has done everything, and its answer is lost.
    #[default]
    PowerLossAfter,
    /// The chip says nothing, this once.
    Silent,
    /// One bit of the response is flipped; counted from the first, beyond the end from there again.
    FlipBit(usize),
    /// Only this status word is answered, four hexadecimal digits.
    Status(String),
    /// The response loses so many bytes at its end.
    Truncate(usize),
    /// So many bytes come before the status word that do not belong there.
    Append(usize),
    /// From here on every answer is 256 bytes and "61 00": there is more.
    EndlessChain,
    /// From here on the chip lies about its files' lengths.
    LieLength,
    /// From here on the chip lies about lengths, and every offset has data.
    LieEndless,
}

impl What {
    /// Whether the fault stays on after the APDU it began with.
    pub fn lasts(&self) -> bool {
        matches!(self, Self::EndlessChain)
    }

    /// The lie to be told from now on.
    pub fn lie(&self) -> Option<Lie> {
        match self {
            Self::LieLength => Some(Lie::Length),
            Self::LieEndless => Some(Lie::Endless),
            _ => None,
        }
    }

    /// What becomes of a response on its way.
    pub fn spoil(&self, mut response: Vec<u8>) -> Vec<u8> {
        match self {
            Self::FlipBit(bit) if !response.is_empty() => {
                let at = bit / 8 % response.len();
                response[at] ^= 0x80 >> (bit % 8);
            }
            Self::Status(status) => response = hex::decode(status).unwrap_or_default(),
            Self::Truncate(count) => response.truncate(response.len().saturating_sub(*count)),
            Self::Append(count) => {
                let at = response.len().saturating_sub(2);
                response.splice(at..at, std::iter::repeat_n(0xA5, *count));
            }
            Self::EndlessChain => {
                response = vec![0xA5; 256];
                response.extend([0x61, 0x00]);
            }
            _ => {}
        }
        response
    }
}
