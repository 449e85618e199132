//! The one person of the gallery, in memory. Her secrets are public: nothing is behind them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pages::PersonId;
use pages::sign_in::{Account, Passkey, Password, PasswordError, Staff, StaffError, TotpSecret};

pub const LOGIN: &str = "marie";
pub const PASSWORD: &str = "corner shop horse";
/// The secret of RFC 6238's own test vectors.
pub const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

pub struct Gallery(Mutex<Kept>);

struct Kept {
    account: Account,
    last_step: Option<u64>,
}

impl Gallery {
    pub fn new() -> Result<Self, PasswordError> {
        let account = Account {
            person: PersonId::new(*b"gallery's marie!"),
            login: LOGIN.to_owned(),
            name: "Marie Weber".to_owned(),
            password: Some(Password::new(PASSWORD, *b"gallery of pages")?),
            totp: TotpSecret::from_base32(SECRET).ok(),
            passkeys: Vec::new(),
        };
        Ok(Self(Mutex::new(Kept {
            account,
            last_step: None,
        })))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn account_if(&self, wanted: impl Fn(&Account) -> bool) -> Option<Account> {
        Some(self.kept().account.clone()).filter(wanted)
    }
}

#[async_trait]
impl Staff for Gallery {
    async fn by_login(&self, login: &str) -> Result<Option<Account>, StaffError> {
        Ok(self.account_if(|account| account.login == login))
    }

    async fn by_person(&self, person: PersonId) -> Result<Option<Account>, StaffError> {
        Ok(self.account_if(|account| account.person == person))
    }

    async fn spend_code(&self, _: PersonId, step: u64) -> Result<bool, StaffError> {
        let mut kept = self.kept();
        let later = kept.last_step.is_none_or(|last| step > last);
        if later {
            kept.last_step = Some(step);
        }
        Ok(later)
    }

    async fn add_passkey(&self, _: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        self.kept().account.passkeys.push(passkey);
        Ok(())
    }

    async fn update_passkey(&self, _: PersonId, passkey: Passkey) -> Result<(), StaffError> {
        for kept in &mut self.kept().account.passkeys {
            if kept.credential() == passkey.credential() {
                *kept = passkey.clone();
            }
        }
        Ok(())
    }
}
