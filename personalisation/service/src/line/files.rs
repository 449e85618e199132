//! The files of one card: the same bytes every time they are built.

use std::collections::BTreeMap;

use icao9303::{
    lds::{
        AtrInfo, Capabilities, DataGroup, Dg1, Dg14, EfCom, EfDir, ElementaryFile, ExtendedLength,
        FileError, LdsVersion, UnicodeVersion,
    },
    mrz::Mrz,
    oid,
    security_info::{
        ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, PaceInfo, SecurityInfo,
        SecurityInfos, SubjectPublicKey, TerminalAuthenticationInfo,
    },
    sod::{LdsSecurityObject, LdsSecurityObjectError, LdsVersionInfo},
    x509::HashAlgorithm,
};
use openssl::sha::sha256;
use personalisation_core::{
    attempt::{ChipPublicKey, Digest},
    document_number::DocumentNumber,
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::chip::CHIP_KEY_ID;
use crate::order::{Identity, IdentityError};

/// Why a card's files cannot be built: the order's content does not fit together.
#[derive(Debug, Error)]
pub enum FilesError {
    /// A piece of the order is missing.
    #[error("building the card's files: the order has no {0}; restore it from a backup")]
    Missing(&'static str),
    /// The MRZ cannot be written.
    #[error("building the card's files: {0}")]
    Identity(#[from] IdentityError),
    /// A file cannot be written.
    #[error("building the card's files: {0}")]
    File(#[from] FileError),
    /// The program has something else than the card was bound to.
    #[error(
        "printing the card: version {version} of its template is not what it was when the card was begun; run the release that began it"
    )]
    OtherTemplate {
        /// The version.
        version: u32,
    },
    /// The list of hashes cannot be made.
    #[error("building the card's files: {0}")]
    SecurityObject(#[from] LdsSecurityObjectError),
}

/// What the order gives: everything that neither blank nor number changes.
#[derive(Debug)]
pub struct OrderContent {
    /// For DG1 and DG12.
    pub identity: Identity,
    /// Whole files: DG2, DG3, DG7 where there is one, DG11.
    pub data_groups: BTreeMap<DataGroup, Zeroizing<Vec<u8>>>,
    /// The signed ticket, encoded.
    pub ticket: Zeroizing<Vec<u8>>,
}

/// The files of one card, and what is to be signed over them.
pub struct CardFiles {
    files: BTreeMap<ElementaryFile, Zeroizing<Vec<u8>>>,
    /// The MRZ of DG1.
    pub mrz: Mrz,
    /// For EF.SOD.
    pub security_object: LdsSecurityObject,
    /// DER, for EF.CardSecurity.
    pub security_infos: Vec<u8>,
}

impl CardFiles {
    /// Builds everything but the two signed files. `buffer`: the chip's longest APDU in bytes;
    /// `terminals`: whether the chip has trust points, so that terminals can authenticate.
    pub fn build(
        order: &OrderContent,
        number: DocumentNumber,
        chip_key: &ChipPublicKey,
        buffer: u32,
        terminals: bool,
    ) -> Result<Self, FilesError> {
        let mrz = order.identity.mrz(number)?;
        let infos = security_infos(chip_key, terminals);
        let mut groups = order.data_groups.clone();
        groups.insert(
            DataGroup::DG1,
            Zeroizing::new(Dg1 { mrz: mrz.clone() }.encode()),
        );
        groups.insert(
            DataGroup::DG12,
            Zeroizing::new(order.identity.dg12()?.encode()?),
        );
        let dg14 = Dg14 {
            security_infos: infos.clone(),
        };
        groups.insert(DataGroup::DG14, Zeroizing::new(dg14.encode()));
        let over = groups.iter().map(|(group, file)| (*group, &file[..]));
        let version = Some(LdsVersionInfo::LDS_1_8);
        let security_object = LdsSecurityObject::over(HashAlgorithm::Sha256, over, version)?;
        let com = EfCom {
            lds_version: LdsVersion::V1_8,
            unicode_version: UnicodeVersion::V4_0_0,
            data_groups: groups.keys().copied().collect(),
        };
        let atr_info = AtrInfo {
            capabilities: Some(Capabilities::OURS),
            extended_length: Some(ExtendedLength {
                command: buffer,
                response: buffer,
            }),
        };
        let mut files: BTreeMap<_, _> = groups
            .into_iter()
            .map(|(group, file)| (ElementaryFile::DataGroup(group), file))
            .collect();
        for (file, content) in [
            (ElementaryFile::AtrInfo, atr_info.encode()),
            (ElementaryFile::Dir, EfDir::emrtd().encode()),
            (ElementaryFile::CardAccess, card_access().to_der()),
            (ElementaryFile::Com, com.encode()),
        ] {
            files.insert(file, Zeroizing::new(content));
        }
        Ok(Self {
            files,
            mrz,
            security_object,
            security_infos: infos.to_der(),
        })
    }

    /// SHA-256 of the DER list of hashes.
    pub fn lds_digest(&self) -> Digest {
        Digest(sha256(&self.security_object.to_der()))
    }

    /// Adds the two signed files.
    pub fn add_signed(&mut self, sod: &[u8], card_security: &[u8]) {
        self.files
            .insert(ElementaryFile::Sod, Zeroizing::new(sod.to_vec()));
        self.files.insert(
            ElementaryFile::CardSecurity,
            Zeroizing::new(card_security.to_vec()),
        );
    }

    /// Every file, those of the master file first.
    pub fn iter(&self) -> impl Iterator<Item = (ElementaryFile, &[u8])> {
        self.files
            .iter()
            .map(|(file, content)| (*file, &content[..]))
    }

    /// One file.
    pub fn get(&self, file: ElementaryFile) -> Option<&[u8]> {
        self.files.get(&file).map(|content| &content[..])
    }
}

/// Personal data: only names and lengths of files are shown.
impl std::fmt::Debug for CardFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(
                self.iter()
                    .map(|(file, content)| (file.file_name(), content.len())),
            )
            .finish()
    }
}

/// EF.CardAccess: PACE with generic and with chip-authentication mapping, brainpoolP256r1, AES-128.
fn card_access() -> SecurityInfos {
    let pace = |protocol| {
        let parameter_id = Some(u64::from(CHIP_KEY_ID));
        SecurityInfo::Pace(PaceInfo {
            protocol,
            version: 2,
            parameter_id,
        })
    };
    SecurityInfos {
        infos: vec![
            pace(oid::PACE_ECDH_GM_AES_128),
            pace(oid::PACE_ECDH_CAM_AES_128),
        ],
    }
}

/// DG14 and EF.CardSecurity: the same, chip authentication with the chip's own key, and terminal
/// authentication where the chip has somebody to trust.
fn security_infos(chip_key: &ChipPublicKey, terminals: bool) -> SecurityInfos {
    let key_id = Some(u64::from(CHIP_KEY_ID));
    let mut infos = card_access().infos;
    infos.push(SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
        protocol: oid::CA_ECDH_AES_128,
        version: 1,
        key_id,
    }));
    infos.push(SecurityInfo::ChipAuthenticationPublicKey(
        ChipAuthenticationPublicKeyInfo {
            protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
            public_key: SubjectPublicKey::standardised(CHIP_KEY_ID, chip_key.as_bytes()),
            key_id,
        },
    ));
    if terminals {
        let info = TerminalAuthenticationInfo {
            version: 1,
            // EF.CVCA is where it always is, 011C.
            ef_cvca: None,
        };
        infos.push(SecurityInfo::TerminalAuthentication(info));
    }
    SecurityInfos { infos }
}
