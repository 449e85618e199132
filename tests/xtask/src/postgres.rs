//! A PostgreSQL server of our own, for as long as the tests run: a fresh cluster in a temporary folder that listens
//! on a UNIX socket there and nowhere else.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::process;

/// Where Debian puts each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Debian's user: `postgres` itself refuses to be root.
const USER: &str = "postgres";

/// How long a new server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server; it ends with this value, and with this program however that ends.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    postmaster: Option<Child>,
}

/// What comes of a commit when the machine loses power.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Commits {
    /// It is lost: nothing of a test must outlive its machine.
    Vanish,
    /// It is on the disk.
    Last,
}

impl Server {
    /// Makes a cluster and starts it. Its owner is `owner`, which needs no password on that socket.
    pub fn start(commits: Commits) -> Result<Self, String> {
        let mut server = Self {
            programs: newest()?,
            folder: private_folder()?,
            postmaster: None,
        };
        let init = [
            "-U",
            "owner",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
        ];
        let mut initdb = server.program("initdb");
        process::run(initdb.args(init).arg(server.data()).stdout(Stdio::null()))?;
        let log = server.folder.join("log");
        let log = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut postmaster = server.program("postgres");
        postmaster
            .arg("-D")
            .arg(server.data())
            .arg("-k")
            .arg(&server.folder);
        let fsync = match commits {
            Commits::Vanish => "fsync=off",
            Commits::Last => "fsync=on",
        };
        for setting in ["listen_addresses=", fsync, "max_connections=300"] {
            postmaster.args(["-c", setting]);
        }
        let started = postmaster.stdin(Stdio::null()).stderr(log).spawn();
        server.postmaster = Some(started.map_err(|error| format!("postgres: {error}"))?);
        server.wait_until_it_answers()?;
        Ok(server)
    }

    /// Where programs find it.
    pub fn url(&self) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://owner@localhost/postgres?host={socket}")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One of its programs, as a user that is not root; it is interrupted when this program ends.
    fn program(&self, name: &str) -> Command {
        let mut command = process::command("setpriv");
        if is_root() {
            command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
        }
        command
            .args(["--pdeathsig", "INT", "--"])
            .arg(self.programs.join(name));
        command.current_dir(&self.folder);
        command
    }

    fn wait_until_it_answers(&self) -> Result<(), String> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let mut ready = self.program("pg_isready");
            ready.args(["-q", "-h"]).arg(&self.folder);
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL does not answer; it says:\n{log}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut postmaster) = self.postmaster.take() {
            let mut stop = self.program("pg_ctl");
            stop.arg("-D")
                .arg(self.data())
                .args(["-s", "-m", "immediate", "stop"]);
            let stopped = process::run(&mut stop)
                .and_then(|()| postmaster.wait().map_err(|error| error.to_string()));
            if let Err(error) = stopped {
                eprintln!("PostgreSQL could not be stopped: {error}");
            }
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

/// The programs of the newest version that is installed.
fn newest() -> Result<PathBuf, String> {
    let missing = |error: &dyn std::fmt::Display| format!("PostgreSQL in {VERSIONS}: {error}");
    let versions = std::fs::read_dir(VERSIONS).map_err(|error| missing(&error))?;
    versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .max()
        .map(|(_, programs)| programs)
        .ok_or_else(|| missing(&"no version is there"))
}

/// A folder for the server's user alone; its path is short, as UNIX sockets want it.
fn private_folder() -> Result<PathBuf, String> {
    let mut make = process::command("mktemp");
    make.args(["-d", "-t", "stempel-postgres-XXXXXXXX"]);
    let output = make.output().map_err(|error| format!("mktemp: {error}"))?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !output.status.success() || !folder.is_dir() {
        return Err("mktemp made no folder".to_owned());
    }
    if is_root() {
        process::run(
            process::command("chown")
                .arg(format!("{USER}:"))
                .arg(&folder),
        )?;
    }
    Ok(folder)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|own| own.uid() == 0)
}
