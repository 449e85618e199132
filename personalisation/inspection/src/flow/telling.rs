//! Errors in one sentence, and whose fault they are.

use std::error::Error;

use icao9303::exchange::find_cause;
use icao9303::reading::ReadError;

use crate::budget::BudgetSpent;
use crate::reader::ReaderError;
use crate::report::CheckResult;

/// What went wrong, and where that lies deeper, why. Errors of reader and budget speak for themselves.
pub(crate) fn tell(error: &(dyn Error + 'static)) -> String {
    if let Some(spent) = find_cause::<BudgetSpent>(error) {
        return spent.to_string();
    }
    if let Some(reader) = find_cause::<ReaderError>(error) {
        return reader.to_string();
    }
    let what = error.to_string();
    match deepest(error) {
        Some(why) if why != what => format!("{what}: {why}"),
        _ => what,
    }
}

fn deepest(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Some(cause.to_string())
}

/// What a file that cannot be read says about the document. Only what came through the
/// authenticated channel can condemn it: a disturbed or attacked connection cannot.
pub(crate) fn weigh(error: &ReadError) -> CheckResult {
    match error {
        ReadError::Exchange { .. } | ReadError::AccessDenied { .. } | ReadError::Refused { .. } => {
            CheckResult::Undetermined
        }
        ReadError::NotFound { .. }
        | ReadError::NoObject { .. }
        | ReadError::NotWrapped { .. }
        | ReadError::TooLarge { .. }
        | ReadError::TooMuch { .. }
        | ReadError::EndsEarly { .. }
        | ReadError::Crumbs { .. } => CheckResult::Failed,
    }
}
