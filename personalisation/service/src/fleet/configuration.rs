//! Configurations: a person edits a draft, the token signs it, stations pull it.

use std::collections::BTreeMap;

use dossier::{Configuration, Signed};
use personalisation_store::{Store, fleet::NewConfiguration};
use time::{Duration, OffsetDateTime};

use super::{
    FleetError, FleetSection, Place, config,
    draft::Draft,
    first,
    staff_list::{SLOW_CLOCKS, timestamp},
    taking_in::act_on,
};

/// The longest configuration that a station is sent, in bytes.
pub const MAX_LENGTH: usize = 2 << 20;

impl Place {
    /// The newest configuration as a draft to edit; where there is none, the first one to begin with.
    pub async fn configuration_draft(&self) -> Result<String, FleetError> {
        let newest = self.store.newest_configuration().await?;
        match newest {
            Some((_, signed)) => Draft::of(&self.verified(&signed)?).to_text(),
            None => Ok(first::NOTES.to_owned() + &Draft::first(self)?.to_text()?),
        }
    }

    /// Signs a draft as the next configuration, which holds from now on. Returns its number.
    pub async fn sign_configuration(&self, draft: &str) -> Result<u64, FleetError> {
        let newest = self.store.newest_configuration().await?;
        let number = newest.map_or(0, |(number, _)| number) + 1;
        let now = self.now();
        let draft = Draft::from_text(draft)?;
        let (from, until) = (now - SLOW_CLOCKS, now + Duration::days(draft.days.into()));
        let configuration = draft.configuration(number, timestamp(from)?, timestamp(until)?)?;
        self.names_our_keys(&configuration, now)?;
        let act = act_on("sign-configuration", &format!("configuration {number}"));
        self.store.audit(&[act.intent(now)]).await?;
        let signed = Signed::sign(&configuration, &self.configuration_key)?.encode()?;
        if signed.len() > MAX_LENGTH {
            return Err(dossier::FormError::TooLong {
                what: "configuration",
                length: signed.len(),
                limit: MAX_LENGTH,
            }
            .into());
        }
        let new = NewConfiguration {
            number,
            signed: &signed,
            from,
            until,
        };
        let outcome = act.outcome(self.now(), "signed, verified, kept");
        self.store.add_configuration(&new, &[outcome], now).await?;
        Ok(number)
    }

    /// A configuration that does not name the keys it is used with would lock every station out.
    fn names_our_keys(
        &self,
        configuration: &Configuration,
        now: OffsetDateTime,
    ) -> Result<(), FleetError> {
        let now = timestamp(now)?;
        let ours = dossier::SigningKey::spki;
        for (what, keys, spki) in [
            (
                "configuration_keys",
                &configuration.configuration_keys,
                ours(&self.configuration_key),
            ),
            (
                "staff_list_keys",
                &configuration.staff_list_keys,
                dossier::SigningKey::spki(&*self.staff_list_key),
            ),
        ] {
            let named = keys
                .iter()
                .any(|key| key.spki.as_bytes() == spki && key.holds(now));
            if !named {
                return Err(FleetError::Draft(format!(
                    "{what} do not name the key in use now; stations would refuse what it signs"
                )));
            }
        }
        Ok(())
    }

    fn verified(&self, signed: &[u8]) -> Result<Configuration, FleetError> {
        verified(signed, dossier::SigningKey::spki(&self.configuration_key))
    }
}

/// What was signed for stations, for those who only read it.
#[derive(Debug)]
pub(crate) struct Configurations {
    store: Store,
    key: Vec<u8>,
}

impl Configurations {
    /// None where the section names no public key.
    pub(crate) fn of(section: &FleetSection, store: &Store) -> Result<Option<Self>, FleetError> {
        let path = section.configuration_public_key.as_ref();
        let key = path.map(|path| config::read(path)).transpose()?;
        let store = store.clone();
        Ok(key.map(|key| Self { store, key }))
    }

    /// What the configuration of a number says, a line each, by subject; none where there is no such one.
    pub(crate) async fn lines(
        &self,
        number: u64,
    ) -> Result<Option<BTreeMap<String, Vec<String>>>, FleetError> {
        let signed = self.store.configuration(number).await?;
        let signed = signed.map(|signed| Draft::of(&verified(&signed, &self.key)?).lines());
        signed.transpose()
    }
}

fn verified(signed: &[u8], key: &[u8]) -> Result<Configuration, FleetError> {
    let signed = Signed::<Configuration>::decode(signed)?;
    match signed.verify(key) {
        Ok(configuration) => Ok(configuration),
        // Signed by the key before ours: still the text to begin with, and read by a person.
        Err(dossier::signed::SignatureError::OtherKey { .. }) => Ok(signed.danger_unverified()?),
        Err(error) => Err(error.into()),
    }
}
