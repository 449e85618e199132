//! `/quality`: what inspections by machines and people said of the last weeks' cards, as trends. No personal data.

pub(super) mod words;

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{Cell, Column, Plot, Point, Table},
    http::Problem,
};
use personalisation_core::quality::Reason;
use personalisation_store::quality::{Counted, Period};
use time::{Date, Duration};

pub(super) use self::words::look;
use self::words::reason;
use super::{
    Desk,
    permissions::{Resource, Staffer},
    routes::Routes,
    view::{failed, page},
};

/// Days before today that are shown.
const DAYS: i64 = 29;

pub(super) fn add(routes: Routes) -> Routes {
    routes.see("/quality", Resource::Quality, show)
}

async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let period = Period::last_days(DAYS, staffer.visit.now());
    let counted = desk.store.trends(period).await.map_err(failed)?;
    let rejected: Vec<&Counted> = counted.iter().filter(|row| row.reason.is_some()).collect();
    let days = (0..=DAYS).map(|day| (period.from + Duration::days(day)).date());
    let body = html! {
        p.lead { (speech.format("quality-about", &[("days", (DAYS + 1).into())])) }
        (plot(speech, Id("quality-by-day"), Id("quality-day"), by_day(speech, days, &rejected)))
        @if !rejected.is_empty() {
            (plot(speech, Id("quality-by-reason"), Id("quality-reason"), by_reason(speech, &rejected)))
            (plot(speech, Id("quality-by-machine"), Id("quality-machine"), by(&rejected, |row| &row.machine)))
            (plot(speech, Id("quality-by-box"), Id("quality-box"), by(&rejected, |row| &row.label)))
        }
        (table(speech, &counted))
    };
    Ok(page(&staffer, "/quality", speech.text("quality-title"))
        .body(body)
        .render())
}

fn plot(speech: Speech<'_>, title: Id, axis: Id, points: Vec<Point>) -> Markup {
    let unit = speech.text("quality-rejections");
    Plot::new(speech.text(title), speech.text(axis), unit, points).show(speech)
}

/// Every day, also those without a rejection.
fn by_day(
    speech: Speech<'_>,
    days: impl Iterator<Item = Date>,
    rejected: &[&Counted],
) -> Vec<Point> {
    let of = |day: Date| rejected.iter().filter(move |row| row.day.date() == day);
    days.map(|day| Point {
        at: speech.short_date(day),
        value: of(day).map(|row| number(row.cards)).sum(),
    })
    .collect()
}

/// Every reason that was given, in the order of the checklist.
fn by_reason(speech: Speech<'_>, rejected: &[&Counted]) -> Vec<Point> {
    let sum = |wanted: Reason| {
        let own = rejected.iter().filter(|row| row.reason == Some(wanted));
        own.map(|row| number(row.cards)).sum::<f64>()
    };
    let reasons = Reason::ALL.into_iter().map(|one| Point {
        at: speech.text(reason(one)),
        value: sum(one),
    });
    reasons.filter(|point| point.value > 0.0).collect()
}

fn by<'a>(rejected: &[&'a Counted], name: impl Fn(&'a Counted) -> &'a str) -> Vec<Point> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for row in rejected {
        *sums.entry(name(row)).or_default() += number(row.cards);
    }
    let points = sums.into_iter().map(|(name, value)| Point {
        at: name.to_owned(),
        value,
    });
    points.collect()
}

/// All numbers, the passed cards too.
fn table(speech: Speech<'_>, counted: &[Counted]) -> Table {
    let columns = [
        Column::words(speech.text("quality-day")),
        Column::words(speech.text("quality-machine")),
        Column::words(speech.text("quality-box")),
        Column::words(speech.text("quality-look")),
        Column::words(speech.text("quality-reason")),
        Column::numbers(speech.text("quality-cards")),
    ];
    let mut table = Table::new(speech.text("quality-caption"), columns)
        .or_if_empty(speech.text("quality-none"));
    for row in counted.iter().rev() {
        let said = row.reason.map(reason);
        table = table.row([
            Cell::from(speech.short_date(row.day.date())),
            Cell::from(&row.machine),
            Cell::from(&row.label),
            Cell::from(speech.text(look(row.look))),
            Cell::from(speech.text(said.unwrap_or(Id("quality-passed")))),
            Cell::from(speech.number(row.cards)),
        ]);
    }
    table
}

/// A number of cards as plots have it.
fn number(cards: u64) -> f64 {
    f64::from(u32::try_from(cards).unwrap_or(u32::MAX))
}
