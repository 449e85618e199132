//! A whole inspection against a chip that says anything: it ends, and such a chip is never genuine.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;
use std::time::Instant;

use icao9303::pace::Password;
use icao9303::transport::CardTransport;
use icao9303::x509::TrustStore;
use inspection::budget::Budget;
use inspection::report::Verdict;
use inspection::{Request, inspect};
use rand::SeedableRng;
use rand::rngs::StdRng;
use time::OffsetDateTime;

/// The input is one answer after another, each behind its length (2 bytes); then the chip says 6F00.
struct Chip<'a>(&'a [u8]);

impl CardTransport for Chip<'_> {
    type Error = Infallible;

    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Infallible> {
        let Some((length, rest)) = self.0.split_first_chunk::<2>() else {
            return Ok(vec![0x6F, 0x00]);
        };
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (answer, rest) = rest.split_at(length);
        self.0 = rest;
        Ok(answer.to_vec())
    }
}

fuzz::target!(|data| {
    let password = Password::can("123456").expect("six digits");
    let request = Request {
        password: Some(&password),
        printed_mrz: None,
        terminal: None,
        trust: &TrustStore::new(),
        now: OffsetDateTime::UNIX_EPOCH,
        budget: Budget::default(),
        reader: None,
        atr: None,
    };
    let mut rng = StdRng::seed_from_u64(1);
    let report = inspect(Chip(data), &request, &Instant::now(), &mut rng).report;
    assert_eq!(report.verdict, Verdict::NoVerdict);
    assert!(
        !report
            .to_string()
            .chars()
            .any(|c| c.is_control() && c != '\n')
    );
    report.to_json().expect("a report is JSON");
});
