//! Files in personalisation: made, written with as few commands as the chip's buffer allows, and
//! read back.

use icao9303::{
    apdu::{Command, StatusWord},
    exchange::{exchange, exchange_extended},
    lds::{DataGroup, Directory, EMRTD_AID, ElementaryFile},
    scp03::{SecurityLevel, largest_plain_answer},
    tlv,
    transport::CardTransport,
};

use super::{ChipError, Session, accept};

const CREATE_FILE: u8 = 0xE0;
const SELECT: u8 = 0xA4;
const UPDATE_BINARY: u8 = 0xD6;
const UPDATE_BINARY_ODD: u8 = 0xD7;
const READ_BINARY: u8 = 0xB0;
const READ_BINARY_ODD: u8 = 0xB1;
const OFFSET: u16 = 0x54;
const DATA: u16 = 0x53;
/// What is told where it fails.
const READING: &str = "reading a file back";
/// The largest answer to a short command, status word included.
const SHORT_ANSWER: usize = 256 + 2;
/// First offset that the even instructions cannot name.
const ODD_FROM: usize = 0x8000;
/// Bytes that the objects 54 and 53 take at most around the data of an odd instruction.
const ODD_HEADERS: usize = 5 + 4;

impl<C: CardTransport> Session<'_, C> {
    /// Makes the file (unless an interrupted try made it already) and writes all of it. It stays
    /// selected.
    pub fn write_file(&mut self, file: ElementaryFile, content: &[u8]) -> Result<(), ChipError> {
        let create =
            Command::new(0x80, CREATE_FILE, 0, 0).with_data(control_parameters(file, content));
        match accept(exchange(&mut self.card, &create), "making a file") {
            // A file is selected by being made (ISO/IEC 7816-9).
            Ok(_) => {}
            Err(ChipError::Refused {
                status: StatusWord::FILE_EXISTS,
                ..
            }) => self.select_file(file)?,
            Err(error) => return Err(error),
        }
        let mut offset = 0;
        while offset < content.len() {
            let (command, length) = update(&content[offset..], offset, self.largest_data());
            accept(exchange(&mut self.card, &command), "writing a file")?;
            offset += length;
        }
        Ok(())
    }

    /// Reads the selected file and compares every byte; returns what was read.
    pub fn compare_file(
        &mut self,
        file: ElementaryFile,
        content: &[u8],
    ) -> Result<Vec<u8>, ChipError> {
        let mut read = Vec::with_capacity(content.len());
        while read.len() < content.len() {
            let piece = self.read_piece(read.len(), content.len() - read.len())?;
            if piece.is_empty() || piece.len() > content.len() - read.len() {
                return Err(ChipError::Mismatch { file });
            }
            read.extend_from_slice(&piece);
        }
        if read == content {
            Ok(read)
        } else {
            Err(ChipError::Mismatch { file })
        }
    }

    fn select_file(&mut self, file: ElementaryFile) -> Result<(), ChipError> {
        let mut data = tlv::encode(0x83, &file.fid().to_be_bytes());
        if let Some(aid) = application(file) {
            tlv::push(&mut data, 0x84, aid);
        }
        let command = Command::new(0x80, SELECT, 0, 0).with_data(data);
        accept(exchange(&mut self.card, &command), "selecting a file").map(drop)
    }

    fn read_piece(&mut self, offset: usize, wanted: usize) -> Result<Vec<u8>, ChipError> {
        let room = self.largest_answer();
        if offset < ODD_FROM {
            let [high, low] = low_bytes(offset);
            let length = wanted.min(room);
            let command = Command::new(0x80, READ_BINARY, high, low).with_le(length);
            return self.read(&command);
        }
        let length = wanted.min(room - ODD_HEADERS);
        let object = tlv::encode(OFFSET, &low_bytes::<3>(offset));
        // The answer's object 53 has a length of its own.
        let header = tlv::encode(DATA, &[]).len()
            + if length > 0xFF {
                2
            } else {
                usize::from(length > 0x7F)
            };
        let command = Command::new(0x80, READ_BINARY_ODD, 0, 0)
            .with_data(object)
            .with_le(length + header);
        let answer = self.read(&command)?;
        tlv::parse_exact(&answer, DATA)
            .map(<[u8]>::to_vec)
            .map_err(|_| ChipError::Malformed { doing: READING })
    }

    /// Protected, an answer is longer: what a short command may ask for in plain may not fit into its answer.
    fn read(&mut self, command: &Command) -> Result<Vec<u8>, ChipError> {
        let short = largest_plain_answer(SHORT_ANSWER, SecurityLevel::Full);
        let answer = if command.le.is_some_and(|le| le > short) {
            exchange_extended(&mut self.card, command)
        } else {
            exchange(&mut self.card, command)
        };
        accept(answer, READING)
    }
}

/// Who may read a file after the lock.
const fn access(file: ElementaryFile) -> u8 {
    /// Everybody.
    const ALWAYS: u8 = 0x00;
    /// Whoever knows a password.
    const PACE: u8 = 0x01;
    /// Terminals with terminal authentication.
    const TERMINAL: u8 = 0x02;
    match file {
        ElementaryFile::AtrInfo | ElementaryFile::Dir | ElementaryFile::CardAccess => ALWAYS,
        ElementaryFile::DataGroup(DataGroup::DG3 | DataGroup::DG4) => TERMINAL,
        _ => PACE,
    }
}

/// The application of a file; none for those of the master file.
fn application(file: ElementaryFile) -> Option<&'static [u8]> {
    (file.directory() == Directory::Application).then_some(&EMRTD_AID[..])
}

/// The file control parameters of CREATE FILE.
fn control_parameters(file: ElementaryFile, content: &[u8]) -> Vec<u8> {
    let mut fields = vec![0x82, 1, 0x01];
    tlv::push(&mut fields, 0x83, &file.fid().to_be_bytes());
    if let Some(aid) = application(file) {
        tlv::push(&mut fields, 0x84, aid);
    }
    match u16::try_from(content.len()) {
        Ok(size) => tlv::push(&mut fields, 0x80, &size.to_be_bytes()),
        Err(_) => tlv::push(&mut fields, 0x80, &low_bytes::<3>(content.len())),
    }
    tlv::push(&mut fields, 0x88, &[file.sfi() << 3]);
    tlv::push(&mut fields, 0x8C, &[access(file)]);
    tlv::encode(0x62, &fields)
}

/// The command that writes the start of `rest` at `offset`, and how many bytes of it.
fn update(rest: &[u8], offset: usize, room: usize) -> (Command, usize) {
    if offset < ODD_FROM {
        let [high, low] = low_bytes(offset);
        let length = rest.len().min(room);
        return (
            Command::new(0x80, UPDATE_BINARY, high, low).with_data(&rest[..length]),
            length,
        );
    }
    let length = rest.len().min(room - ODD_HEADERS);
    let mut data = tlv::encode(OFFSET, &low_bytes::<3>(offset));
    tlv::push(&mut data, DATA, &rest[..length]);
    (
        Command::new(0x80, UPDATE_BINARY_ODD, 0, 0).with_data(data),
        length,
    )
}

/// The `N` low bytes of a number, big-endian. Files are far shorter than three bytes can say.
fn low_bytes<const N: usize>(number: usize) -> [u8; N] {
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().rev().zip(number.to_le_bytes()) {
        *place = byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_far_offsets_take_their_instructions() {
        let (command, length) = update(&[7; 5000], 0x7FFF, 4063);
        assert_eq!(
            (command.ins, command.p1, command.p2, length),
            (0xD6, 0x7F, 0xFF, 4063)
        );
        let (command, length) = update(&[7; 5000], 0x8000, 4063);
        assert_eq!(
            (command.ins, command.p1, command.p2, length),
            (0xD7, 0, 0, 4054)
        );
        assert_eq!(
            command.data[..9],
            [0x54, 3, 0, 0x80, 0, 0x53, 0x82, 0x0F, 0xD6]
        );
        assert_eq!(command.data.len(), 4063);
    }

    #[test]
    fn file_control_parameters_are_those_of_the_chip() {
        let dg3 = control_parameters(
            ElementaryFile::DataGroup(DataGroup::DG3),
            &vec![0; 0x1_0001],
        );
        let expected =
            "621b8201018302010384 07a0000002471001 8003010001 880118 8c0102".replace(' ', "");
        assert_eq!(hex::encode(dg3), expected);
        let access = control_parameters(ElementaryFile::CardAccess, &[0; 0x20]);
        assert_eq!(
            hex::encode(access),
            "62118201018302011c8002002088 01e08c0100".replace(' ', "")
        );
    }
}
