//! Signatures from pki: asked for over gRPC with mutual TLS, and verified here before they are used.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use icao9303::{
    card_security::{self, CardSecurityError},
    lds::ElementaryFile,
    passive_authentication::{
        Evidence, Failure, FileState, Report, Verdict, authenticate, authenticate_card_security,
    },
    sod::{self, SodError},
    x509::{Certificate, CertificateError, TrustStore, TrustStoreError},
};
use personalisation_core::attempt::{AttemptId, Binding};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tonic::{
    Code, Status,
    transport::{Channel, ClientTlsConfig, Endpoint, Identity},
};
use wire::signing::{SignRequest, sign_request::Object, signing_client::SigningClient};

use super::files::CardFiles;
use crate::{
    config,
    inspection_system::PkiDesk,
    secret_file::{self, SecretFileError},
};

/// An answer takes longer only where the token is away, and pki waits for it less long than this.
const TIMEOUT: Duration = Duration::from_mins(1);
/// No trust file is longer, in bytes.
const LONGEST_TRUST_FILE: u64 = 16 << 20;

/// Why there is no signature. For the operator.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The service cannot be reached or cannot sign now; the same request later gets its answer.
    #[error("asking pki for signatures: {0}; the line tries again")]
    Unavailable(String),
    /// The service will not sign this.
    #[error("asking pki for signatures: refused ({code:?}): {message}")]
    Refused {
        /// What kind of refusal.
        code: Code,
        /// Why.
        message: String,
    },
    /// Our own certificates and revocation lists do not suffice to verify what came back.
    #[error(
        "verifying what pki signed: {0}; put current csca-*.cer and *.crl into the trust folder and start the line again"
    )]
    Trust(String),
    /// What came back does not verify.
    #[error("verifying what pki signed: {0}; stop the line and find out why")]
    Invalid(String),
}

/// What is asked of pki besides the objects themselves.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The signed ticket, encoded.
    pub ticket: &'a [u8],
    /// The attempt.
    pub attempt: AttemptId,
    /// Number and chip.
    pub binding: Binding,
    /// DER `LDSSecurityObject`.
    pub security_object: &'a [u8],
    /// DER `SecurityInfos`.
    pub security_infos: &'a [u8],
}

/// The two signed files, and the certificate that verifies each.
#[derive(Debug)]
pub struct SignedFiles {
    /// EF.SOD and its signer's certificate (DER).
    pub sod: SignedFile,
    /// EF.CardSecurity and its signer's certificate (DER).
    pub card_security: SignedFile,
}

/// A signed file.
#[derive(Debug)]
pub struct SignedFile {
    /// The whole file.
    pub file: Vec<u8>,
    /// DER of the document signer's certificate.
    pub signer: Vec<u8>,
}

/// Whoever signs. The same request again brings the same bytes.
pub trait Signer {
    /// Has both objects signed.
    fn sign(&self, facts: &Facts<'_>) -> Result<SignedFiles, SigningError>;
}

/// The signing service, over gRPC with mutual TLS.
#[derive(Clone, Debug)]
pub struct PkiClient {
    client: SigningClient<Channel>,
    channel: Channel,
    runtime: Handle,
}

/// Why the signing service or the trusted certificates cannot be set up. For the operator.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The endpoint or the TLS files are malformed.
    #[error("setting up the connection to pki: {0}; check [pki] in the configuration")]
    Tls(#[from] tonic::transport::Error),
    /// A file cannot be read.
    #[error("reading {}: {source}; check [pki] in the configuration", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Our key cannot be used.
    #[error(transparent)]
    Key(#[from] SecretFileError),
    /// A trusted certificate or list cannot be used.
    #[error("reading the trusted certificates: {0}")]
    Trust(#[from] TrustStoreError),
    /// There is nobody to trust.
    #[error("the folder {} has no csca-*.cer; pki's ceremony writes them", path.display())]
    NobodyTrusted {
        /// The folder.
        path: PathBuf,
    },
}

impl PkiClient {
    /// Prepares the connection; it is made with the first request, and again when it broke.
    pub fn new(pki: &config::Pki, runtime: Handle) -> Result<Self, SetupError> {
        let key = secret_file::read(&pki.key)?;
        let tls = ClientTlsConfig::new()
            .domain_name(&pki.server_name)
            .ca_certificate(tonic::transport::Certificate::from_pem(read(
                &pki.server_ca,
            )?))
            .identity(Identity::from_pem(read(&pki.certificate)?, &key[..]));
        let endpoint = Endpoint::from_shared(pki.endpoint.clone())?
            .tls_config(tls)?
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5));
        let _inside = runtime.enter();
        let channel = endpoint.connect_lazy();
        let client = SigningClient::new(channel.clone());
        Ok(Self {
            client,
            channel,
            runtime,
        })
    }

    /// pki's desk for inspection systems, over the same connection.
    pub fn inspection_desk(&self) -> PkiDesk {
        PkiDesk::new(self.channel.clone(), self.runtime.clone())
    }
}

impl Signer for PkiClient {
    fn sign(&self, facts: &Facts<'_>) -> Result<SignedFiles, SigningError> {
        let ask = |object| {
            let request = SignRequest {
                ticket: facts.ticket.to_vec(),
                order: facts.attempt.order.as_bytes().to_vec(),
                attempt: facts.attempt.attempt.get(),
                document_number: facts.binding.number.to_string(),
                chip_serial: facts.binding.chip.as_bytes().to_vec(),
                object: Some(object),
            };
            let mut client = self.client.clone();
            async move { client.sign(request).await }
        };
        let sod = ask(Object::LdsSecurityObject(facts.security_object.to_vec()));
        let card_security = ask(Object::CardSecurityInfos(facts.security_infos.to_vec()));
        let answers = async { tokio::try_join!(sod, card_security) };
        let (sod, card_security) = self
            .runtime
            .block_on(answers)
            .map_err(|status| refusal(&status))?;
        let file = |answer: tonic::Response<wire::signing::SignResponse>| {
            let answer = answer.into_inner();
            SignedFile {
                file: answer.signed_object,
                signer: answer.document_signer_certificate,
            }
        };
        Ok(SignedFiles {
            sod: file(sod),
            card_security: file(card_security),
        })
    }
}

fn refusal(status: &Status) -> SigningError {
    match status.code() {
        code @ (Code::InvalidArgument
        | Code::PermissionDenied
        | Code::AlreadyExists
        | Code::Unauthenticated
        | Code::FailedPrecondition
        | Code::Unimplemented) => SigningError::Refused {
            code,
            message: status.message().to_owned(),
        },
        _ => SigningError::Unavailable(status.message().to_owned()),
    }
}

/// Verifies both signed files: each carries exactly what was asked for, its signature is right, its
/// signer is one that the country certified and has not revoked, and every data group is the one
/// that was signed.
pub fn verify(
    signed: &SignedFiles,
    files: &CardFiles,
    trust: &TrustStore,
    now: OffsetDateTime,
) -> Result<(), SigningError> {
    let certificate = |der: &[u8]| {
        Certificate::parse(der).map_err(|error: CertificateError| invalid("signer", &error))
    };
    let of_sod = certificate(&signed.sod.signer)?;
    sod::verify_assembled(&signed.sod.file, &files.security_object, &of_sod)
        .map_err(|error: SodError| invalid("EF.SOD", &error))?;
    let of_security = certificate(&signed.card_security.signer)?;
    let infos = &files.security_infos;
    card_security::verify_assembled(&signed.card_security.file, infos, &of_security)
        .map_err(|error: CardSecurityError| invalid("EF.CardSecurity", &error))?;
    let mut evidence = Evidence {
        security_object: FileState::Read(&signed.sod.file),
        com: files.get(ElementaryFile::Com),
        card_access: files.get(ElementaryFile::CardAccess),
        ..Evidence::default()
    };
    for (file, content) in files.iter() {
        if let ElementaryFile::DataGroup(group) = file {
            evidence.data_groups.insert(group, FileState::Read(content));
        }
    }
    genuine("EF.SOD", &authenticate(&evidence, trust, now))?;
    let report = authenticate_card_security(&signed.card_security.file, trust, now, None);
    genuine("EF.CardSecurity", &report)
}

fn genuine(what: &str, report: &Report) -> Result<(), SigningError> {
    match report.verdict() {
        Verdict::Genuine => Ok(()),
        Verdict::NotGenuine(failures) => Err(SigningError::Invalid(codes(what, failures))),
        Verdict::NoVerdict(failures) => Err(SigningError::Trust(codes(what, failures))),
    }
}

fn codes(what: &str, failures: &BTreeSet<Failure>) -> String {
    let codes: Vec<_> = failures.iter().map(|failure| failure.code()).collect();
    format!("{what}: {}", codes.join(", "))
}

fn invalid(what: &str, error: &dyn std::error::Error) -> SigningError {
    SigningError::Invalid(format!("{what}: {error}"))
}

/// Reads the folder of trusted certificates and revocation lists.
pub fn read_trust(folder: &Path) -> Result<TrustStore, SetupError> {
    let failed = |source| SetupError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let wanted = Path::new(&name)
            .extension()
            .is_some_and(|end| end == "cer" || end == "crl");
        if wanted && entry.metadata().map_err(failed)?.len() <= LONGEST_TRUST_FILE {
            files.push((name, read(&entry.path())?));
        }
    }
    let trust = TrustStore::load(files.iter().map(|(name, bytes)| (name, &bytes[..])))?;
    if trust.anchors().is_empty() {
        return Err(SetupError::NobodyTrusted {
            path: folder.to_owned(),
        });
    }
    Ok(trust)
}

fn read(path: &Path) -> Result<Vec<u8>, SetupError> {
    fs::read(path).map_err(|source| SetupError::Read {
        path: path.to_owned(),
        source,
    })
}
