//! Quality: who must look at a card before it may be packed, what they may say, and when a machine must wait.
//!
//! ```text
//! machine's inspection ─ passed ─ sampled, or first article? ─ no ──────────────────> quality passed
//!          │                                └ yes ─> a person who did not make it ─ passed ┘
//!          └ failed ─> scrapped, remade                      └ failed ─> scrapped, remade
//!                          └─> a person says whether the machine was right
//! ```

mod reason;
mod set_up;

use std::num::NonZeroU32;

pub use reason::Reason;
pub use set_up::{Answer, Cause, InPlace, Leave, SetUp, answer};

use crate::attempt::AttemptId;

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

/// How many cards a person looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Every card.
    Full,
    /// One in so many, on the average.
    OneIn(NonZeroU32),
}

impl Sampling {
    /// Whether this card is looked at. The order's id decides, which was drawn at random when the order was approved, before
    /// anybody knew by whom and on which machine it would be made: nobody can choose, and everybody comes to the same answer.
    pub fn picks(self, card: AttemptId) -> bool {
        let n = match self {
            Self::Full => return true,
            Self::OneIn(n) => u64::from(n.get()),
        };
        let random = card
            .order
            .as_bytes()
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // A remake is another card.
        random.wrapping_add(u64::from(card.attempt.get())) % n == 0
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
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
    /// For nothing: it may be packed.
    Passed,
    /// For nothing: it is to be scrapped.
    Failed,
}

impl Known {
    /// What a card waits for. Any verdict against it ends it.
    pub fn standing(&self) -> Standing {
        match (&self.machine, self.asks, &self.person) {
            (None, ..) => Standing::Waits(Look::Machine),
            (Some(Verdict::Failed(_)), ..) | (_, _, Some(Verdict::Failed(_))) => Standing::Failed,
            (_, Some(look), None) => Standing::Waits(look),
            (_, None, _) | (_, _, Some(Verdict::Passed)) => Standing::Passed,
        }
    }

    /// Which person's look is still to come.
    pub fn waits_for_person(&self) -> Option<Look> {
        self.asks.filter(|_| self.person.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::AttemptNumber, ids::OrderId};

    fn card(number: u64) -> AttemptId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        AttemptId {
            order: OrderId::from_bytes(bytes),
            attempt: AttemptNumber::FIRST,
        }
    }

    #[test]
    fn one_in_n_is_picked_and_always_the_same() {
        let n = NonZeroU32::new(20).unwrap();
        let picked = (0..20_000).filter(|number| Sampling::OneIn(n).picks(card(*number)));
        let picked: Vec<u64> = picked.collect();
        assert!((900..1_100).contains(&picked.len()), "{}", picked.len());
        assert!(
            picked
                .iter()
                .all(|number| Sampling::OneIn(n).picks(card(*number)))
        );
        assert!((0..100).all(|number| Sampling::Full.picks(card(number))));
        let one = Sampling::OneIn(NonZeroU32::MIN);
        assert!((0..100).all(|number| one.picks(card(number))));
    }

    #[test]
    fn a_card_passes_when_all_who_must_have_looked() {
        let failed = || Verdict::from_reasons([Reason::Blemish]);
        let seen = |machine: Verdict, article, sampled| Known {
            asks: Look::after(&machine, article, sampled),
            machine: Some(machine),
            person: None,
        };
        let unseen = Known::default();
        assert_eq!(unseen.standing(), Standing::Waits(Look::Machine));
        assert_eq!(unseen.waits_for_person(), None);
        let unpicked = seen(Verdict::Passed, false, false);
        assert_eq!(unpicked.standing(), Standing::Passed);
        for (article, sampled, look) in [
            (true, false, Look::FirstArticle),
            (true, true, Look::FirstArticle),
            (false, true, Look::Sample),
        ] {
            let mut known = seen(Verdict::Passed, article, sampled);
            assert_eq!(known.standing(), Standing::Waits(look));
            assert_eq!(known.waits_for_person(), Some(look));
            known.person = Some(failed());
            assert_eq!(known.standing(), Standing::Failed);
            known.person = Some(Verdict::Passed);
            assert_eq!(known.standing(), Standing::Passed);
            assert_eq!(known.waits_for_person(), None);
        }
    }

    #[test]
    fn a_false_alarm_is_counted_and_brings_no_card_back() {
        let machine = Verdict::from_reasons([Reason::Blemish]);
        let mut known = Known {
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
