//! States, reasons, checks and grounds in words: message ids, one for each.

use dossier::dossier::{
    DocumentKind, DocumentType, Finger, Ground, MissingReason, PriorState, Relation, Source,
};
use pages::{
    Id, Speech,
    component::{Tag, Tone},
};
use personalisation_core::application::{Check, Recapture, Referral, RefusalGround};

/// A state, by its name in the database.
pub(in crate::console) fn state(speech: Speech<'_>, name: &str) -> Tag {
    let (tone, id) = match name {
        "held" => (Tone::Waiting, Id("state-held")),
        "accepted" => (Tone::Waiting, Id("state-accepted")),
        "verified" => (Tone::Waiting, Id("state-verified")),
        "in_review" => (Tone::Attention, Id("state-in-review")),
        "more_needed" => (Tone::Waiting, Id("state-more-needed")),
        "approved" => (Tone::Good, Id("state-approved")),
        "closed" => (Tone::Good, Id("state-closed")),
        "refused" => (Tone::Bad, Id("state-refused")),
        _ => (Tone::Neutral, Id("state-withdrawn")),
    };
    Tag::new(tone, speech.text(id))
}

pub(in crate::console) const fn referral(referral: Referral) -> Id {
    match referral {
        Referral::AnotherApplication => Id("referral-another-application"),
        Referral::ByRule => Id("referral-by-rule"),
        Referral::NotInRegister => Id("referral-not-in-register"),
        Referral::DiffersFromRegister => Id("referral-differs-from-register"),
        Referral::ForcedCapture => Id("referral-forced-capture"),
        Referral::Quality => Id("referral-quality"),
        Referral::SameFinger => Id("referral-same-finger"),
        Referral::LiveDocument => Id("referral-live-document"),
        Referral::LostOrStolen => Id("referral-lost-or-stolen"),
        Referral::Payment => Id("referral-payment"),
        Referral::Plausibility => Id("referral-plausibility"),
        Referral::Printing => Id("referral-printing"),
        Referral::SecondPerson => Id("referral-second-person"),
        Referral::Representative => Id("referral-representative"),
        Referral::Deceased => Id("referral-deceased"),
    }
}

pub(super) const fn check(check: Check) -> Id {
    match check {
        Check::Register => Id("check-register"),
        Check::Alive => Id("check-alive"),
        Check::OtherApplication => Id("check-other-application"),
        Check::LiveDocument => Id("check-live-document"),
        Check::LostOrStolen => Id("check-lost-or-stolen"),
        Check::Portrait => Id("check-portrait"),
        Check::Fingers => Id("check-fingers"),
        Check::FingersDiffer => Id("check-fingers-differ"),
        Check::Capture => Id("check-capture"),
        Check::SecondPerson => Id("check-second-person"),
        Check::Representative => Id("check-representative"),
        Check::Payment => Id("check-payment"),
        Check::Plausibility => Id("check-plausibility"),
        Check::Printing => Id("check-printing"),
    }
}

pub(super) const fn recapture(wanted: Recapture) -> Id {
    match wanted {
        Recapture::Portrait => Id("recapture-portrait"),
        Recapture::Fingers => Id("recapture-fingers"),
        Recapture::Signature => Id("recapture-signature"),
        Recapture::Documents => Id("recapture-documents"),
        Recapture::Identity => Id("recapture-identity"),
    }
}

pub(super) const fn refusal(ground: RefusalGround) -> Id {
    match ground {
        RefusalGround::NotEntitled => Id("refusal-not-entitled"),
        RefusalGround::IdentityNotProven => Id("refusal-identity-not-proven"),
        RefusalGround::Duplicate => Id("refusal-duplicate"),
        RefusalGround::NotCompleted => Id("refusal-not-completed"),
        RefusalGround::NotPaid => Id("refusal-not-paid"),
    }
}

pub(in crate::console) const fn document(document: DocumentType) -> Id {
    match document {
        DocumentType::IdentityCard => Id("document-identity-card"),
        DocumentType::ResidencePermit => Id("document-residence-permit"),
    }
}

pub(in crate::console) const fn ground(ground: Ground) -> Id {
    match ground {
        Ground::First => Id("ground-first"),
        Ground::Renewal => Id("ground-renewal"),
        Ground::Loss => Id("ground-loss"),
        Ground::Theft => Id("ground-theft"),
        Ground::Correction => Id("ground-correction"),
    }
}

pub(super) const fn source(source: Source) -> Id {
    match source {
        Source::Register => Id("source-register"),
        Source::Manual => Id("source-manual"),
        Source::Document => Id("source-document"),
    }
}

pub(super) const fn finger(finger: Finger) -> Id {
    match finger {
        Finger::RightThumb => Id("finger-right-thumb"),
        Finger::RightIndex => Id("finger-right-index"),
        Finger::RightMiddle => Id("finger-right-middle"),
        Finger::RightRing => Id("finger-right-ring"),
        Finger::RightLittle => Id("finger-right-little"),
        Finger::LeftThumb => Id("finger-left-thumb"),
        Finger::LeftIndex => Id("finger-left-index"),
        Finger::LeftMiddle => Id("finger-left-middle"),
        Finger::LeftRing => Id("finger-left-ring"),
        Finger::LeftLittle => Id("finger-left-little"),
    }
}

pub(super) const fn missing(reason: MissingReason) -> Id {
    match reason {
        MissingReason::Temporary => Id("missing-temporary"),
        MissingReason::Permanent => Id("missing-permanent"),
        MissingReason::Exempt => Id("missing-exempt"),
    }
}

pub(super) const fn paper(kind: DocumentKind) -> Id {
    match kind {
        DocumentKind::IdentityCard => Id("document-identity-card"),
        DocumentKind::Passport => Id("paper-passport"),
        DocumentKind::ResidencePermit => Id("document-residence-permit"),
        DocumentKind::BirthCertificate => Id("paper-birth-certificate"),
        DocumentKind::LossDeclaration => Id("paper-loss-declaration"),
        DocumentKind::Guardianship => Id("paper-guardianship"),
        DocumentKind::ResidenceDecision => Id("paper-residence-decision"),
        DocumentKind::MedicalCertificate => Id("paper-medical-certificate"),
        DocumentKind::Other => Id("paper-other"),
    }
}

pub(super) const fn prior(state: PriorState) -> Id {
    match state {
        PriorState::Held => Id("prior-held"),
        PriorState::Returned => Id("prior-returned"),
        PriorState::Lost => Id("prior-lost"),
        PriorState::Stolen => Id("prior-stolen"),
        PriorState::Destroyed => Id("prior-destroyed"),
    }
}

pub(super) const fn relation(relation: Relation) -> Id {
    match relation {
        Relation::Parent => Id("relation-parent"),
        Relation::Guardian => Id("relation-guardian"),
        Relation::Other => Id("relation-other"),
    }
}
