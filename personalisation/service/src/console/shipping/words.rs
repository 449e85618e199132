//! Containers and refusals in words.

use pages::{Id, Speech, component::Tone};
use personalisation_core::shipping::{Container, NotFourEyes, PackingError, TakenOut};

/// What it is.
pub(super) const fn container(container: Container) -> Id {
    match container {
        Container::Bag => Id("shipping-bag"),
        Container::Box => Id("shipping-box"),
    }
}

/// Why a card comes out.
pub(super) const fn taken_out(why: TakenOut) -> Id {
    match why {
        TakenOut::Damaged => Id("shipping-out-damaged"),
        TakenOut::Mistaken => Id("shipping-out-mistaken"),
        TakenOut::Repacked => Id("shipping-out-repacked"),
    }
}

/// Why something is not packed, in large words; with how bad it is.
pub(super) fn refusal(speech: Speech<'_>, error: &PackingError) -> (Tone, String) {
    let text = match error {
        PackingError::NoSuchCard => Id("shipping-no-such-card"),
        PackingError::NotReady => Id("shipping-not-ready"),
        PackingError::OtherDestination { card, container } => {
            let names = [
                ("card", card.as_str().into()),
                ("container", container.as_str().into()),
            ];
            let text = speech.format("shipping-other-destination", &names);
            return (Tone::Bad, text);
        }
        PackingError::Elsewhere(_) => Id("shipping-elsewhere"),
        PackingError::Closed(_) => Id("shipping-closed"),
        PackingError::Full => Id("shipping-full"),
        PackingError::NotInside => Id("shipping-not-inside"),
        PackingError::Empty => Id("shipping-empty"),
        PackingError::Count { .. } => Id("shipping-count-differs"),
        PackingError::SealUsed(_) => Id("shipping-seal-used"),
        PackingError::FourEyes(NotFourEyes::SamePerson) => Id("second-error-same"),
        PackingError::FourEyes(NotFourEyes::Packer) => Id("shipping-counter-packed"),
    };
    let tone = match error {
        PackingError::NotReady | PackingError::Full => Tone::Attention,
        _ => Tone::Bad,
    };
    (tone, speech.text(text))
}
