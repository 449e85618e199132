//! Templates of printed faces: a version is proposed by one person, approved by two others, and frozen once a card was printed by it.

use dossier::{PersonId, dossier::DocumentType};
use thiserror::Error;

use crate::attempt::Digest;

/// So many persons approve a version, none of them its proposer.
pub const APPROVALS: usize = 2;

/// Which version of which template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateKey {
    /// Name of the issuer profile.
    pub issuer_profile: String,
    /// What is printed by it.
    pub document: DocumentType,
    /// From 1.
    pub version: u32,
}

/// A version as a program has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Which.
    pub key: TemplateKey,
    /// SHA-256 of all that it is made of.
    pub digest: Digest,
}

/// Where a version's digest came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In use before approvals were recorded: it stands without.
    Founding,
    /// Proposed by somebody.
    Proposed(PersonId),
}

/// A version as the centre knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRecord {
    /// Which, and what it is made of.
    pub template: Template,
    /// Who proposed it.
    pub origin: Origin,
    /// Who approved it, first one first.
    pub approvals: Vec<PersonId>,
    /// What was proposed before under the same number, was approved by somebody, and is not what it is made of now.
    pub former: Vec<Digest>,
    /// Whether a card was bound to it: nothing of it changes any more.
    pub used: bool,
}

/// Why a version does not become what somebody wants. For the person who asked.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// It was made by the same person.
    #[error("approving a template: you proposed it; two others must approve it")]
    Proposer,
    /// The same person once more.
    #[error("approving a template: you approved it already; somebody else must be the second")]
    Twice,
    /// There are enough.
    #[error("approving a template: it is approved")]
    Approved,
    /// Not what the approver looked at.
    #[error("approving a template: it was proposed anew since you looked at it; look again")]
    Changed,
    /// A card was made by it.
    #[error(
        "proposing a template: cards were made by this version, which is frozen; give the change a version of its own"
    )]
    Frozen,
    /// It was approved by somebody, and then replaced: who approved it may be who proposes it now.
    #[error(
        "proposing a template: this content was approved before under this number, and replaced since; give it a version of its own"
    )]
    Former,
    /// Nothing new.
    #[error("proposing a template: it is proposed already as it is")]
    Same,
}

/// Why no card is printed by a version. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TemplateRefusal {
    /// Nobody proposed it.
    #[error("nobody proposed this version")]
    Unknown,
    /// Approvals are missing.
    #[error("{} of {APPROVALS} approvals are there", .0)]
    Unapproved(usize),
    /// The program has something else than was approved.
    #[error("this program has another content than was approved")]
    Differs,
    /// A version is approved that the program does not have.
    #[error("this program does not have the version that is approved; another line may")]
    NotHere,
}

impl TemplateRecord {
    /// A new version, or a change of one by which no card was made: approvals begin anew.
    pub fn propose(
        before: Option<&Self>,
        template: Template,
        by: PersonId,
    ) -> Result<Self, TemplateError> {
        match before {
            Some(record) if record.template.digest == template.digest => {
                return Err(TemplateError::Same);
            }
            Some(record) if record.is_frozen() => {
                return Err(TemplateError::Frozen);
            }
            Some(record) if record.former.contains(&template.digest) => {
                return Err(TemplateError::Former);
            }
            _ => {}
        }
        let former = before.map_or_else(Vec::new, |record| {
            let approved = !record.approvals.is_empty();
            let replaced = approved.then_some(record.template.digest);
            record.former.iter().copied().chain(replaced).collect()
        });
        Ok(Self {
            template,
            origin: Origin::Proposed(by),
            approvals: Vec::new(),
            former,
            used: false,
        })
    }

    /// Approves what has that digest.
    pub fn approve(mut self, by: PersonId, seen: Digest) -> Result<Self, TemplateError> {
        if seen != self.template.digest {
            return Err(TemplateError::Changed);
        }
        if self.is_approved() {
            return Err(TemplateError::Approved);
        }
        if self.origin == Origin::Proposed(by) {
            return Err(TemplateError::Proposer);
        }
        if self.approvals.contains(&by) {
            return Err(TemplateError::Twice);
        }
        self.approvals.push(by);
        Ok(self)
    }

    /// Whether cards may be printed by it.
    pub fn is_approved(&self) -> bool {
        self.origin == Origin::Founding || self.approvals.len() >= APPROVALS
    }

    /// Whether nothing of it changes any more: a card was made by it, or had been before approvals were recorded.
    pub fn is_frozen(&self) -> bool {
        self.used || self.origin == Origin::Founding
    }

    /// Whether a program whose version has that digest may print by it.
    pub fn may_print(&self, digest: Digest) -> Result<(), TemplateRefusal> {
        if !self.is_approved() {
            return Err(TemplateRefusal::Unapproved(self.approvals.len()));
        }
        if digest == self.template.digest {
            Ok(())
        } else {
            Err(TemplateRefusal::Differs)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PersonId = PersonId::from_bytes([1; 16]);
    const BOB: PersonId = PersonId::from_bytes([2; 16]);
    const EVE: PersonId = PersonId::from_bytes([3; 16]);

    fn template(digest: u8) -> Template {
        Template {
            key: TemplateKey {
                issuer_profile: "luxembourg".to_owned(),
                document: DocumentType::ResidencePermit,
                version: 2,
            },
            digest: Digest([digest; 32]),
        }
    }

    fn proposed() -> TemplateRecord {
        TemplateRecord::propose(None, template(7), ADA).unwrap()
    }

    #[test]
    fn two_others_approve_and_nobody_twice() {
        let seen = Digest([7; 32]);
        let proposed = proposed();
        let refused = proposed.clone().approve(ADA, seen);
        assert_eq!(refused, Err(TemplateError::Proposer));
        assert_eq!(
            proposed.may_print(seen),
            Err(TemplateRefusal::Unapproved(0))
        );
        let once = proposed.approve(BOB, seen).unwrap();
        assert_eq!(once.may_print(seen), Err(TemplateRefusal::Unapproved(1)));
        assert_eq!(once.clone().approve(BOB, seen), Err(TemplateError::Twice));
        let other = Digest([8; 32]);
        assert_eq!(
            once.clone().approve(EVE, other),
            Err(TemplateError::Changed)
        );
        let twice = once.approve(EVE, seen).unwrap();
        assert_eq!(twice.may_print(seen), Ok(()));
        assert_eq!(twice.may_print(other), Err(TemplateRefusal::Differs));
        let late = twice.approve(PersonId::from_bytes([4; 16]), seen);
        assert_eq!(late, Err(TemplateError::Approved));
    }

    #[test]
    fn a_change_begins_anew_until_a_card_was_made() {
        let seen = Digest([7; 32]);
        let approved = proposed().approve(BOB, seen).unwrap();
        let approved = approved.approve(EVE, seen).unwrap();
        let propose = |record: &TemplateRecord, digest| {
            TemplateRecord::propose(Some(record), template(digest), EVE)
        };
        assert_eq!(propose(&approved, 7), Err(TemplateError::Same));
        let changed = propose(&approved, 8).unwrap();
        assert_eq!((changed.approvals.len(), changed.is_approved()), (0, false));
        // What Bob and Eve approved does not come back with their approvals.
        assert_eq!(propose(&changed, 7), Err(TemplateError::Former));
        let used = TemplateRecord {
            used: true,
            ..approved
        };
        assert_eq!(propose(&used, 8), Err(TemplateError::Frozen));
        let founding = TemplateRecord {
            origin: Origin::Founding,
            approvals: Vec::new(),
            ..used
        };
        assert_eq!(founding.may_print(seen), Ok(()));
        assert_eq!(propose(&founding, 8), Err(TemplateError::Frozen));
    }
}
