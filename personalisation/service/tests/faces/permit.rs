//! Residence permits: what stands on them besides, where, and what does not fit.

use personalisation::faces::{FaceError, Faces, Holder, Permit, geometry::Area};
use personalisation_core::issuer_profile::IssuerProfile;

use crate::faces::{
    holder::{self, pixels},
    layout::{difference, is_within},
};

const LUXEMBOURG: IssuerProfile = IssuerProfile::LUXEMBOURG;

fn draw(faces: &Faces, holder: Holder) -> [image::RgbImage; 2] {
    let prepared = Faces::prepare(&LUXEMBOURG, holder).unwrap();
    let card = holder::card(holder::MRZ);
    let pictures = faces.draw(&prepared, &card).unwrap();
    if let Ok(folder) = std::env::var("STEMPEL_FACES") {
        std::fs::write(format!("{folder}/permit-front.png"), &pictures.front).unwrap();
        std::fs::write(format!("{folder}/permit-back.png"), &pictures.back).unwrap();
    }
    [pixels(&pictures.front), pixels(&pictures.back)]
}

fn changed(change: impl FnOnce(&mut Permit)) -> Holder {
    let mut resident = holder::resident();
    change(resident.permit.as_mut().unwrap());
    resident
}

#[test]
fn each_fact_of_a_permit_is_printed_in_its_place_and_nowhere_else() {
    let faces = Faces::new();
    let before = draw(&faces, holder::resident());
    let area = |x, y, width, height| Area {
        x,
        y,
        width,
        height,
    };
    let table = [
        (
            changed(|permit| permit.category = "Étudiant".to_owned()),
            Some(area(33.4, 37.2, 35.0, 4.0)),
            None,
        ),
        (
            changed(|permit| permit.place_of_issue = "Esch".to_owned()),
            Some(area(33.4, 44.2, 18.4, 3.0)),
            None,
        ),
        (
            changed(|permit| permit.remarks[1] = "Aucune profession".to_owned()),
            Some(area(4.0, 51.2, 47.0, 2.2)),
            None,
        ),
        (
            changed(|permit| permit.remarks[2] = "Ancien titulaire".to_owned()),
            None,
            Some(area(5.0, 24.0, 47.0, 2.2)),
        ),
    ];
    for (number, (holder, front, back)) in table.into_iter().enumerate() {
        let after = draw(&faces, holder);
        for (side, place) in [front, back].into_iter().enumerate() {
            let differs = difference(&before[side], &after[side]);
            match (differs, place) {
                (None, None) => {}
                (Some(differs), Some(place)) => {
                    assert!(is_within(differs, place), "{number}: {differs:?}");
                }
                other => panic!("{number}, side {side}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_permit_has_other_colours_than_a_card() {
    let faces = Faces::new();
    let [card, _] = draw(&faces, holder::holder());
    let [permit, _] = draw(&faces, holder::resident());
    let corner = |face: &image::RgbImage| face.get_pixel(20, 1255).0;
    let (card, permit) = (corner(&card), corner(&permit));
    let apart: u32 = card
        .iter()
        .zip(permit)
        .map(|(one, other)| u32::from(one.abs_diff(other)))
        .sum();
    assert!(apart > 10, "{apart}");
}

#[test]
fn what_does_not_fit_a_permit_is_named() {
    let refused = |holder| Faces::prepare(&LUXEMBOURG, holder).unwrap_err();
    let long = "Mitarbeiter einer wissenschaftlichen Forschungseinrichtung ".repeat(3);
    for field in ["category", "place of issue", "remarks"] {
        let holder = changed(|permit| match field {
            "category" => permit.category.clone_from(&long),
            "place of issue" => permit.place_of_issue.clone_from(&long),
            _ => permit.remarks[0].clone_from(&long),
        });
        assert_eq!(refused(holder), FaceError::DoesNotFit { field });
    }
    let five = changed(|permit| permit.remarks = vec!["Travail".to_owned(); 5]);
    assert_eq!(refused(five), FaceError::DoesNotFit { field: "remarks" });
    let shown = format!("{:?}", holder::resident().permit.as_ref().unwrap());
    assert_eq!(shown, "Permit(redacted)");
}
