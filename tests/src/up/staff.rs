//! The people of the house: one for each page, so that whoever watches can sign in as any of them.

use crate::demo::counter::Counter;
use crate::house::Member;

/// Login, name, role, and whether they work at the counter's office.
pub(super) const GUESTS: [(&str, &str, &str, bool); 8] = [
    ("you-clerk", "Clara You", "clerk", true),
    ("you-supervisor", "Simone You", "supervisor", false),
    ("you-operator", "Otto You", "operator", false),
    ("you-inspector", "Ines You", "inspector", false),
    ("you-stock", "Steve You", "stock_keeper", false),
    ("you-dispatcher", "Diane You", "dispatcher", false),
    ("you-auditor", "Aude You", "auditor", false),
    ("you-administrator", "Adam You", "administrator", false),
];

/// What there is to see for each of them.
const SEE: [&str; GUESTS.len()] = [
    "clerk's pages: /today",
    "console: /review",
    "console: /floor",
    "console: /quality/inspect",
    "console: /stock",
    "console: /shipping",
    "console: /oversight",
    "console: /staff",
];

/// Who may sign in.
#[derive(Debug)]
pub struct Staff(Vec<(Member, &'static str)>);

impl Staff {
    /// Everybody who was hired beside those who work by themselves.
    pub(super) fn of(counter: &Counter) -> Self {
        let guests = counter.guests().iter().cloned();
        Self(guests.zip(SEE).collect())
    }

    /// Everybody, with what there is to see for them.
    pub fn members(&self) -> impl Iterator<Item = (&Member, &'static str)> {
        self.0.iter().map(|(member, see)| (member, *see))
    }
}
