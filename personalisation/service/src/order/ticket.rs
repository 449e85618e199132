//! The ticket of an order: what pki signs for, signed by a key in a token of its own.

use std::collections::BTreeMap;

use dossier::dossier::DocumentType;
use evidence::ticket::{SignedTicket, Ticket};
use icao9303::lds::DataGroup;
use key_custody::{CustodyError, EcKey, Token, role::TicketSigning};
use openssl::sha::sha256;
use personalisation_core::ids::OrderId;
use personalisation_store::order::ContentKind;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::config::Config;

const SECONDS_A_DAY: i64 = 86_400;
/// The signing service's clock may be behind ours by so much, in seconds.
const CLOCK_DIFFERENCE: i64 = 60;

/// SHA-256 of each file, by what it is.
pub(crate) type Digests = Vec<(ContentKind, [u8; 32])>;

/// What a ticket commits to.
pub(crate) fn digests(files: &[(ContentKind, Zeroizing<Vec<u8>>)]) -> Digests {
    let digest = |(kind, file): &(_, Zeroizing<Vec<u8>>)| (*kind, sha256(file));
    files.iter().map(digest).collect()
}

/// For what a ticket is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// The order.
    pub(crate) order: OrderId,
    /// What is made: it decides which profile pki applies.
    pub(crate) document: DocumentType,
}

/// Signs a ticket that commits to every data group among `files`.
pub(crate) fn issue(
    token: &Token,
    key: &EcKey<TicketSigning>,
    config: &Config,
    asked: Asked,
    files: &[(ContentKind, [u8; 32])],
    now: OffsetDateTime,
) -> Result<SignedTicket, CustodyError> {
    let content: BTreeMap<_, _> = files
        .iter()
        .filter_map(|(kind, digest)| Some((data_group(*kind)?.number(), *digest)))
        .collect();
    let issued_at = now.unix_timestamp() - CLOCK_DIFFERENCE;
    let ticket = Ticket {
        order: *asked.order.as_bytes(),
        signing_profile: config.signing_profile(asked.document).to_owned(),
        content,
        issued_at,
        expires_at: issued_at + i64::from(config.pki.ticket_days) * SECONDS_A_DAY,
    };
    let signature = token.sign_digest(key, &ticket.digest())?;
    Ok(ticket.seal(signature))
}

/// The data group that a piece of an order's content is.
pub(crate) const fn data_group(kind: ContentKind) -> Option<DataGroup> {
    match kind {
        ContentKind::Dg2 => Some(DataGroup::DG2),
        ContentKind::Dg3 => Some(DataGroup::DG3),
        ContentKind::Dg7 => Some(DataGroup::DG7),
        ContentKind::Dg11 => Some(DataGroup::DG11),
        ContentKind::Identity | ContentKind::Ticket => None,
    }
}
