//! Handovers to couriers: two devices, one manifest, each side when it has a line, and queues that are sent again.

use evidence::handover::Side;
use personalisation_core::shipping::{Condition, NotHandedOver, discrepancy::Kind};
use personalisation_store::shipping::{Answer, NewDiscrepancy};
use sqlx::Executor as _;

use super::{
    holders::{Holder, good, not_handed, refused_because, seen},
    *,
};
use crate::{Engine, on_each_engine, roles::as_role};

async fn two_couriers_confirm_one_bag_and_the_second_is_told(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (bag, manifest) = bench.sealed_bag().await;
    let other = bench.another().await;
    let (first, second) = tokio::join!(
        bench.hand(1, manifest, (&guard, &one)),
        other.hand(2, manifest, (&guard, &two))
    );
    let (won, told) = if first.as_ref().unwrap() == &Answer::Handed(one.person) {
        (&one, second.unwrap())
    } else {
        assert_eq!(second.unwrap(), Answer::Handed(two.person));
        (&two, first.unwrap())
    };
    assert_eq!(told, refused_because(&NotHandedOver::TakenOver(won.person)));
    assert_eq!(bench.courier(&bag).await, Some(won.person));
    // Both scanned one code.
    let third = bench.holder(Role::Courier).await;
    let late = bench.holder(Role::Courier).await;
    let taken = bench.hand(3, manifest, (won, &third)).await.unwrap();
    assert_eq!(taken, Answer::Handed(third.person));
    let same = late.says(3, Side::Takes, manifest);
    let told = bench.send(&late, &same).await.unwrap();
    assert!(told.known);
    let why = NotHandedOver::TakenOver(third.person);
    assert_eq!(told.answer, refused_because(&why));
}

async fn sides_come_in_any_order_and_again_and_nothing_changes(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (bag, manifest) = bench.sealed_bag().await;
    let gives = guard.says(1, Side::Gives, manifest);
    let takes = one.says(1, Side::Takes, manifest);
    for known in [false, true] {
        let waits = bench.send(&one, &takes).await.unwrap();
        assert_eq!((waits.answer, waits.known), (Answer::Waits(None), known));
    }
    let handed = bench.send(&guard, &gives).await.unwrap();
    assert_eq!(handed.answer, Answer::Handed(one.person));
    assert_eq!(handed.handed.len(), 1);
    bench.hand(2, manifest, (&one, &two)).await.unwrap();
    // Both phones were in a tunnel and heard nothing; one was revoked meanwhile.
    let revoked = bench
        .store
        .revoke_device((one.device, guard.person), &[], NOW);
    assert!(revoked.await.unwrap());
    for (holder, side) in [(&guard, &gives), (&one, &takes)] {
        let again = bench.send(holder, side).await.unwrap();
        assert_eq!(again.answer, Answer::Handed(one.person));
        assert!(again.known && again.handed.is_empty());
    }
    // Under its id nothing else is taken.
    let altered = guard.says(1, Side::Gives, manifest);
    let refused = bench.send(&guard, &altered).await.unwrap();
    let why = refused_because(&NotHandedOver::OtherEvent);
    assert_eq!(refused.answer, why);
    assert_eq!(bench.courier(&bag).await, Some(two.person));
    let rows = sqlx::query("SELECT 1 FROM shipping_handover")
        .fetch_all(&mut bench.home.tool().await)
        .await;
    assert_eq!(rows.unwrap().len(), 2);
}

async fn a_chain_whose_first_link_was_in_a_tunnel_holds(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (bag, manifest) = bench.sealed_bag().await;
    // The dispatcher's device has no line. The courier takes it, hands it on; both of those sides come.
    let takes = one.says(1, Side::Takes, manifest);
    bench.send(&one, &takes).await.unwrap();
    let waits = bench.hand(2, manifest, (&one, &two)).await.unwrap();
    assert_eq!(waits, Answer::Waits(None));
    assert_eq!(bench.courier(&bag).await, None);
    let gives = guard.says(1, Side::Gives, manifest);
    let handed = bench.send(&guard, &gives).await.unwrap();
    assert_eq!(handed.answer, Answer::Handed(one.person));
    let moved: Vec<PersonId> = handed.handed.iter().map(|one| one.courier).collect();
    assert_eq!(moved, [one.person, two.person]);
    assert_eq!(bench.courier(&bag).await, Some(two.person));
    // Who gives what they never had is refused at once.
    let three = bench.holder(Role::Courier).await;
    let refused = bench.hand(3, manifest, (&three, &one)).await.unwrap();
    let why = NotHandedOver::TakenOver(two.person);
    assert_eq!(refused, refused_because(&why));
}

async fn one_device_a_lost_one_and_another_manifest_hand_nothing_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let (bag, manifest) = bench.sealed_bag().await;
    // A statement in somebody else's name: by the sender's own device, or sent by a colleague.
    let borrowed = Holder {
        person: one.person,
        device: guard.device,
        session: guard.session,
        key: guard.key.clone(),
    };
    let unknown = NotHandedOver::UnknownDevice(guard.device);
    let side = borrowed.says(2, Side::Takes, manifest);
    let refused = bench.send(&one, &side).await;
    assert_eq!(not_handed(refused), unknown);
    let unknown = NotHandedOver::UnknownDevice(one.device);
    let side = one.says(2, Side::Takes, manifest);
    let refused = bench.send(&guard, &side).await;
    assert_eq!(not_handed(refused), unknown);
    // Signed by a key that is not the device's.
    let forged = Holder {
        person: one.person,
        device: one.device,
        session: one.session,
        key: guard.key.clone(),
    };
    let side = forged.says(3, Side::Takes, manifest);
    assert_eq!(not_handed(bench.send(&one, &side).await), unknown);
    // A manifest that was altered on the way.
    let refused = bench.hand(4, [9; 32], (&guard, &one)).await;
    assert_eq!(not_handed(refused), NotHandedOver::OtherManifest);
    // A phone that was lost: what it had said before stands, what it says now does not.
    let revoked = bench
        .store
        .revoke_device((one.device, guard.person), &[], NOW);
    assert!(revoked.await.unwrap());
    let refused = bench.hand(7, manifest, (&guard, &one)).await;
    assert_eq!(not_handed(refused), unknown);
    let kept = bench.store.shipment(bag.id()).await.unwrap();
    assert_eq!(kept, Some(bag));
}

async fn a_courier_takes_from_a_dispatcher_and_nobody_else_does(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let (one, two, gone) = (
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
        bench.holder(Role::Courier).await,
    );
    let (_, manifest) = bench.sealed_bag().await;
    bench.end_roles(gone.person).await;
    let pairs = [(&guard, &gone), (&gone, &one), (&one, &guard)];
    for (event, both) in (11..).zip(pairs) {
        let refused = bench.hand(event, manifest, both).await;
        assert!(matches!(refused, Err(StoreError::NotPermitted { .. })));
    }
    // A courier who does not have it gives it.
    let refused = bench.hand(2, manifest, (&one, &two)).await.unwrap();
    assert_eq!(refused, refused_because(&NotHandedOver::NotTheirs));
    let taken = bench.hand(3, manifest, (&guard, &one)).await.unwrap();
    assert_eq!(taken, Answer::Handed(one.person));
    let tour = bench.store.tour(one.person).await.unwrap();
    assert_eq!((tour.at_centre.len(), tour.carried.len()), (0, 1));
}

async fn nobody_carries_what_they_packed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let both = bench.holder(Role::Courier).await;
    let grant = personalisation_store::staff::Grant {
        id: personalisation_store::staff::RoleId::generate(&mut bench.rng),
        role: Role::Dispatcher,
        office: None,
        from: NOW,
        until: None,
        by: None,
    };
    let granted = bench.store.grant_role(both.person, &grant, &[]);
    granted.await.unwrap();
    let (_, manifest) = bench.sealed_bag_of(both.person, guard.person).await;
    let tour = bench.store.tour(both.person).await.unwrap();
    assert_eq!((tour.at_centre.len(), tour.carried.len()), (1, 0));
    let refused = bench.hand(1, manifest, (&guard, &both)).await.unwrap();
    assert_eq!(refused, refused_because(&NotHandedOver::Packed));
}

async fn another_seal_or_damage_opens_a_discrepancy_once(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let (bag, manifest) = bench.sealed_bag().await;
    let gives = guard.says(1, Side::Gives, manifest);
    bench.send_seen(&guard, &gives, &good()).await.unwrap();
    let takes = one.says(1, Side::Takes, manifest);
    for _ in 0..2 {
        let torn = seen("CTIE-1", Condition::Damaged);
        let answered = bench.send_seen(&one, &takes, &torn).await.unwrap();
        assert_eq!(answered.answer, Answer::Handed(one.person));
    }
    let found = bench.store.discrepancies().await.unwrap();
    assert_eq!(found.len(), 1);
    let expected = NewDiscrepancy {
        id: found[0].told.id,
        shipment: bag.id(),
        kind: Kind::BrokenSeal,
        by: one.person,
    };
    assert_eq!(found[0].told, expected);
    assert_eq!(found[0].due_at, Kind::BrokenSeal.due(NOW));
    let two = bench.holder(Role::Courier).await;
    bench
        .send(&one, &one.says(2, Side::Gives, manifest))
        .await
        .unwrap();
    let takes = two.says(2, Side::Takes, manifest);
    let other = seen("CTIE-9", Condition::Good);
    bench.send_seen(&two, &takes, &other).await.unwrap();
    assert_eq!(bench.store.discrepancies().await.unwrap().len(), 2);
}

async fn the_database_itself_keeps_who_handed_over(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.holder(Role::Courier).await;
    let (_, manifest) = bench.sealed_bag().await;
    bench.hand(1, manifest, (&guard, &one)).await.unwrap();
    let gives = one.says(2, Side::Gives, manifest);
    bench.send(&one, &gives).await.unwrap();
    for statement in [
        "UPDATE shipping_handover SET taker = giver",
        "DELETE FROM shipping_handover",
        "UPDATE shipping_side SET outcome = NULL WHERE outcome IS NOT NULL",
        "UPDATE shipping_side SET statement = person",
        "DELETE FROM shipping_side",
    ] {
        let mut behind = bench.home.tool().await;
        let error = behind.execute(statement).await.unwrap_err().to_string();
        assert!(error.contains("only ever added"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn the_couriers_role_carries_and_reads_nothing_of_cards_or_the_console() {
    let mut bench = Bench::new(Engine::Postgres).await;
    let guard = bench.holder(Role::Dispatcher).await;
    let one = bench.stranger(Role::Courier).await;
    bench.code_for(&one).await;
    let (bag, manifest) = bench.sealed_bag().await;
    let owner = bench.store.clone();
    bench.store = as_role(&bench, "courier").await;
    let registered = bench.register(&one, holders::CODE).await;
    assert_eq!(
        registered.unwrap(),
        personalisation_store::shipping::Registered::Done
    );
    let torn = seen("CTIE-1", Condition::Damaged);
    let gives = guard.says(1, Side::Gives, manifest);
    bench.send(&guard, &gives).await.unwrap();
    let takes = one.says(1, Side::Takes, manifest);
    let answered = bench.send_seen(&one, &takes, &torn).await.unwrap();
    assert_eq!(answered.answer, Answer::Handed(one.person));
    let tour = bench.store.tour(one.person).await.unwrap();
    assert_eq!(tour.carried[0].id(), bag.id());
    let mut tool = crate::roles::tool(&bench, "courier").await;
    for denied in [
        "SELECT * FROM staff_session",
        "SELECT * FROM line_content",
        "SELECT * FROM order_person",
        "SELECT words FROM shipping_discrepancy",
        "SELECT jpeg FROM shipping_photograph",
        "UPDATE shipping_shipment SET signed = NULL",
        "INSERT INTO shipping_device_code SELECT * FROM shipping_device_code",
        "UPDATE shipping_device SET revoked_at = NULL",
        "INSERT INTO staff_credential SELECT * FROM staff_credential",
    ] {
        let error = tool.execute(denied).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{denied}: {error}");
    }
    // The console's role reads what was told, and revokes.
    bench.store = as_role(&bench, "console").await;
    assert_eq!(bench.store.discrepancies().await.unwrap().len(), 1);
    let revoked = bench
        .store
        .revoke_device((one.device, guard.person), &[], NOW);
    assert!(revoked.await.unwrap());
    let session = owner.session_device(&one.session).await.unwrap();
    assert_eq!(session, None);
}

on_each_engine!(
    two_couriers_confirm_one_bag_and_the_second_is_told,
    sides_come_in_any_order_and_again_and_nothing_changes,
    a_chain_whose_first_link_was_in_a_tunnel_holds,
    one_device_a_lost_one_and_another_manifest_hand_nothing_over,
    a_courier_takes_from_a_dispatcher_and_nobody_else_does,
    nobody_carries_what_they_packed,
    another_seal_or_damage_opens_a_discrepancy_once,
    the_database_itself_keeps_who_handed_over,
);
