//! Whether lines stand at their places: the numbers that they say, against how they follow on each other.
//!
//! A number that is not the expected one is judged by the next line's. Where that goes on as if nothing had been between, the odd
//! line was put there from elsewhere; where it goes on from the odd one, what should have been between is gone, or comes later.

use super::{finding::Finding, order::Order};
use crate::line::Line;

#[derive(Debug)]
struct Odd {
    position: u64,
    expected: u64,
    writer: String,
    sequence: u64,
    /// Something was found about it already.
    told: bool,
}

impl Odd {
    fn finding(self) -> Option<Finding> {
        let (position, writer, sequence) = (self.position, self.writer, self.sequence);
        (!self.told).then_some(Finding::Reordered {
            position,
            writer,
            sequence,
        })
    }
}

/// The places so far.
#[derive(Debug)]
pub(super) struct Places {
    order: Order,
    expected: u64,
    odd: Option<Odd>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            order: Order::default(),
            expected: 1,
            odd: None,
        }
    }
}

impl Places {
    /// Those that never came: from and to (without).
    pub(super) fn holes(&self) -> &[(u64, u64)] {
        self.order.holes()
    }

    /// Takes a line; `told`: something was found about it already. What is found about it or the line before it.
    pub(super) fn take(&mut self, line: &Line<'_>, told: bool) -> Option<Finding> {
        let position = line.position;
        self.order.take(position);
        if position == self.expected && self.odd.is_none() {
            self.expected += 1;
            return None;
        }
        let mut found = None;
        if let Some(odd) = self.odd.take() {
            if position == odd.position + 1 {
                self.expected = position + 1;
                let back = odd.position < odd.expected;
                return back.then(|| odd.finding()).flatten();
            }
            // In another's place, or between two others.
            let goes_on = [odd.expected, odd.expected + 1].contains(&position);
            found = odd.finding();
            if goes_on {
                self.expected = position + 1;
                return found;
            }
        }
        self.odd = Some(Odd {
            position,
            expected: self.expected,
            writer: line.record.writer.to_owned(),
            sequence: line.record.sequence,
            told,
        });
        self.expected += 1;
        found
    }

    /// Takes a line that cannot be read, as the one that was expected: which that is.
    pub(super) fn pass(&mut self) -> u64 {
        let after = self.odd.take().map(|odd| odd.position + 1);
        let position = after.unwrap_or(self.expected);
        self.order.take(position);
        self.expected = position + 1;
        position
    }

    /// What is found about the last line.
    pub(super) fn end(&mut self) -> Option<Finding> {
        let odd = self.odd.take()?;
        let back = odd.position < odd.expected;
        back.then(|| odd.finding()).flatten()
    }
}
