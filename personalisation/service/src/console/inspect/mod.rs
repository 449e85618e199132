//! `/quality/inspect`: cards that a person has to look at, for a scanner and a keyboard alone: scan, look, tick, decide, next.
//! Shows the card's own two faces and its number, nothing else about anybody. Each look is written down with its purpose.

mod card;
mod checklist;
mod picture;
mod scan;
mod verdict;

use axum::extract::Path;
use pages::http::Problem;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    quality::{Look, Stage},
};
use personalisation_store::{Store, StoreError, quality::Card};
use time::{Duration, OffsetDateTime};

use super::{
    Desk,
    permissions::{Resource, Staffer},
    reading::{Object, Reading},
    routes::Routes,
    view::failed,
};

/// Longest list of cards that wait.
const MOST: u32 = 200;

pub(super) fn add(routes: Routes) -> Routes {
    const ONE: &str = "/quality/inspect/{order}/{attempt}";
    routes
        .see("/quality/inspect", Resource::Inspection, scan::show)
        .act("/quality/inspect/find", Resource::Inspection, scan::find)
        .see(ONE, Resource::Inspection, card::show)
        .act(
            "/quality/inspect/{order}/{attempt}/verdict",
            Resource::Inspection,
            verdict::decide,
        )
        .see(
            "/quality/inspect/{order}/{attempt}/{picture}",
            Resource::Inspection,
            picture::show,
        )
}

/// How many cards wait for somebody.
pub(super) async fn waiting(desk: &Desk) -> Result<u64, Problem> {
    desk.store.count_to_inspect().await.map_err(failed)
}

/// How long pictures of a card that its machine rejected wait for somebody who says whether it was right.
const REJECTED: Duration = Duration::days(30);

/// Erases pictures that nobody has to look at any more.
pub(super) async fn forget(store: &Store, now: OffsetDateTime) {
    if let Err(error) = store.erase_old_pictures(now - REJECTED, now).await {
        tracing::error!(%error, "erasing exit pictures");
    }
}

/// The card that a path names.
fn id((order, attempt): (&str, &str)) -> Result<AttemptId, Problem> {
    let attempt = attempt.parse().ok().and_then(AttemptNumber::new);
    Ok(AttemptId {
        order: order.parse().map_err(|_| Problem::NotFound)?,
        attempt: attempt.ok_or(Problem::NotFound)?,
    })
}

fn path(card: AttemptId) -> String {
    format!("/quality/inspect/{}/{}", card.order, card.attempt.get())
}

/// A card as it is to be looked at.
enum Seen {
    /// It waits for this look, and this person may have it; but where something bars it, it cannot pass.
    Waits(Card, Look, Option<Bar>),
    /// Its machine has it still.
    Inside(Card),
    /// It waits for nobody.
    Done(Card),
    /// Somebody else has to: this person made it.
    Refused(Card),
}

/// Why a card that waits for a person can only be rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bar {
    /// Nobody is known to have made it, so that nobody is known to be a stranger to it.
    MakerUnknown,
    /// Its pictures are not there.
    NoPictures,
}

/// Reads a card for whoever looks at it now.
async fn look(desk: &Desk, staffer: &Staffer, card: AttemptId) -> Result<Seen, Problem> {
    let found = desk.store.inspected_card(card).await.map_err(failed)?;
    let found = found.ok_or(Problem::NotFound)?;
    if found.known.stage == Stage::Inside {
        return Ok(Seen::Inside(found));
    }
    let Some(look) = found.known.waits_for_person() else {
        return Ok(Seen::Done(found));
    };
    let bar = match desk.store.may_inspect(card, staffer.person).await {
        Ok(()) => {
            let whole = desk.store.has_pictures(card).await.map_err(failed)?;
            (!whole).then_some(Bar::NoPictures)
        }
        Err(StoreError::MakerUnknown { .. }) => Some(Bar::MakerUnknown),
        Err(StoreError::MadeIt { .. }) => return Ok(Seen::Refused(found)),
        Err(error) => return Err(failed(error)),
    };
    Ok(Seen::Waits(found, look, bar))
}

/// What is read of a card, and what for.
fn reading(act: &'static str, card: AttemptId) -> Reading {
    Reading {
        act,
        object: Object::Card(card),
        purpose: "inspection".to_owned(),
    }
}

type Named = Path<(String, String)>;
