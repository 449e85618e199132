//! `personalisation fleet …`: what an operator does at the centre.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use clap::{Subcommand, ValueEnum};
use dossier::{OfficeId, StationId};
use openssl::x509::X509;
use personalisation_store::{
    Store,
    fleet::{NewCode, RevocationReason, Station, StationState},
};
use rand::CryptoRng;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::{
    AuthorityError, FleetError, Place,
    code::Code,
    config,
    taking_in::{act, act_on},
};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a one-time code for a station of an office.
    Code {
        /// The office, for example L-0304.
        #[arg(long)]
        office: OfficeId,
        /// The station in whose place it comes; that one goes into quarantine.
        #[arg(long)]
        replaces: Option<StationId>,
    },
    /// Prints every station: id, office, state, last report.
    List,
    /// Ends a station for ever: its next call is refused.
    Revoke {
        /// The station.
        station: StationId,
        /// Why.
        #[arg(long)]
        reason: Reason,
    },
    /// Ends a program's certificate for ever: pki refuses its next call, and whoever else reads the operations CA's
    /// list its next connection.
    RevokeProgram {
        /// The certificate as the ceremony made it (PEM or DER).
        certificate: PathBuf,
        /// Why.
        #[arg(long)]
        reason: Reason,
    },
    /// Lets a station only empty its outbox.
    Quarantine {
        /// The station.
        station: StationId,
    },
    /// Takes a station back from quarantine.
    Release {
        /// The station.
        station: StationId,
    },
    /// Prints or signs the configuration of all stations.
    #[command(subcommand)]
    Configuration(ConfigurationCommand),
}

/// What is to be done with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigurationCommand {
    /// Prints the newest one as a draft to edit.
    Show,
    /// Signs a draft; stations pull it.
    Sign {
        /// The draft.
        file: PathBuf,
    },
}

/// Why a station is revoked.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Reason {
    /// Lost, stolen or tampered with.
    KeyCompromise,
    /// Another one took its place.
    Superseded,
    /// Taken out of service.
    CessationOfOperation,
}

/// Does it; returns what is to be printed.
pub async fn run(
    place: &Arc<Place>,
    command: Command,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<String>, FleetError> {
    let store = &place.store;
    let now = place.now();
    let text = match command {
        Command::Code { office, replaces } => return code(place, office, replaces, rng).await,
        Command::List => list(store, now).await?,
        Command::Revoke { station, reason } => revoke(place, station, reason).await?,
        Command::RevokeProgram {
            certificate,
            reason,
        } => revoke_program(place, certificate, reason).await?,
        Command::Quarantine { station } => {
            known(store, station).await?;
            let act = act("quarantine-station", station);
            let moved = [act.intent(now), act.outcome(now, "in quarantine")];
            let not = [act.intent(now), act.outcome(now, "was not active")];
            let entries = (&moved[..], &not[..]);
            if store.quarantine_station(station, entries, now).await? {
                format!("{station} is in quarantine\n")
            } else {
                format!("{station} was not active, nothing changed\n")
            }
        }
        Command::Release { station } => {
            known(store, station).await?;
            let act = act("release-station", station);
            let moved = [act.intent(now), act.outcome(now, "active")];
            let not = [act.intent(now), act.outcome(now, "was not in quarantine")];
            let entries = (&moved[..], &not[..]);
            if store.release_station(station, entries, now).await? {
                format!("{station} is active\n")
            } else {
                format!("{station} was not in quarantine, nothing changed\n")
            }
        }
        Command::Configuration(ConfigurationCommand::Show) => place.configuration_draft().await?,
        Command::Configuration(ConfigurationCommand::Sign { file }) => {
            let text = String::from_utf8(config::read(&file)?).map_err(|_| FleetError::File {
                path: file,
                what: "text in UTF-8",
            })?;
            let number = place.sign_configuration(&text).await?;
            format!("configuration {number} is signed\n")
        }
    };
    Ok(Zeroizing::new(text))
}

async fn code(
    place: &Place,
    office: OfficeId,
    replaces: Option<StationId>,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<String>, FleetError> {
    if let Some(replaced) = replaces {
        known(&place.store, replaced).await?;
    }
    let now = place.now();
    let code = Code::generate(rng);
    let new = NewCode {
        hash: code.hash(),
        station: StationId::generate(rng),
        office,
        replaces,
        until: now + Duration::days(place.section.code_days.into()),
    };
    let act = act("make-code", new.station);
    let entries = [act.intent(now), act.outcome(now, "made")];
    place.store.add_code(&new, &entries, now).await?;
    Ok(Zeroizing::new(format!("{}\n", *code.printed())))
}

async fn revoke(
    place: &Arc<Place>,
    station: StationId,
    reason: Reason,
) -> Result<String, FleetError> {
    known(&place.store, station).await?;
    let count = place.revoking.revoke(station, reason.into()).await?;
    Ok(format!("{station} is revoked, {count} certificates\n"))
}

async fn revoke_program(
    place: &Arc<Place>,
    path: PathBuf,
    reason: Reason,
) -> Result<String, FleetError> {
    let bytes = config::read(&path)?;
    let certificate = X509::from_pem(&bytes).or_else(|_| X509::from_der(&bytes));
    let der = certificate.and_then(|certificate| certificate.to_der());
    let der = der.map_err(|_| FleetError::File {
        path: path.clone(),
        what: "a certificate",
    })?;
    let digest = hex::encode(openssl::sha::sha256(&der));
    let act = act_on(
        "revoke-program",
        &format!("certificate of SHA-256 {digest}"),
    );
    place.store.audit(&[act.intent(place.now())]).await?;
    let revoked = place.authority.revoke_program(der, reason.into()).await;
    let said = said(&revoked);
    place.store.audit(&[act.outcome(place.now(), said)]).await?;
    revoked?;
    Ok(format!("{}: {said}\n", path.display()))
}

/// What the audit says became of a program's revocation.
fn said(revoked: &Result<bool, AuthorityError>) -> &'static str {
    match revoked {
        Ok(true) => "revoked, on the list",
        Ok(false) => "was revoked before",
        Err(error) if error.did_nothing() => "not revoked, pki refused",
        Err(_) => "not known whether revoked; repeat",
    }
}

async fn known(store: &Store, station: StationId) -> Result<Station, FleetError> {
    let found = store.station(station).await?;
    found.ok_or_else(|| FleetError::NoStation(station.to_string()))
}

async fn list(store: &Store, now: OffsetDateTime) -> Result<String, FleetError> {
    let mut text = String::new();
    for station in store.stations().await? {
        let state = match station.state {
            StationState::Active => "active",
            StationState::Quarantined { .. } => "quarantined",
            StationState::Revoked { .. } => "revoked",
        };
        let report = store.latest_report(station.id).await?;
        let seen = report.map_or("never reported".to_owned(), |report| {
            let minutes = (now - report.received_at).whole_minutes();
            format!(
                "{minutes} min ago, version {}, backlog {}",
                report.program_version, report.backlog
            )
        });
        // Writing to a String has no failure.
        let _ = writeln!(text, "{} {} {state} {seen}", station.id, station.office);
    }
    Ok(text)
}

impl From<Reason> for RevocationReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::KeyCompromise => Self::KeyCompromise,
            Reason::Superseded => Self::Superseded,
            Reason::CessationOfOperation => Self::CessationOfOperation,
        }
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn only_what_pki_refused_before_it_did_anything_is_not_revoked() {
        let after = |status: Status| said(&Err(status.into()));
        for refusal in [
            Status::invalid_argument("not-a-program"),
            Status::permission_denied("the role"),
            Status::unauthenticated("a certificate"),
        ] {
            assert_eq!(after(refusal), "not revoked, pki refused");
        }
        // pki keeps it, then signs the list, then publishes: any of it may fail.
        for failure in [
            Status::unavailable("the list is not published"),
            Status::failed_precondition("the token refuses"),
            Status::internal("the list is not what it should be"),
            Status::deadline_exceeded("no answer"),
            Status::cancelled("no answer"),
            Status::unknown("transport error"),
        ] {
            assert_eq!(after(failure), "not known whether revoked; repeat");
        }
    }
}
