//! Passwords: argon2id (RFC 9106), one set of parameters, judged in the same time for everybody.

use std::fmt;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use zeroize::Zeroizing;

/// Longest password, bytes: long enough for any sentence, short enough to hash.
pub(super) const MAX: usize = 1024;

/// Shortest password, characters (NIST SP 800-63B §5.1.1.2 asks for eight; with a code beside it that is enough).
const MIN: usize = 8;

/// Stands in for the password of nobody. Its hash equals no password's.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    argon2()
        .hash_password_with_salt(b"nobody", b"nobody has this!")
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

/// What is kept of a password: a PHC string of argon2id.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {MIN} characters or more, and at most {MAX} bytes; choose another")]
    Length,
    /// What was kept is not a hash of ours.
    #[error("the kept password is no argon2id hash with our parameters; set a new password")]
    Kept,
    /// The hash could not be made.
    #[error("the password could not be hashed; is memory exhausted?")]
    Hash,
}

/// 19 MiB, two passes, one lane: OWASP's figures, a fiftieth of a second.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

impl Password {
    /// Hashes a new password with a random salt.
    pub fn new(password: &str, salt: [u8; 16]) -> Result<Self, PasswordError> {
        if password.chars().count() < MIN || password.len() > MAX {
            return Err(PasswordError::Length);
        }
        argon2()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| PasswordError::Hash)
    }

    /// What was kept ([`Password::as_phc`]). Other parameters than ours are refused: they would tell accounts apart
    /// by time.
    pub fn from_phc(phc: &str) -> Result<Self, PasswordError> {
        let hash = PasswordHash::new(phc).map_err(|_| PasswordError::Kept)?;
        let params = Params::try_from(&hash).map_err(|_| PasswordError::Kept)?;
        let same = (params.m_cost(), params.t_cost(), params.p_cost())
            == (
                Params::DEFAULT_M_COST,
                Params::DEFAULT_T_COST,
                Params::DEFAULT_P_COST,
            );
        if hash.algorithm.as_str() == "argon2id" && same {
            Ok(Self(phc.to_owned()))
        } else {
            Err(PasswordError::Kept)
        }
    }

    /// To be kept.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Judges a password; as long for nobody's as for somebody's. Takes about 20 ms of a core: not on an async thread.
pub(super) fn judge(kept: Option<&Password>, typed: &Zeroizing<String>) -> bool {
    let phc = kept.map_or(NOBODY.as_str(), Password::as_phc);
    let typed = if typed.len() > MAX {
        ""
    } else {
        typed.as_str()
    };
    let right = PasswordHash::new(phc)
        .is_ok_and(|hash| argon2().verify_password(typed.as_bytes(), &hash).is_ok());
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn only_the_right_password_is_right() {
        let kept = Password::new("corner shop horse", [3; 16]).unwrap();
        assert!(judge(Some(&kept), &typed("corner shop horse")));
        assert!(!judge(Some(&kept), &typed("corner shop horse ")));
        assert!(
            !judge(None, &typed("nobody")),
            "nobody's password opens nothing"
        );
        assert_eq!(Password::from_phc(kept.as_phc()).unwrap(), kept);
        assert!(
            kept.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            kept.as_phc()
        );
        assert_eq!(format!("{kept:?}"), "Password(…)");
    }

    #[test]
    fn nobodys_password_costs_the_same() {
        assert!(Password::from_phc(&NOBODY).is_ok());
    }

    #[test]
    fn other_parameters_are_refused() {
        let cheap = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for phc in ["", "secret", cheap] {
            assert_eq!(Password::from_phc(phc), Err(PasswordError::Kept), "{phc}");
        }
        assert_eq!(Password::new("short", [0; 16]), Err(PasswordError::Length));
    }
}
