//! Numbers that should come one after another, and how they come.

/// How a number came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It was the next.
    Next,
    /// Some before it did not come yet.
    Skipped,
    /// Others were before it that should be after it.
    Late,
    /// It was there before.
    Again,
}

/// Holes that are remembered; beyond them one that is filled late looks like a number that comes again.
const MAX_HOLES: usize = 10_000;

/// Numbers from 1.
#[derive(Clone, Debug)]
pub(super) struct Order {
    next: u64,
    /// From and to (without) of those that did not come, in ascending order.
    holes: Vec<(u64, u64)>,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            next: 1,
            holes: Vec::new(),
        }
    }
}

impl Order {
    /// Those that did not come: from and to (without).
    pub(super) fn holes(&self) -> &[(u64, u64)] {
        &self.holes
    }

    pub(super) fn take(&mut self, number: u64) -> Step {
        if number == self.next {
            self.next += 1;
            return Step::Next;
        }
        if number > self.next {
            if self.holes.len() < MAX_HOLES {
                self.holes.push((self.next, number));
            }
            self.next = number + 1;
            return Step::Skipped;
        }
        let hole = self.holes.partition_point(|(_, to)| *to <= number);
        let Some((from, to)) = self.holes.get(hole).copied() else {
            return Step::Again;
        };
        if number < from {
            return Step::Again;
        }
        let rest = [(from, number), (number + 1, to)];
        let rest = rest.into_iter().filter(|(from, to)| from < to);
        self.holes.splice(hole..=hole, rest);
        Step::Late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_and_filled() {
        let mut order = Order::default();
        let steps = [1, 2, 6, 4, 4, 9, 7, 3, 10].map(|number| order.take(number));
        let expected = [
            Step::Next,
            Step::Next,
            Step::Skipped,
            Step::Late,
            Step::Again,
            Step::Skipped,
            Step::Late,
            Step::Late,
            Step::Next,
        ];
        assert_eq!(steps, expected);
        assert_eq!(order.holes(), [(5, 6), (8, 9)]);
        assert_eq!(order.take(1), Step::Again);
    }
}
