//! Times of certificates and signed attributes: `UTCTime` until 2049, `GeneralizedTime` after, seconds
//! present, `Z` (RFC 5280 §4.1.2.5).

use der::{Tag, Tagged};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use super::walk::Walk;
use crate::tlv;

/// The next object as an instant.
pub(crate) fn read(walk: &mut Walk<'_>) -> der::Result<OffsetDateTime> {
    let any: der::asn1::AnyRef<'_> = walk.decode()?;
    if any.tag() == Tag::GeneralizedTime {
        return generalized(any.value());
    }
    any.tag().assert_eq(Tag::UtcTime)?;
    let century: &[u8] = match any.value() {
        [b'5'..=b'9', ..] => b"19",
        _ => b"20",
    };
    generalized(&[century, any.value()].concat()).map_err(|_| Tag::UtcTime.value_error())
}

/// `YYYYMMDDhhmmssZ`.
pub(crate) fn generalized(value: &[u8]) -> der::Result<OffsetDateTime> {
    parse(value).ok_or_else(|| Tag::GeneralizedTime.value_error())
}

fn parse(value: &[u8]) -> Option<OffsetDateTime> {
    let (digits, zulu) = value.split_at_checked(14)?;
    if zulu != b"Z" || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        digits[range]
            .iter()
            .fold(0_u16, |number, digit| number * 10 + u16::from(digit - b'0'))
    };
    let byte = |range| u8::try_from(number(range)).ok();
    let month = Month::try_from(byte(4..6)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0..4)), month, byte(6..8)?).ok()?;
    let time = Time::from_hms(byte(8..10)?, byte(10..12)?, byte(12..14)?).ok()?;
    Some(date.with_time(time).assume_utc())
}

/// The object for `instant`: `UTCTime` from 1950 to 2049, `GeneralizedTime` otherwise; whole seconds.
pub fn encode_time(instant: OffsetDateTime) -> Vec<u8> {
    let year = instant.to_offset(UtcOffset::UTC).year();
    let digits = digits(instant);
    if (1950..2050).contains(&year) {
        tlv::encode(0x17, &digits.as_bytes()[2..])
    } else {
        tlv::encode(0x18, digits.as_bytes())
    }
}

/// `YYYYMMDDhhmmssZ` of `instant`: the value of a `GeneralizedTime`.
pub fn generalized_digits(instant: OffsetDateTime) -> String {
    digits(instant)
}

fn digits(instant: OffsetDateTime) -> String {
    let utc = instant.to_offset(UtcOffset::UTC);
    let (date, time) = (utc.date(), utc.time());
    let year = date.year().unsigned_abs();
    let month = u32::from(u8::from(date.month()));
    let (hour, minute, second) = time.as_hms();
    let pairs = [
        year / 100,
        year % 100,
        month,
        date.day().into(),
        hour.into(),
        minute.into(),
    ];
    let mut digits = String::with_capacity(15);
    for pair in pairs.into_iter().chain([second.into()]) {
        digits.extend(
            [pair / 10 % 10, pair % 10]
                .iter()
                .filter_map(|d| char::from_digit(*d, 10)),
        );
    }
    digits.push('Z');
    digits
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn both_forms_there_and_back() {
        for instant in [
            datetime!(1950-01-01 0:00 UTC),
            datetime!(2049-12-31 23:59:59 UTC),
            datetime!(2050-01-01 0:00 UTC),
            datetime!(9999-12-31 23:59:59 UTC),
        ] {
            let encoded = encode_time(instant);
            assert_eq!(encoded[0] == 0x17, instant.year() < 2050);
            assert_eq!(read(&mut Walk::new(&encoded).unwrap()).unwrap(), instant);
        }
        let summer = datetime!(2026-07-01 2:00 +2);
        assert_eq!(encode_time(summer), b"\x17\x0D260701000000Z");
    }

    #[test]
    fn impossible_and_vague_times() {
        for bad in [
            "20260230000000Z",
            "20260101246000Z",
            "202601010000Z",
            "20260101000000+0100",
            "",
        ] {
            assert!(generalized(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
