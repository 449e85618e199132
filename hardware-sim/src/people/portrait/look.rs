//! What somebody looks like: shapes and colours, drawn once.

use super::super::dice::{Dice, Noise};
use super::super::identity::{Identity, Sex};
use super::colour::Colour;

/// How the hair is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HairCut {
    Bald,
    Short,
    Full,
    Chin,
    Long,
}

/// What is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collar {
    Round,
    Open,
    Shirt,
}

/// Shapes in head units, colours, and noise for textures.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub ground: Colour,
    pub skin: Colour,
    pub lips: Colour,
    pub iris: Colour,
    pub hair: Colour,
    pub brow: Colour,
    pub cloth: Colour,
    pub shirt: Colour,
    pub cut: HairCut,
    pub collar: Collar,
    /// Half width of the face at the cheekbones.
    pub cheek: f32,
    /// How square the jaw is: exponent of its curve.
    pub jaw: f32,
    /// Chin and crown, from the eyes.
    pub chin: f32,
    pub crown: f32,
    pub hairline: f32,
    /// Where the hair parts, from the middle.
    pub parting: f32,
    pub eye_height: f32,
    pub eye_slant: f32,
    pub brow_height: f32,
    pub brow_weight: f32,
    pub brow_arch: f32,
    pub nose_width: f32,
    pub nose_length: f32,
    pub mouth_width: f32,
    pub lip_height: f32,
    pub mouth: f32,
    /// 0 none to 1 full.
    pub beard: f32,
    /// 0 smooth to 1 deep lines.
    pub lines: f32,
    pub neck: f32,
    pub strands: [Noise; 2],
    pub mottle: Noise,
}

const SKINS: [u32; 8] = [
    0x00F1_CDB8,
    0x00EC_C3A6,
    0x00E3_B595,
    0x00D8_A684,
    0x00C8_9670,
    0x00AD_7A55,
    0x008B_5E3F,
    0x006E_4630,
];
const HAIRS: [u32; 7] = [
    0x0018_1513,
    0x0029_1F1A,
    0x0040_2D22,
    0x005A_3F2B,
    0x007C_5A38,
    0x00B0_8A54,
    0x0078_3A20,
];
const IRISES: [u32; 6] = [
    0x0050_7A9C,
    0x0074_8F9E,
    0x0066_7B52,
    0x0070_5230,
    0x004A_3220,
    0x0038_2418,
];
const CLOTHS: [u32; 8] = [
    0x0026_2C3A,
    0x003C_4A3E,
    0x005A_2A32,
    0x0045_4550,
    0x0020_3A55,
    0x006B_5B4C,
    0x0072_7C86,
    0x0033_2440,
];

impl Look {
    pub(super) fn draw(dice: &mut Dice, identity: &Identity) -> Self {
        let woman = identity.sex == Sex::Female;
        let age = f32::from(i16::try_from(identity.age_shown()).unwrap_or(40));
        let mut tone = dice.below(SKINS.len() + 3);
        // Lighter tones are more common among the names drawn here.
        if tone >= SKINS.len() {
            tone -= SKINS.len();
        }
        let skin = Colour::hex(SKINS[tone]).lighter(0.02 * dice.around_zero());
        let dark = tone >= 4;
        let natural = Colour::hex(HAIRS[dice.below(if dark { 3 } else { HAIRS.len() })]);
        let grey = ((age - 45.0) / 35.0 + 0.25 * dice.around_zero()).clamp(0.0, 0.95);
        let hair = natural.mix(Colour::hex(0x00C4_C2C0), grey);
        let iris = Colour::hex(
            IRISES[if dark {
                4 + dice.below(2)
            } else {
                dice.below(IRISES.len())
            }],
        );
        let cut = draw_cut(dice, woman, age);
        let beard = if woman || dice.chance(0.6) {
            0.0
        } else {
            dice.between(0.25, 0.9)
        };
        let red = dice.between(0.25, if woman { 0.6 } else { 0.4 });
        Self {
            ground: Colour::hex(0x00CF_D0D1).lighter(0.035 * dice.around_zero()),
            skin,
            lips: skin.shaded(0.85).mix(Colour::hex(0x00A8_4A4C), red),
            iris,
            hair,
            brow: hair.shaded(0.75).mix(natural, 0.4),
            cloth: Colour::hex(CLOTHS[dice.below(CLOTHS.len())]),
            shirt: Colour::hex(0x00E8_E8EC).lighter(-0.1 * dice.unit()),
            cut,
            collar: [Collar::Round, Collar::Open, Collar::Shirt][dice.below(3)],
            cheek: dice.between(1.04, 1.17) - if woman { 0.04 } else { 0.0 },
            jaw: dice.between(2.0, 2.5) + if woman { 0.0 } else { 0.25 },
            chin: dice.between(1.66, 1.86) + if woman { 0.0 } else { 0.04 },
            crown: dice.between(1.66, 1.80),
            hairline: dice.between(0.98, 1.16)
                + 0.004 * (age - 30.0).max(0.0) * if woman { 0.2 } else { 1.0 },
            parting: dice.between(-0.5, 0.5),
            eye_height: dice.between(0.085, 0.115),
            eye_slant: 0.025 * dice.around_zero(),
            brow_height: dice.between(0.32, 0.42),
            brow_weight: dice.between(0.03, 0.045) + if woman { 0.0 } else { 0.014 },
            brow_arch: dice.between(0.03, 0.10),
            nose_width: dice.between(0.20, 0.29),
            nose_length: dice.between(0.70, 0.84),
            mouth_width: dice.between(0.37, 0.48),
            lip_height: dice.between(0.055, 0.095),
            mouth: dice.between(1.12, 1.22),
            beard,
            lines: ((age - 25.0) / 55.0).clamp(0.0, 1.0),
            neck: if woman {
                dice.between(0.56, 0.66)
            } else {
                dice.between(0.68, 0.82)
            },
            strands: [Noise::new(dice, 0.05), Noise::new(dice, 0.016)],
            mottle: Noise::new(dice, 0.3),
        }
    }
}

fn draw_cut(dice: &mut Dice, woman: bool, age: f32) -> HairCut {
    if woman {
        return [HairCut::Long, HairCut::Chin, HairCut::Long, HairCut::Full][dice.below(4)];
    }
    if dice.chance((age - 30.0) / 120.0) {
        return HairCut::Bald;
    }
    [HairCut::Short, HairCut::Short, HairCut::Full, HairCut::Chin][dice.below(4)]
}
