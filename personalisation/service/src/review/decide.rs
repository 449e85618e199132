//! Decisions: approve, refuse, ask for more, withdraw; by a person or by the rule. Whoever decides is
//! looked up here, by person: no caller says what role somebody has. The intent of each is durable before the
//! token signs anything.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use dossier::{ApplicationId, Dossier, PersonId, staff::Role};
use evidence::entry::{Act, Entry};
use key_custody::{
    EcKey, Token,
    role::{ApprovalSigning, TicketSigning},
};
use personalisation_core::{
    application::{Application, Decider, Recapture, RefusalGround, WithdrawalReason},
    attempt::{Attempt, AttemptState},
    ids::{ActId, LeaseToken, NoticeId, OrderId},
};
use personalisation_store::{
    Store, StoreError,
    order::ContentKind,
    review::{ApplicationRow, Decided, DossierPart, OrderToAdd},
};
use time::OffsetDateTime;
use wire::register::PersonStatus;
use zeroize::Zeroizing;

use super::{
    ACTOR,
    error::ReviewError,
    notice::{Decision, Written},
    order,
    register::{Answer, Register},
};
use crate::{
    config::Config,
    edge,
    intake::parts::{self, PartsError},
    order::{Identity, temporary, ticket},
};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 2000;
/// How long who approves waits for the register.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where decisions are carried out.
#[derive(Debug)]
pub struct Desk {
    /// The centre's database.
    pub store: Store,
    /// The configuration.
    pub config: Arc<Config>,
    /// The key of tickets.
    pub tickets: Arc<Tickets>,
    /// Keys of second persons at the console, in the same token; the first signs.
    pub approvals: Vec<EcKey<ApprovalSigning>>,
    /// The population register, where this host asks it.
    pub register: Option<Register>,
}

/// The key of tickets, in review's token.
#[derive(Debug)]
pub struct Tickets {
    /// The token.
    pub token: Token,
    /// The key in it.
    pub key: EcKey<TicketSigning>,
}

/// Who decides about what, having seen which state of it, and why.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Which application.
    pub application: ApplicationId,
    /// [`ApplicationRow::step`] as it was shown.
    pub seen: u32,
    /// Who decides.
    pub person: PersonId,
    /// What they say; kept sealed.
    pub reason: &'a str,
}

impl Desk {
    /// Approves: signs the ticket and adds the order, in one commit with the application's move.
    pub async fn approve(
        &self,
        case: Case<'_>,
        now: OffsetDateTime,
    ) -> Result<OrderId, ReviewError> {
        let act = self.begin(&case, "approve", now).await?;
        let deciding = async {
            let (row, decider) = self.open(&case, now).await?;
            let to = row.application.clone().approve(decider)?;
            self.refuse_the_dead(&row).await?;
            self.produce((&row, &to), Some(&case), None, &act, now)
                .await
        };
        self.settle(&act, deciding.await, now).await
    }

    /// Approves by the rules of a configuration; the checker holds the lease.
    pub async fn approve_by_rule(
        &self,
        row: &ApplicationRow,
        token: LeaseToken,
        configuration: u64,
        now: OffsetDateTime,
    ) -> Result<OrderId, ReviewError> {
        let to = row.application.clone().approve_by_rule(configuration);
        let to = to.map_err(personalisation_core::application::DecisionError::from)?;
        let act = act(None, "approve", to.id());
        self.store.audit(&[act.intent(now)]).await?;
        let produced = self.produce((row, &to), None, Some(token), &act, now).await;
        self.settle(&act, produced, now).await
    }

    /// Refuses; a card that nobody makes yet is not made.
    pub async fn refuse(
        &self,
        case: Case<'_>,
        ground: RefusalGround,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let act = self.begin(&case, "refuse", now).await?;
        let deciding = async {
            let (row, decider) = self.open(&case, now).await?;
            let to = row.application.clone().refuse(ground, decider)?;
            let outcome = act.outcome(now, ground.name());
            self.end((&row, &to), &case, outcome, now).await
        };
        self.settle(&act, deciding.await, now).await
    }

    /// Asks the applicant to come again, for these, at that time if one was agreed.
    pub async fn ask_more(
        &self,
        case: Case<'_>,
        wanted: BTreeSet<Recapture>,
        appointment: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        if appointment.is_some_and(|at| at <= now) {
            return Err(ReviewError::Appointment);
        }
        let act = self.begin(&case, "ask-more", now).await?;
        let deciding = async {
            let (row, by) = self.open(&case, now).await?;
            let to = row.application.clone().ask_more(wanted, by)?;
            let told = (case.reason, appointment);
            let notice = self.notice(&row, &to, told, now).await?;
            let decided = Decided {
                from: &row,
                to: &to,
                person: Some(case.person),
                note: Some(case.reason),
                appointment,
                token: None,
                order: None,
                cancelled: None,
                notice: notice.as_ref().map(Written::new_notice),
            };
            let outcome = act.outcome(now, "more_needed");
            self.write(&decided, outcome, now).await
        };
        self.settle(&act, deciding.await, now).await
    }

    /// Withdraws, as the applicant told this person, or because the register says that they died.
    pub async fn withdraw(
        &self,
        case: Case<'_>,
        death: bool,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let (reason, why) = if death {
            (WithdrawalReason::Death, "death")
        } else {
            (WithdrawalReason::Applicant(case.person), "applicant")
        };
        let act = self.begin(&case, "withdraw", now).await?;
        let deciding = async {
            let (row, by) = self.open(&case, now).await?;
            let to = row.application.clone().withdraw(reason, by)?;
            let outcome = act.outcome(now, why);
            self.end((&row, &to), &case, outcome, now).await
        };
        self.settle(&act, deciding.await, now).await
    }

    /// An act of a person, its intent written: if it cannot be, nothing is decided.
    async fn begin(
        &self,
        case: &Case<'_>,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<Act, ReviewError> {
        let act = act(Some(case.person), name, case.application);
        self.store.audit(&[act.intent(now)]).await?;
        Ok(act)
    }

    /// What did not take place has its outcome too; that of what did stands in its transaction.
    async fn settle<T>(
        &self,
        act: &Act,
        done: Result<T, ReviewError>,
        now: OffsetDateTime,
    ) -> Result<T, ReviewError> {
        let why = match &done {
            Ok(_) => return done,
            Err(ReviewError::Decision(_) | ReviewError::NotAllowed) => "refused by the rules",
            Err(_) => "nothing was changed",
        };
        if let Err(error) = self.store.audit(&[act.outcome(now, why)]).await {
            tracing::error!(%error, "writing the outcome of a decision that did not take place");
        }
        done
    }

    /// The application as the case's maker saw it, and what they may do.
    async fn open(
        &self,
        case: &Case<'_>,
        now: OffsetDateTime,
    ) -> Result<(ApplicationRow, Decider), ReviewError> {
        let length = case.reason.trim().chars().count();
        if length == 0 || length > LONGEST_REASON {
            return Err(ReviewError::Reason);
        }
        let decider = self.decider(case.person, now).await?;
        let row = self.store.application(case.application).await?;
        let row = row.ok_or(ReviewError::Unknown(case.application))?;
        if row.step == case.seen {
            Ok((row, decider))
        } else {
            Err(ReviewError::Changed(case.application))
        }
    }

    /// The checks may be weeks old: who died since gets no card. A register that says nothing now stops nobody; it was asked
    /// by the checks, and the case's page says that it is silent.
    async fn refuse_the_dead(&self, row: &ApplicationRow) -> Result<(), ReviewError> {
        let Some(register) = &self.register else {
            return Ok(());
        };
        let dossier = self.dossier(row).await?;
        let Some(number) = &dossier.identity.national_number else {
            return Ok(());
        };
        let id = row.application.id();
        match register.ask_within(PATIENCE, &number.value, id).await {
            Answer::Found(person) if person.status() == PersonStatus::Deceased => {
                Err(ReviewError::Deceased(id))
            }
            _ => Ok(()),
        }
    }

    async fn dossier(&self, row: &ApplicationRow) -> Result<Dossier, ReviewError> {
        let text = self.store.dossier_part(row.content, DossierPart::Text);
        let text = text.await?.ok_or(PartsError::Missing("text"))?;
        Ok(parts::text(&text)?)
    }

    /// What a person may do now, by the roles that they hold at the centre.
    pub async fn decider(
        &self,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<Decider, ReviewError> {
        let roles = self.store.roles_at_centre(person, now).await?;
        let supervisor = roles.contains(&Role::Supervisor);
        if supervisor || roles.contains(&Role::Reviewer) {
            Ok(Decider { person, supervisor })
        } else {
            Err(ReviewError::NotAllowed)
        }
    }

    /// Signs the ticket over the prepared files and adds the order with the move.
    async fn produce(
        &self,
        (row, to): (&ApplicationRow, &Application),
        case: Option<&Case<'_>>,
        token: Option<LeaseToken>,
        act: &Act,
        now: OffsetDateTime,
    ) -> Result<OrderId, ReviewError> {
        let id = to.id();
        let prepared = self.store.prepared_order(row.content).await?;
        let prepared = prepared.ok_or(ReviewError::NotPrintable(id))?;
        let dossier = self.dossier(row).await?;
        // The card is issued today, not when the application was checked.
        let profile = self.config.issuer_profile();
        let stated = order::stated(&dossier, self.config.issuer()).map_err(Box::new)?;
        let missing = order::missing(&dossier);
        let policy = self.config.residence_permit.policy();
        let (identity, _) = Identity::check(&stated, &policy, now.date(), temporary(&missing))?;
        let (tickets, config) = (Arc::clone(&self.tickets), Arc::clone(&self.config));
        let digests = prepared.digests;
        let asked = ticket::Asked {
            order: prepared.order,
            document: identity.document(),
        };
        // The token blocks.
        let signing = tokio::task::spawn_blocking(move || {
            ticket::issue(&tickets.token, &tickets.key, &config, asked, &digests, now)
        });
        let ticket = signing.await.map_err(|_| ReviewError::Ending)??;
        let content = [
            (ContentKind::Identity, identity.encode()?),
            (ContentKind::Ticket, Zeroizing::new(ticket.encode())),
        ];
        let decided = Decided {
            from: row,
            to,
            person: case.map(|case| case.person),
            note: case.map(|case| case.reason),
            appointment: None,
            token,
            order: Some(OrderToAdd {
                id: prepared.order,
                issuer_profile: profile.name,
                added_by: ACTOR,
                destination: &dossier.collection,
                content: &content,
            }),
            cancelled: None,
            notice: None,
        };
        self.write(&decided, act.outcome(now, "approved"), now)
            .await?;
        Ok(prepared.order)
    }

    /// Ends an application, and the order that it became where nobody works on it.
    async fn end(
        &self,
        (row, to): (&ApplicationRow, &Application),
        case: &Case<'_>,
        outcome: Entry,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let cancelled = match row.order {
            Some(order) => self.cancelled(to.id(), order).await?,
            None => None,
        };
        let notice = self.notice(row, to, (case.reason, None), now).await?;
        let decided = Decided {
            from: row,
            to,
            person: Some(case.person),
            note: Some(case.reason),
            appointment: None,
            token: None,
            order: None,
            cancelled: cancelled.as_ref().map(|(from, to)| (from, to)),
            notice: notice.as_ref().map(Written::new_notice),
        };
        self.write(&decided, outcome, now).await
    }

    /// What the applicant is told of a decision.
    async fn notice(
        &self,
        row: &ApplicationRow,
        to: &Application,
        (reason, appointment): (&str, Option<OffsetDateTime>),
        now: OffsetDateTime,
    ) -> Result<Option<Written>, ReviewError> {
        let text = self.store.dossier_part(row.content, DossierPart::Text);
        let text = text.await?.ok_or(PartsError::Missing("text"))?;
        let section = self.config.notices.as_ref();
        let decision = Decision {
            to,
            reason,
            appointment,
            applied_at: row.accepted_at,
            decided_at: now,
            answer_days: section.map(|section| section.answer_days),
        };
        let id = NoticeId::generate(&mut edge::rng());
        Ok(Written::of(id, &parts::text(&text)?, &decision)?)
    }

    async fn cancelled(
        &self,
        id: ApplicationId,
        order: OrderId,
    ) -> Result<Option<(Attempt, Attempt)>, ReviewError> {
        let Some(newest) = self.store.attempts(order).await?.pop() else {
            return Ok(None);
        };
        if matches!(newest.state(), AttemptState::Cancelled(_)) {
            return Ok(None);
        }
        let cancelled = newest.clone().cancel();
        let cancelled = cancelled.map_err(|_| ReviewError::OnTheLine(id))?;
        Ok(Some((newest, cancelled)))
    }

    async fn write(
        &self,
        decided: &Decided<'_>,
        outcome: Entry,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let (id, entries) = (decided.to.id(), [outcome]);
        let rng = &mut edge::rng();
        let written = self.store.decide_application(rng, decided, &entries, now);
        Err(match written.await {
            Ok(()) => return Ok(()),
            Err(StoreError::AlreadyThere { .. }) => ReviewError::AnotherLives(id),
            Err(StoreError::Ordered { order }) => ReviewError::Ordered {
                application: id,
                order,
            },
            Err(StoreError::Stale { .. }) => self.overtaken(decided).await?,
            Err(other) => other.into(),
        })
    }

    /// What came before a decision: a worker with the application's card in its hands, or somebody who moved the application.
    async fn overtaken(&self, decided: &Decided<'_>) -> Result<ReviewError, ReviewError> {
        let id = decided.to.id();
        let row = self.store.application(id).await?;
        let is_as_seen = row.is_some_and(|row| row.step == decided.from.step);
        let (true, Some((newest, _))) = (is_as_seen, decided.cancelled) else {
            return Ok(ReviewError::Changed(id));
        };
        let now = self.store.attempt(newest.id()).await?;
        let is_beyond = now.is_some_and(|now| now.cancel().is_err());
        if is_beyond || self.store.is_leased(newest.id()).await? {
            Ok(ReviewError::OnTheLine(id))
        } else {
            Ok(ReviewError::Changed(id))
        }
    }
}

/// An act about an application; the actor is the person, by id, or the role.
fn act(person: Option<PersonId>, name: &str, id: ApplicationId) -> Act {
    let actor = person.map_or_else(
        || ACTOR.to_owned(),
        |person| format!("personalisation/console person {person}"),
    );
    let act = ActId::generate(&mut edge::rng());
    Act::new(*act.as_bytes(), &actor, name, format!("application {id}"))
}

/// Intent and outcome of a program's act about an application, which is one commit and nothing else.
pub(super) fn entries(
    name: &str,
    id: ApplicationId,
    outcome: &str,
    now: OffsetDateTime,
) -> [Entry; 2] {
    let act = act(None, name, id);
    [act.intent(now), act.outcome(now, outcome)]
}
