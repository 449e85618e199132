//! The program's edge: the only place that reads the clock and the system's randomness.

use std::error::Error;

use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::OffsetDateTime;

/// The system's randomness.
pub type SystemRng = UnwrapErr<SysRng>;

/// The system's randomness. A system that has none stops the program rather than weaken a key.
pub fn rng() -> SystemRng {
    UnwrapErr(SysRng)
}

/// The system's clock, in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// An error and its causes, a line each; a cause that the line before it already tells is left out.
pub fn told(error: &dyn Error) -> String {
    let mut told = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if told.last().is_some_and(|last| !last.contains(&line)) {
            told.push(line);
        }
        cause = error.source();
    }
    told.join("\n  because: ")
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use thiserror::Error;

    use super::*;
    use crate::secret_file;

    #[derive(Debug, Error)]
    #[error("the line stands still")]
    struct StandsStill(#[source] io::Error);

    #[test]
    fn a_reason_is_told_once() {
        let missing = secret_file::read_key(Path::new("/nowhere/sealing.key")).unwrap_err();
        let told = told(&missing);
        assert_eq!(told.matches("No such file").count(), 1, "{told}");
        let other = StandsStill(io::Error::other("no power"));
        assert_eq!(
            super::told(&other),
            "the line stands still\n  because: no power"
        );
    }
}
