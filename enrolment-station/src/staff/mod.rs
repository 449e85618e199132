//! Who may work at this station: the office's list as the centre signed it, asked offline, while it holds.
//!
//! What happens here with a person's means of signing in (a one-time code spent, a passkey added) is kept in the
//! station's sealed store, so that a restart forgets neither.

use std::collections::BTreeMap;

use async_trait::async_trait;
use dossier::staff::{Member, Role};
use dossier::{Configuration, Signed, StaffList, Timestamp};
use pages::PersonId;
use pages::sign_in::{Account, Passkey, Password, Staff, StaffError, TotpSecret};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use crate::edge;
use crate::store::Store;
use crate::store::issued::Kind;

/// Most passkeys of one person that are added at this station.
const MOST_PASSKEYS: usize = 10;

/// What happened at this station, by person.
#[derive(Default, Serialize, Deserialize)]
struct Here(BTreeMap<String, Means>);

#[derive(Default, Serialize, Deserialize)]
struct Means {
    /// The last time step whose code was spent.
    step: Option<u64>,
    /// Passkeys added or used here, as the library writes them.
    passkeys: Vec<String>,
}

/// The office's staff.
#[derive(Debug)]
pub struct Members {
    store: Store,
    /// One change at a time.
    changing: Mutex<()>,
}

impl Members {
    /// Those of this station's list.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            changing: Mutex::new(()),
        }
    }

    /// The list, if the centre signed it and it holds at `now`.
    pub async fn list(&self, now: OffsetDateTime) -> Result<Option<StaffList>, StaffError> {
        let (Some(configuration), Some(list)) = (
            self.store
                .issued(Kind::Configuration)
                .await
                .map_err(failed)?,
            self.store.issued(Kind::StaffList).await.map_err(failed)?,
        ) else {
            return Ok(None);
        };
        let now = Timestamp::from_seconds(now.unix_timestamp()).map_err(failed)?;
        let configuration = Signed::<Configuration>::decode(&configuration)
            .and_then(|signed| Ok(signed.danger_unverified()?))
            .map_err(failed)?;
        let list = Signed::<StaffList>::decode(&list).map_err(failed)?;
        let key = configuration
            .staff_list_keys
            .iter()
            .find(|key| key.id() == list.key());
        let Some(key) = key else {
            tracing::error!(
                "the staff list is signed by a key that the configuration does not name"
            );
            return Ok(None);
        };
        match list.verify_issue(key.spki.as_bytes(), now, None) {
            Ok(list) => Ok(Some(list)),
            Err(error) => {
                tracing::error!(%error, "the staff list does not hold");
                Ok(None)
            }
        }
    }

    /// Whether a person may do something here now, and the number of the list that says so.
    pub async fn may(
        &self,
        person: PersonId,
        role: Role,
        now: OffsetDateTime,
    ) -> Result<Option<u64>, StaffError> {
        let list = self.list(now).await?;
        Ok(list.and_then(|list| {
            let member = find(&list, person)?;
            member.roles.contains(&role).then_some(list.issue.number)
        }))
    }

    async fn here(&self) -> Result<Here, StaffError> {
        let kept = self.store.issued(Kind::Staff).await.map_err(failed)?;
        kept.map_or_else(
            || Ok(Here::default()),
            |bytes| serde_cbor::from_slice(&bytes).map_err(failed),
        )
    }

    async fn change<T>(&self, change: impl FnOnce(&mut Here) -> T) -> Result<T, StaffError> {
        let _turn = self.changing.lock().await;
        let mut here = self.here().await?;
        let result = change(&mut here);
        let bytes = zeroize::Zeroizing::new(serde_cbor::to_vec(&here).map_err(failed)?);
        self.store
            .put_issued(&mut edge::rng(), &[(Kind::Staff, &bytes)], edge::now())
            .await
            .map_err(failed)?;
        Ok(result)
    }

    async fn account(
        &self,
        wanted: impl Fn(&Member) -> bool,
    ) -> Result<Option<Account>, StaffError> {
        let Some(list) = self.list(edge::now()).await? else {
            return Ok(None);
        };
        let Some(member) = list.people.iter().find(|member| wanted(member)) else {
            return Ok(None);
        };
        let here = self.here().await?;
        Ok(Some(account(
            member,
            here.0.get(&member.person.to_string()),
        )))
    }
}

fn find(list: &StaffList, person: PersonId) -> Option<&Member> {
    let mut people = list.people.iter();
    people.find(|member| member.person.as_bytes() == person.bytes())
}

/// A member as the sign-in pages know one. Means that cannot be read are none.
fn account(member: &Member, here: Option<&Means>) -> Account {
    let issued = member.passkeys.iter().filter_map(|passkey| {
        let text = std::str::from_utf8(passkey.key.as_bytes()).ok()?;
        Passkey::from_json(text).ok()
    });
    let added = here
        .map(|means| means.passkeys.as_slice())
        .unwrap_or_default();
    let mut passkeys: Vec<Passkey> = Vec::new();
    // Those used here first: their counters are newer than the list's.
    for passkey in added
        .iter()
        .filter_map(|text| Passkey::from_json(text).ok())
        .chain(issued)
    {
        if !passkeys
            .iter()
            .any(|one| one.credential() == passkey.credential())
        {
            passkeys.push(passkey);
        }
    }
    let password = member.password.as_ref();
    let secret = member.totp.as_ref();
    Account {
        person: PersonId::new(*member.person.as_bytes()),
        login: member.login.as_str().to_owned(),
        name: member.name.as_str().to_owned(),
        password: password.and_then(|phc| Password::from_phc(phc.as_str()).ok()),
        totp: secret.and_then(|secret| {
            let bytes = <[u8; 20]>::try_from(secret.as_bytes()).ok()?;
            Some(TotpSecret::new(bytes))
        }),
        passkeys,
    }
}

#[async_trait]
impl Staff for Members {
    async fn by_login(&self, login: &str) -> Result<Option<Account>, StaffError> {
        self.account(|member| member.login.as_str() == login).await
    }

    async fn by_person(&self, person: PersonId) -> Result<Option<Account>, StaffError> {
        self.account(|member| member.person.as_bytes() == person.bytes())
            .await
    }

    async fn spend_code(&self, person: PersonId, step: u64) -> Result<bool, StaffError> {
        self.change(|here| {
            let means = here.0.entry(person.to_string()).or_default();
            let later = means.step.is_none_or(|last| step > last);
            if later {
                means.step = Some(step);
            }
            later
        })
        .await
    }

    async fn add_passkey(&self, person: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        self.update_passkey(person, passkey).await
    }

    async fn update_passkey(&self, person: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        let text = passkey.to_json().map_err(failed)?;
        let full = self
            .change(|here| {
                let means = here.0.entry(person.to_string()).or_default();
                means.passkeys.retain(|kept| {
                    Passkey::from_json(kept)
                        .is_ok_and(|kept| kept.credential() != passkey.credential())
                });
                let full = means.passkeys.len() >= MOST_PASSKEYS;
                if !full {
                    means.passkeys.push(text);
                }
                full
            })
            .await?;
        if full {
            Err(StaffError::ReadOnly)
        } else {
            Ok(())
        }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StaffError {
    StaffError::Store(Box::new(error))
}
