//! The chain of each writer: numbers without a hole, each record on the one before it.

use std::collections::HashMap;

use super::{
    finding::{Changed, Finding},
    order::{Order, Step},
};
use crate::{line::Line, merkle::Hash, record::NONE_BEFORE};

/// Writers that are followed. Records of more are in the tree, and their chains are not looked at.
const MAX_WRITERS: usize = 100_000;

#[derive(Debug)]
struct Chain {
    order: Order,
    /// Of the record with the highest number so far.
    leaf: Hash,
    position: u64,
}

/// All writers.
#[derive(Debug, Default)]
pub(super) struct Chains {
    by_writer: HashMap<Box<str>, Chain>,
    /// Records of writers that are not followed.
    unfollowed: u64,
}

impl Chains {
    /// How many writers there are.
    pub(super) fn len(&self) -> usize {
        self.by_writer.len()
    }

    /// Records whose chains were not looked at, for there are too many writers.
    pub(super) const fn unfollowed(&self) -> u64 {
        self.unfollowed
    }

    /// Follows one record; what is wrong with it, if anything. `leaf` is its own hash, `may` whether its writer may write.
    pub(super) fn take(
        &mut self,
        line: &Line<'_>,
        leaf: Hash,
        may: impl FnOnce(&str) -> bool,
    ) -> Option<Finding> {
        let (record, position) = (&line.record, line.position);
        let writer = || record.writer.to_owned();
        if !self.by_writer.contains_key(record.writer) {
            if !may(record.writer) {
                let writer = writer();
                return Some(Finding::UnknownWriter { position, writer });
            }
            if self.by_writer.len() >= MAX_WRITERS {
                self.unfollowed += 1;
                return None;
            }
            let chain = Chain {
                order: Order::default(),
                leaf: NONE_BEFORE,
                position,
            };
            self.by_writer.insert(record.writer.into(), chain);
        }
        let chain = self.by_writer.get_mut(record.writer)?;
        let sequence = record.sequence;
        let finding = match chain.order.take(sequence) {
            Step::Next if record.previous == chain.leaf => None,
            Step::Next if sequence == 1 => Some(Finding::Changed {
                position,
                what: Changed::First(writer()),
            }),
            Step::Next => Some(Finding::Changed {
                position: chain.position,
                what: Changed::Record {
                    next: position,
                    writer: writer(),
                    sequence: sequence - 1,
                },
            }),
            // What is missing is told at the end: it may still come.
            Step::Skipped => None,
            Step::Late => {
                return Some(Finding::Reordered {
                    position,
                    writer: writer(),
                    sequence,
                });
            }
            Step::Again => {
                return Some(Finding::Twice {
                    position,
                    writer: writer(),
                    sequence,
                });
            }
        };
        (chain.leaf, chain.position) = (leaf, position);
        finding
    }

    /// What never came, and how many records that are.
    pub(super) fn missing(&self) -> (Vec<Finding>, u64) {
        let mut missing = Vec::new();
        let mut count: u64 = 0;
        let mut writers: Vec<_> = self.by_writer.iter().collect();
        writers.sort_unstable_by_key(|(name, _)| *name);
        for (writer, chain) in writers {
            for (from, to) in chain.order.holes() {
                count = count.saturating_add(to - from);
                missing.push(Finding::Deleted {
                    writer: writer.to_string(),
                    first: *from,
                    last: to - 1,
                });
            }
        }
        (missing, count)
    }
}
