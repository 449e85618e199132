//! `/floor`: what an operator sees from two metres away: what each machine does or waits for, who waits in the queue, what
//! was made and given up of late. Live; without a script the page is as it was when it was opened.

mod live;
mod machine;
mod sign_on;
mod words;
mod work;

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech, assets,
    component::{Live, Plot, Point, Tag, Tile, Tiles, Tone},
    http::Problem,
};
use personalisation_core::queue::Class;
use personalisation_store::line::Made;
use time::{Duration, OffsetDateTime};

pub(super) use self::words::scrap_reason;
use super::{
    Desk,
    permissions::{Resource, Staffer},
    routes::Routes,
    view::{age, failed, page},
};

/// Stretches of the plots: eight hours, a shift.
const STRETCH: Duration = Duration::minutes(30);
const STRETCHES: usize = 16;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/floor", Resource::Floor, show)
        .see("/floor/live", Resource::Floor, live::stream)
        .see("/floor/{machine}/sign-on", Resource::Floor, sign_on::show)
        .act(
            "/floor/{machine}/sign-on/begin",
            Resource::Floor,
            sign_on::sign_on,
        )
        .act(
            "/floor/{machine}/sign-off",
            Resource::Floor,
            sign_on::sign_off,
        )
        .act(
            "/floor/{machine}/sign-on/enter",
            Resource::Attendance,
            work::enter,
        )
}

async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let from = now - STRETCH * u32::try_from(STRETCHES).unwrap_or(u32::MAX);
    let made = desk
        .store
        .made(from, STRETCH, STRETCHES)
        .await
        .map_err(failed)?;
    let part = html! {
        (machine::cards(&desk, speech, now).await?)
        h2 { (speech.text("floor-queue")) }
        (queue(&desk, speech, now).await?)
        h2 { (speech.text("floor-made")) }
        (plot(speech, (from, Id("floor-plot-documents")), &made, |one| one.documents))
        (plot(speech, (from, Id("floor-plot-scrapped")), &made, |one| one.scrapped))
        (reasons(&desk, speech, from).await?)
    };
    let live = Live::new(speech, "/floor/live", part);
    let script = assets::LIVE.href();
    Ok(page(&staffer, "/floor", speech.text("floor-title"))
        .layout(Layout::Floor)
        .script(script)
        .body(html! { (live) })
        .render())
}

const fn class(class: Class) -> Id {
    match class {
        Class::Remake => Id("floor-remakes"),
        Class::Express => Id("floor-express"),
        Class::Normal => Id("floor-normal"),
    }
}

/// Every class, also those in which nobody waits: the figures stay where the eye looks for them.
async fn queue(desk: &Desk, speech: Speech<'_>, now: OffsetDateTime) -> Result<Tiles, Problem> {
    let waiting = desk.store.waiting().await.map_err(failed)?;
    Ok(Tiles::new(Class::ALL.map(|one| {
        let here = waiting.iter().find(|waiting| waiting.class == one);
        let since = |since| format!("{} {}", speech.text("floor-since"), age(speech, since, now));
        Tile {
            name: speech.text(class(one)),
            figure: speech.number(here.map_or(0, |here| here.attempts)),
            tag: here.map(|here| Tag::new(Tone::Waiting, since(here.since))),
            href: None,
        }
    })))
}

/// A trend of the last hours.
fn plot(
    speech: Speech<'_>,
    (from, title): (OffsetDateTime, Id),
    made: &[Made],
    figure: impl Fn(&Made) -> u64,
) -> Markup {
    let points = (0_u32..).zip(made).map(|(number, one)| Point {
        at: speech.clock(from + STRETCH * number),
        value: f64::from(u32::try_from(figure(one)).unwrap_or(u32::MAX)),
    });
    let (axis, unit) = (
        speech.text("floor-plot-from"),
        speech.text("floor-plot-unit"),
    );
    Plot::new(speech.text(title), axis, unit, points).show(speech)
}

/// Why attempts were given up, by how often.
async fn reasons(
    desk: &Desk,
    speech: Speech<'_>,
    since: OffsetDateTime,
) -> Result<Markup, Problem> {
    let scrapped = desk.store.scrapped_since(since).await.map_err(failed)?;
    if scrapped.is_empty() {
        return Ok(html! {});
    }
    let points = scrapped.iter().map(|(reason, count)| Point {
        at: scrap_reason(speech, reason),
        value: f64::from(u32::try_from(*count).unwrap_or(u32::MAX)),
    });
    let (axis, unit) = (speech.text("floor-reason"), speech.text("floor-plot-unit"));
    Ok(Plot::new(speech.text("floor-reasons"), axis, unit, points).show(speech))
}
