//! Facial record of ISO/IEC 19794-5:2005: 46 bytes of headers, feature points, one picture.
//!
//! ```text
//! facial record header   "FAC\0" "010\0" length(4) images(2)
//! facial information     length(4) points(2) gender eyes hair mask(3) expression(2) pose(3) uncertainty(3)
//! feature points         type point x(2) y(2) reserved(2), each
//! image information      type data_type width(2) height(2) colour source device(2) quality(2)
//! picture
//! ```

use thiserror::Error;

use super::fields::Fields;

const FORMAT: [u8; 4] = *b"FAC\0";
const VERSION: [u8; 4] = *b"010\0";
/// Headers without feature points.
const HEADERS: usize = 46;
/// Header of the whole record.
const RECORD_HEADER: usize = 14;
/// One feature point.
const POINT: usize = 8;

/// How the picture is coded (5.8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageData {
    /// JPEG.
    Jpeg,
    /// JPEG 2000.
    Jpeg2000,
}

/// What kind of portrait it is (5.8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceImage {
    /// No promise.
    Basic,
    /// Full frontal: what documents carry.
    FullFrontal,
    /// Token frontal.
    TokenFrontal,
    /// Another value.
    Other(u8),
}

/// Colours of the picture (5.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourSpace {
    /// Not said.
    Unspecified,
    /// 24-bit sRGB.
    Rgb24,
    /// YUV 4:2:2.
    Yuv422,
    /// 8-bit grey.
    Grey8,
    /// Another value.
    Other(u8),
}

/// Where the picture comes from (5.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Not said.
    Unspecified,
    /// A photograph of unknown origin.
    Unknown,
    /// A digital still camera.
    Camera,
    /// A scanner.
    Scanner,
    /// Another value.
    Other(u8),
}

/// One feature point, as the record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeaturePoint {
    /// Type of the point; 1 is a two-dimensional MPEG-4 point.
    pub kind: u8,
    /// MPEG-4 major and minor number in a nibble each.
    pub point: u8,
    /// Pixels from the left.
    pub x: u16,
    /// Pixels from the top.
    pub y: u16,
}

/// A face with its descriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceRecord {
    /// 0 unspecified, 1 male, 2 female.
    pub gender: u8,
    /// 0 unspecified.
    pub eye_colour: u8,
    /// 0 unspecified.
    pub hair_colour: u8,
    /// Three bytes of properties; 0 where none is said.
    pub properties: [u8; 3],
    /// 0 unspecified, 1 neutral.
    pub expression: u16,
    /// Yaw, pitch, roll, coded; 0 where not said.
    pub pose: [u8; 3],
    /// Uncertainty of the pose.
    pub pose_uncertainty: [u8; 3],
    /// Points of the face.
    pub points: Vec<FeaturePoint>,
    /// What kind of portrait it is.
    pub kind: FaceImage,
    /// How the picture is coded.
    pub data: ImageData,
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// Colours.
    pub colours: ColourSpace,
    /// Where the picture comes from.
    pub source: Source,
    /// Maker's code of the device; 0 unspecified.
    pub device: u16,
    /// 0 in this edition.
    pub quality: u16,
    /// The coded picture.
    pub image: Vec<u8>,
}

/// Why a record could not be read or written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FaceError {
    /// The first bytes are not those of a facial record of the 2005 edition.
    #[error(
        "cannot read a facial record: it does not begin with FAC 010; check the biometric format type"
    )]
    Format,
    /// Not exactly one image.
    #[error("cannot read a facial record with {0} images: documents carry one")]
    Images(u16),
    /// A picture format that the edition does not know.
    #[error("cannot read a facial record: picture format {0} is not known")]
    ImageData(u8),
    /// Two lengths disagree.
    #[error("cannot read a facial record: its lengths say {said} bytes, {found} are there")]
    Length {
        /// What the header says.
        said: u64,
        /// What is there.
        found: usize,
    },
    /// The picture or the points are too many bytes for the header's fields.
    #[error("cannot write a facial record: its picture or its points are too long")]
    TooLong,
    /// The record ends in a header.
    #[error("cannot read a facial record: it ends in its headers; read it again")]
    Truncated,
}

impl FaceRecord {
    /// A full frontal portrait from a camera, as a document carries it; nothing about the person.
    pub fn full_frontal(
        width: u16,
        height: u16,
        colours: ColourSpace,
        data: ImageData,
        image: Vec<u8>,
    ) -> Self {
        Self {
            gender: 0,
            eye_colour: 0,
            hair_colour: 0,
            properties: [0; 3],
            expression: 0,
            pose: [0; 3],
            pose_uncertainty: [0; 3],
            points: Vec::new(),
            kind: FaceImage::FullFrontal,
            data,
            width,
            height,
            colours,
            source: Source::Camera,
            device: 0,
            quality: 0,
            image,
        }
    }

    /// The record's bytes: the biometric data block of EF.DG2.
    pub fn encode(&self) -> Result<Vec<u8>, FaceError> {
        let points = u16::try_from(self.points.len()).map_err(|_| FaceError::TooLong)?;
        let total = HEADERS + POINT * self.points.len() + self.image.len();
        let length = u32::try_from(total).map_err(|_| FaceError::TooLong)?;
        let mut out = Vec::with_capacity(total);
        out.extend(FORMAT);
        out.extend(VERSION);
        out.extend(length.to_be_bytes());
        out.extend(1u16.to_be_bytes());
        out.extend((length - 14).to_be_bytes());
        out.extend(points.to_be_bytes());
        out.extend([self.gender, self.eye_colour, self.hair_colour]);
        out.extend(self.properties);
        out.extend(self.expression.to_be_bytes());
        out.extend(self.pose);
        out.extend(self.pose_uncertainty);
        for point in &self.points {
            out.extend([point.kind, point.point]);
            out.extend(point.x.to_be_bytes());
            out.extend(point.y.to_be_bytes());
            out.extend([0, 0]);
        }
        out.extend([self.kind.code(), self.data.code()]);
        out.extend(self.width.to_be_bytes());
        out.extend(self.height.to_be_bytes());
        out.extend([self.colours.code(), self.source.code()]);
        out.extend(self.device.to_be_bytes());
        out.extend(self.quality.to_be_bytes());
        out.extend(&self.image);
        Ok(out)
    }

    /// Reads a record with one image; all lengths must agree.
    pub fn parse(bytes: &[u8]) -> Result<Self, FaceError> {
        let mut fields = Fields::new(bytes);
        let header = (fields.take(), fields.take());
        if header != (Some(FORMAT), Some(VERSION)) {
            return Err(FaceError::Format);
        }
        let length = fields.long().ok_or(FaceError::Truncated)?;
        let images = fields.short().ok_or(FaceError::Truncated)?;
        if images != 1 {
            return Err(FaceError::Images(images));
        }
        let block = fields.long().ok_or(FaceError::Truncated)?;
        let found = bytes.len();
        for said in [u64::from(length), u64::from(block) + RECORD_HEADER as u64] {
            if said != found as u64 {
                return Err(FaceError::Length { said, found });
            }
        }
        Self::body(fields).ok_or(FaceError::Truncated)?
    }

    /// Everything from the number of feature points on; `None` if it ends too early.
    fn body(mut fields: Fields) -> Option<Result<Self, FaceError>> {
        let count = fields.short()?;
        let [gender, eye_colour, hair_colour] = fields.take()?;
        let properties = fields.take()?;
        let expression = fields.short()?;
        let (pose, pose_uncertainty) = (fields.take()?, fields.take()?);
        let mut points = Vec::new();
        for _ in 0..count {
            let [kind, point] = fields.take()?;
            let (x, y, _reserved) = (fields.short()?, fields.short()?, fields.short()?);
            points.push(FeaturePoint { kind, point, x, y });
        }
        let kind = FaceImage::from_code(fields.byte()?);
        let data = match fields.byte()? {
            0 => ImageData::Jpeg,
            1 => ImageData::Jpeg2000,
            other => return Some(Err(FaceError::ImageData(other))),
        };
        let (width, height) = (fields.short()?, fields.short()?);
        let colours = ColourSpace::from_code(fields.byte()?);
        let source = Source::from_code(fields.byte()?);
        let (device, quality) = (fields.short()?, fields.short()?);
        Some(Ok(Self {
            gender,
            eye_colour,
            hair_colour,
            properties,
            expression,
            pose,
            pose_uncertainty,
            points,
            kind,
            data,
            width,
            height,
            colours,
            source,
            device,
            quality,
            image: fields.rest().to_vec(),
        }))
    }
}

impl ImageData {
    fn code(self) -> u8 {
        match self {
            Self::Jpeg => 0,
            Self::Jpeg2000 => 1,
        }
    }
}

impl FaceImage {
    fn code(self) -> u8 {
        match self {
            Self::Basic => 0,
            Self::FullFrontal => 1,
            Self::TokenFrontal => 2,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Basic,
            1 => Self::FullFrontal,
            2 => Self::TokenFrontal,
            other => Self::Other(other),
        }
    }
}

impl ColourSpace {
    fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::Rgb24 => 1,
            Self::Yuv422 => 2,
            Self::Grey8 => 3,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Unspecified,
            1 => Self::Rgb24,
            2 => Self::Yuv422,
            3 => Self::Grey8,
            other => Self::Other(other),
        }
    }
}

impl Source {
    fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::Unknown => 1,
            Self::Camera => 2,
            Self::Scanner => 3,
            Self::Other(code) => code,
        }
    }

    fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Unspecified,
            1 => Self::Unknown,
            2 => Self::Camera,
            3 => Self::Scanner,
            other => Self::Other(other),
        }
    }
}
