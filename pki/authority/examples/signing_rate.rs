//! How much of a token's rate the signing service brings to its callers: 16 requests in flight, gRPC
//! over mutual TLS, a durable store, each signature verified before release, in a real SoftHSM token.
//!
//! The service at full speed is the program `pki-authority` one folder above this one. Prints one JSON
//! object a figure: name, value, unit, limit, met, against.

#![expect(clippy::unwrap_used, reason = "a measurement stops at the first fault")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::{House, Service, slowed};
use key_custody::{EcKey, Token, role::DocumentSigning};
use pki_authority::serve::config::ServeConfig;

const IN_FLIGHT: usize = 16;
/// Signatures a second of the slowed token.
const NOMINAL: u32 = 300;
/// Requests to the slowed token: five seconds of them.
const SLOWED_REQUESTS: u32 = 1_500;
const FULL_REQUESTS: u32 = 1_000;
const BARE_SIGNATURES: u32 = 500;

#[tokio::main]
async fn main() {
    full_speed().await;
    slowed_token().await;
}

/// The service as it is, beside bare `C_Sign` on the same key before and after.
async fn full_speed() {
    let mut house = House::new();
    let requests = house.many(FULL_REQUESTS);
    // The tickets' token is another configuration: one process has one at a time.
    house.close_tickets();
    let config = house.config(5);
    let token = Token::open(&ServeConfig::read(&config).unwrap().token()).unwrap();
    let key = token.find_ec::<DocumentSigning>("ds-1").unwrap();
    let before = bare_rate(&token, &key);
    let service = Service::start(&config);
    let reached = slowed::rate(&house, &service.address, requests, IN_FLIGHT).await;
    drop(service);
    let bare = before.max(bare_rate(&token, &key));
    let against = format!("bare C_Sign on the same key, one thread: {bare:.0} a second");
    figure(
        "signing_to_bare_c_sign",
        reached / bare,
        "ratio",
        None,
        &against,
    );
    figure(
        "signing_rate",
        reached,
        "signatures/s",
        None,
        "reported only",
    );
}

/// The service over a token slowed to a nominal rate.
async fn slowed_token() {
    let mut house = House::new();
    let requests = house.many(SLOWED_REQUESTS);
    house.close_tickets();
    let (address, end) = slowed::serve_slowed(&house, NOMINAL);
    let reached = slowed::rate(&house, &address, requests, IN_FLIGHT).await;
    drop(end);
    let ratio = reached / f64::from(NOMINAL);
    assert!(
        ratio <= 1.01,
        "the token was not slowed: {reached:.1} a second"
    );
    let against = format!("a token slowed to {NOMINAL} a second; {IN_FLIGHT} in flight");
    figure(
        "signing_of_slowed_token",
        ratio,
        "ratio",
        Some(0.95),
        &against,
    );
}

fn bare_rate(token: &Token, key: &EcKey<DocumentSigning>) -> f64 {
    let begin = Instant::now();
    for _ in 0..BARE_SIGNATURES {
        token.sign_digest(key, &[7; 32]).unwrap();
    }
    f64::from(BARE_SIGNATURES) / begin.elapsed().as_secs_f64()
}

/// Prints a figure that must not be below its limit.
fn figure(name: &str, value: f64, unit: &str, limit: Option<f64>, against: &str) {
    let met = limit.is_none_or(|limit| value >= limit);
    let figure = serde_json::json!({
        "name": name, "value": value, "unit": unit, "limit": limit, "met": met, "against": against,
    });
    println!("{figure}");
}
