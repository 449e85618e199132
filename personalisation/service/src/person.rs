//! Whom applications and orders are about, and what was paid: as keyed hashes, which only equal each other
//! (docs/review.md). Also the keys of what was stored before each person had two.

use dossier::{ApplicationId, Body as _, Dossier, NationalNumber, dossier::DocumentType};
use evidence::entry::Act;
use icao9303::lds::Dg11;
use personalisation_core::{
    ids::{ActId, OrderId},
    person::{Key, Person},
};
use personalisation_store::{Store, StoreError, order::ContentKind, review::DossierPart};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::{edge, order::Identity};

/// Rows read at once.
const BATCH: u32 = 200;

/// What somebody is called, when they were born, and of which State they are.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// Primary identifier.
    pub surname: &'a str,
    /// Secondary identifier; may be empty.
    pub given_names: &'a str,
    /// As eight digits, zeros for what is not known.
    pub birth: u32,
    /// As the MRZ writes it.
    pub nationality: &'a str,
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Naming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Naming(redacted)")
    }
}

/// Somebody under both keys, or under the naming's where no number is known.
pub fn known_as(
    store: &Store,
    naming: Naming<'_>,
    number: Option<&str>,
) -> Result<Person, StoreError> {
    let number = number.map(|number| numbered(store, number)).transpose()?;
    // As near to each other as two clerks would type them.
    let plain = Zeroizing::new(format!(
        "person\0{}\0{}\0{}\0{}",
        *letters(naming.surname),
        *letters(naming.given_names),
        naming.birth,
        naming.nationality,
    ));
    Ok(Person::new(store.person_key(plain.as_bytes())?, number))
}

/// Whom a dossier is about.
pub fn of_dossier(store: &Store, dossier: &Dossier) -> Result<Person, StoreError> {
    let identity = &dossier.identity;
    let naming = Naming {
        surname: identity.surname.value.as_str(),
        given_names: identity.given_names.value.as_str(),
        birth: identity.date_of_birth.value.number(),
        nationality: identity.nationality.value.as_str(),
    };
    let number = identity.national_number.as_ref();
    known_as(store, naming, number.map(|number| number.value.as_str()))
}

/// The key of a national number.
pub fn with_number(store: &Store, number: &NationalNumber) -> Result<Key, StoreError> {
    numbered(store, number.as_str())
}

fn numbered(store: &Store, number: &str) -> Result<Key, StoreError> {
    let plain = Zeroizing::new(format!("number\0{number}"));
    store.person_key(plain.as_bytes())
}

/// The key of what a dossier was paid by: a reference of its office, however grouped and written. None where nothing was
/// paid.
pub fn payment(store: &Store, dossier: &Dossier) -> Result<Option<Key>, StoreError> {
    let payment = &dossier.payment;
    if payment.fee == 0 {
        return Ok(None);
    }
    let written = payment.reference.as_str().trim();
    let mut reference = letters(written);
    if reference.is_empty() {
        // Nothing but signs: they are the reference.
        reference.push_str(written);
    }
    let plain = Zeroizing::new(format!("{}\0{}", dossier.office, *reference));
    store.payment_key(plain.as_bytes()).map(Some)
}

/// Letters and digits alone, without accents, in capitals.
fn letters(text: &str) -> Zeroizing<String> {
    Zeroizing::new(
        text.nfkd()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect(),
    )
}

/// Gives every application and order from before migration 10 the keys that it lacks. Safe to run at any time, by any
/// number of programs, and to be killed; what cannot be opened is named and left for the next start. That identities were
/// opened stands in the audit.
pub async fn complete(store: &Store) -> Result<(), StoreError> {
    let lacking = !store.applications_to_know(None, 1).await?.is_empty()
        || !store.orders_to_know(None, 1).await?.is_empty();
    if !lacking {
        return Ok(());
    }
    let act = Act::new(
        *ActId::generate(&mut edge::rng()).as_bytes(),
        "personalisation",
        "complete-person-keys",
        "applications and orders from before migration 10".to_owned(),
    );
    store.audit(&[act.intent(edge::now())]).await?;
    let done = complete_all(store).await;
    let outcome = match &done {
        Ok(()) => "all that could be opened have their keys",
        Err(_) => "interrupted: the next start goes on",
    };
    store.audit(&[act.outcome(edge::now(), outcome)]).await?;
    done
}

async fn complete_all(store: &Store) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let batch = store.applications_to_know(after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(*last);
        for id in batch {
            match complete_application(store, id).await {
                Err(error @ (StoreError::Seal { .. } | StoreError::BadRow { .. })) => {
                    tracing::error!(%error, application = %id, "an application's keys cannot be made");
                }
                done => done?,
            }
        }
    }
    let mut after = None;
    loop {
        let batch = store.orders_to_know(after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(*last);
        for id in batch {
            match complete_order(store, id).await {
                Err(error @ (StoreError::Seal { .. } | StoreError::BadRow { .. })) => {
                    tracing::error!(%error, order = %id, "an order's keys cannot be made");
                }
                done => done?,
            }
        }
    }
    Ok(())
}

async fn complete_application(store: &Store, id: ApplicationId) -> Result<(), StoreError> {
    let (mut person, mut payments) = (Person::default(), Vec::new());
    for hash in store.dossiers_of(id).await? {
        // What was erased keeps the one key that it has.
        let Some(text) = store.dossier_part(hash, DossierPart::Text).await? else {
            continue;
        };
        let dossier = Dossier::decode(&text).map_err(|_| StoreError::BadRow {
            table: "review_content",
            column: "sealed",
            row: hash.to_string(),
        })?;
        person.merge(&of_dossier(store, &dossier)?);
        payments.extend(payment(store, &dossier)?);
    }
    store.know_application(id, &person, &payments).await
}

async fn complete_order(store: &Store, id: OrderId) -> Result<(), StoreError> {
    let damaged = || StoreError::BadRow {
        table: "order_content",
        column: "sealed",
        row: id.to_string(),
    };
    let mut person = Person::default();
    if let Some(identity) = store.order_content(id, ContentKind::Identity).await? {
        let identity = Identity::decode(&identity).map_err(|_| damaged())?;
        let more = store.order_content(id, ContentKind::Dg11).await?;
        let more = more.map(|file| Dg11::parse(&file));
        let more = more.transpose().map_err(|_| damaged())?;
        let number = more.and_then(|more| more.personal_number);
        person = known_as(store, identity.naming(), number.as_deref())?;
    }
    // The line makes nothing else.
    store
        .know_order(id, &person, DocumentType::IdentityCard)
        .await
}
