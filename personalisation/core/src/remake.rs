//! What follows a scrapped attempt: a new one, ahead of new orders, unless blanks would be wasted.

use crate::attempt::{Attempt, AttemptId, AttemptState, Fault};

/// After this many attempts at one order somebody must look at it before another blank is used.
pub const MAX_ATTEMPTS: u32 = 5;

/// The attempt that follows a scrapped one; `None` unless `scrapped` is scrapped.
///
/// It is queued where the blank was at fault, and on hold where the order was, or where
/// [`MAX_ATTEMPTS`] were in vain.
pub fn remake(scrapped: &Attempt) -> Option<Attempt> {
    let AttemptState::Scrapped(scrap) = scrapped.state() else {
        return None;
    };
    let id = AttemptId {
        attempt: scrapped.id().attempt.next(),
        ..scrapped.id()
    };
    let attempt = Attempt::queued(id);
    let hopeless = scrap.reason.fault() == Fault::Order || id.attempt.get() > MAX_ATTEMPTS;
    // A queued attempt can always be held.
    if hopeless {
        attempt.hold().ok()
    } else {
        Some(attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::ScrapReason, ids::OrderId};

    fn scrapped_after(attempts: u32, reason: ScrapReason) -> Attempt {
        let mut attempt = Attempt::first(OrderId::from_bytes([1; 16]));
        for _ in 1..attempts {
            attempt = remake(&attempt.scrap(ScrapReason::ChipRefused).unwrap()).unwrap();
        }
        attempt.scrap(reason).unwrap()
    }

    #[test]
    fn a_bad_blank_is_replaced() {
        let next = remake(&scrapped_after(1, ScrapReason::ChipRemoved)).unwrap();
        assert_eq!(next.id().attempt.get(), 2);
        assert_eq!(next.state(), &AttemptState::Queued);
    }

    #[test]
    fn a_bad_order_and_too_many_attempts_wait_for_a_person() {
        for scrapped in [
            scrapped_after(1, ScrapReason::SigningRefused),
            scrapped_after(MAX_ATTEMPTS, ScrapReason::ChipRefused),
        ] {
            let next = remake(&scrapped).unwrap();
            assert!(
                matches!(next.state(), AttemptState::OnHold(_)),
                "{scrapped:?}"
            );
        }
    }

    #[test]
    fn nothing_follows_an_attempt_that_lives() {
        assert_eq!(remake(&Attempt::first(OrderId::from_bytes([1; 16]))), None);
    }
}
