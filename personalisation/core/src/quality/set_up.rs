//! Set-ups of machines: after a change of ribbon or template one card is made, and the others wait until a person approved it.

use crate::attempt::AttemptId;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A new ribbon or film was put in; a machine's first one too.
    Ribbon,
    /// Another template, or another version of it, is printed.
    Template,
}

impl Cause {
    /// The name in the database and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ribbon => "ribbon",
            Self::Template => "template",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ribbon, Self::Template]
            .into_iter()
            .find(|cause| cause.name() == name)
    }
}

/// How a machine is set up since its last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// What changed.
    pub cause: Cause,
    /// The card that is, or was, its first article; none while it has none, or the last one was rejected.
    pub article: Option<AttemptId>,
    /// Whether a person approved that card.
    pub approved: bool,
}

/// Whether a machine may print a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// As one of many.
    Print,
    /// As the first article: it is looked at before any other card is printed.
    PrintFirstArticle,
    /// Not now: a person has to approve the first article before.
    Wait,
}

impl SetUp {
    /// Whether a card may be printed under this set-up.
    pub fn leave(&self, card: AttemptId) -> Leave {
        match (self.approved, self.article) {
            // Asked again after a crash, an article stays one.
            (_, Some(article)) if article == card => Leave::PrintFirstArticle,
            (true, _) => Leave::Print,
            (false, None) => Leave::PrintFirstArticle,
            (false, Some(_)) => Leave::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::AttemptNumber, ids::OrderId};

    #[test]
    fn one_card_is_printed_and_the_others_wait_for_its_approval() {
        let card = |byte| AttemptId {
            order: OrderId::from_bytes([byte; 16]),
            attempt: AttemptNumber::FIRST,
        };
        let mut set_up = SetUp {
            cause: Cause::Ribbon,
            article: None,
            approved: false,
        };
        assert_eq!(set_up.leave(card(1)), Leave::PrintFirstArticle);
        set_up.article = Some(card(1));
        assert_eq!(set_up.leave(card(1)), Leave::PrintFirstArticle);
        assert_eq!(set_up.leave(card(2)), Leave::Wait);
        set_up.approved = true;
        assert_eq!(set_up.leave(card(2)), Leave::Print);
        assert_eq!(set_up.leave(card(1)), Leave::PrintFirstArticle);
        for cause in [Cause::Ribbon, Cause::Template] {
            assert_eq!(Cause::from_name(cause.name()), Some(cause));
        }
    }
}
