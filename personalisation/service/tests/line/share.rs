//! How much of the crash tests a run takes: all of it with `STEMPEL_FAULT=all` (`cargo xtask fault`), else what a change
//! can wait for: on SQLite every position of the line's own, on PostgreSQL every seventh.

use crate::home::Engine;

/// From one position to the next.
pub fn step(engine: Engine) -> usize {
    match engine {
        _ if is_whole() => 1,
        Engine::Sqlite => 1,
        Engine::Postgres => 7,
    }
}

/// The same for a machine's cards, which take a second each: every fifth position.
pub fn machine_step() -> usize {
    if is_whole() { 1 } else { 5 }
}

/// Whether the whole matrix was asked for.
pub fn is_whole() -> bool {
    std::env::var_os("STEMPEL_FAULT").is_some_and(|share| share == "all")
}

/// Each of these functions of an engine as a test on each.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                super::$test(crate::home::Engine::Sqlite);
            })*
        }
        mod postgres {
            $(#[test]
            fn $test() {
                super::$test(crate::home::Engine::Postgres);
            })*
        }
    };
}
pub(crate) use on_each_engine;
