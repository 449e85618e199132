//! The first article: after a change of ribbon or template one card is printed, and the others wait until a person approved it.
//! What holds stands in the database, so a line that is started again waits as the one before did.

use std::time::{Duration, Instant};

use evidence::entry::Act;
use personalisation_core::{attempt::AttemptId, ids::ActId, quality::Leave};
use personalisation_store::{StoreError, quality::Ask};
use rand::CryptoRng;

use crate::line::{
    event::Event,
    machine::{Instruction, Machine, Task},
    worker::{ACTOR, Worker},
};

/// How often the database is asked whether somebody has approved.
const EACH: Duration = Duration::from_millis(500);

/// What is known of a machine's first article.
#[derive(Debug, Default)]
pub(super) struct Article {
    /// When the database was last asked; none: it is to be asked.
    asked: Option<Instant>,
    /// There is one, and nobody has approved it yet.
    pending: bool,
    /// It lies in the exit tray: somebody has to take it to an inspector.
    lies_ready: bool,
}

impl<M: Machine, G: CryptoRng> Worker<M, G> {
    /// Whether a card in the printer may be printed now, with the ribbon that is in.
    pub(super) fn may_print(
        &mut self,
        article: &mut Article,
        ribbon: Option<u64>,
        card: AttemptId,
    ) -> Result<bool, StoreError> {
        if !self.settings.quality.first_articles {
            return Ok(true);
        }
        let (machine, now) = (self.reader.serial(), self.now());
        let id = *ActId::generate(&mut self.rng).as_bytes();
        let act = Act::new(id, ACTOR, "first-article", format!("machine {machine}"));
        let entries = [
            act.intent(now),
            act.outcome(
                now,
                format!("attempt {card} is printed as the first article"),
            ),
        ];
        let ask = Ask {
            machine: machine.as_str(),
            ribbon,
            card,
            id,
        };
        let leave = self.wait(self.store.leave_to_print(&ask, &entries, now))?;
        if leave == Leave::PrintFirstArticle {
            *article = Article::default();
        }
        Ok(leave != Leave::Wait)
    }

    /// What somebody has to do about the first article, which is said once, and shown as long as it is so.
    pub(super) fn first_article(
        &mut self,
        article: &mut Article,
    ) -> Result<Option<Instruction>, StoreError> {
        if !self.settings.quality.first_articles {
            return Ok(None);
        }
        let machine = self.reader.serial();
        let task = Task::InspectFirstArticle;
        let instruction = Instruction { machine, task };
        let is_due = article
            .asked
            .is_none_or(|asked| article.pending && asked.elapsed() >= EACH);
        if is_due {
            let set_up = self.wait(self.store.set_up(machine.as_str()))?;
            let pending = set_up.is_some_and(|set_up| set_up.waits());
            let lies_ready = pending && self.wait(self.store.article_lies_ready(machine))?;
            if lies_ready && !article.lies_ready {
                let reader = self.reader.name().to_owned();
                let why = instruction.to_string();
                self.tell(Event::Waiting { reader, why });
            }
            *article = Article {
                asked: Some(Instant::now()),
                pending,
                lies_ready,
            };
        }
        Ok(article.lies_ready.then_some(instruction))
    }
}
