//! The clerk's pages, served to this computer alone.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use pages::http::{Limits, MemorySessions, Settings, SettingsError, Surroundings};
use pages::language::TextsError;
use pages::{Id, Shield, Site, Texts};
use thiserror::Error;

use crate::config::Config;
use crate::edge;

/// What the station itself says.
pub const MESSAGES: &[pages::language::Source] = pages::messages!("station");

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
    let shield = Shield::new(
        Site::new(Texts::new(MESSAGES)?, Id("station-service"), "/today"),
        Settings::new([origin.clone()], Limits::default())?,
        Arc::new(MemorySessions::new()),
        Surroundings::new(edge::now, edge::rng()),
    );
    println!("{origin}/");
    let service = shield.serve(Router::new(), Router::new());
    axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(ended())
    .await
    .map_err(ServeError::Serve)
}

async fn ended() {
    let _ = tokio::signal::ctrl_c().await;
}
