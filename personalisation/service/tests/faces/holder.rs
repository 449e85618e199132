//! A holder who does not exist, and cards to print.

use biometrics::{
    iso19794::face::{ColourSpace, FaceRecord, ImageData},
    portrait, signature,
};
use icao9303::{
    lds::{Dg2, Dg7},
    mrz::{Mrz, PartialDate},
};
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};
use personalisation::faces::{CardFacts, Holder, Permit, geometry};
use time::{Date, Month};
use zeroize::Zeroizing;

pub const MRZ: [&str; 3] = [
    "IDLUX1X8XZLPGH1<<<<<<<<<<<<<<<",
    "9911271M3611214LUX<<<<<<<<<<<8",
    "MULLER<WEISS<<ANDRE<<<<<<<<<<<",
];

/// Shades and a head: enough to tell whether it was printed as it is.
pub fn drawn_portrait(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (
            f64::from(x) / f64::from(width) - 0.5,
            f64::from(y) / f64::from(height) - 0.5,
        );
        if dx.hypot(dy * 0.8) < 0.28 {
            Rgb([205, 160, 130])
        } else {
            Rgb([190, 196, 200])
        }
    })
}

/// EF.DG2 with any picture.
pub fn dg2(picture: &RgbImage) -> Zeroizing<Vec<u8>> {
    let prepared = portrait::Portrait {
        image: picture.clone(),
        warning: None,
    };
    let coded = portrait::encode_for_chip(&prepared).unwrap();
    let side = |pixels: u32| u16::try_from(pixels).unwrap();
    let record = FaceRecord::full_frontal(
        side(picture.width()),
        side(picture.height()),
        ColourSpace::Rgb24,
        ImageData::Jpeg2000,
        coded,
    );
    Zeroizing::new(Dg2::iso19794(&record.encode().unwrap()).encode().unwrap())
}

/// EF.DG7 with a stroke of ink.
pub fn dg7() -> Zeroizing<Vec<u8>> {
    let paper = GrayImage::from_fn(400, 150, |x, y| {
        let line = 75.0 + 50.0 * (f64::from(x) / 30.0).sin();
        Luma([if (f64::from(y) - line).abs() < 4.0 {
            20
        } else {
            250
        }])
    });
    let prepared = signature::prepare(&DynamicImage::ImageLuma8(paper)).unwrap();
    let coded = signature::encode_for_chip(&prepared).unwrap();
    Zeroizing::new(Dg7::new(&coded).encode().unwrap())
}

/// Somebody.
pub fn holder() -> Holder {
    let date = |year, month, day| Date::from_calendar_date(year, month, day).unwrap();
    Holder {
        surname: "Müller-Weiß".to_owned(),
        given_names: "André".to_owned(),
        sex: "M".to_owned(),
        nationality: "LUX".to_owned(),
        date_of_birth: PartialDate::Full(date(1999, Month::November, 27)),
        place_of_birth: vec!["Esch-sur-Alzette".to_owned()],
        issued: date(2026, Month::November, 22),
        expires: date(2036, Month::November, 21),
        dg2: dg2(&drawn_portrait(622, 800)),
        dg7: Some(dg7()),
        permit: None,
    }
}

/// Somebody from elsewhere, with a permit.
pub fn resident() -> Holder {
    let mut resident = holder();
    "USA".clone_into(&mut resident.nationality);
    resident.place_of_birth = vec!["Springfield".to_owned(), "Illinois".to_owned()];
    resident.permit = Some(Permit {
        category: "Salarié".to_owned(),
        remarks: vec![
            "Accès au marché du travail : tout secteur".to_owned(),
            "Toute profession".to_owned(),
            "Carte bleue européenne".to_owned(),
        ],
        place_of_issue: "Luxembourg".to_owned(),
    });
    resident
}

/// A card of that machine readable zone.
pub fn card(lines: [&str; 3]) -> CardFacts {
    CardFacts {
        number: "1X8XZLPGH".to_owned(),
        can: "274816".to_owned(),
        mrz: Mrz::parse(&lines.concat()).unwrap(),
    }
}

/// A PNG file as pixels; it says that it has 600 dots in an inch.
pub fn pixels(png: &[u8]) -> RgbImage {
    // 600 dots in an inch are 23 622 in a metre.
    let density = [
        b"pHYs",
        &23_622_u32.to_be_bytes()[..],
        &23_622_u32.to_be_bytes(),
    ]
    .concat();
    assert!(png.windows(density.len()).any(|part| part == density));
    let picture = image::load_from_memory(png).unwrap();
    assert_eq!(picture.color(), image::ColorType::Rgb8);
    let picture = picture.to_rgb8();
    let size = (geometry::PIXEL_WIDTH, geometry::PIXEL_HEIGHT);
    assert_eq!(picture.dimensions(), size);
    picture
}

/// As light as this, 0 to 255.
pub fn grey(pixel: Rgb<u8>) -> f64 {
    let [red, green, blue] = pixel.0.map(f64::from);
    0.299 * red + 0.587 * green + 0.114 * blue
}
