//! Quality: who must look at a card before it may be packed, what they may say, and when a machine must wait.
//!
//! ```text
//! machine's inspection ─ passed ─ sampled, or first article? ─ no ──────────────────> quality passed
//!          │                                └ yes ─> a person who did not make it ─ passed ┘
//!          └ failed ─> scrapped, remade                      └ failed ─> scrapped, remade
//!                          └─> a person says whether the machine was right
//! ```
//! Whatever was said of it: a card whose attempt has come to nothing never passes.

mod reason;
mod sampling;
mod set_up;
mod stage;

pub use reason::Reason;
pub use sampling::{Draw, Sampling, follows_a_lost_or_bad_card};
pub use set_up::{Answer, Cause, InPlace, Leave, SetUp, answer};
pub use stage::Stage;

/// Why somebody, or something, looks at a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Look {
    /// The exit camera's pictures, at every card of a machine that prints.
    Machine,
    /// A person, at the first card after a change of ribbon or template.
    FirstArticle,
    /// A person, at the cards that the sampling rule picks.
    Sample,
    /// A person, at a card that the machine rejected: whether it was right. The card is scrapped either way.
    Rejection,
}

impl Look {
    /// All.
    pub const ALL: [Self; 4] = [
        Self::Machine,
        Self::FirstArticle,
        Self::Sample,
        Self::Rejection,
    ];

    /// The name in the database and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::FirstArticle => "first_article",
            Self::Sample => "sample",
            Self::Rejection => "rejection",
        }
    }

    /// Whose look follows a machine's verdict, if anybody's. Who looks at a first article has looked at it as a sample too.
    pub fn after(machine: &Verdict, is_first_article: bool, is_sampled: bool) -> Option<Self> {
        match machine {
            Verdict::Failed(_) => Some(Self::Rejection),
            Verdict::Passed if is_first_article => Some(Self::FirstArticle),
            Verdict::Passed => is_sampled.then_some(Self::Sample),
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.name() == name)
    }
}

/// What was said of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Passed,
    /// Something is: at least one reason, each once.
    Failed(Reasons),
}

/// One reason or several, each once, in the order of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons(Vec<Reason>);

impl Verdict {
    /// The verdict that follows from what is wrong.
    pub fn from_reasons(reasons: impl IntoIterator<Item = Reason>) -> Self {
        let mut reasons: Vec<Reason> = reasons.into_iter().collect();
        reasons.sort_unstable();
        reasons.dedup();
        if reasons.is_empty() {
            Self::Passed
        } else {
            Self::Failed(Reasons(reasons))
        }
    }

    /// What is wrong.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Passed => &[],
            Self::Failed(reasons) => &reasons.0,
        }
    }
}

/// What is known of a card's quality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where the card is on its way.
    pub stage: Stage,
    /// What the exit camera's pictures said.
    pub machine: Option<Verdict>,
    /// Whose look follows from that ([`Look::after`]).
    pub asks: Option<Look>,
    /// What that person said.
    pub person: Option<Verdict>,
}

/// What a card waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// For this look.
    Waits(Look),
    /// For nothing: nobody has anything against it.
    Passed,
    /// For nothing: it is void, or to be scrapped.
    Failed,
}

impl Known {
    /// A card at that stage of which nothing was said yet.
    pub const fn nothing(stage: Stage) -> Self {
        Self {
            stage,
            machine: None,
            asks: None,
            person: None,
        }
    }

    /// What a card waits for. Any verdict against it ends it, and so does the end of its attempt: taken out by the door, lost
    /// with its machine, whatever the camera saw.
    pub fn standing(&self) -> Standing {
        if self.stage == Stage::Void {
            return Standing::Failed;
        }
        match (&self.machine, self.asks, &self.person) {
            (None, ..) => Standing::Waits(Look::Machine),
            (Some(Verdict::Failed(_)), ..) | (_, _, Some(Verdict::Failed(_))) => Standing::Failed,
            (_, Some(look), None) => Standing::Waits(look),
            (_, None, _) | (_, _, Some(Verdict::Passed)) => Standing::Passed,
        }
    }

    /// Which person's look is still to come. Of a void card only whether its machine was right to reject it.
    pub fn waits_for_person(&self) -> Option<Look> {
        let asks = self.asks.filter(|_| self.person.is_none())?;
        (self.stage != Stage::Void || asks == Look::Rejection).then_some(asks)
    }

    /// Whether the card may be packed: it left its machine by the exit, where only cards lie that are good to the machine, and
    /// nobody who has to look at it has anything against it, or is still to come.
    pub fn may_be_packed(&self) -> bool {
        self.stage == Stage::ExitTray && self.standing() == Standing::Passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_passes_when_all_who_must_have_looked() {
        let failed = || Verdict::from_reasons([Reason::Blemish]);
        let seen = |machine: Verdict, article, sampled| Known {
            stage: Stage::ExitTray,
            asks: Look::after(&machine, article, sampled),
            machine: Some(machine),
            person: None,
        };
        let unseen = Known::nothing(Stage::Inside);
        assert_eq!(unseen.standing(), Standing::Waits(Look::Machine));
        assert_eq!(unseen.waits_for_person(), None);
        let unpicked = seen(Verdict::Passed, false, false);
        assert_eq!(unpicked.standing(), Standing::Passed);
        assert!(unpicked.may_be_packed());
        for (article, sampled, look) in [
            (true, false, Look::FirstArticle),
            (true, true, Look::FirstArticle),
            (false, true, Look::Sample),
        ] {
            let mut known = seen(Verdict::Passed, article, sampled);
            assert_eq!(known.standing(), Standing::Waits(look));
            assert_eq!(known.waits_for_person(), Some(look));
            assert!(
                !known.may_be_packed(),
                "in the exit tray, and not looked at"
            );
            known.person = Some(failed());
            assert_eq!(known.standing(), Standing::Failed);
            assert!(!known.may_be_packed());
            known.person = Some(Verdict::Passed);
            assert_eq!(known.standing(), Standing::Passed);
            assert_eq!(known.waits_for_person(), None);
            assert!(known.may_be_packed());
            known.stage = Stage::Inside;
            assert!(!known.may_be_packed(), "it is not in the exit tray");
        }
    }

    #[test]
    fn a_card_that_came_to_nothing_never_passes() {
        for asks in [None, Some(Look::FirstArticle), Some(Look::Sample)] {
            for person in [None, Some(Verdict::Passed)] {
                let known = Known {
                    stage: Stage::Void,
                    machine: Some(Verdict::Passed),
                    asks,
                    person,
                };
                assert_eq!(known.standing(), Standing::Failed, "{known:?}");
                assert_eq!(known.waits_for_person(), None, "{known:?}");
                assert!(!known.may_be_packed(), "{known:?}");
            }
        }
    }

    #[test]
    fn a_false_alarm_is_counted_and_brings_no_card_back() {
        let machine = Verdict::from_reasons([Reason::Blemish]);
        let mut known = Known {
            stage: Stage::Void,
            asks: Look::after(&machine, true, true),
            machine: Some(machine),
            person: None,
        };
        assert_eq!(known.waits_for_person(), Some(Look::Rejection));
        assert_eq!(known.standing(), Standing::Failed);
        known.person = Some(Verdict::Passed);
        assert_eq!(known.standing(), Standing::Failed);
        assert_eq!(known.waits_for_person(), None);
    }

    #[test]
    fn reasons_stand_once_and_in_order() {
        let verdict = Verdict::from_reasons([Reason::Surface, Reason::Blank, Reason::Surface]);
        assert_eq!(verdict.reasons(), [Reason::Blank, Reason::Surface]);
        assert_eq!(Verdict::from_reasons([]), Verdict::Passed);
        for look in Look::ALL {
            assert_eq!(Look::from_name(look.name()), Some(look));
        }
    }
}
