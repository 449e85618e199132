//! Reading chips one after another at a reader: the sample of a box.

use std::{collections::BTreeSet, time::Duration};

use personalisation_core::chip_serial::ChipSerial;
use thiserror::Error;

use crate::line::{
    chip::{self, LifeCycle},
    reader::{CardReader, NoCard},
};

/// What a chip that was laid on the reader turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Laid {
    /// As its maker delivered it.
    Blank(ChipSerial),
    /// Not to be used: it is silent, answers nonsense, or was personalised.
    Unusable(String),
}

/// Why the sample is not complete. For the stock keeper.
#[derive(Debug, Error)]
pub enum SampleError {
    /// No chip came.
    #[error(
        "reading a sample: no chip was laid on the reader for a while; {read} were read, begin again"
    )]
    NoChip {
        /// As many until then.
        read: usize,
    },
    /// A chip stayed.
    #[error("reading a sample: the chip was not taken away; {read} were read, begin again")]
    NotTaken {
        /// As many until then.
        read: usize,
    },
    /// No reader.
    #[error("reading a sample: {0}; check the reader and begin again")]
    Reader(String),
}

/// Reads chips until so many different ones are found as their maker delivered them; each may take `patience` to come
/// and to go. `tell` hears of each.
pub fn read<R: CardReader>(
    reader: &mut R,
    wanted: usize,
    patience: Duration,
    mut tell: impl FnMut(&Laid),
) -> Result<BTreeSet<ChipSerial>, SampleError> {
    let mut read = BTreeSet::new();
    while read.len() < wanted {
        let laid = match reader.connect(patience) {
            Ok(mut card) => identify(&mut card),
            Err(NoCard::Mute(why)) => Laid::Unusable(why),
            Err(NoCard::Empty) => return Err(SampleError::NoChip { read: read.len() }),
            Err(NoCard::Unavailable(why)) => return Err(SampleError::Reader(why)),
        };
        tell(&laid);
        if let Laid::Blank(chip) = laid {
            read.insert(chip);
        }
        reader.release();
        if read.len() < wanted && !reader.wait_for_removal(patience) {
            return Err(SampleError::NotTaken { read: read.len() });
        }
    }
    Ok(read)
}

fn identify<C: icao9303::transport::CardTransport>(card: &mut C) -> Laid {
    match chip::identify(card) {
        Ok(facts) => match (facts.life_cycle, facts.serial) {
            (LifeCycle::Blank, Some(chip)) => Laid::Blank(chip),
            (life_cycle, _) => Laid::Unusable(format!("its life cycle is {life_cycle:?}")),
        },
        Err(error) => Laid::Unusable(error.to_string()),
    }
}
