//! Where a question stands, as its station hears it.

use dossier::{Signed, dossier::SecondPerson as Record};
use personalisation_store::{
    fleet::Station,
    intake::{Question, QuestionState},
};
use tonic::Status;
use wire::intake::{Answer, AnswerState};

use super::SecondPersonService;
use crate::intake::service::unavailable;

impl SecondPersonService {
    /// What was said, with the record and its key where it was approved.
    pub(super) async fn answer(&self, question: &Question) -> Result<Answer, Status> {
        let said = self.store.question_answer(question.id).await;
        let said = said.map_err(unavailable)?.unwrap_or_default();
        let mut answer = Answer {
            state: state(question.state).into(),
            ..Answer::default()
        };
        match question.state {
            QuestionState::Approved => {
                let signed = Signed::<Record>::decode(&said).map_err(|_| damaged(question))?;
                let key = self
                    .approvals
                    .iter()
                    .find(|spki| dossier::KeyId::of(spki) == signed.key());
                let Some(key) = key else {
                    tracing::error!(question = %question.id, "an approval's key is not configured");
                    return Err(Status::unavailable("the approval's key is away; ask later"));
                };
                let by = question.decided_by.ok_or_else(|| damaged(question))?;
                let by = self.store.person(by).await.map_err(unavailable)?;
                answer.name = by.map_or_else(String::new, |person| person.name.as_str().to_owned());
                answer.record = said.to_vec();
                answer.key.clone_from(key);
            }
            QuestionState::Declined => {
                answer.note = String::from_utf8(said.to_vec()).map_err(|_| damaged(question))?;
            }
            _ => {}
        }
        Ok(answer)
    }
}

/// Only its own station hears of a question.
pub(super) fn own(question: Question, station: &Station) -> Result<Question, Status> {
    if question.station == station.id {
        return Ok(question);
    }
    Err(Status::permission_denied("another station asked this"))
}

fn damaged(question: &Question) -> Status {
    tracing::error!(question = %question.id, "what was said to a question cannot be read");
    Status::unavailable("the answer cannot be read now")
}

const fn state(state: QuestionState) -> AnswerState {
    match state {
        QuestionState::Waiting => AnswerState::Waiting,
        QuestionState::Approved => AnswerState::Approved,
        QuestionState::Declined => AnswerState::Declined,
        QuestionState::TakenBack => AnswerState::TakenBack,
        QuestionState::Expired => AnswerState::Expired,
    }
}
