//! Where a printed card is on its way out of its machine.

use crate::attempt::AttemptState;

/// Where a card is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its machine has it, or nobody knows yet that it has not.
    Inside,
    /// It left by the exit: good to its machine.
    ExitTray,
    /// In a bag or box.
    Packed,
    /// Its attempt came to nothing: its number is void, wherever the card is.
    Void,
}

impl Stage {
    /// That of an attempt.
    pub const fn of(state: &AttemptState) -> Self {
        match state {
            AttemptState::QualityPassed(_) => Self::ExitTray,
            AttemptState::Packed(_) => Self::Packed,
            AttemptState::Cancelled(_) | AttemptState::Scrapped(_) => Self::Void,
            _ => Self::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attempt::{ScrapReason, tests::line},
        ids::ShipmentId,
    };

    #[test]
    fn only_what_left_by_the_exit_is_in_its_tray_and_nothing_void_is() {
        let in_tray = line().filter(|(attempt, _)| Stage::of(attempt.state()) == Stage::ExitTray);
        let names: Vec<_> = in_tray.map(|(attempt, _)| attempt.state().name()).collect();
        assert_eq!(names, ["quality_passed"]);
        let (last, _) = line().last().unwrap();
        let packed = last.pack(ShipmentId::from_bytes([9; 16])).unwrap();
        assert_eq!(Stage::of(packed.state()), Stage::Packed);
        for (attempt, _) in line() {
            let scrapped = attempt.scrap(ScrapReason::ChipRemoved).unwrap();
            assert_eq!(Stage::of(scrapped.state()), Stage::Void);
        }
    }
}
