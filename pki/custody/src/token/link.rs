//! One connection to a token: its slot, the login, and idle sessions.

use std::sync::atomic::{AtomicU64, Ordering};

use cryptoki::{
    context::Function,
    error::{Error as Pkcs11Error, RvError},
    session::{Session, UserType},
    slot::Slot,
};

use super::{Asking, Desk, Fault, TokenConfig};
use crate::{error::CustodyError, module::Live, pin::Pin};

/// Idle sessions kept for the next operations.
const MAX_IDLE: usize = 32;

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

pub(super) struct Link {
    pub(super) connection: u64,
    slot: Slot,
    idle: Vec<Session>,
    /// Keeps the login: a token logs out when the last session closes.
    _anchor: Session,
}

impl Link {
    /// Finds the token by its label, opens a session and logs in.
    pub(super) fn connect(live: &Live, config: &TokenConfig) -> Result<Self, Fault> {
        let label = &config.token_label;
        let absent = |reason: String| CustodyError::TokenAbsent {
            label: label.clone(),
            reason,
        };
        let Some(pkcs11) = &live.pkcs11 else {
            return Err(Fault::Token("find the token", uninitialised()));
        };
        let slots = pkcs11.get_slots_with_token().asking("list the slots")?;
        // A slot whose token does not answer is not the one; if none is, the token is absent.
        let mut matching = slots.into_iter().filter(|slot| {
            pkcs11
                .get_token_info(*slot)
                .is_ok_and(|info| info.token_initialized() && info.label() == label)
        });
        let slot = matching.next();
        let further = matching.count();
        let Some(slot) = slot else {
            // Told as a loss, so that the module is restarted and asked again.
            let missing = Pkcs11Error::Pkcs11(RvError::TokenNotPresent, Function::GetSlotList);
            return Err(Fault::Token("find the token", missing));
        };
        if further > 0 {
            let error = CustodyError::TokenAmbiguous {
                label: label.clone(),
                found: further + 1,
            };
            return Err(error.into());
        }
        let session = pkcs11.open_rw_session(slot).asking("open a session")?;
        let pin = Pin::read(&config.pin_file)?.for_login();
        match session.login_with_raw(UserType::User, &pin) {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(Pkcs11Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange, _)) => {
                let pin_file = config.pin_file.clone();
                return Err(CustodyError::WrongPin {
                    label: label.clone(),
                    pin_file,
                }
                .into());
            }
            Err(Pkcs11Error::Pkcs11(RvError::PinLocked, _)) => {
                return Err(CustodyError::PinLocked {
                    label: label.clone(),
                }
                .into());
            }
            Err(Pkcs11Error::Pkcs11(RvError::UserPinNotInitialized, _)) => {
                return Err(absent("its user PIN was never set".into()).into());
            }
            Err(source) => return Err(Fault::Token("log in", source)),
        }
        Ok(Self {
            connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed) + 1,
            slot,
            idle: Vec::new(),
            _anchor: session,
        })
    }

    pub(super) fn desk(&mut self, live: &Live) -> Result<Desk, Pkcs11Error> {
        let pkcs11 = live.pkcs11.clone().ok_or_else(uninitialised)?;
        let session = match self.idle.pop() {
            Some(session) => session,
            None => pkcs11.open_rw_session(self.slot)?,
        };
        Ok(Desk {
            session,
            pkcs11,
            slot: self.slot,
            connection: self.connection,
        })
    }

    pub(super) fn give_back(&mut self, desk: Desk) {
        if desk.connection == self.connection && self.idle.len() < MAX_IDLE {
            self.idle.push(desk.session);
        }
    }
}

fn uninitialised() -> Pkcs11Error {
    Pkcs11Error::Pkcs11(RvError::CryptokiNotInitialized, Function::Initialize)
}
