//! Configuration and staff list: verified before they are kept, and again when they are used.

use dossier::{
    Body, Configuration, KeyId, Signed, StaffList, Timestamp,
    configuration::PublicKey,
    issue::{IssueError, Known, Numbered},
    signed::SignatureError,
};
use rand::CryptoRng;
use time::OffsetDateTime;
use wire::fleet::{PullRequest, PullResponse, fleet_client::FleetClient};

use super::{FleetError, Standing, kept, kept::timestamp};
use crate::store::issued::Kind;

/// The longest answer: a configuration, a staff list, and their framing.
const LONGEST_ANSWER: usize = (3 << 20) + 64 * 1024;

impl Standing {
    /// The configuration in force; none before the first one came, an error where it ended.
    pub async fn configuration(
        &self,
        now: OffsetDateTime,
    ) -> Result<Option<Configuration>, FleetError> {
        self.in_force(Kind::Configuration, now).await
    }

    /// The staff list of the office in force; none before the first one came, an error where it ended.
    pub async fn staff_list(&self, now: OffsetDateTime) -> Result<Option<StaffList>, FleetError> {
        self.in_force(Kind::StaffList, now).await
    }

    async fn in_force<T: Numbered>(
        &self,
        kind: Kind,
        now: OffsetDateTime,
    ) -> Result<Option<T>, FleetError> {
        let kept = kept::read::<T>(&self.store, kind).await?;
        if let Some(kept) = &kept {
            kept::in_force(kept, timestamp(now)?)?;
        }
        Ok(kept)
    }

    /// Fetches what is newer, verifies it, keeps it. What must not be used is an error, and what was
    /// kept before stays.
    pub async fn pull(
        &self,
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<(), FleetError> {
        let configuration = self.kept::<Configuration>(Kind::Configuration).await?;
        let list = self.kept::<StaffList>(Kind::StaffList).await?;
        let asked = PullRequest {
            configuration_version: number(configuration.as_ref()),
            staff_version: number(list.as_ref()),
        };
        let mut client =
            FleetClient::new(self.channel()?).max_decoding_message_size(LONGEST_ANSWER);
        let answer = client.pull(asked).await?.into_inner();
        self.take(&answer, rng, now).await
    }

    /// Keeps both, each on its own: a configuration that must not be used keeps no staff list out.
    pub async fn take(
        &self,
        answer: &PullResponse,
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<(), FleetError> {
        let configuration = match &*answer.configuration {
            [] => Ok(()),
            bytes => self.take_configuration(bytes, rng, now).await,
        };
        let list = match &*answer.staff {
            [] => Ok(()),
            bytes => self.take_staff_list(bytes, rng, now).await,
        };
        configuration.and(list)
    }

    /// Keeps a configuration, where it is the centre's, in force, and not older than the one kept.
    pub async fn take_configuration(
        &self,
        bytes: &[u8],
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<(), FleetError> {
        let kept = self.kept::<Configuration>(Kind::Configuration).await?;
        let signed = Signed::<Configuration>::decode(bytes).map_err(IssueError::from)?;
        let at = timestamp(now)?;
        let first = self.identity().configuration_key.clone();
        let named = kept.as_ref().and_then(|kept| kept.danger_unverified().ok());
        let named = named.map(|kept| kept.configuration_keys);
        // The key of the first configuration holds until there is one that names others.
        let key = named.map_or_else(
            || Some(first),
            |keys| holding(&keys, signed.key(), at).map(|key| key.spki.as_bytes().to_vec()),
        );
        let key = key.ok_or(FleetError::Issue(IssueError::Signature(
            SignatureError::OtherKey {
                what: Configuration::WHAT,
                named: signed.key(),
            },
        )))?;
        let configuration = signed.verify_issue(&key, at, known(kept.as_ref()))?;
        self.store
            .put_issued(rng, &[(Kind::Configuration, bytes)], now)
            .await?;
        tracing::info!(number = configuration.issue.number, "a newer configuration");
        Ok(())
    }

    /// Keeps a staff list, where the configuration's key signed it, it is of this office, in force, and
    /// not older than the one kept.
    pub async fn take_staff_list(
        &self,
        bytes: &[u8],
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<(), FleetError> {
        let configuration = self.configuration(now).await?;
        let configuration = configuration.ok_or(FleetError::Answer(
            "a staff list came before any configuration",
        ))?;
        let signed = Signed::<StaffList>::decode(bytes).map_err(IssueError::from)?;
        let at = timestamp(now)?;
        let key = holding(&configuration.staff_list_keys, signed.key(), at);
        let key = key.ok_or(FleetError::Issue(IssueError::Signature(
            SignatureError::OtherKey {
                what: StaffList::WHAT,
                named: signed.key(),
            },
        )))?;
        let kept = self.kept::<StaffList>(Kind::StaffList).await?;
        let list = signed.verify_issue(key.spki.as_bytes(), at, known(kept.as_ref()))?;
        if list.office != self.identity().office {
            return Err(FleetError::Answer("a staff list of another office"));
        }
        self.store
            .put_issued(rng, &[(Kind::StaffList, bytes)], now)
            .await?;
        tracing::info!(number = list.issue.number, "a newer staff list");
        Ok(())
    }

    /// Numbers of configuration and staff list; 0 where there is none.
    pub(super) async fn numbers(&self) -> Result<[u64; 2], FleetError> {
        let configuration = self.kept::<Configuration>(Kind::Configuration).await?;
        let list = self.kept::<StaffList>(Kind::StaffList).await?;
        Ok([number(configuration.as_ref()), number(list.as_ref())])
    }

    async fn kept<T: Body>(&self, kind: Kind) -> Result<Option<Signed<T>>, FleetError> {
        let Some(bytes) = self.store.issued(kind).await? else {
            return Ok(None);
        };
        let signed = Signed::decode(&bytes);
        signed
            .map(Some)
            .map_err(|error| IssueError::from(error).into())
    }
}

fn holding(keys: &[PublicKey], named: KeyId, at: Timestamp) -> Option<&PublicKey> {
    keys.iter().find(|key| key.id() == named && key.holds(at))
}

fn number<T: Numbered>(kept: Option<&Signed<T>>) -> u64 {
    known(kept).map_or(0, |known| known.number)
}

fn known<T: Numbered>(kept: Option<&Signed<T>>) -> Option<Known> {
    let kept = kept?;
    let number = kept.danger_unverified().ok()?.issue().number;
    let content = kept.content();
    Some(Known { number, content })
}
