//! Portrait and fingers, measured again here: what a station says about them is not believed.

use biometrics::{
    face::{self, check::Limits},
    finger::{self, SAME_FINGER, Template, check::Limit, compare},
    iso19794::finger::FingerRecord,
    wsq::{self, DecodeLimits},
};
use dossier::{
    Label,
    configuration::Subject,
    dossier::{Bound, FingerImage},
};
use personalisation_core::{
    application::{Detail, Finding, Referral},
    fingers,
    rules::Rules,
};

use super::{Question, all_or};
use crate::review::order;

/// Thousandths, as the configuration has values.
const THOUSAND: i64 = 1000;

/// Every measure of the portrait against the limit of the configuration, or the default.
pub(super) fn portrait(check: &face::Check, question: &Question<'_>) -> Finding {
    let refer = |detail| Finding::refer(Referral::Quality, vec![detail]);
    let Ok(verdict) = check.file(question.dossier.portrait.picture.as_bytes()) else {
        return refer(Detail::Picture);
    };
    if verdict.faces == 0 {
        return refer(Detail::NoFace);
    }
    let defaults = Limits::default();
    let failed = verdict.outcomes.iter().filter(|outcome| {
        let least = threshold(question, outcome.measure.name())
            .unwrap_or_else(|| defaults.least(outcome.measure));
        outcome.value.is_none_or(|value| value < least)
    });
    all_or(
        Referral::Quality,
        failed
            .map(|outcome| measure(outcome.measure.name()))
            .collect(),
    )
}

/// A measure as a detail. Each is one (a test walks them); the picture stands for one that were not.
fn measure(name: &str) -> Detail {
    Detail::named(name).unwrap_or(Detail::Picture)
}

/// The least quality that the configuration asks of a measure.
fn threshold(question: &Question<'_>, measure: &str) -> Option<u8> {
    let label = Label::new(measure).ok()?;
    let threshold = question
        .configuration
        .threshold(Subject::Portrait, &label)?;
    u8::try_from(threshold.limit.value / THOUSAND).ok()
}

/// Which fingers there must be, and each one's ridges.
pub(super) fn fingers(question: &Question<'_>) -> Finding {
    let dossier = question.dossier;
    let parts = order::parts(dossier, question.issuer);
    let Ok(parts) = parts else {
        return Finding::refer(Referral::Quality, vec![Detail::Record]);
    };
    let given: Vec<_> = parts.fingers.iter().map(|given| given.finger).collect();
    let mut details = Vec::new();
    let rules = Rules::of(dossier.document_type, &question.issuer.permits.policy());
    if fingers::check(&rules, &given, &parts.missing, question.ages()).is_err() {
        details.push(Detail::Hands);
    }
    for image in &dossier.fingers {
        details.extend(ridges(question, image.record.as_bytes()));
    }
    details.sort_unstable();
    details.dedup();
    all_or(Referral::Quality, details)
}

/// The measures that a finger misses.
fn ridges(question: &Question<'_>, record: &[u8]) -> Vec<Detail> {
    let Some(picture) = picture(record) else {
        return vec![Detail::Record];
    };
    let Ok(measured) = finger::measure(&picture, 500) else {
        return vec![Detail::Size];
    };
    let mut limits = finger::Limits::default();
    for measure in finger::Measure::ALL {
        let label = Label::new(measure.name()).ok();
        let threshold =
            label.and_then(|label| question.configuration.threshold(Subject::Finger, &label));
        if let Some(threshold) = threshold {
            // Thousandths of any measure fit.
            #[expect(clippy::cast_precision_loss, reason = "limits have few digits")]
            let value = threshold.limit.value as f64 / THOUSAND as f64;
            let limit = match threshold.limit.bound {
                Bound::AtLeast => Limit::AtLeast(value),
                Bound::AtMost => Limit::AtMost(value),
            };
            limits.set(measure, Some(limit));
        }
    }
    let verdict = limits.judge(&measured);
    let failed = verdict.outcomes.iter().filter(|outcome| !outcome.passed);
    failed
        .map(|outcome| measure(outcome.measure.name()))
        .collect()
}

/// Two fingers are two: neither way round do they look like one.
pub(super) fn fingers_differ(question: &Question<'_>) -> Finding {
    let [one, other] = &question.dossier.fingers[..] else {
        return Finding::passed();
    };
    let template = |image: &FingerImage| Template::of(&picture(image.record.as_bytes())?, 500).ok();
    let (Some(one), Some(other)) = (template(one), template(other)) else {
        // Nobody can tell: a person looks.
        return Finding::refer(Referral::SameFinger, vec![Detail::Record]);
    };
    let score = compare(&one, &other)
        .value()
        .max(compare(&other, &one).value());
    let detail = if is_same(question, score) {
        vec![Detail::Alike]
    } else {
        Vec::new()
    };
    all_or(Referral::SameFinger, detail)
}

/// Whether a score says that two fingers are one: by the threshold that the counter held it against, too.
fn is_same(question: &Question<'_>, score: f64) -> bool {
    let label = Label::new("same-finger").ok();
    let threshold = label.and_then(|label| {
        let subject = Subject::FingerComparison;
        question.configuration.threshold(subject, &label)
    });
    match threshold.map(|threshold| threshold.limit) {
        // Thousandths of any score fit.
        #[expect(clippy::cast_precision_loss, reason = "limits have few digits")]
        Some(limit) if limit.bound == Bound::AtMost => score > limit.value as f64 / THOUSAND as f64,
        _ => score >= SAME_FINGER,
    }
}

/// Nothing was captured against its measure, and the station is trusted.
pub(super) fn capture(question: &Question<'_>) -> Finding {
    let dossier = question.dossier;
    let mut forced = Vec::new();
    if dossier.portrait.forced.is_some() {
        forced.push(Detail::Portrait);
    }
    if dossier.fingers.iter().any(|finger| finger.forced.is_some()) {
        forced.push(Detail::Fingers);
    }
    match all_or(Referral::ForcedCapture, forced) {
        passed if passed == Finding::passed() && question.quarantined => {
            Finding::refer(Referral::ByRule, vec![Detail::StationQuarantined])
        }
        finding => finding,
    }
}

/// The picture of a finger's record.
fn picture(record: &[u8]) -> Option<image::GrayImage> {
    let record = FingerRecord::parse(record).ok()?;
    let decoded = wsq::decode(&record.wsq, &DecodeLimits::default()).ok()?;
    Some(decoded.image)
}
