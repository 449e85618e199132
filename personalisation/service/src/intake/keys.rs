//! Intake's keys in its token: those that open dossiers, and the one that signs receipts.

use std::{collections::BTreeMap, sync::Arc};

use dossier::{
    ApplicationId, Hash, KeyId, Receipt, Signed, SigningKey, StationId, Timestamp, Version,
    hpke::{ENC_LENGTH, ReceiverKey, SECRET_LENGTH},
    receipt::Outcome,
    signed::{SIGNATURE_LENGTH, SignatureError},
};
use key_custody::{
    CustodyError, EcKey, ReceivingKey, Token,
    role::{IntakeOpening, ReceiptSigning},
};
use thiserror::Error;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::config::IntakeToken;

/// What a dossier without a readable header is told to be about.
pub const NO_APPLICATION: ApplicationId = ApplicationId::from_bytes([0; 16]);

/// Why a key cannot be used. For the operator.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The token is away or refuses.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A receipt cannot be signed.
    #[error("signing a receipt: {0}")]
    Sign(#[from] SignatureError),
    /// The clock shows a year that receipts do not have.
    #[error("signing a receipt: the clock of this host is wrong; set it")]
    Clock,
}

/// What a receipt is about.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The sealed bytes.
    pub hash: Hash,
    /// Whose connection they came by.
    pub station: StationId,
    /// What the header says.
    pub application: Option<ApplicationId>,
}

/// Intake's keys.
#[derive(Debug)]
pub struct IntakeKeys {
    token: Arc<Token>,
    opening: BTreeMap<KeyId, ReceivingKey>,
    receipts: EcKey<ReceiptSigning>,
}

impl IntakeKeys {
    /// Finds the configured keys in the token.
    pub fn find(token: Arc<Token>, section: &IntakeToken) -> Result<Self, KeysError> {
        let mut opening = BTreeMap::new();
        for label in &section.opening {
            let key = token.find_ec::<IntakeOpening>(label)?;
            opening.insert(KeyId::of(key.public_key_spki()), key);
        }
        let receipts = token.find_ec(&section.receipts)?;
        Ok(Self {
            token,
            opening,
            receipts,
        })
    }

    /// The key of this name, where it is still used.
    pub fn opening(&self, key: KeyId) -> Option<Opening<'_>> {
        let key = self.opening.get(&key)?;
        Some(Opening(&self.token, key))
    }

    /// Signs a receipt. Takes a signature of the token: not for threads that must not block.
    pub fn receipt(
        &self,
        about: About,
        outcome: Outcome,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, KeysError> {
        let receipt = Receipt {
            version: Version,
            sealed: about.hash,
            station: about.station,
            application: about.application.unwrap_or(NO_APPLICATION),
            at: Timestamp::try_from(now).map_err(|_| KeysError::Clock)?,
            outcome,
        };
        let signed = Signed::sign(&receipt, &Receipts(&self.token, &self.receipts))?;
        let bytes = signed.encode().map_err(SignatureError::from)?;
        Ok(bytes.to_vec())
    }
}

/// A key that opens dossiers.
#[derive(Debug)]
pub struct Opening<'a>(&'a Token, &'a ReceivingKey);

impl ReceiverKey for Opening<'_> {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.1.public_key_spki()
    }

    fn dh(&self, point: &[u8; ENC_LENGTH]) -> Result<Zeroizing<[u8; SECRET_LENGTH]>, CustodyError> {
        self.0.agree(self.1, point)
    }
}

struct Receipts<'a>(&'a Token, &'a EcKey<ReceiptSigning>);

impl SigningKey for Receipts<'_> {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.1.public_key_spki()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], CustodyError> {
        let signature = self.0.sign_digest(self.1, digest)?;
        let found = signature.len();
        signature.try_into().map_err(|_| CustodyError::InputLength {
            act: "read a signature of the token",
            found,
            expected: SIGNATURE_LENGTH,
        })
    }
}
