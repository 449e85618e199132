//! What follows a scrapped attempt: a new one, ahead of new orders, or on hold until a person decides.

use std::fmt;

use crate::attempt::{Attempt, AttemptId, AttemptState, Fault};

/// After this many attempts at one order somebody must look at it before another blank is used.
pub const MAX_ATTEMPTS: u32 = 5;

/// The attempt that follows a scrapped one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remake {
    /// Queued; on hold where there is a doubt.
    pub attempt: Attempt,
    /// What a person must settle before it is released.
    pub doubt: Option<Doubt>,
}

/// Why a remake waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The scrapped card may be locked and signed: lying about, it would be a second document.
    CardMayWork,
    /// The order or what signs it was at fault: another blank would be wasted.
    OrderAtFault,
    /// [`MAX_ATTEMPTS`] were in vain.
    TooManyAttempts,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CardMayWork => "the card may be a working document: find it and destroy it",
            Self::OrderAtFault => "the order or its signature is at fault: look at both",
            Self::TooManyAttempts => "too many attempts were in vain: look at order and blanks",
        })
    }
}

/// The remake; `None` unless `scrapped` is scrapped.
pub fn remake(scrapped: &Attempt) -> Option<Remake> {
    let AttemptState::Scrapped(scrap) = scrapped.state() else {
        return None;
    };
    let id = AttemptId {
        attempt: scrapped.id().attempt.next(),
        ..scrapped.id()
    };
    let is_accounted_for = scrap.reason.card_is_kept() || scrap.reason.ends_in_reject_tray();
    let doubt = if may_be_locked(&scrap.from) && !is_accounted_for {
        Some(Doubt::CardMayWork)
    } else if scrap.reason.fault() == Fault::Order {
        Some(Doubt::OrderAtFault)
    } else if id.attempt.get() > MAX_ATTEMPTS {
        Some(Doubt::TooManyAttempts)
    } else {
        None
    };
    let queued = Attempt::queued(id);
    let waits_for_tray = may_be_locked(&scrap.from) && scrap.reason.ends_in_reject_tray();
    let attempt = if doubt.is_some() || waits_for_tray {
        // A queued attempt can always be held.
        queued.hold().ok()?
    } else {
        queued
    };
    Some(Remake { attempt, doubt })
}

/// Whether the lock's command may have reached the chip: its intent is written with `Written`.
const fn may_be_locked(state: &AttemptState) -> bool {
    matches!(
        state,
        AttemptState::Written(_)
            | AttemptState::Locked(_)
            | AttemptState::ReadBack(_)
            | AttemptState::Printed(_)
            | AttemptState::QualityPassed(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::ScrapReason, ids::OrderId};

    fn scrapped_after(attempts: u32, reason: ScrapReason) -> Attempt {
        let mut attempt = Attempt::first(OrderId::from_bytes([1; 16]));
        for _ in 1..attempts {
            let scrapped = attempt.scrap(ScrapReason::ChipRefused).unwrap();
            attempt = remake(&scrapped).unwrap().attempt;
        }
        attempt.scrap(reason).unwrap()
    }

    #[test]
    fn a_finished_card_that_an_inspector_holds_is_made_again_at_once() {
        for (attempt, _) in crate::attempt::tests::line() {
            let scrapped = attempt.scrap(ScrapReason::InspectionFailed).unwrap();
            assert_eq!(remake(&scrapped).unwrap().doubt, None, "{scrapped:?}");
        }
    }

    #[test]
    fn a_bad_blank_is_replaced() {
        let next = remake(&scrapped_after(1, ScrapReason::ChipRemoved)).unwrap();
        assert_eq!(next.attempt.id().attempt.get(), 2);
        assert_eq!(next.attempt.state(), &AttemptState::Queued);
        assert_eq!(next.doubt, None);
    }

    #[test]
    fn a_bad_order_and_too_many_attempts_wait_for_a_person() {
        for (scrapped, doubt) in [
            (
                scrapped_after(1, ScrapReason::SigningRefused),
                Doubt::OrderAtFault,
            ),
            (
                scrapped_after(MAX_ATTEMPTS, ScrapReason::ChipRefused),
                Doubt::TooManyAttempts,
            ),
        ] {
            let next = remake(&scrapped).unwrap();
            assert!(
                matches!(next.attempt.state(), AttemptState::OnHold(_)),
                "{scrapped:?}"
            );
            assert_eq!(next.doubt, Some(doubt));
        }
    }

    #[test]
    fn whatever_may_be_locked_waits_for_a_person() {
        for (attempt, steps) in crate::attempt::tests::line() {
            let Ok(scrapped) = attempt.scrap(ScrapReason::ChipRemoved) else {
                continue;
            };
            let doubt = remake(&scrapped).unwrap().doubt;
            // Bind, key, build, sign, write: five steps before the intent to lock is written.
            let expected = (steps >= 5).then_some(Doubt::CardMayWork);
            assert_eq!(doubt, expected, "{scrapped:?}");
        }
    }

    #[test]
    fn a_card_in_the_printer_is_made_again_once_it_is_in_the_tray_of_bad_cards() {
        for (attempt, steps) in crate::attempt::tests::line() {
            for reason in [ScrapReason::PrintSpoiled, ScrapReason::ExitInspectionFailed] {
                let scrapped = attempt.clone().scrap(reason).unwrap();
                let next = remake(&scrapped).unwrap();
                assert_eq!(next.doubt, None, "{scrapped:?}");
                let held = matches!(next.attempt.state(), AttemptState::OnHold(_));
                assert_eq!(held, steps >= 5, "{scrapped:?}");
            }
        }
    }

    #[test]
    fn nothing_follows_an_attempt_that_lives() {
        assert_eq!(remake(&Attempt::first(OrderId::from_bytes([1; 16]))), None);
    }
}
