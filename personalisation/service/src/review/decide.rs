//! Decisions: approve, refuse, ask for more, withdraw; by a person or by the rule. Whoever decides is
//! looked up here, by person: no caller says what role somebody has.

use std::{collections::BTreeSet, sync::Arc};

use dossier::{ApplicationId, PersonId, staff::Role};
use evidence::entry::{Act, Entry};
use key_custody::{
    EcKey, Token,
    role::{ApprovalSigning, TicketSigning},
};
use personalisation_core::{
    application::{Application, Decider, Recapture, RefusalGround, WithdrawalReason},
    attempt::Attempt,
    ids::{ActId, LeaseToken, NoticeId, OrderId},
};
use personalisation_store::{
    Store, StoreError,
    order::ContentKind,
    review::{ApplicationRow, Decided, DossierPart, OrderToAdd},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    ACTOR,
    error::ReviewError,
    notice::{Decision, Written},
    order,
};
use crate::{
    config::Config,
    edge,
    intake::parts::{self, PartsError},
    order::{Identity, temporary, ticket},
};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 2000;

/// Where decisions are carried out.
#[derive(Debug)]
pub struct Desk {
    /// The centre's database.
    pub store: Store,
    /// The configuration.
    pub config: Arc<Config>,
    /// The key of tickets.
    pub tickets: Tickets,
    /// Keys of second persons at the console, in the same token; the first signs.
    pub approvals: Vec<EcKey<ApprovalSigning>>,
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
        let (row, decider) = self.open(&case, now).await?;
        let to = row.application.clone().approve(decider)?;
        self.produce(&row, &to, Some(&case), None, now).await
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
        self.produce(row, &to, None, Some(token), now).await
    }

    /// Refuses; a card that nobody makes yet is not made.
    pub async fn refuse(
        &self,
        case: Case<'_>,
        ground: RefusalGround,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let (row, decider) = self.open(&case, now).await?;
        let to = row.application.clone().refuse(ground, decider)?;
        self.end(&row, &to, &case, ground.name(), now).await
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
        let (row, by) = self.open(&case, now).await?;
        // Nothing is granted by asking, but whoever captured does not send their own work back either.
        if let Some(filing) = row.application.filing() {
            let handled = by.may_decide(filing, &BTreeSet::new());
            handled.map_err(personalisation_core::application::DecisionError::from)?;
        }
        let to = row.application.clone().ask_more(wanted)?;
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
        self.write(&decided, "ask-more", "more_needed", now).await
    }

    /// Withdraws, as the applicant told this person, or because the register says that they died.
    pub async fn withdraw(
        &self,
        case: Case<'_>,
        death: bool,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let (row, _) = self.open(&case, now).await?;
        let reason = if death {
            WithdrawalReason::Death
        } else {
            WithdrawalReason::Applicant(case.person)
        };
        let to = row.application.clone().withdraw(reason);
        let to = to.map_err(personalisation_core::application::DecisionError::from)?;
        let why = if death { "death" } else { "applicant" };
        self.end(&row, &to, &case, why, now).await
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

    /// What a person may do now, by the roles that they hold at the centre.
    pub async fn decider(
        &self,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<Decider, ReviewError> {
        let active = self.store.person(person).await?;
        let active = active.is_some_and(|person| person.active);
        let roles = self.store.roles_of(person).await?;
        let holds = |role| {
            active
                && roles
                    .iter()
                    .any(|grant| grant.role == role && grant.office.is_none() && grant.holds(now))
        };
        let supervisor = holds(Role::Supervisor);
        if supervisor || holds(Role::Reviewer) {
            Ok(Decider { person, supervisor })
        } else {
            Err(ReviewError::NotAllowed)
        }
    }

    /// Signs the ticket over the prepared files and adds the order with the move.
    async fn produce(
        &self,
        row: &ApplicationRow,
        to: &Application,
        case: Option<&Case<'_>>,
        token: Option<LeaseToken>,
        now: OffsetDateTime,
    ) -> Result<OrderId, ReviewError> {
        let id = to.id();
        let prepared = self.store.prepared_order(row.content).await?;
        let prepared = prepared.ok_or(ReviewError::NotPrintable(id))?;
        let text = self.store.dossier_part(row.content, DossierPart::Text);
        let text = text.await?.ok_or(PartsError::Missing("text"))?;
        let dossier = parts::text(&text)?;
        // The card is issued today, not when the application was checked.
        let profile = self.config.issuer_profile();
        let stated = order::stated(&dossier, profile.name);
        let missing = order::missing(&dossier);
        let (identity, _) = Identity::check(&stated, now.date(), temporary(&missing))?;
        let ticket = ticket::issue(
            &self.tickets.token,
            &self.tickets.key,
            &self.config,
            prepared.order,
            &prepared.digests,
            now,
        )?;
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
                content: &content,
            }),
            cancelled: None,
            notice: None,
        };
        self.write(&decided, "approve", "approved", now).await?;
        Ok(prepared.order)
    }

    /// Ends an application, and the order that it became where nobody works on it.
    async fn end(
        &self,
        row: &ApplicationRow,
        to: &Application,
        case: &Case<'_>,
        why: &str,
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
        self.write(&decided, to.state().name(), why, now).await
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
        let cancelled = newest.clone().cancel();
        let cancelled = cancelled.map_err(|_| ReviewError::OnTheLine(id))?;
        Ok(Some((newest, cancelled)))
    }

    async fn write(
        &self,
        decided: &Decided<'_>,
        act: &str,
        outcome: &str,
        now: OffsetDateTime,
    ) -> Result<(), ReviewError> {
        let id = decided.to.id();
        let entries = entries(decided.person, act, id, outcome, now);
        let rng = &mut edge::rng();
        let written = self.store.decide_application(rng, decided, &entries, now);
        written.await.map_err(|error| match error {
            StoreError::AlreadyThere { .. } => ReviewError::AnotherLives(id),
            StoreError::Stale { .. } => ReviewError::Changed(id),
            other => other.into(),
        })
    }
}

/// Intent and outcome of an act about an application; the actor is the person, by id, or the role.
pub(super) fn entries(
    person: Option<PersonId>,
    act: &str,
    id: ApplicationId,
    outcome: &str,
    now: OffsetDateTime,
) -> [Entry; 2] {
    let actor = person.map_or_else(|| ACTOR.to_owned(), |person| format!("staff {person}"));
    let act = Act::new(
        *ActId::generate(&mut edge::rng()).as_bytes(),
        &actor,
        act,
        format!("application {id}"),
    );
    [act.intent(now), act.outcome(now, outcome)]
}
