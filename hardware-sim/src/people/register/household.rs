//! Households: singles, couples, families, with ages that fit together.

use time::{Date, Duration};

use super::super::dice::Dice;
use super::super::identity::{Identity, Sex};
use super::super::names::{self, Origin};

/// Days before the register's day on which people were born: a hundred and five years.
const DAYS: usize = 105 * 365;
/// Numbers of one day.
const SERIALS: u16 = 1000;

/// Place in a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The first adult.
    Head,
    /// The head's partner.
    Partner,
    /// A child of the head.
    Child,
}

impl Relation {
    /// As the file says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Partner => "partner",
            Self::Child => "child",
        }
    }
}

/// How many numbers of each day are given: no number is given twice.
#[derive(Debug)]
pub(super) struct Days {
    given: Vec<u16>,
    /// Serials of a day are not given in order: from where, and in which steps (prime to 1000).
    first: u64,
}

impl Days {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self {
            given: vec![0; DAYS + 366],
            first: dice.bits(),
        }
    }

    /// A day of birth so many days ago, or one of the days around it, with a number of it.
    fn take(&mut self, days_ago: usize) -> (Date, u32) {
        let mut ago = days_ago.min(DAYS);
        while self.given[ago] == SERIALS {
            ago = (ago + 1) % self.given.len();
        }
        let count = self.given[ago];
        self.given[ago] += 1;
        let start = self.first.wrapping_mul(2 * ago as u64 + 1) >> 40;
        let serial = (start + 377 * u64::from(count)) % u64::from(SERIALS);
        let birth = i64::try_from(ago)
            .ok()
            .and_then(|ago| super::day().checked_sub(Duration::days(ago)))
            .unwrap_or(Date::MIN);
        (birth, u32::try_from(serial).unwrap_or(0))
    }
}

/// The members of a household: head, partner, children.
pub(super) fn draw(dice: &mut Dice, days: &mut Days) -> Vec<(Identity, Relation)> {
    let chance = dice.unit();
    let (partner, children) = match chance {
        _ if chance < 0.36 => (false, 0),
        _ if chance < 0.68 => (true, 0),
        _ if chance < 0.93 => (true, 1 + dice.below(2) + dice.below(2) + dice.below(5) / 4),
        _ => (false, 1 + dice.below(2)),
    };
    let origin = names::origin(dice);
    let family = origin.family(dice);
    let sex = Sex::draw(dice);
    let age = if children > 0 {
        dice.between(21.0, 58.0)
    } else {
        // Fewer and fewer with the years.
        19.0 + 80.0 * dice.unit() * dice.between(0.75, 1.0)
    };
    let mut members = vec![(
        member(dice, days, origin, &family, sex, age),
        Relation::Head,
    )];
    if partner {
        let from = if dice.chance(0.75) {
            origin
        } else {
            names::origin(dice)
        };
        let own = from.family(dice);
        let other = if dice.chance(0.97) {
            opposite(sex)
        } else {
            sex
        };
        let years = (age + 4.0 * dice.around_zero()).max(19.0);
        members.push((
            member(dice, days, from, &own, other, years),
            Relation::Partner,
        ));
    }
    for _ in 0..children {
        let born = dice.between(19.0, 42.0).min(age - 0.1);
        let child = age - born;
        // Grown-up children have moved out, mostly.
        let home = if child > 26.0 {
            dice.between(0.1, 18.0).min(age - 18.5)
        } else {
            child
        };
        let sex = Sex::draw(dice);
        members.push((
            member(dice, days, origin, &family, sex, home),
            Relation::Child,
        ));
    }
    members
}

fn opposite(sex: Sex) -> Sex {
    match sex {
        Sex::Female => Sex::Male,
        Sex::Male => Sex::Female,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an age in days"
)]
fn member(
    dice: &mut Dice,
    days: &mut Days,
    origin: &'static Origin,
    family: &[String; 2],
    sex: Sex,
    age: f32,
) -> Identity {
    let ago = (age.max(0.0) * 365.24) as usize + dice.below(30);
    let (birth, serial) = days.take(ago);
    Identity::member(dice, origin, family, sex, birth, serial)
}
