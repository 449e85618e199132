//! What the exit camera saw of a printed card: judged, and kept for the commit that moves the attempt.

use personalisation_core::{
    machine::CardHandle,
    quality::{Reason, Verdict},
};
use personalisation_store::quality::{ByMachine, Picture};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::obstacle::Obstacle;
use crate::{
    line::{
        content::read_order,
        files::FilesError,
        machine::{
            ExitPictures, Face, Machine, PrintJob,
            exit::{ExitError, Expected, Judgement},
        },
        printing::{Drawn, Stopwatch},
        worker::{Worker, failure::StepError, job::Job},
    },
    quality::{QualitySection, exit::Ordered, pictures_to_keep},
};

/// What a machine saw of a card, until it is written down.
pub(in crate::line::worker) struct Sight {
    machine: String,
    judgement: Judgement,
    pictures: Vec<(Picture, Zeroizing<Vec<u8>>)>,
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

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Sends a card's faces to the machine, which has them then until the card has left.
    pub(super) fn send_faces(&mut self, handle: CardHandle, job: &mut Job) -> Result<(), Obstacle> {
        let drawn = self.drawn(job)?;
        let began = Stopwatch::start();
        let print = PrintJob::of(job.attempt.id());
        self.reader.load(handle, print, &drawn.pictures)?;
        tracing::debug!(
            processor_nanos = began.spent(),
            "faces are sent to the machine"
        );
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
        let order = self.wait(read_order(&self.store, card.order))?;
        let mrz = order.identity.mrz(job.binding.number);
        let mrz = mrz.map_err(FilesError::from).map_err(StepError::from)?;
        let marking = self.reader.marking()?;
        let seen = ExitPictures {
            front: self.reader.exit_picture(handle, Face::Front)?,
            back: self.reader.exit_picture(handle, Face::Back)?,
        };
        let began = Stopwatch::start();
        let judgement = ordered(&drawn).and_then(|faces| {
            let expected = Expected {
                marking,
                faces,
                mrz: &mrz,
            };
            inspector.inspect(expected, &seen)
        });
        let judgement = judgement.unwrap_or_else(|ExitError(why)| Judgement {
            verdict: Verdict::from_reasons([Reason::Picture]),
            detail: Some(why),
            figures: None,
        });
        let failed = judgement.verdict != Verdict::Passed;
        let to_look_at = failed
            || self.wait(
                self.store
                    .is_sampled(card, self.settings.quality.sampling()),
            )?
            || self.wait(self.store.is_first_article(card))?;
        let kept = to_look_at.then(|| pictures_to_keep(&drawn.pictures, &seen));
        let kept = kept.transpose().unwrap_or_else(|error| {
            tracing::error!(%error, %card, "an inspector will miss the pictures of a card");
            None
        });
        tracing::debug!(
            processor_nanos = began.spent(),
            "exit pictures are looked at"
        );
        let finding = judgement.detail.clone();
        job.sight = Some(Sight {
            machine: self.reader.serial().to_string(),
            judgement,
            pictures: kept.unwrap_or_default(),
        });
        Ok(failed.then(|| finding.unwrap_or_else(|| "no detail".to_owned())))
    }
}
