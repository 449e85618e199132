//! A caller of machines over PC/SC, as small as it can be: the protocol's messages, and nothing of
//! the simulator's own code.

use std::ffi::CStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ::wire::machine::{self as wire, answer::Result as Content, command};
use openssl::sha::sha256;
use pcsc::{Card, Context, Protocols, ShareMode};
use prost::Message;

use crate::readers::PATIENCE;

/// Bytes of a picture that fit into one message.
const PART: usize = 56 * 1024;

/// A connection to a machine: no card is needed for it.
pub struct Caller {
    reader: Card,
}

/// Acts of this process so far.
static ACTS: AtomicU64 = AtomicU64::new(0);

impl Caller {
    pub fn connect(context: &Context, reader: &CStr) -> Self {
        Self::try_connect(context, reader).unwrap()
    }

    pub fn try_connect(context: &Context, reader: &CStr) -> Result<Self, pcsc::Error> {
        let reader = context.connect(reader, ShareMode::Direct, Protocols::UNDEFINED)?;
        Ok(Self::over(reader))
    }

    /// Over a connection that there is.
    pub fn over(reader: Card) -> Self {
        Self { reader }
    }

    pub fn reader(&self) -> &Card {
        &self.reader
    }

    /// The answer; an error is what PC/SC says when none comes.
    pub fn ask(&self, id: u64, act: command::Act) -> Result<wire::Answer, pcsc::Error> {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&id.to_be_bytes());
        let command = wire::Command {
            protocol: 1,
            id: bytes.to_vec(),
            act: Some(act),
        };
        let mut buffer = vec![0; 61_440];
        let code = pcsc::ctl_code(3_600);
        let answer = self
            .reader
            .control(code, &command.encode_to_vec(), &mut buffer)?;
        Ok(wire::Answer::decode(answer).unwrap())
    }

    /// An act with an id of its own; those of one process are another's never.
    pub fn act(&mut self, act: command::Act) -> Content {
        let number = ACTS.fetch_add(1, Ordering::Relaxed) + 1;
        let id = u64::from(std::process::id()) << 32 | number;
        let answer = self.ask(id, act).unwrap();
        answer.result.unwrap()
    }

    pub fn identity(&self) -> wire::Identity {
        let answer = self.ask(0, command::Act::Identify(wire::Identify {}));
        match answer.unwrap().result {
            Some(Content::Identity(identity)) => identity,
            other => panic!("{other:?}"),
        }
    }

    pub fn status(&self, known_revision: u64, wait_millis: u32) -> wire::Status {
        let wanted = wire::GetStatus {
            known_revision,
            wait_millis,
            card: 0,
        };
        let answer = self.ask(0, command::Act::GetStatus(wanted)).unwrap();
        match answer.result {
            Some(Content::Status(status)) => status,
            other => panic!("{other:?}"),
        }
    }

    /// Waits, status by status, until things are as wanted.
    pub fn wait_until(&self, wanted: impl Fn(&wire::Status) -> bool) -> wire::Status {
        let start = Instant::now();
        let mut status = self.status(0, 0);
        while !wanted(&status) {
            assert!(start.elapsed() < PATIENCE, "{status:?}");
            status = self.status(status.revision, 500);
        }
        status
    }

    /// Waits until a card rests at a place.
    pub fn wait_for(&self, card: u64, at: wire::Position) -> wire::Card {
        let rests = |found: &&wire::Card| {
            found.handle == card && found.at() == at && found.activity() == wire::Activity::Resting
        };
        let status = self.wait_until(|status| status.cards.iter().any(|card| rests(&card)));
        status.cards.iter().find(rests).unwrap().clone()
    }

    pub fn feed(&mut self, card: u64) -> Content {
        self.act(command::Act::Feed(wire::Feed { card }))
    }

    pub fn bring(&mut self, card: u64, to: wire::Position) -> Content {
        self.act(command::Act::Move(wire::Move {
            card,
            to: to.into(),
        }))
    }

    pub fn print(&mut self, card: u64, job: u8) -> Content {
        let job = vec![job; 16];
        self.act(command::Act::Print(wire::Print { card, job }))
    }

    pub fn clear(&mut self) -> Content {
        self.act(command::Act::Clear(wire::Clear {}))
    }

    /// Sends a picture in as many parts as it takes; how many those were.
    pub fn load(&self, card: u64, job: u8, face: wire::Face, picture: &[u8]) -> usize {
        let mut parts = 0;
        let mut offset = 0;
        loop {
            let end = picture.len().min(offset + PART);
            let part = wire::LoadPicture {
                card,
                job: vec![job; 16],
                face: face.into(),
                total: u32::try_from(picture.len()).unwrap(),
                sha256: sha256(picture).to_vec(),
                offset: u32::try_from(offset).unwrap(),
                data: picture[offset..end].to_vec(),
            };
            let answer = self.ask(0, command::Act::LoadPicture(part)).unwrap();
            let Some(Content::PictureReceived(received)) = answer.result else {
                panic!("{answer:?}");
            };
            parts += 1;
            offset = received.received as usize;
            if received.complete {
                return parts;
            }
        }
    }

    /// The whole exit picture of a face.
    pub fn exit_picture(&self, card: u64, face: wire::Face) -> Vec<u8> {
        let mut picture = Vec::new();
        loop {
            let wanted = wire::ReadPicture {
                card,
                face: face.into(),
                offset: u32::try_from(picture.len()).unwrap(),
                length: u32::try_from(PART).unwrap(),
            };
            let answer = self.ask(0, command::Act::ReadPicture(wanted)).unwrap();
            let Some(Content::PicturePart(part)) = answer.result else {
                panic!("{answer:?}");
            };
            picture.extend(part.data);
            if picture.len() == part.total as usize {
                assert_eq!(part.sha256, sha256(&picture));
                return picture;
            }
        }
    }
}

/// The card in an answer to an act.
pub fn card(answer: Content) -> wire::Card {
    match answer {
        Content::Card(card) => card,
        other => panic!("{other:?}"),
    }
}

/// The failure in an answer.
pub fn failure(answer: Content) -> wire::Failure {
    match answer {
        Content::Failure(failure) => failure,
        other => panic!("{other:?}"),
    }
}
