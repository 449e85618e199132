//! Object identifiers of the eMRTD world (9303-10, -11, -12; BSI TR-03110-3).

use der::asn1::ObjectIdentifier;

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// `id-icao-mrtd-security-ldsSecurityObject`: content type of EF.SOD.
pub const LDS_SECURITY_OBJECT: ObjectIdentifier = oid("2.23.136.1.1.1");
/// `id-icao-mrtd-security-aaProtocolObject`: `ActiveAuthenticationInfo`.
pub const ACTIVE_AUTHENTICATION: ObjectIdentifier = oid("2.23.136.1.1.5");
/// `id-icao-mrtd-security-documentTypeList`: extension of document signer certificates.
pub const DOCUMENT_TYPE_LIST: ObjectIdentifier = oid("2.23.136.1.1.6.2");
/// `id-EFDIR`: `EFDIRInfo` of EF.CardSecurity.
pub const EF_DIR: ObjectIdentifier = oid("2.23.136.1.1.13");

/// `id-SecurityObject`: content type of EF.CardSecurity.
pub const SECURITY_OBJECT: ObjectIdentifier = oid("0.4.0.127.0.7.3.2.1");
/// `standardizedDomainParameters`: a key's curve or group named by an INTEGER.
pub const STANDARDISED_DOMAIN_PARAMETERS: ObjectIdentifier = oid("0.4.0.127.0.7.1.2");

/// `id-PK-DH`.
pub const CHIP_AUTHENTICATION_KEY_DH: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.1.1");
/// `id-PK-ECDH`.
pub const CHIP_AUTHENTICATION_KEY_ECDH: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.1.2");
/// `id-TA`.
pub const TERMINAL_AUTHENTICATION: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.2");
/// `id-CA`, the arc of chip authentication protocols.
pub const CHIP_AUTHENTICATION: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.3");
/// `id-CA-ECDH-AES-CBC-CMAC-128`.
pub const CA_ECDH_AES_128: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.3.2.2");
/// `id-CA-ECDH-AES-CBC-CMAC-192`.
pub const CA_ECDH_AES_192: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.3.2.3");
/// `id-CA-ECDH-AES-CBC-CMAC-256`.
pub const CA_ECDH_AES_256: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.3.2.4");
/// `id-PACE`, the arc of PACE protocols.
pub const PACE: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4");
/// `id-PACE-ECDH-GM-AES-CBC-CMAC-128`.
pub const PACE_ECDH_GM_AES_128: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.2.2");
/// `id-PACE-ECDH-GM-AES-CBC-CMAC-192`.
pub const PACE_ECDH_GM_AES_192: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.2.3");
/// `id-PACE-ECDH-GM-AES-CBC-CMAC-256`.
pub const PACE_ECDH_GM_AES_256: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.2.4");
/// `id-PACE-ECDH-CAM-AES-CBC-CMAC-128`.
pub const PACE_ECDH_CAM_AES_128: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.6.2");
/// `id-PACE-ECDH-CAM-AES-CBC-CMAC-192`.
pub const PACE_ECDH_CAM_AES_192: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.6.3");
/// `id-PACE-ECDH-CAM-AES-CBC-CMAC-256`.
pub const PACE_ECDH_CAM_AES_256: ObjectIdentifier = oid("0.4.0.127.0.7.2.2.4.6.4");

/// `ecdsa-plain-SHA256` (BSI TR-03111): active authentication.
pub const ECDSA_PLAIN_SHA256: ObjectIdentifier = oid("0.4.0.127.0.7.1.1.4.1.3");
