//! As much of tar as the archive needs (POSIX.1-1988 `ustar`; sizes from 8 GiB in GNU's binary form): plain files, one after
//! another. Links, folders, extended headers and long names are refused, so nothing of foreign length is ever kept.
//!
//! ```text
//! header  512 bytes: name (100) mode (8) uid (8) gid (8) size (12) mtime (12) checksum (8) kind (1) link (100) "ustar" …
//! content filled with zeros to a multiple of 512; after the last file two blocks of zeros or more
//! ```

use std::io::{self, BufRead, Read as _};

use super::ArchiveError;

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;
const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;
const KIND: usize = 156;
const MAGIC: std::ops::Range<usize> = 257..262;
const PREFIX: std::ops::Range<usize> = 345..500;
/// The most that an octal size says.
const MAX_OCTAL: u64 = 0o77_777_777_777;

/// The header of a plain file that belongs to nobody and has no date.
pub(super) fn header(name: &str, size: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let field = |block: &mut [u8; BLOCK], at: usize, text: &[u8]| {
        block[at..at + text.len()].copy_from_slice(text);
    };
    let name = &name.as_bytes()[..name.len().min(NAME.len())];
    field(&mut block, NAME.start, name);
    for (at, text) in [(100, "0000644"), (108, "0000000"), (116, "0000000")] {
        field(&mut block, at, text.as_bytes());
    }
    if size <= MAX_OCTAL {
        field(&mut block, SIZE.start, format!("{size:011o}").as_bytes());
    } else {
        block[SIZE.start] = 0x80;
        field(&mut block, SIZE.end - 8, &size.to_be_bytes());
    }
    field(&mut block, 136, b"00000000000");
    block[KIND] = b'0';
    field(&mut block, MAGIC.start, b"ustar\x0000");
    let sum = format!("{:06o}\0 ", checksum(&block));
    field(&mut block, CHECKSUM.start, sum.as_bytes());
    block
}

/// The sum of a header's bytes, with spaces for the sum itself.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let byte = |(at, byte): (usize, &u8)| {
        let byte = if CHECKSUM.contains(&at) { b' ' } else { *byte };
        u64::from(byte)
    };
    block.iter().enumerate().map(byte).sum()
}

/// The files of an archive, one after another.
#[derive(Debug)]
pub(super) struct Members<R> {
    source: R,
    /// Of the present file.
    left: u64,
    /// After it.
    padding: u64,
}

impl<R: BufRead> Members<R> {
    pub(super) const fn of(source: R) -> Self {
        Self {
            source,
            left: 0,
            padding: 0,
        }
    }

    /// The next file's name and size, once the present one is read to its end; none after the last.
    pub(super) fn next(&mut self) -> Result<Option<(String, u64)>, ArchiveError> {
        if self.left > 0 {
            return Err(ArchiveError::TooMuch("a member"));
        }
        let padding = self.padding;
        let skipped = io::copy(&mut self.source.by_ref().take(padding), &mut io::sink())?;
        if skipped < padding {
            return Err(ArchiveError::CutOff("the space after a member"));
        }
        let block = self.block()?;
        if block == [0; BLOCK] {
            self.end()?;
            return Ok(None);
        }
        let (name, size) = parse(&block)?;
        self.left = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        Ok(Some((name, size)))
    }

    /// All of the present file, whose size was looked at.
    pub(super) fn content(&mut self, name: &'static str) -> Result<Vec<u8>, ArchiveError> {
        let mut content = Vec::new();
        let left = self.left;
        self.source.by_ref().take(left).read_to_end(&mut content)?;
        self.left = 0;
        if (content.len() as u64) < left {
            return Err(ArchiveError::CutOff(name));
        }
        Ok(content)
    }

    /// Puts the next line of the present file into `line`, without its end; false after the last.
    pub(super) fn line(
        &mut self,
        name: &'static str,
        limit: usize,
        line: &mut Vec<u8>,
    ) -> Result<bool, ArchiveError> {
        line.clear();
        if self.left == 0 {
            return Ok(false);
        }
        let most = self.left.min(limit as u64 + 1);
        let read = self.source.by_ref().take(most).read_until(b'\n', line)?;
        self.left -= read as u64;
        if line.pop() == Some(b'\n') {
            return Ok(true);
        }
        Err(if (read as u64) < most || self.left == 0 {
            ArchiveError::CutOff(name)
        } else {
            ArchiveError::TooMuch(name)
        })
    }

    fn block(&mut self) -> Result<[u8; BLOCK], ArchiveError> {
        let mut block = [0; BLOCK];
        let read = self.source.read_exact(&mut block);
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ArchiveError::CutOff("the head of a member"),
            _ => ArchiveError::Io(error),
        })?;
        Ok(block)
    }

    /// After a block of zeros there are zeros only.
    fn end(&mut self) -> Result<(), ArchiveError> {
        if self.block()? != [0; BLOCK] {
            return Err(ArchiveError::NotTar("something stands behind its end"));
        }
        loop {
            let rest = self.source.fill_buf()?;
            let length = rest.len();
            if length == 0 {
                return Ok(());
            }
            if rest.iter().any(|byte| *byte != 0) {
                return Err(ArchiveError::NotTar("something stands behind its end"));
            }
            self.source.consume(length);
        }
    }
}

fn parse(block: &[u8; BLOCK]) -> Result<(String, u64), ArchiveError> {
    if octal(&block[CHECKSUM]) != Some(checksum(block)) {
        return Err(ArchiveError::NotTar("a header's sum is wrong"));
    }
    if &block[MAGIC] != b"ustar" {
        return Err(ArchiveError::NotTar("a header is not of the form ustar"));
    }
    if !matches!(block[KIND], b'0' | 0) {
        return Err(ArchiveError::NotTar("a member is no plain file"));
    }
    if block[PREFIX].iter().any(|byte| *byte != 0) {
        return Err(ArchiveError::NotTar("a name has a folder"));
    }
    let name = block[NAME].split(|byte| *byte == 0).next();
    let name = String::from_utf8(name.unwrap_or_default().to_vec());
    let name = name.map_err(|_| ArchiveError::NotTar("a name is no text"))?;
    let size = match &block[SIZE] {
        [0x80, 0, 0, 0, size @ ..] => size.try_into().ok().map(u64::from_be_bytes),
        octals => octal(octals),
    };
    // Room for what is added when sizes are rounded.
    let size = size.filter(|size| *size < 1 << 62);
    Ok((name, size.ok_or(ArchiveError::NotTar("a size is none"))?))
}

/// Octal digits, with spaces before them, spaces or NULs behind them: what is anything else, other programs read otherwise.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_start_matches(' ').trim_end_matches(['\0', ' ']);
    let plain = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let number = u64::from_str_radix(digits, 8).ok();
    number.filter(|_| plain)
}
