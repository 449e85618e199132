//! What the exit camera saw of a printed card: judged, and kept for the commit that moves the attempt.

use personalisation_core::{
    machine::CardHandle,
    quality::{Reason, Verdict},
};
use personalisation_store::quality::ByMachine;
use rand::CryptoRng;

use super::obstacle::Obstacle;
use crate::{
    line::{
        machine::{
            ExitPictures, Face, Machine, PrintJob,
            exit::{ExitError, Expected, Judgement},
        },
        printing::Drawn,
        worker::{Worker, job::Job},
    },
    quality::{Kept, QualitySection, Small, exit::Ordered},
};

/// What a machine saw of a card, until it is written down.
pub(in crate::line::worker) struct Sight {
    machine: String,
    judgement: Judgement,
    pictures: Vec<Kept>,
}

impl Sight {
    /// As the store takes it.
    pub(in crate::line::worker) fn for_store(&self, quality: QualitySection) -> ByMachine<'_> {
        ByMachine {
            machine: &self.machine,
            verdict: &self.judgement.verdict,
            detail: self.judgement.detail.as_deref(),
            figures: self.judgement.figures.as_deref(),
            sampling: quality.sampling(),
            pictures: &self.pictures,
        }
    }
}

/// The faces as the inspection compares them.
fn ordered(drawn: &Drawn) -> Result<&Ordered, ExitError> {
    match &drawn.ordered {
        Some(Ok(ordered)) => Ok(ordered),
        Some(Err(error)) => Err(ExitError(error.to_string())),
        None => Err(ExitError(
            "the faces were drawn for no inspection; report this".to_owned(),
        )),
    }
}

/// What a person needs to look at the card.
fn kept(drawn: &Drawn, seen: &ExitPictures) -> Result<Vec<Kept>, ExitError> {
    match &drawn.small {
        Some(small) => Ok(small.beside(seen)),
        None => Ok(Small::of_files(&drawn.pictures)?.beside(seen)),
    }
}

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Sends a card's faces to the machine, which has them then until the card has left.
    pub(super) fn send_faces(&mut self, handle: CardHandle, job: &mut Job) -> Result<(), Obstacle> {
        let drawn = self.drawn(job)?;
        let print = PrintJob::of(job.attempt.id());
        self.reader.load(handle, print, &drawn.pictures)?;
        Ok(())
    }

    /// What is wrong with a printed card, by the exit camera's pictures; they are kept where a person has to look too.
    pub(super) fn inspect_print(
        &mut self,
        handle: CardHandle,
        job: &mut Job,
    ) -> Result<Option<String>, Obstacle> {
        let Some(inspector) = self.exit.clone() else {
            return Ok(None);
        };
        let drawn = self.drawn(job)?;
        let card = job.attempt.id();
        let marking = self.reader.marking()?;
        let seen = ExitPictures {
            front: self.reader.exit_picture(handle, Face::Front)?,
            back: self.reader.exit_picture(handle, Face::Back)?,
        };
        let judgement = ordered(&drawn).and_then(|faces| {
            let expected = Expected {
                marking,
                faces,
                mrz: &drawn.mrz,
            };
            inspector.inspect(expected, &seen)
        });
        let judgement = judgement.unwrap_or_else(|ExitError(why)| Judgement {
            verdict: Verdict::from_reasons([Reason::Picture]),
            detail: Some(why),
            figures: None,
        });
        let failed = judgement.verdict != Verdict::Passed;
        let to_look_at = failed || job.sampled || self.wait(self.store.is_first_article(card))?;
        let kept = to_look_at.then(|| kept(&drawn, &seen)).transpose();
        let kept = kept.unwrap_or_else(|error| {
            tracing::error!(%error, %card, "an inspector will miss the pictures of a card");
            None
        });
        let finding = judgement.detail.clone();
        job.sight = Some(Sight {
            machine: self.reader.serial().to_string(),
            judgement,
            pictures: kept.unwrap_or_default(),
        });
        Ok(failed.then(|| finding.unwrap_or_else(|| "no detail".to_owned())))
    }
}
