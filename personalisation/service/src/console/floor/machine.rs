//! Machines on the floor's page: the state by word, shape and colour, and what somebody must do there.

use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{Notification, Tag, Tone},
    http::Problem,
};
use personalisation_store::line::MachineSeen;
use time::{Duration, OffsetDateTime};

use super::sign_on;
use crate::console::{
    Desk,
    view::{age, failed},
};

/// A line says this often what its machines look like; who is silent for three times as long is not there.
const SILENT: Duration = Duration::seconds(30);

/// Each machine, those that wait for somebody first.
pub(super) async fn cards(
    desk: &Desk,
    speech: Speech<'_>,
    now: OffsetDateTime,
) -> Result<Markup, Problem> {
    let mut machines = desk.store.machines().await.map_err(failed)?;
    machines.sort_by_key(|machine| (is_well(machine, now), machine.serial.clone()));
    let mut cards = Vec::with_capacity(machines.len());
    for machine in &machines {
        let who = sign_on::line(desk, speech, machine, now).await?;
        cards.push(card(speech, machine, now, &who));
    }
    Ok(html! {
        h2 { (speech.text("floor-machines")) }
        @if machines.is_empty() {
            (Notification::new(Tone::Neutral, speech.text("floor-no-machines")))
        }
        ul.machines role="list" {
            @for card in &cards { (card) }
        }
    })
}

fn is_silent(machine: &MachineSeen, now: OffsetDateTime) -> bool {
    now - machine.seen_at > SILENT
}

fn is_well(machine: &MachineSeen, now: OffsetDateTime) -> bool {
    machine.task.is_none() && !is_silent(machine, now)
}

fn card(speech: Speech<'_>, machine: &MachineSeen, now: OffsetDateTime, who: &Markup) -> Markup {
    let (tone, word) = match &machine.task {
        _ if is_silent(machine, now) => (Tone::Bad, Id("floor-silent")),
        Some(_) => (Tone::Attention, Id("floor-waits")),
        None if machine.cards > 0 => (Tone::Good, Id("floor-works")),
        None => (Tone::Neutral, Id("floor-idle")),
    };
    html! {
        li.machine {
            h3 { (machine.serial) }
            (Tag::new(tone, speech.text(word)))
            @if is_silent(machine, now) {
                p.instruction { (speech.format("floor-silent-act", &[("line", machine.line.as_str().into())])) }
            } @else if let Some((task, place)) = &machine.task {
                p.instruction { (instruction(speech, task, place.as_deref())) }
            }
            p.machine-facts {
                (speech.format("floor-cards", &[("count", machine.cards.into())])) " · " (machine.line)
                " · " (age(speech, machine.seen_at, now))
            }
            (who)
        }
    }
}

/// What somebody must do, in the words of docs/machine.md; a task that this program does not know shows its name.
fn instruction(speech: Speech<'_>, task: &str, place: Option<&str>) -> String {
    let place = place.map_or_else(String::new, |place| self::place(speech, place));
    let id = match task {
        "free_jam" => Id("task-free-jam"),
        "fill_hopper" => Id("task-fill-hopper"),
        "change_ribbon" => Id("task-change-ribbon"),
        "empty_tray" => Id("task-empty-tray"),
        "close_door" => Id("task-close-door"),
        "destroy_removed" => Id("task-destroy-removed"),
        "inspect_first_article" => Id("task-inspect-first-article"),
        "check_power" => Id("task-check-power"),
        "plug_in" => Id("task-plug-in"),
        "find" => Id("task-find"),
        "start_daemon" => Id("task-start-daemon"),
        other => return other.to_owned(),
    };
    speech.format(id.0, &[("place", place.into())])
}

fn place(speech: Speech<'_>, place: &str) -> String {
    let id = match place {
        "hopper" => Id("place-hopper"),
        "station" => Id("place-station"),
        "printer" => Id("place-printer"),
        "exit" => Id("place-exit"),
        "reject" => Id("place-reject"),
        other => return other.to_owned(),
    };
    speech.text(id)
}
