//! A second person at the console, for an office that has nobody beside its clerk: approves by a record that is signed
//! in review's token, or declines. Never somebody who captured it.

use std::sync::Arc;

use dossier::{
    ApprovalRequest, OfficeId, PersonId, Signed, SigningKey, Text, Timestamp, Version,
    dossier::{Place, SecondPerson, SignIn},
    signed::{SIGNATURE_LENGTH, SignatureError},
};
use evidence::entry::Act;
use key_custody::{CustodyError, EcKey, Token, role::ApprovalSigning};
use personalisation_store::{
    StoreError,
    intake::{Question, Said},
};
use thiserror::Error;
use time::OffsetDateTime;

use super::Desk;
use crate::{edge, intake::second_person::ApprovalKeys, staff};

/// The office of those who work at the centre.
const CENTRE: &str = "CTIE";

/// Why nothing was said.
#[derive(Debug, Error)]
pub enum SayError {
    /// Who captured it cannot be its second person.
    #[error("who captured an application is not its second person; somebody else looks at it")]
    Own,
    /// No key is configured.
    #[error("[tokens.review] names no key of approvals; add one and run `personalisation keys`")]
    NoKey,
    /// The record could not be signed.
    #[error(transparent)]
    Sign(#[from] SignatureError),
    /// The clock or the centre's name is none.
    #[error("the host's clock is wrong; set it")]
    Clock,
    /// The question ended meanwhile, or the database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// The public keys under which approvals of the console are believed.
    pub fn approval_keys(&self) -> ApprovalKeys {
        let keys = self.approvals.iter();
        keys.map(|key| key.public_key_spki().to_vec()).collect()
    }

    /// Approves what a question shows. Whoever approves signed in for this alone, a moment ago.
    pub async fn approve_for_office(
        self: &Arc<Self>,
        question: &Question,
        request: &ApprovalRequest,
        sign_in: SignIn,
        note: Option<Text<1, 500>>,
        now: OffsetDateTime,
    ) -> Result<(), SayError> {
        not_own(question, sign_in.person)?;
        let by = sign_in.person;
        let record = SecondPerson {
            version: Version,
            application: request.application,
            summary: request.summary_hash(),
            sign_in,
            place: Place::Remote,
            office: CENTRE.parse::<OfficeId>().map_err(|_| SayError::Clock)?,
            approved_at: Timestamp::try_from(now).map_err(|_| SayError::Clock)?,
            note,
        };
        let act = act("approve-for-office", question, by);
        self.store.audit(&[act.intent(now)]).await?;
        let signed = self.sign(record).await;
        let said = match &signed {
            Ok(record) => self.say(question, &act, (by, true, record), now).await,
            Err(_) => Ok(()),
        };
        self.ended(&act, signed.map(drop).and(said), now).await
    }

    /// Declines, for a reason that the clerk reads.
    pub async fn decline_for_office(
        &self,
        question: &Question,
        by: PersonId,
        why: &Text<1, 500>,
        now: OffsetDateTime,
    ) -> Result<(), SayError> {
        not_own(question, by)?;
        let act = act("decline-for-office", question, by);
        self.store.audit(&[act.intent(now)]).await?;
        let why = why.as_str().as_bytes();
        let said = self.say(question, &act, (by, false, why), now).await;
        self.ended(&act, said, now).await
    }

    async fn say(
        &self,
        question: &Question,
        act: &Act,
        (by, approved, answer): (PersonId, bool, &[u8]),
        now: OffsetDateTime,
    ) -> Result<(), SayError> {
        let said = Said {
            by,
            approved,
            answer,
            at: now,
        };
        let done = [act.outcome(now, if approved { "approved" } else { "declined" })];
        let mut rng = edge::rng();
        let answered = self
            .store
            .answer_question(&mut rng, question.id, &said, &done);
        Ok(answered.await?)
    }

    /// The outcome of what took place stands in its own commit; here is that of what did not.
    async fn ended(
        &self,
        act: &Act,
        done: Result<(), SayError>,
        now: OffsetDateTime,
    ) -> Result<(), SayError> {
        if done.is_err() {
            let outcome = act.outcome(now, "nothing was changed");
            self.store.audit(&[outcome]).await?;
        }
        done
    }

    /// Signs on a thread that may block.
    async fn sign(self: &Arc<Self>, record: SecondPerson) -> Result<Vec<u8>, SayError> {
        let desk = Arc::clone(self);
        let signing = tokio::task::spawn_blocking(move || {
            let key = desk.approvals.first().ok_or(SayError::NoKey)?;
            let signed = Signed::sign(&record, &Approvals(&desk.tickets.token, key))?;
            let bytes = signed.encode().map_err(SignatureError::from)?;
            Ok(bytes.to_vec())
        });
        signing.await.map_err(|_| SayError::Clock)?
    }
}

fn not_own(question: &Question, by: PersonId) -> Result<(), SayError> {
    if by == question.clerk || question.captured_by.contains(&by) {
        Err(SayError::Own)
    } else {
        Ok(())
    }
}

fn act(name: &'static str, question: &Question, by: PersonId) -> Act {
    let object = format!("application {}", question.id.application);
    staff::act(edge::rng(), staff::page_person(by), name, &object)
}

struct Approvals<'a>(&'a Token, &'a EcKey<ApprovalSigning>);

impl SigningKey for Approvals<'_> {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.1.public_key_spki()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], CustodyError> {
        let signature = self.0.sign_digest(self.1, digest)?;
        let found = signature.len();
        signature.try_into().map_err(|_| CustodyError::InputLength {
            act: "read a signature of the token",
            found,
            expected: SIGNATURE_LENGTH,
        })
    }
}
