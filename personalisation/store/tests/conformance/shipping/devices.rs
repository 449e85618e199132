//! Devices: a code for one person, a proof of the key, an end that counts at once.

use personalisation_store::shipping::Registered;
use personalisation_store::{shipping::NewDeviceCode, staff::Realm};
use sqlx::Executor as _;
use time::Duration;

use super::{
    holders::{CODE, Holder, PhoneKey},
    *,
};
use crate::{Engine, on_each_engine};

async fn a_device_is_registered_once_by_its_persons_code_and_its_own_key(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let one = bench.stranger(Role::Courier).await;
    let without = bench.register(&one, CODE).await.unwrap();
    assert_eq!(without, Registered::WrongCode);
    bench.code_for(&one).await;
    // Somebody else, with their own key, types it.
    let other = bench.stranger(Role::Courier).await;
    let stolen = bench.register(&other, CODE).await.unwrap();
    assert_eq!(stolen, Registered::WrongCode);
    // A key that the device does not hold.
    let forged = Holder {
        key: PhoneKey::new(),
        ..other
    };
    let (right, challenge) = (one.key.spki(), [9; 32]);
    let store = &bench.store;
    let set = store.set_device_challenge(&one.session, one.person, challenge);
    assert!(set.await.unwrap());
    let registration = personalisation_store::shipping::Registration {
        session: &one.session,
        person: one.person,
        device: one.device,
        spki: &right,
        signature: &forged.proves(challenge),
        code: CODE,
    };
    let refused = store.register_device(&registration, |_| vec![], NOW).await;
    assert_eq!(refused.unwrap(), Registered::NotProved);
    // Nor over a challenge that was answered already.
    let late = personalisation_store::shipping::Registration {
        signature: &one.proves(challenge),
        ..registration
    };
    let refused = store.register_device(&late, |_| vec![], NOW).await;
    assert_eq!(refused.unwrap(), Registered::NotProved);

    assert_eq!(bench.register(&one, CODE).await.unwrap(), Registered::Done);
    let bound = bench.store.session_device(&one.session).await.unwrap();
    assert_eq!(bound, Some(one.device));
    // The answer was lost: the same again, also without the code.
    let again = bench.register(&one, b"ZZZZ2222").await.unwrap();
    assert_eq!(again, Registered::Done);
    let listed = bench.store.devices(9).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].person, one.person);
}

async fn no_two_devices_have_one_key(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let one = bench.holder(Role::Courier).await;
    let guard = bench.stranger(Role::Dispatcher).await;
    bench.code_for(&guard).await;
    let copied = Holder {
        key: one.key.clone(),
        ..guard
    };
    let taken = bench.register(&copied, CODE).await.unwrap();
    assert_eq!(taken, Registered::KeyTaken);
    let same_id = Holder {
        device: one.device,
        key: PhoneKey::new(),
        ..copied
    };
    let taken = bench.register(&same_id, CODE).await.unwrap();
    assert_eq!(taken, Registered::KeyTaken);
    // Behind the store's back.
    let mut behind = bench.home.tool().await;
    let twin = "INSERT INTO shipping_device SELECT person, person, spki, added_at, NULL FROM shipping_device";
    assert!(behind.execute(twin).await.is_err());
}

async fn a_code_ends_after_five_wrong_ones_and_with_its_time(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let one = bench.stranger(Role::Courier).await;
    bench.code_for(&one).await;
    for _ in 0..5 {
        let wrong = bench.register(&one, b"ZZZZ2222").await.unwrap();
        assert_eq!(wrong, Registered::WrongCode);
    }
    let spent = bench.register(&one, CODE).await.unwrap();
    assert_eq!(spent, Registered::WrongCode);
    let late = bench.stranger(Role::Courier).await;
    bench.code_for(&late).await;
    let over = NOW + Duration::minutes(15);
    let ended = bench.register_at(&late, CODE, over).await.unwrap();
    assert_eq!(ended, Registered::WrongCode);
    let in_time = over - Duration::seconds(1);
    let done = bench.register_at(&late, CODE, in_time).await.unwrap();
    assert_eq!(done, Registered::Done);
}

async fn only_dispatchers_make_codes_for_others_who_carry_or_dispatch(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let [dora, clerk, courier] = [
        bench.dispatcher().await,
        somebody(&mut bench, Role::Clerk).await,
        somebody(&mut bench, Role::Courier).await,
    ];
    let make = async |by, person, code: &'static [u8]| {
        let new = NewDeviceCode {
            person,
            code,
            by,
            until: NOW + Duration::minutes(15),
        };
        bench.store.add_device_code(&new, &[], NOW).await
    };
    for (by, person) in [(courier, clerk), (clerk, courier), (dora, clerk)] {
        let refused = make(by, person, CODE).await;
        assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));
    }
    assert!(make(dora, dora, CODE).await.is_err(), "for oneself");
    make(dora, courier, CODE).await.unwrap();
}

async fn a_lost_device_ends_at_once_with_its_sessions(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.dispatcher().await;
    let one = bench.holder(Role::Courier).await;
    let other = bench.holder(Role::Courier).await;
    let by_courier = bench
        .store
        .revoke_device((one.device, other.person), &[], NOW);
    assert!(matches!(
        by_courier.await,
        Err(StoreError::NotPermitted { .. })
    ));
    for first in [true, false] {
        let revoked = bench.store.revoke_device((one.device, guard), &[], NOW);
        assert_eq!(revoked.await.unwrap(), first);
    }
    let store = &bench.store;
    let session = store.session(Realm::Courier, &one.session).await.unwrap();
    assert!(session.is_none(), "its session goes on");
    let session = store.session(Realm::Courier, &other.session).await.unwrap();
    assert!(session.is_some(), "another one's session ended");
    assert_eq!(store.session_device(&one.session).await.unwrap(), None);
}

async fn a_session_knows_its_device_by_a_fresh_signature(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.dispatcher().await;
    let one = bench.holder(Role::Courier).await;
    let other = bench.holder(Role::Courier).await;
    let store = &bench.store;
    let uses = async |session: &Holder, device: &Holder| {
        let challenge = [7; 32];
        let set = store.set_device_challenge(&session.session, session.person, challenge);
        assert!(set.await.unwrap());
        let signed = Holder {
            person: session.person,
            session: session.session,
            device: device.device,
            key: device.key.clone(),
        };
        let ids = (session.person, device.device);
        let proof = signed.proves(challenge);
        store
            .use_device(&session.session, ids, &proof, NOW)
            .await
            .unwrap()
    };
    assert!(uses(&one, &one).await);
    assert!(!uses(&one, &other).await, "a colleague's device");
    let (ids, proof) = ((one.person, one.device), one.proves([7; 32]));
    let stale = store.use_device(&one.session, ids, &proof, NOW);
    assert!(!stale.await.unwrap(), "a challenge that was answered");
    let revoked = store.revoke_device((other.device, guard), &[], NOW);
    assert!(revoked.await.unwrap());
    let again = store.set_device_challenge(&other.session, other.person, [1; 32]);
    assert!(!again.await.unwrap(), "a session that ended");
}

async fn the_database_itself_keeps_devices_and_codes(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.dispatcher().await;
    let one = bench.holder(Role::Courier).await;
    let revoked = bench.store.revoke_device((one.device, guard), &[], NOW);
    revoked.await.unwrap();
    for statement in [
        "UPDATE shipping_device SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
        "UPDATE shipping_device SET spki = person",
        "DELETE FROM shipping_device",
        "UPDATE shipping_device_code SET device_id = NULL",
        "DELETE FROM shipping_device_code",
    ] {
        let mut behind = bench.home.tool().await;
        let error = behind.execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{statement}: {error}");
    }
}

on_each_engine!(
    a_device_is_registered_once_by_its_persons_code_and_its_own_key,
    no_two_devices_have_one_key,
    a_code_ends_after_five_wrong_ones_and_with_its_time,
    only_dispatchers_make_codes_for_others_who_carry_or_dispatch,
    a_lost_device_ends_at_once_with_its_sessions,
    a_session_knows_its_device_by_a_fresh_signature,
    the_database_itself_keeps_devices_and_codes,
);
