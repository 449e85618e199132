//! What a dossier held, each class of data in its own sealed row; and keyed hashes.

use dossier::Hash;
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use personalisation_core::ids::OrderId;
use sqlx::Row as _;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError,
    order::ContentKind,
    row::Columns,
    sealing::{Place, Sealer},
};

/// A class of data in a dossier. Classes are erased at different times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DossierPart {
    /// Everything but pictures: the dossier with pictures cut to their first bytes (canonical CBOR).
    Text,
    /// The station's signature over the whole: key id, content hash, r‖s.
    Proof,
    /// The portrait (JPEG).
    Portrait,
    /// The handwritten signature (PNG).
    Signature,
    /// The fingers' records, under the fingers' key.
    Fingers,
}

impl DossierPart {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Proof => "proof",
            Self::Portrait => "portrait",
            Self::Signature => "signature",
            Self::Fingers => "fingers",
        }
    }

    pub(crate) fn place(self, hash: Hash) -> Place {
        Place {
            table: "review_content",
            row: format!("{hash}:{}", self.name()),
            column: "sealed",
        }
    }
}

/// The files of the order that approval will make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedOrder {
    /// What it will be called.
    pub order: OrderId,
    /// SHA-256 of each file, for the ticket.
    pub digests: Vec<(ContentKind, [u8; 32])>,
}

impl Store {
    pub(crate) fn sealer_of_part(&self, part: DossierPart) -> Result<&Sealer, StoreError> {
        match part {
            DossierPart::Fingers => self.fingers(),
            _ => Ok(&self.sealer),
        }
    }

    /// One part of a dossier; none where it has none, or it was erased.
    pub async fn dossier_part(
        &self,
        hash: Hash,
        part: DossierPart,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        const DOING: &str = "reading a dossier's content";
        let row = sqlx::query("SELECT sealed FROM review_content WHERE hash = $1 AND kind = $2")
            .bind(&hash.as_bytes()[..])
            .bind(part.name())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get("sealed").map_err(StoreError::database(DOING))?;
        sealed
            .map(|sealed| self.sealer_of_part(part)?.open(&part.place(hash), &sealed))
            .transpose()
    }

    /// What was prepared of a dossier; none where it cannot be printed.
    pub async fn prepared_order(&self, hash: Hash) -> Result<Option<PreparedOrder>, StoreError> {
        let rows = sqlx::query(
            "SELECT order_id, kind, digest FROM review_prepared
             WHERE hash = $1 AND sealed IS NOT NULL ORDER BY kind",
        )
        .bind(&hash.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading a prepared order"))?;
        let mut prepared: Option<PreparedOrder> = None;
        for row in &rows {
            let columns = Columns {
                table: "review_prepared",
                id: hash.to_string(),
                row,
            };
            let order = columns.read("order_id", |bytes| bytes.try_into().ok())?;
            let kind = columns.word_if_any("kind", ContentKind::named)?;
            let kind = kind.ok_or_else(|| columns.bad("kind"))?;
            let digest = columns.read("digest", |bytes| bytes.try_into().ok())?;
            let prepared = prepared.get_or_insert(PreparedOrder {
                order,
                digests: Vec::new(),
            });
            if prepared.order != order {
                return Err(columns.bad("order_id"));
            }
            prepared.digests.push((kind, digest));
        }
        Ok(prepared)
    }
}

impl Sealer {
    /// HMAC-SHA-256 of `value` under a key derived from this one for `purpose`.
    pub(crate) fn keyed_hash(&self, purpose: &str, value: &[u8]) -> Result<[u8; 32], StoreError> {
        let failed = |_| StoreError::KeyedHash;
        let derived = hmac(self.key(), purpose.as_bytes()).map_err(failed)?;
        let result = hmac(&derived, value).map_err(failed)?;
        result
            .as_slice()
            .try_into()
            .map_err(|_| StoreError::KeyedHash)
    }
}

fn hmac(key: &[u8], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, openssl::error::ErrorStack> {
    let key = PKey::hmac(key)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    signer.update(value)?;
    signer.sign_to_vec().map(Zeroizing::new)
}
