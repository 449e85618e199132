//! One applicant whose files are prepared once, with small pictures, and ordered many times.

use std::collections::BTreeMap;

use biometrics::{
    iso19794::{
        face::{ColourSpace, FaceRecord, ImageData},
        finger::{FingerPosition, FingerRecord},
    },
    jpeg2000, wsq,
};
use icao9303::lds::{DataGroup, Dg2, Dg3, Dg7, Dg11, Finger, FullName};
use image::{GrayImage, Luma, Rgb, RgbImage};
use personalisation_store::order::ContentKind;
use zeroize::Zeroizing;

/// The applicant's files and identity, as `order add` stores them.
pub struct Applicant {
    /// DG2, DG3, DG7, DG11 and the identity.
    pub content: Vec<(ContentKind, Zeroizing<Vec<u8>>)>,
}

impl Applicant {
    /// With pictures that fit into few commands.
    pub fn small() -> Self {
        Self::new((186, 240), 3_000, 96, &[])
    }

    /// The same with a portrait that is large enough to be printed.
    pub fn printable() -> Self {
        Self::new((413, 531), 3_000, 96, &[])
    }

    /// With fingers so large that DG3 lies beyond the offsets of short instructions.
    pub fn large() -> Self {
        // Noise behind the stream's end: what matters here is the length of the file.
        let noise: Vec<_> = (0..17_000).map(|n| shade(n * 7)).collect();
        Self::new((186, 240), 17 * 1024, 560, &noise)
    }

    /// With a DG3 of so many bytes, give or take one.
    pub fn with_fingers_of(length: usize) -> Self {
        let (mut padding, mut last) = (0, None);
        // Lengths of lengths move the end by a few bytes.
        for _ in 0..4 {
            let applicant = Self::new((186, 240), 3_000, 96, &vec![0x5A; padding]);
            let fingers = |content: &&(ContentKind, _)| content.0 == ContentKind::Dg3;
            let found = applicant.content.iter().find(fingers).unwrap().1.len();
            padding = (padding + length / 2).saturating_sub(found / 2);
            last = Some((applicant, found));
        }
        let (applicant, found) = last.unwrap();
        assert!(found.abs_diff(length) <= 1, "{length}: {found}");
        applicant
    }

    fn new(
        (width, height): (u16, u16),
        portrait_bytes: usize,
        finger_side: u32,
        padding: &[u8],
    ) -> Self {
        let portrait = RgbImage::from_fn(width.into(), height.into(), |x, y| {
            Rgb([shade(x * y), shade(x * 3), shade(y * 5)])
        });
        let portrait = jpeg2000::encode_to_budget(&portrait, portrait_bytes).unwrap();
        let record = FaceRecord::full_frontal(
            width,
            height,
            ColourSpace::Rgb24,
            ImageData::Jpeg2000,
            portrait,
        );
        let dg2 = Dg2::iso19794(&record.encode().unwrap()).encode().unwrap();
        let ridges = GrayImage::from_fn(finger_side, finger_side, |x, y| {
            // Slanted ridges, nine pixels apart.
            Luma([if ((x * 2 + y) / 9).is_multiple_of(2) {
                40
            } else {
                215
            }])
        });
        let stream = wsq::encode(&ridges, &wsq::WsqParameters::default()).unwrap();
        let finger = |position: usize| {
            let position = FingerPosition::ALL[position - 1];
            let mut record = FingerRecord::from_wsq(position, 60, stream.clone()).unwrap();
            record.wsq.extend(padding);
            record.encode().unwrap()
        };
        let (right, left) = (finger(2), finger(7));
        let fingers = [
            (Finger::RightIndex, &right[..]),
            (Finger::LeftIndex, &left[..]),
        ];
        let dg3 = Dg3::iso19794(&fingers).encode().unwrap();
        let signature = GrayImage::from_fn(120, 40, |x, y| Luma([shade(x * y)]));
        let signature = jpeg2000::encode_to_budget(&signature, 1_500).unwrap();
        let dg7 = Dg7::new(&signature).encode().unwrap();
        let dg11 = Dg11 {
            full_name: Some(FullName::from_visual("Müller-Weiß", "Anne-Léa").unwrap()),
            ..Dg11::default()
        };
        let identity =
            br#"{"version":1,"issuer_profile":"luxembourg","surname":"M\u00fcller-Wei\u00df",
            "given_names":"Anne-L\u00e9a","name_line":"MUELLER<WEISS<<ANNE<LEA<<<<<<<",
            "name_line_shortened":false,"sex":"F","date_of_birth":"19900101","nationality":"LUX",
            "issued":"20261015","expires":"20361014"}"#;
        let content = [
            (ContentKind::Identity, identity.to_vec()),
            (ContentKind::Dg2, dg2),
            (ContentKind::Dg3, dg3),
            (ContentKind::Dg7, dg7),
            (ContentKind::Dg11, dg11.encode().unwrap()),
        ];
        let content = content.map(|(kind, bytes)| (kind, Zeroizing::new(bytes)));
        Self {
            content: content.into(),
        }
    }

    /// What a ticket commits to.
    pub fn commitments(&self) -> BTreeMap<u8, [u8; 32]> {
        let group = |kind| match kind {
            ContentKind::Dg2 => Some(DataGroup::DG2),
            ContentKind::Dg3 => Some(DataGroup::DG3),
            ContentKind::Dg7 => Some(DataGroup::DG7),
            ContentKind::Dg11 => Some(DataGroup::DG11),
            ContentKind::Identity | ContentKind::Ticket => None,
        };
        self.content
            .iter()
            .filter_map(|(kind, file)| Some((group(*kind)?.number(), openssl::sha::sha256(file))))
            .collect()
    }
}

/// Some grey.
fn shade(number: u32) -> u8 {
    number.to_le_bytes()[0]
}
