//! Receipts: what the centre signs to a station about one sealed dossier.

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    ApplicationId, Body, Hash, StationId, Timestamp, Version,
    cbor::{Broken, alternative, checked::Checked},
    signed::{SignatureError, Signed},
};

/// What became of one sealed dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1: SHA-256 of the sealed bytes.
    pub sealed: Hash,
    /// 2: the station whose dossier it is.
    pub station: StationId,
    /// 3: the application in the sealed dossier's header.
    pub application: ApplicationId,
    /// 4: by the centre's clock.
    pub at: Timestamp,
    /// 5
    pub outcome: Outcome,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Outcome {
    /// 0: all bytes are there and durable; not opened yet. The station keeps its copy.
    Held,
    /// 1: opened, verified, read, durable: the only one on which the station erases.
    Accepted,
    /// 2: it cannot be used. The station keeps its copy and raises an alarm.
    Rejected(Reason),
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Held => serializer.serialize_u8(0),
            Self::Accepted => serializer.serialize_u8(1),
            Self::Rejected(reason) => alternative(serializer, 2, reason),
        }
    }
}

/// Why a dossier cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// 0: it is not a sealed dossier.
    NotSealed,
    /// 1: of a version that the centre does not know.
    Version,
    /// 2: sealed to a key that the centre does not have, or no longer.
    IntakeKey,
    /// 3: the seal does not open: changed on the way, or not what it says.
    Seal,
    /// 4: the sealed header and what is inside disagree.
    Header,
    /// 5: the station's signature is wrong, or of a key that is not the station's.
    Signature,
    /// 6: what is inside is not a dossier in canonical form and within its limits.
    Form,
    /// 7: the station was revoked before it was made.
    StationRevoked,
    /// 8: made by a clock too far from the centre's.
    Clock,
    /// 9: the clerk was not of that office, or not allowed to.
    Clerk,
    /// 10: the second person's record is missing or wrong where rules ask for one.
    SecondPerson,
    /// 11: another dossier of the same application was accepted before.
    OtherDossier,
    /// 12: the configuration that it names is unknown or was not in force.
    Configuration,
}

impl Body for Receipt {
    const WHAT: &'static str = "receipt";
    const DOMAIN: &'static str = "stempel receipt 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 512;
}

impl Checked for Receipt {
    fn check(&self) -> Result<(), Broken> {
        Ok(())
    }
}

/// Why a receipt says nothing about a dossier of ours.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Not the centre's, or malformed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// About another dossier.
    #[error(
        "the receipt is about another dossier, station or application; keep the dossier and ask again"
    )]
    Other,
}

impl Signed<Receipt> {
    /// The receipt, when the centre signed it about these sealed bytes of this station.
    pub fn verify_for(
        &self,
        spki: &[u8],
        sealed: Hash,
        station: StationId,
        application: ApplicationId,
    ) -> Result<Receipt, ReceiptError> {
        let receipt = self.verify(spki)?;
        if (receipt.sealed, receipt.station, receipt.application) == (sealed, station, application)
        {
            Ok(receipt)
        } else {
            Err(ReceiptError::Other)
        }
    }
}
