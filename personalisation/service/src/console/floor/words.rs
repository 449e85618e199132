//! Why attempts are given up, in the reader's language.

use pages::{Id, Speech};
use personalisation_core::attempt::ScrapReason as Reason;

/// In words; a reason of a newer program shows its name.
pub(in crate::console) fn scrap_reason(speech: Speech<'_>, name: &str) -> String {
    Reason::from_name(name).map_or_else(|| name.to_owned(), |reason| speech.text(id(reason)))
}

const fn id(reason: Reason) -> Id {
    match reason {
        Reason::ChipKeysUnknown => Id("scrap-chip-keys-unknown"),
        Reason::ChipLifeCycle => Id("scrap-chip-life-cycle"),
        Reason::ChipRefused => Id("scrap-chip-refused"),
        Reason::ChipRemoved => Id("scrap-chip-removed"),
        Reason::ChipSilent => Id("scrap-chip-silent"),
        Reason::MemoryMismatch => Id("scrap-memory-mismatch"),
        Reason::ReadBackFailed => Id("scrap-read-back-failed"),
        Reason::PrintSpoiled => Id("scrap-print-spoiled"),
        Reason::ExitInspectionFailed => Id("scrap-exit-inspection-failed"),
        Reason::OrderInvalid => Id("scrap-order-invalid"),
        Reason::SigningRefused => Id("scrap-signing-refused"),
        Reason::SignatureInvalid => Id("scrap-signature-invalid"),
        Reason::TooManyTries => Id("scrap-too-many-tries"),
        Reason::InspectionFailed => Id("scrap-inspection-failed"),
    }
}
