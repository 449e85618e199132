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
    softhsm::{count_tokens, make_aside},
    token::TokenConfig,
};

/// Initialises a free slot as the token of `config`: its label, its security officer's PIN from
/// `so_pin_file`, its user PIN from `config.pin_file`.
///
/// A token of that label that is complete is [`CustodyError::Exists`]. One whose user PIN was never
/// set (the making was interrupted between the two steps) is completed. A SoftHSM folder with a token
/// that cannot be read is [`CustodyError::TokenDamaged`]: that one may be the token asked for.
pub fn initialise_token(config: &TokenConfig, so_pin_file: &Path) -> Result<(), CustodyError> {
    let label = &config.token_label;
    let module = Module::get(label, &config.module, config.softhsm2_conf.as_deref())?;
    let pins = Pins {
        so_pin_file,
        so: Pin::read(so_pin_file)?,
        user: Pin::read(&config.pin_file)?,
    };
    let Some(configuration) = &config.softhsm2_conf else {
        let live = module.live();
        let pkcs11 = live.pkcs11.as_ref().ok_or_else(|| uninitialised(label))?;
        return complete(pkcs11, label, &pins)?.map_or_else(|| make(pkcs11, label, &pins), Ok);
    };
    let done = module.at(label, configuration, |pkcs11| {
        let done = complete(pkcs11, label, &pins)?;
        let unread = count_tokens(configuration)?.saturating_sub(initialised(pkcs11, label)?);
        if done.is_none() && unread > 0 {
            let configuration = configuration.clone();
            return Err(CustodyError::TokenDamaged {
                label: label.clone(),
                unread,
                configuration,
            });
        }
        Ok(done)
    })?;
    if done.is_some() {
        return Ok(());
    }
    make_aside(configuration, |aside| {
        module.at(label, aside, |pkcs11| make(pkcs11, label, &pins))
    })?;
    // Others of this process see the token from now on.
    module.at(label, configuration, |_| Ok(()))
}

/// The serial number of the token of `config`, without a login: nothing is written. `None` when
/// there is no such token now.
pub fn token_serial(config: &TokenConfig) -> Result<Option<String>, CustodyError> {
    let label = &config.token_label;
    let module = Module::get(label, &config.module, config.softhsm2_conf.as_deref())?;
    let live = module.live();
    let Some(pkcs11) = &live.pkcs11 else {
        return Ok(None);
    };
    let Some(slot) = labelled(pkcs11, label)? else {
        return Ok(None);
    };
    let info = pkcs11
        .get_token_info(slot)
        .map_err(refused(label, "tell its serial number"))?;
    Ok(Some(info.serial_number().to_owned()))
}

struct Pins<'a> {
    so_pin_file: &'a Path,
    so: Pin,
    user: Pin,
}

fn refused(label: &str, act: &'static str) -> impl FnOnce(Pkcs11Error) -> CustodyError {
    move |source| CustodyError::Refused {
        token: label.into(),
        act,
        answer: answer(&source),
    }
}

fn uninitialised(label: &str) -> CustodyError {
    CustodyError::TokenAbsent {
        label: label.into(),
        reason: "the module does not initialise; check the token folder".into(),
    }
}

/// Sets the user PIN of a token of this label that has none. `None` when there is no such token.
fn complete(pkcs11: &Pkcs11, label: &str, pins: &Pins<'_>) -> Result<Option<()>, CustodyError> {
    let Some(slot) = labelled(pkcs11, label)? else {
        return Ok(None);
    };
    let info = pkcs11
        .get_token_info(slot)
        .map_err(refused(label, "tell its state"))?;
    if info.user_pin_initialized() {
        return Err(CustodyError::Exists {
            what: "token",
            name: label.into(),
        });
    }
    set_user_pin(pkcs11, slot, label, pins).map(Some)
}

fn make(pkcs11: &Pkcs11, label: &str, pins: &Pins<'_>) -> Result<(), CustodyError> {
    let slot = free(pkcs11, label)?;
    pkcs11
        .init_token(slot, &pins.so.for_initialisation(), label)
        .map_err(refused(label, "be initialised"))?;
    // The slot of a fresh token may have another number than the free slot had.
    let slot = labelled(pkcs11, label)?.ok_or_else(|| CustodyError::TokenAbsent {
        label: label.into(),
        reason: "it vanished when it was initialised".into(),
    })?;
    set_user_pin(pkcs11, slot, label, pins)
}

fn set_user_pin(
    pkcs11: &Pkcs11,
    slot: Slot,
    label: &str,
    pins: &Pins<'_>,
) -> Result<(), CustodyError> {
    let session = pkcs11
        .open_rw_session(slot)
        .map_err(refused(label, "open a session"))?;
    match session.login_with_raw(UserType::So, &pins.so.for_login()) {
        Ok(()) => {}
        Err(Pkcs11Error::Pkcs11(RvError::PinIncorrect, _)) => {
            return Err(CustodyError::WrongPin {
                label: label.into(),
                pin_file: pins.so_pin_file.into(),
            });
        }
        Err(source) => return Err(refused(label, "log in its security officer")(source)),
    }
    session
        .init_pin(&pins.user.for_initialisation())
        .map_err(refused(label, "set the user PIN"))?;
    session.logout().map_err(refused(label, "log out"))
}

/// How many slots hold a token that answers.
fn initialised(pkcs11: &Pkcs11, label: &str) -> Result<usize, CustodyError> {
    let slots = slots(pkcs11, label)?;
    let readable = slots.into_iter().filter(|slot| {
        pkcs11
            .get_token_info(*slot)
            .is_ok_and(|info| info.token_initialized())
    });
    Ok(readable.count())
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
