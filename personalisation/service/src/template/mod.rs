//! Versions of templates: proposed and approved by people, at the console or at the command line (docs/templates.md).

pub mod command;

use std::fmt;

use dossier::{PersonId, dossier::DocumentType, staff::Role};
use evidence::entry::Act;
use personalisation_core::{
    attempt::Digest,
    ids::ActId,
    template::{TemplateError, TemplateKey, TemplateRecord},
};
use personalisation_store::{Store, StoreError, review::names};
use rand::CryptoRng;
use thiserror::Error;
use time::OffsetDateTime;

use crate::faces::templates;

/// Why a template does not become what somebody wants. For the person who asked.
#[derive(Debug, Error)]
pub enum TemplateDeskError {
    /// Their role is another.
    #[error("templates are proposed and approved by administrators and supervisors of the centre")]
    NotAllowed,
    /// This program has no such version.
    #[error("this program has no {0}; see `template list`")]
    NoSuch(Name),
    /// It is proposed with a content that this program does not have, so that nobody saw its specimen here.
    #[error(
        "approving a template: this program has another content of {0} than was proposed, and cannot draw its specimen; approve with the release that has it"
    )]
    OtherContent(Name),
    /// The rules, or the database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is done with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Propose what this program has.
    Propose,
    /// Approve what has that digest.
    Approve(Digest),
}

/// A version in words: `luxembourg residence_permit 1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub TemplateKey);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.0;
        let document = names::document_type(key.document);
        write!(f, "{} {document} {}", key.issuer_profile, key.version)
    }
}

/// The document type of that name.
pub fn document(name: &str) -> Option<DocumentType> {
    [DocumentType::IdentityCard, DocumentType::ResidencePermit]
        .into_iter()
        .find(|document| names::document_type(*document) == name)
}

/// A digest of 64 hexadecimal digits.
pub fn digest(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Digest(bytes))
}

/// Whether the specimen of that content is what this program draws.
pub fn is_drawn_here(key: &TemplateKey, content: Digest) -> bool {
    let mut ours = templates().iter();
    ours.any(|template| template.key == *key && template.digest == content)
}

/// Proposes or approves, as somebody whose roles are looked up here. The intent is durable before, the outcome stands in the
/// transaction of the change.
pub async fn carry_out(
    store: &Store,
    key: &TemplateKey,
    wish: Wish,
    (by, actor): (PersonId, &str),
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<TemplateRecord, TemplateDeskError> {
    let roles = store.roles_at_centre(by, now).await?;
    let allowed = [Role::Administrator, Role::Supervisor];
    if !roles.iter().any(|role| allowed.contains(role)) {
        return Err(TemplateDeskError::NotAllowed);
    }
    let name = Name(key.clone());
    let (verb, object) = match wish {
        Wish::Propose => ("propose-template", format!("template {name}")),
        Wish::Approve(_) => ("approve-template", format!("template {name}")),
    };
    let act = Act::new(*ActId::generate(rng).as_bytes(), actor, verb, object);
    store.audit(&[act.intent(now)]).await?;
    let done = match wish {
        Wish::Propose => {
            let mut ours = templates().iter();
            match ours.find(|template| template.key == *key) {
                Some(template) => {
                    let outcome = [act.outcome(now, hex::encode(template.digest.0))];
                    let proposed = store.propose_template(template, by, &outcome, now).await;
                    proposed.map_err(Into::into)
                }
                None => Err(TemplateDeskError::NoSuch(name)),
            }
        }
        Wish::Approve(seen) if !is_drawn_here(key, seen) => Err(not_drawn(store, key, seen).await),
        Wish::Approve(seen) => {
            let outcome = [act.outcome(now, hex::encode(seen.0))];
            let approved = store.approve_template(key, seen, by, &outcome, now).await;
            approved.map_err(Into::into)
        }
    };
    if done.is_err() {
        store
            .audit(&[act.outcome(now, "nothing was changed")])
            .await?;
    }
    done
}

/// Why nobody approves here what this program does not draw.
async fn not_drawn(store: &Store, key: &TemplateKey, content: Digest) -> TemplateDeskError {
    match store.templates().await {
        Ok(known) => {
            let mut known = known.iter().map(|record| &record.template);
            if known.any(|one| one.key == *key && one.digest == content) {
                TemplateDeskError::OtherContent(Name(key.clone()))
            } else {
                StoreError::Template(TemplateError::Changed).into()
            }
        }
        Err(error) => error.into(),
    }
}
