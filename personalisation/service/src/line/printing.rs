//! Pictures of a card's faces, drawn by a thread of their own while the chip works, and written once the card is good.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
};

use dossier::dossier::DocumentType;
use icao9303::{lds::DataGroup, mrz::Mrz};
use personalisation_core::{
    attempt::Digest, card_access_number::CardAccessNumber, document_number::DocumentNumber,
    issuer_profile::IssuerProfile,
};

use super::{
    files::{FilesError, OrderContent},
    output::{self, OutputError, PICTURES},
};
use crate::{
    faces::{CardFacts, Faces, Holder, Pictures, templates},
    quality::{
        Small,
        exit::{self, Ordered},
    },
    stopwatch::Stopwatch,
};

/// Draws faces for all workers of a line.
#[derive(Clone, Debug, Default)]
pub struct Printer {
    faces: Arc<Faces>,
    /// Pictures that are being drawn or written for cards that are good.
    pending: Arc<Mutex<Vec<Thread>>>,
}

type Thread = JoinHandle<Result<(), OutputError>>;

/// The faces of a card, drawn.
#[derive(Debug)]
pub struct Drawn {
    /// As files.
    pub pictures: Pictures,
    /// As an exit inspection compares them, where one will look; why they cannot be, where they cannot.
    pub ordered: Option<Result<Ordered, exit::ExitError>>,
    /// As an inspector will see them beside the camera's pictures, where it is known already that one will look.
    pub(crate) small: Option<Small>,
    /// The machine-readable zone by the order.
    pub mrz: Mrz,
}

/// For whom faces are drawn.
#[derive(Debug, Default)]
pub struct Purpose {
    /// Where they are written once the card is good.
    pub folder: Option<PathBuf>,
    /// Whether an exit camera's pictures will be compared with them.
    pub inspected: bool,
    /// Whether a person will look at them beside the camera's pictures.
    pub sampled: bool,
}

/// A card whose faces are being drawn. Dropped, nothing is written: the card was not good.
#[derive(Debug)]
pub struct Printing {
    card_is_good: mpsc::Sender<()>,
    told: mpsc::Receiver<Arc<Drawn>>,
    drawn: Option<Arc<Drawn>>,
    thread: Thread,
}

impl Printing {
    /// The faces; waits until they are drawn. Where they cannot be, [`Printer::release`] says why.
    pub fn drawn(&mut self) -> Option<Arc<Drawn>> {
        if self.drawn.is_none() {
            self.drawn = self.told.recv().ok();
        }
        self.drawn.clone()
    }

    /// Has the faces written, and waits for it.
    pub fn write(self) -> Result<(), OutputError> {
        // A thread that has already failed says so when it is joined.
        let _told = self.card_is_good.send(());
        join(self.thread)
    }

    /// Why there are no faces.
    pub fn failure(self) -> OutputError {
        drop(self.card_is_good);
        match join(self.thread) {
            Err(error) => error,
            Ok(()) => OutputError::Printer,
        }
    }
}

impl Printer {
    /// Draws what an issuer's cards share, before the first card comes.
    pub fn warm_up(&self, profile: IssuerProfile) {
        let faces = Arc::clone(&self.faces);
        // What fails here fails again, and is told, with the first card.
        thread::spawn(move || drop(faces.warm_up(&profile)));
    }

    /// Begins to draw a card's faces by the version of the template that its attempt was bound to. Without a version (bound
    /// before they were recorded) it is the first.
    pub fn begin(
        &self,
        order: &OrderContent,
        (number, can, template): (DocumentNumber, &CardAccessNumber, Option<(u32, Digest)>),
        purpose: Purpose,
    ) -> Result<Printing, FilesError> {
        let profile = order.identity.issuer_profile()?;
        let version = match template {
            Some((version, digest)) => {
                let document = order.identity.document();
                demand_same(&profile, document, (version, digest))?;
                version
            }
            None => 1,
        };
        let holder = holder(order)?;
        let mrz = order.identity.mrz(number)?;
        let card = CardFacts {
            number: number.to_string(),
            can: can.as_str().to_owned(),
            mrz: mrz.clone(),
        };
        let (card_is_good, is_good) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let faces = Arc::clone(&self.faces);
        let thread = thread::spawn(move || {
            let began = Stopwatch::start();
            let prepared = Faces::prepare_by(&profile, holder, Some(version))?;
            let dots = faces.dots(&prepared, &card)?;
            let drawn = Arc::new(Drawn {
                pictures: dots.encode()?,
                ordered: purpose.inspected.then(|| Ordered::of(&dots)),
                // What fails here is tried again, and told, when it is needed.
                small: purpose.sampled.then(|| Small::of(&dots).ok()).flatten(),
                mrz,
            });
            drop(dots);
            tracing::debug!(processor_nanos = began.spent(), "faces are drawn");
            // Only machines want them before the card is good.
            let _unheard = tell.send(Arc::clone(&drawn));
            match (is_good.recv(), purpose.folder) {
                (Ok(()), Some(folder)) => write(&folder, &drawn.pictures),
                _ => Ok(()),
            }
        });
        Ok(Printing {
            card_is_good,
            told,
            drawn: None,
            thread,
        })
    }

    /// Lets the pictures of a card be written: it is good. Tells what went wrong with writing those before.
    pub fn release(&self, printing: Printing) -> Result<(), OutputError> {
        // A thread that has already failed says so when it is joined.
        let _told = printing.card_is_good.send(());
        let mut pending = self.pending();
        let (ended, under_way): (Vec<_>, Vec<_>) =
            pending.drain(..).partition(JoinHandle::is_finished);
        pending.extend(under_way);
        pending.push(printing.thread);
        drop(pending);
        ended.into_iter().try_for_each(join_of_another)
    }

    /// Waits until all pictures are written.
    pub fn finish(&self) -> Result<(), OutputError> {
        let threads: Vec<_> = self.pending().drain(..).collect();
        threads.into_iter().try_for_each(join_of_another)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Vec<Thread>> {
        self.pending
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn join(thread: Thread) -> Result<(), OutputError> {
    thread.join().unwrap_or(Err(OutputError::Printer))
}

/// The same for a card that is a document already: that its pictures cannot be drawn stops nobody else's.
fn join_of_another(thread: Thread) -> Result<(), OutputError> {
    match join(thread) {
        Err(error) if error.is_one_cards() => {
            tracing::error!(%error, "a finished card has no pictures in the dump");
            Ok(())
        }
        joined => joined,
    }
}

fn holder(order: &OrderContent) -> Result<Holder, FilesError> {
    let file = |group| order.data_groups.get(&group).map(|file| &file[..]);
    let dg2 = file(DataGroup::DG2).ok_or(FilesError::Missing("portrait"))?;
    let (dg7, dg11) = (file(DataGroup::DG7), file(DataGroup::DG11));
    Ok(order.identity.holder(dg2, dg7, dg11)?)
}

/// A card is printed by what it was bound to, or not at all.
fn demand_same(
    profile: &IssuerProfile,
    document: DocumentType,
    (version, digest): (u32, Digest),
) -> Result<(), FilesError> {
    let mut ours = templates().iter();
    let same = ours.any(|template| {
        let key = &template.key;
        key.issuer_profile == profile.name
            && key.document == document
            && key.version == version
            && template.digest == digest
    });
    same.then_some(())
        .ok_or(FilesError::OtherTemplate { version })
}

fn write(folder: &Path, pictures: &Pictures) -> Result<(), OutputError> {
    for (name, content) in PICTURES.iter().zip([&pictures.front, &pictures.back]) {
        output::write(&folder.join(name), content)?;
    }
    Ok(())
}
