//! The people of the house: one for each page, so that whoever watches can sign in as any of them.

use crate::demo::DemoError;
use crate::demo::counter::Counter;
use crate::house::{Centre, Floor, Member};

/// Login, name, role, whether at the counter's office, and what there is to see.
const PEOPLE: [(&str, &str, &str, bool, &str); 8] = [
    (
        "you-clerk",
        "Clara You",
        "clerk",
        true,
        "clerk's pages: /today",
    ),
    (
        "you-supervisor",
        "Simone You",
        "supervisor",
        false,
        "console: /review",
    ),
    (
        "you-operator",
        "Otto You",
        "operator",
        false,
        "console: /floor",
    ),
    (
        "you-inspector",
        "Ines You",
        "inspector",
        false,
        "console: /quality/inspect",
    ),
    (
        "you-stock",
        "Steve You",
        "stock_keeper",
        false,
        "console: /stock",
    ),
    (
        "you-dispatcher",
        "Diane You",
        "dispatcher",
        false,
        "console: /shipping",
    ),
    (
        "you-auditor",
        "Aude You",
        "auditor",
        false,
        "console: /oversight",
    ),
    (
        "you-administrator",
        "Adam You",
        "administrator",
        false,
        "console: /staff",
    ),
];

/// Who may sign in.
#[derive(Debug)]
pub struct Staff(Vec<(Member, &'static str)>);

impl Staff {
    /// Hires everybody.
    pub(super) fn hire(counter: &Counter, at: (&Centre, &Floor)) -> Result<Self, DemoError> {
        let hire = |&(login, name, role, at_office, see)| {
            Ok((counter.hire(at, (login, name), role, at_office)?, see))
        };
        PEOPLE.iter().map(hire).collect::<Result<_, _>>().map(Self)
    }

    /// Everybody, with what there is to see for them.
    pub fn members(&self) -> impl Iterator<Item = (&Member, &'static str)> {
        self.0.iter().map(|(member, see)| (member, *see))
    }
}
