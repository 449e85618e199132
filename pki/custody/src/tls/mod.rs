//! TLS 1.3 with keys in tokens, for all our programs: who we are, whom we let in, whom we call.
//!
//! ```text
//! identity(certificate file, key in a token) ──> Renewable ──> acceptor(ours, callers) ──> accept
//!                                                    └───────> caller(ours, CA of a server)
//! callers(CA, revocation list) ──> who may shake hands
//! ```
//! - A certificate that takes the place of ours in its file is used from the next handshake on.
//! - A revocation list that takes the place of the last one counts from the next handshake on.
//! - From 30 days before the end of ours on, the log says so, once a day.
//! - Whoever calls and says nothing holds a place of its own address's share for two seconds.
//! - Nothing is resumed: each connection proves its key anew, so that a renewed or revoked certificate
//!   counts from the next connection on. (The station turns resumption off itself.)

mod callers;
mod ending;
mod file;
mod key;
mod list;
mod places;
mod renewable;
mod service;

pub use self::{
    callers::{callers, callers_not_revoked, still_let_in},
    ending::{ENDS_SOON, EndWatch, watch_end},
    file::TlsFileError,
    key::{TlsKeyError, certified_key},
    list::RevocationFile,
    places::{Place, Places},
    renewable::{KeyPlace, Renewable, identity},
    service::{accept, acceptor, caller},
};
