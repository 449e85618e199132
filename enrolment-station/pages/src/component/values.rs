//! What a form sent, kept as typed so that it can be shown again.

use axum::extract::{Form, FromRequest, Request};
use time::{Date, Month};

use crate::http::Problem;

/// The fields of a form, in the order in which they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(String, String)>);

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values").finish_non_exhaustive()
    }
}

/// What three fields of a date hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateEntry {
    /// Nothing in any of them.
    Empty,
    /// Something, but it is no day of the calendar.
    Wrong,
    /// A day.
    Day(Date),
}

impl Values {
    /// Values to show in a form that nobody has filled in yet.
    pub fn new<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = values.into_iter();
        Self(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The first value of a field, without white space around it; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.as_typed(name).trim()
    }

    /// The first value of a field exactly as typed: passwords.
    pub fn as_typed(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Whether a field was sent with this value: a box ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0
            .iter()
            .any(|(key, given)| key == name && given == value)
    }

    /// The digits of a field, whatever stands between them: a national number.
    pub fn digits(&self, name: &str) -> String {
        self.get(name)
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    }

    /// The date in the fields `name-day`, `name-month`, `name-year`.
    pub fn date(&self, name: &str) -> DateEntry {
        let [day, month, year] =
            ["day", "month", "year"].map(|part| self.get(&format!("{name}-{part}")));
        if [day, month, year].iter().all(|part| part.is_empty()) {
            return DateEntry::Empty;
        }
        let number = |text: &str, digits: usize| {
            let plain = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u16>().ok()).flatten()
        };
        let date = || {
            let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
            // Two digits of a year may be this century's or the last.
            let year = number(year, 4).filter(|year| *year >= 1000)?;
            Date::from_calendar_date(i32::from(year), month, u8::try_from(number(day, 2)?).ok()?)
                .ok()
        };
        date().map_or(DateEntry::Wrong, DateEntry::Day)
    }
}

impl<S: Send + Sync> FromRequest<S> for Values {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Form(values) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|_| Problem::StaleForm)?;
        Ok(Self(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn entry(day: &str, month: &str, year: &str) -> DateEntry {
        Values::new([("b-day", day), ("b-month", month), ("b-year", year)]).date("b")
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        assert_eq!(
            entry("29", "2", "2024"),
            DateEntry::Day(date!(2024 - 02 - 29))
        );
        assert_eq!(
            entry(" 01 ", "09", "1893"),
            DateEntry::Day(date!(1893 - 09 - 01))
        );
        assert_eq!(entry("", "", ""), DateEntry::Empty);
        for (day, month, year) in [
            ("29", "2", "2023"),
            ("1", "13", "2024"),
            ("1", "1", "24"),
            ("", "1", "2024"),
            ("+1", "1", "2024"),
            ("1", "001", "2024"),
        ] {
            assert_eq!(
                entry(day, month, year),
                DateEntry::Wrong,
                "{day} {month} {year}"
            );
        }
    }

    #[test]
    fn a_national_number_is_read_through_its_groups() {
        assert_eq!(
            Values::new([("n", "1893 12 01 057 32")]).digits("n"),
            "1893120105732"
        );
    }
}
