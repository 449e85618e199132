//! `/configuration`: what is configured for all stations, what was, and what changed between the two.
//! Signing is `personalisation fleet configuration sign`.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Cell, Column, Details, Notification, Table, Tag, Tone},
    http::Problem,
};
use time::OffsetDateTime;

use super::{
    Desk,
    permissions::{Resource, Staffer},
    routes::Routes,
    view::{failed, moment, page},
};
use crate::fleet::FleetError;

/// Longest list.
const MOST: u32 = 100;

/// What a configuration says, by subject.
type Lines = BTreeMap<String, Vec<String>>;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/configuration", Resource::Configuration, list)
        .see("/configuration/{number}", Resource::Configuration, show)
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::numbers(speech.text("configuration-number")),
        Column::words(speech.text("configuration-from")),
        Column::words(speech.text("configuration-until")),
        Column::words(speech.text("fleet-state")),
    ];
    let mut table = Table::new(speech.text("configuration-all"), columns)
        .or_if_empty(speech.text("configuration-none"));
    let all = desk.store.configurations(MOST).await.map_err(failed)?;
    let holds = |from: OffsetDateTime, until| from <= now && now < until;
    let in_force = all.iter().find(|one| holds(one.from, one.until));
    let in_force = in_force.map(|one| one.number);
    for one in &all {
        let state = if Some(one.number) == in_force {
            Tag::new(Tone::Good, speech.text("configuration-in-force"))
        } else {
            Tag::new(Tone::Neutral, speech.text("configuration-past"))
        };
        table = table.row([
            Cell::link(
                &format!("/configuration/{}", one.number),
                &speech.number(one.number),
            ),
            Cell::from(moment(speech, one.from)),
            Cell::from(moment(speech, one.until)),
            Cell::of(&state),
        ]);
    }
    let body = html! { p.lead { (speech.text("configuration-about")) } (table) };
    let title = speech.text("configuration-title");
    Ok(page(&staffer, "/configuration", title).body(body).render())
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(number): Path<u64>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let known = lines(&desk, number).await?;
    let before = match number.checked_sub(1) {
        Some(before) if before > 0 => lines(&desk, before).await?,
        _ => None,
    };
    let title = speech.format("configuration-one", &[("number", number.into())]);
    let body = match known {
        None if desk.configurations.is_none() => html! {
            (Notification::new(Tone::Attention, speech.text("configuration-no-fleet")))
        },
        None => return Err(Problem::NotFound),
        Some(known) => html! {
            @if let Some(before) = &before { (differences(speech, before, &known)) }
            h2 { (speech.text("configuration-all-of-it")) }
            @for (subject, lines) in &known {
                (Details::new(format!("{subject} ({})", lines.len()), of_lines(lines.iter())))
            }
        },
    };
    Ok(page(&staffer, "/configuration", title).body(body).render())
}

async fn lines(desk: &Desk, number: u64) -> Result<Option<Lines>, Problem> {
    let Some(configurations) = &desk.configurations else {
        return Ok(None);
    };
    configurations.lines(number).await.map_err(|error| {
        tracing::error!(%error, number, "reading a configuration");
        match error {
            FleetError::Store(error) => failed(error),
            _ => Problem::Failed,
        }
    })
}

/// What the one says and the one before does not, and the other way round; the order of entries is no
/// difference.
fn differences(speech: Speech<'_>, before: &Lines, now: &Lines) -> Markup {
    let subjects: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let only_in = |one: &Lines, other: &Lines, subject: &String| -> Vec<String> {
        let there = other.get(subject).map_or(&[][..], Vec::as_slice);
        let here = one.get(subject).into_iter().flatten();
        here.filter(|line| !there.contains(line)).cloned().collect()
    };
    let changed: Vec<_> = subjects
        .into_iter()
        .map(|subject| {
            let (gone, new) = (only_in(before, now, subject), only_in(now, before, subject));
            (subject, gone, new)
        })
        .filter(|(_, gone, new)| !gone.is_empty() || !new.is_empty())
        .collect();
    html! {
        h2 { (speech.text("configuration-changes")) }
        @if changed.is_empty() { p { (speech.text("configuration-same")) } }
        @for (subject, gone, new) in &changed {
            h3 { (subject) }
            @if !gone.is_empty() {
                p { (speech.text("configuration-gone")) }
                (of_lines(gone.iter()))
            }
            @if !new.is_empty() {
                p { (speech.text("configuration-new")) }
                (of_lines(new.iter()))
            }
        }
    }
}

/// As they stand in the draft that people edit.
fn of_lines<'a>(lines: impl Iterator<Item = &'a String>) -> Markup {
    html! { ul { @for line in lines { li { (line) } } } }
}
