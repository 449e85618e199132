//! Moves of applications by people and by rule; approval makes the order in the same transaction.

use dossier::{ApplicationId, OfficeId, PersonId, dossier::DocumentType};
use evidence::entry::Entry;
use personalisation_core::{
    application::{Application, ApplicationState, Filing, Referral, RefusalGround, record::Record},
    attempt::Attempt,
    ids::{LeaseToken, OrderId},
    person::Person,
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    ApplicationRow, insert_handlers, insert_move, names,
    notice::{NewNotice, insert_notice},
    person, verify,
};
use crate::{
    Store, StoreError, audit, line,
    order::{self, ContentKind, NewOrder},
    row::micros,
    sealing::Place,
    transaction::{Tx, transaction},
};

/// A decision about an application as it was read.
#[derive(Debug)]
pub struct Decided<'a> {
    /// What its maker saw.
    pub from: &'a ApplicationRow,
    /// Where it goes.
    pub to: &'a Application,
    /// Who decided; none for rules.
    pub person: Option<PersonId>,
    /// What they wrote.
    pub note: Option<&'a str>,
    /// When the applicant is to come, in `MoreNeeded`.
    pub appointment: Option<OffsetDateTime>,
    /// The lease of whoever moves it by rule.
    pub token: Option<LeaseToken>,
    /// With approval: the order.
    pub order: Option<OrderToAdd<'a>>,
    /// With an end: the newest attempt at its order, and that attempt cancelled.
    pub cancelled: Option<(&'a Attempt, &'a Attempt)>,
    /// What the applicant is told: with every move that has a notice, and with no other.
    pub notice: Option<NewNotice<'a>>,
}

/// The order that an approval makes of the prepared files.
#[derive(Debug)]
pub struct OrderToAdd<'a> {
    /// Its id, under which its files were prepared.
    pub id: OrderId,
    /// Name of the issuer profile.
    pub issuer_profile: &'a str,
    /// The role that approved it.
    pub added_by: &'a str,
    /// The office where it is handed over.
    pub destination: &'a OfficeId,
    /// Identity and ticket; the files are those that were prepared.
    pub content: &'a [(ContentKind, Zeroizing<Vec<u8>>)],
}

impl Store {
    /// Moves an application as decided. The order of an approval, the move, what was written, the notice
    /// and the audit are one commit. `Notice` where the move needs a notice and there is none, or the
    /// other way round; `Stale` where somebody moved it meanwhile, or where the person is among
    /// those who handled it; `AlreadyThere` where its person has another live application of the type, `Ordered` where
    /// they have a live order.
    pub async fn decide_application(
        &self,
        rng: &mut impl CryptoRng,
        decided: &Decided<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let id = decided.to.id();
        let step = decided.from.step + 1;
        let note = match decided.note {
            Some(note) => Some(
                self.sealer
                    .seal(rng, &note_place(id, step), note.as_bytes())?,
            ),
            None => None,
        };
        let mut sealed = Vec::new();
        if let Some(order) = &decided.order {
            for (kind, plain) in order.content {
                sealed.push((*kind, self.sealer.seal(rng, &kind.place(order.id), plain)?));
            }
        }
        let notice = match (decided.to.state().notice(), &decided.notice) {
            (Some(kind), Some(new)) => Some((kind, self.seal_notice(rng, new)?)),
            (None, None) => None,
            _ => return Err(StoreError::Notice(id)),
        };
        let (note, sealed, notice) = (note.as_deref(), &sealed, &notice);
        transaction!(self, "deciding about an application", |tx| {
            if let Some(token) = decided.token {
                verify::leased(tx, id, token).await?;
            }
            if let Some(order) = &decided.order {
                let person = approvable(tx, decided.to).await?;
                add_order(tx, (decided, &person), order, sealed, now).await?;
            }
            if let Some((from, to)) = decided.cancelled {
                line::write_unleased(self, tx, from, to, now).await?;
                line::end_of_attempt(tx, to, now).await?;
            }
            write_state(tx, decided.from, decided.to, (decided.person, note), now).await?;
            set_extras(tx, decided).await?;
            if let Some((kind, notice)) = notice {
                insert_notice(tx, (id, step), *kind, notice, now).await?;
            }
            audit::write(tx, entries).await
        })
    }

    /// What somebody wrote with a decision.
    pub(crate) fn open_note(
        &self,
        id: ApplicationId,
        step: u32,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.sealer.open(&note_place(id, step), sealed)
    }
}

fn note_place(id: ApplicationId, step: u32) -> Place {
    Place {
        table: "review_move",
        row: format!("{id}/{step}"),
        column: "note",
    }
}

/// Whom an application that is to be approved is about, where no other live application is about them.
async fn approvable(tx: &mut Tx, to: &Application) -> Result<Person, StoreError> {
    let person = person::of_application(&mut *tx, to.id()).await?;
    person::latch(tx, person.keys().map(|(_, key)| key)).await?;
    let (document_type, but) = (document_type(to), (to.id(), person::Beside::Claims));
    if person::has_another(&mut *tx, &person, document_type, but).await? {
        return Err(StoreError::AlreadyThere {
            doing: "approving an application",
            constraint: "another live application of the person and type".to_owned(),
        });
    }
    Ok(person)
}

fn document_type(of: &Application) -> DocumentType {
    // Only what was accepted has moves here.
    let filing = of.filing().map(|filing: &Filing| filing.document_type);
    filing.unwrap_or(DocumentType::IdentityCard)
}

/// Adds the order: identity and ticket as given, the files as they were prepared, already sealed for
/// their place.
async fn add_order(
    tx: &mut Tx,
    (decided, person): (&Decided<'_>, &Person),
    new: &OrderToAdd<'_>,
    sealed: &[(ContentKind, Vec<u8>)],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "adding an application's order";
    let order = NewOrder {
        id: new.id,
        issuer_profile: new.issuer_profile,
        added_by: new.added_by,
        person,
        document_type: document_type(decided.to),
        destination: Some(new.destination),
        express: decided.from.express,
        content: &[],
    };
    order::insert(tx, &order, sealed, now).await?;
    let copied = sqlx::query(
        "INSERT INTO order_content (order_id, kind, sealed)
         SELECT order_id, kind, sealed FROM review_prepared WHERE hash = $1 AND order_id = $2",
    )
    .bind(&decided.from.content.as_bytes()[..])
    .bind(&new.id.as_bytes()[..])
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if copied.rows_affected() == 0 {
        return Err(StoreError::Stale {
            doing: DOING,
            object: format!("application {}", decided.to.id()),
        });
    }
    line::queue(tx, &Attempt::first(new.id), now).await?;
    // The copies count from now on.
    sqlx::query("UPDATE review_prepared SET sealed = NULL WHERE hash = $1")
        .bind(&decided.from.content.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    Ok(())
}

async fn set_extras(tx: &mut Tx, decided: &Decided<'_>) -> Result<(), StoreError> {
    let appointment = decided.appointment.map(micros);
    let order = decided.order.as_ref().map(|order| order.id);
    sqlx::query(
        "UPDATE review_application SET appointment = $2, order_id = COALESCE($3, order_id)
         WHERE application = $1",
    )
    .bind(&decided.to.id().as_bytes()[..])
    .bind(appointment)
    .bind(order.map(|order| order.as_bytes().to_vec()))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("deciding about an application"))?;
    Ok(())
}

/// What somebody must at least be to decide about it.
fn least_role(row: &ApplicationRow) -> &'static str {
    let record = row.application.record();
    let forced = record.filed.as_ref().is_some_and(|filed| filed.forced);
    let reserved = |referral: &Referral| referral.needs_supervisor();
    if forced || record.referrals.iter().any(reserved) {
        "supervisor"
    } else {
        "reviewer"
    }
}

/// Writes an application's next state where it is still what was read, and `person` may decide about it now, by
/// their roles, and handled nothing of it; part of the caller's transaction.
pub(super) async fn write_state(
    tx: &mut Tx,
    from: &ApplicationRow,
    to: &Application,
    (person, note): (Option<PersonId>, Option<&[u8]>),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "moving an application";
    let record: Record = to.record();
    let forced = record.filed.as_ref().is_some_and(|filed| filed.forced);
    let step = from.step + 1;
    // Who approves is bound by the claim; whoever ended has none.
    let claim = match to.state() {
        ApplicationState::Approved(..) => "COALESCE($15, subject)",
        state if state.is_final() => "NULL",
        _ => "claim",
    };
    let person_key = person::of_application(&mut *tx, to.id()).await?;
    let statement = format!(
        "UPDATE review_application SET state = $5, step = $6, referrals = $7, wanted = $8,
                configuration = $9, decided_by = $10, refusal = $11, forced = $12, since = $13,
                claim = {claim}, tries = 0, lease_token = NULL, lease_expires_at = NULL,
                change = (SELECT MAX(change) + 1 FROM review_application)
         WHERE application = $1 AND state = $2 AND step = $3
         AND NOT EXISTS (SELECT 1 FROM review_handler AS handler
                         WHERE handler.application = $1 AND handler.person = $4)
         AND ($4 IS NULL OR EXISTS (
             SELECT 1 FROM staff_role AS role
             JOIN staff_person AS person ON person.person_id = role.person_id
             WHERE role.person_id = $4 AND person.active = 1 AND role.office IS NULL
             AND role.role IN ('supervisor', $14)
             AND role.from_at <= $13 AND (role.until_at IS NULL OR role.until_at > $13)))"
    );
    let moved = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&to.id().as_bytes()[..])
        .bind(from.application.state().name())
        .bind(i64::from(from.step))
        .bind(person.map(|person| person.as_bytes().to_vec()))
        .bind(&record.state)
        .bind(i64::from(step))
        .bind(names::join(record.referrals.iter().map(|one| one.name())))
        .bind(names::join(record.wanted.iter().map(|one| one.name())))
        .bind(
            record
                .configuration
                .map(|number| i64::try_from(number).unwrap_or(i64::MAX)),
        )
        .bind(record.decided_by.map(|person| person.as_bytes().to_vec()))
        .bind(record.ground.map(RefusalGround::name))
        .bind(i64::from(forced))
        .bind(micros(now))
        .bind(least_role(from))
        .bind(person_key.first().map(|key| key.to_vec()))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    if moved.rows_affected() != 1 {
        return Err(StoreError::Stale {
            doing: DOING,
            object: format!("application {}", to.id()),
        });
    }
    if let Some(filed) = &record.filed {
        insert_handlers(tx, to.id(), &filed.handled_by).await?;
    }
    insert_move(tx, to.id(), (step, &record.state), (person, note), now).await
}
