//! The clerk's pages, served to this computer alone.

mod asking;
mod assets;
pub mod desk;
pub mod place;
mod receipt;
mod role;
pub mod scanners;
mod setup;
pub mod steps;
mod today;
mod trouble;
mod whole;

use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{get, post};
use pages::http::SettingsError;
use pages::language::TextsError;
use pages::sign_in::RelyingPartyError;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use place::Place;
pub use setup::{SetUpError, uploader};

/// So long requests under way may take when the program is told to end: a capture.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the station itself says.
pub const MESSAGES: &[pages::language::Source] =
    pages::messages!("station", "capture", "names", "devices");

/// Why the station cannot serve. For the operator.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The port is taken, or the network is not there.
    #[error("listening on {address}: {source}; is another station running?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The server ended.
    #[error("serving the pages: {0}")]
    Serve(io::Error),
    /// The messages cannot be read.
    #[error(transparent)]
    Texts(#[from] TextsError),
    /// The origin cannot be served.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Passkeys cannot be asked for.
    #[error(transparent)]
    RelyingParty(#[from] RelyingPartyError),
    /// What stands behind the pages is not there.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
}

/// Serves until the program is told to end.
pub async fn run(config: Config) -> Result<(), ServeError> {
    let address = config.listen;
    let failed = |source| ServeError::Listen { address, source };
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let origin = format!("http://localhost:{port}");
    let station = setup::station(&config, &origin).await?;
    let (stop, _) = tokio::sync::watch::channel(false);
    station.work(&stop);
    let open = Router::new()
        .route("/", get(async || Redirect::to("/today")))
        .merge(assets::routes())
        .merge(station.place.sign_in.open_routes());
    let staff = routes(&station.place).merge(station.place.sign_in.staff_routes());
    let service = station.shield.serve(open, staff);
    println!("{origin}/");
    let told = stop.subscribe();
    let serving = axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(ended(stop));
    tokio::select! {
        served = serving.into_future() => served.map_err(ServeError::Serve),
        () = patience(told) => Ok(()),
    }
}

/// Pages for clerks: what is not here does not exist, and who is no clerk of this office's list gets none of it.
fn routes(place: &Place) -> Router {
    Router::new()
        .route("/today", get(today::show))
        .route("/applications", post(today::start))
        .route("/applications/{id}", get(today::go_on))
        .route(
            "/applications/{id}/discard",
            get(today::ask_discard).post(today::discard),
        )
        .route("/receipt", get(receipt::show))
        .route("/receipt.pdf", get(receipt::print))
        .merge(steps::routes())
        .route_layer(from_fn(whole::to_the_end))
        .route_layer(from_fn_with_state(place.clone(), role::clerks_only))
        .with_state(place.clone())
}

async fn ended(stop: tokio::sync::watch::Sender<bool>) {
    // Without signals the program is killed, which it survives.
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _told = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    stop.send_replace(true);
}

/// A live picture that stays open does not hold the end up for longer than any act takes.
async fn patience(mut told: tokio::sync::watch::Receiver<bool>) {
    if told.wait_for(|stop| *stop).await.is_ok() {
        tokio::time::sleep(PATIENCE).await;
    } else {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
