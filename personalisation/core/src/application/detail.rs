//! What the checks say beside their outcome: names of fields, measures and facts, never their values. One word for one
//! thing, and each has words in every language.

/// Declares the details once: variants, their names in the database, and the list of all of them.
macro_rules! details {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a check names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Detail {
            $($(#[$doc])* $variant,)*
        }

        impl Detail {
            /// Every detail.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the database.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

details! {
    /// The surname.
    Surname = "surname",
    /// The given names.
    GivenNames = "given-names",
    /// The sex.
    Sex = "sex",
    /// The date of birth.
    DateOfBirth = "date-of-birth",
    /// The nationality.
    Nationality = "nationality",
    /// The place of birth.
    PlaceOfBirth = "place-of-birth",
    /// The person has left the country.
    Residence = "residence",
    /// Nobody has the number.
    Nobody = "nobody",
    /// There is no number to ask about.
    NoNationalNumber = "no-national-number",
    /// No register is configured.
    NoRegister = "no-register",
    /// No answer in time.
    RegisterTimedOut = "register-timed-out",
    /// The register does not talk to us.
    RegisterRefused = "register-refused",
    /// The register was asked too often.
    RegisterTooOften = "register-too-often",
    /// The register cannot be reached.
    RegisterUnreachable = "register-unreachable",
    /// The answer is about another number.
    RegisterWrongPerson = "register-wrong-person",
    /// The answer cannot be read.
    RegisterMalformed = "register-malformed",
    /// Another document is valid.
    Valid = "valid",
    /// A card was ordered without an application.
    Ordered = "ordered",
    /// The register has it as lost.
    ReportedLost = "reported-lost",
    /// The register has it as stolen.
    ReportedStolen = "reported-stolen",
    /// The register has it as valid.
    NotReported = "not-reported",
    /// The register has it as revoked.
    Revoked = "revoked",
    /// The portrait cannot be read.
    Picture = "picture",
    /// The portrait shows no face.
    NoFace = "no-face",
    /// A measure of the portrait.
    SingleFace = "single-face",
    /// A measure of the portrait.
    InterEyeDistance = "inter-eye-distance",
    /// A measure of the portrait.
    HeadSize = "head-size",
    /// A measure of the portrait.
    CropLeft = "crop-left",
    /// A measure of the portrait.
    CropRight = "crop-right",
    /// A measure of the portrait.
    MarginAbove = "margin-above",
    /// A measure of the portrait.
    MarginBelow = "margin-below",
    /// A measure of the portrait.
    Yaw = "yaw",
    /// A measure of the portrait.
    Pitch = "pitch",
    /// A measure of the portrait.
    Roll = "roll",
    /// A measure of the portrait.
    EyesOpen = "eyes-open",
    /// A measure of the portrait.
    MouthClosed = "mouth-closed",
    /// A measure of the portrait.
    NeutralExpression = "neutral-expression",
    /// A measure of the portrait.
    LuminanceMean = "luminance-mean",
    /// A measure of the portrait.
    LuminanceVariance = "luminance-variance",
    /// A measure of the portrait.
    UnderExposure = "under-exposure",
    /// A measure of the portrait.
    OverExposure = "over-exposure",
    /// A measure of the portrait.
    DynamicRange = "dynamic-range",
    /// A measure of the portrait.
    IlluminationUniformity = "illumination-uniformity",
    /// A measure of the portrait.
    Shadow = "shadow",
    /// A measure of the portrait.
    Glare = "glare",
    /// A measure of the portrait.
    RedEye = "red-eye",
    /// A measure of the portrait.
    NaturalColour = "natural-colour",
    /// A measure of the portrait.
    BackgroundUniformity = "background-uniformity",
    /// A measure of the portrait.
    Occlusion = "occlusion",
    /// A measure of the portrait.
    Sharpness = "sharpness",
    /// A measure of the portrait.
    Compression = "compression",
    /// A finger cannot be read.
    Record = "record",
    /// A finger's picture has no size that can be measured.
    Size = "size",
    /// A hand gave neither finger nor reason, or too many.
    Hands = "hands",
    /// A measure of a finger.
    RidgeArea = "ridge-area",
    /// A measure of a finger.
    ClearArea = "clear-area",
    /// A measure of a finger.
    Contrast = "contrast",
    /// A measure of a finger.
    RidgeFrequency = "ridge-frequency",
    /// A measure of a finger.
    Coherence = "coherence",
    /// A measure of a finger.
    DryShare = "dry-share",
    /// A measure of a finger.
    WetShare = "wet-share",
    /// A measure of a finger.
    SmearedShare = "smeared-share",
    /// A measure of a finger.
    CentreOffset = "centre-offset",
    /// Two fingers look like one.
    Alike = "alike",
    /// The portrait.
    Portrait = "portrait",
    /// The fingers.
    Fingers = "fingers",
    /// The station is under quarantine.
    StationQuarantined = "station-quarantined",
    /// A second person is asked for always.
    Always = "always",
    /// A capture was forced.
    ForcedCapture = "forced-capture",
    /// The identity was typed.
    ManualIdentity = "manual-identity",
    /// A finger is missing.
    MissingFinger = "missing-finger",
    /// Somebody else applied.
    Representative = "representative",
    /// The old document is lost or stolen.
    LossOrTheft = "loss-or-theft",
    /// There is no representative.
    Missing = "missing",
    /// The register names other representatives.
    NotInRegister = "not-in-register",
    /// The fee is not that of the configuration.
    Fee = "fee",
    /// The configuration has no fee for it.
    NoFeeKnown = "no-fee-known",
    /// The payment's reference paid for another application.
    ReferenceUsed = "reference-used",
    /// Ground and old document do not go together.
    Ground = "ground",
    /// Captured before the sign-in or after the dossier was made.
    CapturedAt = "captured-at",
    /// The clerk's sign-in is too old, or later.
    SignIn = "sign-in",
    /// The summary was confirmed before the last capture.
    Summary = "summary",
    /// The information text is not that of the configuration.
    Information = "information",
    /// The age is none that somebody has.
    Age = "age",
    /// The office of collection is none.
    Collection = "collection",
    /// A residence permit for somebody who moves freely.
    ResidencePermit = "residence-permit",
    /// The station's clock was not measured.
    Clock = "clock",
    /// The name line is not the rule's.
    NameLine = "name-line",
    /// The dossier does not say what the decision on residence grants.
    ResidenceTitle = "residence-title",
    /// No card of the type was made when it was checked.
    DocumentType = "document-type",
    /// The identity makes no card.
    Identity = "identity",
    /// The signature makes no card, or is missing.
    Signature = "signature",
    /// The card cannot be put together.
    Card = "card",
}

impl Detail {
    /// The detail of a name; none if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|detail| detail.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Detail;

    #[test]
    fn one_word_for_one_thing() {
        let names: BTreeSet<_> = Detail::ALL.iter().map(|detail| detail.name()).collect();
        assert_eq!(names.len(), Detail::ALL.len());
        for detail in Detail::ALL {
            assert_eq!(Detail::named(detail.name()), Some(*detail));
            assert!(!detail.name().contains(' '), "{detail:?}");
        }
    }
}
