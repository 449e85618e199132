//! Asks the centre for a second person elsewhere, looks for the answer, takes questions back. Every call may be repeated;
//! what was asked is known by the application and the summary.

use std::{collections::BTreeSet, time::Duration};

use dossier::{
    ApplicationId, ApprovalRequest, Configuration, Hash, KeyId, PersonId, Signed, Timestamp,
    dossier::{Place, SecondPerson},
};
use rand::CryptoRng;
use thiserror::Error;
use tokio::time::timeout;
use tonic::{Code, Status, transport::Channel};
use wire::intake::{
    AnswerState, AskRequest, LookRequest, TakeBackRequest, second_person_client::SecondPersonClient,
};

use crate::fleet::{FleetError, Standing};

/// How long the clerk waits for the centre.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const LONGEST: usize = 64 << 10;
/// Most characters that are shown of what the centre says.
const SHOWN: usize = 500;

/// What somebody at the centre said.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Waiting,
    /// Approved: the signed record, and who.
    Approved {
        /// Encoded.
        record: Vec<u8>,
        /// Their name.
        name: String,
    },
    /// Declined, and why.
    Declined(String),
    /// Taken back, or nobody said anything in time: it may be asked again.
    Ended,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Waiting => "Waiting",
            Self::Approved { .. } => "Approved(…)",
            Self::Declined(_) => "Declined(…)",
            Self::Ended => "Ended",
        })
    }
}

/// Why nothing was heard.
#[derive(Debug, Error)]
pub enum AskError {
    /// The line is down, or the centre cannot answer now.
    #[error("the centre cannot be reached: {0}; the same is asked again later")]
    Away(String),
    /// The centre does not take it.
    #[error("the centre refuses the question: {0}")]
    Refused(String),
    /// Nothing of this station is believed without a person at the centre.
    #[error(
        "the centre put this station under quarantine, and takes no question from it; ask an administrator"
    )]
    Quarantined,
    /// The configuration names no intake key that holds now.
    #[error("the configuration names no intake key that holds now; connect the station")]
    NoKey,
    /// The request cannot be made.
    #[error("making a request for a second person: {0}")]
    Request(String),
    /// What the centre sent is no approval of this by somebody else.
    #[error("the centre's approval is not one of this application by somebody else; ask again")]
    Wrong,
    /// Our own certificate or address.
    #[error(transparent)]
    Fleet(#[from] FleetError),
}

/// What an answer must be about.
#[derive(Clone, Debug)]
pub struct About {
    /// The application.
    pub application: ApplicationId,
    /// The summary that was asked about.
    pub summary: Hash,
    /// Who captured it: none of them approves.
    pub captured_by: BTreeSet<PersonId>,
}

/// Asks. The same again is the same question.
pub async fn ask(
    standing: &Standing,
    request: &ApprovalRequest,
    configuration: &Configuration,
    rng: &mut impl CryptoRng,
    now: Timestamp,
) -> Result<Answer, AskError> {
    let key = configuration.intake_key(now).ok_or(AskError::NoKey)?;
    let sealed = request
        .seal(key.spki.as_bytes(), rng)
        .map_err(|error| AskError::Request(error.to_string()))?;
    let mut client = client(standing)?;
    let asked = heard(client.ask(AskRequest { sealed })).await?;
    let about = About {
        application: request.application,
        summary: request.summary_hash(),
        captured_by: request.captured_by.iter().copied().collect(),
    };
    read(asked.answer, &about)
}

/// Looks for the answer.
pub async fn look(standing: &Standing, about: About) -> Result<Answer, AskError> {
    let mut client = client(standing)?;
    let looked = client.look(LookRequest {
        application: about.application.as_bytes().to_vec(),
        summary: about.summary.as_bytes().to_vec(),
    });
    match heard(looked).await {
        Ok(looked) => read(looked.answer, &about),
        Err(Heard::Unknown) => Ok(Answer::Ended),
        Err(error) => Err(error.into()),
    }
}

/// Takes everything that was asked about an application back.
pub async fn take_back(standing: &Standing, application: ApplicationId) -> Result<(), AskError> {
    let mut client = client(standing)?;
    let application = application.as_bytes().to_vec();
    let taken = client.take_back(TakeBackRequest { application });
    heard(taken).await?;
    Ok(())
}

fn client(standing: &Standing) -> Result<SecondPersonClient<Channel>, AskError> {
    let client = SecondPersonClient::new(standing.channel()?);
    Ok(client.max_decoding_message_size(LONGEST))
}

/// What a call came to, before it is said in the clerk's words.
enum Heard {
    Unknown,
    Other(AskError),
}

impl From<Heard> for AskError {
    fn from(heard: Heard) -> Self {
        match heard {
            Heard::Unknown => Self::Refused("it knows nothing of it".to_owned()),
            Heard::Other(error) => error,
        }
    }
}

async fn heard<T>(
    call: impl Future<Output = Result<tonic::Response<T>, Status>>,
) -> Result<T, Heard> {
    let away = |text: String| Heard::Other(AskError::Away(text));
    let answer = timeout(PATIENCE, call).await;
    let answer = answer.map_err(|_| away("no answer in ten seconds".to_owned()))?;
    answer.map(tonic::Response::into_inner).map_err(|status| {
        let said: String = status.message().chars().take(SHOWN).collect();
        match status.code() {
            Code::NotFound => Heard::Unknown,
            Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::InvalidArgument
            | Code::ResourceExhausted
            | Code::Unimplemented => Heard::Other(AskError::Refused(said)),
            _ => away(said),
        }
    })
}

/// An answer as this program believes it.
fn read(answer: Option<wire::intake::Answer>, about: &About) -> Result<Answer, AskError> {
    let answer = answer.ok_or(AskError::Wrong)?;
    Ok(match answer.state() {
        AnswerState::Waiting => Answer::Waiting,
        AnswerState::Declined => Answer::Declined(answer.note.chars().take(SHOWN).collect()),
        AnswerState::TakenBack | AnswerState::Expired => Answer::Ended,
        AnswerState::Approved => {
            verify(&answer.record, &answer.key, about)?;
            Answer::Approved {
                record: answer.record,
                name: answer.name.chars().take(100).collect(),
            }
        }
        AnswerState::Quarantined => return Err(AskError::Quarantined),
        AnswerState::Unspecified => return Err(AskError::Wrong),
    })
}

/// The record is about this, of somebody else, elsewhere, and signed by the key that came with it. That key is
/// vouched for by the connection to intake, which verifies the record again under the keys of its own token.
fn verify(record: &[u8], key: &[u8], about: &About) -> Result<(), AskError> {
    let signed = Signed::<SecondPerson>::decode(record).map_err(|_| AskError::Wrong)?;
    if signed.key() != KeyId::of(key) {
        return Err(AskError::Wrong);
    }
    let record = signed.verify(key).map_err(|_| AskError::Wrong)?;
    let right = record.application == about.application
        && record.summary == about.summary
        && record.place == Place::Remote
        && !about.captured_by.contains(&record.sign_in.person);
    if right { Ok(()) } else { Err(AskError::Wrong) }
}
