//! What every page of the console has: title, navigation by what one may see, problems of the store.

use dossier::PersonId;
use pages::{Id, Layout, Link, Page, Speech, http::Problem};
use personalisation_store::StoreError;
use time::OffsetDateTime;

use super::{
    Desk,
    permissions::{Action, Resource, Staffer},
};

/// Where one can go, if one may.
const PLACES: [(&str, Resource, Id); 17] = [
    ("/", Resource::Start, Id("nav-start")),
    ("/review", Resource::Review, Id("nav-review")),
    ("/review/forced", Resource::Forced, Id("nav-forced")),
    ("/approvals", Resource::Approvals, Id("nav-approvals")),
    ("/notices", Resource::Notices, Id("nav-notices")),
    ("/search", Resource::Search, Id("nav-search")),
    ("/oversight", Resource::Oversight, Id("nav-oversight")),
    ("/quarantine", Resource::Quarantine, Id("nav-quarantine")),
    ("/floor", Resource::Floor, Id("nav-floor")),
    ("/templates", Resource::Templates, Id("nav-templates")),
    ("/fleet", Resource::Fleet, Id("nav-fleet")),
    (
        "/configuration",
        Resource::Configuration,
        Id("nav-configuration"),
    ),
    ("/stock", Resource::Stock, Id("nav-stock")),
    ("/quality", Resource::Quality, Id("nav-quality")),
    ("/quality/inspect", Resource::Inspection, Id("nav-inspect")),
    ("/shipping", Resource::Shipping, Id("nav-shipping")),
    ("/staff", Resource::Staff, Id("nav-staff")),
];

/// A page with its title and the navigation of whoever looks at it.
pub(super) fn page<'a>(staffer: &'a Staffer, place: &str, title: String) -> Page<'a> {
    let visit = &staffer.visit;
    let links = PLACES
        .into_iter()
        .filter(|(_, resource, _)| staffer.may(*resource, Action::See))
        .map(|(href, _, text)| Link {
            href: href.to_owned(),
            text: visit.speech().text(text),
            current: href == place,
        });
    Page::new(visit, title)
        .navigation(links.collect())
        .layout(Layout::Wide)
}

/// A moment as tables show it, by Luxembourg's clocks.
pub(super) fn moment(speech: Speech<'_>, at: OffsetDateTime) -> String {
    speech.short_moment(at)
}

/// Who somebody is to colleagues: their login; their id where they are not known.
pub(super) async fn login(desk: &Desk, person: PersonId) -> Result<String, Problem> {
    let found = desk.store.person(person).await.map_err(failed)?;
    Ok(found.map_or_else(|| person.to_string(), |person| person.login))
}

/// How long ago, in the unit that says enough.
pub(super) fn age(speech: Speech<'_>, at: OffsetDateTime, now: OffsetDateTime) -> String {
    let gone = now - at;
    let minutes = gone.whole_minutes().max(0);
    if minutes < 60 {
        speech.format("age-minutes", &[("count", minutes.into())])
    } else if minutes < 48 * 60 {
        speech.format("age-hours", &[("count", (minutes / 60).into())])
    } else {
        speech.format("age-days", &[("count", (minutes / 1440).into())])
    }
}

/// A text as one part of a path: everything but letters and digits percent-encoded.
pub(super) fn segment(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    encoded.collect()
}

/// The store did not answer: the log says why, the page only that it did not work.
pub(super) fn failed(error: StoreError) -> Problem {
    match error {
        StoreError::Stale { .. } => Problem::StaleForm,
        error => {
            tracing::error!(%error, "the console's store");
            Problem::Failed
        }
    }
}
