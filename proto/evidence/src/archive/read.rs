//! Reads an archive: what stands before the entries at once, the entries line by line.

use std::io::BufRead;

use super::{
    ArchiveError, MAX_HEADS, MAX_KEY_LENGTH, MAX_KEYS, MAX_TEXT_LENGTH, RULES, SCHEMA,
    ustar::Members,
};
use crate::{
    head::{MAX_HEAD_LENGTH, SignedHead},
    line::MAX_LINE_LENGTH,
    p256::key_from_pem,
};

/// An archive whose entries come next.
#[derive(Debug)]
pub struct Archive<R> {
    members: Members<R>,
    /// Names of the files in `keys/`, without `.pem`, and the keys as DER. Nobody vouches for them but the archive.
    pub keys: Vec<(String, Vec<u8>)>,
    /// Whether `rules.md` and `schema.json` are those of this program.
    pub has_our_rules: bool,
    /// In the order of their sizes. Their signatures were not looked at.
    pub heads: Vec<SignedHead>,
}

impl<R: BufRead> Archive<R> {
    /// Reads as far as the entries.
    pub fn open(source: R) -> Result<Self, ArchiveError> {
        let mut archive = Self {
            members: Members::of(source),
            keys: Vec::new(),
            has_our_rules: true,
            heads: Vec::new(),
        };
        archive.text("rules.md", RULES)?;
        archive.text("schema.json", SCHEMA)?;
        loop {
            let (name, size) = archive.next()?;
            if name == "heads.jsonl" {
                break;
            }
            archive.key(name, size)?;
        }
        archive.read_heads()?;
        let (name, _) = archive.next()?;
        if name != "entries.jsonl" {
            return Err(ArchiveError::Member(name));
        }
        Ok(archive)
    }

    /// Puts the next line of the entries into `line`, without its end; false after the last. The archive has to end there.
    pub fn line(&mut self, line: &mut Vec<u8>) -> Result<bool, ArchiveError> {
        if self.members.line("entries.jsonl", MAX_LINE_LENGTH, line)? {
            return Ok(true);
        }
        match self.members.next()? {
            None => Ok(false),
            Some((name, _)) => Err(ArchiveError::Member(name)),
        }
    }

    fn next(&mut self) -> Result<(String, u64), ArchiveError> {
        let next = self.members.next()?;
        next.ok_or(ArchiveError::CutOff("the list of members"))
    }

    fn text(&mut self, expected: &'static str, ours: &str) -> Result<(), ArchiveError> {
        let (name, size) = self.next()?;
        if name != expected {
            return Err(ArchiveError::Member(name));
        }
        if size > MAX_TEXT_LENGTH {
            return Err(ArchiveError::TooMuch(expected));
        }
        let content = self.members.content(expected)?;
        self.has_our_rules &= content == ours.as_bytes();
        Ok(())
    }

    fn key(&mut self, name: String, size: u64) -> Result<(), ArchiveError> {
        let bare = name.strip_prefix("keys/");
        let bare = bare.and_then(|name| name.strip_suffix(".pem"));
        let Some(bare) = bare.filter(|bare| !bare.contains('/')) else {
            return Err(ArchiveError::Member(name));
        };
        if size > MAX_KEY_LENGTH || self.keys.len() >= MAX_KEYS {
            return Err(ArchiveError::TooMuch("keys"));
        }
        let pem = self.members.content("keys")?;
        let Some(key) = key_from_pem(&pem) else {
            return Err(ArchiveError::Key(name));
        };
        self.keys.push((bare.to_owned(), key));
        Ok(())
    }

    fn read_heads(&mut self) -> Result<(), ArchiveError> {
        let mut text = Vec::new();
        while self
            .members
            .line("heads.jsonl", MAX_HEAD_LENGTH, &mut text)?
        {
            if self.heads.len() >= MAX_HEADS {
                return Err(ArchiveError::TooMuch("heads.jsonl"));
            }
            let line = self.heads.len() + 1;
            let head = SignedHead::decode(&text);
            self.heads
                .push(head.map_err(|error| ArchiveError::Head { line, error })?);
        }
        self.heads.sort_by_key(|head| head.head.size);
        Ok(())
    }
}
