//! Notices: which moves of an application its applicant is told in writing, and by which way.

use super::{ApplicationState, WithdrawalReason};

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// The applicant must come again.
    MoreNeeded,
    /// The application is refused.
    Refused,
    /// The application is withdrawn.
    Withdrawn,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::MoreNeeded, Self::Refused, Self::Withdrawn];

    /// The name in the database: that of the state which it tells.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MoreNeeded => "more_needed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// How a notice reaches whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A letter to the address that the applicant gave.
    Letter,
    /// No address is known: the office where it was captured hands it over.
    Office,
    /// Nobody is there to be told.
    Nobody,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Letter, Self::Office, Self::Nobody];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Office => "office",
            Self::Nobody => "nobody",
        }
    }

    /// The way to whom `state` is told. Nothing is written to the dead: whose application ends by death
    /// is told to their representative, and to nobody where they had none.
    pub const fn of(state: &ApplicationState, represented: bool, address: bool) -> Self {
        let died = match state {
            ApplicationState::Withdrawn(_, withdrawal) => {
                matches!(withdrawal.reason, WithdrawalReason::Death)
            }
            _ => false,
        };
        if died && !represented {
            Self::Nobody
        } else if address {
            Self::Letter
        } else {
            Self::Office
        }
    }
}

impl ApplicationState {
    /// What its applicant is told of having come into this state.
    pub const fn notice(&self) -> Option<NoticeKind> {
        match self {
            Self::MoreNeeded(..) => Some(NoticeKind::MoreNeeded),
            Self::Refused(..) => Some(NoticeKind::Refused),
            Self::Withdrawn(..) => Some(NoticeKind::Withdrawn),
            Self::Held(_)
            | Self::Accepted(_)
            | Self::Verified(..)
            | Self::InReview(..)
            | Self::Approved(..)
            | Self::Closed(_) => None,
        }
    }
}
