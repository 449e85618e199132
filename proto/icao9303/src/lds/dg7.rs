//! EF.DG7 (9303-10 §4.7.7): the signature as displayed, JPEG or JPEG 2000.
//!
//! ```text
//! 67 { 02 n, 5F43 image … }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::{DataGroup, ElementaryFile};
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG7);
const COUNT: u16 = 0x02;
const IMAGE: u16 = 0x5F43;

/// The content of DG7.
#[derive(Clone, PartialEq, Eq)]
pub struct Dg7<'a> {
    /// Images; one as a rule.
    pub images: Vec<&'a [u8]>,
}

impl<'a> Dg7<'a> {
    /// One image.
    pub fn new(image: &'a [u8]) -> Self {
        Self {
            images: vec![image],
        }
    }

    /// Reads the file; padding after it is legal.
    pub fn parse(file: &'a [u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(tlv::parse_padded(file, 0x67)?.value);
        let announced = match reader.expect(COUNT)? {
            [count] => usize::from(*count),
            other => {
                return Err(Fault::Length {
                    tag: COUNT,
                    length: other.len(),
                });
            }
        };
        let mut images = Vec::new();
        while let Some(image) = reader.optional(IMAGE)? {
            images.push(image);
        }
        reader.finish()?;
        if images.len() != announced {
            return Err(Fault::Count {
                announced,
                found: images.len(),
            });
        }
        Ok(Self { images })
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, FileError> {
        let limit = usize::from(u8::MAX);
        let count = u8::try_from(self.images.len())
            .map_err(|_| Fault::TooMany { tag: IMAGE, limit })
            .in_file(FILE)?;
        let mut content = tlv::encode(COUNT, &[count]);
        for image in &self.images {
            tlv::push(&mut content, IMAGE, image);
        }
        Ok(tlv::encode(0x67, &content))
    }
}

impl std::fmt::Debug for Dg7<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dg7({} images, redacted)", self.images.len())
    }
}
