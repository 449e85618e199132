//! `/floor/live`: server-sent events that say that something on the floor changed.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{
        IntoResponse as _, Redirect, Response,
        sse::{Event, Sse},
    },
};
use tokio::{
    sync::mpsc::{self, Sender},
    time::{Instant, sleep},
};
use tokio_stream::wrappers::ReceiverStream;

use crate::console::Desk;

/// How often the database is asked.
const LOOK: Duration = Duration::from_secs(1);
/// Without a change it is said so often that all is well: who hears nothing for longer knows that the line is down.
const STILL: Duration = Duration::from_secs(10);
/// A stream ends after so long; the browser comes again, and is judged again: session, roles, idle lock.
const LASTS: Duration = Duration::from_mins(1);

type Said = Result<Event, Infallible>;

pub(super) async fn stream(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let kind = headers.get(header::ACCEPT);
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"text/event-stream")) {
        return Redirect::to("/floor").into_response();
    }
    let (said, heard) = mpsc::channel(1);
    tokio::spawn(tell(desk, said));
    Sse::new(ReceiverStream::new(heard)).into_response()
}

async fn tell(desk: Desk, said: Sender<Said>) {
    let began = Instant::now();
    let (mut last, mut told) = (None, began);
    while began.elapsed() < LASTS && !said.is_closed() {
        let now = match desk.store.floor_now().await {
            Ok(now) => Some(now),
            Err(error) => {
                tracing::error!(%error, "the floor's page is not told of changes");
                return;
            }
        };
        // What the page that opened this stream shows may be older than its first look.
        let changed = last != now;
        last = now;
        if changed || told.elapsed() >= STILL {
            told = Instant::now();
            let name = if changed { "changed" } else { "still" };
            // Browsers drop events without data.
            let event = Event::default().event(name).data(name);
            if said.send(Ok(event)).await.is_err() {
                return;
            }
        }
        sleep(LOOK).await;
    }
}
