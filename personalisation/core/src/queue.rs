//! Who goes ahead of whom on the line, and for how long at most.
//!
//! An attempt's rank is the moment it was queued less the head start of its class; the lowest rank is next. So remakes
//! go ahead of express, express goes ahead of normal, and nothing starves: an attempt is passed by those alone that
//! were queued less than the difference of the head starts after it.
//!
//! | is passed by | express queued within | remakes queued within |
//! |---|---|---|
//! | a normal one | 24 hours after it | 72 hours after it |
//! | an express one | – | 48 hours after it |
//!
//! Batches bend that a little: while a machine makes a batch for one destination, at most [`BATCH`] less one of the
//! same class pass whoever is next.

use time::{Duration, OffsetDateTime};

/// Cards for one destination that a machine makes one after another, at most.
pub const BATCH: u32 = 50;

/// How much of a hurry an attempt is in; the order is who goes ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Made again: its holder has waited already.
    Remake,
    /// The fee of the express procedure was paid.
    Express,
    /// All others.
    Normal,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Remake, Self::Express, Self::Normal];

    /// The class of a new order.
    pub const fn of_order(express: bool) -> Self {
        if express { Self::Express } else { Self::Normal }
    }

    /// How long it may have been queued after a normal one and still go ahead of that.
    pub const fn head_start(self) -> Duration {
        match self {
            Self::Remake => Duration::hours(72),
            Self::Express => Duration::hours(24),
            Self::Normal => Duration::ZERO,
        }
    }

    /// Its place among all: the lowest is next.
    pub fn rank(self, queued_at: OffsetDateTime) -> OffsetDateTime {
        queued_at.saturating_sub(self.head_start())
    }

    /// The name in the database and on pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Remake => "remake",
            Self::Express => "express",
            Self::Normal => "normal",
        }
    }

    /// The class with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const MONDAY: OffsetDateTime = datetime!(2026-11-23 08:00 UTC);

    fn is_ahead(one: (Class, Duration), other: (Class, Duration)) -> bool {
        one.0.rank(MONDAY + one.1) < other.0.rank(MONDAY + other.1)
    }

    #[test]
    fn the_class_decides_among_those_of_one_day() {
        let evening = Duration::hours(12);
        assert!(is_ahead(
            (Class::Remake, evening),
            (Class::Express, Duration::ZERO)
        ));
        assert!(is_ahead(
            (Class::Express, evening),
            (Class::Normal, Duration::ZERO)
        ));
        assert!(is_ahead(
            (Class::Normal, Duration::ZERO),
            (Class::Normal, evening)
        ));
    }

    #[test]
    fn nobody_is_passed_beyond_the_difference_of_head_starts() {
        for waiting in Class::ALL {
            for other in Class::ALL {
                let bound = other.head_start() - waiting.head_start();
                let bound = bound.max(Duration::ZERO);
                let second = Duration::seconds(1);
                assert!(
                    !is_ahead((other, bound + second), (waiting, Duration::ZERO)),
                    "{other:?} passes {waiting:?} after {bound}"
                );
            }
        }
    }

    #[test]
    fn a_normal_order_is_made_though_express_and_remakes_come_without_end() {
        // One card an hour, an express order and a remake an hour: the queue grows for ever, and yet.
        let mut waiting = vec![(Class::Normal.rank(MONDAY), "normal")];
        for hour in 0..100 {
            let now = MONDAY + Duration::hours(hour);
            waiting.push((Class::Express.rank(now), "express"));
            waiting.push((Class::Remake.rank(now), "remake"));
            waiting.sort_unstable();
            if waiting.remove(0).1 == "normal" {
                // 73 remakes and 25 express orders rank before it; one card an hour.
                assert_eq!(hour, 97);
                return;
            }
        }
        panic!("it starves");
    }

    #[test]
    fn names_are_read_back() {
        for class in Class::ALL {
            assert_eq!(Class::from_name(class.name()), Some(class));
        }
        assert_eq!(Class::from_name("Express"), None);
    }
}
