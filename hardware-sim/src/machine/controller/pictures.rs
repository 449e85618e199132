//! Pictures in and out: parts to be printed, and parts of exit pictures.

use std::io;

use ::wire::machine as wire;
use openssl::sha::sha256;

use super::Controller;
use crate::machine::card::{Handle, Print};
use crate::machine::failure::{Failure, Kind};
use crate::machine::job::{self, Face, Id, Job, Unfit, Upload};
use crate::machine::memory::Memory;
use crate::machine::protocol::Part;

type Answered<T> = io::Result<Result<T, Failure>>;

impl Controller {
    /// Takes a part of a picture, or passes over it where it is there already.
    pub(super) fn load_picture(&mut self, part: &Part) -> Answered<wire::PictureReceived> {
        if let Err(failure) = may_load(self.mechanics.memory(), part.card, part.job) {
            return Ok(Err(failure));
        }
        self.begin_upload(part)?;
        let Some(upload) = self.upload(part.card, part.face) else {
            return Ok(Err(Failure::new(Kind::UnknownCard).of(part.card)));
        };
        let received = upload.received;
        let known = received
            .checked_sub(part.offset)
            .map(|known| known as usize);
        let fresh = known.and_then(|known| part.data.get(known..));
        let fresh = match fresh {
            Some(fresh) if !upload.complete && !fresh.is_empty() => fresh,
            _ => {
                return Ok(Ok(wire::PictureReceived {
                    received,
                    complete: upload.complete,
                }));
            }
        };
        self.plant.append(part.card, part.face, received, fresh)?;
        // A part lies within its picture, which is at most 8 MiB.
        let received = received + u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        if let Some(upload) = self.upload_mut(part.card, part.face) {
            upload.received = received;
        }
        if received < part.total {
            return Ok(Ok(wire::PictureReceived {
                received,
                complete: false,
            }));
        }
        self.end_upload(part)
    }

    /// A part of an exit picture.
    pub(super) fn read_picture(
        &mut self,
        card: Handle,
        face: Face,
        offset: u32,
        length: u32,
    ) -> Answered<wire::PicturePart> {
        let printed = self.mechanics.memory().cards.get(&card);
        if !printed.is_some_and(|card| matches!(card.print, Print::Done(_))) {
            return Ok(Err(Failure::new(Kind::NoPicture).of(card)));
        }
        self.photograph(card, face)?;
        let Some(picture) = self.photographs.get(&(card, face)) else {
            return Ok(Err(Failure::new(Kind::NoPicture).of(card)));
        };
        let rest = picture.get(offset as usize..).unwrap_or_default();
        let data = rest[..rest.len().min(length as usize)].to_vec();
        Ok(Ok(wire::PicturePart {
            total: u32::try_from(picture.len()).unwrap_or(u32::MAX),
            sha256: sha256(picture).to_vec(),
            data,
        }))
    }

    /// After a power loss: what had come is as long as its file.
    pub(super) fn look_at_pictures(&mut self, card: Handle) {
        for face in Face::ALL {
            let received = self.plant.received(card, face);
            if let Some(upload) = self.upload_mut(card, face)
                && !upload.complete
            {
                upload.received = received.min(upload.total);
            }
        }
    }

    /// Another job, or another picture, takes the place of one that was not printed.
    fn begin_upload(&mut self, part: &Part) -> io::Result<()> {
        let Some(card) = self.mechanics.memory_mut().cards.get_mut(&part.card) else {
            return Ok(());
        };
        let job = card.job.get_or_insert(Job::new(part.job));
        let other_job = job.id != part.job;
        if other_job {
            *job = Job::new(part.job);
        }
        let same = |upload: &Upload| upload.total == part.total && upload.sha256 == part.sha256;
        if job.face(part.face).is_some_and(same) {
            return Ok(());
        }
        *job.face_mut(part.face) = Some(Upload {
            total: part.total,
            sha256: part.sha256,
            received: 0,
            complete: false,
        });
        self.plant.erase(part.card, part.face)?;
        if other_job {
            self.plant.erase(part.card, part.face.other())?;
        }
        self.settle(&[])
    }

    /// The last part came: the picture is looked at.
    fn end_upload(&mut self, part: &Part) -> Answered<wire::PictureReceived> {
        let picture = self.plant.load(part.card, part.face)?;
        let size = self.mechanics.build().size();
        let checked = job::check(&picture, &part.sha256, size).map(drop);
        let card = self.mechanics.memory_mut().cards.get_mut(&part.card);
        let upload = card.and_then(|card| Some(card.job.as_mut()?.face_mut(part.face)));
        if let Some(upload) = upload {
            match (&checked, upload) {
                (Ok(()), Some(upload)) => upload.complete = true,
                (_, upload) => *upload = None,
            }
        }
        if checked.is_err() {
            self.plant.erase(part.card, part.face)?;
        }
        self.settle(&[])?;
        Ok(match checked {
            Ok(()) => Ok(wire::PictureReceived {
                received: part.total,
                complete: true,
            }),
            Err(Unfit::Damaged) => Err(Failure::new(Kind::PictureDamaged).of(part.card)),
            Err(Unfit::Format) => Err(Failure::new(Kind::PictureUnfit).of(part.card)),
        })
    }

    fn photograph(&mut self, card: Handle, face: Face) -> io::Result<()> {
        if self.photographs.contains_key(&(card, face)) {
            return Ok(());
        }
        let build = self.mechanics.build();
        let printed = match self.plant.face(card, face)? {
            Some(png) => job::decode(&png, build.size())
                .ok_or_else(|| io::Error::other("a printed face cannot be decoded"))?,
            None => crate::machine::paint::blank(build),
        };
        let picture = self.camera.photograph(build, card, face, &printed);
        let picture = picture.map_err(io::Error::other)?;
        self.photographs.insert((card, face), picture);
        Ok(())
    }

    fn upload(&self, card: Handle, face: Face) -> Option<&Upload> {
        let card = self.mechanics.memory().cards.get(&card)?;
        card.job.as_ref()?.face(face)
    }

    fn upload_mut(&mut self, card: Handle, face: Face) -> Option<&mut Upload> {
        let card = self.mechanics.memory_mut().cards.get_mut(&card)?;
        card.job.as_mut()?.face_mut(face).as_mut()
    }
}

/// Pictures are for cards inside on which nothing is printed, and for jobs that are on no other card.
fn may_load(memory: &Memory, handle: Handle, job: Id) -> Result<(), Failure> {
    let Some(card) = memory.cards.get(&handle) else {
        return Err(match memory.gone(handle) {
            Some(gone) => Failure::new(Kind::OutOfOrder).at(gone.place).of(handle),
            None => Failure::new(Kind::UnknownCard).of(handle),
        });
    };
    match card.print {
        Print::Nothing => match memory.bearer(job) {
            Some(bearer) => Err(Failure::new(Kind::OutOfOrder).of(bearer)),
            None => Ok(()),
        },
        Print::Spoiled(_) => Err(Failure::new(Kind::Spoiled).of(handle)),
        Print::Begun(_) | Print::Done(_) => Err(Failure::new(Kind::OutOfOrder).of(handle)),
    }
}
