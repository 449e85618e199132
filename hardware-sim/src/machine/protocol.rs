//! Commands as they come in: decoded, within their limits, and nothing else.

#[cfg(test)]
mod tests;

use ::wire::machine::{self as wire, command};
use prost::Message;

use super::card::Handle;
use super::fault::Command as Kind;
use super::job::{Face, Id, MAX_PICTURE};
use super::memory::Act;
use super::place::Place;

/// The version of the protocol that is spoken here.
pub const VERSION: u32 = 1;
/// Longest message either way, in bytes.
pub const MAX_MESSAGE: usize = 60 * 1024;
/// Longest part of a picture, in bytes.
pub const MAX_PART: usize = 56 * 1024;
/// Longest wait of a status, in milliseconds.
pub const MAX_WAIT: u32 = 2_000;
/// The number that `SCARD_CTL_CODE` makes a control code of.
pub const FUNCTION: u32 = 3_600;
/// The control code of the protocol as pcsc-lite codes it.
pub const CONTROL_CODE: u32 = 0x4200_0000 + FUNCTION;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Who the machine is.
    Identify,
    /// Where everything is.
    GetStatus {
        /// Waits until the revision is another one.
        known_revision: u64,
        /// Milliseconds, at most [`MAX_WAIT`].
        wait: u32,
        /// A card that may have left.
        card: Option<Handle>,
    },
    /// A part of a picture to be printed.
    LoadPicture(Part),
    /// A part of an exit picture.
    ReadPicture {
        /// Of this card.
        card: Handle,
        /// Of this face.
        face: Face,
        /// From this byte on.
        offset: u32,
        /// So many bytes at most, 1 to [`MAX_PART`].
        length: u32,
    },
    /// Something that is done once.
    Act(Id, Act),
}

/// A part of a picture to be printed; it lies within the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// For this card.
    pub card: Handle,
    /// Of this job.
    pub job: Id,
    /// Of this face.
    pub face: Face,
    /// Bytes of the whole picture, 1 to [`MAX_PICTURE`].
    pub total: u32,
    /// SHA-256 of the whole picture.
    pub sha256: [u8; 32],
    /// Where the part begins.
    pub offset: u32,
    /// At most [`MAX_PART`] bytes.
    pub data: Vec<u8>,
}

/// A message that is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a command of this protocol: {0}")]
pub struct Malformed(pub &'static str);

impl Request {
    /// Reads a message.
    pub fn decode(message: &[u8]) -> Result<Self, Malformed> {
        if message.len() > MAX_MESSAGE {
            return Err(Malformed("longer than 60 KiB"));
        }
        let command = wire::Command::decode(message).map_err(|_| Malformed("no protobuf"))?;
        Self::try_from(command)
    }

    /// Which kind of command it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Identify => Kind::Identify,
            Self::GetStatus { .. } => Kind::GetStatus,
            Self::LoadPicture(_) => Kind::LoadPicture,
            Self::ReadPicture { .. } => Kind::ReadPicture,
            Self::Act(_, act) => Kind::of(act),
        }
    }
}

impl TryFrom<wire::Command> for Request {
    type Error = Malformed;

    fn try_from(command: wire::Command) -> Result<Self, Malformed> {
        if command.protocol != VERSION {
            return Err(Malformed("protocol"));
        }
        let act = match command.act.ok_or(Malformed("act"))? {
            command::Act::Identify(_) => return Ok(Self::Identify),
            command::Act::GetStatus(status) => {
                if status.wait_millis > MAX_WAIT {
                    return Err(Malformed("get_status.wait_millis"));
                }
                return Ok(Self::GetStatus {
                    known_revision: status.known_revision,
                    wait: status.wait_millis,
                    card: (status.card > 0).then_some(status.card),
                });
            }
            command::Act::LoadPicture(part) => return Part::try_from(part).map(Self::LoadPicture),
            command::Act::ReadPicture(wanted) => return read_picture(wanted),
            command::Act::Feed(feed) => Act::Feed { card: feed.card },
            command::Act::Move(order) => Act::Move {
                card: order.card,
                to: destination(order.to)?,
            },
            command::Act::Print(print) => Act::Print {
                card: print.card,
                job: id(&print.job, "print.job")?,
            },
            command::Act::Clear(_) => Act::Clear,
        };
        Ok(Self::Act(id(&command.id, "id")?, act))
    }
}

impl TryFrom<wire::LoadPicture> for Part {
    type Error = Malformed;

    fn try_from(part: wire::LoadPicture) -> Result<Self, Malformed> {
        if part.total == 0 || part.total > MAX_PICTURE {
            return Err(Malformed("load_picture.total"));
        }
        let left = part.total.checked_sub(part.offset);
        let left = left.ok_or(Malformed("load_picture.offset"))?;
        if part.data.len() > MAX_PART || part.data.len() > left as usize {
            return Err(Malformed("load_picture.data"));
        }
        let sha256 = part.sha256.try_into();
        Ok(Self {
            card: part.card,
            job: id(&part.job, "load_picture.job")?,
            face: face(part.face, "load_picture.face")?,
            total: part.total,
            sha256: sha256.map_err(|_| Malformed("load_picture.sha256"))?,
            offset: part.offset,
            data: part.data,
        })
    }
}

fn read_picture(wanted: wire::ReadPicture) -> Result<Request, Malformed> {
    if wanted.length == 0 || wanted.length as usize > MAX_PART {
        return Err(Malformed("read_picture.length"));
    }
    Ok(Request::ReadPicture {
        card: wanted.card,
        face: face(wanted.face, "read_picture.face")?,
        offset: wanted.offset,
        length: wanted.length,
    })
}

fn id(bytes: &[u8], field: &'static str) -> Result<Id, Malformed> {
    bytes.try_into().map(Id).map_err(|_| Malformed(field))
}

fn face(face: i32, field: &'static str) -> Result<Face, Malformed> {
    match wire::Face::try_from(face) {
        Ok(wire::Face::Front) => Ok(Face::Front),
        Ok(wire::Face::Back) => Ok(Face::Back),
        _ => Err(Malformed(field)),
    }
}

fn destination(position: i32) -> Result<Place, Malformed> {
    match wire::Position::try_from(position) {
        Ok(wire::Position::Station) => Ok(Place::Station),
        Ok(wire::Position::Printer) => Ok(Place::Printer),
        Ok(wire::Position::Exit) => Ok(Place::Exit),
        Ok(wire::Position::Reject) => Ok(Place::Reject),
        _ => Err(Malformed("move.to")),
    }
}
