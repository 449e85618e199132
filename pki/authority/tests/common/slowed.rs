//! The real service over a token slowed to a nominal rate, and callers that keep requests in flight.
//!
//! The slowing is a [`SigningKey`] around the real key in the real token, and lives only here: the
//! service itself has no such switch. Tests and the benchmark `signing_rate` share it.

use std::{
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::House;
use icao9303::x509::Certificate;
use key_custody::Token;
use pki_authority::{
    serve::{self, config::ServeConfig},
    signing::signer::{KeyError, Signer, SigningKey, TokenKey},
    surroundings::Surroundings,
};
use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::OffsetDateTime;
use wire::signing::SignRequest;

/// A token that does one signature at a time, each in the same time.
struct Slowed {
    inner: TokenKey,
    each: Duration,
    free: Mutex<Instant>,
}

impl SigningKey for Slowed {
    fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut free = self.free.lock().unwrap();
        let signature = self.inner.sign_digest(digest)?;
        *free = (*free).max(Instant::now().checked_sub(self.each).unwrap()) + self.each;
        thread::sleep(free.saturating_duration_since(Instant::now()));
        Ok(signature)
    }

    fn check(&self) -> Result<(), KeyError> {
        self.inner.check()
    }

    fn token(&self) -> &str {
        self.inner.token()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
fn clock() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// The service with a slowed token, in a thread of this process until its sender is dropped.
pub fn serve_slowed(house: &House, per_second: u32) -> (String, tokio::sync::oneshot::Sender<()>) {
    let config = ServeConfig::read(&house.config(5)).unwrap();
    let (address, listening) = mpsc::channel();
    let (end, ended) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        let token = Token::open(&config.token()).unwrap();
        let bytes = std::fs::read(&config.document_signers[0].certificate).unwrap();
        let certificate = Certificate::parse(&bytes).unwrap();
        let slowed = Slowed {
            inner: TokenKey::new(token.into(), "ds-1", &certificate),
            each: Duration::from_secs(1) / per_second,
            free: Mutex::new(Instant::now()),
        };
        let signer = Signer::new("ds-1", certificate, Box::new(slowed)).unwrap();
        let surroundings = Surroundings::new(clock, UnwrapErr(SysRng));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let run = serve::run(
            &config,
            vec![signer],
            surroundings,
            |bound| address.send(bound.to_string()).unwrap(),
            async { drop(ended.await) },
        );
        runtime.block_on(run).unwrap();
    });
    (listening.recv().unwrap(), end)
}

/// Signs all requests with so many in flight; answers a second.
pub async fn rate(
    house: &House,
    address: &str,
    requests: Vec<SignRequest>,
    in_flight: usize,
) -> f64 {
    let line = house.caller_at(address, "line").await;
    let count = requests.len();
    let queue = std::sync::Arc::new(tokio::sync::Mutex::new(requests));
    let begin = Instant::now();
    let workers: Vec<_> = (0..in_flight)
        .map(|_| {
            let (mut line, queue) = (line.clone(), queue.clone());
            tokio::spawn(async move {
                loop {
                    let Some(request) = queue.lock().await.pop() else {
                        break;
                    };
                    assert!(!line.sign(request).await.unwrap().into_inner().repeated);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    f64::from(u32::try_from(count).unwrap()) / begin.elapsed().as_secs_f64()
}
