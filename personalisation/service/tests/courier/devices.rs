//! Devices over the wire: registered, known again, revoked; and what is sent for a manifest that nobody knows.

use axum::http::StatusCode;
use dossier::staff::Role;
use evidence::handover::Side;
use personalisation::edge;
use personalisation_core::ids::DeviceId;
use serde_json::json;

use super::{
    phone::{CODE, Phone},
    place::Place,
};

#[tokio::test]
async fn a_phone_is_registered_known_again_and_revoked_at_once() {
    let place = Place::new().await;
    let dora = place.somebody("dora", Role::Dispatcher).await;
    let mut phone = Phone::of(&place, "carl", Role::Courier, 1).await;
    let (status, me) = phone.get(&place, "/me").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (
            &me["login"],
            &me["carries"],
            &me["dispatches"],
            &me["device"]
        ),
        (&json!("carl"), &json!(true), &json!(false), &json!(null))
    );
    for code in [CODE, "abc", "ABCD-2346"] {
        let (status, said) = phone.register(&place, code).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(said["result"], "wrong_code", "{code}");
    }
    phone.code(&place, dora).await;
    let (status, _) = phone.register(&place, "abcd 2345").await;
    assert_eq!(status, StatusCode::OK);
    let (status, tour) = phone.get(&place, "/tour").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&tour["at_centre"], &tour["carried"]),
        (&json!([]), &json!([]))
    );

    // Another session of the same person: no tour until the key was proved.
    place
        .store
        .remove_session(
            personalisation_store::staff::Realm::Courier,
            pages::http::SessionKey::of(&phone.cookie).bytes(),
        )
        .await
        .unwrap();
    phone.cookie = place.session(phone.person).await;
    let (status, _) = phone.get(&place, "/tour").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = phone.comes_back(&place).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = phone.get(&place, "/tour").await;
    assert_eq!(status, StatusCode::OK);

    let ids = (DeviceId::from_bytes(phone.device), dora);
    let revoked = place.store.revoke_device(ids, &[], edge::now());
    assert!(revoked.await.unwrap());
    let (status, _) = phone.get(&place, "/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    phone.cookie = place.session(phone.person).await;
    let (status, said) = phone.comes_back(&place).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(said["result"], "unknown_device");
    let (_, said) = phone.register(&place, CODE).await;
    assert_eq!(said["result"], "key_taken", "a revoked key comes back");

    let lines = place.audit().await;
    let count = |words: &[&str]| {
        let all = |line: &&String| words.iter().all(|word| line.contains(word));
        lines.iter().filter(all).count()
    };
    assert_eq!(count(&["\"register-device\"", "\"intent\""]), 4);
    assert_eq!(count(&["\"register-device\"", "\"outcome\"", "done"]), 1);
    assert_eq!(count(&["\"register-device\"", "wrong_code"]), 2);
}

#[tokio::test]
async fn a_side_of_nobodys_manifest_or_of_nobodys_device_is_refused() {
    let place = Place::new().await;
    let phone = Phone::registered(&place, "carl", (Role::Courier, 1)).await;
    let stranger = Phone::of(&place, "emil", Role::Courier, 2).await;
    let side = phone.side(Side::Takes, [9; 32]);
    for (sender, why) in [(&phone, "other_manifest"), (&stranger, "unknown_device")] {
        let (status, said) = sender.post(&place, "/sides", &side).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(
            (&said["result"], &said["why"]),
            (&json!("refused"), &json!(why))
        );
    }
    let (_, said) = stranger
        .post(&place, "/sides", &stranger.side(Side::Takes, [9; 32]))
        .await;
    assert_eq!(said["why"], "unknown_device");
    for wrong in ["", "00", &"ff".repeat(400)] {
        let said = json!({ "statement": wrong, "seal": null, "condition": "good" });
        let (status, said) = phone.post(&place, "/sides", &said).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(said["why"], "malformed");
    }
    let long = json!({ "statement": "0".repeat(9000), "seal": null, "condition": "good" });
    let (status, _) = phone.post(&place, "/sides", &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}
