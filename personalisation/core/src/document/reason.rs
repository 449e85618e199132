//! Why a document is not valid, as enums: no free text stands beside a number.

use crate::attempt::ScrapReason;

/// Declares an enum whose variants have a name in the database, in message files and in the docs.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// All.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the database and on pages.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// How a document came away from its holder.
    Loss {
        /// It cannot be found.
        Lost = "lost",
        /// Somebody took it.
        Stolen = "stolen",
    }
}

named! {
    /// In what capacity somebody reported a loss.
    Reporter {
        /// The holder.
        Holder = "holder",
        /// A parent or guardian of the holder.
        Representative = "representative",
        /// The police.
        Police = "police",
        /// An office that found out.
        Office = "office",
    }
}

named! {
    /// Why a document was revoked.
    RevocationReason {
        /// Its holder has a newer one, activated in the same transaction.
        Replaced = "replaced",
        /// It was reported lost or stolen, and seven working days have passed.
        NotFound = "not_found",
        /// The holder has died.
        HolderDied = "holder_died",
        /// The holder gave it back.
        HandedIn = "handed_in",
        /// What it says is wrong.
        Incorrect = "incorrect",
        /// An authority withdrew it.
        Withdrawn = "withdrawn",
    }
}

impl RevocationReason {
    /// Those that a person decides; the others follow from an activation or from days that passed.
    pub const BY_PERSONS: [Self; 4] = [
        Self::HolderDied,
        Self::HandedIn,
        Self::Incorrect,
        Self::Withdrawn,
    ];
}

/// Why a number is void: its card was never finished, or never became its holder's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoidReason {
    /// The attempt failed, or its finished card was given up.
    Scrapped(ScrapReason),
    /// The order was cancelled.
    Cancelled,
    /// The card was lost on its way.
    LostOnTheWay,
    /// Nobody came for it in time.
    NotCollected,
    /// It is found wrong at the counter.
    Defective,
    /// Its holder died before it was handed over.
    HolderDied,
}

impl VoidReason {
    /// Those that a person decides about a finished card.
    pub const BY_PERSONS: [Self; 4] = [
        Self::LostOnTheWay,
        Self::NotCollected,
        Self::Defective,
        Self::HolderDied,
    ];

    /// The name in the database; that of the scrap reason where an attempt ended by one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scrapped(reason) => reason.name(),
            Self::Cancelled => "cancelled",
            Self::LostOnTheWay => "lost_on_the_way",
            Self::NotCollected => "not_collected",
            Self::Defective => "defective",
            Self::HolderDied => "holder_died",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let others = Self::BY_PERSONS.into_iter().chain([Self::Cancelled]);
        let scrapped = ScrapReason::ALL.into_iter().map(Self::Scrapped);
        others.chain(scrapped).find(|one| one.name() == name)
    }
}
