//! What a residence permit says besides who its holder is, checked, in the form in which it is stored (sealed).

use personalisation_core::{
    issuer_profile::IssuerProfile,
    rules::{PermitPolicy, residence_permit},
};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{
    identity::{IdentityError, check_text},
    parts::Stated,
};
use crate::faces;

/// Lines of remarks: two on the front, two on the back.
const MOST_REMARKS: usize = 4;

/// The permit's own facts. The code of the MRZ is that of the policy on the day of the order: a card under way keeps it.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(super) struct Permit {
    /// One or two letters.
    document_code: String,
    /// Type of permit, as printed.
    category: String,
    /// At most [`MOST_REMARKS`] lines, as printed.
    remarks: Vec<String>,
    /// Where it is issued.
    place_of_issue: String,
}

impl Permit {
    /// Checks what an order says of a permit; none where it orders an identity card.
    pub(super) fn check(
        stated: &Stated,
        policy: &PermitPolicy,
    ) -> Result<Option<Self>, IdentityError> {
        let Some(permit) = &stated.permit else {
            return Ok(None);
        };
        let profile = IssuerProfile::by_name(&stated.issuer_profile);
        let profile = profile.ok_or(IdentityError::Stored("issuer profile"))?;
        residence_permit::may_hold(&stated.nationality, profile.state)?;
        check_text("category", &permit.category)?;
        check_text("place_of_issue", &permit.place_of_issue)?;
        for remark in &permit.remarks {
            check_text("remarks", remark)?;
        }
        if permit.remarks.len() > MOST_REMARKS {
            return Err(IdentityError::Remarks { most: MOST_REMARKS });
        }
        Ok(Some(Self {
            document_code: policy.document_code.clone(),
            category: permit.category.clone(),
            remarks: permit.remarks.clone(),
            place_of_issue: permit.place_of_issue.clone(),
        }))
    }

    /// The code of the MRZ.
    pub(super) fn document_code(&self) -> &str {
        &self.document_code
    }

    /// For DG12: type and remarks, one after the other.
    pub(super) fn endorsements(&self) -> String {
        let lines = std::iter::once(&self.category).chain(&self.remarks);
        lines.map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    /// For the faces.
    pub(super) fn printed(&self) -> faces::Permit {
        faces::Permit {
            category: self.category.clone(),
            remarks: self.remarks.clone(),
            place_of_issue: self.place_of_issue.clone(),
        }
    }
}
