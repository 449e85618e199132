//! Our own programs on the fleet's page: how long the certificate of each lasts. Whoever has none left calls nobody, and is
//! called by nobody.

use key_custody::tls::ENDS_SOON;
use pages::{
    Id, Speech,
    component::{Cell, Column, Table},
    http::Problem,
};
use time::{Duration, OffsetDateTime};

use super::{Desk, days_left};
use crate::console::view::{age, failed, moment};

/// A program that said nothing for so long does not run any more.
const GONE: Duration = Duration::days(3);

/// What the role in a certificate is called; roles that are none of ours show themselves.
fn role(role: &str) -> Option<Id> {
    Some(match role {
        "intake" => Id("program-intake"),
        "fleet" => Id("program-fleet"),
        "console" => Id("program-console"),
        "line" => Id("program-line"),
        _ => return None,
    })
}

/// Each program that runs, the one whose certificate ends first before the others.
pub(super) async fn table(
    desk: &Desk,
    speech: Speech<'_>,
    now: OffsetDateTime,
) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("programs-program")),
        Column::words(speech.text("programs-name")),
        Column::words(speech.text("programs-ends")),
        Column::words(speech.text("fleet-contact")),
        Column::numbers(speech.text("fleet-certificate")),
    ];
    let mut table = Table::new(speech.text("programs-caption"), columns)
        .or_if_empty(speech.text("programs-none"));
    for program in desk.store.programs(now - GONE).await.map_err(failed)? {
        let said = role(&program.role);
        let left = (program.ends_at - now).whole_days();
        table = table.row([
            Cell::from(said.map_or_else(|| program.role.clone(), |id| speech.text(id))),
            Cell::from(program.name.as_str()),
            Cell::from(moment(speech, program.ends_at)),
            Cell::from(age(speech, program.seen_at, now)),
            Cell::of(&days_left(speech, left, ENDS_SOON + 1)),
        ]);
    }
    Ok(table)
}
