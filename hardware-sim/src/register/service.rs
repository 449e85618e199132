//! The service: who may ask, how often, and what the answer is.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openssl::sha::sha256;
use rand::TryRng;
use rand::rngs::SysRng;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use wire::register::register_server::{Register, RegisterServer};
use wire::register::{FindRequest, FindResponse, Person, PersonStatus, Purpose};

use super::admin::{Fault, Trouble};
use super::file::RegisterFile;
use super::{Clock, tls};

/// How long a caller may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The time over which questions are counted.
const MINUTE: Duration = Duration::from_mins(1);
/// Most callers that are counted apart.
const MOST_CALLERS: usize = 10_000;
/// Most characters of a case reference.
const LONGEST_REFERENCE: usize = 64;
/// Which role may ask for what.
const ROLES: [(&str, Purpose); 3] = [
    ("station", Purpose::Application),
    ("intake", Purpose::Review),
    ("console", Purpose::Review),
];

/// The register's answers.
pub(super) struct RegisterService {
    people: RegisterFile,
    /// Questions a minute.
    rate: u32,
    /// Questions of each caller since an instant.
    asked: Mutex<HashMap<[u8; 32], (Instant, u32)>>,
    trouble: Arc<Trouble>,
    clock: Clock,
}

impl fmt::Debug for RegisterService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegisterService({} people)", self.people.len())
    }
}

impl RegisterService {
    pub(super) fn new(
        people: RegisterFile,
        rate: u32,
        trouble: Arc<Trouble>,
        clock: Clock,
    ) -> Self {
        Self {
            people,
            rate,
            asked: Mutex::default(),
            trouble,
            clock,
        }
    }

    /// Counts a question; the error says how many seconds to wait.
    fn count(&self, caller: [u8; 32]) -> Result<(), u64> {
        let now = Instant::now();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST_CALLERS {
            asked.retain(|_, (since, _)| now - *since < MINUTE);
        }
        let (since, count) = asked.entry(caller).or_insert((now, 0));
        if now - *since >= MINUTE {
            (*since, *count) = (now, 0);
        }
        if *count >= self.rate {
            return Err(MINUTE.saturating_sub(now - *since).as_secs() + 1);
        }
        *count += 1;
        Ok(())
    }

    fn answer(&self, number: &str) -> Result<Person, Status> {
        let today = (self.clock)().date();
        let person = self.people.person(number, today);
        let mut person = person.ok_or_else(|| Status::not_found("nobody has this number"))?;
        match self.trouble.now().0 {
            Fault::WrongPerson => {
                let other = self.people.all().find(|line| line.number != number);
                let other = other.and_then(|line| self.people.person(line.number, today));
                person = other.unwrap_or(person);
            }
            Fault::Malformed => {
                if let Some(birth) = &mut person.birth {
                    birth.month = 13;
                }
            }
            Fault::Died => person.set_status(PersonStatus::Deceased),
            _ => {}
        }
        Ok(person)
    }
}

#[tonic::async_trait]
impl Register for RegisterService {
    async fn find(&self, request: Request<FindRequest>) -> Result<Response<FindResponse>, Status> {
        let (role, caller) = caller(&request)?;
        let (fault, slow) = self.trouble.now();
        match fault {
            Fault::Down => return Err(Status::unavailable("the register is down")),
            Fault::Slow => sleep(slow).await,
            _ => {}
        }
        let request = request.into_inner();
        let allowed = ROLES.contains(&(&role, request.purpose()));
        if !allowed || fault == Fault::Refuse {
            return Err(Status::permission_denied(
                "this role may not ask for this purpose",
            ));
        }
        check(&request)?;
        if let Err(seconds) = self.count(caller) {
            let mut status = Status::resource_exhausted("too many questions");
            status.metadata_mut().insert("retry-after", seconds.into());
            return Err(status);
        }
        let person = self.answer(&request.national_number)?;
        let mut answer_id = vec![0; 16];
        SysRng
            .try_fill_bytes(&mut answer_id)
            .map_err(|_| Status::unavailable("no random numbers"))?;
        // Who asked, for which case; never whom about.
        tracing::info!(role, case = request.case_reference, "answered");
        Ok(Response::new(FindResponse {
            answer_id,
            person: (fault != Fault::Empty).then_some(person),
        }))
    }
}

/// The caller's role, and what tells its certificate from others.
fn caller<T>(request: &Request<T>) -> Result<(String, [u8; 32]), Status> {
    let certificates = request.peer_certs();
    let certificate = certificates.as_deref().and_then(|all| all.first());
    certificate
        .and_then(|certificate| Some((tls::role(certificate)?, sha256(certificate))))
        .ok_or_else(|| Status::unauthenticated("a certificate that states a role is needed"))
}

fn check(request: &FindRequest) -> Result<(), Status> {
    if dossier::NationalNumber::new(&request.national_number).is_err() {
        return Err(Status::invalid_argument(
            "national_number: 13 digits with right check digits",
        ));
    }
    let case = &request.case_reference;
    let proper = |byte: u8| byte.is_ascii_alphanumeric() || b"./-".contains(&byte);
    if case.is_empty() || case.len() > LONGEST_REFERENCE || !case.bytes().all(proper) {
        return Err(Status::invalid_argument(
            "case_reference: 1 to 64 of [A-Za-z0-9./-]",
        ));
    }
    Ok(())
}

/// Serves callers for ever.
pub(super) async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    service: RegisterService,
    trouble: Arc<Trouble>,
) {
    let (accepted, connections) = mpsc::channel(16);
    let accepting = tokio::spawn(accept(listener, acceptor, trouble, accepted));
    let served = Server::builder()
        .add_service(RegisterServer::new(service))
        .serve_with_incoming(ReceiverStream::new(connections))
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the register ended");
    }
    accepting.abort();
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    trouble: Arc<Trouble>,
    accepted: mpsc::Sender<io::Result<TlsStream<TcpStream>>>,
) {
    loop {
        let connection = tokio::select! {
            connection = listener.accept() => connection,
            () = accepted.closed() => return,
        };
        let Ok((stream, _)) = connection else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        if trouble.now().0 == Fault::Down {
            continue;
        }
        let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
        tokio::spawn(async move {
            // Small answers must not wait for more data.
            let _ = stream.set_nodelay(true);
            match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(accepted.send(Ok(stream)).await),
                Ok(Err(error)) => tracing::warn!(%error, "a caller was refused"),
                Err(_) => tracing::warn!("a caller did not finish its handshake"),
            }
        });
    }
}
