//! Names met in Luxembourg: its own, and those of its neighbours and newcomers; long and short ones,
//! with every kind of diacritic, and single names. Any likeness to a living person is chance.

mod far;
mod near;

use super::dice::Dice;
use super::identity::Sex;

/// Names of one origin. Lists are texts with commas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// How common, beside the others.
    pub weight: u32,
    /// Most common nationality, as the MRZ writes it.
    pub nationality: &'static str,
    /// Shades of skin, in percent from light to dark.
    pub complexion: [u8; 2],
    pub surnames: &'static str,
    /// Forms of the same surnames that women bear; empty where there are none.
    pub womens_surnames: &'static str,
    pub women: &'static str,
    pub men: &'static str,
    /// Places of birth.
    pub places: &'static str,
    pub joined: Joined,
}

/// How surnames are joined, and for how many in a hundred.
#[derive(Clone, Copy, Debug)]
pub(super) enum Joined {
    /// One name.
    Never,
    /// By a hyphen.
    Hyphen(u8),
    /// By a space, always with the mother's first.
    Both(u8),
}

/// An origin, as common as its weight.
pub(super) fn origin(dice: &mut Dice) -> &'static Origin {
    let all = || near::ORIGINS.iter().chain(&far::ORIGINS);
    let total: u32 = all().map(|origin| origin.weight).sum();
    let mut place = u32::try_from(dice.below(total as usize)).unwrap_or(0);
    for origin in all() {
        if place < origin.weight {
            return origin;
        }
        place -= origin.weight;
    }
    &near::ORIGINS[0]
}

/// One of a list.
pub(super) fn one(dice: &mut Dice, list: &'static str) -> &'static str {
    let count = list.split(", ").count();
    list.split(", ").nth(dice.below(count)).unwrap_or(list)
}

impl Origin {
    /// A family's name as a man and as a woman bear it.
    pub(super) fn family(&self, dice: &mut Dice) -> [String; 2] {
        let first = self.surname(dice);
        let second = self.surname(dice);
        let chance = dice.unit() * 100.0;
        let join = |link: &str| [0, 1].map(|i| format!("{}{link}{}", second[i], first[i]));
        match self.joined {
            Joined::Hyphen(share) if chance < f32::from(share) && first != second => join("-"),
            Joined::Both(share) if chance < f32::from(share) && first != second => join(" "),
            _ => first.map(str::to_owned),
        }
    }

    fn surname(&self, dice: &mut Dice) -> [&'static str; 2] {
        let count = self.surnames.split(", ").count();
        let which = dice.below(count);
        let nth = |list: &'static str| list.split(", ").nth(which);
        let man = nth(self.surnames).unwrap_or_default();
        let woman = if self.womens_surnames.is_empty() {
            None
        } else {
            nth(self.womens_surnames)
        };
        [man, woman.unwrap_or(man)]
    }

    /// Given names; none for people of a single name.
    pub(super) fn given(&self, dice: &mut Dice, sex: Sex) -> String {
        let list = match sex {
            Sex::Female => self.women,
            Sex::Male => self.men,
        };
        if list.is_empty() {
            return String::new();
        }
        let mut names = vec![one(dice, list)];
        for chance in [0.3, 0.12] {
            let next = one(dice, list);
            if dice.chance(chance) && !names.contains(&next) {
                names.push(next);
            }
        }
        names.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_well_formed() {
        for origin in near::ORIGINS.iter().chain(&far::ORIGINS) {
            let count = |list: &str| list.split(", ").count();
            for list in [origin.surnames, origin.women, origin.men, origin.places] {
                assert!(!list.contains(",,") && !list.contains("  "), "{list}");
                assert!(list.split(", ").all(|name| name == name.trim()), "{list}");
            }
            assert!(!origin.surnames.is_empty() && !origin.places.is_empty());
            if !origin.womens_surnames.is_empty() {
                assert_eq!(count(origin.surnames), count(origin.womens_surnames));
            }
            assert!(origin.complexion[0] < origin.complexion[1]);
        }
    }
}
