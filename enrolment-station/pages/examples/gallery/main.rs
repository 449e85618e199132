//! The gallery: every component in four languages, on a free port of this machine, with a person to sign in as.
//! `cargo run -p pages --example gallery [-- --idle SECONDS] [--port PORT]`; tests of the pages run against it.

mod pictures;
mod site;
mod staff;
mod views;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use pages::http::{Limits, MemorySessions, Settings, Surroundings};
use pages::sign_in::{RelyingParty, SignIn};
use pages::{Id, Shield, Site, Texts};
use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::{Duration, OffsetDateTime};

/// What the gallery itself says.
const MESSAGES: &[pages::language::Source] = pages::messages!("gallery");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener =
        tokio::net::TcpListener::bind(("127.0.0.1", number("--port")?.unwrap_or(0))).await?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let mut limits = Limits::default();
    if let Some(seconds) = number("--idle")? {
        limits.idle = Duration::seconds(i64::from(seconds));
    }
    let shield = Shield::new(
        Site::new(Texts::new(MESSAGES)?, Id("gallery-service"), "/"),
        Settings::new([origin.clone()], limits)?,
        Arc::new(MemorySessions::new()),
        Surroundings::new(now, UnwrapErr(SysRng)),
    );
    let sign_in = SignIn::new(
        Arc::new(staff::Gallery::new()?),
        RelyingParty::new("localhost", &origin, "Stempel")?,
    );
    let open = site::open_routes().merge(sign_in.open_routes());
    let staff = site::staff_routes().merge(sign_in.staff_routes());
    println!("{origin}/");
    println!(
        "sign in as {} with {:?} and the secret {}",
        staff::LOGIN,
        staff::PASSWORD,
        staff::SECRET
    );
    let service = shield.serve(open, staff);
    axum::serve(
        listener,
        service.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}

fn number(name: &str) -> Result<Option<u16>, Box<dyn Error>> {
    let value = std::env::args()
        .skip_while(|argument| argument != name)
        .nth(1);
    Ok(value.map(|value| value.parse()).transpose()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
