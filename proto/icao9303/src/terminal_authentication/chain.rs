//! The certificates that lead from a chip's trust point to a terminal.
//!
//! ```text
//! trust point ──link──> newer authority ──> document verifier ──> inspection system
//! ```

use time::Date;

use crate::cvc::{Certificate, CertificateReference, CvcError, Rights, Role, TerminalType};

/// No chip is so old that more authorities came after its own.
const MOST_LINKS: usize = 16;

/// Why a terminal has no chain to a chip's trust points, or none that may be used.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The certificate that the chain should end in is an authority's or a document verifier's.
    #[error(
        "{holder} is not an inspection system but {role}; choose the inspection system's certificate"
    )]
    NotATerminal {
        /// Whose certificate.
        holder: CertificateReference,
        /// Its role.
        role: Role,
    },
    /// A certificate's signer has a role that may not sign it.
    #[error("{signer} is {role} and may not certify {holder}")]
    WrongRole {
        /// Who signed.
        signer: CertificateReference,
        /// The signer's role.
        role: Role,
        /// Whose certificate.
        holder: CertificateReference,
    },
    /// A certificate of another kind of terminal.
    #[error("the certificate of {holder} is not for inspection systems")]
    OtherTerminal {
        /// Whose certificate.
        holder: CertificateReference,
    },
    /// The certificate of a signer is not among those given.
    #[error("the certificate of {missing}, which signed that of {holder}, is missing; fetch it")]
    Missing {
        /// Who signed.
        missing: CertificateReference,
        /// Whose certificate.
        holder: CertificateReference,
    },
    /// All certificates are there, but none of them leads to an authority that the chip trusts.
    #[error(
        "no certificates lead from {} to {terminal}; the chip is of another authority, or a link is missing",
        list(.trust_points)
    )]
    OtherAuthority {
        /// Whom the chip trusts.
        trust_points: Vec<CertificateReference>,
        /// The terminal.
        terminal: CertificateReference,
    },
    /// Not valid any more.
    #[error("the certificate of {holder} expired on {expiration}; renew it")]
    Expired {
        /// Whose certificate.
        holder: CertificateReference,
        /// Its last day.
        expiration: Date,
    },
    /// Not valid yet.
    #[error("the certificate of {holder} is not valid before {effective}; check the clock")]
    NotYetValid {
        /// Whose certificate.
        holder: CertificateReference,
        /// Its first day.
        effective: Date,
    },
    /// A signature is wrong, or a key cannot be used.
    #[error("a certificate of the chain cannot be used")]
    Certificate(#[from] CvcError),
}

fn list(names: &[CertificateReference]) -> String {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    names.join(" or ")
}

/// Certificates in the order in which a chip takes them, each signed by the holder of the one before
/// and the first by a trust point of the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    trust_point: CertificateReference,
    before: Vec<Certificate>,
    terminal: Certificate,
}

impl Chain {
    /// The shortest chain from one of the chip's `trust_points` to `terminal` over certificates of
    /// `known` (links and document verifiers; others do not matter).
    ///
    /// Roles are checked, and so are signatures as far as the authority's own certificate is
    /// known too. Dates are [`Chain::check_dates`]'s to judge.
    pub fn select(
        trust_points: &[CertificateReference],
        terminal: &Certificate,
        known: &[Certificate],
    ) -> Result<Self, ChainError> {
        let role = terminal.body().authorization.role;
        if role != Role::Terminal {
            let holder = terminal.holder().clone();
            return Err(ChainError::NotATerminal { holder, role });
        }
        let verifiers = issuers(terminal, known, Role::is_document_verifier)?;
        let mut best: Option<(CertificateReference, Vec<Certificate>)> = None;
        for verifier in verifiers {
            // An authority whose own certificate is known must be one.
            let unknown = |error: &ChainError| matches!(error, ChainError::Missing { .. });
            match issuers(verifier, known, |role| role == Role::Cvca) {
                Err(error) if !unknown(&error) => return Err(error),
                _ => {}
            }
            let Some((trust_point, mut path)) = links(trust_points, verifier.authority(), known)
            else {
                continue;
            };
            path.push(verifier.clone());
            if best
                .as_ref()
                .is_none_or(|(_, best)| path.len() < best.len())
            {
                best = Some((trust_point, path));
            }
        }
        let (trust_point, before) = best.ok_or_else(|| ChainError::OtherAuthority {
            trust_points: trust_points.to_vec(),
            terminal: terminal.holder().clone(),
        })?;
        let chain = Self {
            trust_point,
            before,
            terminal: terminal.clone(),
        };
        chain.check_kinds()?;
        chain.check_signatures(known)?;
        Ok(chain)
    }

    /// Whether document verifier and terminal are valid on `day`. Links may be older: chips follow
    /// them whenever they expired.
    pub fn check_dates(&self, day: Date) -> Result<(), ChainError> {
        for certificate in self.certificates() {
            let body = certificate.body();
            let holder = || body.holder.clone();
            if body.authorization.role != Role::Cvca && body.expiration < day {
                return Err(ChainError::Expired {
                    holder: holder(),
                    expiration: body.expiration,
                });
            }
            if day < body.effective {
                return Err(ChainError::NotYetValid {
                    holder: holder(),
                    effective: body.effective,
                });
            }
        }
        Ok(())
    }

    /// The rights that every certificate of the chain has.
    pub fn rights(&self) -> Rights {
        let rights = |certificate: &Certificate| certificate.body().authorization.rights;
        self.certificates()
            .map(rights)
            .fold(rights(&self.terminal), |all, one| all & one)
    }

    /// Links, document verifier, terminal.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.before.iter().chain([&self.terminal])
    }

    /// The authority that the chip starts from.
    pub fn trust_point(&self) -> &CertificateReference {
        &self.trust_point
    }

    /// The last certificate.
    pub fn terminal(&self) -> &Certificate {
        &self.terminal
    }

    fn check_kinds(&self) -> Result<(), ChainError> {
        for certificate in self.certificates() {
            if certificate.body().authorization.terminal != TerminalType::InspectionSystem {
                let holder = certificate.holder().clone();
                return Err(ChainError::OtherTerminal { holder });
            }
        }
        Ok(())
    }

    /// Every signature, if a certificate of the trust point tells its key.
    fn check_signatures(&self, known: &[Certificate]) -> Result<(), ChainError> {
        let authority = known.iter().find(|certificate| {
            *certificate.holder() == self.trust_point
                && certificate.body().authorization.role == Role::Cvca
        });
        let Some(authority) = authority else {
            return Ok(());
        };
        let mut key = authority.body().key.on(None)?;
        for certificate in self.certificates() {
            key = certificate.verify(&key)?;
        }
        Ok(())
    }
}

/// The certificates whose holder signed `certificate`, in roles that may.
fn issuers<'a>(
    certificate: &Certificate,
    known: &'a [Certificate],
    may_sign: impl Fn(Role) -> bool,
) -> Result<Vec<&'a Certificate>, ChainError> {
    let signer = certificate.authority();
    let holder = || certificate.holder().clone();
    let mut found = Vec::new();
    for issuer in known.iter().filter(|known| known.holder() == signer) {
        let role = issuer.body().authorization.role;
        if !may_sign(role) {
            return Err(ChainError::WrongRole {
                signer: signer.clone(),
                role,
                holder: holder(),
            });
        }
        found.push(issuer);
    }
    if found.is_empty() {
        return Err(ChainError::Missing {
            missing: signer.clone(),
            holder: holder(),
        });
    }
    Ok(found)
}

/// The fewest links that lead from a trust point to `authority`, which may be a trust point itself.
fn links(
    trust_points: &[CertificateReference],
    authority: &CertificateReference,
    known: &[Certificate],
) -> Option<(CertificateReference, Vec<Certificate>)> {
    // Breadth first, from the authority back: each path is a name and the links that follow it.
    let mut paths = vec![(authority.clone(), Vec::new())];
    let mut seen = vec![authority.clone()];
    for _ in 0..=MOST_LINKS {
        let reached = paths
            .iter()
            .find(|(name, _)| trust_points.contains(name))
            .cloned();
        if reached.is_some() {
            return reached;
        }
        let mut longer = Vec::new();
        for (name, path) in &paths {
            for link in known {
                let body = link.body();
                let leads = body.holder == *name && body.authorization.role == Role::Cvca;
                if !leads || seen.contains(&body.authority) {
                    continue;
                }
                seen.push(body.authority.clone());
                let path = [std::slice::from_ref(link), path.as_slice()].concat();
                longer.push((body.authority.clone(), path));
            }
        }
        paths = longer;
    }
    None
}
