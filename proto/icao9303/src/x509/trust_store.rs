//! What an inspector trusts, and the path from a document signer up to it (9303-12 §4.1.4.3,
//! 9303-11 §5.1 steps 4 and 6).
//!
//! A path is never longer than one signer below one country signing CA. Link certificates do one
//! thing only: they introduce a newer key of a CA that is trusted already.

use time::OffsetDateTime;

use super::known_good::KnownGood;
use super::profile::{CertificateKind, Severity, check_profile};
use super::{Certificate, CertificateError, PublicKeyError};
use crate::crl::{CrlError, RevocationList, RevokedCertificate};

/// Why the files of a trust store cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TrustStoreError {
    /// A certificate cannot be read.
    #[error("reading trust file {file}: {source}; remove or replace it")]
    Certificate {
        /// Name of the file.
        file: String,
        /// Why.
        source: CertificateError,
    },
    /// A revocation list cannot be read.
    #[error("reading trust file {file}: {source}; remove or replace it")]
    Crl {
        /// Name of the file.
        file: String,
        /// Why.
        source: CrlError,
    },
    /// OpenSSL failed.
    #[error("checking trust file {file}: {source}")]
    OpenSsl {
        /// Name of the file.
        file: String,
        /// Why.
        source: PublicKeyError,
    },
}

/// Why no path leads from a signer's certificate to what is trusted.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// No trusted CA of the issuer's name or key identifier.
    #[error("no trusted country signing CA has issued this signer; obtain its certificate")]
    UnknownCsca,
    /// There is a trusted CA of that name, but the signature is not its.
    #[error("the signer's certificate was not signed by the trusted CA it names")]
    Untrusted,
    /// The path exists, but a certificate of the CA is not valid at the time of inspection.
    #[error("the certificate of the country signing CA is not valid at the time of inspection")]
    Expired,
    /// OpenSSL failed.
    #[error(transparent)]
    OpenSsl(#[from] PublicKeyError),
}

/// What a revocation list says about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevocationStatus {
    /// A current list of the CA does not name any certificate of the path.
    Good,
    /// A list names a certificate of the path.
    Revoked {
        /// Since when.
        since: OffsetDateTime,
    },
    /// No list of the CA is in the store.
    NoList,
    /// The newest list is past its nextUpdate, or not valid yet.
    Stale {
        /// When a newer one was due.
        next_update: OffsetDateTime,
    },
    /// Lists of the CA's name are there, but none is signed by a trusted key of it.
    BadSignature,
}

/// A trusted key of a CA: an anchor, or a link certificate that leads to one.
#[derive(Debug, Clone)]
pub struct Anchor {
    certificate: Certificate,
    /// The anchor that introduced this one, by position; `None` if it was given out of band.
    introduced_by: Option<usize>,
}

impl Anchor {
    /// The CA's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whether it is trusted through a link certificate rather than by itself.
    pub fn is_link(&self) -> bool {
        self.introduced_by.is_some()
    }
}

/// Country signing CAs, link certificates, known document signers and revocation lists.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    anchors: Vec<Anchor>,
    pending_links: Vec<Certificate>,
    signers: Vec<Certificate>,
    lists: Vec<RevocationList>,
    known_good: KnownGood,
}

impl TrustStore {
    /// A store that trusts nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads DER files by name: `csca-*.cer` (self-signed ones become anchors, the others are links),
    /// `ds-*.cer`, `*.crl`. Files of other names are passed over.
    pub fn load<'a, N: AsRef<str>>(
        files: impl IntoIterator<Item = (N, &'a [u8])>,
    ) -> Result<Self, TrustStoreError> {
        let mut store = Self::new();
        for (name, bytes) in files {
            let name = name.as_ref();
            let file = || name.to_owned();
            let certificate = || {
                Certificate::parse(bytes).map_err(|source| TrustStoreError::Certificate {
                    file: file(),
                    source,
                })
            };
            let openssl = |source| TrustStoreError::OpenSsl {
                file: file(),
                source,
            };
            if let Some(stem) = name.strip_suffix(".cer") {
                if stem.starts_with("csca-") {
                    store.add_authority(certificate()?).map_err(openssl)?;
                } else if stem.starts_with("ds-") {
                    store.add_signer(certificate()?);
                }
            } else if name.strip_suffix(".crl").is_some() {
                let list = RevocationList::parse(bytes).map_err(|source| TrustStoreError::Crl {
                    file: file(),
                    source,
                })?;
                store.add_list(list);
            }
        }
        Ok(store)
    }

    /// Adds a certificate of a CA: an anchor if it is self-signed, else a link certificate, which
    /// counts for nothing until a trusted CA is found to have signed it.
    pub fn add_authority(&mut self, certificate: Certificate) -> Result<(), PublicKeyError> {
        if certificate.is_self_issued() && certificate.is_signed_by(certificate.public_key())? {
            self.anchors.push(Anchor {
                certificate,
                introduced_by: None,
            });
        } else {
            self.pending_links.push(certificate);
        }
        self.settle_links()
    }

    /// Adds a document signer, for documents that do not carry its certificate themselves.
    pub fn add_signer(&mut self, certificate: Certificate) {
        self.signers.push(certificate);
    }

    /// Adds a revocation list; its signature is checked when it is used.
    pub fn add_list(&mut self, list: RevocationList) {
        self.lists.push(list);
    }

    /// Everything trusted: anchors, then keys introduced by links.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// Signers added for documents without a certificate.
    pub fn signers(&self) -> &[Certificate] {
        &self.signers
    }

    /// The revocation lists, unverified.
    pub fn lists(&self) -> &[RevocationList] {
        &self.lists
    }

    /// The trusted CA that issued `signer`, valid at `now`.
    pub fn issuer_of(
        &self,
        signer: &Certificate,
        now: OffsetDateTime,
    ) -> Result<&Anchor, ChainError> {
        let named: Vec<&Anchor> = self
            .anchors
            .iter()
            .filter(|anchor| may_have_issued(anchor, signer))
            .collect();
        if named.is_empty() {
            return Err(ChainError::UnknownCsca);
        }
        let mut issuers = Vec::new();
        for anchor in named {
            let authority = &anchor.certificate;
            let verify = || signer.is_signed_by(authority.public_key());
            if self
                .known_good
                .holds(signer.der(), authority.der(), verify)?
            {
                issuers.push(anchor);
            }
        }
        if issuers.is_empty() {
            return Err(ChainError::Untrusted);
        }
        issuers
            .into_iter()
            .find(|anchor| {
                self.path_up(anchor)
                    .all(|above| above.certificate.is_valid_at(now))
            })
            .ok_or(ChainError::Expired)
    }

    /// What the revocation lists say about `signer` and the CA certificates above it. A listed serial
    /// number counts even if the list is stale; a silent list counts only while it is current.
    pub fn revocation_status(
        &self,
        signer: &Certificate,
        issuer: &Anchor,
        now: OffsetDateTime,
    ) -> Result<RevocationStatus, PublicKeyError> {
        let mut status = RevocationStatus::NoList;
        let mut newest: Option<OffsetDateTime> = None;
        for list in self.lists.iter().filter(|list| covers(list, issuer)) {
            if !self.is_authentic(list)? {
                if newest.is_none() {
                    status = RevocationStatus::BadSignature;
                }
                continue;
            }
            if let Some(entry) = self.listed(list, signer, issuer) {
                return Ok(RevocationStatus::Revoked { since: entry.since });
            }
            if newest.is_none_or(|newest| newest < list.this_update()) {
                newest = Some(list.this_update());
                let current = (list.this_update()..=list.next_update()).contains(&now);
                status = if current {
                    RevocationStatus::Good
                } else {
                    RevocationStatus::Stale {
                        next_update: list.next_update(),
                    }
                };
            }
        }
        Ok(status)
    }

    fn listed<'l>(
        &self,
        list: &'l RevocationList,
        signer: &Certificate,
        issuer: &Anchor,
    ) -> Option<&'l RevokedCertificate> {
        let above = self.path_up(issuer).map(Anchor::certificate);
        std::iter::once(signer)
            .chain(above)
            .find_map(|certificate| list.find(certificate.serial()))
    }

    /// Whether a trusted CA of the list's country signed it.
    fn is_authentic(&self, list: &RevocationList) -> Result<bool, PublicKeyError> {
        for anchor in &self.anchors {
            let certificate = &anchor.certificate;
            let named = certificate.subject().matches(list.issuer())
                || list.authority_key_identifier().map(<[u8]>::to_vec)
                    == certificate.subject_key_identifier();
            let verify = || list.is_signed_by(certificate.public_key());
            if named
                && self
                    .known_good
                    .holds(list.der(), certificate.der(), verify)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `anchor` and those that introduced it, up to one given out of band.
    fn path_up<'s>(&'s self, anchor: &'s Anchor) -> impl Iterator<Item = &'s Anchor> {
        std::iter::successors(Some(anchor), |anchor| {
            anchor
                .introduced_by
                .and_then(|index| self.anchors.get(index))
        })
    }

    /// Turns every pending link that a trusted CA signed into a trusted key, until none is left.
    fn settle_links(&mut self) -> Result<(), PublicKeyError> {
        let mut settled = true;
        while settled {
            settled = false;
            for index in (0..self.pending_links.len()).rev() {
                if let Some(by) = self.introducer_of(&self.pending_links[index])? {
                    let certificate = self.pending_links.swap_remove(index);
                    self.anchors.push(Anchor {
                        certificate,
                        introduced_by: Some(by),
                    });
                    settled = true;
                }
            }
        }
        Ok(())
    }

    fn introducer_of(&self, link: &Certificate) -> Result<Option<usize>, PublicKeyError> {
        let findings = check_profile(link, CertificateKind::CscaLink);
        if findings
            .iter()
            .any(|finding| finding.severity() == Severity::Error)
        {
            return Ok(None);
        }
        for (index, anchor) in self.anchors.iter().enumerate() {
            if may_have_issued(anchor, link)
                && link.is_signed_by(anchor.certificate.public_key())?
            {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

/// Whether a list speaks for the CA: of its name, or of its country where the name has changed.
fn covers(list: &RevocationList, issuer: &Anchor) -> bool {
    let subject = issuer.certificate.subject();
    let country = |name: &super::DistinguishedName| name.country().map(|c| c.to_uppercase());
    subject.matches(list.issuer())
        || (country(subject).is_some() && country(subject) == country(list.issuer()))
}

/// Whether a CA is the one a certificate names, by key identifier where both have one, else by name,
/// and may sign certificates at all.
fn may_have_issued(anchor: &Anchor, certificate: &Certificate) -> bool {
    let authority = &anchor.certificate;
    let named = authority.subject().matches(certificate.issuer());
    let identified = match (
        certificate.authority_key_identifier(),
        authority.subject_key_identifier(),
    ) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    };
    let constraints = authority.extensions().basic_constraints();
    let may_certify = constraints.is_ok_and(|found| found.is_some_and(|found| found.ca));
    let usage = authority.extensions().key_usage();
    let may_sign = usage.is_ok_and(|found| found.is_none_or(|usage| usage.key_cert_sign()));
    named && identified && may_certify && may_sign
}
