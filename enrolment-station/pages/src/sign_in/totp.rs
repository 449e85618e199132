//! One-time codes: TOTP (RFC 6238), six digits, 30 seconds, one step early or late, each step once.

use std::fmt;

use time::OffsetDateTime;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

const DIGITS: u8 = 6;
/// Seconds of one code.
const STEP: u64 = 30;

/// The secret shared with the person's device: 20 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<[u8; 20]>);

/// A text or name that makes no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpSecretError {
    /// Not 20 bytes in base 32.
    #[error("a secret of one-time codes is 20 bytes in base 32; take it as it was shown")]
    Text,
    /// A name that cannot stand in the address.
    #[error(
        "the name of the service or the person cannot stand in the address of a secret; leave out colons"
    )]
    Name,
}

impl TotpSecret {
    /// A secret of random bytes.
    pub fn new(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads base 32 without padding.
    pub fn from_base32(text: &str) -> Result<Self, TotpSecretError> {
        let secret = Secret::try_from_base32(text).map_err(|_| TotpSecretError::Text)?;
        let bytes = secret
            .as_bytes()
            .try_into()
            .map_err(|_| TotpSecretError::Text)?;
        Ok(Self::new(bytes))
    }

    /// In base 32, to be typed into a device.
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// The `otpauth://` address that devices read from a QR code.
    pub fn address(
        &self,
        service: &str,
        login: &str,
    ) -> Result<Zeroizing<String>, TotpSecretError> {
        let builder = builder(self)
            .with_issuer(Some(service))
            .with_account_name(login);
        let totp = builder.build().map_err(|_| TotpSecretError::Name)?;
        let address = totp.to_url().map_err(|_| TotpSecretError::Name)?;
        Ok(Zeroizing::new(address))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

fn builder(secret: &TotpSecret) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP)
        .with_secret(Secret::new_stack(*secret.0))
}

/// The latest time step whose code was typed, of the current one and its neighbours; as long for nobody's secret.
pub(super) fn step_of(kept: Option<&TotpSecret>, typed: &str, now: OffsetDateTime) -> Option<u64> {
    let nobody = TotpSecret::new([0; 20]);
    let totp: Totp = builder(kept.unwrap_or(&nobody)).build_noncompliant();
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = u64::try_from(now.unix_timestamp()).unwrap_or_default() / STEP;
    let mut found = None;
    for step in current.saturating_sub(1)..=current + 1 {
        let code = totp.generate(step * STEP).to_string();
        let same =
            code.len() == typed.len() && openssl::memcmp::eq(code.as_bytes(), typed.as_bytes());
        found = if same { Some(step) } else { found };
    }
    found.filter(|_| kept.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    /// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn the_published_codes() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let step = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(
                step_of(Some(&secret), code, at(seconds)),
                Some(step),
                "{code}"
            );
        }
    }

    #[test]
    fn one_step_early_or_late_and_no_more() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        let judged = |seconds| step_of(Some(&secret), "287 082", at(seconds));
        assert_eq!(judged(59 - 30), Some(1));
        assert_eq!(judged(59 + 30), Some(1));
        assert_eq!(judged(59 + 60), None);
        assert_eq!(step_of(Some(&secret), "28708", at(59)), None);
        assert_eq!(step_of(None, "328482", at(59)), None);
    }

    #[test]
    fn the_secret_is_shown_once_and_never_logged() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        let text = secret.to_base32();
        assert_eq!(*text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::from_base32(&text).unwrap(), secret);
        assert_eq!(TotpSecret::from_base32("GEZDG"), Err(TotpSecretError::Text));
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
        let address = secret.address("Stempel", "m.weber").unwrap();
        assert!(
            address.starts_with("otpauth://totp/Stempel:m.weber?secret=GEZD"),
            "{}",
            *address
        );
    }
}
