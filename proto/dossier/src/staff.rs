//! The signed staff list of one office: who may sign in at its stations while the line is down.

use serde::{Deserialize, Serialize};

use crate::{
    Blob, Body, OfficeId, PersonId, Text, Version,
    cbor::{Broken, checked::Checked},
    issue::{Issue, Numbered},
};

/// Who may work at the stations of one office. Holds secrets: it is stored sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffList {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1: grows with every change of this office's list; and from when until when it holds.
    pub issue: Issue,
    /// 2
    pub office: OfficeId,
    /// 3: at most 500; each person and each login once.
    pub people: Vec<Member>,
}

/// One member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// 0
    pub person: PersonId,
    /// 1: what they type to sign in.
    pub login: Text<1, 64>,
    /// 2: as shown to colleagues.
    pub name: Text<1, 100>,
    /// 3: each once, in order.
    pub roles: Vec<Role>,
    /// 4: argon2id in PHC form; none where only passkeys are allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Text<1, 256>>,
    /// 5: secret of the time-based codes (RFC 6238); goes with a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<Blob<16, 64>>,
    /// 6: at most 10.
    pub passkeys: Vec<Passkey>,
}

/// A passkey of the relying party `localhost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// 0: the credential's id.
    pub credential: Blob<16, 1023>,
    /// 1: the public key as COSE, or the record of the relying party's library.
    pub key: Blob<1, 4096>,
    /// 2: what its owner calls it.
    pub name: Text<0, 64>,
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// 0
    Clerk,
    /// 1
    Supervisor,
    /// 2
    Reviewer,
    /// 3
    Operator,
    /// 4
    Inspector,
    /// 5
    StockKeeper,
    /// 6
    Dispatcher,
    /// 7
    Courier,
    /// 8
    Auditor,
    /// 9
    Administrator,
}

impl Body for StaffList {
    const WHAT: &'static str = "staff list";
    const DOMAIN: &'static str = "stempel staff list 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 4 << 20;
}

impl Numbered for StaffList {
    fn issue(&self) -> &Issue {
        &self.issue
    }
}

impl StaffList {
    /// The member with this login.
    pub fn member(&self, login: &str) -> Option<&Member> {
        self.people
            .iter()
            .find(|member| member.login.as_str() == login)
    }
}

impl Checked for StaffList {
    fn check(&self) -> Result<(), Broken> {
        self.issue.check()?;
        if self.people.len() > 500 {
            return Err(("people", "there are 500 at most"));
        }
        let mut persons: Vec<_> = self.people.iter().map(|member| member.person).collect();
        let mut logins: Vec<_> = self.people.iter().map(|member| &member.login).collect();
        persons.sort_unstable();
        logins.sort_unstable();
        if !persons.is_sorted_by(|a, b| a < b) || !logins.is_sorted_by(|a, b| a < b) {
            return Err(("people", "each person and each login is there once"));
        }
        self.people.iter().try_for_each(Member::check)
    }
}

impl Member {
    fn check(&self) -> Result<(), Broken> {
        if self.roles.is_empty() || !self.roles.is_sorted_by(|a, b| a < b) {
            return Err(("roles", "each has one or more, each once, in order"));
        }
        if let Some(password) = &self.password
            && !password.as_str().starts_with("$argon2id$")
        {
            return Err(("password", "it is an argon2id hash in PHC form"));
        }
        if self.password.is_some() != self.totp.is_some() {
            return Err(("totp", "a password goes with time-based codes"));
        }
        if self.passkeys.len() > 10 {
            return Err(("passkeys", "there are 10 at most"));
        }
        Ok(())
    }
}
