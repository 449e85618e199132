//! Making a token: for ceremonies only.

use std::path::Path;

use cryptoki::{
    context::Pkcs11,
    error::{Error as Pkcs11Error, RvError},
    session::UserType,
    slot::Slot,
};

use crate::{
    error::{CustodyError, answer},
    module::Module,
    pin::Pin,
    token::TokenConfig,
};

/// Initialises a free slot as the token of `config`: its label, its security officer's PIN from
/// `so_pin_file`, its user PIN from `config.pin_file`.
///
/// A token of that label that is complete is [`CustodyError::Exists`]. One whose user PIN was never
/// set (a ceremony was interrupted between the two steps) is completed.
pub fn initialise_token(config: &TokenConfig, so_pin_file: &Path) -> Result<(), CustodyError> {
    let label = &config.token_label;
    let module = Module::get(label, &config.module, config.softhsm2_conf.as_deref())?;
    let live = module.live();
    let refused = |act: &'static str| {
        move |source: Pkcs11Error| CustodyError::Refused {
            token: label.clone(),
            act,
            answer: answer(&source),
        }
    };
    let Some(pkcs11) = &live.pkcs11 else {
        return Err(CustodyError::TokenAbsent {
            label: label.clone(),
            reason: "the module does not initialise; check the token folder".into(),
        });
    };
    let so_pin = Pin::read(so_pin_file)?;
    let user_pin = Pin::read(&config.pin_file)?;
    let slot = if let Some(slot) = labelled(pkcs11, label)? {
        let info = pkcs11
            .get_token_info(slot)
            .map_err(refused("tell its state"))?;
        if info.user_pin_initialized() {
            return Err(CustodyError::Exists {
                what: "token",
                name: label.clone(),
            });
        }
        slot
    } else {
        let slot = free(pkcs11, label)?;
        pkcs11
            .init_token(slot, &so_pin.for_initialisation(), label)
            .map_err(refused("be initialised"))?;
        // The slot of a fresh token may have another number than the free slot had.
        labelled(pkcs11, label)?.ok_or_else(|| CustodyError::TokenAbsent {
            label: label.clone(),
            reason: "it vanished when it was initialised".into(),
        })?
    };
    let session = pkcs11
        .open_rw_session(slot)
        .map_err(refused("open a session"))?;
    match session.login_with_raw(UserType::So, &so_pin.for_login()) {
        Ok(()) => {}
        Err(Pkcs11Error::Pkcs11(RvError::PinIncorrect, _)) => {
            let pin_file = so_pin_file.into();
            return Err(CustodyError::WrongPin {
                label: label.clone(),
                pin_file,
            });
        }
        Err(source) => return Err(refused("log in its security officer")(source)),
    }
    session
        .init_pin(&user_pin.for_initialisation())
        .map_err(refused("set the user PIN"))?;
    session.logout().map_err(refused("log out"))
}

fn labelled(pkcs11: &Pkcs11, label: &str) -> Result<Option<Slot>, CustodyError> {
    let slots = slots(pkcs11, label)?;
    let mut matching = slots.into_iter().filter(|slot| {
        pkcs11
            .get_token_info(*slot)
            .is_ok_and(|info| info.token_initialized() && info.label() == label)
    });
    let first = matching.next();
    match matching.count() {
        0 => Ok(first),
        further => Err(CustodyError::TokenAmbiguous {
            label: label.into(),
            found: further + 1,
        }),
    }
}

fn free(pkcs11: &Pkcs11, label: &str) -> Result<Slot, CustodyError> {
    let free = slots(pkcs11, label)?.into_iter().find(|slot| {
        pkcs11
            .get_token_info(*slot)
            .is_ok_and(|info| !info.token_initialized())
    });
    free.ok_or_else(|| CustodyError::TokenAbsent {
        label: label.into(),
        reason: "no slot is free for a new token".into(),
    })
}

fn slots(pkcs11: &Pkcs11, label: &str) -> Result<Vec<Slot>, CustodyError> {
    pkcs11
        .get_slots_with_token()
        .map_err(|source| CustodyError::Refused {
            token: label.into(),
            act: "list the slots",
            answer: answer(&source),
        })
}
