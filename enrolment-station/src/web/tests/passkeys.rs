//! Passkeys come and go: those of the list with the list, those added here with their person.

use dossier::staff::Passkey as Listed;
use dossier::{Blob, Text};
use pages::PersonId;
use pages::sign_in::{Passkey, Staff as _};

use super::bench::{House, MARIE, staff_list};

/// Credential ids, 18 bytes.
const GREY: &str = "AAAAAAAAAAAAAAAAAAAAAAAA";
const BLUE: &str = "BBBBBBBBBBBBBBBBBBBBBBBB";

/// A passkey of that credential id, used so often.
fn passkey(credential: &str, counter: u32) -> Passkey {
    let key = "wn5_bfwXgxX8Bt9jLP6MG-YRXgWFHGgpkEWrlaEayPM";
    let text = serde_json::json!({ "cred": {
        "cred_id": credential,
        "cred": { "type_": "ES256", "key": { "EC_EC2": { "curve": "SECP256R1", "x": key, "y": key } } },
        "counter": counter,
        "transports": null,
        "user_verified": true,
        "backup_eligible": false,
        "backup_state": false,
        "registration_policy": "required",
        "extensions": {},
        "attestation": { "data": "None", "metadata": "None" },
        "attestation_format": "Packed",
    } });
    Passkey::from_json(&text.to_string()).unwrap()
}

fn counter(passkey: &Passkey) -> u64 {
    let text = passkey.to_json().unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["cred"]["counter"].as_u64().unwrap()
}

/// The credentials with which Marie may sign in, with their counters.
async fn credentials(house: &House) -> Vec<(Vec<u8>, u64)> {
    let account = house
        .place
        .members
        .by_person(PersonId::new([MARIE; 16]))
        .await
        .unwrap();
    let keys = account.unwrap().passkeys;
    keys.iter()
        .map(|one| (one.credential().to_vec(), counter(one)))
        .collect()
}

#[tokio::test]
async fn a_passkey_that_the_centre_withdraws_opens_nothing_although_it_was_used_here() {
    let house = House::open().await;
    let marie = PersonId::new([MARIE; 16]);
    let (issued, added) = (passkey(GREY, 0), passkey(BLUE, 0));
    let mut list = staff_list(house.now(), 2);
    list.people[0].passkeys = vec![Listed {
        credential: Blob::new(issued.credential().to_vec()).unwrap(),
        key: Blob::new(issued.to_json().unwrap().into_bytes()).unwrap(),
        name: Text::new("grey key").unwrap(),
    }];
    house.take_staff(&list).await;
    let members = &house.place.members;
    members.add_passkey(marie, added.clone()).await.unwrap();
    // Both are used: their counters are kept.
    for used in [passkey(GREY, 7), passkey(BLUE, 8)] {
        members.update_passkey(marie, used).await.unwrap();
    }
    let both = [
        (issued.credential().to_vec(), 7),
        (added.credential().to_vec(), 8),
    ];
    assert_eq!(credentials(&house).await, both);
    list.issue.number = 3;
    list.people[0].passkeys.clear();
    house.take_staff(&list).await;
    assert_eq!(credentials(&house).await, both[1..], "withdrawn");
    let shown = house.get(MARIE, "/passkeys").await.body;
    let credential = hex::encode(added.credential());
    assert!(shown.contains(&credential), "{shown}");
    let removed = house
        .post(MARIE, "/passkeys/remove", &[("credential", &credential)])
        .await;
    assert_eq!(removed.location, "/passkeys?removed=1");
    assert_eq!(credentials(&house).await, []);
}
