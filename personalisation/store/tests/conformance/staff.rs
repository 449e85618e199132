//! Staff: one-time codes, sessions that change at once, links, and what lies on the disk.

use dossier::{PersonId, Text, staff::Role};
use personalisation_store::staff::{Grant, Link, Person, RoleId, SessionContent};
use time::Duration;

use crate::{Bench, NOW};

async fn somebody(bench: &mut Bench, login: &str) -> (PersonId, Link) {
    let person = Person {
        id: PersonId::generate(&mut bench.rng),
        login: login.to_owned(),
        name: Text::new("Žofia Unmistakable").unwrap(),
        active: true,
    };
    let grant = Grant {
        id: RoleId::generate(&mut bench.rng),
        role: Role::Reviewer,
        office: None,
        from: NOW,
        until: None,
        by: None,
    };
    let link = Link::generate(&mut bench.rng, NOW + Duration::days(1));
    bench
        .store
        .add_person(&mut bench.rng, &person, &[grant], &link, &[], NOW)
        .await
        .unwrap();
    (person.id, link)
}

#[tokio::test]
async fn a_code_is_spent_once_and_never_an_earlier_one() {
    let mut bench = Bench::new().await;
    let (person, _) = somebody(&mut bench, "weber").await;
    let store = &bench.store;
    assert!(store.spend_code(person, 7).await.unwrap());
    assert!(!store.spend_code(person, 7).await.unwrap());
    assert!(!store.spend_code(person, 6).await.unwrap());
    let (one, two) = tokio::join!(store.spend_code(person, 8), store.spend_code(person, 8));
    assert!(one.unwrap() ^ two.unwrap(), "one of the two");
}

#[tokio::test]
async fn two_changes_of_a_session_at_once_both_count() {
    let mut bench = Bench::new().await;
    let content = |plain| SessionContent {
        person: None,
        plain,
        made: NOW,
        seen: NOW,
    };
    let (key, other) = ([1; 32], [2; 32]);
    let (store, rng) = (&bench.store, &mut bench.rng);
    store.add_session(rng, &key, content(b"a")).await.unwrap();
    let read = store.session(&key).await.unwrap().unwrap();
    let first = store.change_session(rng, &key, &key, read.change, content(b"b"));
    assert!(first.await.unwrap());
    let late = store.change_session(rng, &key, &key, read.change, content(b"c"));
    assert!(!late.await.unwrap(), "it read what was there before");
    let read = store.session(&key).await.unwrap().unwrap();
    assert_eq!(*read.plain, b"b");
    let moved = store.change_session(rng, &key, &other, read.change, content(b"d"));
    assert!(moved.await.unwrap());
    assert!(
        store.session(&key).await.unwrap().is_none(),
        "the old cookie"
    );
    assert_eq!(*store.session(&other).await.unwrap().unwrap().plain, b"d");
    let gone = store.forget_sessions(NOW + Duration::seconds(1)).await;
    assert_eq!(gone.unwrap(), 1);
}

#[tokio::test]
async fn a_link_holds_until_its_end_and_for_one_enrolment() {
    let mut bench = Bench::new().await;
    let (person, link) = somebody(&mut bench, "weber").await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    let late = NOW + Duration::days(1);
    assert!(
        store
            .enrolment(&link.secret(), late)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.enrolment("0000", NOW).await.unwrap().is_none());
    let found = store.enrolment(&link.secret(), NOW).await.unwrap().unwrap();
    assert_eq!(found.person, person);
    let secret = link.secret();
    let used = store.enrol(rng, &secret, &found, "phc", &[], NOW).await;
    assert!(used.unwrap());
    let again = store.enrol(rng, &secret, &found, "other", &[], NOW).await;
    assert!(!again.unwrap());
    let kept = store.credentials(person).await.unwrap();
    assert_eq!(kept.password.unwrap().as_str(), "phc");
    assert_eq!(kept.totp.unwrap(), found.totp);

    let link = Link::generate(rng, late);
    store.reset_person(rng, person, &link, &[]).await.unwrap();
    let kept = store.credentials(person).await.unwrap();
    assert!(kept.password.is_none() && kept.totp.is_none());
}

#[tokio::test]
async fn nothing_of_a_person_is_readable_on_the_disk() {
    let mut bench = Bench::new().await;
    let (person, link) = somebody(&mut bench, "weber").await;
    let secret = link.secret();
    let (store, rng) = (&bench.store, &mut bench.rng);
    let found = store.enrolment(&secret, NOW).await.unwrap().unwrap();
    store
        .enrol(rng, &secret, &found, "$argon2id$unmistakable", &[], NOW)
        .await
        .unwrap();
    let content = SessionContent {
        person: Some(person),
        plain: b"unmistakable session",
        made: NOW,
        seen: NOW,
    };
    store.add_session(rng, &[9; 32], content).await.unwrap();
    bench.store.clone().close().await;
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for trace in [
            "Unmistakable".as_bytes(),
            b"unmistakable",
            secret.as_bytes(),
            &found.totp,
        ] {
            let there = bytes.windows(trace.len()).any(|window| window == trace);
            assert!(!there, "{}", String::from_utf8_lossy(trace));
        }
    }
}
