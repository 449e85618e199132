//! What somebody looks like: shapes, colours and fashion, drawn once from the seed.

use super::super::dice::Dice;
use super::super::identity::{Identity, Sex};
use super::colour::Colour;
use super::style::{Beard, Dress, Glasses, Hair};

/// Everything about somebody's looks that does not change from picture to picture.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub woman: bool,
    /// Years.
    pub age: f32,
    /// 0 smooth to 1 deep lines.
    pub lines: f32,
    pub shape: Shape,
    pub tint: Tint,
    pub hair: Hair,
    pub beard: Beard,
    pub glasses: Option<Glasses>,
    pub dress: Dress,
    pub earrings: bool,
    /// Freckles, 0 to 1.
    pub freckles: f32,
}

/// Sizes in head units. Half widths where widths are meant.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// From the eyes up to the top of the skull, and down to the chin.
    pub crown: f32,
    pub chin: f32,
    pub temple: f32,
    pub cheek: f32,
    pub jaw: f32,
    pub chin_width: f32,
    /// Fullness of the cheeks, -1 hollow to 1 round.
    pub full: f32,
    pub neck: f32,
    pub eye_width: f32,
    pub eye_upper: f32,
    pub eye_lower: f32,
    /// How much the outer corners rise.
    pub eye_slant: f32,
    /// Height of the crease over the lid; 0 for none.
    pub crease: f32,
    pub iris: f32,
    pub brow_height: f32,
    pub brow_weight: f32,
    pub brow_arch: f32,
    pub nose_width: f32,
    pub nose_length: f32,
    pub nose_height: f32,
    pub mouth: f32,
    pub mouth_width: f32,
    pub upper_lip: f32,
    pub lower_lip: f32,
    /// Corners of the mouth up or down.
    pub smile: f32,
    pub ear: f32,
    /// How far the lips are apart; 0 in a proper portrait.
    pub gape: f32,
}

/// Colours.
#[derive(Clone, Debug)]
pub(super) struct Tint {
    pub ground: Colour,
    pub skin: Colour,
    /// 0 lightest to 1 darkest skin.
    pub tone: f32,
    pub lips: Colour,
    pub iris: Colour,
    pub hair: Colour,
    pub brow: Colour,
}

const SKINS: [u32; 8] = [
    0x00F5_D9C8,
    0x00F0_CBB0,
    0x00E6_B997,
    0x00D6_A27C,
    0x00BB_8460,
    0x0096_6444,
    0x0072_4A31,
    0x0056_3726,
];
const HAIRS: [u32; 9] = [
    0x001B_1716,
    0x002A_201B,
    0x003A_2A21,
    0x0050_3829,
    0x006B_4B33,
    0x0086_6141,
    0x00B0_8B58,
    0x00C9_A66F,
    0x008A_4324,
];
const IRISES: [u32; 7] = [
    0x0032_2014,
    0x0043_2B1A,
    0x0060_4225,
    0x0078_6236,
    0x0064_7850,
    0x0076_8E9C,
    0x0052_7CA4,
];

impl Look {
    pub(super) fn draw(dice: &mut Dice, identity: &Identity) -> Self {
        let woman = identity.sex == Sex::Female;
        let age = identity.age_shown().max(1.0);
        let shape = Shape::draw(dice, woman, age);
        let tint = Tint::draw(dice, identity, age, woman);
        let hair = Hair::draw(dice, woman, age, tint.tone);
        let beard = Beard::draw(dice, woman, age);
        let bare = hair.covers_ears();
        Self {
            woman,
            age,
            lines: ((age - 24.0) / 50.0).clamp(0.0, 1.0),
            shape,
            hair,
            beard,
            glasses: Glasses::draw(dice, age),
            dress: Dress::draw(dice, woman, age),
            earrings: woman && age > 12.0 && !bare && dice.chance(0.6),
            freckles: if tint.tone < 0.3 && dice.chance(0.22) {
                dice.between(0.3, 1.0)
            } else {
                0.0
            },
            tint,
        }
    }
}

impl Shape {
    fn draw(dice: &mut Dice, woman: bool, age: f32) -> Self {
        // Children have short faces and large eyes; that wears off until about sixteen.
        let young = ((16.0 - age) / 12.0).clamp(0.0, 1.0);
        let old = ((age - 40.0) / 45.0).clamp(0.0, 1.0);
        let man = f32::from(!woman) * (1.0 - young);
        let full = (dice.around_zero() * 1.2 + 0.3 * young).clamp(-1.0, 1.0);
        let wide = 0.06 * dice.around_zero() + 0.035 * full;
        let long = dice.around_zero();
        let cheek = 1.10 + wide;
        Self {
            crown: 1.68 + 0.05 * dice.around_zero() + 0.05 * young,
            chin: 1.76 + 0.11 * long + 0.04 * man - 0.22 * young,
            temple: cheek - dice.between(0.05, 0.12),
            cheek,
            jaw: 0.80 + wide + 0.07 * dice.around_zero() + 0.06 * man + 0.03 * full + 0.03 * old,
            chin_width: 0.25 + 0.05 * dice.around_zero() + 0.05 * man,
            full,
            neck: 0.62 + 0.13 * man + 0.05 * full - 0.10 * young + 0.03 * dice.around_zero(),
            eye_width: 0.235 + 0.018 * dice.around_zero() + 0.015 * young,
            eye_upper: 0.098
                + 0.012 * dice.around_zero()
                + 0.014 * young
                + 0.006 * f32::from(woman)
                - 0.012 * old,
            eye_lower: 0.078 + 0.008 * dice.around_zero() + 0.008 * young,
            eye_slant: 0.022 + 0.035 * dice.around_zero() - 0.02 * old,
            crease: if dice.chance(0.12) {
                0.0
            } else {
                dice.between(0.045, 0.075)
            },
            iris: 0.098 + 0.004 * young,
            brow_height: 0.345 + 0.035 * dice.around_zero() + 0.02 * f32::from(woman) - 0.01 * man,
            brow_weight: 0.040 + 0.008 * dice.around_zero() + 0.014 * man - 0.012 * young,
            brow_arch: 0.055 + 0.03 * dice.around_zero() + 0.025 * f32::from(woman),
            nose_width: 0.255 + 0.035 * dice.around_zero() + 0.025 * man - 0.02 * young,
            nose_length: 0.72 + 0.06 * dice.around_zero() + 0.02 * man - 0.12 * young + 0.03 * old,
            nose_height: 1.0 + 0.2 * dice.around_zero() + 0.1 * man - 0.3 * young,
            mouth: 1.13 + 0.04 * dice.around_zero() + 0.06 * long - 0.14 * young,
            mouth_width: 0.405 + 0.04 * dice.around_zero() + 0.015 * man - 0.05 * young,
            upper_lip: 0.098 + 0.022 * dice.around_zero() - 0.025 * old + 0.008 * f32::from(woman)
                - 0.012 * man,
            lower_lip: 0.135 + 0.025 * dice.around_zero() - 0.02 * old,
            smile: 0.026 + 0.018 * dice.around_zero() - 0.010 * old,
            ear: 0.30 + 0.03 * dice.around_zero() + 0.04 * old,
            gape: 0.0,
        }
    }
}

impl Tint {
    fn draw(dice: &mut Dice, identity: &Identity, age: f32, woman: bool) -> Self {
        let [low, high] = identity
            .complexion
            .map(|percent| f32::from(percent) / 100.0);
        let tone = dice.between(low, high);
        let skin = Colour::of(&SKINS, tone).lighter(0.012 * dice.around_zero());
        // Light hair and eyes only with light skin.
        let fair = (1.15 - 2.6 * tone).clamp(0.0, 1.0);
        let natural = if fair > 0.4 && dice.chance(0.05) {
            Colour::hex(HAIRS[8])
        } else {
            Colour::of(&HAIRS[..8], fair * dice.unit().powf(1.2))
        };
        let grey = ((age - 48.0) / 26.0 + 0.4 * dice.around_zero()).clamp(0.0, 1.0);
        // Many women dye.
        let grey = if woman && age < 72.0 && dice.chance(0.6) {
            0.0
        } else {
            grey
        };
        let hair = natural.mix(Colour::hex(0x00CC_CAC8), grey * 0.92);
        let red = if woman && age > 17.0 {
            dice.between(0.25, 0.75)
        } else {
            dice.between(0.15, 0.35)
        };
        let rose = Colour::hex(if dice.chance(0.3) {
            0x00A8_3A4A
        } else {
            0x00B5_5B5A
        });
        Self {
            ground: Colour::hex(0x00D6_D8DA).lighter(0.03 * dice.around_zero()),
            tone,
            lips: skin
                .tinted([0.86, 0.68, 0.68])
                .mix(rose, red * (1.0 - 0.5 * tone)),
            iris: Colour::of(&IRISES, fair.powf(0.5) * dice.unit()),
            hair,
            brow: natural.mix(hair, 0.5).shaded(0.82),
            skin,
        }
    }
}
