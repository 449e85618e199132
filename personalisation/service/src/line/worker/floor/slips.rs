//! Cards that slip: the rollers try again a few times, then somebody must look; after whatever they did, once more.

use std::collections::BTreeMap;

use personalisation_core::machine::{CardHandle, MachineSerial};

use crate::line::machine::{CardStatus, Instruction, MachineError, Status, Task};

/// How often in a row the rollers are asked to take hold of one card.
const TRIES: u32 = 5;

/// The cards that slipped and have not arrived since.
#[derive(Debug, Default)]
pub(super) struct Slips {
    cards: BTreeMap<CardHandle, Slip>,
    /// What somebody is asked to do about one.
    instruction: Option<Instruction>,
}

#[derive(Debug, Default)]
struct Slip {
    tries: u32,
    /// The machine's revision when somebody was asked for: at another one, something was done there.
    asked_at: Option<u64>,
}

impl Slips {
    /// Whether the rollers may be asked once more; the instruction for a person where there were too many tries and nothing has
    /// changed since.
    pub(super) fn permit(
        &mut self,
        machine: MachineSerial,
        status: &Status,
        card: &CardStatus,
    ) -> Result<(), MachineError> {
        let slip = self.cards.entry(card.handle).or_default();
        let changed = |revision| revision != status.revision;
        if slip.tries < TRIES || slip.asked_at.is_some_and(changed) {
            return Ok(());
        }
        slip.asked_at = Some(status.revision);
        let task = Task::FreeJam(card.at);
        let instruction = Instruction { machine, task };
        self.instruction = Some(instruction.clone());
        Err(MachineError::Person(instruction))
    }

    /// The machine has answered a try: one whose answer is lost may never have reached it.
    pub(super) fn count(&mut self, card: CardHandle) {
        let slip = self.cards.entry(card).or_default();
        slip.tries += 1;
        slip.asked_at = None;
    }

    /// The card moves again, or rests.
    pub(super) fn forget(&mut self, card: CardHandle) {
        if self.cards.remove(&card).is_some() {
            self.instruction = None;
        }
    }

    /// Only cards inside slip.
    pub(super) fn keep_inside(&mut self, status: &Status) {
        self.cards.retain(|card, _| status.card(*card).is_some());
        if self.cards.is_empty() {
            self.instruction = None;
        }
    }

    /// What somebody is asked to do, if anything.
    pub(super) const fn instruction(&self) -> Option<&Instruction> {
        self.instruction.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::machine::{Inked, Motion, Place};

    fn card() -> CardStatus {
        CardStatus {
            handle: CardHandle::new(1).unwrap(),
            at: Place::Station,
            going_to: Some(Place::Printer),
            motion: Motion::Stopped { to: Place::Printer },
            doubled_with: None,
            inked: Inked::No,
        }
    }

    fn status(revision: u64) -> Status {
        Status {
            revision,
            cards: vec![card()],
            troubles: Vec::new(),
            next_card: None,
            ribbon: None,
        }
    }

    #[test]
    fn after_a_few_tries_a_person_is_asked_and_once_more_after_each_change() {
        let (mut slips, machine) = (Slips::default(), "SN-1".parse().unwrap());
        let handle = card().handle;
        let permit =
            |slips: &mut Slips, revision: u64| slips.permit(machine, &status(revision), &card());
        for revision in 0..u64::from(TRIES) {
            assert_eq!(permit(&mut slips, revision), Ok(()));
            slips.count(handle);
        }
        let asked = permit(&mut slips, 9).unwrap_err().to_string();
        assert!(
            asked.contains("free the card at the chip station"),
            "{asked}"
        );
        assert!(permit(&mut slips, 9).is_err(), "nobody was there");
        assert_eq!(permit(&mut slips, 10), Ok(()), "somebody was");
        slips.count(handle);
        assert!(permit(&mut slips, 11).is_err());
        assert!(slips.instruction().is_some());
        slips.forget(handle);
        assert!(slips.instruction().is_none());
        assert_eq!(permit(&mut slips, 11), Ok(()));
    }

    #[test]
    fn a_try_that_the_machine_never_answered_is_none() {
        let (mut slips, machine) = (Slips::default(), "SN-1".parse().unwrap());
        for revision in 0..3 * u64::from(TRIES) {
            let permitted = slips.permit(machine, &status(revision), &card());
            assert_eq!(permitted, Ok(()), "{revision}");
        }
    }
}
