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

/// What a card would be printed with now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InPlace {
    /// Which ribbon is in the machine, as its driver tells one from another; none where it needs none.
    pub ribbon: Option<u64>,
    /// State, document type, version and digest of the template.
    pub template: String,
}

/// How a machine is set up since its last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// What changed.
    pub cause: Cause,
    /// What cards are printed with since.
    pub in_place: InPlace,
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

/// What follows when a machine asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may, or may not; nothing changes.
    Leave(Leave),
    /// The card becomes the first article of the set-up that holds.
    Claim,
    /// A new set-up begins, and the card is its first article.
    Begin(Cause),
}

impl SetUp {
    /// Whether its first article still waits for a person.
    pub const fn waits(&self) -> bool {
        self.article.is_some() && !self.approved
    }
}

/// Whether a card may be printed with what is in place. `last`: the machine's last set-up, if it ever had one; `approved`: whether
/// with this same ribbon a first article of this same template was approved before, at any set-up.
pub fn answer(last: Option<&SetUp>, approved: bool, in_place: &InPlace, card: AttemptId) -> Answer {
    let Some(last) = last else {
        return Answer::Begin(Cause::Ribbon);
    };
    if last.in_place.ribbon != in_place.ribbon {
        return Answer::Begin(Cause::Ribbon);
    }
    match last.article {
        // Asked again after a crash, an article stays one.
        Some(article) if article == card => Answer::Leave(Leave::PrintFirstArticle),
        Some(_) if !last.approved => Answer::Leave(Leave::Wait),
        None if last.in_place == *in_place && !last.approved => Answer::Claim,
        _ if approved => Answer::Leave(Leave::Print),
        _ => Answer::Begin(Cause::Template),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attempt::AttemptNumber, ids::OrderId};

    fn card(byte: u8) -> AttemptId {
        AttemptId {
            order: OrderId::from_bytes([byte; 16]),
            attempt: AttemptNumber::FIRST,
        }
    }

    fn in_place(ribbon: u64, template: &str) -> InPlace {
        InPlace {
            ribbon: Some(ribbon),
            template: template.to_owned(),
        }
    }

    #[test]
    fn one_card_is_printed_and_the_others_wait_for_its_approval() {
        let now = in_place(1_000, "card 1");
        let ask = |last: Option<&SetUp>, approved, byte| answer(last, approved, &now, card(byte));
        assert_eq!(ask(None, false, 1), Answer::Begin(Cause::Ribbon));
        let mut set_up = SetUp {
            cause: Cause::Ribbon,
            in_place: now.clone(),
            article: None,
            approved: false,
        };
        assert_eq!(ask(Some(&set_up), false, 1), Answer::Claim);
        set_up.article = Some(card(1));
        assert!(set_up.waits());
        let again = Answer::Leave(Leave::PrintFirstArticle);
        assert_eq!(ask(Some(&set_up), false, 1), again);
        assert_eq!(ask(Some(&set_up), false, 2), Answer::Leave(Leave::Wait));
        set_up.approved = true;
        assert!(!set_up.waits());
        assert_eq!(ask(Some(&set_up), true, 2), Answer::Leave(Leave::Print));
        assert_eq!(ask(Some(&set_up), true, 1), again);
    }

    #[test]
    fn another_ribbon_or_template_asks_for_another_article() {
        let mut last = SetUp {
            cause: Cause::Ribbon,
            in_place: in_place(1_000, "card 1"),
            article: Some(card(1)),
            approved: true,
        };
        let ribbon = in_place(2_000, "card 1");
        let begin = Answer::Begin(Cause::Ribbon);
        assert_eq!(answer(Some(&last), false, &ribbon, card(2)), begin);
        // Also of the card that was to be the article and met the ribbon's end, and while another one waits.
        last.approved = false;
        assert_eq!(answer(Some(&last), false, &ribbon, card(1)), begin);
        assert_eq!(answer(Some(&last), false, &ribbon, card(2)), begin);
        let template = in_place(1_000, "card 2");
        let wait = Answer::Leave(Leave::Wait);
        assert_eq!(answer(Some(&last), false, &template, card(2)), wait);
        last.approved = true;
        let begin = Answer::Begin(Cause::Template);
        assert_eq!(answer(Some(&last), false, &template, card(2)), begin);
        // Seen before with this ribbon, it need not be seen again.
        let print = Answer::Leave(Leave::Print);
        assert_eq!(answer(Some(&last), true, &template, card(2)), print);
        for cause in [Cause::Ribbon, Cause::Template] {
            assert_eq!(Cause::from_name(cause.name()), Some(cause));
        }
    }

    #[test]
    fn a_set_up_without_an_article_leaves_the_place_to_any_template() {
        let last = SetUp {
            cause: Cause::Template,
            in_place: in_place(1_000, "card 1"),
            article: None,
            approved: false,
        };
        let other = in_place(1_000, "permit 1");
        let begin = Answer::Begin(Cause::Template);
        assert_eq!(answer(Some(&last), false, &other, card(2)), begin);
        let print = Answer::Leave(Leave::Print);
        assert_eq!(answer(Some(&last), true, &other, card(2)), print);
    }
}
