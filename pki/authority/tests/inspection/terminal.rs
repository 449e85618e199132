//! An inspection system with its keys in memory, as a caller of the service.

use icao9303::{
    cvc::{Certificate, CertificateReference, PublicKey, Request, RequestBody, SuccessiveRequest},
    x509::HashAlgorithm,
};
use openssl::{
    bn::BigNumContext,
    ec::{EcGroup, EcKey, PointConversionForm},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::Private,
    sha::sha256,
};
use tonic::{Status, transport::Channel};
use wire::inspection::{
    CertifyRequest, CertifyResponse, Right, inspection_client::InspectionClient,
};

pub const DV: &str = "LUDVLUX00001";

/// One key pair and its name.
pub struct Key {
    pair: EcKey<Private>,
    pub holder: CertificateReference,
}

impl Key {
    pub fn new(holder: &str) -> Self {
        Self::on(Nid::BRAINPOOL_P256R1, holder)
    }

    pub fn on(curve: Nid, holder: &str) -> Self {
        let group = EcGroup::from_curve_name(curve).unwrap();
        Self {
            pair: EcKey::generate(&group).unwrap(),
            holder: holder.parse().unwrap(),
        }
    }

    pub fn point(&self) -> Vec<u8> {
        let mut context = BigNumContext::new().unwrap();
        let form = PointConversionForm::UNCOMPRESSED;
        let (group, point) = (self.pair.group(), self.pair.public_key());
        point.to_bytes(group, form, &mut context).unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = EcdsaSig::sign(&sha256(message), &self.pair).unwrap();
        let half = |number: &openssl::bn::BigNumRef| number.to_vec_padded(32).unwrap();
        [half(signature.r()), half(signature.s())].concat()
    }

    pub fn body(&self) -> RequestBody {
        RequestBody {
            authority: Some(DV.parse().unwrap()),
            key: PublicKey {
                hash: HashAlgorithm::Sha256,
                parameters: None,
                point: self.point(),
            },
            holder: self.holder.clone(),
        }
    }

    /// A first request.
    pub fn first(&self) -> Request {
        let body = self.body();
        let signature = self.sign(&body.to_bytes().unwrap());
        Request::assemble(body, &signature).unwrap()
    }

    /// A successive request that `before` vouches for.
    pub fn after(&self, before: &Key) -> SuccessiveRequest {
        let (request, signer) = (self.first(), before.holder.clone());
        let signature = before.sign(&SuccessiveRequest::to_be_signed(&request, &signer));
        SuccessiveRequest::assemble(request, signer, &signature)
    }
}

pub fn wire(request: Vec<u8>, rights: &[Right]) -> CertifyRequest {
    CertifyRequest {
        request,
        rights: rights.iter().map(|right| (*right).into()).collect(),
    }
}

/// Asks for the right to DG3.
pub async fn ask(
    caller: &mut InspectionClient<Channel>,
    request: Vec<u8>,
) -> Result<CertifyResponse, Status> {
    let answer = caller.certify(wire(request, &[Right::ReadDg3])).await;
    answer.map(tonic::Response::into_inner)
}

pub fn certificate(answer: &CertifyResponse) -> Certificate {
    Certificate::parse(&answer.certificate).unwrap()
}
