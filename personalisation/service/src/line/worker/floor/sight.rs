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
            ExitPictures, Face, Machine,
            exit::{ExitError, Expected, Judgement},
        },
        printing::processor_time,
        worker::{Worker, failure::StepError, job::Job},
    },
    quality::{QualitySection, pictures_to_keep},
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

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// What is wrong with a printed card, by the exit camera's pictures; they are kept where a person has to look too.
    pub(super) fn inspect_print(
        &mut self,
        handle: CardHandle,
        job: &mut Job,
    ) -> Result<Option<String>, Obstacle> {
        let Some(inspector) = self.exit.clone() else {
            return Ok(None);
        };
        let pictures = self.pictures(job)?;
        let card = job.attempt.id();
        let order = self.wait(read_order(&self.store, card.order))?;
        let mrz = order.identity.mrz(job.binding.number);
        let expected = Expected {
            marking: self.reader.marking()?,
            pictures: &pictures,
            mrz: &mrz.map_err(FilesError::from).map_err(StepError::from)?,
        };
        let seen = ExitPictures {
            front: self.reader.exit_picture(handle, Face::Front)?,
            back: self.reader.exit_picture(handle, Face::Back)?,
        };
        let before = processor_time();
        let judgement = inspector.inspect(expected, &seen);
        let spent = processor_time()
            .zip(before)
            .map(|(now, before)| now - before);
        tracing::debug!(processor_nanos = spent, "exit pictures are looked at");
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
        let kept = to_look_at.then(|| pictures_to_keep(&pictures, &seen));
        let kept = kept.transpose().unwrap_or_else(|error| {
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
