//! The national identification number as stations and the centre agree on it, and its date.

use dossier::PartialDay;
pub use dossier::{NationalNumber, NationalNumberError};
use icao9303::mrz::PartialDate;

/// Whether the date in the number agrees with a date of birth, as far as both are known.
pub fn check_birth(number: &NationalNumber, birth: PartialDate) -> Result<(), NationalNumberError> {
    let birth = PartialDay::from_digits(&birth.to_lds()).map_err(|_| NationalNumberError::Date)?;
    number.check_birth(&birth)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{NationalNumberError as E, *};

    #[test]
    fn the_date_in_it_is_the_birth_as_far_as_known() {
        let number = NationalNumber::new("1990010112385").unwrap();
        let full = PartialDate::Full;
        assert_eq!(check_birth(&number, full(date!(1990 - 01 - 01))), Ok(()));
        assert_eq!(check_birth(&number, PartialDate::Year(1990)), Ok(()));
        assert_eq!(check_birth(&number, PartialDate::Unknown), Ok(()));
        assert_eq!(
            check_birth(&number, full(date!(1990 - 01 - 02))),
            Err(E::OtherBirth)
        );
    }
}
