//! Programs whose certificates end: each gets another one over the same key, which says the same of it.
//!
//! What a program may be is decided in the first ceremony; a renewal adds time and nothing else.

use icao9303::x509::Certificate;
use key_custody::role::OperationsCa;
use rand::CryptoRng;
use time::OffsetDateTime;

use super::{
    Ceremony, CeremonyError, calendar::Calendar, later_plan::RenewPlan, operations,
    place::TokenPlace,
};
use crate::{
    authority_key::sign_with,
    profile::{Period, SerialNumber, build_renewed_certificate},
};

/// Makes `operations/PROGRAM-NAME.{cer,pem}`, where NAME is that of the ceremony.
pub(super) fn renew<R: CryptoRng, P>(
    ceremony: &mut Ceremony<'_, R, P>,
    name: &str,
    plans: &[RenewPlan],
) -> Result<(), CeremonyError> {
    if plans.is_empty() {
        return Ok(());
    }
    let token = ceremony.token(TokenPlace::OperationsCa, &|_| Ok(false))?;
    let key = token.find_ec::<OperationsCa>(operations::KEY)?;
    let file = format!("{}.cer", operations::CA);
    let ca = ceremony.certificate(&file, key.public_key_spki())?;
    let ca = ca.ok_or(CeremonyError::NoPrevious { file })?;
    for plan in plans {
        let first = certificate(ceremony, &format!("operations/{}.cer", plan.program), &ca)?;
        let file = format!("operations/{}-{name}", plan.program);
        let spki = first.public_key().to_named_spki().unwrap_or_default();
        let made = ceremony.certificate(&format!("{file}.cer"), &spki)?;
        let renewed = if let Some(renewed) = made {
            renewed
        } else {
            let serial = SerialNumber::random(ceremony.rng);
            let validity = validity(ceremony.now, plan.months, &ca)?;
            let mut sign = sign_with(&token, &key);
            let renewed = build_renewed_certificate((&serial, validity), &first, &ca, &mut sign)?;
            ceremony.make(&format!("{file}.cer"), renewed.der())?;
            renewed
        };
        ceremony.keep(&format!("{file}.pem"), &operations::pem(&renewed)?)?;
    }
    Ok(())
}

/// Not beyond the CA's last day.
fn validity(now: OffsetDateTime, months: u8, ca: &Certificate) -> Result<Period, CeremonyError> {
    let mut validity = Calendar::new(now).months(months.into());
    validity.until = validity.until.min(ca.not_after());
    if validity.until <= now {
        return Err(CeremonyError::AuthorityEnded);
    }
    Ok(validity)
}

/// A certificate that the CA issued in this folder.
fn certificate<R: CryptoRng, P>(
    ceremony: &Ceremony<'_, R, P>,
    file: &str,
    ca: &Certificate,
) -> Result<Certificate, CeremonyError> {
    let file = file.to_owned();
    let Some(bytes) = ceremony.place.read(&file)? else {
        return Err(CeremonyError::NoPrevious { file });
    };
    Certificate::parse(&bytes)
        .ok()
        .filter(|one| one.is_signed_by(ca.public_key()).unwrap_or(false))
        .ok_or(CeremonyError::Foreign { file })
}
