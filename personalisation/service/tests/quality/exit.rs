//! The exit inspection through the simulator's camera with its documented noise, shift, turn and light.

use hardware_sim::machine::{
    build::{Build, Marking},
    camera::Camera,
    paint::{Defect, Dye as Missing},
};
use personalisation::quality::{
    self,
    exit::{self, Dye, ExitError, ExitFindings, Face, Finding, Flaw, limits},
};
use personalisation_core::quality::Reason;

use super::{
    cards::{self, Card},
    defects::{self, Fault},
};

fn build(marking: Marking) -> Build {
    Build::new(marking, "1".to_owned())
}

/// A camera with the documented values, up to which each picture draws its own; another draw for each number.
fn camera(number: u64) -> Camera {
    Camera {
        seed: number.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        ..Camera::default()
    }
}

fn flaws(found: &ExitFindings, face: Face) -> Vec<Flaw> {
    let own = found
        .findings()
        .iter()
        .filter(|finding| finding.face == face);
    own.map(|finding| finding.flaw).collect()
}

#[test]
fn good_cards_pass_and_are_read_whatever_the_camera_draws() {
    for (marking, seed) in [(Marking::Ribbon, 11), (Marking::Laser, 12)] {
        let build = build(marking);
        cards::each(seed, 4, |number, card| {
            for handle in 0..4 {
                let number = u64::from(number) * 8 + handle;
                let found = defects::look(&build, &camera(number), handle, card, None);
                assert!(found.passed(), "{number}: {found:?}");
                assert!(found.reads(&card.mrz), "{number}");
            }
        });
    }
}

#[test]
fn each_fault_of_a_print_is_found_by_name() {
    let build = build(Marking::Ribbon);
    cards::each(13, 2, |number, card| {
        let number = u64::from(number);
        let look = |fault| defects::look(&build, &camera(number), number, card, Some(fault));
        let machine = |defect| look(Fault::Machine(defect));
        for face in Face::ALL {
            let blank = machine(Defect::Blank);
            assert!(!flaws(&blank, face).is_empty());
            let verdict = quality::verdict(&blank, &card.mrz);
            assert_eq!(verdict.reasons().first(), Some(&Reason::Blank));
            assert_eq!(flaws(&machine(Defect::WrongSide), face), [Flaw::WrongSide]);
            for (missing, dye) in [
                (Missing::Cyan, Dye::Cyan),
                (Missing::Magenta, Dye::Magenta),
                (Missing::Yellow, Dye::Yellow),
            ] {
                let found = flaws(&machine(Defect::MissingColour(missing)), face);
                assert!(found.contains(&Flaw::Ink(dye)), "{dye:?}: {found:?}");
            }
            let found = flaws(&machine(Defect::Smear), face);
            assert!(found.contains(&Flaw::Blemish), "{found:?}");
            assert!(!found.contains(&Flaw::Across), "{found:?}");
        }
        let spoiled = look(Fault::OtherPortrait);
        assert!(flaws(&spoiled, Face::Front).contains(&Flaw::Portrait));
        assert_eq!(flaws(&spoiled, Face::Back), []);
        for small in [Fault::Gap(1.5), Fault::Scratch(0.2), Fault::LightSmear] {
            let found = flaws(&look(small), Face::Front);
            assert!(found.contains(&Flaw::Blemish), "{small:?}: {found:?}");
        }
        let found = flaws(&look(Fault::Weaker(1, 0.12)), Face::Front);
        assert!(found.contains(&Flaw::Ink(Dye::Magenta)), "{found:?}");
    });
}

#[test]
fn one_other_character_is_found_in_its_place_and_nothing_else_of_the_zone_is() {
    let build = build(Marking::Ribbon);
    cards::each(17, 4, |number, card| {
        let number = u64::from(number);
        let fault = Some(Fault::OtherCharacter);
        let found = defects::look(&build, &camera(number), number, card, fault);
        let (line, place) = card.other_character.0;
        let wrong = Flaw::WrongCharacter { line, place };
        let found_flaws = flaws(&found, Face::Back);
        let of_zone = found_flaws.iter().filter(|flaw| **flaw != Flaw::Blemish);
        assert_eq!(of_zone.collect::<Vec<_>>(), [&wrong]);
        assert!(!found.reads(&card.mrz));
        // It is read as what stands there, not only as "another one".
        let (line, place) = (usize::from(line), usize::from(place));
        let ordered: Vec<&str> = card.mrz.lines().collect();
        let read = &found.machine_readable_zone()[line - 1];
        assert_ne!(
            read.as_bytes()[place - 1],
            ordered[line - 1].as_bytes()[place - 1]
        );
    });
}

#[test]
fn a_wrong_face_that_was_drawn_and_printed_alike_is_found_by_the_orders_lines() {
    let build = build(Marking::Ribbon);
    cards::each(19, 1, |_, card| {
        let drawn = [card.faces[0].clone(), card.other_character.1.clone()];
        let [front, back] = defects::photographs(&build, &camera(1), 1, &drawn);
        let marking = exit::Marking::Ribbon;
        let found = exit::inspect(marking, &defects::ordered(&drawn), &front, &back).unwrap();
        assert!(found.passed() && !found.reads(&card.mrz), "{found:?}");
        let verdict = quality::verdict(&found, &card.mrz);
        assert_eq!(verdict.reasons(), [Reason::MachineReadableZone]);
        let detail = quality::detail(&found, &card.mrz);
        assert_eq!(
            detail.as_deref(),
            Some("back: the machine-readable zone is not that of the order")
        );
    });
}

/// Measured along one way at a time: the limit lies between what is always found and what never is.
#[test]
fn the_prints_place_is_measured_to_a_twentieth_of_a_millimetre() {
    let build = build(Marking::Ribbon);
    cards::each(23, 2, |number, card| {
        for (handle, millimetres) in [0.0, 0.2, -0.2, 0.4, -0.4, 1.0, -2.0]
            .into_iter()
            .enumerate()
        {
            let handle = u64::try_from(handle).unwrap();
            for (x_mm, y_mm) in [(millimetres, 0.0), (0.0, millimetres)] {
                let shifted = Fault::Machine(Defect::Shifted { x_mm, y_mm });
                let seen_by = camera(u64::from(number) * 8 + handle);
                let found = defects::look(&build, &seen_by, handle, card, Some(shifted));
                for face in Face::ALL {
                    let (x, y) = found.measures(face).offset_mm;
                    let error = (x - x_mm).hypot(y - y_mm);
                    assert!(error < 0.05, "{face} {x_mm}, {y_mm}: {x}, {y}");
                }
                let wrong = millimetres.abs() > limits::POSITION_MM;
                assert_eq!(found.passed(), !wrong, "{x_mm}, {y_mm}: {found:?}");
            }
        }
    });
}

#[test]
fn a_laser_is_judged_by_light_and_dark() {
    let build = build(Marking::Laser);
    cards::each(29, 1, |_, card| {
        for fault in defects::of(Marking::Laser) {
            let found = defects::look(&build, &camera(3), 3, card, Some(fault));
            assert!(!found.passed(), "{fault:?}");
        }
    });
}

#[test]
fn a_picture_that_shows_no_card_is_no_verdict() {
    let build = build(Marking::Ribbon);
    cards::each(31, 1, |_, card| {
        let [front, back] = defects::photographs(&build, &camera(1), 1, &card.faces);
        let look = |front: &[u8], back: &[u8]| {
            let ordered = defects::ordered(&card.faces);
            exit::inspect(exit::Marking::Ribbon, &ordered, front, back)
        };
        let error = |front: &[u8]| look(front, &back).unwrap_err();
        assert!(matches!(error(b"nothing"), ExitError::Undecodable { .. }));
        assert!(matches!(
            error(&front[..front.len() / 2]),
            ExitError::Undecodable { .. } | ExitError::NoCard { .. }
        ));
        assert!(matches!(
            error(&vec![0; limits::JPEG_BYTES + 1]),
            ExitError::TooLarge { .. }
        ));
        let mut ground = Vec::new();
        let empty = image::RgbImage::from_pixel(1081, 708, image::Rgb([30, 32, 36]));
        image::codecs::jpeg::JpegEncoder::new(&mut ground)
            .encode_image(&empty)
            .unwrap();
        assert!(matches!(
            error(&ground),
            ExitError::NoCard {
                face: Face::Front,
                ..
            }
        ));
        let mut small = Vec::new();
        let thumbnail = image::RgbImage::new(64, 48);
        image::codecs::jpeg::JpegEncoder::new(&mut small)
            .encode_image(&thumbnail)
            .unwrap();
        assert!(matches!(error(&small), ExitError::Size { width: 64, .. }));
        // Half the light, everywhere.
        let mut dim = image::load_from_memory(&front).unwrap().to_rgb8();
        for level in dim.iter_mut() {
            *level /= 2;
        }
        let mut jpeg = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90);
        dim.write_with_encoder(encoder).unwrap();
        assert!(matches!(error(&jpeg), ExitError::Light { .. }));
    });
}

#[test]
fn findings_say_what_where_measured_and_limit_and_nothing_of_the_holder() {
    let finding = Finding {
        face: Face::Back,
        flaw: Flaw::WrongCharacter { line: 2, place: 14 },
        place: None,
        measured: 0.714,
        limit: 0.98,
    };
    assert_eq!(
        finding.to_string(),
        "back: wrong character, line 2 place 14: 0.71, limit 0.98"
    );
    let card_passes = |card: &Card| {
        let found = defects::look(&build(Marking::Ribbon), &camera(0), 1, card, None);
        let shown = format!("{found:?}");
        assert!(card.mrz.lines().all(|line| !shown.contains(line)));
    };
    cards::each(37, 1, |_, card| card_passes(card));
}
