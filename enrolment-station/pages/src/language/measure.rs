//! What is measured of portraits and fingers, in words: one source for whoever captures and whoever reviews.

use super::Id;

/// By the name that each has in records; portraits before fingers.
const MEASURES: &[(&str, Id)] = &[
    ("single-face", Id("measure-single-face")),
    ("inter-eye-distance", Id("measure-inter-eye-distance")),
    ("head-size", Id("measure-head-size")),
    ("crop-left", Id("measure-crop-left")),
    ("crop-right", Id("measure-crop-right")),
    ("margin-above", Id("measure-margin-above")),
    ("margin-below", Id("measure-margin-below")),
    ("yaw", Id("measure-yaw")),
    ("pitch", Id("measure-pitch")),
    ("roll", Id("measure-roll")),
    ("eyes-open", Id("measure-eyes-open")),
    ("mouth-closed", Id("measure-mouth-closed")),
    ("neutral-expression", Id("measure-neutral-expression")),
    ("luminance-mean", Id("measure-luminance-mean")),
    ("luminance-variance", Id("measure-luminance-variance")),
    ("under-exposure", Id("measure-under-exposure")),
    ("over-exposure", Id("measure-over-exposure")),
    ("dynamic-range", Id("measure-dynamic-range")),
    (
        "illumination-uniformity",
        Id("measure-illumination-uniformity"),
    ),
    ("shadow", Id("measure-shadow")),
    ("glare", Id("measure-glare")),
    ("red-eye", Id("measure-red-eye")),
    ("natural-colour", Id("measure-natural-colour")),
    ("background-uniformity", Id("measure-background-uniformity")),
    ("occlusion", Id("measure-occlusion")),
    ("sharpness", Id("measure-sharpness")),
    ("compression", Id("measure-compression")),
    ("ridge-area", Id("measure-ridge-area")),
    ("clear-area", Id("measure-clear-area")),
    ("contrast", Id("measure-contrast")),
    ("ridge-frequency", Id("measure-ridge-frequency")),
    ("coherence", Id("measure-coherence")),
    ("dry-share", Id("measure-dry-share")),
    ("wet-share", Id("measure-wet-share")),
    ("smeared-share", Id("measure-smeared-share")),
    ("centre-offset", Id("measure-centre-offset")),
    ("device-score", Id("measure-device-score")),
];

/// What a measure is called; none for a name that nobody here knows.
#[must_use]
pub fn measure(name: &str) -> Option<Id> {
    let found = MEASURES.iter().find(|(known, _)| *known == name);
    found.map(|(_, id)| *id)
}
