//! Transparent files: a table of entries, and their contents one behind the other.

use std::ops::Range;

use icao9303::apdu::StatusWord;

use super::layout;
use super::memory::Memory;
use super::refusal::Refusal;

const ENTRY: usize = 32;
const USED: u8 = 0xF1;
/// Longest application identifier, in bytes.
pub(super) const MAX_AID: usize = 16;

/// Who may read a file once the chip is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Access {
    /// Anyone.
    Always = 0x00,
    /// Whoever knows the CAN or the MRZ.
    Pace = 0x01,
    /// Terminals that prove their right to it.
    Terminal = 0x02,
}

impl Access {
    /// The rule with this byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::Always, Self::Pace, Self::Terminal]
            .into_iter()
            .find(|rule| *rule as u8 == byte)
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The application it belongs to; empty for the master file.
    pub directory: Vec<u8>,
    /// File identifier, unique in its directory.
    pub identifier: u16,
    /// Short identifier, 1 to 30, or 0 for none.
    pub short_identifier: u8,
    /// Who may read it.
    pub access: Access,
    /// Bytes of content.
    pub size: usize,
    /// Where the content starts in memory.
    pub address: usize,
}

impl FileEntry {
    /// The content's bytes from `offset` to the end, at most `length`.
    pub fn range(&self, offset: usize, length: usize) -> Range<usize> {
        let start = self.address + offset.min(self.size);
        start..(start + length).min(self.address + self.size)
    }

    /// Layout of an entry: state(1) access(1) FID(2) SFI(1) size(4) address(4) AID length(1) AID(16).
    fn encode(&self) -> [u8; ENTRY] {
        let mut entry = [0; ENTRY];
        entry[0] = USED;
        entry[1] = self.access as u8;
        entry[2..4].copy_from_slice(&self.identifier.to_be_bytes());
        entry[4] = self.short_identifier;
        entry[5..9].copy_from_slice(&layout::low_bytes::<4>(self.size));
        entry[9..13].copy_from_slice(&layout::low_bytes::<4>(self.address));
        [entry[13]] = layout::low_bytes(self.directory.len());
        entry[14..14 + self.directory.len()].copy_from_slice(&self.directory);
        entry
    }

    fn decode(entry: &[u8]) -> Option<Self> {
        let number = |at: usize| -> Option<usize> {
            Some(u32::from_be_bytes(entry[at..at + 4].try_into().ok()?) as usize)
        };
        if entry[0] != USED {
            return None;
        }
        let aid_length = usize::from(entry[13]).min(MAX_AID);
        Some(Self {
            directory: entry[14..14 + aid_length].to_vec(),
            identifier: u16::from_be_bytes([entry[2], entry[3]]),
            short_identifier: entry[4],
            access: Access::from_byte(entry[1])?,
            size: number(5)?,
            address: number(9)?,
        })
    }
}

/// All files, in the order in which they were made.
pub fn all(memory: &Memory) -> impl Iterator<Item = FileEntry> {
    (0..layout::FILE_TABLE_ENTRIES)
        .map_while(|slot| FileEntry::decode(memory.read(layout::FILE_TABLE + slot * ENTRY, ENTRY)))
}

/// The file with this identifier in a directory.
pub fn by_identifier(memory: &Memory, directory: &[u8], identifier: u16) -> Option<FileEntry> {
    all(memory).find(|file| file.directory == directory && file.identifier == identifier)
}

/// The file with this short identifier in a directory.
pub fn by_short_identifier(memory: &Memory, directory: &[u8], short: u8) -> Option<FileEntry> {
    all(memory).find(|file| file.directory == directory && file.short_identifier == short)
}

/// The application whose identifier starts with `aid` (ISO/IEC 7816-4 allows a shortened one).
pub fn application(memory: &Memory, aid: &[u8]) -> Option<Vec<u8>> {
    all(memory)
        .map(|file| file.directory)
        .find(|directory| !directory.is_empty() && !aid.is_empty() && directory.starts_with(aid))
}

/// Bytes left for contents.
pub fn free(memory: &Memory) -> usize {
    let end = all(memory)
        .map(|file| file.address + file.size)
        .max()
        .unwrap_or(layout::FILES);
    memory.size() - end
}

/// Makes a file of `size` zero bytes: 6A89 when it is there, 6A84 when the memory or the table is
/// full, 6A80 when its short identifier is taken. One page is written, so it is there or it is not.
pub(super) fn create(memory: &mut Memory, mut file: FileEntry) -> Result<(), Refusal> {
    if by_identifier(memory, &file.directory, file.identifier).is_some() {
        return Err(StatusWord::FILE_EXISTS.into());
    }
    let short = file.short_identifier;
    if short != 0 && by_short_identifier(memory, &file.directory, short).is_some() {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let slot = all(memory).count();
    if file.size > free(memory) || slot == layout::FILE_TABLE_ENTRIES {
        return Err(StatusWord::NOT_ENOUGH_MEMORY.into());
    }
    file.address = memory.size() - free(memory);
    Ok(memory.write(layout::FILE_TABLE + slot * ENTRY, &file.encode())?)
}
