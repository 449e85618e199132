//! What the centre certified, held against what was asked for.

use dossier::{OfficeId, StationId};
use openssl::{
    asn1::{Asn1Time, Asn1TimeRef},
    error::ErrorStack,
    nid::Nid,
    x509::X509,
};
use time::{Duration, OffsetDateTime};
use wire::fleet::StationCertificates;

use super::FleetError;

/// The certificates of both keys, which are those that were asked for, of the CA that we trust.
pub(super) fn check(
    certificates: &StationCertificates,
    [tls, signing]: [&[u8]; 2],
    (station, office): (StationId, &OfficeId),
    trusted: &X509,
) -> Result<(), FleetError> {
    let authority = trusted.to_der().map_err(der)?;
    if certificates.authority != authority {
        return Err(FleetError::Answer(
            "it names another operations authority than the configuration",
        ));
    }
    for (certificate, spki) in [(&certificates.tls, tls), (&certificates.signing, signing)] {
        let certificate = X509::from_der(certificate).map_err(der)?;
        let key = trusted.public_key().map_err(der)?;
        if !certificate.verify(&key).unwrap_or(false) {
            return Err(FleetError::Answer(
                "a certificate is not of the operations authority",
            ));
        }
        let certified = certificate
            .public_key()
            .and_then(|key| key.public_key_to_der());
        if certified.map_err(der)? != spki {
            return Err(FleetError::Answer("a certificate is of another key"));
        }
        let names = [
            (Nid::COMMONNAME, station.to_string()),
            (Nid::LOCALITYNAME, office.to_string()),
            (Nid::ORGANIZATIONALUNITNAME, "station".to_owned()),
        ];
        for (nid, expected) in names {
            let mut found = certificate.subject_name().entries_by_nid(nid);
            let one = found.next().and_then(|one| one.data().to_string().ok());
            if one.as_deref() != Some(&expected) || found.next().is_some() {
                return Err(FleetError::Answer("a certificate is of another station"));
            }
        }
    }
    Ok(())
}

/// First and last second of a certificate.
pub(super) fn period(certificate: &[u8]) -> Result<(OffsetDateTime, OffsetDateTime), FleetError> {
    let certificate = X509::from_der(certificate).map_err(der)?;
    Ok((
        instant(certificate.not_before()).map_err(der)?,
        instant(certificate.not_after()).map_err(der)?,
    ))
}

/// OpenSSL tells only differences, here from 1970.
fn instant(time: &Asn1TimeRef) -> Result<OffsetDateTime, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    let since = Duration::days(since.days.into()) + Duration::seconds(since.secs.into());
    Ok(OffsetDateTime::UNIX_EPOCH + since)
}

#[expect(clippy::needless_pass_by_value, reason = "a function for map_err")]
pub(super) fn der(error: ErrorStack) -> FleetError {
    FleetError::Der(error.to_string())
}
