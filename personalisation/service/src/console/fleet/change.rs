//! Quarantine, release and revocation of a station: audited, by administrators.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use evidence::entry::{Act, Entry};
use maud::Markup;
use pages::{
    Id, Layout,
    component::{Choice, Errors, Form, Irreversible, Values},
    http::Problem,
};
use personalisation_store::fleet::{RevocationReason, Station};
use time::OffsetDateTime;

use super::one::find;
use crate::{
    console::{
        Desk,
        acting::{begin, settle},
        permissions::Staffer,
        view::{failed, page},
    },
    fleet::FleetError,
};

/// The outcome where somebody was faster.
fn not_moved(act: &Act, now: OffsetDateTime) -> Entry {
    act.outcome(now, "nothing was changed")
}

pub(super) async fn quarantine(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let station = find(&desk, &id).await?.id;
    let object = format!("station {station}");
    let act = begin(&desk, &staffer, "quarantine-station", &object).await?;
    // Not before the intent: each look at the clock is a later one.
    let now = staffer.visit.now();
    let (done, not) = ([act.outcome(now, "in quarantine")], [not_moved(&act, now)]);
    let entries = (&done[..], &not[..]);
    let moved = desk.store.quarantine_station(station, entries, now).await;
    settle(&desk, &staffer, &act, moved).await?;
    Ok(Redirect::to(&format!("/fleet/{id}")).into_response())
}

pub(super) async fn release(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let station = find(&desk, &id).await?.id;
    let object = format!("station {station}");
    let act = begin(&desk, &staffer, "release-station", &object).await?;
    let now = staffer.visit.now();
    let (done, not) = ([act.outcome(now, "active")], [not_moved(&act, now)]);
    let entries = (&done[..], &not[..]);
    let moved = desk.store.release_station(station, entries, now).await;
    settle(&desk, &staffer, &act, moved).await?;
    Ok(Redirect::to(&format!("/fleet/{id}")).into_response())
}

const fn reason(reason: RevocationReason) -> Id {
    match reason {
        RevocationReason::KeyCompromise => Id("revoke-key-compromise"),
        RevocationReason::Superseded => Id("revoke-superseded"),
        RevocationReason::CessationOfOperation => Id("revoke-cessation"),
    }
}

pub(super) async fn ask_revoke(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let station = find(&desk, &id).await?;
    Ok(question(
        &staffer,
        &station,
        &Values::default(),
        &Errors::new(),
    ))
}

fn question(staffer: &Staffer, station: &Station, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let title = speech.format(
        "fleet-revoke-act",
        &[("office", station.office.to_string().into())],
    );
    let form = Form::new(&staffer.visit, values, errors);
    let choice = RevocationReason::ALL.into_iter().fold(
        Choice::radio("reason", speech.text("fleet-revoke-reason")),
        |choice, one| choice.answer(one.name(), speech.text(reason(one))),
    );
    let path = format!("/fleet/{}", station.id);
    let follows = speech.text("fleet-revoke-follows");
    let act = Irreversible::new(title.clone(), follows, path.clone()).fields(form.choice(&choice));
    page(staffer, "/fleet", title)
        .above(station.id.to_string())
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(act.show(&form, &format!("{path}/revoke")))
        .render()
}

pub(super) async fn revoke(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let station = find(&desk, &id).await?;
    let Some(reason) = RevocationReason::by_name(values.get("reason")) else {
        let mut errors = Errors::new();
        let speech = staffer.visit.speech();
        errors.add("reason", speech.text("fleet-error-reason"));
        let page = question(&staffer, &station, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let object = format!("station {}", station.id);
    let act = begin(&desk, &staffer, "revoke-station", &object).await?;
    if let Some(revoking) = &desk.revoking {
        let revoked = revoking.revoke(station.id, reason).await;
        // Not before the intent: each look at the clock is a later one.
        let now = staffer.visit.now();
        let outcome = match &revoked {
            Ok(_) => act.outcome(now, reason.name()),
            // Refused here at once; the station's page says that pki is still to be told, and intake tells it.
            Err(FleetError::Authority(error)) => {
                tracing::warn!(%error, "pki is yet to be told of a revocation");
                act.outcome(now, "revoked here, pki is yet to be told")
            }
            Err(error) => {
                tracing::error!(%error, "revoking a station");
                act.outcome(now, "nothing was changed")
            }
        };
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        if !matches!(revoked, Ok(_) | Err(FleetError::Authority(_))) {
            return Err(Problem::Failed);
        }
    } else {
        let now = staffer.visit.now();
        let done = [act.outcome(now, reason.name())];
        let moved = desk.store.revoke_station(station.id, reason, &done, now);
        settle(&desk, &staffer, &act, moved.await).await?;
    }
    Ok(Redirect::to(&format!("/fleet/{id}")).into_response())
}
