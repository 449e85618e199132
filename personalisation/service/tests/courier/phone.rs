//! A phone: its key, and what it signs.

use axum::http::StatusCode;
use dossier::{PersonId, staff::Role};
use evidence::{
    device::Possession,
    handover::{Side, Statement},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
    sha::sha256,
};
use personalisation::edge;
use personalisation_store::shipping::NewDeviceCode;
use serde_json::{Value, json};
use time::Duration;

use super::place::Place;

pub const CODE: &str = "ABCD-2345";

pub struct Phone {
    pub person: PersonId,
    pub cookie: String,
    pub device: [u8; 16],
    key: EcKey<Private>,
}

impl Phone {
    /// Somebody's, who signed in on it.
    pub async fn of(place: &Place, login: &str, role: Role, device: u8) -> Self {
        let person = place.somebody(login, role).await;
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self {
            person,
            cookie: place.session(person).await,
            device: [device; 16],
            key: EcKey::generate(&group).unwrap(),
        }
    }

    /// The same, registered with a code that `by` made.
    pub async fn registered(place: &Place, login: &str, (role, device): (Role, u8)) -> Self {
        let phone = Self::of(place, login, role, device).await;
        let by = place
            .somebody(&format!("for-{login}"), Role::Dispatcher)
            .await;
        phone.code(place, by).await;
        let (status, said) = phone.register(place, CODE).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        phone
    }

    pub async fn code(&self, place: &Place, by: PersonId) {
        let now = edge::now();
        let new = NewDeviceCode {
            person: self.person,
            code: b"ABCD2345",
            by,
            until: now + Duration::minutes(15),
        };
        place.store.add_device_code(&new, &[], now).await.unwrap();
    }

    fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        let signature = EcdsaSig::sign(digest, &self.key).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        raw
    }

    pub async fn post(&self, place: &Place, path: &str, said: &Value) -> (StatusCode, Value) {
        let body = said.to_string();
        let answer = place
            .call(("POST", path), Some(&self.cookie), true, &body)
            .await;
        let said = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
        (answer.status, said)
    }

    pub async fn get(&self, place: &Place, path: &str) -> (StatusCode, Value) {
        let answer = place.call(("GET", path), Some(&self.cookie), false, "");
        let answer = answer.await;
        let said = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
        (answer.status, said)
    }

    async fn proof(&self, place: &Place) -> (Vec<u8>, Vec<u8>) {
        let (_, said) = self.post(place, "/devices/challenge", &json!({})).await;
        let mut challenge = [0; 32];
        let text = said["challenge"].as_str().unwrap();
        hex::decode_to_slice(text, &mut challenge).unwrap();
        let public = PKey::from_ec_key(self.key.clone()).unwrap();
        let spki = public.public_key_to_der().unwrap();
        let possession = Possession {
            challenge,
            person: *self.person.as_bytes(),
            device: self.device,
            spki: &spki,
        };
        let signature = self.sign(&sha256(&possession.to_be_signed()));
        (spki, signature)
    }

    pub async fn register(&self, place: &Place, code: &str) -> (StatusCode, Value) {
        let (spki, signature) = self.proof(place).await;
        let said = json!({
            "device": hex::encode(self.device),
            "spki": hex::encode(spki),
            "signature": hex::encode(signature),
            "code": code,
        });
        self.post(place, "/devices/register", &said).await
    }

    /// In another session: known again by its key.
    pub async fn comes_back(&self, place: &Place) -> (StatusCode, Value) {
        let (_, signature) = self.proof(place).await;
        let said = json!({
            "device": hex::encode(self.device),
            "signature": hex::encode(signature),
        });
        self.post(place, "/devices/use", &said).await
    }

    /// One side, signed and ready to be sent.
    pub fn side(&self, side: Side, manifest: [u8; 32]) -> Value {
        let statement = Statement {
            event: [1; 16],
            manifest,
            side,
            person: *self.person.as_bytes(),
            device: self.device,
            at: 0,
        };
        let signature = self.sign(&statement.digest());
        let signed = statement.seal(signature).encode();
        json!({ "statement": hex::encode(signed), "seal": "CTIE-1", "condition": "good" })
    }
}
