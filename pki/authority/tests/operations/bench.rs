//! A house with the service of the operations CA, and stations' keys that OpenSSL made.

use std::fs;

use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    x509::{X509, X509NameBuilder, X509ReqBuilder},
};
use tonic::transport::Channel;
use wire::operations::{
    CertifyRequest, KeyUse, RevocationReason, RevokeProgramRequest, RevokeRequest,
    operations_client::OperationsClient,
};

use crate::common::{House, Service, openssl_tool};

pub const STATION: [u8; 16] = [0xA5; 16];

pub struct Bench {
    pub house: House,
    pub service: Service,
}

const PROGRAMS: &str = r#"
[[program]]
name = "operations"
role = "operations"
side = "server"
dns = ["localhost"]
token = "operations-ca"
[[program]]
name = "fleet"
role = "fleet"
side = "client"
"#;

impl Bench {
    pub fn new() -> Self {
        Self::configured("")
    }

    /// With further lines in the configuration.
    pub fn configured(more: &str) -> Self {
        let house = Self::house(more);
        let service = Self::start(&house);
        Self { house, service }
    }

    /// The configuration of the service, and what it needs.
    pub fn house(more: &str) -> House {
        let house = House::planned(|text| text + PROGRAMS);
        fs::write(
            house.path("operations.toml"),
            format!(
                r#"
listen = "127.0.0.1:0"
store = "operations.sqlite"
audit = "operations-audit.jsonl"
authority = "pki/operations/operations-ca.cer"
token_wait_seconds = 2
{more}
[tls]
certificate = "pki/operations/operations.pem"
token_key = "operations"
client_ca = "pki/operations/operations-ca.pem"
revocation_list = "pki/operations/operations.crl"
[token]
softhsm2_conf = "pki/tokens/operations-ca/softhsm2.conf"
label = "operations-ca"
pin_file = "pki/tokens/operations-ca/user.pin"
"#
            ),
        )
        .unwrap();
        house
    }

    fn start(house: &House) -> Service {
        Service::run("operations", &house.path("operations.toml"))
    }

    /// kill -9, and a new start.
    pub fn restart(&mut self) {
        self.service.kill();
        self.service = Self::start(&self.house);
    }

    pub async fn client(&self, program: &str) -> OperationsClient<Channel> {
        let channel = self.house.channel(&self.service.address, program).await;
        OperationsClient::new(channel)
    }

    /// Has a key certified; the DER.
    pub async fn certify(&self, key: &PKey<Private>, key_use: KeyUse) -> X509 {
        let mut client = self.client("fleet").await;
        let answer = client
            .certify(certify(request(key), key_use))
            .await
            .unwrap();
        X509::from_der(&answer.into_inner().certificate).unwrap()
    }

    /// Revokes a program's certificate, as the fleet may; how many became revoked.
    pub async fn revoke_program(&self, program: &str) -> Result<u32, tonic::Status> {
        let file = format!("pki/operations/{program}.cer");
        let request = RevokeProgramRequest {
            certificate: fs::read(self.house.path(&file)).unwrap(),
            reason: RevocationReason::KeyCompromise.into(),
        };
        let answer = self.client("fleet").await.revoke_program(request).await?;
        Ok(answer.into_inner().certificates)
    }

    /// What `openssl verify` says of a certificate for a purpose, with the list where one is given.
    pub fn openssl_verifies(
        &self,
        certificate: &X509,
        purpose: &str,
        list: Option<&[u8]>,
    ) -> Result<(), String> {
        let path = |name: &str| self.house.path(name).display().to_string();
        let (leaf, ca) = (path("leaf.pem"), path("pki/operations/operations-ca.pem"));
        fs::write(&leaf, certificate.to_pem().unwrap()).unwrap();
        let mut arguments = vec!["verify", "-x509_strict", "-CAfile", &ca];
        if !purpose.is_empty() {
            arguments.extend(["-purpose", purpose]);
        }
        let (der, pem) = (path("list.crl"), path("list.pem"));
        if let Some(list) = list {
            fs::write(&der, list).unwrap();
            let read = openssl_tool(&["crl", "-inform", "DER", "-in", &der, "-out", &pem]);
            assert!(read.status.success());
            arguments.extend(["-crl_check", "-CRLfile", &pem]);
        }
        arguments.push(&leaf);
        let done = openssl_tool(&arguments);
        let said = [done.stdout, done.stderr].concat();
        if done.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&said).into_owned())
        }
    }

    /// What `openssl crl -text` shows of the list verified last.
    pub fn openssl_shows_list(&self) -> String {
        let pem = self.house.path("list.pem").display().to_string();
        let done = openssl_tool(&["crl", "-in", &pem, "-noout", "-text"]);
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// The audit's entries of an act, as `phase: detail`.
    pub fn audit(&self, act: &str) -> Vec<String> {
        let text = fs::read_to_string(self.house.path("operations-audit.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|entry| entry["act"] == act)
            .map(|entry| {
                let phase = entry["phase"].as_str().unwrap().to_owned();
                phase + ": " + entry["detail"].as_str().unwrap_or("")
            })
            .collect()
    }
}

pub fn key(curve: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(curve).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn p256() -> PKey<Private> {
    key(Nid::X9_62_PRIME256V1)
}

/// A request that asks for far more than it gets.
pub fn request(key: &PKey<Private>) -> Vec<u8> {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "pki-authority").unwrap();
    name.append_entry_by_text("OU", "fleet").unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.set_pubkey(key).unwrap();
    request.sign(key, MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

pub fn certify(request: Vec<u8>, key_use: KeyUse) -> CertifyRequest {
    CertifyRequest {
        request,
        r#use: key_use.into(),
        station: STATION.to_vec(),
        office: "L-0304".into(),
    }
}

pub fn revoke(station: [u8; 16]) -> RevokeRequest {
    RevokeRequest {
        station: station.to_vec(),
        reason: RevocationReason::KeyCompromise.into(),
    }
}
