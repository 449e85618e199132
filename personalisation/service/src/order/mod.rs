//! Orders: `personalisation order add` checks everything about one applicant and queues the order.

mod error;
mod file;
mod identity;
mod parts;
mod permit;
mod pictures;
mod section;
pub(crate) mod ticket;

use std::path::Path;

pub use error::{OrderError, PictureOf};
use evidence::entry::Act;
use icao9303::{
    lds::{Dg11, FullName},
    mrz::PartialDate,
};
pub(crate) use identity::line_by_rule;
pub use identity::{Identity, IdentityError};
use key_custody::Token;
use personalisation_core::{
    attempt::Attempt,
    fingers::{self, Hand, MissingReason},
    ids::{ActId, OrderId},
    national_number::NationalNumber,
    rules::{Duty, PermitPolicy, Rules},
    template::TemplateKey,
};
use personalisation_store::{
    StoreError,
    order::{ContentKind, NewOrder},
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub use self::{
    file::OrderFile,
    parts::{GivenFinger, Parts, Stated, StatedPermit},
    section::PermitSection,
};
use crate::{
    config::Config,
    faces::{Faces, Holder, templates},
    person,
};

const ACTOR: &str = "personalisation/order";

/// The content of an order, ready to be stored: the identity, and the data groups that no blank
/// changes.
pub struct Prepared {
    /// What DG1 and DG12 are made of.
    pub identity: Identity,
    /// The holder's number, where it is known.
    pub national_number: Option<NationalNumber>,
    /// DG2, DG3, DG7 where there is a signature, DG11: whole files.
    pub files: Vec<(ContentKind, Zeroizing<Vec<u8>>)>,
}

impl Prepared {
    /// What is printed on the card.
    pub fn holder(&self) -> Result<Holder, IdentityError> {
        let file = |wanted| {
            let found = self.files.iter().find(|(kind, _)| *kind == wanted);
            found.map(|(_, file)| &file[..])
        };
        let dg2 = file(ContentKind::Dg2).ok_or(IdentityError::Stored("DG2"))?;
        self.identity
            .holder(dg2, file(ContentKind::Dg7), file(ContentKind::Dg11))
    }
}

/// Adds the order in `file`; nothing is stored unless everything is right.
pub async fn add(
    config: &Config,
    file: &Path,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<OrderId, OrderError> {
    let profile = config.issuer_profile();
    let order = OrderFile::load(file)?;
    if order.issuer_profile != profile.name {
        return Err(OrderError::IssuerProfile {
            ordered: order.issuer_profile,
        });
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let store = config.open_store().await?;
    let printable = store.printable_templates(templates()).await?;
    let parts = order.parts(folder, &config.residence_permit)?;
    let permits = config.residence_permit.policy();
    let prepared = prepare_parts(&parts, (&permits, &printable), now, rng)?;
    let document_type = prepared.identity.document();
    let number = prepared
        .national_number
        .as_ref()
        .map(NationalNumber::as_str);
    let person = person::known_as(&store, prepared.identity.naming(), number)?;
    // Said before the token signs anything; the transaction looks again.
    store.no_live_order(&person, document_type).await?;
    let Prepared {
        identity, files, ..
    } = prepared;
    let id = OrderId::generate(rng);
    let token = Token::open(&config.ticket_token())?;
    let key = token.find_ec(&config.tokens.tickets.key)?;
    let asked = ticket::Asked {
        order: id,
        document: document_type,
    };
    let ticket = ticket::issue(&token, &key, config, asked, &ticket::digests(&files), now)?;
    let mut content = files;
    content.push((ContentKind::Identity, identity.encode()?));
    content.push((ContentKind::Ticket, Zeroizing::new(ticket.encode())));
    let order = NewOrder {
        id,
        issuer_profile: profile.name,
        added_by: ACTOR,
        person: &person,
        document_type,
        destination: order.document.destination.as_ref(),
        express: order.document.express,
        content: &content,
    };
    let act = Act::new(
        *ActId::generate(rng).as_bytes(),
        ACTOR,
        "add-order",
        format!("order {id}"),
    );
    let entries = [act.intent(now), act.outcome(now, "queued")];
    store.add_order(rng, &order, &entries, now).await?;
    Ok(id)
}

/// What a person decides about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Stop it.
    Hold,
    /// Let it go on.
    Release,
    /// End it for good.
    Cancel,
}

/// Holds, releases or cancels the newest attempt at an order, on which nobody may be working; but what a worker has in
/// its hands can be cancelled too, and ends at its next step before the lock. The attempt as it is then.
pub async fn decide(
    config: &Config,
    order: OrderId,
    decision: Decision,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<Attempt, OrderError> {
    let store = config.open_store_without_fingers().await?;
    let newest = store.attempts(order).await?.pop();
    let from = newest.ok_or(OrderError::Unknown { order })?;
    let (act, to) = match decision {
        Decision::Hold => ("hold-order", from.clone().hold()?),
        Decision::Release => ("release-order", from.clone().resume()?),
        Decision::Cancel => ("cancel-order", from.clone().cancel()?),
    };
    let act = Act::new(
        *ActId::generate(rng).as_bytes(),
        ACTOR,
        act,
        format!("order {order}"),
    );
    let entries = [act.intent(now), act.outcome(now, to.state().name())];
    match store.decide(&from, &to, &entries, now).await {
        Err(StoreError::Stale { .. }) if decision == Decision::Cancel => {
            let entries = [act.intent(now), act.outcome(now, "ends at its next step")];
            store.want_cancel(from.id(), &entries, now).await?;
            Ok(from)
        }
        done => done.map(|()| to).map_err(Into::into),
    }
}

/// Checks an order and makes the data groups; reads the pictures it names. Where no centre says by what is printed, it must be
/// printable by the newest version of the template.
pub fn prepare(
    order: &OrderFile,
    folder: &Path,
    permits: &PermitSection,
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Prepared, OrderError> {
    let parts = order.parts(folder, permits)?;
    prepare_parts(&parts, (&permits.policy(), &[]), now, rng)
}

/// Checks what an order is made of, and makes the data groups. `printable`: by what cards are bound at the line, of each State's
/// document type one; where nothing is approved yet, the newest version of the template counts.
pub fn prepare_parts(
    parts: &Parts,
    (permits, printable): (&PermitPolicy, &[TemplateKey]),
    now: OffsetDateTime,
    rng: &mut impl CryptoRng,
) -> Result<Prepared, OrderError> {
    let stated = &parts.stated;
    let (identity, national_number) =
        Identity::check(stated, permits, now.date(), temporary(&parts.missing))?;
    let (ages, rules) = (identity.ages(), Rules::of(identity.document(), permits));
    let given: Vec<_> = parts.fingers.iter().map(|given| given.finger).collect();
    fingers::check(&rules, &given, &parts.missing, ages)?;
    let dg2 = pictures::portrait(&parts.portrait)?;
    let dg3 = pictures::fingers(&parts.fingers, rng)?;
    let mut files = vec![(ContentKind::Dg2, dg2), (ContentKind::Dg3, dg3)];
    match &parts.signature {
        Some(signature) => files.push((ContentKind::Dg7, pictures::signature(signature)?)),
        None if rules.signature(ages) == Duty::Obligatory => {
            let from = rules.signature_from();
            return Err(OrderError::NoSignature { from });
        }
        None => {}
    }
    let dg11 = Dg11 {
        full_name: Some(
            FullName::from_visual(&stated.surname, &stated.given_names)
                .map_err(OrderError::FullName)?,
        ),
        personal_number: national_number
            .as_ref()
            .map(|number| number.as_str().to_owned()),
        date_of_birth: Some(identity.date_of_birth()).filter(|date| *date != PartialDate::Unknown),
        place_of_birth: stated.place_of_birth.clone(),
        ..Dg11::default()
    };
    let dg11 = dg11.encode().map_err(OrderError::File)?;
    files.push((ContentKind::Dg11, Zeroizing::new(dg11)));
    let prepared = Prepared {
        identity,
        national_number,
        files,
    };
    // What cannot be printed is told now: at the line there is nobody to ask.
    let profile = prepared.identity.issuer_profile()?;
    let document = prepared.identity.document();
    let mut printable = printable.iter();
    let approved =
        printable.find(|key| key.issuer_profile == profile.name && key.document == document);
    let version = approved.map(|key| key.version);
    Faces::prepare_by(&profile, prepared.holder()?, version)?;
    Ok(prepared)
}

/// Whether a finger is missing for a time only: the card is then valid for at most a year.
pub fn temporary(missing: &[(Hand, MissingReason)]) -> bool {
    let mut reasons = missing.iter().map(|(_, reason)| *reason);
    reasons.any(|reason| reason == MissingReason::Temporary)
}

/// Personal data: only how much there is is shown.
impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lengths: Vec<_> = self
            .files
            .iter()
            .map(|(kind, file)| (kind, file.len()))
            .collect();
        f.debug_struct("Prepared")
            .field("files", &lengths)
            .finish_non_exhaustive()
    }
}
