//! The population register over gRPC with mutual TLS: a generated file of people (docs/people.md), every
//! special case among them, and trouble on command (docs/register.md).

mod admin;
mod file;
mod person;
mod script;
mod service;
mod special;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use thiserror::Error;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::rustls;

pub use admin::{Fault, Trouble};
pub use file::{FileError, RegisterFile};

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// Arguments of `hardware-sim register`.
#[derive(Args, Clone, Debug)]
pub struct Register {
    /// The people, as `hardware-sim people --register FILE` writes them
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// Prints a national number of each special case and ends
    #[arg(long)]
    pub examples: bool,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7030")]
    pub listen: SocketAddr,
    /// Our certificate and those that issued it (PEM)
    #[arg(long, value_name = "FILE", required_unless_present = "examples")]
    pub tls_certificate: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", required_unless_present = "examples")]
    pub tls_key: Option<PathBuf>,
    /// The authority of the callers' certificates (PEM)
    #[arg(long, value_name = "FILE", required_unless_present = "examples")]
    pub tls_client_ca: Option<PathBuf>,
    /// Most questions of a caller in a minute
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub rate: u32,
    /// Takes orders to misbehave over HTTP here (POST /admin/fault)
    #[arg(long, value_name = "ADDR")]
    pub admin: Option<SocketAddr>,
}

/// Why the register could not be served.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The file of people.
    #[error(transparent)]
    File(#[from] FileError),
    /// An address is taken.
    #[error("cannot listen on {address}: {source}; choose another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What failed.
        source: io::Error,
    },
    /// A TLS file cannot be read.
    #[error("cannot use the TLS file {}: {reason}", path.display())]
    TlsFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// TLS files do not fit together.
    #[error("cannot set up TLS: {0}; check certificate, key and authority")]
    Tls(#[from] rustls::Error),
    /// The authority of callers cannot be used.
    #[error("cannot use the callers' authority: {0}")]
    ClientCa(#[from] rustls::server::VerifierBuilderError),
}

/// A register that is served; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    admin: Option<SocketAddr>,
    people: usize,
    trouble: Arc<Trouble>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it takes orders.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// How many people it has.
    pub fn people(&self) -> usize {
        self.people
    }

    /// What it does wrong, to be changed.
    pub fn trouble(&self) -> &Trouble {
        &self.trouble
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Starts serving.
pub async fn start(
    arguments: &Register,
    people: RegisterFile,
    clock: Clock,
) -> Result<Running, RegisterError> {
    let acceptor = tls::acceptor(arguments)?;
    let count = people.len();
    let trouble = Arc::new(Trouble::default());
    let (listener, address) = listen(arguments.listen).await?;
    let service = service::RegisterService::new(people, arguments.rate, trouble.clone(), clock);
    let mut tasks = vec![tokio::spawn(service::serve(
        listener,
        acceptor,
        service,
        trouble.clone(),
    ))];
    let mut admin = None;
    if let Some(wanted) = arguments.admin {
        let (listener, address) = listen(wanted).await?;
        admin = Some(address);
        tasks.push(tokio::spawn(admin::serve(listener, trouble.clone())));
    }
    Ok(Running {
        address,
        admin,
        people: count,
        trouble,
        tasks,
    })
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), RegisterError> {
    let error = |source| RegisterError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
}
