//! Every move tried from every state; what goes in, who seals, and what the manifest says.

use dossier::PersonId;
use time::{Duration, OffsetDateTime, macros::datetime};

use super::*;
use crate::{
    attempt::{AttemptId, AttemptNumber, Digest},
    document_number::DocumentNumber,
    ids::{OrderId, ShipmentId},
    quality::{Known, Look, Reason, Stage, Verdict},
};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00 UTC);

const fn person(byte: u8) -> PersonId {
    PersonId::from_bytes([byte; 16])
}

fn commune() -> Destination {
    "L-0304".parse().unwrap()
}

fn number(text: &str) -> DocumentNumber {
    text.parse().unwrap()
}

fn bag() -> Shipment {
    let opened = Opened {
        by: person(1),
        at: NOW,
    };
    let id = ShipmentId::from_bytes([7; 16]);
    Shipment::open(id, 12, (Container::Bag, commune()), opened)
}

fn seal() -> SealNumber {
    "CTIE-004711".parse().unwrap()
}

fn sealers() -> Sealers {
    Sealers::new(person(1), person(2), &[person(1)]).unwrap()
}

fn go(shipment: Shipment, step: ShipmentStep) -> Result<Shipment, IllegalShipmentMove> {
    match step {
        ShipmentStep::Seal => shipment.seal(seal(), (3, Digest([5; 32])), sealers(), NOW),
        ShipmentStep::Collect => shipment.collect(person(3), NOW),
        ShipmentStep::Relay => shipment.relay(person(4), NOW),
        ShipmentStep::Deliver => shipment.deliver(person(5), &[person(1)], NOW),
        ShipmentStep::Reconcile => shipment.reconcile(person(6), NOW),
        ShipmentStep::Dispute => shipment.dispute(NOW),
    }
}

const ALL: [ShipmentStep; 6] = [
    ShipmentStep::Seal,
    ShipmentStep::Collect,
    ShipmentStep::Relay,
    ShipmentStep::Deliver,
    ShipmentStep::Reconcile,
    ShipmentStep::Dispute,
];

#[test]
fn only_the_arrows_of_the_diagram_are_legal() {
    use ShipmentStep::{Collect, Deliver, Dispute, Reconcile, Relay, Seal};
    for (way, name, allowed) in [
        (&[][..], "packing", &[Seal][..]),
        (&[Seal], "sealed", &[Collect, Dispute]),
        (&[Seal, Collect], "with_courier", &[Relay, Deliver, Dispute]),
        (
            &[Seal, Collect, Deliver],
            "delivered",
            &[Reconcile, Dispute],
        ),
        (&[Seal, Collect, Deliver, Reconcile], "reconciled", &[]),
        (&[Seal, Dispute], "discrepancy", &[]),
        (&[Seal, Collect, Deliver, Dispute], "discrepancy", &[]),
    ] {
        let here = way
            .iter()
            .fold(bag(), |shipment, step| go(shipment, *step).unwrap());
        assert_eq!(here.state().name(), name);
        assert_eq!(here.is_open(), name == "packing");
        assert_eq!(here.state().sealed().is_some(), name != "packing");
        for step in ALL {
            let moved = go(here.clone(), step);
            assert_eq!(moved.is_ok(), allowed.contains(&step), "{step} from {name}");
        }
    }
}

#[test]
fn nobody_receives_what_they_packed_sealed_or_counted_and_no_courier_relieves_themselves() {
    let carried = go(
        go(bag(), ShipmentStep::Seal).unwrap(),
        ShipmentStep::Collect,
    )
    .unwrap();
    for packed in [1, 2, 8] {
        let received = carried.clone().deliver(person(packed), &[person(8)], NOW);
        assert_eq!(
            received,
            Err(IllegalShipmentMove::ReceiverPacked),
            "{packed}"
        );
    }
    let again = carried.relay(person(3), NOW);
    assert_eq!(again, Err(IllegalShipmentMove::SameCourier));
}

#[test]
fn who_counts_is_another_person_than_who_seals_and_all_who_packed() {
    let packers = [person(1), person(2)];
    let of = |by, counted_by| Sealers::new(person(by), person(counted_by), &packers);
    assert_eq!(of(3, 3), Err(NotFourEyes::SamePerson));
    assert_eq!(of(1, 1), Err(NotFourEyes::SamePerson));
    assert_eq!(of(1, 2), Err(NotFourEyes::Packer));
    assert_eq!(of(3, 1), Err(NotFourEyes::Packer));
    let both = of(1, 3).unwrap();
    assert_eq!((both.by(), both.counted_by()), (person(1), person(3)));
}

#[test]
fn a_card_goes_in_only_when_it_may_and_only_into_its_own_destinations_container() {
    let good = Known {
        stage: Stage::ExitTray,
        machine: Some(Verdict::Passed),
        asks: None,
        person: None,
    };
    let (here, there) = (commune(), Destination::Centre);
    let card = Candidate {
        quality: &good,
        destination: &here,
        packed_in: None,
    };
    assert_eq!(put_in(&bag(), 0, &card), Ok(PutIn::Now));
    assert_eq!(put_in(&bag(), MAX_PIECES, &card), Err(PackingError::Full));
    for bad in [
        Known::nothing(Stage::ExitTray),
        Known {
            stage: Stage::Inside,
            ..good.clone()
        },
        Known {
            asks: Some(Look::Sample),
            ..good.clone()
        },
        Known {
            person: Some(Verdict::from_reasons([Reason::Surface])),
            ..good.clone()
        },
    ] {
        let card = Candidate {
            quality: &bad,
            ..card
        };
        assert_eq!(
            put_in(&bag(), 0, &card),
            Err(PackingError::NotReady),
            "{bad:?}"
        );
    }
    let elsewhere = Candidate {
        destination: &there,
        ..card
    };
    let refused = PackingError::OtherDestination {
        card: there.clone(),
        container: here.clone(),
    };
    assert_eq!(put_in(&bag(), 0, &elsewhere), Err(refused));
    // Scanned again; in another bag; into a sealed one.
    let packed = Known {
        stage: Stage::Packed,
        ..good.clone()
    };
    let inside = |shipment| Candidate {
        quality: &packed,
        packed_in: Some(shipment),
        ..card
    };
    assert_eq!(put_in(&bag(), 1, &inside(bag().id())), Ok(PutIn::Already));
    let other = ShipmentId::from_bytes([8; 16]);
    let refused = Err(PackingError::Elsewhere(other));
    assert_eq!(put_in(&bag(), 1, &inside(other)), refused);
    let sealed = go(bag(), ShipmentStep::Seal).unwrap();
    assert_eq!(put_in(&sealed, 1, &card), Err(PackingError::Closed(12)));
}

#[test]
fn a_card_and_its_cover_match_and_no_card_is_its_own_cover() {
    let (one, two) = (number("C3F7K9T21"), number("C3F7K9T22"));
    let cover = CoverCode::of(one);
    assert_eq!(cover.to_string(), "COVERC3F7K9T21");
    assert_eq!(cover.to_string().parse(), Ok(cover));
    assert_eq!(Matched::new(one, cover).unwrap().number(), one);
    let refused = NotMatched {
        card: two,
        cover: one,
    };
    assert_eq!(Matched::new(two, cover), Err(refused));
    for text in ["C3F7K9T21", "COVER", "COVERC3F7K9T2", "coverC3F7K9T21"] {
        assert_eq!(text.parse::<CoverCode>(), Err(BadCover), "{text}");
    }
    assert!(cover.to_string().parse::<DocumentNumber>().is_err());
}

#[test]
fn a_seal_is_counted_blind() {
    assert_eq!(counted(0, 0), Err(PackingError::Empty));
    assert_eq!(counted(3, 3), Ok(()));
    for wrong in [2, 4] {
        let refused = counted(3, wrong).unwrap_err();
        assert_eq!(refused, PackingError::Count { counted: wrong });
        assert!(!refused.to_string().contains('3'), "{refused}");
    }
}

#[test]
fn seals_destinations_and_reasons_are_read_as_they_are_printed() {
    assert_eq!(" ctie-004711 ".parse(), Ok(seal()));
    let cover = "COVERC3F7K9T21";
    let card = "C3F7K9T21";
    let chip = "0A".repeat(10);
    for wrong in [
        "",
        "ABC",
        "A_4711",
        "A 4711",
        &"A".repeat(21),
        cover,
        card,
        &chip,
        "MANIFEST0123",
    ] {
        assert_eq!(wrong.parse::<SealNumber>(), Err(BadSeal), "{wrong}");
    }
    for text in ["centre", "L-0304", "EMB-PARIS"] {
        assert_eq!(text.parse::<Destination>().unwrap().to_string(), text);
    }
    assert_eq!("Centre".parse::<Destination>(), Err(BadDestination));
    for reason in TakenOut::ALL {
        assert_eq!(TakenOut::from_name(reason.name()), Some(reason));
    }
    for container in Container::ALL {
        assert_eq!(Container::from_name(container.name()), Some(container));
    }
}

#[test]
fn the_manifest_says_what_is_inside_whatever_the_order() {
    let piece = |text: &str, order: u8| Piece {
        number: number(text),
        attempt: AttemptId {
            order: OrderId::from_bytes([order; 16]),
            attempt: AttemptNumber::FIRST,
        },
    };
    let (one, two) = (piece("C3F7K9T21", 1), piece("C3F7K9T22", 2));
    let of = |pieces: &[Piece], at| {
        let contents = Contents {
            seal: &seal(),
            sealers: sealers(),
            pieces,
            at,
        };
        manifest(&bag(), &contents).unwrap()
    };
    let said = of(&[two, one], NOW);
    assert_eq!(said, of(&[one, two], NOW));
    assert_ne!(said.digest(), of(&[one], NOW).digest());
    assert_ne!(
        said.digest(),
        of(&[one, two], NOW + Duration::SECOND).digest()
    );
    let heading = said.heading();
    assert_eq!((heading.number, &*heading.seal), (12, "CTIE-004711"));
    assert_eq!(heading.sealers, [[1; 16], [2; 16]]);
    assert_eq!(said.pieces()[1].number, "C3F7K9T22");
}
