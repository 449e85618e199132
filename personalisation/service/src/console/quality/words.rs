//! Looks and reasons in the reader's language.

use pages::Id;
use personalisation_core::quality::{Look, Reason};

/// Who looked.
pub(in crate::console) const fn look(look: Look) -> Id {
    match look {
        Look::Machine => Id("look-machine"),
        Look::FirstArticle => Id("look-first-article"),
        Look::Sample => Id("look-sample"),
    }
}

/// Why a card was rejected.
pub(super) const fn reason(reason: Reason) -> Id {
    match reason {
        Reason::Blank => Id("reason-blank"),
        Reason::WrongSide => Id("reason-wrong-side"),
        Reason::Position => Id("reason-position"),
        Reason::Colour => Id("reason-colour"),
        Reason::Portrait => Id("reason-portrait"),
        Reason::MachineReadableZone => Id("reason-machine-readable-zone"),
        Reason::Blemish => Id("reason-blemish"),
        Reason::Text => Id("reason-text"),
        Reason::Surface => Id("reason-surface"),
        Reason::Edge => Id("reason-edge"),
        Reason::Module => Id("reason-module"),
    }
}
