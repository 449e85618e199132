//! `/`: what waits for me.

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Id,
    component::{Notification, Tile, Tiles, Tone},
    http::Problem,
};

use super::{
    Desk,
    permissions::{Action, Resource, Staffer},
    review::queue,
    routes::Routes,
    view::{failed, page},
};

pub(super) fn add(routes: Routes) -> Routes {
    routes.see("/", Resource::Start, show)
}

async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let (speech, mut tiles) = (staffer.visit.speech(), Vec::new());
    let mut tile = |name: Id, figure: u64, href: &str| {
        tiles.push(Tile {
            name: speech.text(name),
            figure: speech.number(figure),
            tag: None,
            href: Some(href.to_owned()),
        });
    };
    if staffer.may(Resource::Review, Action::See) {
        let forced = staffer.may(Resource::Forced, Action::See);
        let count = queue::count(&desk, forced).await?;
        tile(Id("start-review"), count.open, "/review");
        tile(
            Id("start-more-needed"),
            count.more_needed,
            "/review?state=more_needed",
        );
        if forced {
            tile(Id("start-forced"), count.forced, "/review/forced");
        }
    }
    if staffer.may(Resource::Approvals, Action::See) {
        let waiting = desk.store.count_questions(None).await.map_err(failed)?;
        tile(Id("start-approvals"), waiting, "/approvals");
    }
    if staffer.may(Resource::Notices, Action::See) {
        let offices = desk.store.count_notices().await.map_err(failed)?;
        let waiting = offices.iter().map(|(_, count)| count).sum();
        tile(Id("start-notices"), waiting, "/notices");
    }
    if staffer.may(Resource::Oversight, Action::See) {
        let waiting = desk.store.count_unreviewed_glass().await.map_err(failed)?;
        tile(Id("start-oversight"), waiting, "/oversight");
    }
    if staffer.may(Resource::Quarantine, Action::See) {
        let waiting = super::quarantine::count(&desk).await?;
        tile(Id("start-quarantine"), waiting, "/quarantine");
    }
    if staffer.may(Resource::Fleet, Action::See) {
        let silent = super::fleet::silent(&desk, staffer.visit.now()).await?;
        tile(Id("start-silent"), silent, "/fleet");
        let alarms = super::fleet::alarms(&desk).await?;
        tile(Id("start-alarms"), alarms, "/fleet/alarms");
    }
    if staffer.may(Resource::Stock, Action::See) {
        let unsigned = super::stock::unsigned(&desk).await?;
        tile(Id("start-unsigned"), unsigned, "/stock/shifts");
    }
    if staffer.may(Resource::Inspection, Action::See) {
        let waiting = super::inspect::waiting(&desk).await?;
        tile(Id("start-inspect"), waiting, "/quality/inspect");
    }
    if staffer.may(Resource::Shipping, Action::See) {
        let ready = super::shipping::ready(&desk).await?;
        tile(Id("start-shipping"), ready, "/shipping");
    }
    let body = html! {
        @if tiles.is_empty() {
            (Notification::new(Tone::Neutral, speech.text("start-nothing")))
        } @else {
            (Tiles::new(tiles))
        }
        p { a href="/passkeys" { (speech.text("passkey-title")) } }
    };
    Ok(page(&staffer, "/", speech.text("start-title"))
        .body(body)
        .render())
}
