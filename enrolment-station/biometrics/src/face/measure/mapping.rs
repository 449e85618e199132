//! From native values to qualities: ISO/IEC 29794-5, and curves of our own for our approximations.

use std::f64::consts::PI;

use super::Measure;

/// The standard's curve `h·(a + s·S)` with `S = 1/(1 + exp((x0 − x)/w))`.
struct Curve {
    h: f64,
    a: f64,
    s: f64,
    x0: f64,
    w: f64,
}

impl Curve {
    /// Rises from 0 to 100 around `x0`.
    const fn rising(x0: f64, w: f64) -> Self {
        Self {
            h: 100.0,
            a: 0.0,
            s: 1.0,
            x0,
            w,
        }
    }

    /// Falls from `h` to 0 around `x0`.
    const fn falling(h: f64, x0: f64, w: f64) -> Self {
        Self {
            h,
            a: 1.0,
            s: -1.0,
            x0,
            w,
        }
    }

    fn at(&self, x: f64) -> f64 {
        self.h * (self.a + self.s / (1.0 + ((self.x0 - x) / self.w).exp()))
    }
}

/// The quality of a native value: rounded, 0 to 100; 0 for what is no number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and clamped to 0 to 100"
)]
pub(super) fn quality(measure: Measure, x: f64) -> u8 {
    let raw = match measure {
        Measure::SingleFace => 100.0 * (1.0 - x),
        Measure::InterEyeDistance => Curve::rising(70.0, 20.0).at(x),
        Measure::HeadSize => Curve::falling(200.0, 0.0, 0.05).at((x - 0.45).abs()),
        Measure::CropLeft | Measure::CropRight => Curve::rising(0.9, 0.1).at(x),
        Measure::MarginAbove => Curve::rising(1.4, 0.1).at(x),
        Measure::MarginBelow => Curve::rising(1.8, 0.1).at(x),
        Measure::Yaw | Measure::Pitch | Measure::Roll => 100.0 * x.to_radians().cos().powi(2),
        Measure::EyesOpen => Curve::rising(0.02, 0.01).at(x),
        Measure::MouthClosed => Curve::falling(100.0, 0.2, 0.06).at(x),
        Measure::LuminanceMean => {
            let (low, high) = (Curve::rising(0.2, 0.05), Curve::rising(0.8, 0.05));
            low.at(x) * (1.0 - high.at(x) / 100.0)
        }
        Measure::LuminanceVariance => 100.0 * (PI * 60.0 * x / (60.0 * x + 1.0)).sin(),
        Measure::UnderExposure => Curve {
            h: 120.0,
            a: 0.832,
            s: -1.0,
            x0: 0.92,
            w: 0.05,
        }
        .at(x),
        Measure::OverExposure => 1.0 / (x + 0.01),
        Measure::DynamicRange => 12.5 * x,
        Measure::IlluminationUniformity => 100.0 * x.powf(0.3),
        Measure::NaturalColour => Curve::falling(200.0, 0.0, 10.0).at(x),
        Measure::BackgroundUniformity => Curve::falling(190.0, 10.0, 100.0).at(x),
        // Ours.
        Measure::NeutralExpression => Curve::falling(100.0, 0.15, 0.03).at(x),
        Measure::Shadow => 100.0 * x.sqrt(),
        Measure::Glare => 100.0 * (1.0 - x / 0.1),
        Measure::RedEye => 100.0 * (1.0 - x / 0.2),
        Measure::Occlusion => 100.0 * (1.0 - x / 0.25),
        Measure::Sharpness => Curve::falling(100.0, 0.6, 0.04).at(x),
        Measure::Compression => Curve::falling(100.0, 1.8, 0.15).at(x),
    };
    // A number that is none becomes 0.
    raw.round().clamp(0.0, 100.0) as u8
}
