//! PKCS#11 modules of this process: each is loaded and initialised once, whoever uses it.
//!
//! ```text
//! operation  holds the read side while it uses a session
//! restart    takes the write side, drops every session of every token, C_Finalize, C_Initialize
//! ```
//! A restart is the only way SoftHSM sees a token folder that came back, and some network HSMs
//! need it too. Sessions never outlive it: handle numbers are given out again afterwards.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, Weak},
    time::{Duration, Instant},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as Pkcs11Error, RvError},
};

use crate::{
    error::{CustodyError, answer},
    softhsm::{VARIABLE, mend_tokens},
};

/// The least time between two restarts: other tokens of the module log in again after each.
const RESTART_PAUSE: Duration = Duration::from_millis(200);

/// Something that holds sessions of a module.
pub(crate) trait HoldsSessions: Send + Sync {
    /// Drops every session; the module is about to be finalised.
    fn drop_sessions(&self);
}

/// The module, when it is initialised.
pub(crate) struct Live {
    pub(crate) pkcs11: Option<Pkcs11>,
    /// Counts initialisations.
    pub(crate) generation: u64,
    configuration: Option<PathBuf>,
}

/// One PKCS#11 module of this process.
pub(crate) struct Module {
    library: Pkcs11,
    live: RwLock<Live>,
    holders: Mutex<Vec<Weak<dyn HoldsSessions>>>,
    restarted: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").finish_non_exhaustive()
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these locks guard is replaced in one step, so a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static MODULES: OnceLock<Mutex<HashMap<PathBuf, Arc<Module>>>> = OnceLock::new();

impl Module {
    /// The module at `path`, initialised with `configuration` (SoftHSM only).
    ///
    /// A module that cannot be initialised now (its token folder is away) is returned all the same:
    /// it is restarted when a token of it is used.
    pub(crate) fn get(
        label: &str,
        path: &Path,
        configuration: Option<&Path>,
    ) -> Result<Arc<Self>, CustodyError> {
        let mut modules = lock(MODULES.get_or_init(Mutex::default));
        let module = if let Some(module) = modules.get(path) {
            module.clone()
        } else {
            let library = Pkcs11::new(path).map_err(|source| CustodyError::Module {
                path: path.into(),
                source,
            })?;
            let module = Arc::new(Self {
                library,
                live: RwLock::new(Live {
                    pkcs11: None,
                    generation: 0,
                    configuration: configuration.map(Path::to_path_buf),
                }),
                holders: Mutex::default(),
                restarted: Mutex::default(),
            });
            modules.insert(path.into(), module.clone());
            module
        };
        module.adopt(label, configuration)?;
        Ok(module)
    }

    /// Moves to another configuration when nobody uses the present one, and initialises.
    fn adopt(&self, label: &str, configuration: Option<&Path>) -> Result<(), CustodyError> {
        let mut holders = lock(&self.holders);
        holders.retain(|holder| holder.strong_count() > 0);
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.configuration.as_deref() != configuration {
            if !holders.is_empty() {
                let in_use = live.configuration.clone().unwrap_or_default();
                return Err(CustodyError::OtherConfiguration {
                    label: label.into(),
                    in_use,
                });
            }
            live.configuration = configuration.map(Path::to_path_buf);
            self.stop(&mut live);
        }
        if live.pkcs11.is_none() {
            let _ = self.start(&mut live);
        }
        Ok(())
    }

    /// Registers somebody whose sessions a restart must drop.
    pub(crate) fn register(&self, holder: Weak<dyn HoldsSessions>) {
        lock(&self.holders).push(holder);
    }

    /// The module for the time of one operation: no restart happens meanwhile.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finalises and initialises the module, unless somebody did since `seen` or a moment ago.
    pub(crate) fn restart(&self, seen: u64) -> Result<(), Pkcs11Error> {
        let holders: Vec<_> = lock(&self.holders)
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.generation != seen && live.pkcs11.is_some() {
            return Ok(());
        }
        let mut restarted = lock(&self.restarted);
        if restarted.is_some_and(|at| at.elapsed() < RESTART_PAUSE) {
            return Ok(());
        }
        *restarted = Some(Instant::now());
        for holder in &holders {
            holder.drop_sessions();
        }
        self.stop(&mut live);
        self.start(&mut live)
    }

    /// Works with another configuration while no operation of any token runs; everybody's sessions
    /// are dropped before and come back after by themselves.
    pub(crate) fn at<T>(
        &self,
        label: &str,
        configuration: &Path,
        work: impl FnOnce(&Pkcs11) -> Result<T, CustodyError>,
    ) -> Result<T, CustodyError> {
        let holders: Vec<_> = lock(&self.holders)
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        for holder in &holders {
            holder.drop_sessions();
        }
        self.stop(&mut live);
        let own = live.configuration.replace(configuration.into());
        let done = match self.start(&mut live) {
            Ok(()) => work(&self.library),
            Err(source) => Err(CustodyError::TokenAbsent {
                label: label.into(),
                reason: answer(&source),
            }),
        };
        self.stop(&mut live);
        live.configuration = own;
        // If it fails, it is tried again when a token is used.
        let _ = self.start(&mut live);
        done
    }

    /// Finalises the module at `path` if it has this configuration and nobody uses it.
    pub(crate) fn leave(path: &Path, configuration: &Path) {
        let modules = lock(MODULES.get_or_init(Mutex::default));
        let Some(module) = modules.get(path) else {
            return;
        };
        let mut holders = lock(&module.holders);
        holders.retain(|holder| holder.strong_count() > 0);
        let mut live = module.live.write().unwrap_or_else(PoisonError::into_inner);
        if holders.is_empty() && live.configuration.as_deref() == Some(configuration) {
            module.stop(&mut live);
            live.configuration = None;
        }
    }

    fn stop(&self, live: &mut Live) {
        if live.pkcs11.take().is_some() {
            // A module that fails to finalise has nothing more to offer; initialising tells.
            let _ = self.library.clone().finalize();
        }
    }

    fn start(&self, live: &mut Live) -> Result<(), Pkcs11Error> {
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        let initialise = || self.library.initialize(arguments);
        if let Some(configuration) = &live.configuration {
            mend_tokens(configuration);
        }
        let result = match &live.configuration {
            // A program that was started with the variable set never touches its environment.
            Some(path) if std::env::var_os(VARIABLE).as_deref() != Some(path.as_os_str()) => {
                temp_env::with_var(VARIABLE, Some(path), initialise)
            }
            _ => initialise(),
        };
        match result {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {
                live.pkcs11 = Some(self.library.clone());
                live.generation += 1;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
