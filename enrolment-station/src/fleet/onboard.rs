//! `enrolment-station onboard CODE`: a station becomes one of the centre's.
//!
//! Each step looks first whether it is done, so the same command continues after a kill, a lost reply or a
//! cut line. The keys are made and durable before the code is shown to anybody: the centre binds the
//! code to them, and answers the same call with the same certificates.

use std::{sync::Arc, time::Duration};

use dossier::{OfficeId, StationId};
use key_custody::Token;
use openssl::x509::X509;
use rand::CryptoRng;
use time::OffsetDateTime;
use wire::fleet::{OnboardRequest, OnboardResponse, onboarding_client::OnboardingClient};

use super::{
    FleetError, Identity, Standing, certificate,
    keys::{self, Pair},
    standing::{open_store, trusted},
    within,
};
use crate::{
    centre::channel::{CentreAddress, channel, tls},
    config::Config,
    store::issued::Kind,
};

/// The longest call.
const LIMIT: Duration = Duration::from_mins(2);

/// Takes the station in; what is done already is not done again. Returns its standing, and whether the
/// first configuration and staff list came: where not, `serve` fetches them.
pub async fn run(
    config: &Config,
    code: &str,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> Result<(Standing, Result<(), FleetError>), FleetError> {
    let trusted = trusted(config)?;
    keys::make_first(config, rng)?;
    let (token, store) = open_store(config, rng).await?;
    if store.issued(Kind::Station).await?.is_none() {
        let identity = ask(config, code, &token, &trusted).await?;
        let bytes = identity.encode()?;
        store
            .put_issued(rng, &[(Kind::Station, &bytes)], now)
            .await?;
    }
    let standing = Standing::over(config, token, store).await?;
    let pulled = within(LIMIT, standing.pull(rng, now)).await;
    Ok((standing, pulled))
}

async fn ask(
    config: &Config,
    code: &str,
    token: &Arc<Token>,
    trusted: &X509,
) -> Result<Identity, FleetError> {
    let pair = keys::pair(token, keys::FIRST)?;
    let [tls_request, signing_request] = pair.requests(token)?;
    let authority = trusted.to_der().map_err(certificate::der)?;
    let address = CentreAddress {
        authority: config.centre.onboarding.clone(),
        server_name: config.centre.server_name.clone(),
    };
    let channel = channel(&address, tls([authority.into()], None)?)?;
    let mut client = OnboardingClient::new(channel);
    let answer = client.onboard(OnboardRequest {
        code: code.chars().filter(|c| !matches!(c, ' ' | '-')).collect(),
        tls_request,
        signing_request,
    });
    let answer = within(LIMIT, async { Ok(answer.await?) }).await?;
    identity(answer.into_inner(), &pair, trusted)
}

/// The identity behind the answer, all of it checked.
fn identity(answer: OnboardResponse, pair: &Pair, trusted: &X509) -> Result<Identity, FleetError> {
    let station = answer.station.as_slice().try_into();
    let station = station.map(StationId::from_bytes);
    let station = station.map_err(|_| FleetError::Answer("the station's id is none"))?;
    let office: Result<OfficeId, _> = answer.office.parse();
    let office = office.map_err(|_| FleetError::Answer("the office is none"))?;
    let none = FleetError::Answer("there are no certificates");
    let certificates = answer.certificates.ok_or(none)?;
    certificate::check(&certificates, pair.public(), (station, &office), trusted)?;
    Ok(Identity {
        station,
        office,
        generation: keys::FIRST,
        tls: certificates.tls,
        signing: certificates.signing,
        authority: certificates.authority,
        configuration_key: answer.configuration_key,
        receipt_keys: answer.receipt_keys,
    })
}
