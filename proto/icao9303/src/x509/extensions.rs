//! Certificate extensions that ICAO 9303-12 §7.1.1 speaks of, read one by one when asked for.

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName,
};

use super::instant;
use super::walk::{Walk, context};

/// Object identifiers of extensions.
pub mod oid {
    use der::asn1::ObjectIdentifier;

    macro_rules! oids {
        ($($(#[$meta:meta])* $name:ident = $value:literal;)*) => {
            $($(#[$meta])* pub const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($value);)*
        };
    }

    oids! {
        /// subjectDirectoryAttributes.
        SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9";
        /// subjectKeyIdentifier.
        SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
        /// keyUsage.
        KEY_USAGE = "2.5.29.15";
        /// privateKeyUsagePeriod.
        PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16";
        /// subjectAltName.
        SUBJECT_ALT_NAME = "2.5.29.17";
        /// issuerAltName.
        ISSUER_ALT_NAME = "2.5.29.18";
        /// basicConstraints.
        BASIC_CONSTRAINTS = "2.5.29.19";
        /// cRLNumber.
        CRL_NUMBER = "2.5.29.20";
        /// nameConstraints.
        NAME_CONSTRAINTS = "2.5.29.30";
        /// cRLDistributionPoints.
        CRL_DISTRIBUTION_POINTS = "2.5.29.31";
        /// certificatePolicies.
        CERTIFICATE_POLICIES = "2.5.29.32";
        /// policyMappings.
        POLICY_MAPPINGS = "2.5.29.33";
        /// authorityKeyIdentifier.
        AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
        /// policyConstraints.
        POLICY_CONSTRAINTS = "2.5.29.36";
        /// extKeyUsage.
        EXTENDED_KEY_USAGE = "2.5.29.37";
        /// freshestCRL.
        FRESHEST_CRL = "2.5.29.46";
        /// inhibitAnyPolicy.
        INHIBIT_ANY_POLICY = "2.5.29.54";
        /// The ICAO nameChange extension (9303-12 §7.1.1.6).
        NAME_CHANGE = "2.23.136.1.1.6.1";
        /// The ICAO documentTypeList extension (9303-12 §7.1.1.6).
        DOCUMENT_TYPE_LIST = "2.23.136.1.1.6.2";
        /// Extended key usage of a master list signer.
        MASTER_LIST_SIGNER = "2.23.136.1.1.3";
    }
}

/// One extension as it stands in a certificate or revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// What it is.
    pub oid: ObjectIdentifier,
    /// Whether a reader that does not know it must refuse.
    pub critical: bool,
    /// The DER inside the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    pub(crate) fn parse_list(bytes: &[u8]) -> der::Result<Vec<Self>> {
        let mut walk = Walk::into_object(bytes, Tag::Sequence)?;
        let mut extensions: Vec<Self> = Vec::new();
        while !walk.is_finished() {
            let mut one = walk.enter(Tag::Sequence)?;
            let oid = one.decode()?;
            let critical = one.optional(Tag::Boolean)?;
            let value = one.value(Tag::OctetString)?.to_vec();
            one.finish()?;
            // DER: DEFAULT FALSE is not encoded, and TRUE is FF; the same extension never twice.
            let critical = match critical {
                None => false,
                Some([0xFF]) => true,
                Some(_) => return Err(Tag::Boolean.value_error()),
            };
            if extensions.iter().any(|other| other.oid == oid) {
                return Err(der::ErrorKind::SetDuplicate.into());
            }
            extensions.push(Self {
                oid,
                critical,
                value,
            });
        }
        Ok(extensions)
    }
}

/// When a private key may sign (`PrivateKeyUsagePeriod`); at least one end is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsagePeriod {
    /// First second.
    pub not_before: Option<OffsetDateTime>,
    /// Last second.
    pub not_after: Option<OffsetDateTime>,
}

/// The extensions of one certificate, with typed access.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions(pub(crate) Vec<Extension>);

impl Extensions {
    /// All of them, in the certificate's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Extension> {
        self.0.iter()
    }

    /// The extension with this identifier.
    pub fn get(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.0.iter().find(|extension| extension.oid == oid)
    }

    fn decode<'a, T: der::Decode<'a>>(&'a self, oid: ObjectIdentifier) -> der::Result<Option<T>> {
        self.get(oid)
            .map(|extension| T::from_der(&extension.value))
            .transpose()
    }

    /// keyUsage.
    pub fn key_usage(&self) -> der::Result<Option<KeyUsage>> {
        self.decode(oid::KEY_USAGE)
    }

    /// basicConstraints.
    pub fn basic_constraints(&self) -> der::Result<Option<BasicConstraints>> {
        self.decode(oid::BASIC_CONSTRAINTS)
    }

    /// extKeyUsage.
    pub fn extended_key_usage(&self) -> der::Result<Option<ExtendedKeyUsage>> {
        self.decode(oid::EXTENDED_KEY_USAGE)
    }

    /// The value of subjectKeyIdentifier.
    pub fn subject_key_identifier(&self) -> der::Result<Option<Vec<u8>>> {
        let Some(extension) = self.get(oid::SUBJECT_KEY_IDENTIFIER) else {
            return Ok(None);
        };
        let mut walk = Walk::new(&extension.value)?;
        let value = walk.value(Tag::OctetString)?.to_vec();
        walk.finish()?;
        Ok(Some(value))
    }

    /// The `keyIdentifier` of authorityKeyIdentifier.
    pub fn authority_key_identifier(&self) -> der::Result<Option<Vec<u8>>> {
        let decoded: Option<AuthorityKeyIdentifier> = self.decode(oid::AUTHORITY_KEY_IDENTIFIER)?;
        Ok(decoded
            .and_then(|aki| aki.key_identifier)
            .map(|id| id.as_bytes().to_vec()))
    }

    /// subjectAltName or issuerAltName, whichever `oid` says.
    pub fn alternative_names(&self, oid: ObjectIdentifier) -> der::Result<Vec<GeneralName>> {
        let decoded: Option<SubjectAltName> = self.decode(oid)?;
        Ok(decoded.map(|names| names.0).unwrap_or_default())
    }

    /// privateKeyUsagePeriod.
    pub fn private_key_usage_period(&self) -> der::Result<Option<KeyUsagePeriod>> {
        let Some(extension) = self.get(oid::PRIVATE_KEY_USAGE_PERIOD) else {
            return Ok(None);
        };
        let mut walk = Walk::into_object(&extension.value, Tag::Sequence)?;
        let not_before = walk
            .optional(context(0, false))?
            .map(instant::generalized)
            .transpose()?;
        let not_after = walk
            .optional(context(1, false))?
            .map(instant::generalized)
            .transpose()?;
        walk.finish()?;
        if not_before.is_none() && not_after.is_none() {
            return Err(Tag::Sequence.value_error());
        }
        Ok(Some(KeyUsagePeriod {
            not_before,
            not_after,
        }))
    }

    /// The document codes of documentTypeList (9303-12 §7.1.1.6), such as `ID` or `P`.
    pub fn document_types(&self) -> der::Result<Option<Vec<String>>> {
        let Some(extension) = self.get(oid::DOCUMENT_TYPE_LIST) else {
            return Ok(None);
        };
        let mut walk = Walk::into_object(&extension.value, Tag::Sequence)?;
        walk.small_integer()?;
        let mut list = walk.enter(Tag::Set)?;
        walk.finish()?;
        let mut types = Vec::new();
        while !list.is_finished() {
            let code = list.value(Tag::PrintableString)?;
            let upper = code
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || *byte == b'<');
            if !(1..=2).contains(&code.len()) || !upper {
                return Err(Tag::PrintableString.value_error());
            }
            types.push(String::from_utf8_lossy(code).into_owned());
        }
        Ok(Some(types))
    }
}

impl<'a> IntoIterator for &'a Extensions {
    type Item = &'a Extension;
    type IntoIter = std::slice::Iter<'a, Extension>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
