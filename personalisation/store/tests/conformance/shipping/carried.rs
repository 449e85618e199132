//! Handovers to couriers: two devices, one manifest, and a queue that is sent again.

use evidence::handover::{Side, SignedStatement, Statement};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use personalisation_core::{
    ids::DeviceId,
    shipping::{NotHandedOver, ShipmentState},
};
use personalisation_store::shipping::{BothSides, Device};
use sqlx::Executor as _;

use super::*;
use crate::{Engine, on_each_engine};

/// Somebody with a device of their own.
struct Holder {
    person: PersonId,
    device: DeviceId,
    key: EcKey<Private>,
}

impl Holder {
    /// What they sign about a manifest.
    fn says(&self, event: u8, side: Side, manifest: [u8; 32]) -> SignedStatement {
        let statement = Statement {
            event: [event; 16],
            manifest,
            side,
            person: *self.person.as_bytes(),
            device: *self.device.as_bytes(),
            at: NOW.unix_timestamp(),
        };
        let signature = EcdsaSig::sign(&statement.digest(), &self.key).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        statement.seal(raw)
    }
}

impl Bench {
    async fn holder(&mut self, role: Role) -> Holder {
        let person = somebody(self, role).await;
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = EcKey::generate(&group).unwrap();
        let public = PKey::from_ec_key(key.clone()).unwrap();
        let device = Device {
            id: DeviceId::generate(&mut self.rng),
            person,
            spki: public.public_key_to_der().unwrap(),
        };
        self.store.add_device(&device, &[], NOW).await.unwrap();
        Holder {
            person,
            device: device.id,
            key,
        }
    }

    /// A sealed bag and its manifest hash.
    async fn sealed_bag(&mut self, packer: PersonId) -> (Shipment, [u8; 32]) {
        let counter = self.dispatcher().await;
        let card = self.card_to(1, &office(), false).await;
        let bag = self.bag(1, &office(), packer).await;
        self.put(&card, &bag, packer).await.unwrap();
        let both = (packer, counter);
        let sealed = self.seal(&bag, ("CTIE-1", 1), both).await.unwrap();
        let manifest = sealed.state().sealed().unwrap().manifest.0;
        (sealed, manifest)
    }

    async fn hand(
        &self,
        event: u8,
        manifest: [u8; 32],
        (gives, takes): (&Holder, &Holder),
    ) -> Result<Shipment, StoreError> {
        let gives = gives.says(event, Side::Gives, manifest);
        let takes = takes.says(event, Side::Takes, manifest);
        let both = BothSides {
            gives: &gives,
            takes: &takes,
        };
        self.store.hand_over(both, &[], NOW).await
    }
}

fn not_handed<T: std::fmt::Debug>(result: Result<T, StoreError>) -> NotHandedOver {
    match result {
        Err(StoreError::Handover(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn courier(shipment: &Shipment) -> PersonId {
    match shipment.state() {
        ShipmentState::WithCourier(carried) => carried.courier,
        other => panic!("{other:?}"),
    }
}

async fn two_couriers_confirm_one_bag_and_the_second_is_told(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (bag, manifest) = bench.sealed_bag(guard.person).await;
    let other = bench.another().await;
    let (first, second) = tokio::join!(
        bench.hand(1, manifest, (&guard, &one)),
        other.hand(2, manifest, (&guard, &two))
    );
    let (won, lost, event) = if first.is_ok() {
        (&one, second, 1)
    } else {
        assert!(second.is_ok(), "{second:?}");
        (&two, first, 2)
    };
    let told = not_handed(lost);
    assert_eq!(told, NotHandedOver::TakenOver(won.person));
    let kept = bench.store.shipment(bag.id()).await.unwrap().unwrap();
    assert_eq!(courier(&kept), won.person);
    // Whoever won takes it on to a colleague; then the phone of the first handover sends its queue again, with other signatures
    // even: known by its event where it is the same, refused where it is not.
    let third = bench.holder(Role::Courier).await;
    let relayed = bench.hand(3, manifest, (won, &third)).await.unwrap();
    assert_eq!(courier(&relayed), third.person);
    let forged = bench.hand(event, manifest, (won, &third)).await;
    assert!(matches!(forged, Err(StoreError::Stale { .. })));
}

async fn a_queue_that_is_sent_again_changes_nothing(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (_, manifest) = bench.sealed_bag(guard.person).await;
    let gives = guard.says(1, Side::Gives, manifest);
    let takes = one.says(1, Side::Takes, manifest);
    let both = BothSides {
        gives: &gives,
        takes: &takes,
    };
    bench.store.hand_over(both, &[], NOW).await.unwrap();
    bench.hand(2, manifest, (&one, &two)).await.unwrap();
    // The first one's phone was in a tunnel.
    let again = bench.store.hand_over(both, &[], NOW).await.unwrap();
    assert_eq!(courier(&again), two.person);
    let rows = sqlx::query("SELECT 1 FROM shipping_handover")
        .fetch_all(&mut bench.home.tool().await)
        .await;
    assert_eq!(rows.unwrap().len(), 2);
}

async fn one_device_a_lost_one_and_another_manifest_hand_nothing_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let (bag, manifest) = bench.sealed_bag(guard.person).await;
    // A second tick on the dispatcher's device, as themselves and in the courier's name.
    let alone = bench.hand(1, manifest, (&guard, &guard)).await;
    assert_eq!(not_handed(alone), NotHandedOver::OneDevice);
    let borrowed = Holder {
        person: one.person,
        device: guard.device,
        key: guard.key.clone(),
    };
    let borrowed = bench.hand(2, manifest, (&guard, &borrowed)).await;
    let unknown = NotHandedOver::UnknownDevice(guard.device);
    assert_eq!(not_handed(borrowed), unknown);
    // Signed by a key that is not the device's.
    let forged = Holder {
        person: one.person,
        device: one.device,
        key: guard.key.clone(),
    };
    let unknown = NotHandedOver::UnknownDevice(one.device);
    let refused = bench.hand(3, manifest, (&guard, &forged)).await;
    assert_eq!(not_handed(refused), unknown);
    // A manifest that was altered on the way.
    let refused = bench.hand(4, [9; 32], (&guard, &one)).await;
    assert_eq!(not_handed(refused), NotHandedOver::OtherManifest);
    // One event, two sides that speak of different ones; two who give.
    let gives = guard.says(5, Side::Gives, manifest);
    for takes in [
        one.says(6, Side::Takes, manifest),
        one.says(5, Side::Gives, manifest),
    ] {
        let both = BothSides {
            gives: &gives,
            takes: &takes,
        };
        let refused = bench.store.hand_over(both, &[], NOW).await;
        assert_eq!(not_handed(refused), NotHandedOver::OtherEvent);
    }
    // A phone that was lost.
    assert!(
        bench
            .store
            .revoke_device(one.device, &[], NOW)
            .await
            .unwrap()
    );
    assert!(
        !bench
            .store
            .revoke_device(one.device, &[], NOW)
            .await
            .unwrap()
    );
    let refused = bench.hand(7, manifest, (&guard, &one)).await;
    assert_eq!(not_handed(refused), unknown);
    let kept = bench.store.shipment(bag.id()).await.unwrap();
    assert_eq!(kept, Some(bag));
}

async fn a_courier_takes_from_a_dispatcher_and_nobody_else_does(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let clerk = bench.holder(Role::Clerk).await;
    let (_, manifest) = bench.sealed_bag(guard.person).await;
    for both in [(&guard, &clerk), (&clerk, &one), (&one, &guard)] {
        let refused = bench.hand(1, manifest, both).await;
        assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));
    }
    let taken = bench.hand(1, manifest, (&guard, &one)).await.unwrap();
    assert_eq!(courier(&taken), one.person);
}

async fn the_database_itself_keeps_who_handed_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let (_, manifest) = bench.sealed_bag(guard.person).await;
    bench.hand(1, manifest, (&guard, &one)).await.unwrap();
    bench
        .store
        .revoke_device(one.device, &[], NOW)
        .await
        .unwrap();
    for statement in [
        "UPDATE shipping_handover SET taker = giver",
        "DELETE FROM shipping_handover",
        "UPDATE shipping_device SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
        "UPDATE shipping_device SET spki = person",
        "DELETE FROM shipping_device",
    ] {
        let mut behind = bench.home.tool().await;
        let error = behind.execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{statement}: {error}");
    }
}

on_each_engine!(
    two_couriers_confirm_one_bag_and_the_second_is_told,
    a_queue_that_is_sent_again_changes_nothing,
    one_device_a_lost_one_and_another_manifest_hand_nothing_over,
    a_courier_takes_from_a_dispatcher_and_nobody_else_does,
    the_database_itself_keeps_who_handed_over,
);
