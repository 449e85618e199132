//! The names of what a dossier knows, as ids of messages; devices, the register and portraits speak through here too.

use dossier::configuration::Occasion;
use dossier::dossier::{
    DocumentKind, DocumentType, Finger, Ground, Hand, MissingReason, PriorState, Relation, Sex,
};
use pages::{Id, Speech};

use crate::devices::{DeviceError, Problem};
use crate::register::RegisterError;

/// A document.
pub const fn document(document: DocumentType) -> Id {
    match document {
        DocumentType::IdentityCard => Id("document-identity-card"),
        DocumentType::ResidencePermit => Id("document-residence-permit"),
    }
}

/// A ground.
pub const fn ground(ground: Ground) -> Id {
    match ground {
        Ground::First => Id("ground-first"),
        Ground::Renewal => Id("ground-renewal"),
        Ground::Loss => Id("ground-loss"),
        Ground::Theft => Id("ground-theft"),
        Ground::Correction => Id("ground-correction"),
    }
}

/// A kind of paper.
pub const fn paper(kind: DocumentKind) -> Id {
    match kind {
        DocumentKind::IdentityCard => Id("paper-identity-card"),
        DocumentKind::Passport => Id("paper-passport"),
        DocumentKind::ResidencePermit => Id("paper-residence-permit"),
        DocumentKind::BirthCertificate => Id("paper-birth-certificate"),
        DocumentKind::LossDeclaration => Id("paper-loss-declaration"),
        DocumentKind::Guardianship => Id("paper-guardianship"),
        DocumentKind::ResidenceDecision => Id("paper-residence-decision"),
        DocumentKind::MedicalCertificate => Id("paper-medical-certificate"),
        DocumentKind::Other => Id("paper-other"),
    }
}

/// A finger.
pub const fn finger(finger: Finger) -> Id {
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

/// A hand.
pub const fn hand(hand: Hand) -> Id {
    match hand {
        Hand::Right => Id("hand-right"),
        Hand::Left => Id("hand-left"),
    }
}

/// Why a hand gives none.
pub const fn missing(reason: MissingReason) -> Id {
    match reason {
        MissingReason::Temporary => Id("missing-temporary"),
        MissingReason::Permanent => Id("missing-permanent"),
        MissingReason::Exempt => Id("missing-exempt"),
    }
}

/// What became of the old document.
pub const fn prior(state: PriorState) -> Id {
    match state {
        PriorState::Held => Id("prior-held"),
        PriorState::Returned => Id("prior-returned"),
        PriorState::Lost => Id("prior-lost"),
        PriorState::Stolen => Id("prior-stolen"),
        PriorState::Destroyed => Id("prior-destroyed"),
    }
}

/// What a representative is.
pub const fn relation(relation: Relation) -> Id {
    match relation {
        Relation::Parent => Id("relation-parent"),
        Relation::Guardian => Id("relation-guardian"),
        Relation::Other => Id("relation-other"),
    }
}

/// Sex.
pub const fn sex(sex: Sex) -> Id {
    match sex {
        Sex::Female => Id("sex-female"),
        Sex::Male => Id("sex-male"),
        Sex::Unspecified => Id("sex-unspecified"),
    }
}

/// What asks for a second person.
pub const fn occasion(occasion: Occasion) -> Id {
    match occasion {
        Occasion::Always => Id("occasion-always"),
        Occasion::ForcedCapture => Id("occasion-forced-capture"),
        Occasion::ManualIdentity => Id("occasion-manual-identity"),
        Occasion::MissingFinger => Id("occasion-missing-finger"),
        Occasion::Representative => Id("occasion-representative"),
        Occasion::LossOrTheft => Id("occasion-loss-or-theft"),
    }
}

/// Every way of not being right of a device.
const DEVICE: &[Id] = &[
    Id("device-busy"),
    Id("device-chain-broken"),
    Id("device-certificate-expired"),
    Id("device-certificate-not-yet-valid"),
    Id("device-clock"),
    Id("device-count"),
    Id("device-foreign-callback"),
    Id("device-frame-too-long"),
    Id("device-garbled"),
    Id("device-http-status"),
    Id("device-key-changed"),
    Id("device-key-expired"),
    Id("device-nothing-captured"),
    Id("device-not-ready"),
    Id("device-not-registered"),
    Id("device-not-signed"),
    Id("device-other-device"),
    Id("device-other-kind"),
    Id("device-other-purpose"),
    Id("device-other-transaction"),
    Id("device-other-version"),
    Id("device-record-mismatch"),
    Id("device-record-unreadable"),
    Id("device-said"),
    Id("device-score-missing"),
    Id("device-signature-wrong"),
    Id("device-stream-stalled"),
    Id("device-subtype-repeated"),
    Id("device-subtype-unasked"),
    Id("device-timed-out"),
    Id("device-too-long"),
    Id("device-unplugged"),
    Id("device-unreachable"),
    Id("device-unsupported-version"),
    Id("device-untrusted"),
    Id("device-wrong-algorithm"),
    Id("device-wrong-environment"),
];

/// Why the register gives no answer.
const REGISTER: &[Id] = &[
    Id("register-failed"),
    Id("register-malformed"),
    Id("register-not-found"),
    Id("register-refused"),
    Id("register-timed-out"),
    Id("register-too-often"),
    Id("register-unreachable"),
    Id("register-wrong-person"),
];

/// What to say to an applicant in front of the camera.
const ADVICE: &[Id] = &[
    Id("clean-glass"),
    Id("close-mouth"),
    Id("dry-finger"),
    Id("finger-in-middle"),
    Id("hold-finger-still"),
    Id("moisten-finger"),
    Id("press-flat"),
    Id("come-nearer"),
    Id("even-light"),
    Id("hold-head-upright"),
    Id("hold-still"),
    Id("less-compression"),
    Id("less-light"),
    Id("look-into-camera"),
    Id("look-neutral"),
    Id("lower-chin"),
    Id("more-light"),
    Id("move-down"),
    Id("move-left-in-picture"),
    Id("move-right-in-picture"),
    Id("move-up"),
    Id("no-flash"),
    Id("nobody-else-in-picture"),
    Id("open-eyes"),
    Id("plain-background"),
    Id("raise-chin"),
    Id("remove-glare"),
    Id("step-back"),
    Id("turn-to-picture-left"),
    Id("turn-to-picture-right"),
    Id("uncover-face"),
    Id("white-light"),
];

fn known(ids: &[Id], name: &str) -> Id {
    let found = ids.iter().find(|id| id.0 == name);
    found.copied().unwrap_or(Id("words-unknown"))
}

/// What is wrong with a device: its name, what happened, what to do.
pub fn device(speech: Speech<'_>, error: &DeviceError) -> String {
    let (minutes, number) = match &error.problem {
        Problem::Clock { minutes, .. } => (*minutes, 0),
        Problem::HttpStatus(number) | Problem::Said(number) => (0, *number),
        _ => (0, 0),
    };
    let args = [("minutes", minutes.into()), ("number", number.into())];
    let problem = speech.format(known(DEVICE, error.problem.message_id()), &args);
    let port = error.device.port.to_string();
    let label = error.device.label.clone().unwrap_or_default();
    speech.format(
        "device-problem",
        &[
            ("label", label.into()),
            ("port", port.into()),
            ("problem", problem.into()),
        ],
    )
}

/// Why the register does not answer, and what to do.
pub fn register(speech: Speech<'_>, error: RegisterError) -> String {
    speech.text(known(REGISTER, error.message_id()))
}

/// What to say to the applicant.
pub fn advice(speech: Speech<'_>, name: &str) -> String {
    speech.text(known(ADVICE, name))
}

/// A measure.
pub fn measure(speech: Speech<'_>, name: &str) -> String {
    speech.text(pages::language::measure(name).unwrap_or(Id("words-unknown")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All texts in quotes of a source file that begin so.
    fn quoted<'a>(source: &'a str, beginning: &str) -> Vec<&'a str> {
        let all = source.split('"').skip(1).step_by(2);
        all.filter(|text| text.starts_with(beginning) && !text.contains(' '))
            .collect()
    }

    #[test]
    fn every_problem_of_devices_and_register_has_its_message() {
        let devices = quoted(include_str!("../devices/problem.rs"), "device-");
        assert!(devices.len() >= 37);
        for id in devices {
            assert!(DEVICE.contains(&known(DEVICE, id)), "{id}");
        }
        let register = quoted(include_str!("../register/error.rs"), "register-");
        assert_eq!(register.len(), REGISTER.len());
        for id in register {
            assert!(REGISTER.contains(&known(REGISTER, id)), "{id}");
        }
    }

    #[test]
    fn every_measure_has_its_name() {
        for measure in biometrics::face::Measure::ALL {
            assert_ne!(
                pages::language::measure(measure.name()),
                None,
                "{}",
                measure.name()
            );
        }
        for measure in biometrics::finger::Measure::ALL {
            assert_ne!(
                pages::language::measure(measure.name()),
                None,
                "{}",
                measure.name()
            );
            let advice = ADVICE.iter().any(|id| id.0 == measure.advice());
            assert!(advice, "{}", measure.advice());
        }
    }

    #[test]
    fn every_advice_has_its_words() {
        let files = [
            include_str!("../../biometrics/src/face/check.rs"),
            include_str!("../../biometrics/src/face/crop.rs"),
        ];
        let mut found = 0;
        for file in files {
            for line in file.lines().filter(|line| line.contains("=> \"")) {
                for id in quoted(line, "") {
                    found += 1;
                    assert!(ADVICE.iter().any(|known| known.0 == id), "{id}");
                }
            }
        }
        assert!(found >= 25, "{found}");
    }
}
