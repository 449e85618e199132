//! A country's terminals in memory: authority, document verifier, inspection system.

#![allow(dead_code, reason = "each test program uses its part")]

use icao9303::crypto::curve::CurveId;
use icao9303::cvc::{
    Body, Certificate, CertificateReference, HolderAuthorization, PublicKey, Rights, Role,
};
use icao9303::x509::HashAlgorithm;
use inspection::{Terminal, TerminalError};
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use openssl::sha::sha256;
use time::Date;
use time::macros::date;

/// One holder's key and name.
struct Key {
    pair: EcKey<Private>,
    name: CertificateReference,
}

impl Key {
    fn new(name: &str) -> Self {
        let group = EcGroup::from_curve_name(Nid::BRAINPOOL_P256R1).unwrap();
        Self {
            pair: EcKey::generate(&group).unwrap(),
            name: name.parse().unwrap(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = EcdsaSig::sign(&sha256(message), &self.pair).unwrap();
        [signature.r(), signature.s()]
            .map(|half| half.to_vec_padded(32).unwrap())
            .concat()
    }

    fn certify(&self, holder: &Key, role: Role, rights: Rights, days: [Date; 2]) -> Certificate {
        let mut context = BigNumContext::new().unwrap();
        let form = PointConversionForm::UNCOMPRESSED;
        let point = holder.pair.public_key();
        let point = point
            .to_bytes(holder.pair.group(), form, &mut context)
            .unwrap();
        self.certify_point(&holder.name, point, (role, rights), days)
    }

    fn certify_point(
        &self,
        holder: &CertificateReference,
        point: Vec<u8>,
        (role, rights): (Role, Rights),
        [effective, expiration]: [Date; 2],
    ) -> Certificate {
        let body = Body {
            authority: self.name.clone(),
            key: PublicKey {
                hash: HashAlgorithm::Sha256,
                parameters: (role == Role::Cvca).then_some(CurveId::BrainpoolP256r1),
                point,
            },
            holder: holder.clone(),
            authorization: HolderAuthorization::inspection(role, rights),
            effective,
            expiration,
            extensions: None,
        };
        let signature = self.sign(&body.to_bytes().unwrap());
        Certificate::assemble(body, &signature).unwrap()
    }
}

/// How a chain is to be.
pub struct Plan {
    /// What the inspection system may do.
    pub rights: Rights,
    /// Its first and last day.
    pub days: [Date; 2],
    /// Whether a link leads from the chip's trust point to the authority of today.
    pub link: bool,
    /// Whether its key signs at all.
    pub signs: bool,
    /// Whether it signs with another key than the certified one.
    pub other_key: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rights: Rights::READ_DG3,
            days: [date!(2026 - 10 - 10), date!(2026 - 10 - 20)],
            link: false,
            signs: true,
            other_key: false,
        }
    }
}

/// An inspection system, and the trust point of chips that let it in.
pub struct Inspector {
    /// What chips are told to trust.
    pub trust_point: Certificate,
    own: Certificate,
    known: Vec<Certificate>,
    key: Key,
    signs: bool,
}

impl Inspector {
    pub fn new(plan: &Plan) -> Self {
        let (long, all) = (
            [date!(2026 - 01 - 01), date!(2028 - 12 - 31)],
            Rights::READ_DG3_DG4,
        );
        let root = Key::new("LUCVCATST00001");
        let trust_point = root.certify(&root, Role::Cvca, all, long);
        let mut known = Vec::new();
        let authority = if plan.link {
            let next = Key::new("LUCVCATST00002");
            known.push(root.certify(&next, Role::Cvca, all, long));
            next
        } else {
            root
        };
        let verifier = Key::new("LUDVTST00001");
        let role = Role::DomesticDocumentVerifier;
        known.push(authority.certify(&verifier, role, Rights::READ_DG3, long));
        let mut key = Key::new("LUISTST00001");
        let own = verifier.certify(&key, Role::Terminal, plan.rights, plan.days);
        if plan.other_key {
            key = Key::new("LUISTST00001");
        }
        Self {
            trust_point,
            own,
            known,
            key,
            signs: plan.signs,
        }
    }
}

/// A chain to a key that lives elsewhere: the trust point for chips, the document verifier, the inspection system.
pub fn chain_to(holder: &str, point: &[u8], days: [Date; 2]) -> [Certificate; 3] {
    let right = Rights::READ_DG3;
    let root = Key::new("LUCVCATST00001");
    let verifier = Key::new("LUDVTST00001");
    let role = Role::DomesticDocumentVerifier;
    let name = holder.parse().unwrap();
    [
        root.certify(&root, Role::Cvca, right, days),
        root.certify(&verifier, role, right, days),
        verifier.certify_point(&name, point.to_vec(), (Role::Terminal, right), days),
    ]
}

impl Terminal for Inspector {
    fn certificate(&self) -> &Certificate {
        &self.own
    }

    fn known(&self) -> &[Certificate] {
        &self.known
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TerminalError> {
        if self.signs {
            Ok(self.key.sign(message))
        } else {
            Err(TerminalError::new("the token is absent"))
        }
    }
}
