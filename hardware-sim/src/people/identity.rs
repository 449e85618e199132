//! Who somebody is: name, sex, dates, nationality, number. Nobody, in truth.

use time::{Date, Duration, Month};

use super::dice::Dice;
use super::names::{self, Origin};
use super::national_number::national_number;

/// A person who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Primary identifier, in national characters; a single name stands here.
    pub surname: String,
    /// Secondary identifier; may be empty.
    pub given_names: String,
    /// `F` or `M`.
    pub sex: Sex,
    /// Day of birth.
    pub birth: Date,
    /// As the MRZ writes it.
    pub nationality: &'static str,
    /// Place of birth.
    pub birth_place: &'static str,
    /// 13 digits with right check digits.
    pub national_number: String,
    /// From which to which shade of skin, in percent from light to dark, a portrait may take.
    pub(super) complexion: [u8; 2],
}

/// Sex, as a document says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

impl Sex {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        if dice.chance(0.5) {
            Self::Female
        } else {
            Self::Male
        }
    }

    /// The letter of a document.
    pub fn letter(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
        }
    }
}

impl Identity {
    /// The identity of a seed.
    pub fn draw(seed: u64) -> Self {
        let dice = &mut Dice::new(seed, "identity");
        let origin = names::origin(dice);
        let sex = Sex::draw(dice);
        let family = origin.family(dice);
        let birth = draw_birth(dice);
        let serial = 1 + u32::from(dice.bits().to_le_bytes()[0]);
        Self::member(dice, origin, &family, sex, birth, serial)
    }

    /// A member of a family; `serial` numbers those who were born on one day.
    pub(super) fn member(
        dice: &mut Dice,
        origin: &'static Origin,
        family: &[String; 2],
        sex: Sex,
        birth: Date,
        serial: u32,
    ) -> Self {
        let [mans, womans] = family;
        let surname = if sex == Sex::Male { mans } else { womans }.clone();
        let given_names = origin.given(dice, sex);
        // Who is born abroad may have become Luxembourgish.
        let nationality = if dice.chance(0.35) {
            "LUX"
        } else {
            origin.nationality
        };
        let date = format!(
            "{:04}{:02}{:02}",
            birth.year(),
            u8::from(birth.month()),
            birth.day()
        );
        Self {
            surname,
            given_names,
            sex,
            birth,
            nationality,
            birth_place: names::one(dice, origin.places),
            complexion: origin.complexion,
            national_number: national_number(&date, serial),
        }
    }

    /// Years of age on a day, roughly: what a portrait shows.
    pub(super) fn age_shown(&self) -> f32 {
        i16::try_from(2026 - self.birth.year()).map_or(40.0, f32::from)
    }
}

/// Between 1938 and 2010: everybody has two fingers to give.
fn draw_birth(dice: &mut Dice) -> Date {
    let first = Date::from_calendar_date(1938, Month::January, 1).unwrap_or(Date::MIN);
    let days = i64::try_from(dice.below(72 * 365)).unwrap_or(0);
    first.checked_add(Duration::days(days)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_name_is_met() {
        let people: Vec<Identity> = (0..400).map(Identity::draw).collect();
        assert!(
            people.iter().any(|p| p.given_names.is_empty()),
            "a single name"
        );
        assert!(
            people.iter().any(|p| p.surname.chars().count() > 30),
            "a long name"
        );
        assert!(people.iter().any(|p| !p.surname.is_ascii()), "diacritics");
        assert!(
            people.iter().any(|p| p.surname.contains('\'')),
            "an apostrophe"
        );
        for person in &people {
            assert!(!person.surname.is_empty());
            assert_eq!(person.national_number.len(), 13);
            assert!((1938..=2010).contains(&person.birth.year()));
        }
        assert_eq!(people[3], Identity::draw(3));
    }
}
