//! Who may work at this station: the office's list as the centre signed it, asked offline, while it holds.
//!
//! What happens here with a person's means of signing in (a one-time code spent, a passkey added) is kept in the
//! station's sealed store, so that a restart forgets neither.

use std::collections::BTreeMap;

use async_trait::async_trait;
use dossier::staff::{Member, Role};
use dossier::{StaffList, Timestamp};
use pages::PersonId;
use pages::sign_in::{Account, Passkey, Password, Staff, StaffError, TotpSecret};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use crate::edge;
use crate::fleet::kept;
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
    /// Passkeys added here, as the library writes them.
    passkeys: Vec<String>,
    /// Passkeys of the list as they became when they were used here: their counters. They hold while the list names them.
    #[serde(default)]
    used: Vec<String>,
}

/// Puts a passkey in the place of the one with the same credential; whether there was one.
fn replace(kept: &mut Vec<String>, passkey: &Passkey, text: Option<String>) -> bool {
    let before = kept.len();
    kept.retain(|one| {
        Passkey::from_json(one).is_ok_and(|one| one.credential() != passkey.credential())
    });
    let found = kept.len() < before;
    kept.extend(text);
    found
}

fn read(kept: &[String]) -> Vec<Passkey> {
    let read = kept.iter().filter_map(|text| Passkey::from_json(text).ok());
    read.collect()
}

/// The passkeys that the list names.
fn issued(member: &Member) -> Vec<Passkey> {
    let read = member.passkeys.iter().filter_map(|passkey| {
        let text = std::str::from_utf8(passkey.key.as_bytes()).ok()?;
        Passkey::from_json(text).ok()
    });
    read.collect()
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

    /// The list, if it holds at `now`. It was verified when it was kept.
    pub async fn list(&self, now: OffsetDateTime) -> Result<Option<StaffList>, StaffError> {
        let list = kept::read::<StaffList>(&self.store, Kind::StaffList).await;
        let Some(list) = list.map_err(failed)? else {
            return Ok(None);
        };
        let now = Timestamp::from_seconds(now.unix_timestamp()).map_err(failed)?;
        if let Err(error) = kept::in_force(&list, now) {
            tracing::error!(%error, "the staff list does not hold");
            return Ok(None);
        }
        Ok(Some(list))
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
    let same = |one: &Passkey, other: &Passkey| one.credential() == other.credential();
    let used = here.map(|means| read(&means.used)).unwrap_or_default();
    let mut passkeys: Vec<Passkey> = Vec::new();
    for passkey in issued(member) {
        let newer = used.iter().find(|one| same(one, &passkey)).cloned();
        passkeys.push(newer.unwrap_or(passkey));
    }
    for passkey in here.map(|means| read(&means.passkeys)).unwrap_or_default() {
        if !passkeys.iter().any(|one| same(one, &passkey)) {
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
        let text = passkey.to_json().map_err(failed)?;
        let full = self.change(|here| {
            let means = here.0.entry(person.to_string()).or_default();
            let full = means.passkeys.len() >= MOST_PASSKEYS;
            if !full {
                replace(&mut means.passkeys, &passkey, Some(text));
            }
            full
        });
        if full.await? {
            Err(StaffError::ReadOnly)
        } else {
            Ok(())
        }
    }

    async fn update_passkey(&self, person: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        let text = passkey.to_json().map_err(failed)?;
        let list = self.list(edge::now()).await?;
        let member = list.as_ref().and_then(|list| find(list, person));
        let named = member.map(issued).unwrap_or_default();
        let credentials: Vec<&[u8]> = named.iter().map(Passkey::credential).collect();
        self.change(|here| {
            let means = here.0.entry(person.to_string()).or_default();
            // What the list does not name any more is forgotten with its counter.
            means.used.retain(|kept| {
                Passkey::from_json(kept).is_ok_and(|kept| credentials.contains(&kept.credential()))
            });
            let added = replace(&mut means.passkeys, &passkey, None);
            if credentials.contains(&passkey.credential()) {
                replace(&mut means.used, &passkey, Some(text));
            } else if added {
                means.passkeys.push(text);
            }
        })
        .await
    }

    async fn added_passkeys(&self, person: PersonId) -> Result<Vec<Passkey>, StaffError> {
        let here = self.here().await?;
        let means = here.0.get(&person.to_string());
        Ok(means.map(|means| read(&means.passkeys)).unwrap_or_default())
    }

    async fn remove_passkey(&self, person: PersonId, credential: &[u8]) -> Result<(), StaffError> {
        self.change(|here| {
            if let Some(means) = here.0.get_mut(&person.to_string()) {
                means.passkeys.retain(|kept| {
                    Passkey::from_json(kept).is_ok_and(|kept| kept.credential() != credential)
                });
            }
        })
        .await
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> StaffError {
    StaffError::Store(Box::new(error))
}
