//! Biometric information templates, which DG2 and DG3 share (9303-10 §4.7.2, CBEFF of ISO/IEC 7816-11).
//!
//! ```text
//! 7F61 { 02 n,
//!   7F60 { A1 { 80 version, 81 type, 82 subtype, 83 created, 85 validity, 86 creator,
//!               87 format owner, 88 format type },
//!          5F2E record (ISO/IEC 19794)  or  7F2E record (ISO/IEC 39794) } … }
//! ```
//! The records themselves are opaque here.

use std::fmt;

use super::error::Fault;
use crate::tlv::{self, Reader};

const GROUP: u16 = 0x7F61;
const COUNT: u16 = 0x02;
const TEMPLATE: u16 = 0x7F60;
const HEADER: u16 = 0xA1;
const RECORD_19794: u16 = 0x5F2E;
const RECORD_39794: u16 = 0x7F2E;
/// One for each finger, and then some.
const MOST: usize = 16;

/// Format owner ISO/IEC JTC 1/SC 37.
pub const JTC1_SC37: u16 = 0x0101;

/// Format type of a biometric record, of owner [`JTC1_SC37`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// ISO/IEC 19794-4: finger image.
    Finger19794,
    /// ISO/IEC 19794-5: face image.
    Face19794,
    /// ISO/IEC 39794-4: finger image.
    Finger39794,
    /// ISO/IEC 39794-5: face image.
    Face39794,
}

impl Format {
    /// The two bytes of object 88.
    pub fn code(self) -> u16 {
        match self {
            Self::Finger19794 => 0x0007,
            Self::Face19794 => 0x0008,
            Self::Finger39794 => 0x0028,
            Self::Face39794 => 0x002A,
        }
    }
}

/// Biometric header template. Empty fields are left out of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// 80: version of the header, `0101`.
    pub version: Option<u16>,
    /// 81: 02 face, 08 finger, 10 iris.
    pub biometric_type: Option<u32>,
    /// 82: which finger or eye.
    pub subtype: Option<u8>,
    /// 83: creation time `ccyymmddhhmmss` in BCD.
    pub created: Option<[u8; 7]>,
    /// 85: validity from and to, `ccyymmdd` in BCD each.
    pub validity: Option<[u8; 8]>,
    /// 86: product of the creator.
    pub creator: Option<Vec<u8>>,
    /// 87: owner of the format.
    pub format_owner: u16,
    /// 88: type of the format.
    pub format_type: u16,
}

/// A record, with its header.
#[derive(Clone, PartialEq, Eq)]
pub struct Template<'a> {
    /// What the record is.
    pub header: Header,
    /// The record.
    pub record: Record<'a>,
}

/// A biometric data block in one of the two encodings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Record<'a> {
    /// 5F2E: ISO/IEC 19794 (`FAC`, `FIR`).
    Iso19794(&'a [u8]),
    /// 7F2E: ISO/IEC 39794, the content of the object.
    Iso39794(&'a [u8]),
}

impl<'a> Record<'a> {
    /// The bytes of the record.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Self::Iso19794(bytes) | Self::Iso39794(bytes) => bytes,
        }
    }

    fn tag(self) -> u16 {
        match self {
            Self::Iso19794(_) => RECORD_19794,
            Self::Iso39794(_) => RECORD_39794,
        }
    }
}

/// Biometric data: only the length is shown.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Record({:X}, {} bytes, redacted)",
            self.tag(),
            self.bytes().len()
        )
    }
}

impl fmt::Debug for Template<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("header", &self.header)
            .field("record", &self.record)
            .finish()
    }
}

impl Header {
    fn parse(content: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(content);
        let mut header = Self::default();
        while let Some(element) = reader.next_element()? {
            let (tag, value) = (element.tag, element.value);
            match tag {
                0x80 => header.version = Some(u16::from_be_bytes(fixed(tag, value)?)),
                0x81 if (1..=3).contains(&value.len()) => {
                    let number = value.iter().fold(0, |n, byte| n << 8 | u32::from(*byte));
                    header.biometric_type = Some(number);
                }
                0x81 => {
                    return Err(Fault::Length {
                        tag,
                        length: value.len(),
                    });
                }
                0x82 => header.subtype = Some(u8::from_be_bytes(fixed(tag, value)?)),
                0x83 => header.created = Some(fixed(tag, value)?),
                0x85 => header.validity = Some(fixed(tag, value)?),
                0x86 => header.creator = Some(value.to_vec()),
                0x87 => header.format_owner = u16::from_be_bytes(fixed(tag, value)?),
                0x88 => header.format_type = u16::from_be_bytes(fixed(tag, value)?),
                // CBEFF defines more than ICAO uses.
                _ => {}
            }
        }
        Ok(header)
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        let mut push = |tag, value: Option<&[u8]>| {
            if let Some(value) = value {
                tlv::push(&mut out, tag, value);
            }
        };
        push(
            0x80,
            self.version
                .map(u16::to_be_bytes)
                .as_ref()
                .map(<[u8; 2]>::as_slice),
        );
        let kind = self.biometric_type.map(u32::to_be_bytes);
        push(
            0x81,
            kind.as_ref().map(|bytes| {
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(3);
                &bytes[zeros..]
            }),
        );
        push(
            0x82,
            self.subtype
                .map(u8::to_be_bytes)
                .as_ref()
                .map(<[u8; 1]>::as_slice),
        );
        push(0x83, self.created.as_ref().map(<[u8; 7]>::as_slice));
        push(0x85, self.validity.as_ref().map(<[u8; 8]>::as_slice));
        push(0x86, self.creator.as_deref());
        push(0x87, Some(&self.format_owner.to_be_bytes()));
        push(0x88, Some(&self.format_type.to_be_bytes()));
        out
    }
}

fn fixed<const N: usize>(tag: u16, value: &[u8]) -> Result<[u8; N], Fault> {
    <[u8; N]>::try_from(value).map_err(|_| Fault::Length {
        tag,
        length: value.len(),
    })
}

impl<'a> Template<'a> {
    fn parse(content: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(content);
        let header = Header::parse(reader.expect(HEADER)?)?;
        let record = match reader.optional(RECORD_39794)? {
            Some(record) => Record::Iso39794(record),
            None => Record::Iso19794(reader.expect(RECORD_19794)?),
        };
        reader.finish()?;
        Ok(Self { header, record })
    }
}

/// Reads a group template from `reader`.
pub(super) fn parse_group<'a>(reader: &mut Reader<'a>) -> Result<Vec<Template<'a>>, Fault> {
    let mut group = Reader::new(reader.expect(GROUP)?);
    let announced = match group.expect(COUNT)? {
        [count] => usize::from(*count),
        other => {
            return Err(Fault::Length {
                tag: COUNT,
                length: other.len(),
            });
        }
    };
    if announced > MOST {
        return Err(Fault::TooMany {
            tag: TEMPLATE,
            limit: MOST,
        });
    }
    let mut templates = Vec::with_capacity(announced);
    while let Some(template) = group.optional(TEMPLATE)? {
        if templates.len() == announced {
            return Err(Fault::Count {
                announced,
                found: announced + 1,
            });
        }
        templates.push(Template::parse(template)?);
    }
    group.finish()?;
    if templates.len() != announced {
        return Err(Fault::Count {
            announced,
            found: templates.len(),
        });
    }
    Ok(templates)
}

/// A whole file: `outer { group template, trailer }`. Each record is copied once.
pub(super) fn encode_file(
    outer: u16,
    templates: &[Template<'_>],
    trailer: &[u8],
) -> Result<Vec<u8>, Fault> {
    let too_many = Fault::TooMany {
        tag: TEMPLATE,
        limit: MOST,
    };
    let count = u8::try_from(templates.len()).map_err(|_| too_many.clone())?;
    if templates.len() > MOST {
        return Err(too_many);
    }
    // What stands before each record: 7F60 L { header, 5F2E L.
    let starts: Vec<_> = templates.iter().map(template_start).collect();
    let bodies = templates.iter().zip(&starts);
    let length = 3 + bodies
        .map(|(t, s)| s.len() + t.record.bytes().len())
        .sum::<usize>();
    let mut group = Vec::with_capacity(8);
    tlv::push_tag(&mut group, GROUP);
    tlv::push_length(&mut group, length);
    let length = group.len() + length + trailer.len();

    let mut out = Vec::with_capacity(length + 8);
    tlv::push_tag(&mut out, outer);
    tlv::push_length(&mut out, length);
    out.extend_from_slice(&group);
    tlv::push(&mut out, COUNT, &[count]);
    for (template, start) in templates.iter().zip(&starts) {
        out.extend_from_slice(start);
        out.extend_from_slice(template.record.bytes());
    }
    out.extend_from_slice(trailer);
    Ok(out)
}

fn template_start(template: &Template<'_>) -> Vec<u8> {
    let length = template.record.bytes().len();
    let mut content = tlv::encode(HEADER, &template.header.encode());
    tlv::push_tag(&mut content, template.record.tag());
    tlv::push_length(&mut content, length);
    let mut out = Vec::with_capacity(content.len() + 8);
    tlv::push_tag(&mut out, TEMPLATE);
    tlv::push_length(&mut out, content.len() + length);
    out.extend_from_slice(&content);
    out
}
