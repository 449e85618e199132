//! What is done about staff, from the command line and from the console: each with intent and outcome in the audit.

use std::fmt;

use dossier::{OfficeId, PersonId, Text, staff::Role};
use evidence::entry::Act;
use personalisation_core::ids::ActId;
use personalisation_store::{
    Store, StoreError,
    staff::{Enrolment, Grant, Link, Person, RoleId, check_login},
};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::edge::SystemRng;

/// How long a one-time link may be used.
const LINK: Duration = Duration::days(3);

/// Why nothing was changed about staff.
#[derive(Debug, Error)]
pub enum StaffChangeError {
    /// Not a login.
    #[error("adding somebody: a login is 2 to 64 of a-z 0-9 . - _; choose another")]
    Login,
    /// Not a name.
    #[error("adding somebody: a name has 1 to 100 characters; correct it")]
    Name,
    /// Nobody has that login.
    #[error("looking for a member of staff: nobody has the login {0:?}; see `staff list`")]
    Nobody(String),
    /// Their own roles or credentials.
    #[error("changing staff: nobody changes their own roles; ask another administrator")]
    Oneself,
    /// A role that ends before it begins.
    #[error("giving a role: it ends before it begins; correct the dates")]
    Dates,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody to be added.
#[derive(Clone)]
pub struct NewMember {
    /// What they will type to sign in.
    pub login: String,
    /// Their name.
    pub name: Zeroizing<String>,
    /// Their first role.
    pub role: Role,
    /// Where; none: at the centre.
    pub office: Option<OfficeId>,
}

impl fmt::Debug for NewMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMember")
            .field("role", &self.role)
            .field("office", &self.office)
            .finish_non_exhaustive()
    }
}

/// Changes to the staff, by somebody.
#[derive(Clone, Debug)]
pub struct Staffing {
    store: Store,
    rng: SystemRng,
    by: Option<PersonId>,
}

impl Staffing {
    /// Changes in `store`, made by a member of staff, or from the command line.
    pub const fn new(store: Store, rng: SystemRng, by: Option<PersonId>) -> Self {
        Self { store, rng, by }
    }

    /// Adds somebody; the secret of the one-time link by which they enrol.
    pub async fn add(
        &self,
        new: &NewMember,
        now: OffsetDateTime,
    ) -> Result<(PersonId, Zeroizing<String>), StaffChangeError> {
        if !check_login(&new.login) {
            return Err(StaffChangeError::Login);
        }
        let mut rng = self.rng;
        let person = Person {
            id: PersonId::generate(&mut rng),
            login: new.login.clone(),
            name: Text::new(&new.name).map_err(|_| StaffChangeError::Name)?,
            active: true,
        };
        let grant = Grant {
            id: RoleId::generate(&mut rng),
            role: new.role,
            office: new.office.clone(),
            from: now,
            until: None,
            by: self.by,
        };
        let link = Link::generate(&mut rng, now + LINK);
        let act = self.act("add-person", person.id);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, detail(new.role, new.office.as_ref()))];
        let added = self
            .store
            .add_person(&mut rng, &person, &[grant], &link, &done, now)
            .await;
        self.settle(&act, added, now).await?;
        Ok((person.id, link.secret()))
    }

    /// Gives somebody a role from `from` until `until`.
    pub async fn grant(
        &self,
        person: PersonId,
        role: Role,
        office: Option<OfficeId>,
        period: (OffsetDateTime, Option<OffsetDateTime>),
        now: OffsetDateTime,
    ) -> Result<(), StaffChangeError> {
        self.not_oneself(person)?;
        let (from, until) = period;
        if until.is_some_and(|until| until <= from) {
            return Err(StaffChangeError::Dates);
        }
        let mut rng = self.rng;
        let grant = Grant {
            id: RoleId::generate(&mut rng),
            role,
            office,
            from,
            until,
            by: self.by,
        };
        let act = self.act("grant-role", person);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, detail(role, grant.office.as_ref()))];
        let granted = self.store.grant_role(person, &grant, &done).await;
        self.settle(&act, granted, now).await
    }

    /// Ends a role now.
    pub async fn end(
        &self,
        person: PersonId,
        role: RoleId,
        now: OffsetDateTime,
    ) -> Result<(), StaffChangeError> {
        self.not_oneself(person)?;
        let act = self.act("end-role", person);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, format!("role {role} ended"))];
        let ended = self.store.end_role(person, role, &done, now).await;
        self.settle(&act, ended, now).await
    }

    /// Lets somebody work here or not; who may not is signed out everywhere.
    pub async fn set_active(
        &self,
        person: PersonId,
        active: bool,
        now: OffsetDateTime,
    ) -> Result<(), StaffChangeError> {
        self.not_oneself(person)?;
        let name = if active {
            "activate-person"
        } else {
            "deactivate-person"
        };
        let act = self.act(name, person);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, "done")];
        let changed = self
            .store
            .set_person_active(person, active, &done, now)
            .await;
        self.settle(&act, changed, now).await
    }

    /// Takes somebody's credentials and sessions; the secret of a new one-time link.
    pub async fn reset(
        &self,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<Zeroizing<String>, StaffChangeError> {
        self.not_oneself(person)?;
        let mut rng = self.rng;
        let link = Link::generate(&mut rng, now + LINK);
        let act = self.act("reset-person", person);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, "credentials and sessions removed, one-time link made")];
        let reset = self
            .store
            .reset_person(&mut rng, person, &link, &done)
            .await;
        self.settle(&act, reset, now).await?;
        Ok(link.secret())
    }

    /// Uses a one-time link: the person has this password hash and the link's codes from now on.
    pub async fn enrol(
        &self,
        secret: &str,
        enrolment: &Enrolment,
        phc: &str,
        now: OffsetDateTime,
    ) -> Result<bool, StaffChangeError> {
        let mut rng = self.rng;
        let act = self.act("enrol-person", enrolment.person);
        self.store.audit(&[act.intent(now)]).await?;
        let done = [act.outcome(now, "password and one-time codes kept")];
        let enrolled = self
            .store
            .enrol(&mut rng, secret, enrolment, phc, &done, now)
            .await;
        if matches!(enrolled, Ok(false)) {
            self.store
                .audit(&[act.outcome(now, "the link was used or has run out")])
                .await?;
        }
        self.settle(&act, enrolled, now).await
    }

    /// The person with that login.
    pub async fn by_login(&self, login: &str) -> Result<Person, StaffChangeError> {
        self.store
            .person_by_login(login)
            .await?
            .ok_or_else(|| StaffChangeError::Nobody(login.to_owned()))
    }

    /// An act that failed has its outcome too.
    async fn settle<T>(
        &self,
        act: &Act,
        done: Result<T, StoreError>,
        now: OffsetDateTime,
    ) -> Result<T, StaffChangeError> {
        if done.is_err() {
            self.store
                .audit(&[act.outcome(now, "nothing was changed")])
                .await?;
        }
        Ok(done?)
    }

    fn not_oneself(&self, person: PersonId) -> Result<(), StaffChangeError> {
        if self.by == Some(person) {
            return Err(StaffChangeError::Oneself);
        }
        Ok(())
    }

    fn act(&self, name: &str, person: PersonId) -> Act {
        let object = format!("person {person}");
        if let Some(by) = self.by {
            return act(self.rng, super::page_person(by), name, &object);
        }
        let id = ActId::generate(&mut self.rng.clone());
        Act::new(*id.as_bytes(), "personalisation/staff", name, object)
    }
}

/// An act of a member of staff at the console. The actor is their id.
pub(crate) fn act(mut rng: SystemRng, by: pages::PersonId, name: &str, object: &str) -> Act {
    let id = ActId::generate(&mut rng);
    let actor = format!("personalisation/console person {by}");
    Act::new(*id.as_bytes(), &actor, name, object)
}

fn detail(role: Role, office: Option<&OfficeId>) -> String {
    let role = personalisation_store::staff::role_name(role);
    match office {
        Some(office) => format!("{role} at {office}"),
        None => format!("{role} at the centre"),
    }
}
