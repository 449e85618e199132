//! What was found out about a caller a moment ago. A dossier comes in a dozen calls within a tenth of a second, and
//! looking up who sends it costs more than taking a chunk.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tonic::Request;

/// So long an answer counts: a chunk of somebody who was revoked is taken a second longer at most, and no dossier of theirs.
pub const MOMENT: Duration = Duration::from_secs(1);
/// Answers kept before those that do not count any more are thrown away.
const MANY: usize = 512;

/// A caller's certificate (DER).
type Certificate = Box<[u8]>;

/// Answers by the caller's certificate, each with the moment of its question.
#[derive(Debug)]
pub struct Recent<T>(Mutex<HashMap<Certificate, (T, Instant)>>);

impl<T: Copy> Recent<T> {
    /// What was found out about this caller less than a moment ago.
    pub fn about<R>(&self, request: &Request<R>) -> Option<T> {
        let certificates = request.peer_certs()?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, at) = known.get(certificates.first()?.as_ref())?;
        (at.elapsed() < MOMENT).then_some(*found)
    }

    /// Remembers what was found out; the question was asked `at`.
    pub fn remember<R>(&self, request: &Request<R>, found: T, at: Instant) {
        let certificates = request.peer_certs();
        let Some(certificate) = certificates.as_deref().and_then(|all| all.first()) else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANY {
            known.retain(|_, (_, at)| at.elapsed() < MOMENT);
        }
        known.insert(certificate.as_ref().into(), (found, at));
    }
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
