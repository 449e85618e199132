//! A machine behind a reader: commands of its maker by `SCardControl`, beside the card that may lie in it.

use std::fmt;

use pcsc::{Card, Disposition, Protocols, ShareMode};

use super::{ReaderError, Readers, c_name, establish};

/// `CM_IOCTL_GET_FEATURE_REQUEST` (PC/SC part 10 §2.2): `SCARD_CTL_CODE(3400)`, as pcsc-lite writes it.
const GET_FEATURES: u32 = 0x4200_0000 + 3400;
/// `FEATURE_CCID_ESC_COMMAND` (PC/SC part 10 §2.3): its value is the control code of the maker's own commands.
const ESCAPE: u8 = 0x13;
/// The most that PC/SC carries either way, in bytes.
const BUFFER: usize = pcsc::MAX_BUFFER_SIZE_EXTENDED;

/// A connection to a machine. It needs no card and outlives the cards that come and go; cards may be connected
/// beside it. While another connection holds its card in a transaction, commands are [`ReaderError::Busy`].
pub struct Device {
    reader: String,
    /// None only while it is dropped.
    connection: Option<Card>,
    escape: u32,
}

impl Readers {
    /// Connects to the machine behind the reader of that full name; none where the reader takes no commands of its
    /// maker's, as plain readers do.
    pub fn device(&self, reader: &str) -> Result<Option<Device>, ReaderError> {
        Device::connect(reader)
    }
}

impl Device {
    fn connect(reader: &str) -> Result<Option<Self>, ReaderError> {
        // A context of its own: libpcsclite keeps one locked while a call waits.
        let context = establish()?;
        let name = c_name(reader)?;
        let connection = context
            .connect(&name, ShareMode::Direct, Protocols::UNDEFINED)
            .map_err(|status| ReaderError::from_status(status, reader, "connecting to a reader"))?;
        let mut device = Self {
            reader: reader.to_owned(),
            connection: Some(connection),
            escape: 0,
        };
        let features = match device.control(GET_FEATURES, &[]) {
            Ok(features) => features,
            // A reader that knows no features has none.
            Err(ReaderError::Other { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match escape_code(&features) {
            Some(code) => {
                device.escape = code;
                Ok(Some(device))
            }
            None => Ok(None),
        }
    }

    /// The reader's full name.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// Sends one command of the maker's; its answer.
    pub fn escape(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        self.control(self.escape, command)
    }

    fn control(&mut self, code: u32, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        if command.len() > BUFFER {
            return Err(ReaderError::CommandTooLong {
                length: command.len(),
                limit: BUFFER,
            });
        }
        let Some(connection) = &self.connection else {
            return Err(ReaderError::DaemonStopped);
        };
        let mut buffer = vec![0; BUFFER];
        let answer = connection.control(code.into(), command, &mut buffer);
        let length = answer
            .map(<[u8]>::len)
            .map_err(|status| ReaderError::from_status(status, &self.reader, "asking a machine"))?;
        buffer.truncate(length);
        Ok(buffer)
    }
}

/// Lets go of the reader and leaves its card alone, which a plain drop would reset.
impl Drop for Device {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A daemon that is gone has let go by itself.
            drop(connection.disconnect(Disposition::LeaveCard));
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({:?})", self.reader)
    }
}

/// The control code of the maker's commands in a list of features: tag, length 4, value big-endian, one after another.
fn escape_code(features: &[u8]) -> Option<u32> {
    features.chunks_exact(6).find_map(|feature| match *feature {
        [ESCAPE, 4, a, b, c, d] => Some(u32::from_be_bytes([a, b, c, d])),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_escape_code_is_found_among_features() {
        let list = [0x06, 4, 0, 0, 0, 1, 0x13, 4, 0x42, 0, 0x0E, 0x10];
        assert_eq!(escape_code(&list), Some(0x4200_0E10));
        assert_eq!(escape_code(&list[..6]), None);
        assert_eq!(escape_code(&list[..11]), None);
        assert_eq!(escape_code(&[]), None);
    }
}
