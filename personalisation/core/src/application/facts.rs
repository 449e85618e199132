//! What is known of an application from each state on.

use std::collections::BTreeSet;

use dossier::{Hash, OfficeId, PersonId, StationId, dossier::DocumentType};

/// Sealed bytes that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// Whose connection they came by.
    pub station: StationId,
}

/// What the opened dossier says about its making. Nothing in it is about the applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// The sealed bytes it was opened from, and their station.
    pub held: Held,
    /// Where it was captured.
    pub office: OfficeId,
    /// What is applied for.
    pub document_type: DocumentType,
    /// Everybody who captured it or stood by as second person, recaptures included: none of them
    /// may decide about it.
    pub handled_by: BTreeSet<PersonId>,
    /// Whether a capture was forced although a measure missed its limit.
    pub forced: bool,
}

/// Why a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Referral {
    /// Another application or order for the same person and type is under way.
    AnotherApplication,
    /// The checks passed, but the rules leave this ground to a person.
    ByRule,
    /// The register could not be asked, or does not know the person.
    NotInRegister,
    /// What was typed is not what the register says.
    DiffersFromRegister,
    /// A capture was forced: for a supervisor.
    ForcedCapture,
    /// Portrait or fingers miss a limit when measured here.
    Quality,
    /// The same finger was given as two.
    SameFinger,
    /// A live document that this one does not replace.
    LiveDocument,
    /// The document to be replaced is reported lost or stolen, and was not said to be.
    LostOrStolen,
    /// Fee and payment do not agree.
    Payment,
    /// Dates, age or grounds do not go together.
    Plausibility,
    /// The card's printed faces cannot be made of it.
    Printing,
    /// No second person where the rules ask for one.
    SecondPerson,
    /// A minor's representative is missing.
    Representative,
    /// The register says that the person has died.
    Deceased,
}

impl Referral {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::AnotherApplication,
        Self::ByRule,
        Self::NotInRegister,
        Self::DiffersFromRegister,
        Self::ForcedCapture,
        Self::Quality,
        Self::SameFinger,
        Self::LiveDocument,
        Self::LostOrStolen,
        Self::Payment,
        Self::Plausibility,
        Self::Printing,
        Self::SecondPerson,
        Self::Representative,
        Self::Deceased,
    ];

    /// The name in the database and in message files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AnotherApplication => "another_application",
            Self::ByRule => "by_rule",
            Self::NotInRegister => "not_in_register",
            Self::DiffersFromRegister => "differs_from_register",
            Self::ForcedCapture => "forced_capture",
            Self::Quality => "quality",
            Self::SameFinger => "same_finger",
            Self::LiveDocument => "live_document",
            Self::LostOrStolen => "lost_or_stolen",
            Self::Payment => "payment",
            Self::Plausibility => "plausibility",
            Self::Printing => "printing",
            Self::SecondPerson => "second_person",
            Self::Representative => "representative",
            Self::Deceased => "deceased",
        }
    }

    /// Whether only a supervisor may decide.
    pub const fn needs_supervisor(self) -> bool {
        matches!(self, Self::ForcedCapture | Self::SameFinger)
    }
}

/// What the applicant must come again for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recapture {
    /// A new portrait.
    Portrait,
    /// New fingers.
    Fingers,
    /// A new signature.
    Signature,
    /// Papers to be shown.
    Documents,
    /// Identity data to be confirmed.
    Identity,
}

impl Recapture {
    /// Everything that can be asked for.
    pub const ALL: [Self; 5] = [
        Self::Portrait,
        Self::Fingers,
        Self::Signature,
        Self::Documents,
        Self::Identity,
    ];

    /// The name in the database and in message files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portrait => "portrait",
            Self::Fingers => "fingers",
            Self::Signature => "signature",
            Self::Documents => "documents",
            Self::Identity => "identity",
        }
    }
}

/// Who approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The rules of the configuration with this number.
    ByRule {
        /// Number of the signed configuration.
        configuration: u64,
    },
    /// A person.
    ByPerson(PersonId),
}

/// Why an application is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalGround {
    /// The applicant has no right to this document.
    NotEntitled,
    /// The applicant is not who they say.
    IdentityNotProven,
    /// Another application or document covers it.
    Duplicate,
    /// The applicant did not come again in time.
    NotCompleted,
    /// The fee was not paid.
    NotPaid,
}

impl RefusalGround {
    /// Every ground.
    pub const ALL: [Self; 5] = [
        Self::NotEntitled,
        Self::IdentityNotProven,
        Self::Duplicate,
        Self::NotCompleted,
        Self::NotPaid,
    ];

    /// The name in the database and in message files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotEntitled => "not_entitled",
            Self::IdentityNotProven => "identity_not_proven",
            Self::Duplicate => "duplicate",
            Self::NotCompleted => "not_completed",
            Self::NotPaid => "not_paid",
        }
    }
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub ground: RefusalGround,
    /// Who decided.
    pub by: PersonId,
}

/// Why an application is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawalReason {
    /// The applicant said so, to this member of staff.
    Applicant(PersonId),
    /// The applicant has died, says the register.
    Death,
}

/// A withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Why.
    pub reason: WithdrawalReason,
}
