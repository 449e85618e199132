//! A case as its reader sees it: the application, what was captured, what the checks found. Opening it is written
//! down with purpose and case. The fingers' records are never opened here: their key is not the console's.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use dossier::{ApplicationId, Body as _, Dossier, Hash};
use pages::http::Problem;
use personalisation_core::application::{ApplicationState, CheckResult};
use personalisation_store::review::{ApplicationRow, DossierPart, MoveOfApplication};

use crate::{
    console::{
        Desk,
        permissions::Staffer,
        reading::{Object, Reading},
        view::failed,
    },
    review::register::Answer,
};

/// How long a reader waits for the register: what the check of the dossier found stands there already.
const PATIENCE: Duration = Duration::from_secs(1);

/// One case.
#[derive(Debug)]
pub(in crate::console) struct CaseFile {
    /// The application.
    pub(in crate::console) row: ApplicationRow,
    /// What was captured, pictures cut short.
    pub(in crate::console) dossier: Dossier,
    /// What the automatic checks found.
    pub(super) checks: Vec<CheckResult>,
    /// What happened to it.
    pub(super) moves: Vec<MoveOfApplication>,
    /// What the register says now; none where nobody can be asked about.
    pub(super) register: Option<Answer>,
    /// The capture before this one whose portrait is kept.
    pub(super) previous: Option<ApplicationRow>,
}

/// The case that a path names: one that a person is to decide about. Others are not here: who must see one without
/// a case breaks the glass.
pub(super) async fn row(desk: &Desk, id: &str) -> Result<ApplicationRow, Problem> {
    let id: ApplicationId = id.parse().map_err(|_| Problem::NotFound)?;
    let row = desk.store.application(id).await.map_err(failed)?;
    row.filter(|row| {
        matches!(
            row.application.state(),
            ApplicationState::InReview(..) | ApplicationState::MoreNeeded(..)
        )
    })
    .ok_or(Problem::NotFound)
}

/// The application that a path names and that can still be ended: also one that is approved, until its card is made.
/// Its form shows nothing of its content.
pub(super) async fn open_row(desk: &Desk, id: &str) -> Result<ApplicationRow, Problem> {
    let id: ApplicationId = id.parse().map_err(|_| Problem::NotFound)?;
    let row = desk.store.application(id).await.map_err(failed)?;
    row.filter(|row| {
        matches!(
            row.application.state(),
            ApplicationState::InReview(..)
                | ApplicationState::MoreNeeded(..)
                | ApplicationState::Approved(..)
        )
    })
    .ok_or(Problem::NotFound)
}

/// Reads everything of a case but its pictures.
pub(in crate::console) async fn read(
    desk: &Desk,
    row: ApplicationRow,
) -> Result<CaseFile, Problem> {
    let store = &desk.store;
    let text = store.dossier_part(row.content, DossierPart::Text).await;
    // Erased by its date: there is nothing to see any more.
    let text = text.map_err(failed)?.ok_or(Problem::NotFound)?;
    let dossier = Dossier::decode(&text).map_err(|error| {
        tracing::error!(%error, application = %row.application.id(), "reading a case");
        Problem::Failed
    })?;
    Ok(CaseFile {
        dossier,
        checks: store.checks(row.content).await.map_err(failed)?,
        moves: store
            .application_moves(row.application.id())
            .await
            .map_err(failed)?,
        previous: before(desk, &row).await?,
        register: None,
        row,
    })
}

/// Asks the register about the person of a case, under the case's number.
pub(super) async fn ask(desk: &Desk, case: &CaseFile) -> Option<Answer> {
    let number = case.dossier.identity.national_number.as_ref()?;
    let register = desk.register.as_ref()?;
    let id = case.row.application.id();
    Some(register.ask_within(PATIENCE, &number.value, id).await)
}

/// The newest other application of the same person whose portrait is kept, and that came before this one.
async fn before(desk: &Desk, row: &ApplicationRow) -> Result<Option<ApplicationRow>, Problem> {
    let id = row.application.id();
    let others = desk.store.other_applications(id).await.map_err(failed)?;
    let earlier = others
        .into_iter()
        .filter(|other| other.accepted_at <= row.accepted_at);
    for other in earlier {
        let part = desk
            .store
            .dossier_part(other.content, DossierPart::Portrait);
        if part.await.map_err(failed)?.is_some() {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

pub(super) async fn portrait(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let reading = Reading {
        act: "read-portrait",
        object: Object::application(&id)?,
        purpose: "review".to_owned(),
    };
    let picture = async {
        let row = row(&desk, &id).await?;
        picture(&desk, row.content).await
    };
    reading.run(&desk, &staffer, picture).await
}

pub(super) async fn previous(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let reading = Reading {
        act: "read-previous-portrait",
        object: Object::application(&id)?,
        purpose: "review".to_owned(),
    };
    let picture = async {
        let row = row(&desk, &id).await?;
        let before = before(&desk, &row).await?.ok_or(Problem::NotFound)?;
        picture(&desk, before.content).await
    };
    reading.run(&desk, &staffer, picture).await
}

async fn picture(desk: &Desk, content: Hash) -> Result<Response, Problem> {
    let part = desk.store.dossier_part(content, DossierPart::Portrait);
    let jpeg = part.await.map_err(failed)?.ok_or(Problem::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, jpeg.to_vec()).into_response())
}
