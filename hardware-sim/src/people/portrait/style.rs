//! Fashion: how hair and beard are worn, glasses, clothes.

use super::super::dice::Dice;
use super::colour::Colour;

/// How the hair lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// None but short hair at the sides, or nothing at all.
    Bald,
    Horseshoe,
    /// A few millimetres all over.
    Buzz,
    /// Short, swept up and back.
    Swept,
    /// Short, from a parting to the sides.
    SideParted,
    /// Forward over the forehead.
    Fringe,
    /// Short curls.
    Curls,
    /// A round mass of curls.
    Afro,
    /// Drawn back into a bun.
    Bun,
    /// To the chin.
    Bob,
    /// To the shoulders or below.
    Long,
    LongCurls,
}

/// Hair as worn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hair {
    pub cut: Cut,
    /// Height over the skull.
    pub volume: f32,
    /// From the eyes up to where it begins.
    pub line: f32,
    /// How far the temples recede.
    pub recede: f32,
    /// Where it parts, from the middle.
    pub parting: f32,
    /// Where long hair ends, from the eyes.
    pub end: f32,
    /// Waves of long hair.
    pub wave: f32,
    /// A fringe over the forehead of long hair.
    pub fringe: bool,
}

/// Beards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Beard {
    None,
    /// A shadow of this darkness.
    Stubble(f32),
    Moustache,
    Goatee,
    /// Of this density.
    Full(f32),
}

/// Glasses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glasses {
    pub colour: Colour,
    /// Half the frame's thickness.
    pub weight: f32,
    pub half_width: f32,
    pub half_height: f32,
    /// 2 is an ellipse; more is more angular.
    pub power: f32,
}

/// What is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Garment {
    Crew,
    Vee,
    Scoop,
    Turtleneck,
    Shirt,
    Jacket,
}

/// Clothes and their colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dress {
    pub garment: Garment,
    pub colour: Colour,
    /// Shirt under a jacket.
    pub shirt: Colour,
    /// A tie's colour, with a jacket.
    pub tie: Option<Colour>,
}

const CLOTHS: [u32; 16] = [
    0x0026_2C3A,
    0x0034_4A3E,
    0x006A_2A34,
    0x0040_444E,
    0x0024_4468,
    0x0075_614C,
    0x006F_7C88,
    0x0039_2848,
    0x00A0_5A46,
    0x0020_2224,
    0x0052_7A80,
    0x00B8_A890,
    0x0084_90A8,
    0x003C_5E50,
    0x0098_4858,
    0x00C8_9C4A,
];
const JACKETS: [u32; 5] = [
    0x0023_2834,
    0x0033_363C,
    0x002A_3B58,
    0x004A_3F38,
    0x0058_5C64,
];
const SHIRTS: [u32; 5] = [
    0x00F0_F0F2,
    0x00DD_E6F0,
    0x00F2_ECE0,
    0x00E8_DCE0,
    0x00C4_D2E4,
];
const FRAMES: [u32; 6] = [
    0x001C_1A1A,
    0x0038_2418,
    0x005A_3A28,
    0x0030_3A52,
    0x0070_7478,
    0x0092_7848,
];

fn one(dice: &mut Dice, codes: &[u32]) -> Colour {
    Colour::hex(codes[dice.below(codes.len())])
}

impl Hair {
    pub(super) fn draw(dice: &mut Dice, woman: bool, age: f32, tone: f32) -> Self {
        let cut = if woman {
            Self::womans(dice, tone)
        } else {
            Self::mans(dice, age, tone)
        };
        let old = ((age - 28.0) / 50.0).clamp(0.0, 1.0) * f32::from(!woman);
        let volume = match cut {
            Cut::Bald | Cut::Horseshoe => 0.02,
            Cut::Buzz => 0.045,
            Cut::Bun => 0.10,
            Cut::Curls => dice.between(0.16, 0.26),
            Cut::Afro => dice.between(0.38, 0.6),
            Cut::Swept => dice.between(0.16, 0.32),
            _ => dice.between(0.13, 0.22),
        };
        Self {
            cut,
            volume,
            line: dice.between(0.98, 1.10) + 0.14 * old,
            recede: dice.between(0.0, 0.12) + 0.22 * old * dice.unit(),
            parting: dice.between(-0.42, 0.42),
            end: if cut == Cut::Bob {
                dice.between(1.15, 1.6)
            } else {
                dice.between(2.1, 3.2)
            },
            wave: if dice.chance(0.45) {
                dice.between(0.02, 0.06)
            } else {
                0.006
            },
            fringe: woman && dice.chance(0.28),
        }
    }

    fn womans(dice: &mut Dice, tone: f32) -> Cut {
        if tone > 0.55 {
            return [Cut::Afro, Cut::Bun, Cut::LongCurls, Cut::Long, Cut::Curls][dice.below(5)];
        }
        [
            Cut::Long,
            Cut::Long,
            Cut::Bob,
            Cut::Bob,
            Cut::Bun,
            Cut::LongCurls,
            Cut::SideParted,
        ][dice.below(7)]
    }

    fn mans(dice: &mut Dice, age: f32, tone: f32) -> Cut {
        if dice.chance((age - 32.0) / 110.0) {
            return if dice.chance(0.5) {
                Cut::Bald
            } else {
                Cut::Horseshoe
            };
        }
        if tone > 0.55 {
            return [Cut::Buzz, Cut::Buzz, Cut::Curls, Cut::Afro][dice.below(4)];
        }
        [
            Cut::Swept,
            Cut::Swept,
            Cut::SideParted,
            Cut::SideParted,
            Cut::Fringe,
            Cut::Curls,
            Cut::Buzz,
        ][dice.below(7)]
    }

    /// Whether ears and earrings are hidden.
    pub(super) fn covers_ears(&self) -> bool {
        matches!(self.cut, Cut::Bob | Cut::Long | Cut::LongCurls)
    }
}

impl Beard {
    pub(super) fn draw(dice: &mut Dice, woman: bool, age: f32) -> Self {
        if woman || age < 19.0 {
            return Self::None;
        }
        match dice.unit() {
            chance if chance < 0.45 => Self::None,
            chance if chance < 0.68 => Self::Stubble(dice.between(0.2, 0.5)),
            chance if chance < 0.76 => Self::Moustache,
            chance if chance < 0.85 => Self::Goatee,
            _ => Self::Full(dice.between(0.7, 1.0)),
        }
    }
}

impl Glasses {
    pub(super) fn draw(dice: &mut Dice, age: f32) -> Option<Self> {
        let worn = dice.chance(0.18 + 0.4 * ((age - 20.0) / 60.0).clamp(0.0, 1.0));
        let thin = dice.chance(0.4);
        let glasses = Self {
            colour: one(dice, &FRAMES),
            weight: if thin {
                0.011
            } else {
                dice.between(0.018, 0.026)
            },
            half_width: dice.between(0.37, 0.42),
            half_height: dice.between(0.25, 0.32),
            power: dice.between(2.1, 5.0),
        };
        worn.then_some(glasses)
    }
}

impl Dress {
    pub(super) fn draw(dice: &mut Dice, woman: bool, age: f32) -> Self {
        use Garment::{Crew, Jacket, Scoop, Shirt, Turtleneck, Vee};
        let garment = if age < 16.0 {
            [Crew, Crew, Vee, Shirt][dice.below(4)]
        } else if woman {
            [Crew, Vee, Scoop, Scoop, Turtleneck, Shirt, Jacket][dice.below(7)]
        } else {
            [Crew, Vee, Turtleneck, Shirt, Shirt, Jacket, Jacket][dice.below(7)]
        };
        let colour = one(dice, &CLOTHS);
        let jacket = one(dice, &JACKETS);
        let shirt = one(dice, &SHIRTS);
        let tie = one(dice, &CLOTHS);
        Self {
            garment,
            colour: match garment {
                Jacket => jacket,
                Shirt if dice.chance(0.6) => shirt,
                _ => colour,
            },
            shirt,
            tie: (!woman && dice.chance(0.6)).then_some(tie),
        }
    }
}
