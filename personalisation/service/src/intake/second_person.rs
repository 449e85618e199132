//! `idoc.intake.v1.SecondPerson`: what stations ask, opened in intake's token, and what became of it.

use std::{sync::Arc, time::Duration};

use dossier::{
    ApplicationId, ApprovalRequest, Body as _, Hash, Signed,
    approval::{RequestError, SealedRequest},
    dossier::SecondPerson as Record,
    hpke::HpkeError,
};
use evidence::entry::Act;
use personalisation_core::ids::ActId;
use personalisation_store::{
    Store,
    fleet::{Station, StationState},
    intake::{NewQuestion, Question, QuestionId, QuestionState},
};
use tonic::{Request, Response, Status};
use wire::intake::{
    Answer, AnswerState, AskRequest, AskResponse, LookRequest, LookResponse, TakeBackRequest,
    TakeBackResponse, second_person_server::SecondPerson,
};

use super::{
    keys::IntakeKeys,
    peer, rules,
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

impl SecondPersonService {
    /// Opens a request in the token, where it may block.
    async fn open(&self, sealed: Vec<u8>, from: &Station) -> Result<ApprovalRequest, Status> {
        let (keys, station) = (Arc::clone(&self.keys), from.id);
        let opening = tokio::task::spawn_blocking(move || {
            let sealed = SealedRequest::decode(&sealed).map_err(|error| refused(&error))?;
            let key = keys.opening(sealed.intake_key()).ok_or_else(|| {
                Status::failed_precondition(
                    "sealed: to a key that is not used; fetch the configuration",
                )
            })?;
            sealed.open(&key, station).map_err(|error| refused(&error))
        });
        let opened = opening.await;
        opened.map_err(|_| Status::unavailable("the service is ending; repeat the call"))?
    }

    /// Whether the rules in force let that office ask.
    async fn allowed(&self, from: &Station) -> Result<(), Status> {
        let now = edge::now();
        let signed = self.store.configuration_in_force(now).await;
        let signed = signed.map_err(unavailable)?;
        let configuration = signed.and_then(|(_, signed)| rules::configuration(&signed));
        let rule = configuration.as_ref();
        let rule = rule.and_then(|configuration| configuration.second_person(&from.office));
        if rule.is_some_and(|rule| rule.remote) {
            return Ok(());
        }
        Err(Status::failed_precondition(
            "the rules of this office ask for a second person at the counter",
        ))
    }

    async fn answer(&self, question: &Question) -> Result<Answer, Status> {
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
        let content = request.encode().map_err(|error| refused(&error.into()))?;
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
        let question = own(asked.await.map_err(unavailable)?, &station)?;
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
        let question = own(question, &station)?;
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

/// Only its own station hears of a question.
fn own(question: Question, station: &Station) -> Result<Question, Status> {
    if question.station == station.id {
        return Ok(question);
    }
    Err(Status::permission_denied("another station asked this"))
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

fn damaged(question: &Question) -> Status {
    tracing::error!(question = %question.id, "what was said to a question cannot be read");
    Status::unavailable("the answer cannot be read now")
}

/// What is wrong with the bytes is the station's fault; what the token cannot do is ours.
fn refused(error: &RequestError) -> Status {
    match error {
        RequestError::Hpke(HpkeError::Receiver(_) | HpkeError::OpenSsl(_)) => {
            tracing::error!(%error, "opening a request for a second person");
            Status::unavailable("requests cannot be opened now; repeat the call later")
        }
        error => Status::invalid_argument(format!("sealed: {error}")),
    }
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
