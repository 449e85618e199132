//! Signatures from pki: asked for over gRPC with mutual TLS, and verified here before they are used.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
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
use key_custody::{
    CustodyError, Token,
    tls::{self, KeyPlace, Renewable, TlsFileError},
};
use personalisation_core::{
    attempt::{AttemptId, Binding},
    ids::BlankId,
};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tonic::{Code, Status, transport::Channel};
use wire::signing::{
    JournalEntry, JournalRequest, SignRequest, sign_request::Object, signing_client::SigningClient,
};

use super::files::CardFiles;
use crate::{
    channel::{self, ChannelError},
    config,
    inspection_system::PkiDesk,
    stock::{IssueDesk, IssueProblem},
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
    /// Something is missing that people put right: the blank's issue, pki's key. The card is good, and waits.
    #[error("asking pki for signatures: {0}; the card waits, and the line asks again")]
    NotReady(String),
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
    issues: Option<IssueDesk>,
}

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Why the signing service or the trusted certificates cannot be set up. For the operator.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The endpoint is malformed.
    #[error("setting up the connection to pki: {0}; check [pki] in the configuration")]
    Endpoint(#[from] ChannelError),
    /// Our key or a certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsFileError),
    /// Our token is away or refuses.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// A file cannot be read.
    #[error("reading {}: {source}; check [pki] in the configuration", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
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

/// Our certificate, and its key in the line's token.
pub fn identity(config: &config::Config) -> Result<Arc<Renewable>, SetupError> {
    let token = Arc::new(Token::open(&config.card_token())?);
    let key = KeyPlace::Token(&token, &config.pki.key);
    Ok(tls::identity(&config.pki.certificate, key)?)
}

impl PkiClient {
    /// Prepares the connection as whom we are; it is made with the first request, and again when it broke.
    pub fn with_identity(
        pki: &config::Pki,
        ours: Arc<Renewable>,
        runtime: Handle,
    ) -> Result<Self, SetupError> {
        let tls = tls::caller(ours, &pki.server_ca)?;
        let authority = pki.endpoint.strip_prefix("https://");
        let authority = authority
            .ok_or(ChannelError::Authority)?
            .trim_end_matches('/');
        let server = (authority, pki.server_name.as_str());
        let _inside = runtime.enter();
        let channel = channel::prepare(tls, server, CONNECT, Some(TIMEOUT))?;
        let client = SigningClient::new(channel.clone());
        Ok(Self {
            client,
            channel,
            runtime,
            issues: None,
        })
    }

    /// Shows pki by which issue each blank came to the line.
    #[must_use]
    pub fn presenting(self, issues: IssueDesk) -> Self {
        let issues = Some(issues);
        Self { issues, ..self }
    }

    /// The issue of a blank, encoded; empty where there is none to show.
    async fn issue(&self, blank: BlankId) -> Result<Vec<u8>, IssueProblem> {
        match &self.issues {
            Some(issues) => Ok(issues.of(blank).await?.unwrap_or_default()),
            None => Ok(Vec::new()),
        }
    }

    /// A part of pki's journal of signatures: what follows the entry `after`, at most `most`; none where that is all.
    pub async fn journal(&self, after: u64, most: u32) -> Result<Vec<JournalEntry>, SigningError> {
        let request = JournalRequest { after, most };
        let answer = self.client.clone().journal(request).await;
        let answer = answer.map_err(|status| SigningError::from(&status))?;
        Ok(answer.into_inner().entries)
    }

    /// pki's desk for inspection systems, over the same connection.
    pub fn inspection_desk(&self) -> PkiDesk {
        PkiDesk::new(self.channel.clone(), self.runtime.clone())
    }
}

impl Signer for PkiClient {
    fn sign(&self, facts: &Facts<'_>) -> Result<SignedFiles, SigningError> {
        let issue = self.runtime.block_on(self.issue(facts.binding.blank));
        // The blank is there and good: what is missing comes, and the same request is made then.
        let issue = issue.map_err(|error| SigningError::Unavailable(error.to_string()))?;
        let ask = |object| {
            let request = SignRequest {
                ticket: facts.ticket.to_vec(),
                order: facts.attempt.order.as_bytes().to_vec(),
                attempt: facts.attempt.attempt.get(),
                document_number: facts.binding.number.to_string(),
                chip_serial: facts.binding.chip.as_bytes().to_vec(),
                object: Some(object),
                issue: issue.clone(),
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
            .map_err(|status| SigningError::from(&status))?;
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

impl From<&Status> for SigningError {
    /// What an answer means for the card.
    fn from(status: &Status) -> Self {
        let message = status.message().to_owned();
        match status.code() {
            Code::FailedPrecondition => Self::NotReady(message),
            code @ (Code::InvalidArgument
            | Code::PermissionDenied
            | Code::AlreadyExists
            | Code::Unauthenticated
            | Code::Unimplemented) => Self::Refused { code, message },
            _ => Self::Unavailable(message),
        }
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
