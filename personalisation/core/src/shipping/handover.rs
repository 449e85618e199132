//! Handovers: two persons, on two devices, sign the same manifest hash. A second tick on one device is none.

use dossier::PersonId;
use thiserror::Error;
use time::OffsetDateTime;

use super::{IllegalShipmentMove, Shipment, ShipmentState};
use crate::{attempt::Digest, ids::DeviceId};

/// What one side signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub person: PersonId,
    /// By which device's key.
    pub device: DeviceId,
    /// About which manifest.
    pub manifest: Digest,
}

/// Why a shipment did not change hands. For both sides.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotHandedOver {
    /// Both confirmed on one device.
    #[error("handing over: both confirmed on one device; each side confirms on its own")]
    OneDevice,
    /// One person confirmed both sides.
    #[error("handing over: one person confirmed both sides; whoever takes it confirms too")]
    OnePerson,
    /// A side signed something else.
    #[error(
        "handing over: what was signed is not this shipment's manifest; compare the number of the seal, and scan the manifest again"
    )]
    OtherManifest,
    /// Both sides do not speak of one handover, or not one of each side.
    #[error("handing over: both sides must confirm the same handover; begin once more")]
    OtherEvent,
    /// Nobody's device, a revoked one, or not this person's; or its key did not sign.
    #[error(
        "handing over: device {0} does not speak for this person; have it registered again, or take another one"
    )]
    UnknownDevice(DeviceId),
    /// Whoever takes it packed, sealed or counted it.
    #[error(
        "handing over: whoever takes it packed, sealed or counted it; another courier takes it"
    )]
    Packed,
    /// Whoever gives it is no dispatcher, and it has not left the centre yet.
    #[error("handing over: only a dispatcher hands over what is at the centre")]
    NotTheirs,
    /// Somebody else has it.
    #[error("handing over: courier {0} has it already; nothing changed hands now")]
    TakenOver(PersonId),
    /// It is not on its way.
    #[error(transparent)]
    Move(#[from] IllegalShipmentMove),
}

impl NotHandedOver {
    /// The name in the database and on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OneDevice => "one_device",
            Self::OnePerson => "one_person",
            Self::OtherManifest => "other_manifest",
            Self::OtherEvent => "other_event",
            Self::UnknownDevice(_) => "unknown_device",
            Self::Packed => "packed",
            Self::NotTheirs => "not_theirs",
            Self::TakenOver(_) => "taken_over",
            Self::Move(_) => "not_on_its_way",
        }
    }

    /// Who has it, where that is why.
    pub const fn courier(&self) -> Option<PersonId> {
        match self {
            Self::TakenOver(courier) => Some(*courier),
            _ => None,
        }
    }
}

/// A courier takes a sealed shipment from whoever guards it at the centre, or from the courier who has it.
pub fn take_over(
    shipment: Shipment,
    gives: &Party,
    takes: &Party,
    at: OffsetDateTime,
) -> Result<Shipment, NotHandedOver> {
    if gives.device == takes.device {
        return Err(NotHandedOver::OneDevice);
    }
    if gives.person == takes.person {
        return Err(NotHandedOver::OnePerson);
    }
    if let Some(sealed) = shipment.state().sealed()
        && [gives.manifest, takes.manifest] != [sealed.manifest; 2]
    {
        return Err(NotHandedOver::OtherManifest);
    }
    match shipment.state() {
        ShipmentState::WithCourier(carried) if carried.courier != gives.person => {
            Err(NotHandedOver::TakenOver(carried.courier))
        }
        ShipmentState::WithCourier(_) => Ok(shipment.relay(takes.person, at)?),
        _ => Ok(shipment.collect(takes.person, at)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::ShipmentId,
        shipping::{Container, Destination, Opened, Sealers},
    };

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const MANIFEST: Digest = Digest([5; 32]);

    const fn person(byte: u8) -> PersonId {
        PersonId::from_bytes([byte; 16])
    }

    /// The same byte for a person and their own device.
    const fn party(byte: u8) -> Party {
        Party {
            person: person(byte),
            device: DeviceId::from_bytes([byte; 16]),
            manifest: MANIFEST,
        }
    }

    fn open() -> Shipment {
        let opened = Opened {
            by: person(1),
            at: NOW,
        };
        let what = (Container::Bag, Destination::Centre);
        Shipment::open(ShipmentId::from_bytes([7; 16]), 1, what, opened)
    }

    fn sealed() -> Shipment {
        let sealers = Sealers::recorded(person(1), person(2));
        let seal = "CTIE-1".parse().unwrap();
        open().seal(seal, (3, MANIFEST), sealers, NOW).unwrap()
    }

    fn courier(shipment: &Shipment) -> PersonId {
        match shipment.state() {
            ShipmentState::WithCourier(carried) => carried.courier,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_courier_has_it_and_the_second_is_told() {
        let taken = take_over(sealed(), &party(1), &party(3), NOW).unwrap();
        assert_eq!(courier(&taken), person(3));
        let late = take_over(taken.clone(), &party(1), &party(4), NOW);
        assert_eq!(late, Err(NotHandedOver::TakenOver(person(3))));
        let relayed = take_over(taken, &party(3), &party(4), NOW).unwrap();
        assert_eq!(courier(&relayed), person(4));
    }

    #[test]
    fn one_device_one_person_and_another_manifest_hand_nothing_over() {
        let same_device = Party {
            device: party(1).device,
            ..party(3)
        };
        let one = take_over(sealed(), &party(1), &same_device, NOW);
        assert_eq!(one, Err(NotHandedOver::OneDevice));
        let same_person = Party {
            person: person(1),
            ..party(3)
        };
        let one = take_over(sealed(), &party(1), &same_person, NOW);
        assert_eq!(one, Err(NotHandedOver::OnePerson));
        let altered = |party: Party| Party {
            manifest: Digest([6; 32]),
            ..party
        };
        for (gives, takes) in [
            (altered(party(1)), party(3)),
            (party(1), altered(party(3))),
            (altered(party(1)), altered(party(3))),
        ] {
            let other = take_over(sealed(), &gives, &takes, NOW);
            assert_eq!(other, Err(NotHandedOver::OtherManifest));
        }
        let early = take_over(open(), &party(1), &party(3), NOW);
        assert!(matches!(early, Err(NotHandedOver::Move(_))));
    }
}
