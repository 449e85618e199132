//! Cards through PC/SC: finding readers by name, waiting for a card, and the adaptor to [`icao9303::transport`].

mod card;
mod device;
mod error;

use std::ffi::CString;
use std::time::Duration;

use pcsc::{Context, ReaderState, Scope, State};

pub use card::{CardOptions, CardProtocol, PcscCard, processor_time_of_connections};
pub use device::Device;
pub use error::ReaderError;

/// How long a count of events must stand before it is believed: the daemon calls a card present a
/// moment before it counts its coming, and whoever reads in between holds the count of the removal.
const COUNTED: Duration = Duration::from_millis(20);

/// The readers of the PC/SC daemon that runs now.
///
/// After [`ReaderError::DaemonStopped`] this value is of no use; [`Readers::open`] makes a new one.
pub struct Readers {
    context: Context,
}

/// Which card lies on a reader, in the daemon's count of comings and goings: a card that was put in
/// the place of another is not that other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insertion(u32);

impl Readers {
    /// Connects to the daemon (at `PCSCLITE_CSOCK_NAME`, where that is set).
    pub fn open() -> Result<Self, ReaderError> {
        Ok(Self {
            context: establish()?,
        })
    }

    /// The full names of all readers, in the daemon's order.
    pub fn names(&self) -> Result<Vec<String>, ReaderError> {
        match self.context.list_readers_owned() {
            Ok(names) => Ok(names
                .iter()
                .map(|name| name.to_string_lossy().into_owned())
                .collect()),
            Err(pcsc::Error::NoReadersAvailable) => Ok(Vec::new()),
            Err(status) => Err(ReaderError::from_status(status, "", "listing the readers")),
        }
    }

    /// The full name of the reader that `wanted` means: the same name, or the only one that starts
    /// with it, or the only one that contains it (the daemon appends numbers to configured names).
    pub fn resolve(&self, wanted: &str) -> Result<String, ReaderError> {
        resolve(wanted, self.names()?)
    }

    /// Connects to the card in the reader that `wanted` means, for this program alone.
    pub fn connect(&self, wanted: &str, options: CardOptions) -> Result<PcscCard, ReaderError> {
        PcscCard::connect(self.resolve(wanted)?, options)
    }

    /// Waits until a card lies on the reader, whichever it is.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`] when none came within `timeout`.
    pub fn wait_for_any_card(&self, wanted: &str, timeout: Duration) -> Result<(), ReaderError> {
        let reader = self.resolve(wanted)?;
        match self.wait(&reader, timeout, is_present)? {
            Some(_) => Ok(()),
            None => Err(ReaderError::NoCard { reader }),
        }
    }

    /// Waits until a card lies on the reader, and says which: a moment longer than it takes to see that there is one.
    ///
    /// # Errors
    /// [`ReaderError::NoCard`] when none came within `timeout`.
    pub fn wait_for_card(&self, wanted: &str, timeout: Duration) -> Result<Insertion, ReaderError> {
        let reader = self.resolve(wanted)?;
        let started = std::time::Instant::now();
        loop {
            let left = timeout.saturating_sub(started.elapsed());
            let Some(events) = self.wait(&reader, left, is_present)? else {
                return Err(ReaderError::NoCard { reader });
            };
            let counted_since = |seen: &ReaderState| seen.event_count() != events;
            if self.wait(&reader, COUNTED, counted_since)?.is_none() {
                return Ok(Insertion(events));
            }
        }
    }

    /// Waits until that card is gone, another one lying there or none; `false` when it was still
    /// there after `timeout`.
    pub fn wait_for_removal(
        &self,
        wanted: &str,
        card: Insertion,
        timeout: Duration,
    ) -> Result<bool, ReaderError> {
        let reader = self.resolve(wanted)?;
        let gone = |seen: &ReaderState| {
            seen.event_state().contains(State::EMPTY) || seen.event_count() != card.0
        };
        Ok(self.wait(&reader, timeout, gone)?.is_some())
    }

    /// The daemon's count of events once the reader is `done`; none when it never was.
    fn wait(
        &self,
        reader: &str,
        timeout: Duration,
        done: impl Fn(&ReaderState) -> bool,
    ) -> Result<Option<u32>, ReaderError> {
        let doing = "waiting for a card";
        let name = c_name(reader)?;
        let mut seen = [ReaderState::new(name, State::UNAWARE)];
        let started = std::time::Instant::now();
        loop {
            let left = timeout.saturating_sub(started.elapsed());
            match self.context.get_status_change(left, &mut seen) {
                Ok(()) if done(&seen[0]) => return Ok(Some(seen[0].event_count())),
                Ok(())
                    if seen[0]
                        .event_state()
                        .intersects(State::UNKNOWN | State::UNAVAILABLE) =>
                {
                    return Err(ReaderError::ReaderGone {
                        reader: reader.to_owned(),
                    });
                }
                Ok(()) if left.is_zero() => return Ok(None),
                Ok(()) => seen[0].sync_current_state(),
                Err(pcsc::Error::Timeout) => return Ok(None),
                Err(status) => return Err(ReaderError::from_status(status, reader, doing)),
            }
        }
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

fn is_present(seen: &ReaderState) -> bool {
    seen.event_state().contains(State::PRESENT)
}

fn establish() -> Result<Context, ReaderError> {
    Context::establish(Scope::User).map_err(|status| match status {
        // A socket without a listener is told as "no service" or as a broken one.
        pcsc::Error::InternalError | pcsc::Error::CommError => ReaderError::NoDaemon,
        status => ReaderError::from_status(status, "", "connecting to the daemon"),
    })
}

/// A name as PC/SC takes it; one with a NUL inside is no reader's.
fn c_name(reader: &str) -> Result<CString, ReaderError> {
    CString::new(reader).map_err(|_| ReaderError::Unknown {
        wanted: reader.to_owned(),
        present: Vec::new(),
    })
}

fn resolve(wanted: &str, present: Vec<String>) -> Result<String, ReaderError> {
    if present.is_empty() {
        return Err(ReaderError::NoReaders);
    }
    if present.iter().any(|name| name == wanted) {
        return Ok(wanted.to_owned());
    }
    for fits in [str::starts_with::<&str>, str::contains::<&str>] {
        let candidates: Vec<_> = present
            .iter()
            .filter(|name| fits(name, wanted))
            .cloned()
            .collect();
        match candidates.as_slice() {
            [] => {}
            [only] => return Ok(only.clone()),
            _ => {
                return Err(ReaderError::Ambiguous {
                    wanted: wanted.to_owned(),
                    candidates,
                });
            }
        }
    }
    Err(ReaderError::Unknown {
        wanted: wanted.to_owned(),
        present,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_name_may_be_shortened_while_it_stays_clear() {
        let present = names(&["Encoder 1 00 00", "Encoder 2 01 00", "Desk (Encoder) 02 00"]);
        let found = |wanted| resolve(wanted, present.clone());
        assert_eq!(found("Encoder 2 01 00").unwrap(), "Encoder 2 01 00");
        assert_eq!(found("Encoder 1").unwrap(), "Encoder 1 00 00");
        assert_eq!(found("Desk").unwrap(), "Desk (Encoder) 02 00");
        assert_eq!(found("(Enc").unwrap(), "Desk (Encoder) 02 00");
        assert_eq!(
            found("Encoder").unwrap_err().to_string(),
            "the name \"Encoder\" fits several readers: \"Encoder 1 00 00\", \"Encoder 2 01 00\"; \
             give one in full"
        );
        assert_eq!(
            found("Printer").unwrap_err().to_string(),
            "no reader named \"Printer\"; the readers here are \"Encoder 1 00 00\", \
             \"Encoder 2 01 00\", \"Desk (Encoder) 02 00\""
        );
        assert_eq!(resolve("any", Vec::new()), Err(ReaderError::NoReaders));
    }

    #[test]
    fn an_exact_name_wins_over_longer_ones() {
        let present = names(&["Encoder", "Encoder 2"]);
        assert_eq!(resolve("Encoder", present).unwrap(), "Encoder");
    }
}
