//! One station: its keys, its connection, and how it sends a dossier.

use std::{fmt, sync::Arc, time::Duration};

use dossier::{
    ApplicationId, Dossier, Hash, KeyId, OfficeId, PersonId, Receipt, SealedDossier, Signed,
    SigningKey, StationId, staff::Role,
};
use hyper_util::rt::TokioIo;
use openssl::{
    ecdsa::EcdsaSig,
    pkey::{PKey, Private},
};
use personalisation_store::fleet::{KeyUse, NewStation, StationCertificate};
use prost::bytes::Bytes;
use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng as _, rand_core::UnwrapErr};
use time::OffsetDateTime;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        client::Resumption,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
        version::TLS13,
    },
};
use tonic::transport::{Channel, Endpoint, Uri};
use wire::intake::{
    AppendRequest, BeginRequest, FinishRequest, ReceiptsRequest, intake_client::IntakeClient,
    second_person_client::SecondPersonClient,
};

use super::{
    Intake, Trouble,
    authority::{self, Subject},
};

/// Bytes of a chunk as stations send them.
pub const CHUNK: usize = 256 << 10;

/// A P-256 key in memory that signs.
pub struct SoftKey {
    key: PKey<Private>,
    spki: Vec<u8>,
}

impl SoftKey {
    /// A new key.
    pub fn generate() -> Result<Self, Trouble> {
        Self::new(authority::p256()?)
    }

    /// Wraps a key.
    pub fn new(key: PKey<Private>) -> Result<Self, Trouble> {
        let spki = key.public_key_to_der()?;
        Ok(Self { key, spki })
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKey({})", KeyId::of(&self.spki))
    }
}

impl SigningKey for SoftKey {
    type Error = openssl::error::ErrorStack;

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], Self::Error> {
        let key = self.key.ec_key()?;
        let signature = EcdsaSig::sign(digest, &key)?;
        let mut raw = [0; 64];
        raw[..32].copy_from_slice(&signature.r().to_vec_padded(32)?);
        raw[32..].copy_from_slice(&signature.s().to_vec_padded(32)?);
        Ok(raw)
    }
}

/// A station with its keys.
#[derive(Debug)]
pub struct Station {
    /// Its id.
    pub id: StationId,
    /// Its office.
    pub office: OfficeId,
    /// Who captures there.
    pub clerk: PersonId,
    /// Signs dossiers.
    pub signing: SoftKey,
    tls: Arc<ClientConfig>,
}

impl Station {
    /// A new station that the centre knows, certified since yesterday for a month.
    pub async fn take_in(centre: &Intake, office: &str) -> Result<Self, Trouble> {
        let id = StationId::generate(&mut UnwrapErr(SysRng));
        let office: OfficeId = office.parse()?;
        let (tls, signing) = (authority::p256()?, authority::p256()?);
        let certificate = |key: &PKey<Private>, key_use| -> Result<StationCertificate, Trouble> {
            let period = (-86_400, 30 * 86_400);
            let subject = Subject {
                role: "station",
                name: &id.to_string(),
                period,
            };
            let certificate = centre
                .authority()
                .certify(&authority::public(key)?, subject)?;
            let spki = key.public_key_to_der()?;
            Ok(StationCertificate {
                station: id,
                key_use,
                key: KeyId::of(&spki),
                spki,
                der: certificate.to_der()?,
                authority: centre.authority().der()?,
                not_before: at(authority::now() + period.0),
                not_after: at(authority::now() + period.1),
                revoked_at: None,
            })
        };
        let certificates = [
            certificate(&tls, KeyUse::Tls)?,
            certificate(&signing, KeyUse::Signing)?,
        ];
        let new = NewStation {
            id,
            office: office.clone(),
            replaces: None,
            certificates: &certificates,
        };
        let now = at(authority::now());
        centre.store.take_in(&new, &[], now).await?;
        let clerk = PersonId::generate(&mut UnwrapErr(SysRng));
        centre.employ(clerk, Role::Clerk, Some(&office)).await?;
        let client = client(centre, Some((&certificates[0].der, &tls)))?;
        Ok(Self {
            id,
            office,
            clerk,
            signing: SoftKey::new(signing)?,
            tls: Arc::new(client),
        })
    }

    /// A connection to the centre.
    pub async fn connect(&self, address: &str) -> Result<IntakeClient<Channel>, Trouble> {
        Ok(IntakeClient::new(
            channel(address, Arc::clone(&self.tls)).await?,
        ))
    }

    /// The same for questions to second persons elsewhere.
    pub async fn connect_second_person(
        &self,
        address: &str,
    ) -> Result<SecondPersonClient<Channel>, Trouble> {
        Ok(SecondPersonClient::new(
            channel(address, Arc::clone(&self.tls)).await?,
        ))
    }

    /// Signs and seals a dossier.
    pub fn seal(&self, dossier: &Dossier, intake_spki: &[u8]) -> Result<SealedDossier, Trouble> {
        let signed = Signed::sign(dossier, &self.signing)?;
        Ok(SealedDossier::seal(
            &signed,
            intake_spki,
            &mut UnwrapErr(SysRng),
        )?)
    }
}

/// How somebody calls the centre: with a certificate (DER) and its key, or without.
pub fn client(
    centre: &Intake,
    identity: Option<(&[u8], &PKey<Private>)>,
) -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(centre.authority().der()?))?;
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots);
    let mut client = match identity {
        Some((certificate, key)) => {
            let key = PrivatePkcs8KeyDer::from(key.private_key_to_pkcs8()?);
            let chain = vec![CertificateDer::from(certificate.to_vec())];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from(key))?
        }
        None => builder.with_no_client_auth(),
    };
    client.resumption = Resumption::disabled();
    client.alpn_protocols.push(b"h2".to_vec());
    Ok(client)
}

/// A connection.
pub async fn channel(address: &str, tls: Arc<ClientConfig>) -> Result<Channel, Trouble> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30));
    let connector = TlsConnector::from(tls);
    let address = address.to_owned();
    let connect = tower::service_fn(move |_: Uri| {
        let (connector, address) = (connector.clone(), address.clone());
        async move {
            let stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
            let stream = connector.connect(name, stream).await?;
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Ok(endpoint.connect_with_connector(connect).await?)
}

/// Announces, sends what is missing, and finishes; the receipt as it was signed.
pub async fn send(
    client: &mut IntakeClient<Channel>,
    sealed: &[u8],
) -> Result<Vec<u8>, tonic::Status> {
    let bytes = Bytes::copy_from_slice(sealed);
    send_known(client, Hash::of(sealed), &bytes).await
}

/// The same with the hash that a station knows since it sealed.
pub async fn send_known(
    client: &mut IntakeClient<Channel>,
    hash: Hash,
    sealed: &Bytes,
) -> Result<Vec<u8>, tonic::Status> {
    let hash = hash.as_bytes().to_vec();
    let request = BeginRequest {
        hash: hash.clone(),
        length: sealed.len() as u64,
        station_time: authority::now() * 1_000_000,
    };
    let begun = client.begin(request).await?.into_inner();
    if let Some(receipt) = begun.receipt {
        return Ok(receipt.signed);
    }
    let mut offset = begun.offset;
    while offset < sealed.len() as u64 {
        let request = part(hash.clone(), sealed, offset, CHUNK);
        offset = client.append(request).await?.into_inner().offset;
    }
    let finished = client.finish(FinishRequest { hash }).await?.into_inner();
    Ok(finished
        .receipt
        .map(|receipt| receipt.signed)
        .unwrap_or_default())
}

/// Announces a dossier with the right time.
pub async fn begin(
    client: &mut IntakeClient<Channel>,
    sealed: &[u8],
) -> Result<wire::intake::BeginResponse, tonic::Status> {
    let request = BeginRequest {
        hash: Hash::of(sealed).as_bytes().to_vec(),
        length: sealed.len() as u64,
        station_time: authority::now() * 1_000_000,
    };
    Ok(client.begin(request).await?.into_inner())
}

/// Sends `most` bytes from `offset` on; where to go on.
pub async fn append(
    client: &mut IntakeClient<Channel>,
    sealed: &[u8],
    offset: u64,
    most: usize,
) -> Result<u64, tonic::Status> {
    let hash = Hash::of(sealed).as_bytes().to_vec();
    let request = part(hash, &Bytes::copy_from_slice(sealed), offset, most);
    Ok(client.append(request).await?.into_inner().offset)
}

fn part(hash: Vec<u8>, sealed: &Bytes, offset: u64, most: usize) -> AppendRequest {
    let from = usize::try_from(offset)
        .unwrap_or(sealed.len())
        .min(sealed.len());
    let until = (from + most).min(sealed.len());
    AppendRequest {
        hash,
        offset,
        chunk: sealed.slice(from..until),
    }
}

/// The receipt of a dossier once it is more than Held.
pub async fn outcome(
    client: &mut IntakeClient<Channel>,
    centre: &Intake,
    (station, application): (StationId, ApplicationId),
    hash: Hash,
) -> Result<Receipt, Trouble> {
    let key = centre.receipt_key()?;
    for _ in 0..600 {
        let request = ReceiptsRequest {
            hashes: vec![hash.as_bytes().to_vec()],
        };
        let receipts = client.receipts(request).await?.into_inner().receipts;
        if let Some(receipt) = receipts.first() {
            let signed = Signed::<Receipt>::decode(&receipt.signed)?;
            let receipt = signed.verify_for(&key, hash, station, application)?;
            if receipt.outcome != dossier::receipt::Outcome::Held {
                return Ok(receipt);
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(Trouble::Late("an end"))
}

/// A time of the calendar.
pub fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Randomness that is the same each time.
pub fn seeded(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}
