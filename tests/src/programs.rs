//! Starting our programs and watching them: found beside the running one, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What went wrong with a program of ours.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The program is not where it is built.
    #[error("{path} is not built; `cargo xtask demo` and `cargo xtask test` build it")]
    NotBuilt {
        /// Where it should be.
        path: PathBuf,
    },
    /// The program could not be started, or its output not read.
    #[error("{program}: {source}")]
    Io {
        /// The program's name.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program ended with a failure.
    #[error("{program} failed ({status}):\n{output}")]
    Failed {
        /// The program's name and subcommand.
        program: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// What it printed on both streams.
        output: String,
    },
    /// A program of others found something wrong.
    #[error("{program} ended with status {status:?}:\n{output}")]
    Refused {
        /// The program.
        program: String,
        /// Its exit status.
        status: Option<i32>,
        /// What it printed on both streams.
        output: String,
    },
    /// The program did not become ready.
    #[error("{program} was not ready within {seconds} s; its log is {log}")]
    NotReady {
        /// The program's name.
        program: String,
        /// How long was waited.
        seconds: u64,
        /// Where its log is.
        log: PathBuf,
    },
}

/// The file of a program (or library) of ours: in the folder of the running program, or one above it
/// when that is a test.
pub fn built(name: &str) -> Result<PathBuf, ProgramError> {
    let here = std::env::current_exe().map_err(|source| ProgramError::Io {
        program: name.to_owned(),
        source,
    })?;
    let found = here
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|p| p.exists());
    found.ok_or_else(|| ProgramError::NotBuilt {
        path: here.with_file_name(name),
    })
}

/// Runs a program of ours to its end and returns what it printed on standard output.
pub fn run(
    name: &str,
    arguments: &[&str],
    environment: &[(&str, &Path)],
) -> Result<String, ProgramError> {
    let program = format!("{name} {}", arguments.first().unwrap_or(&""));
    let output = Command::new(built(name)?)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ProgramError::Io {
            program: program.clone(),
            source,
        })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let output_text = text + &String::from_utf8_lossy(&output.stderr);
    Err(ProgramError::Failed {
        program,
        status: output.status,
        output: output_text,
    })
}

/// How a program ended, and what it printed.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit status; none if a signal ended it.
    pub status: Option<i32>,
    /// What it printed on standard output.
    pub output: String,
    /// What it printed on standard error.
    pub errors: String,
}

/// Runs a program to its end, however it ends. `path` is where it is: [`built`] for ours.
pub fn end_of(
    path: &Path,
    arguments: &[&str],
    environment: &[(&str, &Path)],
) -> Result<Ended, ProgramError> {
    let output = Command::new(path)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ProgramError::Io {
            program: path.display().to_string(),
            source,
        })?;
    Ok(Ended {
        status: output.status.code(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// A program of ours that keeps running until this is dropped.
#[derive(Debug)]
pub struct Service {
    name: String,
    child: Child,
}

impl Service {
    /// Starts a program; what it says on standard error goes to `log`.
    pub fn start(
        name: &str,
        arguments: &[&str],
        environment: &[(&str, &Path)],
        log: &Path,
    ) -> Result<Self, ProgramError> {
        let io = |source| ProgramError::Io {
            program: name.to_owned(),
            source,
        };
        let log = std::fs::File::create(log).map_err(io)?;
        let child = Command::new(built(name)?)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(io)?)
            .stderr(log)
            .spawn()
            .map_err(io)?;
        Ok(Self {
            name: name.to_owned(),
            child,
        })
    }

    /// Waits until `ready` says so, at most 20 seconds, or until the program ends.
    pub fn wait_until(&mut self, log: &Path, ready: impl Fn() -> bool) -> Result<(), ProgramError> {
        const SECONDS: u64 = 20;
        let start = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().ok().flatten();
            if let Some(status) = ended {
                let output = std::fs::read_to_string(log).unwrap_or_default();
                return Err(ProgramError::Failed {
                    program: self.name.clone(),
                    status,
                    output,
                });
            }
            if start.elapsed() > Duration::from_secs(SECONDS) {
                let (program, log) = (self.name.clone(), log.to_path_buf());
                return Err(ProgramError::NotReady {
                    program,
                    seconds: SECONDS,
                    log,
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Pulls the plug: SIGKILL, as a power failure would.
    pub fn kill(&mut self) {
        // A program that has already ended is as dead as one that was killed.
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program of ours and hands each line of its standard output to `line` as it comes.
pub fn follow(
    name: &str,
    arguments: &[&str],
    environment: &[(&str, &Path)],
    mut line: impl FnMut(&str),
) -> Result<(), ProgramError> {
    let program = format!("{name} {}", arguments.first().unwrap_or(&""));
    let io = |source| ProgramError::Io {
        program: program.clone(),
        source,
    };
    let mut child = Command::new(built(name)?)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(io)?;
    let errors = child.stderr.take();
    let (send, receive) = mpsc::channel();
    // Both pipes are emptied, or a program that says much on one of them would stand still.
    let reader = std::thread::spawn(move || {
        for text in errors
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok)
        {
            if send.send(text).is_err() {
                break;
            }
        }
    });
    for text in child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines)
    {
        line(&text.map_err(io)?);
    }
    let status = child.wait().map_err(io)?;
    // The thread ends with the pipe; a panic in it would only lose log lines.
    let _ended = reader.join();
    if status.success() {
        return Ok(());
    }
    let output = receive.try_iter().collect::<Vec<_>>().join("\n");
    Err(ProgramError::Failed {
        program,
        status,
        output,
    })
}
