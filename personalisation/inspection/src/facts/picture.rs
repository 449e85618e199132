//! Format and size of pictures, from their first bytes. Nothing is decoded.

use icao9303::lds::biometric::Record;
use icao9303::tlv::Reader;

use crate::report::PictureFacts;

/// Where the image begins in a record of ISO/IEC 19794-5 without feature points, and where the
/// number of feature points stands (eight bytes each).
const FACE_IMAGE: usize = 46;
const FEATURE_POINTS: std::ops::Range<usize> = 18..20;
const FEATURE_POINT: usize = 8;

/// The way to the image of ISO/IEC 39794-5, from the content of object 7F2E.
const FACE_39794: [u16; 8] = [0xA1, 0x65, 0xA1, 0x30, 0xA1, 0xA0, 0xA0, 0x80];

/// The image inside a face record.
pub(super) fn of_face(record: Record<'_>) -> Option<&[u8]> {
    match record {
        Record::Iso19794(bytes) => {
            let points = <[u8; 2]>::try_from(bytes.get(FEATURE_POINTS)?).ok()?;
            let points = usize::from(u16::from_be_bytes(points));
            bytes.get(FACE_IMAGE + FEATURE_POINT * points..)
        }
        Record::Iso39794(mut bytes) => {
            for tag in FACE_39794 {
                bytes = find(bytes, tag)?;
            }
            Some(bytes)
        }
    }
}

fn find(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    while let Some(element) = reader.next_element().ok()? {
        if element.tag == tag {
            return Some(element.value);
        }
    }
    None
}

/// Format, width and height, and bytes of an image.
pub(super) fn describe(subject: &str, image: &[u8]) -> PictureFacts {
    let (format, pixels) = if image.starts_with(&[0xFF, 0xD8, 0xFF]) {
        ("JPEG", jpeg_size(image))
    } else if image.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) {
        ("JPEG 2000", codestream_size(image))
    } else if image.starts_with(b"\0\0\0\x0CjP  \r\n\x87\n") {
        let codestream = image
            .windows(4)
            .position(|bytes| bytes == [0xFF, 0x4F, 0xFF, 0x51]);
        (
            "JPEG 2000",
            codestream.and_then(|start| codestream_size(&image[start..])),
        )
    } else {
        ("unknown format", None)
    };
    PictureFacts {
        subject: subject.to_owned(),
        format: format.to_owned(),
        pixels,
        bytes: image.len(),
    }
}

/// Width and height in the frame header (ISO/IEC 10918-1 §B.2.2).
fn jpeg_size(image: &[u8]) -> Option<(u32, u32)> {
    let mut rest = image.get(2..)?;
    loop {
        let [0xFF, marker, high, low] = *rest.first_chunk::<4>()? else {
            return None;
        };
        match marker {
            // Fill bytes before a marker.
            0xFF => rest = &rest[1..],
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let [h1, h0, w1, w0] = *rest.get(5..9)?.first_chunk::<4>()?;
                return Some((
                    u16::from_be_bytes([w1, w0]).into(),
                    u16::from_be_bytes([h1, h0]).into(),
                ));
            }
            // The scan: no frame header came before it.
            0xDA => return None,
            _ => rest = rest.get(2 + usize::from(u16::from_be_bytes([high, low]))..)?,
        }
    }
}

/// Width and height in the SIZ marker segment (ISO/IEC 15444-1 §A.5.1).
fn codestream_size(codestream: &[u8]) -> Option<(u32, u32)> {
    let number = |offset: usize| {
        let bytes = codestream.get(offset..offset + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    let (right, bottom, left, top) = (number(8)?, number(12)?, number(16)?, number(20)?);
    Some((right.checked_sub(left)?, bottom.checked_sub(top)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_from_first_bytes() {
        let jpeg = hex::decode("FFD8FFE00004AABBFFFFC00011080320026E03").unwrap();
        let facts = describe("portrait", &jpeg);
        assert_eq!(
            (&*facts.format, facts.pixels),
            ("JPEG", Some((0x26E, 0x320)))
        );
        let siz = "FF4FFF51002F00000000026E0000032000000000000000000000";
        let codestream = hex::decode(siz).unwrap();
        assert_eq!(describe("", &codestream).pixels, Some((622, 800)));
        let box_ = [b"\0\0\0\x0CjP  \r\n\x87\n", &[7; 40][..], &codestream].concat();
        let facts = describe("portrait", &box_);
        assert_eq!(
            (&*facts.format, facts.pixels),
            ("JPEG 2000", Some((622, 800)))
        );
        assert_eq!(facts.bytes, box_.len());
    }

    #[test]
    fn broken_pictures_have_no_size() {
        let whole = hex::decode("FFD8FFE00004AABBFFC00011080320026E03").unwrap();
        for end in 3..17 {
            assert_eq!(describe("", &whole[..end]).pixels, None, "{end}");
        }
        assert_eq!(describe("", b"GIF89a").format, "unknown format");
        let backwards = hex::decode("FF4FFF51002F00000000000100000001000000090000000900").unwrap();
        assert_eq!(describe("", &backwards).pixels, None);
        for hex in ["FFD8FFDA0002", "FFD8FFE00000", "FFD800"] {
            assert_eq!(
                describe("", &hex::decode(hex).unwrap()).pixels,
                None,
                "{hex}"
            );
        }
    }
}
