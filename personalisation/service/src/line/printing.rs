//! Pictures of a card's faces, drawn by a thread of their own while the chip works, and written once the card is good.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
};

use icao9303::lds::DataGroup;
use personalisation_core::{
    card_access_number::CardAccessNumber, document_number::DocumentNumber,
    issuer_profile::IssuerProfile,
};

use super::{
    files::{FilesError, OrderContent},
    output::{self, OutputError, PICTURES},
};
use crate::faces::{CardFacts, Faces, Holder, Pictures};

/// Draws faces for all workers of a line.
#[derive(Clone, Debug, Default)]
pub struct Printer {
    faces: Arc<Faces>,
    /// Pictures that are being drawn or written for cards that are good.
    pending: Arc<Mutex<Vec<Thread>>>,
}

type Thread = JoinHandle<Result<(), OutputError>>;

/// A card whose faces are being drawn. Dropped, nothing is written: the card was not good.
#[derive(Debug)]
pub struct Printing {
    card_is_good: mpsc::Sender<()>,
    drawn: mpsc::Receiver<Arc<Pictures>>,
    pictures: Option<Arc<Pictures>>,
    thread: Thread,
}

impl Printing {
    /// The faces; waits until they are drawn. Where they cannot be, [`Printer::release`] says why.
    pub fn pictures(&mut self) -> Option<Arc<Pictures>> {
        if self.pictures.is_none() {
            self.pictures = self.drawn.recv().ok();
        }
        self.pictures.clone()
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

    /// Begins to draw a card's faces, to be written into `folder`, if there is one.
    pub fn begin(
        &self,
        order: &OrderContent,
        number: DocumentNumber,
        can: &CardAccessNumber,
        folder: Option<PathBuf>,
    ) -> Result<Printing, FilesError> {
        let profile = order.identity.issuer_profile()?;
        let holder = holder(order)?;
        let card = CardFacts {
            number: number.to_string(),
            can: can.as_str().to_owned(),
            mrz: order.identity.mrz(number)?,
        };
        let (card_is_good, told) = mpsc::channel();
        let (tell, drawn) = mpsc::channel();
        let faces = Arc::clone(&self.faces);
        let thread = thread::spawn(move || {
            let pictures = Arc::new(draw(&faces, &profile, holder, &card)?);
            // Only machines want them before the card is good.
            let _unheard = tell.send(Arc::clone(&pictures));
            match (told.recv(), folder) {
                (Ok(()), Some(folder)) => write(&folder, &pictures),
                _ => Ok(()),
            }
        });
        Ok(Printing {
            card_is_good,
            drawn,
            pictures: None,
            thread,
        })
    }

    /// Lets the pictures of a card be written: it is good. Tells what went wrong with those before.
    pub fn release(&self, printing: Printing) -> Result<(), OutputError> {
        // A thread that has already failed says so when it is joined.
        let _told = printing.card_is_good.send(());
        let mut pending = self.pending();
        let (ended, under_way): (Vec<_>, Vec<_>) =
            pending.drain(..).partition(JoinHandle::is_finished);
        pending.extend(under_way);
        pending.push(printing.thread);
        drop(pending);
        ended.into_iter().try_for_each(join)
    }

    /// Waits until all pictures are written.
    pub fn finish(&self) -> Result<(), OutputError> {
        let threads: Vec<_> = self.pending().drain(..).collect();
        threads.into_iter().try_for_each(join)
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

fn holder(order: &OrderContent) -> Result<Holder, FilesError> {
    let file = |group| order.data_groups.get(&group).map(|file| &file[..]);
    let dg2 = file(DataGroup::DG2).ok_or(FilesError::Missing("portrait"))?;
    let (dg7, dg11) = (file(DataGroup::DG7), file(DataGroup::DG11));
    Ok(order.identity.holder(dg2, dg7, dg11)?)
}

fn draw(
    faces: &Faces,
    profile: &IssuerProfile,
    holder: Holder,
    card: &CardFacts,
) -> Result<Pictures, OutputError> {
    let prepared = Faces::prepare(profile, holder)?;
    Ok(faces.draw(&prepared, card)?)
}

fn write(folder: &Path, pictures: &Pictures) -> Result<(), OutputError> {
    for (name, content) in PICTURES.iter().zip([&pictures.front, &pictures.back]) {
        output::write(&folder.join(name), content)?;
    }
    Ok(())
}
