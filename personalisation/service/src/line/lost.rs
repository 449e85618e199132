//! `personalisation line lost-machine`: somebody says that a machine does not come back, and what lies in it is given up.

use std::time::Duration;

use evidence::entry::Act;
use personalisation_core::{ids::ActId, machine::MachineSerial};
use personalisation_store::{
    Store, StoreError,
    line::{LostCard, MachineLoss},
};
use rand::CryptoRng;
use thiserror::Error;
use time::OffsetDateTime;

/// What the audit says of an earlier try of which nobody recorded the end.
const INTERRUPTED: &str = "interrupted; what lies there now says what was done";

/// Why a machine is not given up. For the person who asked.
#[derive(Debug, Error)]
pub enum LossError {
    /// The login is nobody's.
    #[error("nobody has the login {0}; see `staff list`")]
    Nobody(String),
    /// A worker has one of its attempts, or its line speaks of it.
    #[error(
        "{holder} works at machine {machine}: take [[line.machine]] {machine} out of its configuration, start the \
         line again, and give the machine up once the lease has run out"
    )]
    Worked {
        /// Which worker, or which line.
        holder: String,
        /// Which machine.
        machine: MachineSerial,
    },
    /// The database, or the rules.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives up what lies in a machine, as whoever has that login; a line of text a card. `lease`: how long a line that is silent may
/// be at work there still. The intent is durable before, the outcome stands in the transaction of the change. Where nobody knows
/// whether that took place the intent stays open, and the next try closes it.
pub async fn give_up(
    store: &Store,
    (machine, lease): (MachineSerial, Duration),
    login: &str,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<Vec<String>, LossError> {
    let person = store.person_by_login(login).await?;
    let person = person.ok_or_else(|| LossError::Nobody(login.to_owned()))?;
    let actor = format!("personalisation/line person {}", person.id);
    let object = format!("cards in machine {machine}");
    store.close_acts(&object, INTERRUPTED, now).await?;
    let act = Act::new(
        *ActId::generate(rng).as_bytes(),
        &actor,
        "give-machine-up",
        object,
    );
    store.audit(&[act.intent(now)]).await?;
    let entries = |lost: &[LostCard]| {
        let given_up = lost.iter().filter(|card| card.given_up).count();
        let outcome = format!("{} cards lost, {given_up} attempts given up", lost.len());
        vec![act.outcome(now, outcome)]
    };
    let by = (person.id, lease);
    let refused = match store.lose_machine(machine, by, entries, now).await {
        Ok(MachineLoss::Lost(cards)) => return Ok(cards.iter().map(told).collect()),
        Ok(MachineLoss::Worked { holder }) => LossError::Worked { holder, machine },
        Err(error @ (StoreError::NotPermitted { .. } | StoreError::Stale { .. })) => error.into(),
        Err(unknown) => return Err(unknown.into()),
    };
    let nothing = act.outcome(now, "nothing was changed");
    store.audit(&[nothing]).await?;
    Err(refused)
}

fn told(card: &LostCard) -> String {
    let (id, chip) = (card.attempt.id(), card.attempt.binding());
    let chip = chip.map_or_else(String::new, |binding| format!(" chip {}", binding.chip));
    let ended = if card.given_up {
        "given up"
    } else {
        "had ended before"
    };
    let then = card.doubt.map_or_else(String::new, |doubt| {
        format!(
            ", its remake is on hold: {doubt}, then `order release {}`",
            id.order
        )
    });
    format!("{id}{chip} missing; {ended}{then}")
}
