//! Periods of keys and certificates, in calendar months (9303-12 table 1 and appendix A).

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use super::plan::Plan;
use crate::profile::Period;

/// The periods of one ceremony.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    start: OffsetDateTime,
}

impl Calendar {
    /// Everything begins with the day of the ceremony (UTC): peers' clocks may be a little behind.
    #[must_use]
    pub fn new(now: OffsetDateTime) -> Self {
        let day = now.to_offset(UtcOffset::UTC).date();
        Self {
            start: day.with_time(Time::MIDNIGHT).assume_utc(),
        }
    }

    /// `months` from the start, the last second included.
    #[must_use]
    pub fn months(self, months: u32) -> Period {
        let end = add_months(self.start.date(), months)
            .with_time(Time::MIDNIGHT)
            .assume_utc();
        Period {
            from: self.start,
            until: end - time::Duration::SECOND,
        }
    }

    /// A document signer's certificate: key use and the validity of the last document.
    #[must_use]
    pub fn document_signer(self, plan: &Plan, key_months: u8) -> Period {
        self.months(u32::from(key_months) + u32::from(plan.state.document_years) * 12)
    }

    /// The country signing CA's certificate: key use and the longest document signer certificate
    /// that its last day can issue.
    #[must_use]
    pub fn country_signing(self, plan: &Plan) -> Period {
        let key_months = plan
            .document_signers
            .iter()
            .map(|signer| signer.key_months)
            .max();
        let signer = u32::from(key_months.unwrap_or(0)) + u32::from(plan.state.document_years) * 12;
        self.months(u32::from(plan.country_signing.key_years) * 12 + signer)
    }
}

/// The same day `months` later, or that month's last day.
fn add_months(date: Date, months: u32) -> Date {
    let mut year = date.year();
    let mut month = date.month();
    for _ in 0..months {
        if month == Month::December {
            year += 1;
        }
        month = month.next();
    }
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn months_are_calendar_months() {
        assert_eq!(add_months(date!(2026 - 01 - 31), 1), date!(2026 - 02 - 28));
        assert_eq!(add_months(date!(2026 - 11 - 30), 3), date!(2027 - 02 - 28));
        assert_eq!(add_months(date!(2024 - 02 - 29), 12), date!(2025 - 02 - 28));
        assert_eq!(
            add_months(date!(2026 - 03 - 15), 123),
            date!(2036 - 06 - 15)
        );
    }

    #[test]
    fn a_period_ends_a_second_before() {
        let period = Calendar::new(datetime!(2026-03-15 23:30 +1)).months(3);
        assert_eq!(period.from, datetime!(2026-03-15 0:00 UTC));
        assert_eq!(period.until, datetime!(2026-06-14 23:59:59 UTC));
    }
}
