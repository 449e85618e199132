//! Measures of a portrait: component formulas of ISO/IEC 29794-5 on our landmarks, and approximations of our own.
//!
//! Each has a native value in a unit and a quality from 0 (useless) to 100 (as it should be). Nothing here is certified
//! by anybody: landmarks and regions are ours, only the formulas are the standard's. Measures of
//! [`Measure::is_approximation`] have formulas of our own too.

mod geometry;
mod ground;
mod light;
mod mapping;
mod own;
mod region;

use image::RgbImage;

use super::{Area, Face, Landmarks, Point, sample};
use region::Seen;

/// Pixels between the irises in the reduced picture that light and colour are measured in (the chip's portrait).
const EYE_DISTANCE: f64 = 155.5;

/// One measure. The order is the order in which all of them are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Area of the second largest face against the largest, 0 to 1.
    SingleFace,
    /// Pixels between the irises in the picture that came in, corrected for yaw.
    InterEyeDistance,
    /// From between the eyes to the chin, as a share of the portrait's height.
    HeadSize,
    /// From the portrait's left edge to the left eye, in eye distances.
    CropLeft,
    /// From the right eye to the portrait's right edge, in eye distances.
    CropRight,
    /// From the portrait's upper edge to the eyes, in distances from eyes to chin.
    MarginAbove,
    /// From the eyes to the portrait's lower edge, in distances from eyes to chin.
    MarginBelow,
    /// Degrees by which the head is turned to a side.
    Yaw,
    /// Degrees by which the head nods.
    Pitch,
    /// Degrees by which the head leans to a side.
    Roll,
    /// The smaller gap between lids, in distances from eyes to chin.
    EyesOpen,
    /// The gap between the lips, in distances from eyes to chin.
    MouthClosed,
    /// How far the corners of the mouth are raised, as a share of its width. Approximation.
    NeutralExpression,
    /// Mean luminance of the face, 0 to 1.
    LuminanceMean,
    /// Variance of the face's luminance.
    LuminanceVariance,
    /// Share of the face that is nearly black (luminance 0 to 25 of 255).
    UnderExposure,
    /// Share of the face that is nearly white (luminance 247 to 255).
    OverExposure,
    /// Entropy of the face's luminance, in bits.
    DynamicRange,
    /// How much the histograms of both cheeks have in common, 0 to 1.
    IlluminationUniformity,
    /// The darkest of cheeks and nose against the brightest, 0 to 1. Approximation.
    Shadow,
    /// Share of the eyes' surroundings that is nearly white. Approximation.
    Glare,
    /// Share of the irises that shines red. Approximation.
    RedEye,
    /// Distance of the cheeks' colour from that of skin, in CIELAB.
    NaturalColour,
    /// Mean gradient of the luminance beside the head.
    BackgroundUniformity,
    /// Share of the lower face that has no colour of skin or hair. Approximation.
    Occlusion,
    /// Share of the face's detail that a blur would leave (0 is sharp, 1 blurred). Approximation.
    Sharpness,
    /// Steps at the borders of eight-by-eight blocks against steps elsewhere. Approximation.
    Compression,
}

impl Measure {
    /// All measures, in their fixed order.
    pub const ALL: [Self; 27] = [
        Self::SingleFace,
        Self::InterEyeDistance,
        Self::HeadSize,
        Self::CropLeft,
        Self::CropRight,
        Self::MarginAbove,
        Self::MarginBelow,
        Self::Yaw,
        Self::Pitch,
        Self::Roll,
        Self::EyesOpen,
        Self::MouthClosed,
        Self::NeutralExpression,
        Self::LuminanceMean,
        Self::LuminanceVariance,
        Self::UnderExposure,
        Self::OverExposure,
        Self::DynamicRange,
        Self::IlluminationUniformity,
        Self::Shadow,
        Self::Glare,
        Self::RedEye,
        Self::NaturalColour,
        Self::BackgroundUniformity,
        Self::Occlusion,
        Self::Sharpness,
        Self::Compression,
    ];

    /// Its id in records, configuration and texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleFace => "single-face",
            Self::InterEyeDistance => "inter-eye-distance",
            Self::HeadSize => "head-size",
            Self::CropLeft => "crop-left",
            Self::CropRight => "crop-right",
            Self::MarginAbove => "margin-above",
            Self::MarginBelow => "margin-below",
            Self::Yaw => "yaw",
            Self::Pitch => "pitch",
            Self::Roll => "roll",
            Self::EyesOpen => "eyes-open",
            Self::MouthClosed => "mouth-closed",
            Self::NeutralExpression => "neutral-expression",
            Self::LuminanceMean => "luminance-mean",
            Self::LuminanceVariance => "luminance-variance",
            Self::UnderExposure => "under-exposure",
            Self::OverExposure => "over-exposure",
            Self::DynamicRange => "dynamic-range",
            Self::IlluminationUniformity => "illumination-uniformity",
            Self::Shadow => "shadow",
            Self::Glare => "glare",
            Self::RedEye => "red-eye",
            Self::NaturalColour => "natural-colour",
            Self::BackgroundUniformity => "background-uniformity",
            Self::Occlusion => "occlusion",
            Self::Sharpness => "sharpness",
            Self::Compression => "compression",
        }
    }

    /// The measure of an id; none if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// Unit of the native value; empty for shares and ratios.
    pub fn unit(self) -> &'static str {
        match self {
            Self::InterEyeDistance => "px",
            Self::Yaw | Self::Pitch | Self::Roll => "°",
            Self::DynamicRange => "bit",
            Self::CropLeft | Self::CropRight => "eye distances",
            Self::MarginAbove | Self::MarginBelow | Self::EyesOpen | Self::MouthClosed => {
                "eye-to-chin distances"
            }
            _ => "",
        }
    }

    /// Whether the formula is ours rather than the standard's.
    pub fn is_approximation(self) -> bool {
        matches!(
            self,
            Self::NeutralExpression
                | Self::Shadow
                | Self::Glare
                | Self::RedEye
                | Self::Occlusion
                | Self::Sharpness
                | Self::Compression
        )
    }

    /// The quality, 0 to 100, of a native value.
    pub fn quality(self, native: f64) -> u8 {
        mapping::quality(self, native)
    }
}

/// Native values of all measures, in their fixed order. `frame` is what the portrait will show of the picture, `faces`
/// are all faces found, the measured one first.
pub fn native(
    picture: &RgbImage,
    faces: &[Face],
    landmarks: &Landmarks,
    frame: &Area,
) -> Vec<(Measure, f64)> {
    let geometry = geometry::Geometry::of(landmarks, frame);
    let seen = Seen::of(picture, landmarks, frame, EYE_DISTANCE);
    let light = light::Light::of(&seen);
    let value = |measure| match measure {
        Measure::SingleFace => match faces {
            [first, second, ..] => second.area.size() / first.area.size(),
            _ => 0.0,
        },
        Measure::InterEyeDistance => geometry.eye_distance,
        Measure::HeadSize => geometry.head_size,
        Measure::CropLeft => geometry.left,
        Measure::CropRight => geometry.right,
        Measure::MarginAbove => geometry.above,
        Measure::MarginBelow => geometry.below,
        Measure::Yaw => geometry.yaw,
        Measure::Pitch => geometry.pitch,
        Measure::Roll => geometry.roll,
        Measure::EyesOpen => geometry.lids,
        Measure::MouthClosed => geometry.lips,
        Measure::NeutralExpression => geometry.lift,
        Measure::LuminanceMean => light.mean,
        Measure::LuminanceVariance => light.variance,
        Measure::UnderExposure => light.dark,
        Measure::OverExposure => light.bright,
        Measure::DynamicRange => light.entropy,
        Measure::IlluminationUniformity => light.uniformity,
        Measure::NaturalColour => light.colour,
        Measure::Shadow => own::shadow(&seen),
        Measure::Glare => own::glare(&seen),
        Measure::RedEye => own::red_eye(&seen),
        Measure::BackgroundUniformity => ground::uniformity(picture, landmarks, frame),
        Measure::Occlusion => own::occlusion(&seen),
        Measure::Sharpness => own::blur(&seen),
        Measure::Compression => own::blocks(picture, landmarks),
    };
    Measure::ALL.map(|measure| (measure, value(measure))).into()
}
