//! Manifests, signed in the token of shipments.
//!
//! ```text
//! seal: state, seal, manifest in one commit ─> signed in the token ─> verified ─> signed manifest kept
//! ```
//! The signature follows the commit: a crash between the two leaves a manifest that waits, and the console signs it at its next
//! look. Two signatures of one manifest say the same.

use std::sync::Arc;

use evidence::manifest::ManifestError;
use key_custody::{CustodyError, EcKey, Token, role::ManifestSigning};
use personalisation_core::ids::ShipmentId;
use personalisation_store::{Store, StoreError, shipping::KeptManifest};
use thiserror::Error;

use crate::config::Config;

/// Manifests that are signed one after the other before somebody else has a turn.
const AT_ONCE: u32 = 1000;

/// Why there is no signed manifest. For the operator.
#[derive(Debug, Error)]
pub enum ManifestProblem {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token of `[tokens.shipping]`.
    #[error("signing a manifest: {0}")]
    Custody(#[from] CustodyError),
    /// What the token signed does not verify.
    #[error("signing the manifest of shipment {shipment}: {source}")]
    Verify {
        /// Which.
        shipment: ShipmentId,
        /// Why not.
        source: ManifestError,
    },
    /// The program ends.
    #[error("signing a manifest: the program is ending; it is signed later")]
    Ending,
}

/// The key of shipments in its token.
struct ManifestKey {
    token: Token,
    key: EcKey<ManifestSigning>,
}

/// Where manifests are signed. Clones share it.
#[derive(Clone)]
pub struct ManifestDesk {
    store: Store,
    key: Option<Arc<ManifestKey>>,
}

impl std::fmt::Debug for ManifestDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManifestDesk")
            .field("signs", &self.signs())
            .finish_non_exhaustive()
    }
}

impl ManifestDesk {
    /// With the key of `[tokens.shipping]`; without that section it signs nothing.
    pub fn open(config: &Config, store: Store) -> Result<Self, ManifestProblem> {
        let key = match config.shipping_token() {
            Some((section, token)) => {
                let token = Token::open(&token)?;
                let key = token.find_ec(&section.key)?;
                Some(Arc::new(ManifestKey { token, key }))
            }
            None => None,
        };
        Ok(Self { store, key })
    }

    /// Whether this process has a key to sign with.
    pub const fn signs(&self) -> bool {
        self.key.is_some()
    }

    /// Signs what waits for a signature, the oldest ones first. How many; what cannot be signed is told and keeps no other waiting.
    pub async fn sign_waiting(&self) -> Result<u64, ManifestProblem> {
        let Some(key) = &self.key else {
            return Ok(0);
        };
        let mut signed = 0;
        for shipment in self.store.unsigned_manifests(AT_ONCE).await? {
            match self.sign_one(key, shipment).await {
                Ok(()) => signed += 1,
                // The token, not the manifest.
                Err(error @ (ManifestProblem::Custody(_) | ManifestProblem::Ending)) => {
                    return Err(error);
                }
                Err(error) => tracing::error!(%error, %shipment, "a manifest cannot be signed"),
            }
        }
        Ok(signed)
    }

    async fn sign_one(
        &self,
        key: &Arc<ManifestKey>,
        shipment: ShipmentId,
    ) -> Result<(), ManifestProblem> {
        match self.store.shipment_manifest(shipment).await? {
            Some(kept) => self.sign(key, kept).await,
            None => Ok(()),
        }
    }

    async fn sign(
        &self,
        key: &Arc<ManifestKey>,
        kept: KeptManifest,
    ) -> Result<(), ManifestProblem> {
        let (held, digest) = (Arc::clone(key), kept.manifest.digest());
        // A token takes its time.
        let signing = move || held.token.sign_digest(&held.key, &digest);
        let signature = tokio::task::spawn_blocking(signing).await;
        let signature = signature.map_err(|_| ManifestProblem::Ending)??;
        let shipment = kept.shipment;
        let sealed_at = kept.manifest.heading().sealed_at;
        let signed = kept.manifest.seal(signature);
        // Nothing leaves that does not verify.
        signed
            .verify(key.key.public_key_spki(), sealed_at)
            .map_err(|source| ManifestProblem::Verify { shipment, source })?;
        let signed = signed.encode();
        self.store.keep_signed_manifest(shipment, &signed).await?;
        Ok(())
    }
}
