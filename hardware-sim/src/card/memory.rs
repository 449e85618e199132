//! The chip's non-volatile memory: pages that are written whole or not at all, and a journal.
//!
//! The state file of a chip is its memory, byte for byte. A page of 64 bytes is the unit of
//! writing: power that fails leaves each page as it was before or after its write. What must change
//! in several pages at once goes through the journal: pages are copied there, one page commits
//! them, and the next power-up finishes what was committed and forgets the rest.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use super::layout;

/// Bytes in a page, the unit of writing.
pub const PAGE: usize = 64;

/// First byte of the journal's commit page when it holds a transaction.
const COMMITTED: u8 = 0xC5;

/// Why the chip stopped in the middle of a command. Its volatile state is gone; what had been
/// written until then is kept.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// The field went away.
    #[error("the chip lost power; put it into the field again")]
    PowerLost,
    /// The simulator could not write the file that is the chip's memory.
    #[error("the chip's state file could not be written; make room or check its permissions")]
    StateFile(#[from] io::Error),
}

/// A chip's memory and the file that keeps it.
#[derive(Debug)]
pub struct Memory {
    image: Vec<u8>,
    file: File,
    fuse: Option<u32>,
    written: u32,
}

impl Memory {
    /// Makes the file of a new chip; it must not exist yet, and only its owner may read it.
    pub fn create(path: &Path, image: Vec<u8>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.try_lock()?;
        file.write_all_at(&image, 0)?;
        Ok(Self {
            image,
            file,
            fuse: None,
            written: 0,
        })
    }

    /// Opens the file of a chip. It stays locked: a chip is in one place at a time.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.try_lock()?;
        let mut image = Vec::new();
        file.read_to_end(&mut image)?;
        if image.len() < layout::FILES || !image.len().is_multiple_of(PAGE) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file is not a chip's memory",
            ));
        }
        Ok(Self {
            image,
            file,
            fuse: None,
            written: 0,
        })
    }

    /// Bytes of memory, all areas together.
    pub fn size(&self) -> usize {
        self.image.len()
    }

    /// `length` bytes at `address`; both come from the layout, so they are inside.
    pub fn read(&self, address: usize, length: usize) -> &[u8] {
        &self.image[address..address + length]
    }

    /// One byte.
    pub fn byte(&self, address: usize) -> u8 {
        self.image[address]
    }

    /// Writes page by page: power that fails in between leaves the first pages new and the rest old.
    pub fn write(&mut self, address: usize, bytes: &[u8]) -> Result<(), Interrupted> {
        let end = address + bytes.len();
        let mut position = address;
        while position < end {
            let page_end = (position / PAGE + 1) * PAGE;
            let next = page_end.min(end);
            self.write_in_page(position, &bytes[position - address..next - address])?;
            position = next;
        }
        Ok(())
    }

    /// Writes all parts or none, whenever power fails. The parts touch at most
    /// [`layout::JOURNAL_PAGES`] pages.
    pub fn write_atomically(&mut self, parts: &[(usize, &[u8])]) -> Result<(), Interrupted> {
        let pages = self.pages_after(parts);
        for (slot, (_, content)) in pages.iter().enumerate() {
            self.write(layout::JOURNAL + (slot + 1) * PAGE, content)?;
        }
        let mut commit = vec![COMMITTED];
        commit.extend(layout::low_bytes::<1>(pages.len()));
        for (page, _) in &pages {
            commit.extend(layout::low_bytes::<2>(*page));
        }
        self.write(layout::JOURNAL, &commit)?;
        self.finish_transaction()
    }

    /// What the chip does first whenever it gets power: finishes a committed transaction.
    pub fn finish_transaction(&mut self) -> Result<(), Interrupted> {
        if self.byte(layout::JOURNAL) != COMMITTED {
            return Ok(());
        }
        let count = usize::from(self.byte(layout::JOURNAL + 1)).min(layout::JOURNAL_PAGES);
        for slot in 0..count {
            let at = layout::JOURNAL + 2 + 2 * slot;
            let page = usize::from(u16::from_be_bytes([self.image[at], self.image[at + 1]]));
            let content = self
                .read(layout::JOURNAL + (slot + 1) * PAGE, PAGE)
                .to_vec();
            self.write(page * PAGE, &content)?;
        }
        // The copies may hold keys: the commit page goes first, then they are wiped.
        self.write(layout::JOURNAL, &[0])?;
        for slot in 0..count {
            self.write(layout::JOURNAL + (slot + 1) * PAGE, &[0; PAGE])?;
        }
        Ok(())
    }

    /// Power fails when this many more pages are written; `None` takes the fuse out.
    pub fn set_fuse(&mut self, pages: Option<u32>) {
        self.fuse = pages;
    }

    /// How many pages were written since this was last asked.
    pub fn take_written(&mut self) -> u32 {
        std::mem::take(&mut self.written)
    }

    fn write_in_page(&mut self, address: usize, bytes: &[u8]) -> Result<(), Interrupted> {
        match &mut self.fuse {
            Some(0) => return Err(Interrupted::PowerLost),
            Some(left) => *left -= 1,
            None => {}
        }
        // One call for one page: a killed simulator leaves whole pages too.
        self.file.write_all_at(bytes, address as u64)?;
        self.image[address..address + bytes.len()].copy_from_slice(bytes);
        self.written += 1;
        Ok(())
    }

    /// The pages that `parts` touch, as they will be.
    fn pages_after(&self, parts: &[(usize, &[u8])]) -> Vec<(usize, Vec<u8>)> {
        let mut pages: Vec<(usize, Vec<u8>)> = Vec::new();
        for (address, bytes) in parts {
            for (offset, byte) in bytes.iter().enumerate() {
                let at = address + offset;
                let number = at / PAGE;
                let index = pages
                    .iter()
                    .position(|(page, _)| *page == number)
                    .unwrap_or_else(|| {
                        pages.push((number, self.read(number * PAGE, PAGE).to_vec()));
                        pages.len() - 1
                    });
                pages[index].1[at % PAGE] = *byte;
            }
        }
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(folder: &Path) -> Memory {
        Memory::create(&folder.join("chip"), vec![0; layout::FILES + 4 * PAGE]).unwrap()
    }

    #[test]
    fn a_fuse_leaves_whole_pages() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = memory(folder.path());
        memory.set_fuse(Some(2));
        let result = memory.write(layout::FILES + 60, &[7; 100]);
        assert!(matches!(result, Err(Interrupted::PowerLost)));
        drop(memory);
        let again = Memory::open(&folder.path().join("chip")).unwrap();
        assert_eq!(again.read(layout::FILES + 60, 68), [7; 68]);
        assert_eq!(again.read(layout::FILES + 128, 32), [0; 32]);
    }

    #[test]
    fn a_transaction_is_whole_wherever_power_fails() {
        let old = ([1; 40], [2; 40]);
        let new = ([3; 40], [4; 40]);
        let mut outcomes = Vec::new();
        for pages in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let mut memory = memory(folder.path());
            let (a, b) = (layout::FILES + 50, layout::FILES + 2 * PAGE);
            memory.write(a, &old.0).unwrap();
            memory.write(b, &old.1).unwrap();
            memory.set_fuse(Some(pages));
            let result = memory.write_atomically(&[(a, &new.0), (b, &new.1)]);
            drop(memory);
            let mut memory = Memory::open(&folder.path().join("chip")).unwrap();
            memory.finish_transaction().unwrap();
            let found = (memory.read(a, 40), memory.read(b, 40));
            let is_new = found == (&new.0[..], &new.1[..]);
            assert!(
                is_new || found == (&old.0[..], &old.1[..]),
                "torn after {pages} pages"
            );
            outcomes.push(is_new);
            if result.is_ok() {
                break;
            }
        }
        assert!(outcomes.len() > 8, "{} tear points", outcomes.len());
        assert!(outcomes.is_sorted(), "once committed, always committed");
    }
}
