//! What the population register says about an applicant, within a few seconds, or that it says nothing.
//! Answers are compared and forgotten; neither errors nor logs hold personal data.

use std::time::Duration;

use dossier::{ApplicationId, NationalNumber};
use personalisation_core::application::Detail;
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;
use tonic::{Code, transport::Channel};
use wire::register::{FindRequest, Person, Purpose, register_client::RegisterClient};

use crate::{
    channel::{self, ChannelError},
    intake::config::RegisterSection,
};

/// How long an answer may take: nobody waits at a counter for it.
const LIMIT: Duration = Duration::from_secs(10);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);
/// Most bytes of an answer.
const LONGEST_ANSWER: usize = 64 << 10;

/// What the register says.
#[derive(Clone)]
pub enum Answer {
    /// This person.
    Found(Box<Person>),
    /// Nobody has the number.
    Nobody,
    /// Nothing, for this reason.
    Silent(Detail),
}

/// Personal data: only whether there is an answer.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Found(_) => "Found(……)",
            Self::Nobody => "Nobody",
            Self::Silent(why) => why.name(),
        })
    }
}

/// Asks the register.
#[derive(Clone, Debug)]
pub struct Register(RegisterClient<Channel>);

impl Register {
    /// Prepares the connection; it is made with the first question, and again when it broke.
    pub fn new(section: &RegisterSection, tls: ClientConfig) -> Result<Self, ChannelError> {
        let server = (section.authority.as_str(), section.server_name.as_str());
        let channel = channel::prepare(tls, server, CONNECT, None)?;
        let client = RegisterClient::new(channel).max_decoding_message_size(LONGEST_ANSWER);
        Ok(Self(client))
    }

    /// What the register says about a number, for this case.
    pub async fn ask(&self, number: &NationalNumber, case: ApplicationId) -> Answer {
        self.ask_within(LIMIT, number, case).await
    }

    /// The same, for somebody who waits: an answer that takes longer is none.
    pub async fn ask_within(
        &self,
        limit: Duration,
        number: &NationalNumber,
        case: ApplicationId,
    ) -> Answer {
        let question = FindRequest {
            national_number: number.as_str().to_owned(),
            purpose: Purpose::Review.into(),
            case_reference: case.to_string(),
        };
        let mut client = self.0.clone();
        let answer = match timeout(limit, client.find(question)).await {
            Err(_) => Answer::Silent(Detail::RegisterTimedOut),
            Ok(Err(status)) => match status.code() {
                Code::NotFound => Answer::Nobody,
                Code::PermissionDenied | Code::Unauthenticated => {
                    Answer::Silent(Detail::RegisterRefused)
                }
                Code::ResourceExhausted => Answer::Silent(Detail::RegisterTooOften),
                _ => Answer::Silent(Detail::RegisterUnreachable),
            },
            Ok(Ok(found)) => match found.into_inner().person {
                Some(person) if person.national_number == number.as_str() => {
                    Answer::Found(Box::new(person))
                }
                Some(_) => Answer::Silent(Detail::RegisterWrongPerson),
                None => Answer::Silent(Detail::RegisterMalformed),
            },
        };
        if let Answer::Silent(reason) = &answer {
            tracing::warn!(%case, reason = reason.name(), "no answer from the population register");
        }
        answer
    }
}
