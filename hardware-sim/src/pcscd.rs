//! Private PC/SC daemons, for tests and for the demo: simulation infrastructure, not a device.
//!
//! The real pcscd is started as a child with its own configuration and its own socket, as any user
//! and as many at once as wanted. The listening socket becomes the daemon's descriptor 3 by way of
//! its standard input, which needs no unsafe code. Clients set `PCSCLITE_CSOCK_NAME` to
//! [`Daemon::socket`]; libpcsclite reads it once per process.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The variable that tells libpcsclite which daemon to talk to.
pub const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";
/// Debian's driver for vpcd.
pub const VPCD_DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
const DAEMON: &str = "/usr/sbin/pcscd";
/// The socket is bound here, and handed over as descriptor 3 of the daemon.
const START: &str = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; \
                     exec \"$0\" --foreground --config \"$1\"";

/// One reader of a daemon.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Its name; pcscd appends ` 00 00`.
    pub name: String,
    /// The driver library.
    pub driver: PathBuf,
    /// What the driver is told: the path of a slot's socket, or `/dev/null:PORT` for vpcd.
    pub device: String,
}

impl Reader {
    /// A reader of our own driver, with a simulated slot or machine at the other end of a socket;
    /// none where the driver was not built.
    pub fn ours(name: &str, socket: &Path) -> Option<Self> {
        Some(Self {
            name: name.to_owned(),
            driver: driver()?,
            device: socket.to_str()?.to_owned(),
        })
    }
}

/// Why a daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Its folder or socket could not be made.
    #[error("a private card daemon cannot be set up in {folder}")]
    Folder {
        /// Where.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be started.
    #[error("{DAEMON} cannot be started; install the package pcscd")]
    Start(#[source] io::Error),
}

/// A running daemon, ended when dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    socket: PathBuf,
}

impl Daemon {
    /// Starts a daemon with these readers (at most 16). `folder` exists and holds its configuration,
    /// socket and log; it belongs to this daemon alone.
    pub fn start(folder: &Path, readers: &[Reader]) -> Result<Self, DaemonError> {
        let socket = folder.join("pcscd.comm");
        let prepare = || -> io::Result<(UnixListener, fs::File)> {
            let configuration = folder.join("readers");
            fs::create_dir_all(&configuration)?;
            fs::write(
                configuration.join("readers.conf"),
                configuration_of(readers),
            )?;
            if socket.exists() {
                fs::remove_file(&socket)?;
            }
            let listener = UnixListener::bind(&socket)?;
            // Clients may run as another user than the daemon.
            fs::set_permissions(&socket, fs::Permissions::from_mode(0o666))?;
            Ok((listener, fs::File::create(folder.join("pcscd.log"))?))
        };
        let (listener, log) = prepare().map_err(|source| DaemonError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        let errors = log.try_clone().map_err(DaemonError::Start)?;
        let child = Command::new("/bin/sh")
            .args(["-c", START, DAEMON])
            .arg(folder.join("readers"))
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(DaemonError::Start)?;
        Ok(Self { child, socket })
    }

    /// Where clients find it: the value of [`SOCKET_VARIABLE`].
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// A command whose PC/SC calls go to this daemon.
    pub fn client(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env(SOCKET_VARIABLE, &self.socket);
        command
    }

    /// Whether it is still running.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The daemon's process, for tests that kill it.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It keeps nothing that a kill could lose. Failing means that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_file(&self.socket));
    }
}

/// The file name of our own reader driver.
const OUR_DRIVER: &str = "libreader_driver.so";

/// Our own reader driver as Cargo built it: beside the running program, or in `deps` below it.
pub fn driver() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    [folder, &folder.join("deps"), folder.parent()?]
        .into_iter()
        .map(|folder| folder.join(OUR_DRIVER))
        .find(|library| library.exists())
}

fn configuration_of(readers: &[Reader]) -> String {
    let mut text = String::new();
    for (channel, reader) in readers.iter().enumerate() {
        // pcscd refuses devices that are not there yet, unless their name has a colon.
        let ours = reader.driver.ends_with(OUR_DRIVER);
        let prefix = if ours && reader.device.starts_with('/') {
            "unix:"
        } else {
            ""
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "FRIENDLYNAME \"{}\"\nDEVICENAME {prefix}{}\nLIBPATH {}\nCHANNELID {channel}\n\n",
            reader.name,
            reader.device,
            reader.driver.display(),
        );
    }
    text
}
