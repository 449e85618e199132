//! Applications of an office as its counter needs to know them.

use personalisation_core::application::{ApplicationState, Recapture as Wanted};
use personalisation_store::review::Change;
use tonic::Status;
use wire::intake::{ApplicationState as State, Recapture, Task, TasksResponse};

/// Most tasks of one answer.
pub const MOST: u32 = 200;

/// Where the caller got to; the beginning for an empty cursor.
pub fn read_cursor(cursor: &[u8]) -> Result<u64, Status> {
    if cursor.is_empty() {
        return Ok(0);
    }
    let bytes = cursor
        .try_into()
        .map_err(|_| Status::invalid_argument("cursor: not one of ours; leave it empty"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// The answer after `cursor`.
pub fn answer(cursor: u64, changes: &[Change]) -> TasksResponse {
    let last = changes.last().map_or(cursor, |change| change.change);
    TasksResponse {
        tasks: changes.iter().map(task).collect(),
        cursor: last.to_be_bytes().to_vec(),
    }
}

fn task(change: &Change) -> Task {
    let row = &change.row;
    let (state, recapture) = match row.application.state() {
        ApplicationState::Held(_) => (State::Held, Vec::new()),
        ApplicationState::Accepted(_) => (State::Accepted, Vec::new()),
        ApplicationState::Verified(..) => (State::Verified, Vec::new()),
        ApplicationState::InReview(..) => (State::InReview, Vec::new()),
        ApplicationState::MoreNeeded(_, wanted) => {
            // Once it was captured again, nothing is wanted of the counter.
            let wanted = wanted.iter().filter(|_| row.supplement.is_none());
            (
                State::MoreNeeded,
                wanted.map(|one| recapture(*one)).collect(),
            )
        }
        ApplicationState::Approved(..) => (State::Approved, Vec::new()),
        ApplicationState::Closed(_) => (State::Closed, Vec::new()),
        ApplicationState::Refused(..) => (State::Refused, Vec::new()),
        ApplicationState::Withdrawn(..) => (State::Withdrawn, Vec::new()),
    };
    Task {
        application: row.application.id().as_bytes().to_vec(),
        state: state.into(),
        recapture,
        appointment: row.appointment.map(time::OffsetDateTime::unix_timestamp),
        since: row.since.unix_timestamp(),
    }
}

fn recapture(wanted: Wanted) -> i32 {
    let recapture = match wanted {
        Wanted::Portrait => Recapture::Portrait,
        Wanted::Fingers => Recapture::Fingers,
        Wanted::Signature => Recapture::Signature,
        Wanted::Documents => Recapture::Documents,
        Wanted::Identity => Recapture::Identity,
    };
    recapture.into()
}
