//! Every move tried from every state.

use super::{record::BadRecord, *};
use crate::{
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BlankId, ShipmentId},
    machine::{CardHandle, MachineCard},
};

fn binding() -> Binding {
    Binding {
        blank: BlankId::from_bytes([2; 16]),
        chip: ChipSerial::from_bytes([3; 10]),
        number: "C3F7K9T21".parse::<DocumentNumber>().unwrap(),
        card: Some(MachineCard {
            machine: "SN-1".parse().unwrap(),
            handle: CardHandle::new(7).unwrap(),
        }),
    }
}

fn chip_key() -> ChipPublicKey {
    let mut point = vec![4];
    point.extend([5; 64]);
    ChipPublicKey::try_from(&point[..]).unwrap()
}

fn go(attempt: Attempt, step: Step) -> Result<Attempt, IllegalMove> {
    match step {
        Step::Bind => attempt.bind(binding()),
        Step::KeyChip => attempt.key_chip(chip_key()),
        Step::BuildLds => attempt.build_lds(Digest([6; 32])),
        Step::Sign => attempt.sign(Digest([7; 32]), Digest([8; 32])),
        Step::Write => attempt.write(),
        Step::Lock => attempt.lock(),
        Step::ReadBack => attempt.read_back(),
        Step::Print => attempt.print(),
        Step::PassQuality => attempt.pass_quality(),
        Step::Pack => attempt.pack(ShipmentId::from_bytes([9; 16])),
        Step::Unpack => attempt.unpack(),
        Step::Hold => attempt.hold(),
        Step::Resume => attempt.resume(),
        Step::Cancel => attempt.cancel(),
        Step::Scrap => attempt.scrap(ScrapReason::ChipRefused),
    }
}

const LINE: [Step; 9] = [
    Step::Bind,
    Step::KeyChip,
    Step::BuildLds,
    Step::Sign,
    Step::Write,
    Step::Lock,
    Step::ReadBack,
    Step::Print,
    Step::PassQuality,
];
const ASIDE: [Step; 6] = [
    Step::Pack,
    Step::Unpack,
    Step::Hold,
    Step::Resume,
    Step::Cancel,
    Step::Scrap,
];

/// The attempt after the first `steps` steps of the line.
fn after(steps: usize) -> Attempt {
    LINE[..steps].iter().fold(
        Attempt::first(OrderId::from_bytes([1; 16])),
        |attempt, step| go(attempt, *step).unwrap(),
    )
}

/// The attempts of a good run until it is packed, with the number of steps behind each.
pub fn line() -> impl Iterator<Item = (Attempt, usize)> {
    (0..=LINE.len()).map(|steps| (after(steps), steps))
}

/// Every reachable attempt, with the moves that its state allows.
fn all() -> Vec<(Attempt, Vec<Step>)> {
    let mut all = Vec::new();
    for steps in 0..=LINE.len() {
        let attempt = after(steps);
        let mut allowed = vec![Step::Scrap];
        allowed.extend(LINE.get(steps));
        if steps < 6 {
            allowed.push(Step::Hold);
            let held = attempt.clone().hold().unwrap();
            let mut of_held = vec![Step::Resume, Step::Scrap];
            // Once written, the lock may have reached the chip: whoever has that may still cancel, nobody else.
            if steps < 5 {
                allowed.push(Step::Cancel);
                of_held.push(Step::Cancel);
            }
            all.push((held, of_held));
            all.push((attempt.clone().cancel_unlocked().unwrap(), vec![]));
        }
        all.push((
            attempt.clone().scrap(ScrapReason::ChipSilent).unwrap(),
            vec![],
        ));
        if steps == LINE.len() {
            allowed.push(Step::Pack);
            // A packed card is not scrapped: it comes out first.
            all.push((go(attempt.clone(), Step::Pack).unwrap(), vec![Step::Unpack]));
        }
        all.push((attempt, allowed));
    }
    all
}

#[test]
fn only_the_arrows_of_the_diagram_are_legal() {
    for (attempt, allowed) in all() {
        for step in LINE.into_iter().chain(ASIDE) {
            let moved = go(attempt.clone(), step);
            assert_eq!(
                moved.is_ok(),
                allowed.contains(&step),
                "{step} from {:?}",
                attempt.state()
            );
        }
    }
}

#[test]
fn a_card_in_a_plain_reader_ends_when_it_was_read_back_and_is_never_printed() {
    let encoder = Binding {
        card: None,
        ..binding()
    };
    let bound = Attempt::first(OrderId::from_bytes([1; 16])).bind(encoder);
    let read = LINE[1..7]
        .iter()
        .fold(bound.unwrap(), |attempt, step| go(attempt, *step).unwrap());
    assert!(read.state().is_final() && read.state().is_document());
    assert!(read.print().is_err());
    // In a machine the same state is on the way.
    assert!(!after(7).state().is_final() && !after(8).state().is_document());
    assert!(after(9).state().is_final() && after(9).state().is_document());
}

#[test]
fn a_packed_card_is_a_document_and_comes_out_as_it_went_in() {
    let packed = go(after(9), Step::Pack).unwrap();
    assert!(packed.state().is_final() && packed.state().is_document());
    assert_eq!(packed.clone().unpack(), Ok(after(9)));
    let mut record = packed.record();
    record.shipment = None;
    let error = BadRecord {
        column: "shipment_id",
    };
    assert_eq!(Attempt::from_record(packed.id(), &record), Err(error));
}

#[test]
fn a_held_attempt_resumes_where_it_was() {
    for steps in 0..6 {
        let attempt = after(steps);
        assert_eq!(attempt.clone().hold().unwrap().resume(), Ok(attempt));
    }
}

#[test]
fn the_binding_survives_until_the_end() {
    assert_eq!(after(0).binding(), None);
    for (attempt, _) in all() {
        let expected = match attempt
            .record()
            .from_state
            .as_deref()
            .unwrap_or(attempt.state().name())
        {
            "queued" => None,
            _ => Some(binding()),
        };
        assert_eq!(attempt.binding().copied(), expected, "{attempt:?}");
    }
}

#[test]
fn every_record_leads_back_to_its_attempt() {
    for (attempt, _) in all() {
        assert_eq!(
            Attempt::from_record(attempt.id(), &attempt.record()),
            Ok(attempt)
        );
    }
}

#[test]
fn a_record_without_a_fact_names_the_column() {
    let attempt = after(4);
    let mut record = attempt.record();
    record.lds_digest = None;
    let error = BadRecord {
        column: "lds_digest",
    };
    assert_eq!(Attempt::from_record(attempt.id(), &record), Err(error));

    let mut record = attempt
        .clone()
        .scrap(ScrapReason::ChipRefused)
        .unwrap()
        .record();
    record.from_state = Some("scrapped".to_owned());
    let error = BadRecord {
        column: "from_state",
    };
    assert_eq!(Attempt::from_record(attempt.id(), &record), Err(error));
}

#[test]
fn scrap_reasons_are_found_by_name() {
    for reason in ScrapReason::ALL {
        assert_eq!(ScrapReason::from_name(reason.name()), Some(reason));
    }
    assert_eq!(ScrapReason::from_name("bad luck"), None);
}

#[test]
fn a_chip_key_must_look_like_a_point() {
    for bytes in [&[][..], &[4], &[4, 1], &[4, 1, 2, 3], &[2; 33], &[4; 135]] {
        assert!(ChipPublicKey::try_from(bytes).is_err(), "{bytes:?}");
    }
}
