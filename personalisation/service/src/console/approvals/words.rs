//! What asks for a second person, in words.

use dossier::configuration::Occasion;
use pages::Id;

pub(super) const fn occasion(occasion: Occasion) -> Id {
    match occasion {
        Occasion::Always => Id("occasion-always"),
        Occasion::ForcedCapture => Id("occasion-forced-capture"),
        Occasion::ManualIdentity => Id("occasion-manual-identity"),
        Occasion::MissingFinger => Id("occasion-missing-finger"),
        Occasion::Representative => Id("occasion-representative"),
        Occasion::LossOrTheft => Id("occasion-loss-or-theft"),
    }
}
