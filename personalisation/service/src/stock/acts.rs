//! Acts on blanks: the intent is written before, the outcome in the transaction of the change.

use std::future::Future;

use dossier::PersonId;
use evidence::entry::{Act, Entry};
use openssl::sha::Sha256;
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{ActId, DestructionId, ShiftId},
    stock::{
        LineName, Signatures,
        inspection::BoxFindings,
        shift::{Outcome, Shift},
    },
};
use personalisation_store::{
    Store, StoreError,
    stock::{BoxHead, Closing, Destruction, Inspection, Method, Which},
};
use time::OffsetDateTime;

use super::IssueDesk;
use crate::{edge::SystemRng, staff};

/// The stock in somebody's hands.
#[derive(Clone)]
pub struct Stockroom {
    store: Store,
    issues: IssueDesk,
    rng: SystemRng,
    clock: fn() -> OffsetDateTime,
    at_console: bool,
}

impl std::fmt::Debug for Stockroom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stockroom")
            .field("at_console", &self.at_console)
            .finish_non_exhaustive()
    }
}

impl Stockroom {
    /// From the command line.
    pub fn by_command(
        (store, issues): (Store, IssueDesk),
        rng: SystemRng,
        clock: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            store,
            issues,
            rng,
            clock,
            at_console: false,
        }
    }

    /// At the console, where people sign in.
    pub fn at_console(
        (store, issues): (Store, IssueDesk),
        rng: SystemRng,
        clock: fn() -> OffsetDateTime,
    ) -> Self {
        Self {
            store,
            issues,
            rng,
            clock,
            at_console: true,
        }
    }

    /// The database.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Takes an inspected box into the vault. How many blanks are there now.
    pub async fn inspect(
        &self,
        of: &BoxHead,
        found: &BoxFindings,
        by: PersonId,
    ) -> Result<u64, StoreError> {
        let object = format!("box {}", of.id);
        let act = self.begin(by, "inspect-box", &object).await?;
        let detail = format!(
            "{} counted, {} read, {} defective, {} missing",
            found.counted,
            found.sampled.len(),
            found.defective.len(),
            found.missing.len()
        );
        let inspection = Inspection {
            of: of.id,
            found,
            by,
        };
        let now = self.now();
        let done = [act.outcome(now, detail)];
        let work = self.store.inspect_box(&inspection, &done, now);
        self.settle(&act, work).await
    }

    /// Where issues are signed.
    pub const fn issues(&self) -> &IssueDesk {
        &self.issues
    }

    /// Hands blanks out to a line, and signs that. How many. What is handed out stays so where the token is away: it is
    /// signed by `stock sign`.
    pub async fn issue(
        &self,
        which: &Which,
        to: &LineName,
        by: PersonId,
    ) -> Result<u64, StoreError> {
        let act = self.begin(by, "issue-blanks", &object(which)).await?;
        let now = self.now();
        let done = [act.outcome(now, format!("to line {to}"))];
        let work = self.store.issue_blanks(which, to, by, &done, now);
        let blanks = self.settle(&act, work).await?;
        if self.issues.signs()
            && let Err(error) = self.issues.sign_handed_out(to, by, now).await
        {
            tracing::error!(%error, "an issue of blanks waits for its signature; run `personalisation stock sign`");
        }
        Ok(blanks)
    }

    /// Takes unused blanks back. How many.
    pub async fn take_back(&self, which: &Which, by: PersonId) -> Result<u64, StoreError> {
        let act = self.begin(by, "return-blanks", &object(which)).await?;
        let now = self.now();
        let done = [act.outcome(now, "back in the vault")];
        let work = self.store.return_blanks(which, by, &done, now);
        self.settle(&act, work).await
    }

    /// Takes blanks out of the vault for tests. How many.
    pub async fn set_aside(&self, which: &Which, by: PersonId) -> Result<u64, StoreError> {
        let act = self.begin(by, "set-blanks-aside", &object(which)).await?;
        let now = self.now();
        let done = [act.outcome(now, "test cards")];
        let work = self.store.set_blanks_aside(which, by, &done, now);
        self.settle(&act, work).await
    }

    /// Records that blanks cannot be used any more. How many.
    pub async fn spoil(
        &self,
        chips: &[ChipSerial],
        reason: &str,
        by: PersonId,
    ) -> Result<u64, StoreError> {
        let act = self.begin(by, "spoil-blanks", &chips_object(chips)).await?;
        let now = self.now();
        let done = [act.outcome(now, "spoiled")];
        let work = self.store.spoil_blanks(chips, reason, by, &done, now);
        self.settle(&act, work).await
    }

    /// Records that blanks are missing. How many.
    pub async fn lose(&self, chips: &[ChipSerial], by: PersonId) -> Result<u64, StoreError> {
        let act = self.begin(by, "lose-blanks", &chips_object(chips)).await?;
        let now = self.now();
        let done = [act.outcome(now, "missing")];
        let work = self.store.lose_blanks(chips, by, &done, now);
        self.settle(&act, work).await
    }

    /// Records before two supervisors that blanks turned up: how many are in the vault, how many wait for destruction.
    pub async fn find(
        &self,
        chips: &[ChipSerial],
        both: Signatures,
    ) -> Result<(u64, u64), StoreError> {
        let object = chips_object(chips);
        let act = self.begin_both(both, "find-blanks", &object).await?;
        let now = self.now();
        let done = [act.outcome(now, "found")];
        let work = self.store.find_blanks(chips, both, &done, now);
        self.settle(&act, work).await
    }

    /// Two supervisors give missing blanks up. How many.
    pub async fn write_off(
        &self,
        chips: &[ChipSerial],
        both: Signatures,
    ) -> Result<u64, StoreError> {
        let object = chips_object(chips);
        let act = self.begin_both(both, "write-blanks-off", &object).await?;
        let now = self.now();
        let done = [act.outcome(now, "written off")];
        let work = self.store.write_off_blanks(chips, both, &done, now);
        self.settle(&act, work).await
    }

    /// Records that two persons destroyed blanks. Safe to repeat under the same id.
    pub async fn destroy(
        &self,
        id: DestructionId,
        (chips, method): (&[ChipSerial], Method),
        both: Signatures,
    ) -> Result<Destruction, StoreError> {
        let object = format!("destruction {id} of {}", chips_object(chips));
        if let Some(done) = self.store.destruction(id).await? {
            return Ok(done);
        }
        let act = self.begin_both(both, "destroy-blanks", &object).await?;
        let now = self.now();
        let done = [act.outcome(now, method.name())];
        let what = (chips, method);
        let work = self.store.destroy_blanks(id, what, both, &done, now);
        self.settle(&act, work).await
    }

    /// Opens a shift at a line, where somebody counted so many unused blanks.
    pub async fn open_shift(
        &self,
        line: &LineName,
        by: PersonId,
        unused: u64,
    ) -> Result<Shift, StoreError> {
        let id = ShiftId::generate(&mut self.rng.clone());
        let act = self.begin(by, "open-shift", &format!("shift {id}")).await?;
        let now = self.now();
        let done = [act.outcome(now, format!("line {line}, {unused} unused"))];
        let work = self.store.open_shift(id, line, (by, unused), &done, now);
        self.settle(&act, work).await
    }

    /// Counts a shift at its end; what comes of it.
    pub async fn close_shift(&self, id: ShiftId, closing: &Closing) -> Result<Outcome, StoreError> {
        let object = format!("shift {id}");
        let act = self.begin(closing.by, "close-shift", &object).await?;
        let now = self.now();
        let done = |outcome: &Outcome| vec![act.outcome(now, outcome.name())];
        let work = self.store.close_shift(id, closing, done, now);
        self.settle(&act, work).await
    }

    /// Two supervisors sign for a shift whose counts differ.
    pub async fn sign_shift(
        &self,
        id: ShiftId,
        both: Signatures,
        note: &str,
    ) -> Result<Shift, StoreError> {
        let object = format!("shift {id}");
        let act = self.begin_both(both, "sign-shift", &object).await?;
        let now = self.now();
        let done = [act.outcome(now, "discrepancy")];
        let mut rng = self.rng;
        let work = self
            .store
            .sign_shift(&mut rng, id, (both, note), &done, now);
        self.settle(&act, work).await
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    async fn begin(&self, by: PersonId, name: &str, object: &str) -> Result<Act, StoreError> {
        let act = if self.at_console {
            staff::act(self.rng, staff::page_person(by), name, object)
        } else {
            let id = *ActId::generate(&mut self.rng.clone()).as_bytes();
            let actor = format!("personalisation/stock person {by}");
            Act::new(id, &actor, name, object)
        };
        let intent: Entry = act.intent(self.now());
        self.store.audit(&[intent]).await?;
        Ok(act)
    }

    async fn begin_both(
        &self,
        both: Signatures,
        name: &str,
        object: &str,
    ) -> Result<Act, StoreError> {
        let object = format!("{object} with person {}", both.second());
        self.begin(both.first(), name, &object).await
    }

    /// The outcome of what did not take place.
    async fn settle<T>(
        &self,
        act: &Act,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let done = work.await;
        if done.is_err() {
            let outcome = act.outcome(self.now(), "nothing was changed");
            self.store.audit(&[outcome]).await?;
        }
        done
    }
}

/// What is moved, by our own ids: the audit finds the serials in the moves.
fn object(which: &Which) -> String {
    match which {
        Which::Box(id) => format!("box {id}"),
        Which::UnusedAt(line) => format!("unused blanks of line {line}"),
        Which::Chips(chips) => chips_object(chips),
    }
}

/// One chip by its serial; more by their number and a digest of their serials in order.
fn chips_object(chips: &[ChipSerial]) -> String {
    if let [chip] = chips {
        return format!("chip {chip}");
    }
    format!("{} chips {}", chips.len(), hex::encode(digest(chips)))
}

/// SHA-256 over the serials, ten bytes each, sorted.
pub fn digest(chips: &[ChipSerial]) -> [u8; 32] {
    let mut sorted = chips.to_vec();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for chip in sorted {
        hash.update(chip.as_bytes());
    }
    hash.finish()
}
