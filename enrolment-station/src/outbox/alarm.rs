//! Alarms: dossiers that do not go on by themselves, why, and what somebody has to do.

use dossier::receipt::Reason;
use pages::Id;

use super::{Item, Outbox, Problem, State};
use crate::store::StoreError;

/// After so many failed uploads a problem that may pass by itself rings.
const PATIENCE: u32 = 8;

/// One dossier that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The dossier.
    pub item: Item,
    /// Why.
    pub cause: Cause,
}

/// Why a dossier needs somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The centre cannot use it.
    Rejected(Reason),
    /// It cannot be sent.
    Stuck(Problem),
}

impl Cause {
    fn of(item: &Item) -> Option<Self> {
        match (item.state, item.problem) {
            (State::Rejected(reason), _) => Some(Self::Rejected(reason)),
            (State::Waiting, Some(problem)) if rings(problem) || item.tries >= PATIENCE => {
                Some(Self::Stuck(problem))
            }
            _ => None,
        }
    }

    /// The message shown to the clerk.
    pub const fn message_id(self) -> Id {
        match self {
            Self::Rejected(
                Reason::IntakeKey | Reason::Seal | Reason::NotSealed | Reason::Header,
            ) => Id("outbox-alarm-unopened"),
            Self::Rejected(Reason::OtherDossier) => Id("outbox-alarm-other-dossier"),
            Self::Rejected(_) => Id("outbox-alarm-rejected"),
            Self::Stuck(_) => Id("outbox-alarm-stuck"),
        }
    }

    /// For the operator: what it is, and what to do. No dossier is ever sealed again or erased by
    /// hand: the station cannot read it, and only an Accepted receipt erases.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Rejected(reason) => remedy_of_rejection(reason),
            Self::Stuck(problem) => remedy_of_problem(problem),
        }
    }
}

impl Outbox {
    /// Everything that needs somebody, oldest first.
    pub async fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let mut items = self.rows().await?;
        items.reverse();
        let alarms = items.into_iter().filter_map(|item| {
            let cause = Cause::of(&item)?;
            Some(Alarm { item, cause })
        });
        Ok(alarms.collect())
    }
}

/// Those that no patience heals.
const fn rings(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::Damaged | Problem::NotOurs | Problem::TooLarge | Problem::Receipt
    )
}

const fn remedy_of_rejection(reason: Reason) -> &'static str {
    match reason {
        Reason::IntakeKey => {
            "it is sealed to an intake key that the centre no longer has in use. The station cannot open \
             it, so it cannot be sealed again: export the outbox and have the centre open it while the \
             key still exists; if the key is destroyed, the applicant must come again"
        }
        Reason::NotSealed | Reason::Seal | Reason::Header | Reason::Form => {
            "the centre could not read it, and neither can the station: keep it, export the outbox for \
             examination, and ask the applicant to come again"
        }
        Reason::Version => {
            "the centre does not know its version yet; once the centre is updated it takes the dossier \
             by itself"
        }
        Reason::Signature => {
            "the centre does not know the key that signed it: look at the station's signing certificate; \
             once the centre knows the key it takes the dossier by itself"
        }
        Reason::StationRevoked => {
            "the station was revoked before it was made: export the outbox to the centre, which decides \
             about it; the applicant must come again if it is refused"
        }
        Reason::Clock => {
            "it was made with a clock too far off: set the clock, and ask the applicant to come again"
        }
        Reason::Clerk | Reason::SecondPerson => {
            "somebody who signed it was not allowed to: a supervisor must look at it, and the applicant \
             come again"
        }
        Reason::OtherDossier => {
            "the centre has another dossier of this application, made before the station came back from \
             a copy, or by the copy: nothing is to be done, it stays here as evidence"
        }
        Reason::Configuration => {
            "it names a configuration that was not in force: fetch the newest, and ask the applicant to \
             come again"
        }
    }
}

const fn remedy_of_problem(problem: Problem) -> &'static str {
    match problem {
        Problem::Damaged => {
            "the disk changed its bytes: restore the station's folder from a copy beside this one, or \
             ask the applicant to come again; replace the disk"
        }
        Problem::NotOurs => {
            "the centre does not take it from this station: export the outbox to the centre"
        }
        Problem::Misunderstood => {
            "station and centre have different versions; update the older one"
        }
        Problem::TooLarge => "the centre takes no dossier so large; report this",
        Problem::OtherBytes => {
            "the centre has other bytes under its name; they are forgotten there after some time, then \
             it is taken"
        }
        Problem::NoProgress => "the centre's answers lead nowhere; report this to the centre",
        Problem::Receipt => {
            "a receipt was not signed by the centre for this dossier: somebody is on the line, or the \
             centre is set up wrongly; report this at once"
        }
        Problem::ReceiptKey => {
            "the centre signs receipts with a key that the station's configuration does not name; have \
             the newest configuration fetched"
        }
    }
}
