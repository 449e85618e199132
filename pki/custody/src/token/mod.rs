//! One token: sessions, login, loss and return.

mod link;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::SystemTime,
};

use cryptoki::{
    context::Pkcs11, error::Error as Pkcs11Error, object::Attribute, session::Session, slot::Slot,
};

use self::link::Link;
use crate::{
    error::{CustodyError, answer as answer_of, is_vague, means_loss},
    module::{HoldsSessions, Live, Module},
    pin,
    role::KeyRole,
};

/// Where a token is, and who may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenConfig {
    /// The PKCS#11 module, for example [`crate::softhsm::MODULE`].
    pub module: PathBuf,
    /// For SoftHSM: its configuration file, put into `SOFTHSM2_CONF` while the module initialises.
    pub softhsm2_conf: Option<PathBuf>,
    /// The token's label; exactly one token may have it.
    pub token_label: String,
    /// The file that holds the user PIN: owned by us, mode 600 or less.
    pub pin_file: PathBuf,
}

/// A token that we are logged in to, or will be when it is back. Share it by `Arc`.
pub struct Token {
    state: Arc<State>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("label", &self.state.config.token_label)
            .finish_non_exhaustive()
    }
}

struct State {
    config: TokenConfig,
    module: Arc<Module>,
    link: Mutex<Option<Link>>,
    /// The change time of the PIN file whose PIN was refused.
    refused_pin: Mutex<Option<SystemTime>>,
}

impl HoldsSessions for State {
    fn drop_sessions(&self) {
        lock(&self.link).take();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these locks guard is replaced in one step, so a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One session for one operation, and the connection that object handles belong to.
pub(crate) struct Desk {
    pub(crate) session: Session,
    pkcs11: Pkcs11,
    slot: Slot,
    /// Differs for each connection of each token in this process.
    pub(crate) connection: u64,
}

impl Desk {
    /// Asks the token for its label: fails when it is gone, also where an idle session does not
    /// notice and a search for objects just finds none.
    pub(crate) fn present(&self) -> Result<(), Fault> {
        self.pkcs11
            .get_token_info(self.slot)
            .asking("tell its label")
            .map(|_| ())
    }
}

/// Why an operation at a desk failed: the token's answer, or our own verdict.
pub(crate) enum Fault {
    Token(&'static str, Pkcs11Error),
    Own(CustodyError),
}

impl From<CustodyError> for Fault {
    fn from(error: CustodyError) -> Self {
        Self::Own(error)
    }
}

/// Names what was being asked when the token answered with an error.
pub(crate) trait Asking<T> {
    fn asking(self, act: &'static str) -> Result<T, Fault>;
}

impl<T> Asking<T> for Result<T, Pkcs11Error> {
    fn asking(self, act: &'static str) -> Result<T, Fault> {
        self.map_err(|source| Fault::Token(act, source))
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // Sessions close while the module cannot be restarted: a handle is given out again after.
        let _live = self.state.module.live();
        self.state.drop_sessions();
    }
}

impl Token {
    /// Opens the token and logs in.
    pub fn open(config: &TokenConfig) -> Result<Self, CustodyError> {
        let token = Self::open_absent(config)?;
        token.health()?;
        Ok(token)
    }

    /// Like [`Self::open`], but a token that is absent now is no error: it is used when it comes.
    pub fn open_absent(config: &TokenConfig) -> Result<Self, CustodyError> {
        pin::Pin::read(&config.pin_file)?;
        let module = Module::get(
            &config.token_label,
            &config.module,
            config.softhsm2_conf.as_deref(),
        )?;
        let state = Arc::new(State {
            config: config.clone(),
            module: module.clone(),
            link: Mutex::new(None),
            refused_pin: Mutex::new(None),
        });
        let holder: Arc<dyn HoldsSessions> = state.clone();
        let weak: Weak<dyn HoldsSessions> = Arc::downgrade(&holder);
        module.register(weak);
        Ok(Self { state })
    }

    /// The token's label.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.state.config.token_label
    }

    /// Whether the token holds any object of the role `R`, under whatever label.
    pub fn holds_role<R: KeyRole>(&self) -> Result<bool, CustodyError> {
        self.run(&mut |desk| {
            let role = [Attribute::Token(true), Attribute::Id(R::NAME.into())];
            let found = desk
                .session
                .find_objects(&role)
                .asking("look for keys of a role")?;
            desk.present()?;
            Ok(!found.is_empty())
        })
    }

    /// Asks the token whether it is there and we are logged in; reconnects when it came back.
    pub fn health(&self) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            desk.session
                .get_session_info()
                .asking("tell the state of a session")?;
            desk.present()
        })
    }

    /// Runs one operation with a session of its own; after a loss, reconnects and runs it once more.
    pub(crate) fn run<T>(
        &self,
        operation: &mut dyn FnMut(&Desk) -> Result<T, Fault>,
    ) -> Result<T, CustodyError> {
        let mut lost: Option<String> = None;
        loop {
            let live = self.state.module.live();
            let generation = live.generation;
            let answer = match self.take_desk(&live) {
                Ok(desk) => match operation(&desk) {
                    Ok(value) => {
                        self.give_back(desk);
                        return Ok(value);
                    }
                    Err(Fault::Token(act, source))
                        if is_vague(&source) && desk.present().is_ok() =>
                    {
                        return Err(self.refused(act, &source));
                    }
                    Err(fault) => {
                        self.close(desk, &fault);
                        fault
                    }
                },
                Err(fault) => fault,
            };
            drop(live);
            match answer {
                Fault::Own(error) => return Err(error),
                Fault::Token(act, source) if !means_loss(&source) => {
                    return Err(self.refused(act, &source));
                }
                Fault::Token(_, source) => {
                    if let Some(reason) = lost {
                        return Err(CustodyError::TokenAbsent {
                            label: self.label().into(),
                            reason,
                        });
                    }
                    lost = Some(answer_of(&source));
                    self.reconnect(generation, &source)?;
                }
            }
        }
    }

    fn take_desk(&self, live: &Live) -> Result<Desk, Fault> {
        let mut link = lock(&self.state.link);
        if let Some(link) = link.as_mut() {
            return link.desk(live).asking("open a session");
        }
        let fresh = self.connect(live)?;
        link.insert(fresh).desk(live).asking("open a session")
    }

    fn give_back(&self, desk: Desk) {
        if let Some(link) = lock(&self.state.link).as_mut() {
            link.give_back(desk);
        }
    }

    /// Ends the session of a failed operation (it may have been left in the middle), and after a
    /// loss the connection.
    fn close(&self, desk: Desk, fault: &Fault) {
        let mut link = lock(&self.state.link);
        let lost = matches!(fault, Fault::Token(_, source) if means_loss(source));
        if lost
            && link
                .as_ref()
                .is_some_and(|link| link.connection == desk.connection)
        {
            link.take();
        }
        drop(desk);
    }

    fn connect(&self, live: &Live) -> Result<Link, Fault> {
        let config = &self.state.config;
        let mut refused = lock(&self.state.refused_pin);
        let changed = pin::changed_at(&config.pin_file);
        if refused.is_some() && *refused == changed {
            return Err(self.wrong_pin().into());
        }
        match Link::connect(live, config) {
            Err(Fault::Own(error @ CustodyError::WrongPin { .. })) => {
                *refused = changed;
                Err(error.into())
            }
            answer => {
                *refused = None;
                answer
            }
        }
    }

    fn refused(&self, act: &'static str, source: &Pkcs11Error) -> CustodyError {
        let answer = answer_of(source);
        CustodyError::Refused {
            token: self.label().into(),
            act,
            answer,
        }
    }

    fn wrong_pin(&self) -> CustodyError {
        CustodyError::WrongPin {
            label: self.label().into(),
            pin_file: self.state.config.pin_file.clone(),
        }
    }

    /// First by a new connection, then by a restart of the module.
    fn reconnect(&self, generation: u64, reason: &Pkcs11Error) -> Result<(), CustodyError> {
        tracing::warn!(
            token = self.label(),
            reason = answer_of(reason),
            "token lost, reconnecting"
        );
        {
            let live = self.state.module.live();
            if live.generation == generation {
                let mut link = lock(&self.state.link);
                if link.is_some() {
                    return Ok(());
                }
                match self.connect(&live) {
                    Ok(fresh) => {
                        *link = Some(fresh);
                        return Ok(());
                    }
                    Err(Fault::Own(error)) if !error.is_absence() => return Err(error),
                    Err(_) => {}
                }
            }
        }
        self.state
            .module
            .restart(generation)
            .map_err(|source| CustodyError::TokenAbsent {
                label: self.label().into(),
                reason: answer_of(&source),
            })
    }
}
