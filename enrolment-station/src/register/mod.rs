//! The client of the population register: who a national number belongs to, within three seconds, or a
//! named reason to type the data by hand (docs/register.md).
//!
//! Neither errors nor logs hold personal data; what the register itself says in words is not repeated.

mod error;
mod person;

pub use error::{RegisterError, RegisterSetupError};
pub use person::{
    AnswerId, DocumentKind, DocumentState, ForeignName, PersonName, RegisterPerson,
    RegisteredDocument, Relation, Representative, Sex, Status,
};

use std::sync::Arc;
use std::time::Duration;

use dossier::{ApplicationId, NationalNumber};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tonic::transport::{Channel, Endpoint, Uri};
use wire::register::FindRequest;
use wire::register::register_client::RegisterClient as Client;

/// How long a clerk waits for an answer.
const LIMIT: Duration = Duration::from_secs(3);
/// How long a connection may take to be made, TLS included.
const CONNECT: Duration = Duration::from_secs(2);
/// How often a connection in use is tried, and how long it may be silent: a dead one is replaced
/// within one question.
const ALIVE: Duration = Duration::from_secs(1);
/// Most bytes of an answer.
const LONGEST_ANSWER: usize = 64 << 10;

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An application is filled in.
    Application,
    /// An application that was received is examined.
    Review,
}

/// Asks the population register.
#[derive(Clone, Debug)]
pub struct RegisterClient {
    client: Client<Channel>,
    limit: Duration,
}

/// Where the register is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterAddress {
    /// Host and port, for example `register.example.lu:7030`.
    pub authority: String,
    /// The name in its certificate.
    pub server_name: String,
}

impl RegisterClient {
    /// Prepares the connection; it is made with the first question, and again when it broke.
    ///
    /// The TLS configuration brings our certificate, wherever its key is kept, and the authority of the
    /// register's certificate.
    pub fn new(address: &RegisterAddress, tls: &ClientConfig) -> Result<Self, RegisterSetupError> {
        let name = ServerName::try_from(address.server_name.clone())
            .map_err(|_| RegisterSetupError::ServerName)?;
        let endpoint = Endpoint::from_shared(format!("http://{}", address.authority))
            .map_err(|_| RegisterSetupError::Address)?
            .http2_keep_alive_interval(ALIVE)
            .keep_alive_timeout(ALIVE);
        let mut tls = tls.clone();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        let connector = TlsConnector::from(Arc::new(tls));
        let authority = address.authority.clone();
        let connect = tower::service_fn(move |_: Uri| {
            let (connector, name, authority) = (connector.clone(), name.clone(), authority.clone());
            async move {
                let connecting = async {
                    let stream = TcpStream::connect(&authority).await?;
                    stream.set_nodelay(true)?;
                    connector.connect(name, stream).await
                };
                let stream = timeout(CONNECT, connecting)
                    .await
                    .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
                Ok::<_, std::io::Error>(TokioIo::new(stream))
            }
        });
        let channel = endpoint.connect_with_connector_lazy(connect);
        Ok(Self {
            client: Client::new(channel).max_decoding_message_size(LONGEST_ANSWER),
            limit: LIMIT,
        })
    }

    /// Finds a person for an application. Safe to repeat.
    pub async fn find(
        &self,
        number: &NationalNumber,
        purpose: Purpose,
        case: ApplicationId,
    ) -> Result<RegisterPerson, RegisterError> {
        let purpose = match purpose {
            Purpose::Application => wire::register::Purpose::Application,
            Purpose::Review => wire::register::Purpose::Review,
        };
        let question = FindRequest {
            national_number: number.as_str().to_owned(),
            purpose: purpose.into(),
            case_reference: case.to_string(),
        };
        let mut client = self.client.clone();
        let found = match timeout(self.limit, client.find(question)).await {
            Err(_) => Err(RegisterError::TimedOut {
                seconds: self.limit.as_secs(),
            }),
            Ok(Err(status)) => Err(RegisterError::from_status(&status)),
            Ok(Ok(answer)) => RegisterPerson::try_from(answer.into_inner()),
        };
        let found = found.and_then(|person| {
            if person.number == *number {
                Ok(person)
            } else {
                Err(RegisterError::WrongPerson)
            }
        });
        if let Err(error) = &found {
            tracing::warn!(%case, reason = error.message_id(), "no answer from the population register");
        }
        found
    }
}
