//! Staff lists: one an office, signed anew when somebody changes or half of its time is over.

use std::sync::Arc;

use dossier::{
    Body as _, Hash, KeyId, OfficeId, Signed, SigningKey, StaffList, Timestamp, Version,
    issue::Issue, staff::Member,
};
use personalisation_store::{StoreError, fleet::NewStaffList};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::{FleetError, Place, taking_in::act_on};
use crate::edge;

/// The longest list that a station is sent, in bytes.
pub(super) const MAX_LENGTH: usize = 1 << 20;

/// What is issued holds from a little earlier: a station's clock may be slow.
pub(super) const SLOW_CLOCKS: Duration = Duration::minutes(10);

/// An office's list in force.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) number: u64,
    /// Encoded `Signed<StaffList>`.
    pub(crate) signed: Zeroizing<Vec<u8>>,
}

/// An office's newest list.
enum Newest {
    /// It says who works there now, and holds for long enough.
    Good(InForce),
    Due(Due),
}

/// What the next list is made of.
struct Due {
    people: Vec<Member>,
    digest: Hash,
    number: u64,
    now: OffsetDateTime,
}

impl Place {
    /// The list of an office as its people are now. Only who makes one waits for others that make one.
    pub(crate) async fn staff_list(&self, office: &OfficeId) -> Result<InForce, FleetError> {
        if let Newest::Good(list) = self.newest(office).await? {
            return Ok(list);
        }
        let _one_at_a_time = self.listing.lock().await;
        loop {
            let due = match self.newest(office).await? {
                Newest::Good(list) => return Ok(list),
                Newest::Due(due) => due,
            };
            match self.issue(office, due).await {
                // Another process made one in the meantime.
                Err(FleetError::Store(StoreError::AlreadyThere { .. })) => {}
                done => return done,
            }
        }
    }

    async fn newest(&self, office: &OfficeId) -> Result<Newest, FleetError> {
        let now = self.now();
        let people = self.store.staff_of_office(office, now).await?;
        let digest = digest(office, &people, &*self.staff_list_key)?;
        let newest = self.store.newest_staff_list(office).await?;
        let last = newest.as_ref().map_or(0, |(head, _)| head.number);
        if let Some((head, signed)) = newest
            && head.people == digest
            && head.from <= now
            && head.until - now > (head.until - head.from) / 2
        {
            let number = head.number;
            return Ok(Newest::Good(InForce { number, signed }));
        }
        Ok(Newest::Due(Due {
            people,
            digest,
            number: last + 1,
            now,
        }))
    }

    async fn issue(&self, office: &OfficeId, due: Due) -> Result<InForce, FleetError> {
        let Due {
            people,
            digest,
            number,
            now,
        } = due;
        let from = now - SLOW_CLOCKS;
        let until = now + Duration::hours(self.section.staff_list_hours.into());
        let act = act_on("sign-staff-list", &format!("staff list {office}/{number}"));
        self.store.audit(&[act.intent(now)]).await?;
        let list = StaffList {
            version: Version,
            issue: Issue {
                number,
                from: timestamp(from)?,
                until: timestamp(until)?,
            },
            office: office.clone(),
            people,
        };
        let signed = sign(list, &self.staff_list_key).await?.encode()?;
        if signed.len() > MAX_LENGTH {
            return Err(dossier::FormError::TooLong {
                what: "staff list",
                length: signed.len(),
                limit: MAX_LENGTH,
            }
            .into());
        }
        let new = NewStaffList {
            office,
            number,
            people: digest,
            signed: &signed,
            from,
            until,
        };
        let outcome = act.outcome(self.now(), "signed, verified, kept");
        self.store
            .add_staff_list(&mut edge::rng(), &new, &[outcome])
            .await?;
        Ok(InForce { number, signed })
    }
}

/// Signs where it may block: a token takes its time.
async fn sign<K: SigningKey + Send + Sync + 'static>(
    list: StaffList,
    key: &Arc<K>,
) -> Result<Signed<StaffList>, FleetError> {
    let key = Arc::clone(key);
    let signing = tokio::task::spawn_blocking(move || Signed::sign(&list, &*key));
    Ok(signing.await.map_err(|_| FleetError::Ending)??)
}

/// Of the people and of the key that signs, so that a list is new only where one of them changed: after another key
/// there is at once a list that the newest configuration verifies.
fn digest<K: SigningKey>(
    office: &OfficeId,
    people: &[Member],
    key: &K,
) -> Result<Hash, FleetError> {
    let second = |seconds| Timestamp::from_seconds(seconds).map_err(|_| FleetError::Clock);
    let list = StaffList {
        version: Version,
        issue: Issue {
            number: 1,
            from: second(0)?,
            until: second(1)?,
        },
        office: office.clone(),
        people: people.to_vec(),
    };
    let mut bytes = list.encode()?.to_vec();
    bytes.extend(KeyId::of(key.spki()).as_bytes());
    Ok(Hash::of(&bytes))
}

/// A time as stations read it.
pub(super) fn timestamp(at: OffsetDateTime) -> Result<Timestamp, FleetError> {
    Timestamp::from_seconds(at.unix_timestamp()).map_err(|_| FleetError::Clock)
}

#[cfg(test)]
mod tests;
