//! A chip that says anything while its files are read: the reader stops, and keeps no more than the limit.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;

use icao9303::lds::{DataGroup, ElementaryFile};
use icao9303::reading::{ChunkSize, read_file};
use icao9303::transport::CardTransport;

const LIMIT: usize = 40_000;

/// Answers: a status byte pair, one byte how many bytes of the command's Le come back, over and over.
struct Answers<'a> {
    script: &'a [u8],
    next: usize,
    commands: usize,
}

impl Answers<'_> {
    fn byte(&mut self) -> u8 {
        let byte = self
            .script
            .get(self.next % self.script.len().max(1))
            .copied();
        self.next += 1;
        byte.unwrap_or(0)
    }
}

impl CardTransport for Answers<'_> {
    type Error = Infallible;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
        self.commands += 1;
        assert!(self.commands < 400_000, "the reader does not stop");
        let mut length = usize::from(self.byte());
        if length == 0xFF {
            length = 223;
        }
        let mut answer = Vec::with_capacity(length + 6);
        if command[1] == 0xB1 && length > 4 {
            answer.extend([0x53, 0x81, self.byte()]);
        }
        for _ in 0..length {
            let byte = self.byte();
            answer.push(byte);
        }
        match self.byte() {
            0..=0xC0 => answer.extend([0x90, 0x00]),
            _ => answer.extend([self.byte(), self.byte()]),
        }
        Ok(answer)
    }
}

fuzz::target!(|data| {
    for file in [
        ElementaryFile::DataGroup(DataGroup::DG2),
        ElementaryFile::Dir,
    ] {
        let mut card = Answers {
            script: data,
            next: 0,
            commands: 0,
        };
        if let Ok(content) = read_file(&mut card, file, ChunkSize::SHORT, LIMIT) {
            assert!(content.len() <= LIMIT);
        }
    }
});
