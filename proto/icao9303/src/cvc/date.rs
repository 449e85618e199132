//! Dates of certificates: YYMMDD, a digit a byte, of the years 2000 to 2099 (TR-03110-3 appendix D.2.1.3).

use time::{Date, Month};

use super::CvcError;

const CENTURY: i32 = 2000;

/// The six digits of `date`, a byte each, as certificates and the personalisation of chips write them.
pub fn encode(date: Date) -> Result<[u8; 6], CvcError> {
    let year = date.year();
    let two = u8::try_from(year - CENTURY).ok().filter(|year| *year < 100);
    let two = two.ok_or(CvcError::Year { year })?;
    let mut digits = [0; 6];
    let parts = [two, u8::from(date.month()), date.day()];
    for (pair, part) in digits.chunks_exact_mut(2).zip(parts) {
        pair.copy_from_slice(&[part / 10, part % 10]);
    }
    Ok(digits)
}

/// The day of six digits in object `tag`.
pub(super) fn parse(tag: u16, digits: &[u8]) -> Result<Date, CvcError> {
    let wrong = CvcError::Date { tag };
    if digits.len() != 6 || digits.iter().any(|digit| *digit > 9) {
        return Err(wrong);
    }
    let part = |at: usize| 10 * digits[at] + digits[at + 1];
    let year = CENTURY + i32::from(part(0));
    Month::try_from(part(2))
        .and_then(|month| Date::from_calendar_date(year, month, part(4)))
        .map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_a_day_or_nothing() {
        let day = Date::from_calendar_date(2026, Month::September, 15).unwrap();
        assert_eq!(encode(day).unwrap(), [2, 6, 0, 9, 1, 5]);
        assert_eq!(parse(0x5F25, &[2, 6, 0, 9, 1, 5]).unwrap(), day);
        for bad in [
            &[2, 6, 1, 3, 0, 1][..],
            &[2, 6, 0, 2, 3, 0],
            &[2, 6, 0, 10, 0, 1],
            &[0x26, 0x09, 0x15],
            &[],
        ] {
            assert!(matches!(
                parse(0x5F24, bad),
                Err(CvcError::Date { tag: 0x5F24 })
            ));
        }
        let early = Date::from_calendar_date(1999, Month::May, 1).unwrap();
        assert!(matches!(encode(early), Err(CvcError::Year { year: 1999 })));
    }
}
