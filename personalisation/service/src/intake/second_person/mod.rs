//! `idoc.intake.v1.SecondPerson`: what stations ask, opened in intake's token, and what became of it.

mod answer;
mod asking;

use std::{sync::Arc, time::Duration};

use dossier::{ApplicationId, Body as _, Hash};
use evidence::entry::Act;
use personalisation_core::ids::ActId;
use personalisation_store::{
    Store,
    fleet::StationState,
    intake::{NewQuestion, QuestionId},
};
use tonic::{Request, Response, Status};
use wire::intake::{
    Answer, AnswerState, AskRequest, AskResponse, LookRequest, LookResponse, TakeBackRequest,
    TakeBackResponse, second_person_server::SecondPerson,
};

use super::{
    keys::IntakeKeys,
    peer,
    service::{ACTOR, unavailable},
};
use crate::edge;

/// Most questions of a station that wait.
const MOST_WAITING: u64 = 64;
/// The longest message: a sealed request and its framing.
pub(super) const MAX_MESSAGE: usize = dossier::approval::MAX_SEALED + 4096;
/// How long a question waits for somebody.
const WAITS: Duration = Duration::from_hours(7 * 24);
/// How long an answer is kept after that: stations may be offline.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// The public keys (DER of the `SubjectPublicKeyInfo`) under which approvals of the console are believed.
pub type ApprovalKeys = Arc<[Vec<u8>]>;

/// The service.
#[derive(Clone, Debug)]
pub struct SecondPersonService {
    /// The centre's database.
    pub store: Store,
    /// Intake's keys.
    pub keys: Arc<IntakeKeys>,
    /// Keys of approvals.
    pub approvals: ApprovalKeys,
}

#[tonic::async_trait]
impl SecondPerson for SecondPersonService {
    async fn ask(&self, wire: Request<AskRequest>) -> Result<Response<AskResponse>, Status> {
        let station = peer::station(&self.store, &wire).await?;
        if !matches!(station.state, StationState::Active) {
            // A word of its own, for the clerk who asks: what else is refused has other reasons and other remedies.
            let answer = Answer {
                state: AnswerState::Quarantined.into(),
                ..Answer::default()
            };
            return Ok(Response::new(AskResponse {
                answer: Some(answer),
            }));
        }
        self.allowed(&station).await?;
        let request = self.open(wire.into_inner().sealed, &station).await?;
        if request.office != station.office {
            return Err(Status::invalid_argument(
                "sealed: another office than the station's",
            ));
        }
        let id = QuestionId {
            application: request.application,
            summary: request.summary_hash(),
        };
        let known = self.store.question(id).await.map_err(unavailable)?;
        let waiting = self.store.count_questions(Some(station.id)).await;
        if known.is_none() && waiting.map_err(unavailable)? >= MOST_WAITING {
            return Err(Status::resource_exhausted(
                "64 questions of this station wait",
            ));
        }
        let content = request
            .encode()
            .map_err(|error| asking::refused(&error.into()))?;
        let new = NewQuestion {
            id,
            station: station.id,
            office: &station.office,
            clerk: request.clerk,
            captured_by: &request.captured_by.iter().copied().collect(),
            content: &content,
        };
        let now = edge::now();
        let act = act("ask-second-person", id.application);
        let entries = [act.intent(now), act.outcome(now, "waiting")];
        let mut rng = edge::rng();
        let asked = self.store.ask_second_person(&mut rng, &new, &entries, now);
        let question = answer::own(asked.await.map_err(unavailable)?, &station)?;
        Ok(Response::new(AskResponse {
            answer: Some(self.answer(&question).await?),
        }))
    }

    async fn look(&self, wire: Request<LookRequest>) -> Result<Response<LookResponse>, Status> {
        let station = peer::station(&self.store, &wire).await?;
        let LookRequest {
            application,
            summary,
        } = wire.into_inner();
        let summary = summary.try_into();
        let id = QuestionId {
            application: application_of(&application)?,
            summary: summary
                .map(Hash::from_bytes)
                .map_err(|_| Status::invalid_argument("summary: 32 bytes"))?,
        };
        let question = self.store.question(id).await.map_err(unavailable)?;
        let question = question.ok_or_else(|| Status::not_found("never asked, or forgotten"))?;
        let question = answer::own(question, &station)?;
        Ok(Response::new(LookResponse {
            answer: Some(self.answer(&question).await?),
        }))
    }

    async fn take_back(
        &self,
        wire: Request<TakeBackRequest>,
    ) -> Result<Response<TakeBackResponse>, Status> {
        let station = peer::station(&self.store, &wire).await?;
        let application = application_of(&wire.into_inner().application)?;
        let now = edge::now();
        let act = act("take-back-second-person", application);
        let entries = [act.intent(now), act.outcome(now, "taken back")];
        let taken = self
            .store
            .take_questions_back(station.id, application, &entries, now);
        taken.await.map_err(unavailable)?;
        Ok(Response::new(TakeBackResponse {}))
    }
}

/// Ends questions that nobody answered, and forgets those that ended, once an hour.
pub(super) async fn forget(store: Store) {
    loop {
        let now = edge::now();
        match store.forget_questions(now - WAITS, now - KEPT, now).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(
                count,
                "questions for second persons ended or were forgotten"
            ),
            Err(error) => tracing::error!(%error, "forgetting questions for second persons"),
        }
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}

fn act(name: &'static str, application: ApplicationId) -> Act {
    let id = *ActId::generate(&mut edge::rng()).as_bytes();
    Act::new(id, ACTOR, name, format!("application {application}"))
}

fn application_of(bytes: &[u8]) -> Result<ApplicationId, Status> {
    let bytes = bytes.try_into();
    bytes
        .map(ApplicationId::from_bytes)
        .map_err(|_| Status::invalid_argument("application: 16 bytes"))
}
