//! Writes an archive.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use super::{
    RULES, SCHEMA,
    ustar::{BLOCK, header},
};
use crate::{head::SignedHead, line::Line};

const ENTRIES: &str = "entries.jsonl";

/// An archive to which lines are added. The size of `entries.jsonl` stands before it, so the sink must allow to go back.
#[derive(Debug)]
pub struct Export<W: Write + Seek> {
    sink: BufWriter<W>,
    /// Where the header of `entries.jsonl` is.
    header: u64,
    size: u64,
    line: Vec<u8>,
}

impl<W: Write + Seek> Export<W> {
    /// Writes all that stands before the entries. `keys`: names of files in `keys/` and what they hold, PEM.
    pub fn begin(sink: W, keys: &[(&str, &[u8])], heads: &[SignedHead]) -> io::Result<Self> {
        let mut sink = BufWriter::with_capacity(256 * 1024, sink);
        add(&mut sink, "rules.md", RULES.as_bytes())?;
        add(&mut sink, "schema.json", SCHEMA.as_bytes())?;
        for (name, pem) in keys {
            add(&mut sink, &format!("keys/{name}"), pem)?;
        }
        let mut lines = Vec::new();
        for head in heads {
            lines.extend(head.encode()?);
            lines.push(b'\n');
        }
        add(&mut sink, "heads.jsonl", &lines)?;
        let place = sink.stream_position()?;
        sink.write_all(&header(ENTRIES, 0))?;
        Ok(Self {
            sink,
            header: place,
            size: 0,
            line: Vec::new(),
        })
    }

    /// Adds the next line of the log.
    pub fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.line.clear();
        line.write(&mut self.line);
        self.line.push(b'\n');
        self.size += self.line.len() as u64;
        self.sink.write_all(&self.line)
    }

    /// Ends the archive; the sink is where it was given, behind its end.
    pub fn finish(mut self) -> io::Result<W> {
        pad(&mut self.sink, self.size)?;
        self.sink.write_all(&[0; 2 * BLOCK])?;
        let end = self.sink.stream_position()?;
        self.sink.seek(SeekFrom::Start(self.header))?;
        self.sink.write_all(&header(ENTRIES, self.size))?;
        self.sink.seek(SeekFrom::Start(end))?;
        self.sink
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
    }
}

fn add(sink: &mut impl Write, name: &str, content: &[u8]) -> io::Result<()> {
    let size = content.len() as u64;
    sink.write_all(&header(name, size))?;
    sink.write_all(content)?;
    pad(sink, size)
}

fn pad(sink: &mut impl Write, size: u64) -> io::Result<()> {
    let missing = size.next_multiple_of(BLOCK as u64) - size;
    let zeros = [0; BLOCK];
    sink.write_all(&zeros[..usize::try_from(missing).unwrap_or(0)])
}
