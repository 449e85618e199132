//! The inspection before every signature: what is to be signed is read, and held against the
//! signing profile and the ticket.

use std::collections::BTreeSet;

use evidence::ticket::{Ticket, TicketError};
use icao9303::{
    crypto::curve::{Curve, CurveId},
    oid,
    security_info::{SecurityInfo, SecurityInfos},
    sod::{LdsSecurityObject, LdsVersionInfo},
    x509::{HashAlgorithm, PublicKey},
};

use super::{
    issues::{IssueRefusal, Issued},
    profile::SigningProfile,
    request::{AttemptId, ChipSerial, DocumentNumber, ObjectKind, Request},
};

/// Why an object is not signed. For the caller's operator; no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ticket is forged, expired or not yet valid.
    #[error("the ticket permits nothing: {0}")]
    Ticket(#[from] TicketError),
    /// Stock did not hand the blank out to this line.
    #[error("the blank is not for this line: {0}")]
    Issue(#[from] IssueRefusal),
    /// The ticket is another order's.
    #[error("the ticket is of another order")]
    OtherOrder,
    /// There is no such signing profile.
    #[error("the ticket names a signing profile that does not exist here")]
    UnknownProfile,
    /// The bytes are not the structure, or not its one DER form.
    #[error("the {0} is malformed or not in its one DER form")]
    Malformed(ObjectKind),
    /// Hash algorithm or LDS version.
    #[error("the security object must be of LDS 1.8 with SHA-256")]
    Version,
    /// Data groups are missing or not allowed.
    #[error("the data groups {found:?} are not those of the profile")]
    DataGroups {
        /// The numbers found.
        found: Vec<u8>,
    },
    /// The ticket commits to other data groups than are present.
    #[error("the ticket commits to other data groups than the security object lists")]
    Commitments,
    /// A data group is not the one that the ticket commits to.
    #[error("data group {number} is not the one that the ticket commits to")]
    OtherContent {
        /// The data group.
        number: u8,
    },
    /// The chip offers something that the profile does not allow, or not what it must.
    #[error("the card security infos: {0}")]
    SecurityInfos(&'static str),
}

/// An object that passed its inspection. Only [`inspect`] makes one.
#[derive(Debug)]
pub struct Inspected {
    pub(super) attempt: AttemptId,
    pub(super) document_number: DocumentNumber,
    pub(super) chip_serial: ChipSerial,
    pub(super) issued: Option<Issued>,
    pub(super) object: Object,
}

/// An object as it was read.
#[derive(Debug)]
pub(super) enum Object {
    SecurityObject(LdsSecurityObject),
    CardSecurity(Vec<u8>),
}

/// Reads the request's object and holds it against the profile and the verified ticket; `issued` says how the blank came to
/// the line.
pub fn inspect(
    request: &Request,
    ticket: &Ticket,
    issued: Option<Issued>,
) -> Result<Inspected, Refusal> {
    if ticket.order != request.attempt.order.0 {
        return Err(Refusal::OtherOrder);
    }
    let profile = SigningProfile::named(&ticket.signing_profile).ok_or(Refusal::UnknownProfile)?;
    let object = match request.kind {
        ObjectKind::SecurityObject => {
            Object::SecurityObject(security_object(profile, ticket, &request.object)?)
        }
        ObjectKind::CardSecurity => {
            card_security(profile, &request.object)?;
            Object::CardSecurity(request.object.clone())
        }
    };
    Ok(Inspected {
        attempt: request.attempt,
        document_number: request.document_number.clone(),
        chip_serial: request.chip_serial,
        issued,
        object,
    })
}

fn security_object(
    profile: &SigningProfile,
    ticket: &Ticket,
    der: &[u8],
) -> Result<LdsSecurityObject, Refusal> {
    let malformed = Refusal::Malformed(ObjectKind::SecurityObject);
    let object = LdsSecurityObject::parse(der).map_err(|_| malformed.clone())?;
    if object.to_der() != der {
        return Err(malformed);
    }
    let version = object.version_info() == Some(LdsVersionInfo::LDS_1_8);
    if !version || object.hash_algorithm() != HashAlgorithm::Sha256 {
        return Err(Refusal::Version);
    }
    let found: BTreeSet<u8> = object.hashes().keys().map(|group| group.number()).collect();
    let required = profile.required.iter().all(|number| found.contains(number));
    let allowed = profile.required.iter().chain(profile.optional);
    if !required
        || !found
            .iter()
            .all(|number| allowed.clone().any(|other| other == number))
    {
        return Err(Refusal::DataGroups {
            found: found.into_iter().collect(),
        });
    }
    let committed = found
        .iter()
        .filter(|number| profile.committed.contains(number));
    if !committed.eq(ticket.content.keys()) {
        return Err(Refusal::Commitments);
    }
    for (group, hash) in object.hashes() {
        let number = group.number();
        if ticket
            .content
            .get(&number)
            .is_some_and(|committed| committed != hash.as_slice())
        {
            return Err(Refusal::OtherContent { number });
        }
    }
    Ok(object)
}

fn card_security(profile: &SigningProfile, der: &[u8]) -> Result<(), Refusal> {
    let malformed = Refusal::Malformed(ObjectKind::CardSecurity);
    let infos = SecurityInfos::parse(der).map_err(|_| malformed.clone())?;
    if infos.to_der() != der {
        return Err(malformed);
    }
    let rule = |kept: bool, broken| {
        if kept {
            Ok(())
        } else {
            Err(Refusal::SecurityInfos(broken))
        }
    };
    let distinct = infos
        .infos
        .iter()
        .map(SecurityInfo::to_der)
        .collect::<BTreeSet<_>>();
    rule(
        distinct.len() == infos.infos.len(),
        "an info is listed twice",
    )?;
    let curve_id = u64::from(profile.curve.parameter_id());
    for info in &infos.infos {
        match info {
            SecurityInfo::Pace(pace) => {
                rule(
                    profile.pace.contains(&pace.protocol),
                    "a PACE protocol is not the profile's",
                )?;
                let parameters = pace.parameter_id == Some(curve_id) && pace.version == 2;
                rule(
                    parameters,
                    "PACE is not on the profile's curve, or not version 2",
                )?;
            }
            SecurityInfo::ChipAuthentication(info) => {
                let known = profile.chip_authentication.contains(&info.protocol);
                rule(
                    known && info.version == 1,
                    "chip authentication is not the profile's",
                )?;
            }
            SecurityInfo::ChipAuthenticationPublicKey(key) => {
                let kind = key.protocol == oid::CHIP_AUTHENTICATION_KEY_ECDH;
                let on_curve = key_on_curve(profile.curve, &key.public_key);
                rule(
                    kind && on_curve,
                    "the chip's key is not on the profile's curve",
                )?;
            }
            SecurityInfo::TerminalAuthentication(_) | SecurityInfo::EfDir(_) => {}
            SecurityInfo::PaceDomainParameters(_)
            | SecurityInfo::ActiveAuthentication(_)
            | SecurityInfo::Other(_) => {
                rule(false, "a protocol is not the profile's")?;
            }
        }
    }
    rule(infos.pace().next().is_some(), "PACE is missing")?;
    rule(
        infos.chip_authentication().next().is_some(),
        "chip authentication is missing",
    )?;
    rule(
        infos.chip_authentication_keys().next().is_some(),
        "the chip's key is missing",
    )
}

fn key_on_curve(curve: CurveId, key: &icao9303::security_info::SubjectPublicKey) -> bool {
    let curve_named = match key.standardised_parameter_id() {
        Some(id) => id == u64::from(curve.parameter_id()),
        None => PublicKey::parse(&key.to_der()).is_ok_and(|key| key.curve() == Some(curve)),
    };
    curve_named
        && Curve::new(curve)
            .and_then(|curve| curve.decode_point(&key.key))
            .is_ok()
}
