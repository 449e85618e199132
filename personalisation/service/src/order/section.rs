//! `[residence_permit]` of the configuration.

use personalisation_core::rules::PermitPolicy;
use serde::Deserialize;

/// `[residence_permit]`: what a State decides for itself, and what no official text that we know fixes for Luxembourg
/// (docs/permits.md).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PermitSection {
    document_code: String,
    longest_years: u8,
    signature_from: u8,
    /// Where permits are issued, unless an order says otherwise.
    pub place_of_issue: String,
    signing_profile: String,
}

impl Default for PermitSection {
    fn default() -> Self {
        let PermitPolicy {
            document_code,
            longest_years,
            signature_from,
        } = PermitPolicy::default();
        Self {
            document_code,
            longest_years,
            signature_from,
            place_of_issue: "Luxembourg".to_owned(),
            signing_profile: "residence-permit".to_owned(),
        }
    }
}

impl PermitSection {
    /// What pki is asked to apply to permits.
    pub fn signing_profile(&self) -> &str {
        &self.signing_profile
    }

    /// What the rules of permits ask for.
    pub fn policy(&self) -> PermitPolicy {
        PermitPolicy {
            document_code: self.document_code.clone(),
            longest_years: self.longest_years,
            signature_from: self.signature_from,
        }
    }
}
