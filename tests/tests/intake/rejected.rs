//! What is held and then cannot be used: a signed reason, an alarm, and the bytes in quarantine.

use dossier::{
    Dossier, PersonId, SealedDossier, Signed, Timestamp,
    receipt::{Outcome, Reason},
    staff::Role,
};
use e2e::counter::{
    Intake, Station, authority,
    paper::noise,
    station::{self, SoftKey},
};
use openssl::pkey::PKey;
use personalisation_store::{
    fleet::RevocationReason,
    intake::DossierState,
    review::QueueFilter,
    staff::{Grant, Link, Person, RoleId},
};

use crate::{end_of, end_of_bytes, outcome_of, rejected};

/// Sends a dossier that `change` makes wrong.
async fn wrong(centre: &Intake, from: &Station, change: impl FnOnce(&mut Dossier)) -> Outcome {
    let mut paper = centre.paper(from);
    paper.number = None;
    let mut dossier = paper.dossier().unwrap();
    change(&mut dossier);
    let sealed = from.seal(&dossier, &centre.intake_key().unwrap()).unwrap();
    end_of(centre, from, &sealed).await
}

#[tokio::test]
async fn what_is_wrong_with_the_bytes_has_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let key = centre.intake_key().unwrap();
    let garbage = noise(b"", 40_000);
    assert_eq!(
        end_of_bytes(&centre, &counter, &garbage).await,
        rejected(Reason::NotSealed)
    );
    let good = counter
        .seal(&centre.paper(&counter).dossier().unwrap(), &key)
        .unwrap();
    let mut newer = good.as_bytes().to_vec();
    newer[7] = 2;
    assert_eq!(
        end_of_bytes(&centre, &counter, &newer).await,
        rejected(Reason::Version)
    );
    let mut flipped = good.as_bytes().to_vec();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let flipped = SealedDossier::decode(flipped).unwrap();
    assert_eq!(
        end_of(&centre, &counter, &flipped).await,
        rejected(Reason::Seal)
    );
    // Sealed to a key that was retired, or never was.
    let retired = authority::p256().unwrap().public_key_to_der().unwrap();
    let dossier = centre.paper(&counter).dossier().unwrap();
    let sealed = counter.seal(&dossier, &retired).unwrap();
    assert_eq!(
        end_of(&centre, &counter, &sealed).await,
        rejected(Reason::IntakeKey)
    );
    // Signed by a key that is not the station's.
    let other = SoftKey::new(authority::p256().unwrap()).unwrap();
    let signed = Signed::sign(&dossier, &other).unwrap();
    let sealed = SealedDossier::seal(&signed, &key, &mut station::seeded(1)).unwrap();
    assert_eq!(
        end_of(&centre, &counter, &sealed).await,
        rejected(Reason::Signature)
    );
    // Every one has its alarm, its bytes lie in quarantine, none became an application.
    let alarms = centre.store.alarms().await.unwrap();
    assert_eq!(alarms.len(), 5);
    for alarm in &alarms {
        let file = centre
            .folder()
            .join("dossiers/quarantine")
            .join(alarm.hash.to_string());
        for _ in 0..100 {
            if file.exists() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(file.exists(), "{:?}", alarm.reason);
    }
    assert!(
        centre
            .store
            .applications(&QueueFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
    assert!(PKey::public_key_from_der(&key).is_ok());
}

#[tokio::test]
async fn what_is_wrong_with_its_making_has_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let second = |seconds: i64| Timestamp::from_seconds(authority::now() + seconds).unwrap();
    let clock = rejected(Reason::Clock);
    let off = |ms| move |dossier: &mut Dossier| dossier.clock.as_mut().unwrap().milliseconds = ms;
    assert_eq!(wrong(&centre, &counter, off(400_000)).await, clock);
    assert_eq!(wrong(&centre, &counter, off(-400_000)).await, clock);
    assert_eq!(
        wrong(&centre, &counter, |one| one.made_at = second(600)).await,
        clock
    );
    // Before the station had its key.
    assert_eq!(
        wrong(&centre, &counter, |one| one.made_at = second(-90_000)).await,
        clock
    );
    let configuration = rejected(Reason::Configuration);
    assert_eq!(
        wrong(&centre, &counter, |one| one.configuration = 9).await,
        configuration
    );
    centre
        .issue(2, |two| two.issue.until = second(-3600))
        .await
        .unwrap();
    assert_eq!(
        wrong(&centre, &counter, |one| one.configuration = 2).await,
        configuration
    );
    let elsewhere = |one: &mut Dossier| one.office = "CTIE".parse().unwrap();
    assert_eq!(
        wrong(&centre, &counter, elsewhere).await,
        rejected(Reason::Clerk)
    );
    // A second person who is the clerk, or who approved something else.
    let paper = centre.paper(&counter);
    let own = paper.second_person(&counter, paper.clerk).unwrap();
    let alone = |one: &mut Dossier| {
        one.application = paper.application;
        one.clerk.person = paper.clerk;
        one.second_person = Some(own);
    };
    let reason = rejected(Reason::SecondPerson);
    assert_eq!(wrong(&centre, &counter, alone).await, reason);
    let other = paper
        .second_person(&counter, PersonId::from_bytes([5; 16]))
        .unwrap();
    let moved = |one: &mut Dossier| one.second_person = Some(other);
    assert_eq!(wrong(&centre, &counter, moved).await, reason);
    assert_eq!(wrong(&centre, &counter, |_| ()).await, Outcome::Accepted);
}

#[tokio::test]
async fn a_clerk_must_be_on_the_list_where_there_is_one() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let mut rng = station::seeded(3);
    let clerk = PersonId::from_bytes([3; 16]);
    let now = station::at(authority::now());
    let person = Person {
        id: clerk,
        login: "c.reuter".into(),
        name: dossier::Text::new("Claire Reuter").unwrap(),
        active: true,
    };
    let grant = Grant {
        id: RoleId::generate(&mut rng),
        role: Role::Clerk,
        office: Some(counter.office.clone()),
        from: now - time::Duration::days(1),
        until: None,
        by: None,
    };
    let link = Link::generate(&mut rng, now + time::Duration::days(1));
    centre
        .store
        .add_person(&mut rng, &person, &[grant], &link, &[], now)
        .await
        .unwrap();
    let known = |one: &mut Dossier| one.clerk.person = clerk;
    assert_eq!(wrong(&centre, &counter, known).await, Outcome::Accepted);
    // Credentials make a member of the list; without, she is none and the office has no list yet.
    let elsewhere = centre.station("CTIE").await.unwrap();
    let lent = wrong(&centre, &elsewhere, |one| one.clerk.person = clerk).await;
    assert_eq!(lent, rejected(Reason::Clerk));
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story of one station")]
async fn a_station_revoked_meanwhile_is_rejected_and_a_supervisor_may_take_it_back() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let key = centre.intake_key().unwrap();
    // Sealed to a key that the configuration forgot: rejected, then mended, and opened from quarantine.
    let label = |text: String| text.replace("opening = [\"intake-1\"]", "opening = [\"intake-2\"]");
    centre.kill();
    centre.reconfigure(label).unwrap();
    let path = centre
        .folder()
        .join("intake.toml")
        .to_string_lossy()
        .into_owned();
    e2e::programs::run("personalisation", &["keys", "--config", &path], &[]).unwrap();
    centre.serve().unwrap();
    let sealed = counter
        .seal(&centre.paper(&counter).dossier().unwrap(), &key)
        .unwrap();
    assert_eq!(
        end_of(&centre, &counter, &sealed).await,
        rejected(Reason::IntakeKey)
    );
    centre.kill();
    let both = |text: String| text.replace("[\"intake-2\"]", "[\"intake-2\", \"intake-1\"]");
    centre.reconfigure(both).unwrap();
    centre.serve().unwrap();
    let now = station::at(authority::now());
    let supervisor = PersonId::from_bytes([8; 16]);
    centre
        .store
        .settle_rejected(sealed.hash(), supervisor, true, &[], now)
        .await
        .unwrap();
    for _ in 0..200 {
        if outcome_of(&centre, &counter, &sealed).await == Outcome::Accepted {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        outcome_of(&centre, &counter, &sealed).await,
        Outcome::Accepted
    );
    // One whose clock says that it was made after the revocation that it did not live to see.
    centre.kill();
    centre
        .reconfigure(|text| text.replace("[\"intake-2\", \"intake-1\"]", "[\"intake-2\"]"))
        .unwrap();
    centre.serve().unwrap();
    let mut paper = centre.paper(&counter);
    paper.number = None;
    let mut dossier = paper.dossier().unwrap();
    dossier.made_at = Timestamp::from_seconds(authority::now() + 250).unwrap();
    let late = counter.seal(&dossier, &key).unwrap();
    assert_eq!(
        end_of(&centre, &counter, &late).await,
        rejected(Reason::IntakeKey)
    );
    let now = station::at(authority::now());
    let lost = RevocationReason::KeyCompromise;
    centre
        .store
        .revoke_station(counter.id, lost, &[], now)
        .await
        .unwrap();
    centre.kill();
    centre.reconfigure(both).unwrap();
    centre.serve().unwrap();
    centre
        .store
        .settle_rejected(late.hash(), supervisor, true, &[], now)
        .await
        .unwrap();
    let mut state = None;
    for _ in 0..200 {
        state = centre
            .store
            .dossier(late.hash())
            .await
            .unwrap()
            .map(|row| row.state);
        if state == Some(DossierState::Rejected(Reason::StationRevoked)) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(state, Some(DossierState::Rejected(Reason::StationRevoked)));
}

#[tokio::test]
async fn the_same_application_in_another_dossier_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let key = centre.intake_key().unwrap();
    let paper = centre.paper(&counter);
    let first = counter.seal(&paper.dossier().unwrap(), &key).unwrap();
    assert_eq!(end_of(&centre, &counter, &first).await, Outcome::Accepted);
    let mut changed = paper.dossier().unwrap();
    changed.express = true;
    let second = counter.seal(&changed, &key).unwrap();
    assert_eq!(
        end_of(&centre, &counter, &second).await,
        rejected(Reason::OtherDossier)
    );
    let row = centre
        .store
        .application(paper.application)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.application.state().sealed().hash, first.hash());
    assert!(!row.express);
}
