//! The one list of typed identifiers: an `OrderId` cannot be passed where a `BlankId` is asked for.

use std::{fmt, str::FromStr};

use rand::CryptoRng;
use thiserror::Error;

/// Length of every identifier in bytes.
pub const LEN: usize = 16;

/// A text or a byte string that is not an identifier. For the developer and the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a {kind}: 32 hexadecimal digits (16 bytes) are expected, found {found} bytes")]
pub struct BadId {
    kind: &'static str,
    found: usize,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; LEN]);

        impl $name {
            /// A new identifier: 128 random bits, without order or meaning.
            pub fn generate(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; LEN];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// The identifier that has these bytes.
            pub const fn from_bytes(bytes: [u8; LEN]) -> Self {
                Self(bytes)
            }

            /// The sixteen bytes, as they travel in tickets and requests.
            pub const fn as_bytes(&self) -> &[u8; LEN] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let mut bytes = [0; LEN];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| BadId { kind: stringify!($name), found: text.len() / 2 })?;
                Ok(Self(bytes))
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = BadId;

            fn try_from(bytes: &[u8]) -> Result<Self, BadId> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| BadId { kind: stringify!($name), found: bytes.len() })
            }
        }
    )*};
}

ids! {
    /// One act in the audit: its intent and its outcome share it.
    ActId;
    /// One alarm of the fleet.
    AlarmId;
    /// Cards that one worker makes one after another for one destination.
    BatchId;
    /// One card blank in the stock.
    BlankId;
    /// One box of a delivery of blanks.
    BoxId;
    /// One delivery of blanks by their maker.
    DeliveryId;
    /// Blanks that two persons destroyed together.
    DestructionId;
    /// A device whose key signs handovers.
    DeviceId;
    /// Something that is not as it should be with a shipment.
    DiscrepancyId;
    /// Something that a device says took place: sent again, it is known.
    EventId;
    /// The right to work on one attempt until a given time.
    LeaseToken;
    /// One notice to an applicant.
    NoticeId;
    /// What was ordered for one person: one document, however many attempts it takes.
    OrderId;
    /// A picture of what is damaged.
    PhotographId;
    /// One shift at one line.
    ShiftId;
    /// One bag or box on its way from the centre to an office.
    ShipmentId;
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn text_and_bytes_give_the_same_id_back() {
        let id = OrderId::generate(&mut StdRng::seed_from_u64(1));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(OrderId::try_from(&id.as_bytes()[..]), Ok(id));
    }

    #[test]
    fn other_lengths_and_letters_are_refused() {
        for text in [
            "",
            "00",
            "zz112233445566778899aabbccddeeff",
            &"0".repeat(34),
        ] {
            assert!(text.parse::<BlankId>().is_err(), "{text}");
        }
        assert_eq!(
            BlankId::try_from(&[0; 15][..]),
            Err(BadId {
                kind: "BlankId",
                found: 15
            })
        );
    }
}
