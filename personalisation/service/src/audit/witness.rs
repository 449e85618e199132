//! pki as the witness of the log: it is shown each new head, and signs what goes on from the last one that it saw.

use std::{sync::Arc, time::Duration};

use evidence::{
    head::{SignedHead, Witnessed},
    key_from_der, key_from_pem,
    merkle::Plan,
    record::is_name,
};
use key_custody::{
    Token,
    tls::{self, KeyPlace, TlsFileError},
};
use personalisation_store::{Store, StoreError};
use thiserror::Error;
use tonic::{Code, Status, transport::Channel};
use wire::audit::{SeeRequest, see_response::Said, witness_client::WitnessClient};

use super::section::WitnessSection;
use crate::channel::{self, ChannelError};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a head has no witness. For the operator.
#[derive(Debug, Error)]
pub enum WitnessError {
    /// The address.
    #[error("setting up the connection to the audit's witness: {0}; check [audit.pki]")]
    Channel(#[from] ChannelError),
    /// Our key or a certificate.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
    /// The witness's public key.
    #[error("[audit.pki] witness_key is no P-256 public key in PEM or DER")]
    Key,
    /// It cannot be reached, or cannot sign now.
    #[error("the audit's witness does not answer: {0}; the head is shown again")]
    Unavailable(String),
    /// It refused: what it saw before contradicts what it is shown now.
    #[error(
        "the audit's witness refused the head over {size} entries: {message}. Nothing more is signed until somebody has looked"
    )]
    Refused {
        /// The size of the head.
        size: u64,
        /// Why.
        message: String,
    },
    /// It saw more of the log than there is.
    #[error(
        "the audit's witness saw a head over {known} entries, and the log has one over {size}: an older copy of the database was \
         brought back. Nothing more is signed until somebody has looked"
    )]
    Older {
        /// What it saw.
        known: u64,
        /// What there is.
        size: u64,
    },
    /// What it answered is no signature of its key.
    #[error(
        "what the audit's witness answered is no signature of its key over the head; check [audit.pki] witness_key"
    )]
    Answer,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WitnessError {
    /// Whether the witness contradicts the log.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Older { .. })
    }
}

/// The witness.
#[derive(Debug)]
pub struct Witness {
    client: WitnessClient<Channel>,
    /// DER.
    key: Vec<u8>,
}

impl Witness {
    /// Calls with our certificate, whose key is in the token of heads.
    pub(super) fn new(section: &WitnessSection, token: &Arc<Token>) -> Result<Self, WitnessError> {
        let key = section.witness_key().ok_or(WitnessError::Key)?;
        let ours = tls::identity(&section.certificate, KeyPlace::Token(token, &section.key))?;
        tokio::spawn(tls::watch_end(Arc::clone(&ours)));
        let tls = tls::caller(ours, &section.server_ca)?;
        let authority = section.endpoint.strip_prefix("https://");
        let authority = authority.ok_or(ChannelError::Authority)?;
        let server = (
            authority.trim_end_matches('/'),
            section.server_name.as_str(),
        );
        let channel = channel::prepare(tls, server, CONNECT, Some(TIMEOUT))?;
        let client = WitnessClient::new(channel);
        Ok(Self { client, key })
    }

    /// Whether it signed a head.
    pub(super) fn has_seen(&self, head: &SignedHead) -> bool {
        let mut witnesses = head.witnesses.iter();
        witnesses.any(|witness| witness.is_signed_by(&self.key, &head.head))
    }

    /// Has a head signed. What the witness saw before, it says itself.
    pub(super) async fn see(
        &self,
        store: &Store,
        head: &SignedHead,
    ) -> Result<Witnessed, WitnessError> {
        let size = head.head.size;
        let mut since = 0;
        // The second answer may only differ where another sequencer was faster.
        for _ in 0..3 {
            let proof = match Plan::consistency(since, size) {
                Some(plan) => store.prove_audit(&plan).await?,
                None => return Err(WitnessError::Older { known: since, size }),
            };
            let json = head.encode().map_err(|_| WitnessError::Answer)?;
            let request = SeeRequest {
                head: json,
                since,
                proof: proof.iter().map(|hash| hash.to_vec()).collect(),
            };
            let said = self.client.clone().see(request).await;
            let said = said.map_err(|status| refused(size, &status))?;
            match said.into_inner().said.ok_or(WitnessError::Answer)? {
                Said::Known(known) => since = known,
                Said::Seen(seen) => {
                    let signature = seen.signature.try_into();
                    let witness = Witnessed {
                        name: seen.name,
                        time: seen.time,
                        signature: signature.map_err(|_| WitnessError::Answer)?,
                    };
                    let good =
                        is_name(&witness.name) && witness.is_signed_by(&self.key, &head.head);
                    return if good {
                        Ok(witness)
                    } else {
                        Err(WitnessError::Answer)
                    };
                }
            }
        }
        Err(WitnessError::Unavailable("it goes on meanwhile".to_owned()))
    }
}

fn refused(size: u64, status: &Status) -> WitnessError {
    let message = status.message().to_owned();
    match status.code() {
        Code::FailedPrecondition => WitnessError::Refused { size, message },
        _ => WitnessError::Unavailable(message),
    }
}

impl WitnessSection {
    fn witness_key(&self) -> Option<Vec<u8>> {
        let content = std::fs::read(&self.witness_key).ok()?;
        key_from_pem(&content).or_else(|| key_from_der(&content))
    }
}
