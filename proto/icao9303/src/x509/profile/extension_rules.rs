//! Table 6 of 9303-12: which extension is mandatory, optional or forbidden in which certificate.

use der::asn1::ObjectIdentifier;
use der::flagset::FlagSet;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{CrlDistributionPoints, KeyUsage, KeyUsages};

use super::{CertificateKind, Finding, Rule};
use crate::x509::Certificate;
use crate::x509::extensions::{Extensions, oid};
use crate::x509::name;

/// Extensions that no certificate of the eMRTD world may carry.
const FORBIDDEN: [ObjectIdentifier; 6] = [
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::POLICY_CONSTRAINTS,
    oid::FRESHEST_CRL,
    oid::INHIBIT_ANY_POLICY,
];

/// The arc of Netscape's certificate extensions.
const NETSCAPE: &str = "2.16.840.1.113730.1";

pub(super) fn check(certificate: &Certificate, kind: CertificateKind, findings: &mut Vec<Finding>) {
    let extensions = certificate.extensions();
    let mut table = Table {
        extensions,
        kind,
        findings,
    };
    table.key_identifiers();
    table.key_usage();
    table.usage_period();
    table.alternative_name(Rule::SubjectAltName, oid::SUBJECT_ALT_NAME);
    table.alternative_name(Rule::IssuerAltName, oid::ISSUER_ALT_NAME);
    table.basic_constraints();
    table.extended_key_usage();
    table.distribution_points();
    table.document_types();
    table.every_extension();
}

struct Table<'a> {
    extensions: &'a Extensions,
    kind: CertificateKind,
    findings: &'a mut Vec<Finding>,
}

impl Table<'_> {
    fn note(&mut self, rule: Rule, detail: impl Into<String>) {
        self.findings.push(Finding::new(rule, detail));
    }

    /// The readable value of an extension; an unreadable one is a finding of its own.
    fn readable<T>(&mut self, rule: Rule, value: der::Result<Option<T>>) -> Option<T> {
        value.unwrap_or_else(|_| {
            self.note(Rule::ReadableExtensions, format!("{rule:?}"));
            None
        })
    }

    fn key_identifiers(&mut self) {
        let authority = self.extensions.authority_key_identifier();
        if self
            .readable(Rule::AuthorityKeyIdentifier, authority)
            .is_none()
            && self.kind != CertificateKind::CscaRoot
        {
            self.note(Rule::AuthorityKeyIdentifier, "no key identifier");
        }
        let subject = self.extensions.subject_key_identifier();
        if self.readable(Rule::SubjectKeyIdentifier, subject).is_none() && self.kind.is_authority()
        {
            self.note(Rule::SubjectKeyIdentifier, "absent");
        }
    }

    fn key_usage(&mut self) {
        let expected: FlagSet<KeyUsages> = if self.kind.is_authority() {
            KeyUsages::KeyCertSign | KeyUsages::CRLSign
        } else {
            KeyUsages::DigitalSignature.into()
        };
        let usage = self.extensions.key_usage();
        match self.readable(Rule::KeyUsage, usage) {
            Some(KeyUsage(found)) if found == expected => {}
            Some(KeyUsage(found)) => self.note(Rule::KeyUsage, format!("{found:?}")),
            None => self.note(Rule::KeyUsage, "absent"),
        }
    }

    fn usage_period(&mut self) {
        let period = self.extensions.private_key_usage_period();
        if self.readable(Rule::PrivateKeyUsagePeriod, period).is_none()
            && self.kind != CertificateKind::MasterListSigner
        {
            self.note(Rule::PrivateKeyUsagePeriod, "absent");
        }
    }

    fn alternative_name(&mut self, rule: Rule, oid: ObjectIdentifier) {
        let names = self.extensions.alternative_names(oid).map(Some);
        let names = self.readable(rule, names).unwrap_or_default();
        if names.is_empty() {
            self.note(rule, "absent");
            return;
        }
        let codes = names.iter().filter_map(|name| match name {
            GeneralName::DirectoryName(name) => name::locality(name),
            _ => None,
        });
        let codes: Vec<String> = codes.collect();
        let sound = |code: &String| {
            (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase())
        };
        if codes.is_empty() || !codes.iter().all(sound) {
            self.note(
                rule,
                "no directoryName with the State's code as localityName",
            );
        }
    }

    fn basic_constraints(&mut self) {
        let constraints = self.extensions.basic_constraints();
        let found = self.readable(Rule::BasicConstraints, constraints);
        match (self.kind.is_authority(), found) {
            (true, Some(found)) if found.ca && found.path_len_constraint == Some(0) => {}
            (true, Some(_)) => self.note(Rule::BasicConstraints, "not a CA of path length 0"),
            (true, None) => self.note(Rule::BasicConstraints, "absent"),
            (false, Some(_)) => self.note(Rule::BasicConstraints, "present"),
            (false, None) => {}
        }
    }

    fn extended_key_usage(&mut self) {
        let usage = self.extensions.extended_key_usage();
        let found = self
            .readable(Rule::ExtendedKeyUsage, usage)
            .map(|usage| usage.0);
        match (self.kind, found) {
            (CertificateKind::MasterListSigner, Some(found))
                if found == [oid::MASTER_LIST_SIGNER] => {}
            (CertificateKind::MasterListSigner, _) => {
                self.note(
                    Rule::ExtendedKeyUsage,
                    "not exactly that of a master list signer",
                );
            }
            (_, Some(_)) => self.note(Rule::ExtendedKeyUsage, "present"),
            (_, None) => {}
        }
    }

    fn distribution_points(&mut self) {
        let found = self
            .extensions
            .get(oid::CRL_DISTRIBUTION_POINTS)
            .map(|extension| <CrlDistributionPoints as der::Decode>::from_der(&extension.value));
        match self.readable(Rule::CrlDistributionPoints, found.transpose()) {
            Some(points) if !points.0.is_empty() => {}
            _ => self.note(Rule::CrlDistributionPoints, "absent"),
        }
    }

    fn document_types(&mut self) {
        let types = self.extensions.document_types();
        let found = self.readable(Rule::DocumentTypeList, types);
        match (self.kind, found) {
            (CertificateKind::DocumentSigner, Some(types)) if !types.is_empty() => {}
            (CertificateKind::DocumentSigner, _) => self.note(Rule::DocumentTypeList, "absent"),
            (_, Some(_)) => self.note(Rule::DocumentTypeList, "present"),
            (_, None) => {}
        }
    }

    /// Criticality, forbidden and unknown extensions.
    fn every_extension(&mut self) {
        for extension in self.extensions {
            let (id, critical) = (extension.oid, extension.critical);
            let must_be_critical = [
                oid::KEY_USAGE,
                oid::BASIC_CONSTRAINTS,
                oid::EXTENDED_KEY_USAGE,
            ]
            .contains(&id);
            if FORBIDDEN.contains(&id) || id.to_string().starts_with(NETSCAPE) {
                self.note(Rule::ForbiddenExtension, id.to_string());
            } else if id == oid::NAME_CHANGE && !self.kind.is_authority() {
                self.note(Rule::NameChange, "present");
            } else if must_be_critical && !critical {
                self.note(Rule::Criticality, format!("{id} is not critical"));
            } else if !must_be_critical && critical && is_known(id) {
                self.note(Rule::Criticality, format!("{id} is critical"));
            }
            if critical && !is_known(id) {
                self.note(Rule::UnknownCriticalExtension, id.to_string());
            }
        }
    }
}

fn is_known(id: ObjectIdentifier) -> bool {
    [
        oid::AUTHORITY_KEY_IDENTIFIER,
        oid::SUBJECT_KEY_IDENTIFIER,
        oid::KEY_USAGE,
        oid::PRIVATE_KEY_USAGE_PERIOD,
        oid::CERTIFICATE_POLICIES,
        oid::SUBJECT_ALT_NAME,
        oid::ISSUER_ALT_NAME,
        oid::BASIC_CONSTRAINTS,
        oid::EXTENDED_KEY_USAGE,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::NAME_CHANGE,
        oid::DOCUMENT_TYPE_LIST,
    ]
    .contains(&id)
}
