//! What the database keeps of an attempt: the state's name and its facts, side by side.

use thiserror::Error;

use super::{
    Attempt, AttemptId, AttemptState as State, Binding, Built, ChipPublicKey, Digest, Keyed,
    Packed, Scrap, ScrapReason, Signed,
};
use crate::ids::ShipmentId;

/// The columns of one attempt. A fact is present from its state on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of the state.
    pub state: String,
    /// For held, cancelled and scrapped attempts: the name of the state before.
    pub from_state: Option<String>,
    /// For scrapped attempts: why.
    pub scrap_reason: Option<ScrapReason>,
    /// From Bound on.
    pub binding: Option<Binding>,
    /// From `ChipKeyed` on.
    pub chip_key: Option<ChipPublicKey>,
    /// From `LdsBuilt` on.
    pub lds_digest: Option<Digest>,
    /// From Signed on: EF.SOD.
    pub sod_digest: Option<Digest>,
    /// From Signed on: EF.CardSecurity.
    pub card_security_digest: Option<Digest>,
    /// While Packed: the container.
    pub shipment: Option<ShipmentId>,
}

/// A record that describes no state. For the developer and the operator: the row is damaged.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading an attempt: column {column} is missing or does not fit the state; restore the row from a backup"
)]
pub struct BadRecord {
    /// The column at fault.
    pub column: &'static str,
}

impl Attempt {
    /// The columns to keep.
    pub fn record(&self) -> Record {
        let inner = match &self.state {
            State::OnHold(inner) | State::Cancelled(inner) => Some(&**inner),
            State::Scrapped(scrap) => Some(&*scrap.from),
            _ => None,
        };
        let facts = Facts::of(inner.unwrap_or(&self.state));
        Record {
            state: self.state.name().to_owned(),
            from_state: inner.map(|state| state.name().to_owned()),
            scrap_reason: match &self.state {
                State::Scrapped(scrap) => Some(scrap.reason),
                _ => None,
            },
            binding: facts.binding.copied(),
            chip_key: facts.keyed.map(|keyed| keyed.chip_key.clone()),
            lds_digest: facts.built.map(|built| built.lds_digest),
            sod_digest: facts.signed.map(|signed| signed.sod_digest),
            card_security_digest: facts.signed.map(|signed| signed.card_security_digest),
            shipment: match &self.state {
                State::Packed(packed) => Some(packed.shipment),
                _ => None,
            },
        }
    }

    /// The attempt that a record describes.
    pub fn from_record(id: AttemptId, record: &Record) -> Result<Self, BadRecord> {
        let from = || {
            let name = record.from_state.as_deref().ok_or(BadRecord {
                column: "from_state",
            })?;
            record
                .plain_state(name)
                .ok_or(BadRecord {
                    column: "from_state",
                })?
                .map(Box::new)
        };
        let state = match record.state.as_str() {
            "on_hold" => State::OnHold(from()?),
            "cancelled" => State::Cancelled(from()?),
            "scrapped" => State::Scrapped(Scrap {
                reason: record.scrap_reason.ok_or(BadRecord {
                    column: "scrap_reason",
                })?,
                from: from()?,
            }),
            name => record
                .plain_state(name)
                .ok_or(BadRecord { column: "state" })??,
        };
        Ok(Self { id, state })
    }
}

/// References to the facts of a state.
#[derive(Default)]
struct Facts<'a> {
    binding: Option<&'a Binding>,
    keyed: Option<&'a Keyed>,
    built: Option<&'a Built>,
    signed: Option<&'a Signed>,
}

impl<'a> Facts<'a> {
    fn of(state: &'a State) -> Self {
        match state {
            State::Bound(binding) => Self {
                binding: Some(binding),
                ..Self::default()
            },
            State::ChipKeyed(keyed) => Self::keyed(keyed),
            State::LdsBuilt(built) => Self::built(built),
            State::Signed(signed)
            | State::Written(signed)
            | State::Locked(signed)
            | State::ReadBack(signed)
            | State::Printed(signed)
            | State::QualityPassed(signed) => Self::signed(signed),
            State::Packed(packed) => Self::signed(&packed.signed),
            State::Queued | State::OnHold(_) | State::Cancelled(_) | State::Scrapped(_) => {
                Self::default()
            }
        }
    }

    fn signed(signed: &'a Signed) -> Self {
        Self {
            signed: Some(signed),
            ..Self::built(&signed.built)
        }
    }

    fn keyed(keyed: &'a Keyed) -> Self {
        Self {
            binding: Some(&keyed.binding),
            keyed: Some(keyed),
            ..Self::default()
        }
    }

    fn built(built: &'a Built) -> Self {
        Self {
            built: Some(built),
            ..Self::keyed(&built.keyed)
        }
    }
}

impl Record {
    /// The state of that name with this record's facts; `None` for a name that is no plain state.
    fn plain_state(&self, name: &str) -> Option<Result<State, BadRecord>> {
        Some(match name {
            "queued" => Ok(State::Queued),
            "bound" => self.bound().map(State::Bound),
            "chip_keyed" => self.keyed().map(State::ChipKeyed),
            "lds_built" => self.built().map(State::LdsBuilt),
            "signed" => self.signed().map(State::Signed),
            "written" => self.signed().map(State::Written),
            "locked" => self.signed().map(State::Locked),
            "read_back" => self.signed().map(State::ReadBack),
            "printed" => self.signed().map(State::Printed),
            "quality_passed" => self.signed().map(State::QualityPassed),
            "packed" => self.packed().map(Box::new).map(State::Packed),
            _ => return None,
        })
    }

    fn bound(&self) -> Result<Binding, BadRecord> {
        self.binding.ok_or(BadRecord {
            column: "blank_id, chip_serial, document_number",
        })
    }

    fn keyed(&self) -> Result<Keyed, BadRecord> {
        let chip_key = self
            .chip_key
            .clone()
            .ok_or(BadRecord { column: "chip_key" })?;
        Ok(Keyed {
            binding: self.bound()?,
            chip_key,
        })
    }

    fn built(&self) -> Result<Built, BadRecord> {
        let lds_digest = self.lds_digest.ok_or(BadRecord {
            column: "lds_digest",
        })?;
        Ok(Built {
            keyed: self.keyed()?,
            lds_digest,
        })
    }

    fn packed(&self) -> Result<Packed, BadRecord> {
        Ok(Packed {
            signed: self.signed()?,
            shipment: self.shipment.ok_or(BadRecord {
                column: "shipment_id",
            })?,
        })
    }

    fn signed(&self) -> Result<Signed, BadRecord> {
        Ok(Signed {
            built: self.built()?,
            sod_digest: self.sod_digest.ok_or(BadRecord {
                column: "sod_digest",
            })?,
            card_security_digest: self.card_security_digest.ok_or(BadRecord {
                column: "card_security_digest",
            })?,
        })
    }
}
