//! What the checks found, in words: one phrase a detail, in every language.

use pages::{Id, Speech};
use personalisation_core::application::Detail;

/// What a check names beside its outcome.
pub(super) fn all(speech: Speech<'_>, details: &[Detail]) -> String {
    let words: Vec<String> = details
        .iter()
        .map(|detail| speech.text(words(*detail)))
        .collect();
    words.join(", ")
}

/// The phrase of a detail.
#[expect(clippy::too_many_lines, reason = "one line a detail")]
pub(super) const fn words(detail: Detail) -> Id {
    match detail {
        Detail::Surname => Id("identity-surname"),
        Detail::GivenNames => Id("identity-given-names"),
        Detail::Sex => Id("identity-sex"),
        Detail::DateOfBirth => Id("identity-birth"),
        Detail::Nationality => Id("identity-nationality"),
        Detail::PlaceOfBirth => Id("identity-place"),
        Detail::Residence => Id("detail-residence"),
        Detail::Nobody => Id("detail-nobody"),
        Detail::NoNationalNumber => Id("detail-no-number"),
        Detail::NoRegister => Id("detail-no-register"),
        Detail::RegisterTimedOut => Id("detail-register-late"),
        Detail::RegisterRefused => Id("detail-register-refused"),
        Detail::RegisterTooOften => Id("detail-register-too-often"),
        Detail::RegisterUnreachable => Id("detail-register-unreachable"),
        Detail::RegisterWrongPerson => Id("detail-register-wrong"),
        Detail::RegisterMalformed => Id("detail-register-malformed"),
        Detail::Valid => Id("detail-valid"),
        Detail::Ordered => Id("detail-ordered"),
        Detail::ReportedLost => Id("detail-reported-lost"),
        Detail::ReportedStolen => Id("detail-reported-stolen"),
        Detail::NotReported => Id("detail-not-reported"),
        Detail::Revoked => Id("detail-revoked"),
        Detail::Picture => Id("detail-picture"),
        Detail::NoFace => Id("detail-no-face"),
        Detail::SingleFace => Id("measure-single-face"),
        Detail::InterEyeDistance => Id("measure-inter-eye-distance"),
        Detail::HeadSize => Id("measure-head-size"),
        Detail::CropLeft => Id("measure-crop-left"),
        Detail::CropRight => Id("measure-crop-right"),
        Detail::MarginAbove => Id("measure-margin-above"),
        Detail::MarginBelow => Id("measure-margin-below"),
        Detail::Yaw => Id("measure-yaw"),
        Detail::Pitch => Id("measure-pitch"),
        Detail::Roll => Id("measure-roll"),
        Detail::EyesOpen => Id("measure-eyes-open"),
        Detail::MouthClosed => Id("measure-mouth-closed"),
        Detail::NeutralExpression => Id("measure-neutral-expression"),
        Detail::LuminanceMean => Id("measure-luminance-mean"),
        Detail::LuminanceVariance => Id("measure-luminance-variance"),
        Detail::UnderExposure => Id("measure-under-exposure"),
        Detail::OverExposure => Id("measure-over-exposure"),
        Detail::DynamicRange => Id("measure-dynamic-range"),
        Detail::IlluminationUniformity => Id("measure-illumination-uniformity"),
        Detail::Shadow => Id("measure-shadow"),
        Detail::Glare => Id("measure-glare"),
        Detail::RedEye => Id("measure-red-eye"),
        Detail::NaturalColour => Id("measure-natural-colour"),
        Detail::BackgroundUniformity => Id("measure-background-uniformity"),
        Detail::Occlusion => Id("measure-occlusion"),
        Detail::Sharpness => Id("measure-sharpness"),
        Detail::Compression => Id("measure-compression"),
        Detail::Record => Id("detail-record"),
        Detail::Size => Id("detail-size"),
        Detail::Hands => Id("detail-hands"),
        Detail::RidgeArea => Id("measure-ridge-area"),
        Detail::ClearArea => Id("measure-clear-area"),
        Detail::Contrast => Id("measure-contrast"),
        Detail::RidgeFrequency => Id("measure-ridge-frequency"),
        Detail::Coherence => Id("measure-coherence"),
        Detail::DryShare => Id("measure-dry-share"),
        Detail::WetShare => Id("measure-wet-share"),
        Detail::SmearedShare => Id("measure-smeared-share"),
        Detail::CentreOffset => Id("measure-centre-offset"),
        Detail::Alike => Id("detail-alike"),
        Detail::Portrait => Id("measures-portrait"),
        Detail::Fingers => Id("detail-fingers"),
        Detail::StationQuarantined => Id("detail-station"),
        Detail::Always => Id("detail-always"),
        Detail::ForcedCapture => Id("referral-forced-capture"),
        Detail::ManualIdentity => Id("detail-manual"),
        Detail::MissingFinger => Id("facts-missing"),
        Detail::Representative => Id("facts-representative"),
        Detail::LossOrTheft => Id("detail-loss-or-theft"),
        Detail::Missing => Id("detail-missing"),
        Detail::NotInRegister => Id("detail-not-in-register"),
        Detail::Fee => Id("detail-fee"),
        Detail::NoFeeKnown => Id("detail-no-fee"),
        Detail::ReferenceUsed => Id("detail-reference-used"),
        Detail::Ground => Id("detail-ground"),
        Detail::CapturedAt => Id("detail-captured-at"),
        Detail::SignIn => Id("detail-sign-in"),
        Detail::Summary => Id("detail-summary"),
        Detail::Information => Id("detail-information"),
        Detail::Age => Id("detail-age"),
        Detail::Collection => Id("detail-collection"),
        Detail::ResidencePermit => Id("detail-residence-permit"),
        Detail::Clock => Id("detail-clock"),
        Detail::NameLine => Id("detail-name-line"),
        Detail::ResidenceTitle => Id("detail-residence-title"),
        Detail::DocumentType => Id("detail-document-type"),
        Detail::Identity => Id("detail-identity"),
        Detail::Signature => Id("detail-signature"),
        Detail::Card => Id("detail-card"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use biometrics::{face, finger};
    use pages::{Language, Texts};

    use super::*;

    #[test]
    fn every_detail_has_a_phrase_of_its_own_in_every_language() {
        let texts = Texts::new(crate::console::MESSAGES).unwrap();
        for language in Language::ALL {
            let speech = texts.speak(language);
            let mut phrases = BTreeSet::new();
            for detail in Detail::ALL {
                let phrase = speech.text(words(*detail));
                assert!(!phrase.is_empty(), "{detail:?} {language:?}");
                assert_ne!(phrase, detail.name(), "{language:?}");
                assert!(
                    !phrase.contains(words(*detail).0),
                    "{detail:?} {language:?}"
                );
                assert!(phrases.insert(phrase), "{detail:?} {language:?}");
            }
        }
    }

    #[test]
    fn every_measure_that_a_check_takes_is_a_detail() {
        let portrait = face::Measure::ALL.map(face::Measure::name);
        let fingers = finger::Measure::ALL.map(finger::Measure::name);
        for name in portrait.into_iter().chain(fingers) {
            assert!(Detail::named(name).is_some(), "{name}");
        }
    }
}
