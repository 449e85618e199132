//! The arrows between the states of an attempt. A move consumes the attempt; an illegal one is an error.

use std::fmt;

use thiserror::Error;

use crate::{ids::ShipmentId, machine::MachineProfile};

use super::{
    Attempt, AttemptState as State, Binding, Built, ChipPublicKey, Digest, Keyed, Packed, Scrap,
    ScrapReason, Signed,
};

/// A move that an attempt in that state cannot make. For the developer: the caller must read again.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("moving an attempt: {step} is not possible for one that is {from}; read its state again")]
pub struct IllegalMove {
    from: &'static str,
    step: Step,
}

/// What can be done with an attempt, in the order of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Give it a blank and a number.
    Bind,
    /// Put the centre's keys on the chip and let it make its own.
    KeyChip,
    /// Fix what is to be signed.
    BuildLds,
    /// Have it signed.
    Sign,
    /// Write files and secrets, and compare them.
    Write,
    /// End personalisation on the chip.
    Lock,
    /// Inspect it.
    ReadBack,
    /// Print both faces, and find them right.
    Print,
    /// Put it into the tray of good cards.
    PassQuality,
    /// Put it into a bag or box, with its cover.
    Pack,
    /// Take it out again.
    Unpack,
    /// Stop it.
    Hold,
    /// Go on.
    Resume,
    /// End it by decision.
    Cancel,
    /// End it by failure.
    Scrap,
}

impl Step {
    /// The name in the audit and in progress events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::KeyChip => "key_chip",
            Self::BuildLds => "build_lds",
            Self::Sign => "sign",
            Self::Write => "write",
            Self::Lock => "lock",
            Self::ReadBack => "read_back",
            Self::Print => "print",
            Self::PassQuality => "pass_quality",
            Self::Pack => "pack",
            Self::Unpack => "unpack",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Scrap => "scrap",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Attempt {
    /// Queued → Bound.
    pub fn bind(self, binding: Binding) -> Result<Self, IllegalMove> {
        match self.state {
            State::Queued => Ok(self.now(State::Bound(binding))),
            from => Err(illegal(&from, Step::Bind)),
        }
    }

    /// Bound → `ChipKeyed`.
    pub fn key_chip(self, chip_key: ChipPublicKey) -> Result<Self, IllegalMove> {
        match self.state {
            State::Bound(binding) => Ok(Self {
                id: self.id,
                state: State::ChipKeyed(Keyed { binding, chip_key }),
            }),
            from => Err(illegal(&from, Step::KeyChip)),
        }
    }

    /// `ChipKeyed` → `LdsBuilt`.
    pub fn build_lds(self, lds_digest: Digest) -> Result<Self, IllegalMove> {
        match self.state {
            State::ChipKeyed(keyed) => Ok(Self {
                id: self.id,
                state: State::LdsBuilt(Built { keyed, lds_digest }),
            }),
            from => Err(illegal(&from, Step::BuildLds)),
        }
    }

    /// `LdsBuilt` → Signed.
    pub fn sign(
        self,
        sod_digest: Digest,
        card_security_digest: Digest,
    ) -> Result<Self, IllegalMove> {
        match self.state {
            State::LdsBuilt(built) => {
                let signed = Signed {
                    built,
                    sod_digest,
                    card_security_digest,
                };
                Ok(Self {
                    id: self.id,
                    state: State::Signed(signed),
                })
            }
            from => Err(illegal(&from, Step::Sign)),
        }
    }

    /// Signed → Written.
    pub fn write(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Signed(signed) => Ok(Self {
                id: self.id,
                state: State::Written(signed),
            }),
            from => Err(illegal(&from, Step::Write)),
        }
    }

    /// Written → Locked.
    pub fn lock(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Written(signed) => Ok(Self {
                id: self.id,
                state: State::Locked(signed),
            }),
            from => Err(illegal(&from, Step::Lock)),
        }
    }

    /// Locked → `ReadBack`.
    pub fn read_back(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Locked(signed) => Ok(Self {
                id: self.id,
                state: State::ReadBack(signed),
            }),
            from => Err(illegal(&from, Step::ReadBack)),
        }
    }

    /// `ReadBack` → Printed, for a card in a machine that prints.
    pub fn print(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::ReadBack(signed)
                if signed.built.keyed.binding.profile() == MachineProfile::ChipFirst =>
            {
                Ok(Self {
                    id: self.id,
                    state: State::Printed(signed),
                })
            }
            from => Err(illegal(&from, Step::Print)),
        }
    }

    /// Printed → `QualityPassed`.
    pub fn pass_quality(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Printed(signed) => Ok(Self {
                id: self.id,
                state: State::QualityPassed(signed),
            }),
            from => Err(illegal(&from, Step::PassQuality)),
        }
    }

    /// `QualityPassed` → Packed. Whether it may is decided by [`put_in`](crate::shipping::put_in).
    pub fn pack(self, shipment: ShipmentId) -> Result<Self, IllegalMove> {
        match self.state {
            State::QualityPassed(signed) => Ok(Self {
                id: self.id,
                state: State::Packed(Box::new(Packed { signed, shipment })),
            }),
            from => Err(illegal(&from, Step::Pack)),
        }
    }

    /// Packed → `QualityPassed`, while the container is open.
    pub fn unpack(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Packed(packed) => Ok(Self {
                id: self.id,
                state: State::QualityPassed(packed.signed),
            }),
            from => Err(illegal(&from, Step::Unpack)),
        }
    }

    /// Any state before Locked → `OnHold`.
    pub fn hold(self) -> Result<Self, IllegalMove> {
        if before_locked(&self.state) {
            Ok(Self {
                id: self.id,
                state: State::OnHold(Box::new(self.state)),
            })
        } else {
            Err(illegal(&self.state, Step::Hold))
        }
    }

    /// `OnHold` → the state it was held in.
    pub fn resume(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::OnHold(inner) => Ok(Self {
                id: self.id,
                state: *inner,
            }),
            from => Err(illegal(&from, Step::Resume)),
        }
    }

    /// Any state before Written, also `OnHold` → Cancelled: a person's decision, who has no chip to ask. Once Written
    /// the lock's command may have reached it.
    pub fn cancel(self) -> Result<Self, IllegalMove> {
        let inner = match &self.state {
            State::OnHold(inner) => inner,
            state => state,
        };
        if matches!(inner, State::Written(_)) {
            return Err(illegal(&self.state, Step::Cancel));
        }
        self.cancel_unlocked()
    }

    /// Any state before Locked, also `OnHold` → Cancelled: for whoever has the chip, and knows that it is not locked.
    pub fn cancel_unlocked(self) -> Result<Self, IllegalMove> {
        let from = match self.state {
            State::OnHold(inner) => *inner,
            state if before_locked(&state) => state,
            from => return Err(illegal(&from, Step::Cancel)),
        };
        Ok(Self {
            id: self.id,
            state: State::Cancelled(Box::new(from)),
        })
    }

    /// Every state but Packed, Cancelled and Scrapped → Scrapped; a document that was read back, too, until
    /// it is packed.
    pub fn scrap(self, reason: ScrapReason) -> Result<Self, IllegalMove> {
        let from = match self.state {
            from @ (State::Packed(_) | State::Cancelled(_) | State::Scrapped(_)) => {
                return Err(illegal(&from, Step::Scrap));
            }
            State::OnHold(inner) => inner,
            state => Box::new(state),
        };
        Ok(Self {
            id: self.id,
            state: State::Scrapped(Scrap { reason, from }),
        })
    }

    fn now(&self, state: State) -> Self {
        Self { id: self.id, state }
    }
}

const fn before_locked(state: &State) -> bool {
    matches!(
        state,
        State::Queued
            | State::Bound(_)
            | State::ChipKeyed(_)
            | State::LdsBuilt(_)
            | State::Signed(_)
            | State::Written(_)
    )
}

const fn illegal(from: &State, step: Step) -> IllegalMove {
    IllegalMove {
        from: from.name(),
        step,
    }
}
