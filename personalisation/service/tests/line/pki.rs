//! A signing service in this process: the document signer of the published test PKI, with the rules
//! of pki that the line can notice (tickets verified, one object a permit, repeats repeated).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use evidence::ticket::{SignedTicket, Ticket};
use icao9303::{
    card_security,
    sod::{self, LdsSecurityObject},
    x509::{Certificate, HashAlgorithm, TrustStore},
};
use openssl::{
    bn::{BigNum, BigNumContext},
    ec::{EcGroup, EcKey, EcPoint},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use personalisation::line::signing::{Facts, SignedFile, SignedFiles, Signer, SigningError};
use serde_json::Value;
use tonic::{Code, Status};

use crate::line::bench::{NOW, Plug};

/// The service, shared by all who ask it. Durable by itself: it survives every crash of the line.
#[derive(Clone)]
pub struct Pki {
    state: Arc<Mutex<State>>,
    plug: Plug,
}

struct State {
    ticket_key: EcKey<Private>,
    signer_key: EcKey<Private>,
    signer: Vec<u8>,
    /// What was signed for each attempt: number, chip, what was asked, what was answered.
    released: BTreeMap<([u8; 16], u32), Released>,
    refuses: Option<(Code, &'static str)>,
    unavailable: u32,
    spoils: bool,
}

struct Released {
    number: String,
    chip: [u8; 10],
    asked: (Vec<u8>, Vec<u8>),
    answer: (Vec<u8>, Vec<u8>),
}

impl Pki {
    pub fn new(plug: Plug) -> Self {
        let p256 = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let state = State {
            ticket_key: EcKey::generate(&p256).unwrap(),
            signer_key: private_key(&vector("private_keys/ds")),
            signer: vector("ds"),
            released: BTreeMap::new(),
            refuses: None,
            unavailable: 0,
            spoils: false,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            plug,
        }
    }

    /// A ticket under the key that this service trusts.
    pub fn ticket(&self, order: [u8; 16], content: BTreeMap<u8, [u8; 32]>) -> Vec<u8> {
        let ticket = Ticket {
            order,
            signing_profile: "identity-card".to_owned(),
            content,
            issued_at: NOW.unix_timestamp() - 60,
            expires_at: NOW.unix_timestamp() + 3600,
        };
        let key = &self.state.lock().unwrap().ticket_key;
        let signature = EcdsaSig::sign(&ticket.digest(), key).unwrap();
        let raw = [signature.r(), signature.s()].map(|half| half.to_vec_padded(32).unwrap());
        ticket.seal(raw.concat()).encode()
    }

    /// Refuses everything from now on.
    pub fn refuse(&self, why: &'static str) {
        self.state.lock().unwrap().refuses = Some((Code::PermissionDenied, why));
    }

    /// Misses something of everything until [`Self::be_ready`].
    pub fn miss(&self, what: &'static str) {
        self.state.lock().unwrap().refuses = Some((Code::FailedPrecondition, what));
    }

    /// Refuses and misses nothing any more.
    pub fn be_ready(&self) {
        self.state.lock().unwrap().refuses = None;
    }

    /// Is away for so many requests.
    pub fn be_unavailable(&self, requests: u32) {
        self.state.lock().unwrap().unavailable = requests;
    }

    /// Answers with one bit of the security object's signature flipped.
    pub fn spoil(&self) {
        self.state.lock().unwrap().spoils = true;
    }

    /// Attempts that were signed for.
    pub fn signed(&self) -> usize {
        self.state.lock().unwrap().released.len()
    }
}

impl Signer for Pki {
    fn sign(&self, facts: &Facts<'_>) -> Result<SignedFiles, SigningError> {
        let lost = || SigningError::Unavailable("the connection broke".to_owned());
        if self.plug.call() {
            return Err(lost());
        }
        let answer = self.state.lock().unwrap().sign(facts);
        // The answer may be lost on its way, too.
        if self.plug.call() {
            Err(lost())
        } else {
            answer
        }
    }
}

impl State {
    fn sign(&mut self, facts: &Facts<'_>) -> Result<SignedFiles, SigningError> {
        // As the answer arrives over the wire.
        let refused = |code, message: &str| Err(SigningError::from(&Status::new(code, message)));
        if let Some((code, why)) = self.refuses {
            return refused(code, why);
        }
        if self.unavailable > 0 {
            self.unavailable -= 1;
            return Err(SigningError::Unavailable("the token is away".to_owned()));
        }
        let spki = PKey::from_ec_key(self.ticket_key.clone())
            .unwrap()
            .public_key_to_der()
            .unwrap();
        let ticket = SignedTicket::decode(facts.ticket).unwrap();
        let ticket = ticket.verify(&spki, NOW.unix_timestamp()).unwrap();
        let object = LdsSecurityObject::parse(facts.security_object).unwrap();
        assert_eq!(&ticket.order, facts.attempt.order.as_bytes());
        for (group, hash) in object.hashes() {
            if let Some(committed) = ticket.content.get(&group.number()) {
                assert_eq!(&committed[..], hash, "{group} is what was ordered");
            }
        }
        let id = (*facts.attempt.order.as_bytes(), facts.attempt.attempt.get());
        let number = facts.binding.number.to_string();
        let chip = *facts.binding.chip.as_bytes();
        let asked = (
            facts.security_object.to_vec(),
            facts.security_infos.to_vec(),
        );
        let taken = |other: &Released| other.number == number || other.chip == chip;
        if self
            .released
            .iter()
            .any(|(key, other)| *key != id && taken(other))
        {
            return refused(
                Code::AlreadyExists,
                "number or chip belongs to another attempt",
            );
        }
        if let Some(released) = self.released.get(&id) {
            if released.asked != asked {
                return refused(Code::AlreadyExists, "the permit was used for other bytes");
            }
            return Ok(self.files(&released.answer));
        }
        let signer = Certificate::parse(&self.signer).unwrap();
        let prepared = sod::prepare(&object, &signer, HashAlgorithm::Sha256, Some(NOW));
        let sod = sod::assemble(&prepared, &self.signature(prepared.digest()));
        let infos = facts.security_infos;
        let prepared =
            card_security::prepare(infos, &signer, HashAlgorithm::Sha256, Some(NOW)).unwrap();
        let security = card_security::assemble(&prepared, &self.signature(prepared.digest()));
        let answer = (sod, security);
        let files = self.files(&answer);
        self.released.insert(
            id,
            Released {
                number,
                chip,
                asked,
                answer,
            },
        );
        Ok(files)
    }

    fn files(&self, (sod, security): &(Vec<u8>, Vec<u8>)) -> SignedFiles {
        let file = |file: &[u8]| SignedFile {
            file: file.to_vec(),
            signer: self.signer.clone(),
        };
        let mut files = SignedFiles {
            sod: file(sod),
            card_security: file(security),
        };
        if self.spoils {
            *files.sod.file.last_mut().unwrap() ^= 1;
        }
        files
    }

    fn signature(&self, digest: impl AsRef<[u8]>) -> Vec<u8> {
        EcdsaSig::sign(digest.as_ref(), &self.signer_key)
            .unwrap()
            .to_der()
            .unwrap()
    }
}

/// What the line trusts: the test PKI's country signing CA and its revocation list.
pub fn trust() -> TrustStore {
    let (csca, list) = (vector("csca_root"), vector("crl_empty"));
    TrustStore::load([("csca-1.cer", &csca[..]), ("csca-1.crl", &list[..])]).unwrap()
}

fn vector(path: &str) -> Vec<u8> {
    let file = include_str!("../../../../tests/vectors/pki.json");
    let json: Value = serde_json::from_str(file).unwrap();
    hex::decode(json.pointer(&format!("/{path}")).unwrap().as_str().unwrap()).unwrap()
}

fn private_key(scalar: &[u8]) -> EcKey<Private> {
    let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P256R1).unwrap();
    let scalar = BigNum::from_slice(scalar).unwrap();
    let context = BigNumContext::new().unwrap();
    let mut point = EcPoint::new(&group).unwrap();
    point
        .mul_generator2(&group, &scalar, &mut BigNumContext::new().unwrap())
        .unwrap();
    drop(context);
    EcKey::from_private_components(&group, &scalar, &point).unwrap()
}
