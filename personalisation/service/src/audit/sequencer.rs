//! The sequencer: places for records, heads over them, signed only where they go on from the last one.

use std::{sync::Arc, time::Duration};

use evidence::{head::Head, merkle::Plan, record::is_name, witness::follows};
use key_custody::{EcKey, Token, role::AuditSigning};
use personalisation_store::{Store, StoreError, audit::Tree};
use time::OffsetDateTime;

use super::{AuditError, last_head::LastHead, witness::Witness};
use crate::config::Config;

/// Records that get their places in one commit.
const BATCH: u32 = 10_000;
/// How long the sequencer rests when nothing waits.
const REST: Duration = Duration::from_secs(1);
/// The least time from one head to the next.
const HEADS: time::Duration = time::Duration::MINUTE;

/// Gives records their places, and signs.
pub struct Sequencer {
    store: Store,
    token: Arc<Token>,
    key: Arc<EcKey<AuditSigning>>,
    log: String,
    last: LastHead,
    witness: Option<Witness>,
}

impl std::fmt::Debug for Sequencer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer").finish_non_exhaustive()
    }
}

impl Sequencer {
    /// With the key of `[tokens.audit]`.
    pub fn open(config: &Config, store: Store) -> Result<Self, AuditError> {
        let log = config.audit.log.clone();
        if !is_name(&log) {
            return Err(AuditError::Name(log));
        }
        let (section, token) = config.audit_token().ok_or(AuditError::NoToken)?;
        let token = Arc::new(Token::open(&token)?);
        let key = Arc::new(token.find_ec(&section.key)?);
        let last = LastHead::open(&section.last_head())?;
        let pki = config.audit.pki.as_ref();
        let witness = pki.map(|pki| Witness::new(pki, &token));
        Ok(Self {
            store,
            token,
            key,
            log,
            last,
            witness: witness.transpose()?,
        })
    }

    /// Gives everything that waits its place; how long the log is.
    pub async fn place(&self) -> Result<Tree, AuditError> {
        loop {
            if let (tree, false) = self.place_some().await? {
                return Ok(tree);
            }
        }
    }

    /// Gives one batch its places; how long the log is, and whether more waits than fitted into it.
    async fn place_some(&self) -> Result<(Tree, bool), AuditError> {
        loop {
            match self.store.sequence_audit(BATCH).await {
                Ok((tree, placed)) => return Ok((tree, placed >= u64::from(BATCH))),
                // Another sequencer was faster.
                Err(StoreError::Stale { .. }) => tokio::task::yield_now().await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether the database goes on from the last head that was signed here.
    pub async fn check(&self) -> Result<(), AuditError> {
        let tree = self.store.audit_tree().await?;
        self.standing(tree).await.map(drop)
    }

    /// Signs a head over the log, if the newest is over less of it.
    ///
    /// Only one that goes on from the last: the file beside the token says what that was, not the database. It is in the file,
    /// durable, before anybody else sees it.
    pub async fn sign(&self, tree: Tree, now: OffsetDateTime) -> Result<bool, AuditError> {
        let standing = self.standing(tree).await?;
        if standing.size >= tree.size {
            return Ok(false);
        }
        let head = Head {
            log: self.log.clone(),
            size: tree.size,
            root: tree.root,
            time: now.unix_timestamp(),
        };
        if head.time < standing.time {
            return Err(AuditError::Clock {
                now: head.time,
                last: standing.time,
            });
        }
        let (token, key, digest) = (
            Arc::clone(&self.token),
            Arc::clone(&self.key),
            head.digest(),
        );
        // A token takes its time.
        let signing = move || token.sign_digest(&key, &digest);
        let signature = tokio::task::spawn_blocking(signing).await;
        let signature = signature.map_err(|_| AuditError::Ending)??;
        let signature = signature.try_into().map_err(|_| AuditError::Signature)?;
        let head = head.seal(signature);
        self.last.write(&head)?;
        self.store.keep_audit_head(&head).await?;
        Ok(true)
    }

    /// Holds the stored tree against the last head that was signed: how far heads are. A head that power failed behind, before the
    /// database had it, is put there.
    async fn standing(&self, tree: Tree) -> Result<Standing, AuditError> {
        let path = || self.last.path().to_owned();
        let stored = self.store.newest_audit_head().await?;
        let stored = stored.filter(|stored| stored.head.log == self.log);
        let Some(last) = self.last.read()? else {
            return match stored {
                Some(_) => Err(AuditError::NoLastHead(path())),
                None => Ok(Standing::default()),
            };
        };
        if !last.is_signed_by(&[self.key.public_key_spki().to_vec()]) {
            return Err(AuditError::OtherKey(path()));
        }
        let known = &last.head;
        let proof = match Plan::consistency(known.size, tree.size) {
            Some(plan) => self.store.prove_audit(&plan).await?,
            None => Vec::new(),
        };
        let now = Head {
            log: self.log.clone(),
            size: tree.size,
            root: tree.root,
            time: known.time,
        };
        follows(known, &now, &proof).map_err(|refusal| AuditError::NotGoingOn {
            path: path(),
            refusal,
        })?;
        let stored = stored.map_or(Standing::default(), |stored| Standing::of(&stored.head));
        if stored.size < known.size {
            self.store.keep_audit_head(&last).await?;
        }
        let known = Standing::of(known);
        Ok(Standing {
            size: known.size.max(stored.size),
            time: known.time.max(stored.time),
        })
    }

    /// Has the newest head signed by the witness, if there is one and it did not yet.
    pub async fn have_witnessed(&self) -> Result<bool, AuditError> {
        let Some(witness) = &self.witness else {
            return Ok(false);
        };
        let newest = self.store.newest_audit_head().await?;
        let newest = newest.filter(|newest| newest.head.log == self.log);
        let Some(newest) = newest.filter(|newest| !witness.has_seen(newest)) else {
            return Ok(false);
        };
        let seen = witness.see(&self.store, &newest).await?;
        let size = newest.head.size;
        self.store.keep_audit_witness(size, &seen).await?;
        Ok(true)
    }

    /// Goes on until it fails, or is dropped: each step is safe to run twice.
    pub async fn run(&self, clock: fn() -> OffsetDateTime) -> Result<(), AuditError> {
        let due = |last: Option<OffsetDateTime>, now| last.is_none_or(|at| now - at >= HEADS);
        let (mut signed_at, mut shown_at) = (None, None);
        loop {
            match self.place_some().await {
                Ok((tree, more)) => {
                    let now = clock();
                    let signed = due(signed_at, now) && self.sign(tree, now).await?;
                    if signed {
                        signed_at = Some(now);
                    }
                    // Again, where the witness was away.
                    if signed || due(shown_at, now) {
                        self.tell_witness().await?;
                        shown_at = Some(now);
                    }
                    if more {
                        continue;
                    }
                }
                Err(AuditError::Store(error @ StoreError::Busy { .. })) => {
                    tracing::warn!(%error, "the log waits");
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(REST).await;
        }
    }
    /// The same while the log goes on: a witness that is away signs a later head.
    pub(super) async fn tell_witness(&self) -> Result<(), AuditError> {
        match self.have_witnessed().await {
            Err(AuditError::Witness(error)) if !error.is_refusal() => {
                tracing::warn!(%error, "the newest head has no witness yet");
                Ok(())
            }
            told => told.map(drop),
        }
    }
}

/// How far heads are.
#[derive(Clone, Copy, Debug)]
struct Standing {
    size: u64,
    /// Seconds since 1970.
    time: i64,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            size: 0,
            time: i64::MIN,
        }
    }
}

impl Standing {
    const fn of(head: &Head) -> Self {
        Self {
            size: head.size,
            time: head.time,
        }
    }
}
