//! SET STATUS (80 F0 40): the chip's life goes on, and never back.

use icao9303::apdu::{Command, StatusWord};

use super::Answer;
use crate::card::Card;
use crate::card::life_cycle::{AdvanceError, LifeCycle};
use crate::card::passwords::{self, PasswordId};
use crate::card::profile::Profile;
use crate::card::refusal::Refusal;
use crate::card::state::{Channel, Volatile};

/// P1: the application.
const APPLICATION: u8 = 0x40;

/// Locking needs the personalisation channel, and a password: without one nobody could read the
/// card again. Going into operation is done in the channel that locked the chip, or later behind
/// PACE or basic access control, after the card was read back.
pub(super) fn run(card: &mut Card, volatile: &Volatile, command: &Command) -> Answer {
    if command.p1 != APPLICATION {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let Some(next @ (LifeCycle::Locked | LifeCycle::Operational)) =
        LifeCycle::from_byte(command.p2)
    else {
        return Err(StatusWord::WRONG_P1_P2.into());
    };
    if next == LifeCycle::Locked {
        let Channel::Scp03(_) = &volatile.channel else {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
        };
        super::require_centre_keys(card, volatile)?;
        // Basic access control knows the MRZ only.
        let of_use: &[PasswordId] = if Profile::of(&card.memory).offers_pace() {
            &[PasswordId::Can, PasswordId::Mrz]
        } else {
            &[PasswordId::Mrz]
        };
        let password = of_use
            .iter()
            .any(|id| passwords::get(&card.memory, *id).is_some());
        if !password {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
    }
    LifeCycle::advance(&mut card.memory, next).map_err(|error| match error {
        AdvanceError::Refused(status) => Refusal::Status(status),
        AdvanceError::Interrupted(interrupted) => Refusal::Interrupted(interrupted),
    })?;
    Ok(StatusWord::OK.into())
}
