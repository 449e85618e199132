//! When our certificate ends: said in the log while there is time to have it renewed.

use std::{sync::Arc, time::Duration};

use openssl::x509::X509;
use rustls::pki_types::UnixTime;

use super::{list::seconds, renewable::Renewable};

/// Days before its end from which on a certificate of ours is spoken of.
pub const ENDS_SOON: i64 = 30;
/// Between two looks.
const LOOK: Duration = Duration::from_hours(1);
const DAY: i64 = 86_400;

impl Renewable {
    /// The certificate in use (DER); none while the token has not been there yet.
    #[must_use]
    pub fn certificate(&self) -> Option<Vec<u8>> {
        Some(self.current()?.cert.first()?.to_vec())
    }

    /// The last second of the certificate in use, since 1970; none where there is none, or it cannot be read.
    #[must_use]
    pub fn ends_at(&self) -> Option<i64> {
        let certificate = X509::from_der(&self.certificate()?).ok()?;
        seconds(certificate.not_after()).ok()
    }
}

/// Says how many days are left, from [`ENDS_SOON`] days before the end on, once for each number of them.
#[derive(Debug, Default)]
pub struct EndWatch {
    said: Option<i64>,
}

impl EndWatch {
    /// Looks at the certificate; the days left where that was said now, less than none where it ended.
    pub fn look(&mut self, ours: &Renewable, now: UnixTime) -> Option<i64> {
        let now = i64::try_from(now.as_secs()).ok()?;
        let left = (ours.ends_at()? - now).div_euclid(DAY);
        if left > ENDS_SOON || self.said == Some(left) {
            return None;
        }
        self.said = Some(left);
        if left < 0 {
            tracing::error!(
                days = left,
                "our own certificate has ended: nobody shakes hands with us; have it renewed (docs/pki.md)"
            );
        } else {
            tracing::warn!(
                days = left,
                "our own certificate ends soon; have it renewed (docs/pki.md)"
            );
        }
        Some(left)
    }
}

/// Looks at our certificate for ever: at the start, and every hour.
pub async fn watch_end(ours: Arc<Renewable>) {
    let mut watch = EndWatch::default();
    loop {
        watch.look(&ours, UnixTime::now());
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::renewable::tests::renewable;

    #[test]
    fn each_of_the_last_thirty_days_is_said_once_and_a_renewal_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, renew) = renewable(folder.path(), 90);
        let now = ours.ends_at().unwrap() - 90 * DAY;
        let at = |days: i64| {
            let seconds = u64::try_from(now + days * DAY).unwrap();
            UnixTime::since_unix_epoch(Duration::from_secs(seconds))
        };
        let mut watch = EndWatch::default();
        assert_eq!(watch.look(&ours, at(59)), None);
        assert_eq!(watch.look(&ours, at(60)), Some(30));
        assert_eq!(watch.look(&ours, at(61)), Some(29));
        assert_eq!(watch.look(&ours, at(61)), None, "once a day");
        assert_eq!(watch.look(&ours, at(62)), Some(28));
        assert_eq!(watch.look(&ours, at(90)), Some(0));
        assert_eq!(watch.look(&ours, at(91)), Some(-1));
        renew(365);
        assert_eq!(watch.look(&ours, at(91)), None);
        assert_eq!(watch.look(&ours, at(340)), Some(25));
    }
}
