//! `/fleet`: stations by canton, what they said last, and what can be done about them.

mod alarms;
mod change;
mod code;
mod one;
mod programs;

use std::collections::BTreeMap;

use axum::extract::State;
use dossier::{OfficeId, communes};
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Button, Cell, Column, Notification, Table, Tag, Tone},
    http::Problem,
};
use personalisation_store::fleet::{Report, Station, StationCertificate, StationState};
use time::{Date, Duration, OffsetDateTime};

use super::{
    Desk,
    permissions::{Action, Resource, Staffer},
    routes::Routes,
    view::{age, failed, page},
};

/// After this time without a word, somebody should ask what is the matter: stations report every few minutes.
const SILENT: Duration = Duration::hours(24);
/// From so many days before its end on, a certificate should have been renewed long ago.
const ENDS_SOON: i64 = 14;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/fleet", Resource::Fleet, list)
        .act("/fleet/code", Resource::Fleet, code::make)
        .see("/fleet/alarms", Resource::Fleet, alarms::list)
        .see("/fleet/alarms/{alarm}", Resource::Fleet, alarms::show)
        .act("/fleet/alarms/{alarm}", Resource::Fleet, alarms::settle)
        .see("/fleet/new", Resource::Fleet, code::ask)
        .see("/fleet/{station}", Resource::Fleet, one::show)
        .act(
            "/fleet/{station}/quarantine",
            Resource::Fleet,
            change::quarantine,
        )
        .act("/fleet/{station}/release", Resource::Fleet, change::release)
        .see(
            "/fleet/{station}/revoke",
            Resource::Fleet,
            change::ask_revoke,
        )
        .act("/fleet/{station}/revoke", Resource::Fleet, change::revoke)
}

/// A station and what is known of it.
struct Known {
    station: Station,
    report: Option<Report>,
    certificates: Vec<StationCertificate>,
    /// Whether it is revoked and pki is yet to be told.
    untold: bool,
}

impl Known {
    async fn of(desk: &Desk, station: Station) -> Result<Self, Problem> {
        let report = desk.store.latest_report(station.id).await;
        let certificates = desk.store.station_certificates(station.id).await;
        let untold = match station.state {
            StationState::Revoked { .. } => desk.store.is_untold(station.id).await,
            _ => Ok(false),
        };
        Ok(Self {
            untold: untold.map_err(failed)?,
            report: report.map_err(failed)?,
            certificates: certificates.map_err(failed)?,
            station,
        })
    }

    /// Days until the TLS certificate that lasts longest ends: without it the station cannot call.
    fn days_left(&self, now: OffsetDateTime) -> Option<i64> {
        let tls = self.certificates.iter().filter(|one| {
            one.key_use == personalisation_store::fleet::KeyUse::Tls && one.revoked_at.is_none()
        });
        let last = tls.map(|one| one.not_after).max()?;
        Some((last - now).whole_days())
    }

    fn is_silent(&self, now: OffsetDateTime) -> bool {
        let active = matches!(self.station.state, StationState::Active);
        let spoke = self
            .report
            .as_ref()
            .map_or(self.station.taken_in_at, |report| report.received_at);
        active && now - spoke > SILENT
    }
}

/// How many stations in service have not been heard of for too long.
pub(super) async fn silent(desk: &Desk, now: OffsetDateTime) -> Result<u64, Problem> {
    let mut silent = 0;
    for station in desk.store.readable_stations().await.map_err(failed)? {
        silent += u64::from(Known::of(desk, station).await?.is_silent(now));
    }
    Ok(silent)
}

/// How many alarms nobody is done with.
pub(super) async fn alarms(desk: &Desk) -> Result<u64, Problem> {
    alarms::count(desk).await
}

/// The canton of an office, and its name; offices of the State are listed by themselves.
fn place(office: &OfficeId, on: Date) -> (Option<&'static str>, Option<&'static str>) {
    let commune = office
        .commune()
        .and_then(|code| communes::commune_at(code, on));
    (
        commune.map(|commune| commune.canton),
        commune.map(|commune| commune.name),
    )
}

fn state(speech: Speech<'_>, known: &Known, now: OffsetDateTime) -> Tag {
    match known.station.state {
        StationState::Revoked { .. } if known.untold => {
            Tag::new(Tone::Attention, speech.text("station-untold"))
        }
        StationState::Revoked { .. } => Tag::new(Tone::Bad, speech.text("station-revoked")),
        StationState::Quarantined { .. } => {
            Tag::new(Tone::Attention, speech.text("station-quarantined"))
        }
        StationState::Active if known.is_silent(now) => {
            Tag::new(Tone::Attention, speech.text("station-silent"))
        }
        StationState::Active => Tag::new(Tone::Good, speech.text("station-active")),
    }
}

fn contact(speech: Speech<'_>, known: &Known, now: OffsetDateTime) -> String {
    known.report.as_ref().map_or_else(
        || speech.text("fleet-never"),
        |report| age(speech, report.received_at, now),
    )
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let mut cantons: BTreeMap<&'static str, Vec<Known>> = BTreeMap::new();
    for station in desk.store.readable_stations().await.map_err(failed)? {
        let (canton, _) = place(&station.office, now.date());
        let known = Known::of(&desk, station).await?;
        cantons.entry(canton.unwrap_or("")).or_default().push(known);
    }
    let alarms = alarms::count(&desk).await?;
    let programs = programs::table(&desk, speech, now).await?;
    let untold = desk
        .store
        .count_untold_revocations()
        .await
        .map_err(failed)?;
    let body = html! {
        @if staffer.may(Resource::Fleet, Action::Act) {
            p { (Button::primary(speech.text("fleet-new-code")).href("/fleet/new")) }
        }
        @if alarms > 0 {
            (Notification::new(Tone::Bad, speech.format("fleet-alarms", &[("count", alarms.into())])))
        }
        p { a href="/fleet/alarms" { (speech.text("alarms-all")) } }
        @if untold > 0 {
            (Notification::new(Tone::Attention, speech.format("fleet-untold", &[("count", untold.into())])))
        }
        @if cantons.is_empty() { p { (speech.text("fleet-none")) } }
        @for (canton, stations) in &cantons { (table(speech, canton, stations, now)) }
        (programs)
    };
    Ok(page(&staffer, "/fleet", speech.text("fleet-title"))
        .body(body)
        .render())
}

fn table(speech: Speech<'_>, canton: &str, stations: &[Known], now: OffsetDateTime) -> Table {
    let caption = if canton.is_empty() {
        speech.text("fleet-state-offices")
    } else {
        speech.format("fleet-canton", &[("canton", canton.into())])
    };
    let columns = [
        Column::words(speech.text("fleet-office")),
        Column::words(speech.text("fleet-state")),
        Column::words(speech.text("fleet-contact")),
        Column::words(speech.text("fleet-version")),
        Column::numbers(speech.text("fleet-backlog")),
        Column::numbers(speech.text("fleet-devices")),
        Column::numbers(speech.text("fleet-certificate")),
    ];
    let mut table = Table::new(caption, columns);
    for known in stations {
        let (_, name) = place(&known.station.office, now.date());
        let office = match name {
            Some(name) => format!("{} {name}", known.station.office),
            None => known.station.office.to_string(),
        };
        let report = known.report.as_ref();
        let devices = report.map(|report| {
            let ready = report.devices.iter().filter(|one| one.ready).count();
            format!("{ready}/{}", report.devices.len())
        });
        table = table.row([
            Cell::link(&format!("/fleet/{}", known.station.id), &office),
            Cell::of(&state(speech, known, now)),
            Cell::from(contact(speech, known, now)),
            Cell::from(report.map_or("", |report| report.program_version.as_str())),
            Cell::from(report.map_or_else(String::new, |report| speech.number(report.backlog))),
            Cell::from(devices.unwrap_or_default()),
            Cell::of(&html! { (days(speech, known, now)) }),
        ]);
    }
    table
}

/// Days until the certificate ends; a tag where that is soon.
fn days(speech: Speech<'_>, known: &Known, now: OffsetDateTime) -> Markup {
    let left = known.days_left(now);
    html! { @if let Some(left) = left { (days_left(speech, left, ENDS_SOON)) } }
}

/// A number of days; a tag where fewer than `soon` are left.
fn days_left(speech: Speech<'_>, left: i64, soon: i64) -> Markup {
    html! {
        @if left < soon { (Tag::new(Tone::Attention, speech.number(left))) }
        @else { (speech.number(left)) }
    }
}
