//! Who captured, and who looked a second time.

use serde::{Deserialize, Serialize};

use crate::{
    ApplicationId, Body, Hash, OfficeId, PersonId, Text, Timestamp, Version,
    cbor::{Broken, checked::Checked},
};

/// A member of staff at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// 0
    pub person: PersonId,
    /// 1
    pub means: Means,
    /// 2
    pub at: Timestamp,
    /// 3: number of the signed staff list that was asked; none when the centre itself was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_list: Option<u64>,
}

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Means {
    /// 0
    Passkey,
    /// 1: password and time-based code.
    PasswordAndCode,
}

/// Where a second person was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// 0: at the same counter; the record is signed by the dossier's station.
    Local,
    /// 1: elsewhere; the record is signed by the station or console there.
    Remote,
}

/// The record of a second person's approval. It travels signed, by the key of the station or
/// console where they had signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1: what was approved.
    pub application: ApplicationId,
    /// 2: SHA-256 of the summary that they saw; the dossier's own.
    pub summary: Hash,
    /// 3
    pub sign_in: SignIn,
    /// 4
    pub place: Place,
    /// 5: where they had signed in.
    pub office: OfficeId,
    /// 6
    pub approved_at: Timestamp,
    /// 7: what they had to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text<1, 500>>,
}

impl Body for SecondPerson {
    const WHAT: &'static str = "second person's record";
    const DOMAIN: &'static str = "stempel second person 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 4096;
}

impl Checked for SecondPerson {
    fn check(&self) -> Result<(), Broken> {
        if self.sign_in.at > self.approved_at {
            return Err(("approved_at", "nobody approves before they signed in"));
        }
        Ok(())
    }
}
