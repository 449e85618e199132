//! Staff: one-time codes, sessions that change at once, links, and what lies on the disk.

use dossier::{PersonId, Text, staff::Role};
use personalisation_store::staff::{
    Grant, KeptPasskey, Link, Person, Realm, RoleId, SessionChange, SessionContent,
};
use time::Duration;

use crate::{Bench, Engine, NOW, on_each_engine};

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

async fn a_code_is_spent_once_and_never_an_earlier_one(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (person, _) = somebody(&mut bench, "weber").await;
    let store = &bench.store;
    assert!(store.spend_code(person, 7).await.unwrap());
    assert!(!store.spend_code(person, 7).await.unwrap());
    assert!(!store.spend_code(person, 6).await.unwrap());
    let (one, two) = tokio::join!(store.spend_code(person, 8), store.spend_code(person, 8));
    assert!(one.unwrap() ^ two.unwrap(), "one of the two");
}

async fn two_changes_of_a_session_at_once_both_count(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let content = |plain| SessionContent {
        person: None,
        plain,
        made: NOW,
        seen: NOW,
    };
    let (key, other) = ([1; 32], [2; 32]);
    let (store, rng) = (&bench.store, &mut bench.rng);
    store
        .add_session(Realm::Console, rng, &key, content(b"a"))
        .await
        .unwrap();
    let read = store.session(Realm::Console, &key).await.unwrap().unwrap();
    let first = store.change_session(Realm::Console, rng, &key, &key, read.change, content(b"b"));
    assert_eq!(first.await.unwrap(), SessionChange::Done);
    let late = store.change_session(Realm::Console, rng, &key, &key, read.change, content(b"c"));
    // It read what was there before.
    assert_eq!(late.await.unwrap(), SessionChange::Disturbed);
    let read = store.session(Realm::Console, &key).await.unwrap().unwrap();
    assert_eq!(*read.plain, b"b");
    let moved = store.change_session(
        Realm::Console,
        rng,
        &key,
        &other,
        read.change,
        content(b"d"),
    );
    assert_eq!(moved.await.unwrap(), SessionChange::Done);
    assert!(
        store.session(Realm::Console, &key).await.unwrap().is_none(),
        "the old cookie"
    );
    assert_eq!(
        *store
            .session(Realm::Console, &other)
            .await
            .unwrap()
            .unwrap()
            .plain,
        b"d"
    );
    let gone = store
        .forget_sessions(Realm::Console, NOW + Duration::seconds(1))
        .await;
    assert_eq!(gone.unwrap(), 1);
}

async fn a_link_holds_until_its_end_and_for_one_enrolment(engine: Engine) {
    let mut bench = Bench::new(engine).await;
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
    let mut bench = Bench::new(Engine::Sqlite).await;
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
    store
        .add_session(Realm::Console, rng, &[9; 32], content)
        .await
        .unwrap();
    bench.store.clone().close().await;
    for entry in std::fs::read_dir(bench.home.folder()).unwrap() {
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

/// Somebody who enrolled, and their passkey.
async fn enrolled(bench: &mut Bench, login: &str) -> (PersonId, KeptPasskey) {
    let (person, link) = somebody(bench, login).await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    let secret = link.secret();
    let found = store.enrolment(&secret, NOW).await.unwrap().unwrap();
    let used = store.enrol(rng, &secret, &found, "phc", &[], NOW).await;
    assert!(used.unwrap());
    let passkey = KeptPasskey {
        credential: login.as_bytes().to_vec(),
        relying_party: "localhost".to_owned(),
        record: "{}".to_owned(),
    };
    let added = store.add_passkey(rng, person, &passkey, NOW).await;
    assert!(added.unwrap());
    (person, passkey)
}

async fn a_passkey_that_was_taken_away_does_not_come_back(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (person, mut passkey) = enrolled(&mut bench, "weber").await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    "{\"counter\":2}".clone_into(&mut passkey.record);
    let updated = store.update_passkey(rng, person, &passkey).await;
    assert!(updated.unwrap());
    assert_eq!(store.credentials(person).await.unwrap().passkeys.len(), 1);
    // Reset between a sign-in's look at the credentials and its note of the counter.
    let link = Link::generate(rng, NOW + Duration::days(1));
    store.reset_person(rng, person, &link, &[]).await.unwrap();
    let updated = store.update_passkey(rng, person, &passkey).await;
    assert!(!updated.unwrap());
    let added = store.add_passkey(rng, person, &passkey, NOW).await;
    assert!(!added.unwrap(), "nor as a new one");
    let kept = store.credentials(person).await.unwrap();
    assert!(kept.passkeys.is_empty());
    assert!(
        store
            .enrolment(&link.secret(), NOW)
            .await
            .unwrap()
            .is_some()
    );
}

async fn who_left_or_was_reset_during_the_sign_in_gets_no_session(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (left, _) = enrolled(&mut bench, "left").await;
    let (reset, _) = enrolled(&mut bench, "reset").await;
    let (here, _) = enrolled(&mut bench, "here").await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    let content = |person| SessionContent {
        person,
        plain: b"a",
        made: NOW,
        seen: NOW,
    };
    store
        .set_person_active(left, false, &[], NOW)
        .await
        .unwrap();
    let link = Link::generate(rng, NOW + Duration::days(1));
    store.reset_person(rng, reset, &link, &[]).await.unwrap();
    for (person, what) in [
        (left, SessionChange::Barred),
        (reset, SessionChange::Barred),
        (here, SessionChange::Done),
    ] {
        let (key, new) = ([3; 32], [4; 32]);
        store
            .add_session(Realm::Console, rng, &key, content(None))
            .await
            .unwrap();
        let changed =
            store.change_session(Realm::Console, rng, &key, &new, 1, content(Some(person)));
        assert_eq!(changed.await.unwrap(), what);
        store.remove_session(Realm::Console, &key).await.unwrap();
    }
}

async fn roles_count_while_their_person_works_here(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (person, _) = somebody(&mut bench, "weber").await;
    let (store, rng) = (&bench.store, &mut bench.rng);
    let office = "L-0304".parse().unwrap();
    let clerk = Grant {
        id: RoleId::generate(rng),
        role: Role::Clerk,
        office: Some(office),
        from: NOW,
        until: None,
        by: None,
    };
    store.grant_role(person, &clerk, &[]).await.unwrap();
    let office = clerk.office.as_ref().unwrap();
    let at_centre = store.roles_at_centre(person, NOW).await.unwrap();
    assert_eq!(at_centre, [Role::Reviewer], "not those at offices");
    let later = NOW + Duration::hours(2);
    store
        .set_person_active(person, false, &[], NOW + Duration::hours(1))
        .await
        .unwrap();
    assert!(
        store
            .roles_at_centre(person, later)
            .await
            .unwrap()
            .is_empty()
    );
    // What they did before they left counts, what somebody says that they did after does not.
    let served = async |role, at| store.served(person, role, office, at).await.unwrap();
    assert!(served(Role::Clerk, NOW).await);
    assert!(!served(Role::Clerk, later).await);
    assert!(!served(Role::Supervisor, NOW).await);
    assert!(!served(Role::Clerk, NOW - Duration::hours(1)).await);
}

on_each_engine! {
    a_code_is_spent_once_and_never_an_earlier_one,
    two_changes_of_a_session_at_once_both_count,
    a_link_holds_until_its_end_and_for_one_enrolment,
    a_passkey_that_was_taken_away_does_not_come_back,
    who_left_or_was_reset_during_the_sign_in_gets_no_session,
    roles_count_while_their_person_works_here,
}
