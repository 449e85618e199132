//! The protocols that chips offer, in words: what `SecurityInfos` list, and whether we speak it.

use icao9303::active_authentication::plain_ecdsa_hash as hash_of;
use icao9303::crypto::curve::CurveId;
use icao9303::pace::PaceParameters;
use icao9303::security_info::{ChipAuthenticationInfo, PaceInfo, SecurityInfo, SecurityInfos};

use crate::report::Offer;

const CIPHERS: [(u8, &str); 4] = [(1, "3DES"), (2, "AES-128"), (3, "AES-192"), (4, "AES-256")];

/// Every protocol that `infos` of the file `listed_in` offer. Keys and domain parameters are not protocols.
pub(crate) fn offers(infos: &SecurityInfos, listed_in: &str) -> Vec<Offer> {
    let mut offers = Vec::new();
    for info in &infos.infos {
        let (protocol, supported) = match info {
            SecurityInfo::Pace(info) => (pace(info), PaceParameters::from_info(info).is_ok()),
            SecurityInfo::ChipAuthentication(info) => chip_authentication(info),
            SecurityInfo::TerminalAuthentication(info) => (
                format!("terminal authentication, version {}", info.version),
                info.version == 1,
            ),
            SecurityInfo::ActiveAuthentication(info) => (
                "active authentication with ECDSA".to_owned(),
                info.version == 1 && hash_of(&info.signature_algorithm).is_ok(),
            ),
            SecurityInfo::Other(info) => (format!("protocol {}", info.protocol), false),
            SecurityInfo::PaceDomainParameters(_)
            | SecurityInfo::ChipAuthenticationPublicKey(_)
            | SecurityInfo::EfDir(_) => continue,
        };
        offers.push(Offer {
            listed_in: listed_in.to_owned(),
            protocol,
            supported,
        });
    }
    offers
}

/// One `PACEInfo`, for instance `PACE-GM with AES-128 on brainpoolP256r1`.
pub(crate) fn pace(info: &PaceInfo) -> String {
    let mapping = |number| match number {
        1 => Some("PACE-GM over integers"),
        2 => Some("PACE-GM"),
        3 => Some("PACE-IM over integers"),
        4 => Some("PACE-IM"),
        6 => Some("PACE-CAM"),
        _ => None,
    };
    let known = last_arcs(&info.protocol).and_then(|[number, cipher]| {
        Some(format!(
            "{} with {}",
            mapping(number)?,
            cipher_name(cipher)?
        ))
    });
    let protocol = known.unwrap_or_else(|| format!("PACE protocol {}", info.protocol));
    format!("{protocol} on {}", domain(info.parameter_id))
}

fn chip_authentication(info: &ChipAuthenticationInfo) -> (String, bool) {
    let known = last_arcs(&info.protocol).and_then(|[agreement, cipher]| {
        let name = match agreement {
            1 => "chip authentication over integers",
            2 => "chip authentication",
            _ => return None,
        };
        let supported = agreement == 2 && cipher != 1 && info.version == 1;
        Some((format!("{name} with {}", cipher_name(cipher)?), supported))
    });
    known.unwrap_or_else(|| {
        (
            format!("chip authentication protocol {}", info.protocol),
            false,
        )
    })
}

fn domain(parameter_id: Option<u64>) -> String {
    let curve = |id| CurveId::from_parameter_id(u8::try_from(id).ok()?);
    match parameter_id {
        Some(id @ 0..=2) => format!("group {id} of RFC 5114"),
        Some(8) => "P-192".to_owned(),
        Some(id) => curve(id).map_or_else(
            || format!("domain parameters {id}"),
            |curve| curve.name().to_owned(),
        ),
        None => "domain parameters of its own".to_owned(),
    }
}

fn cipher_name(number: u8) -> Option<&'static str> {
    CIPHERS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// The last two arcs; in all these protocols each is one byte.
fn last_arcs(protocol: &der::asn1::ObjectIdentifier) -> Option<[u8; 2]> {
    protocol.as_bytes().last_chunk::<2>().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_names() {
        let infos = |hex: &str| SecurityInfos::parse(&hex::decode(hex).unwrap()).unwrap();
        let gm = infos("31143012060A04007F0007020204020202010202010D");
        let offer = &offers(&gm, "EF_CardAccess")[0];
        assert_eq!(offer.protocol, "PACE-GM with AES-128 on brainpoolP256r1");
        assert!(offer.supported);
        let im = infos("31143012060A04007F00070202040401020102020100");
        let offer = &offers(&im, "EF_CardAccess")[0];
        assert_eq!(offer.protocol, "PACE-IM with 3DES on group 0 of RFC 5114");
        assert!(!offer.supported);
    }
}
