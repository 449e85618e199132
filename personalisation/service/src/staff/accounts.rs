//! Who may sign in to the console, and to the courier's page: the store's people with a role at the centre.

use async_trait::async_trait;
use dossier::staff::Role;
use pages::{
    PersonId,
    http::Surroundings,
    sign_in::{Account, Passkey, Password, Staff, StaffError, TotpSecret},
};
use personalisation_store::{
    Store, StoreError,
    staff::{Credentials, KeptPasskey, Person},
};

use super::{page_person, person};
use crate::edge::SystemRng;

/// The people who may sign in. Those without a role at the centre, or without one of those that the pages are for, are not found.
#[derive(Clone, Debug)]
pub struct Accounts {
    store: Store,
    relying_party: String,
    surroundings: Surroundings,
    rng: SystemRng,
    /// Whom the pages are for; none: everybody with a role at the centre.
    roles: Option<&'static [Role]>,
}

impl Accounts {
    /// The people in `store`; passkeys are those bound to the host `relying_party`.
    pub fn new(
        store: Store,
        relying_party: impl Into<String>,
        surroundings: Surroundings,
        rng: SystemRng,
    ) -> Self {
        Self {
            store,
            relying_party: relying_party.into(),
            surroundings,
            rng,
            roles: None,
        }
    }

    /// Of them those with one of these roles only.
    #[must_use]
    pub fn only(self, roles: &'static [Role]) -> Self {
        Self {
            roles: Some(roles),
            ..self
        }
    }

    async fn account(&self, person: Option<Person>) -> Result<Option<Account>, StaffError> {
        let Some(person) = person.filter(|person| person.active) else {
            return Ok(None);
        };
        let now = self.surroundings.now();
        let mut roles = self
            .store
            .roles_at_centre(person.id, now)
            .await
            .map_err(failed)?;
        roles.retain(|role| self.roles.is_none_or(|these| these.contains(role)));
        if roles.is_empty() {
            return Ok(None);
        }
        let credentials = self.store.credentials(person.id).await.map_err(failed)?;
        self.read(&person, &credentials).map(Some)
    }

    fn read(&self, person: &Person, credentials: &Credentials) -> Result<Account, StaffError> {
        let password = credentials.password.as_ref();
        let totp = credentials.totp.as_ref();
        let secret = |bytes: &zeroize::Zeroizing<Vec<u8>>| {
            let bytes = bytes.as_slice().try_into().map_err(|_| damaged())?;
            Ok::<_, StaffError>(TotpSecret::new(bytes))
        };
        let ours = |kept: &&KeptPasskey| kept.relying_party == self.relying_party;
        Ok(Account {
            person: page_person(person.id),
            login: person.login.clone(),
            name: person.name.as_str().to_owned(),
            password: password
                .map(|phc| Password::from_phc(phc).map_err(store_error))
                .transpose()?,
            totp: totp.map(secret).transpose()?,
            passkeys: credentials
                .passkeys
                .iter()
                .filter(ours)
                .map(|kept| Passkey::from_json(&kept.record).map_err(store_error))
                .collect::<Result<_, _>>()?,
        })
    }

    fn kept(&self, passkey: &Passkey) -> Result<KeptPasskey, StaffError> {
        Ok(KeptPasskey {
            credential: passkey.credential().to_vec(),
            relying_party: self.relying_party.clone(),
            record: passkey.to_json().map_err(store_error)?,
        })
    }

    async fn keep(&self, who: PersonId, passkey: &Passkey) -> Result<(), StaffError> {
        let (mut rng, now) = (self.rng, self.surroundings.now());
        let kept = self.kept(passkey)?;
        let added = self
            .store
            .add_passkey(&mut rng, person(who), &kept, now)
            .await;
        there(added)
    }
}

#[async_trait]
impl Staff for Accounts {
    async fn by_login(&self, login: &str) -> Result<Option<Account>, StaffError> {
        let found = self.store.person_by_login(login).await.map_err(failed)?;
        self.account(found).await
    }

    async fn by_person(&self, who: PersonId) -> Result<Option<Account>, StaffError> {
        let found = self.store.person(person(who)).await.map_err(failed)?;
        self.account(found).await
    }

    async fn spend_code(&self, who: PersonId, step: u64) -> Result<bool, StaffError> {
        self.store
            .spend_code(person(who), step)
            .await
            .map_err(failed)
    }

    async fn add_passkey(&self, who: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        let act = super::acts::act(self.rng, who, "add-passkey", &format!("person {who}"));
        let now = self.surroundings.now();
        self.store.audit(&[act.intent(now)]).await.map_err(failed)?;
        let kept = self.keep(who, &passkey).await;
        let detail = if kept.is_ok() { "kept" } else { "failed" };
        self.store
            .audit(&[act.outcome(self.surroundings.now(), detail)])
            .await
            .map_err(failed)?;
        kept
    }

    async fn update_passkey(&self, who: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        let (mut rng, kept) = (self.rng, self.kept(&passkey)?);
        let updated = self
            .store
            .update_passkey(&mut rng, person(who), &kept)
            .await;
        there(updated)
    }
}

/// What was taken away meanwhile does not come back.
fn there(changed: Result<bool, StoreError>) -> Result<(), StaffError> {
    if changed.map_err(failed)? {
        Ok(())
    } else {
        Err(StaffError::Gone)
    }
}

fn failed(error: StoreError) -> StaffError {
    StaffError::Store(Box::new(error))
}

fn store_error(error: impl std::error::Error + Send + Sync + 'static) -> StaffError {
    StaffError::Store(Box::new(error))
}

fn damaged() -> StaffError {
    StaffError::Store(
        "a kept secret of one-time codes has another length; reset that person".into(),
    )
}
