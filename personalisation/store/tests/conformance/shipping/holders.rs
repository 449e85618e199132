//! Who holds devices in these tests, and what they sign.

use evidence::{
    device::Possession,
    handover::{Side, SignedStatement, Statement},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
    sha::sha256,
};
use personalisation_core::{
    ids::DeviceId,
    shipping::{Condition, NotHandedOver, Seen, ShipmentState},
};
use personalisation_store::{
    shipping::{Answer, NewDeviceCode, NewSide, Registered, Registration, SideKept},
    staff::{Realm, SessionContent},
};
use time::Duration;

use super::*;

pub const CODE: &[u8] = b"ABCD2345";

/// A key as a phone makes one.
pub struct PhoneKey(EcKey<Private>);

impl PhoneKey {
    pub fn new() -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self(EcKey::generate(&group).unwrap())
    }

    pub fn spki(&self) -> Vec<u8> {
        let public = PKey::from_ec_key(self.0.clone()).unwrap();
        public.public_key_to_der().unwrap()
    }

    pub fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        let signature = EcdsaSig::sign(digest, &self.0).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        raw
    }
}

impl Clone for PhoneKey {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Somebody with a device of their own.
pub struct Holder {
    pub person: PersonId,
    pub device: DeviceId,
    pub session: [u8; 32],
    pub key: PhoneKey,
}

impl Holder {
    /// What they sign about a manifest.
    pub fn says(&self, event: u8, side: Side, manifest: [u8; 32]) -> SignedStatement {
        let statement = Statement {
            event: [event; 16],
            manifest,
            side,
            person: *self.person.as_bytes(),
            device: *self.device.as_bytes(),
            at: NOW.unix_timestamp(),
        };
        let signature = self.key.sign(&statement.digest());
        statement.seal(signature)
    }

    /// What they sign over a challenge.
    pub fn proves(&self, challenge: [u8; 32]) -> Vec<u8> {
        let spki = self.key.spki();
        let said = Possession {
            challenge,
            person: *self.person.as_bytes(),
            device: *self.device.as_bytes(),
            spki: &spki,
        };
        self.key.sign(&sha256(&said.to_be_signed()))
    }
}

pub fn seen(seal: &str, condition: Condition) -> Seen {
    Seen {
        seal: Some(seal.parse().unwrap()),
        condition,
    }
}

pub fn good() -> Seen {
    seen("CTIE-1", Condition::Good)
}

pub fn not_handed<T: std::fmt::Debug>(result: Result<T, StoreError>) -> NotHandedOver {
    match result {
        Err(StoreError::Handover(error)) => error,
        other => panic!("{other:?}"),
    }
}

pub fn refused_because(why: &NotHandedOver) -> Answer {
    Answer::Refused {
        why: why.name().to_owned(),
        courier: why.courier(),
    }
}

impl Bench {
    /// Somebody signed in at the courier's page, with a key that nobody knows yet.
    pub async fn stranger(&mut self, role: Role) -> Holder {
        let person = somebody(self, role).await;
        let session: [u8; 32] = self.rng.random();
        let content = SessionContent {
            person: Some(person),
            plain: b"session",
            made: NOW,
            seen: NOW,
        };
        let (store, rng) = (self.store.clone(), &mut self.rng);
        let added = store.add_session(Realm::Courier, rng, &session, content);
        added.await.unwrap();
        Holder {
            person,
            device: DeviceId::generate(&mut self.rng),
            session,
            key: PhoneKey::new(),
        }
    }

    /// A code for their device.
    pub async fn code_for(&mut self, holder: &Holder) {
        let by = self.dispatcher().await;
        let new = NewDeviceCode {
            person: holder.person,
            code: CODE,
            by,
            until: NOW + Duration::minutes(15),
        };
        self.store.add_device_code(&new, &[], NOW).await.unwrap();
    }

    /// Their device asks to be registered.
    pub async fn register(&self, holder: &Holder, code: &[u8]) -> Result<Registered, StoreError> {
        self.register_at(holder, code, NOW).await
    }

    pub async fn register_at(
        &self,
        holder: &Holder,
        code: &[u8],
        now: OffsetDateTime,
    ) -> Result<Registered, StoreError> {
        let challenge = [9; 32];
        let set = self
            .store
            .set_device_challenge(&holder.session, holder.person, challenge);
        assert!(set.await.unwrap());
        let registration = Registration {
            session: &holder.session,
            person: holder.person,
            device: holder.device,
            spki: &holder.key.spki(),
            signature: &holder.proves(challenge),
            code,
        };
        self.store
            .register_device(&registration, |_| vec![], now)
            .await
    }

    /// Somebody with a registered device.
    pub async fn holder(&mut self, role: Role) -> Holder {
        let holder = self.stranger(role).await;
        self.code_for(&holder).await;
        let registered = self.register(&holder, CODE).await;
        assert_eq!(registered.unwrap(), Registered::Done);
        holder
    }

    /// A sealed bag and its manifest hash.
    pub async fn sealed_bag(&mut self) -> (Shipment, [u8; 32]) {
        let (packer, counter) = (self.dispatcher().await, self.dispatcher().await);
        self.sealed_bag_of(packer, counter).await
    }

    pub async fn sealed_bag_of(
        &mut self,
        packer: PersonId,
        counter: PersonId,
    ) -> (Shipment, [u8; 32]) {
        let card = self.card_to(1, &office(), false).await;
        let bag = self.bag(1, &office(), packer).await;
        self.put(&card, &bag, packer).await.unwrap();
        let both = (packer, counter);
        let sealed = self.seal(&bag, ("CTIE-1", 1), both).await.unwrap();
        let manifest = sealed.state().sealed().unwrap().manifest.0;
        (sealed, manifest)
    }

    /// Sends one side.
    pub async fn send(
        &self,
        holder: &Holder,
        signed: &SignedStatement,
    ) -> Result<SideKept, StoreError> {
        self.send_seen(holder, signed, &good()).await
    }

    pub async fn send_seen(
        &self,
        holder: &Holder,
        signed: &SignedStatement,
        seen: &Seen,
    ) -> Result<SideKept, StoreError> {
        let side = NewSide {
            signed,
            seen,
            by: holder.person,
        };
        self.store.keep_side(&side, |_| vec![], NOW).await
    }

    /// Both sides, the giver's first; what the taker is answered.
    pub async fn hand(
        &self,
        event: u8,
        manifest: [u8; 32],
        (gives, takes): (&Holder, &Holder),
    ) -> Result<Answer, StoreError> {
        let gave = gives.says(event, Side::Gives, manifest);
        self.send(gives, &gave).await?;
        let took = takes.says(event, Side::Takes, manifest);
        Ok(self.send(takes, &took).await?.answer)
    }

    pub async fn courier(&self, bag: &Shipment) -> Option<PersonId> {
        let kept = self.store.shipment(bag.id()).await.unwrap().unwrap();
        match kept.state() {
            ShipmentState::WithCourier(carried) => Some(carried.courier),
            _ => None,
        }
    }

    pub async fn end_roles(&self, person: PersonId) {
        for grant in self.store.roles_of(person).await.unwrap() {
            let ended = self.store.end_role(person, grant.id, &[], NOW);
            ended.await.unwrap();
        }
    }
}
