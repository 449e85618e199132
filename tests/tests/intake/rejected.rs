//! What is held and then cannot be used: a signed reason, an alarm, and the bytes in quarantine.

use dossier::{
    Dossier, Hash, PersonId, SealedDossier, Signed, Timestamp,
    receipt::{Outcome, Reason},
    staff::Role,
};
use e2e::counter::{
    Intake, Station, authority,
    paper::noise,
    station::{self, SoftKey},
};
use personalisation_store::{
    fleet::RevocationReason,
    intake::DossierState,
    review::QueueFilter,
    staff::{Grant, RoleId},
};

use crate::intake::{carried, end_of, end_of_bytes, outcome_of, rejected};

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
    let second_person = PersonId::from_bytes([5; 16]);
    let office = Some(&counter.office);
    let employed = centre.employ(second_person, Role::Supervisor, office);
    employed.await.unwrap();
    let grant = Grant {
        id: RoleId([1; 16]),
        role: Role::Supervisor,
        office: Some(counter.office.clone()),
        from: station::at(authority::now()) - time::Duration::days(1),
        until: None,
        by: None,
    };
    let granted = centre.store.grant_role(paper.clerk, &grant, &[]);
    granted.await.unwrap();
    let own = paper.second_person(&counter, paper.clerk).unwrap();
    let alone = |one: &mut Dossier| {
        one.application = paper.application;
        one.clerk.person = paper.clerk;
        one.second_person = Some(own);
    };
    let reason = rejected(Reason::SecondPerson);
    assert_eq!(wrong(&centre, &counter, alone).await, reason);
    let other = paper.second_person(&counter, second_person).unwrap();
    let moved = |one: &mut Dossier| one.second_person = Some(other);
    assert_eq!(wrong(&centre, &counter, moved).await, reason);
    assert_eq!(wrong(&centre, &counter, |_| ()).await, Outcome::Accepted);
}

#[tokio::test]
async fn only_who_works_at_the_counter_makes_a_dossier_or_stands_by() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let elsewhere = centre.station("CTIE").await.unwrap();
    let office = Some(&counter.office);
    let clerk = |person| move |one: &mut Dossier| one.clerk.person = person;
    let reason = rejected(Reason::Clerk);
    let nobody = PersonId::from_bytes([3; 16]);
    assert_eq!(wrong(&centre, &counter, clerk(nobody)).await, reason);
    let lent = wrong(&centre, &counter, clerk(elsewhere.clerk)).await;
    assert_eq!(lent, reason);
    let reviewer = PersonId::from_bytes([4; 16]);
    centre.employ(reviewer, Role::Reviewer, None).await.unwrap();
    assert_eq!(wrong(&centre, &counter, clerk(reviewer)).await, reason);
    // Who left may have made what was made before, and nothing after.
    let gone = PersonId::from_bytes([5; 16]);
    centre.employ(gone, Role::Clerk, office).await.unwrap();
    let hour = time::Duration::hours(1);
    let then = station::at(authority::now()) - hour;
    let leaving = centre.store.set_person_active(gone, false, &[], then);
    leaving.await.unwrap();
    assert_eq!(wrong(&centre, &counter, clerk(gone)).await, reason);
    let before = |one: &mut Dossier| {
        one.clerk.person = gone;
        one.made_at = Timestamp::from_seconds(authority::now() - 7200).unwrap();
    };
    assert_eq!(wrong(&centre, &counter, before).await, Outcome::Accepted);
    // The second person: another clerk or a supervisor of that office, and nobody else.
    let supervisor = PersonId::from_bytes([6; 16]);
    let employed = centre.employ(supervisor, Role::Supervisor, office);
    employed.await.unwrap();
    let colleague = PersonId::from_bytes([7; 16]);
    centre.employ(colleague, Role::Clerk, office).await.unwrap();
    let away = PersonId::from_bytes([8; 16]);
    let employed = centre.employ(away, Role::Supervisor, Some(&elsewhere.office));
    employed.await.unwrap();
    for (person, outcome) in [
        (nobody, rejected(Reason::SecondPerson)),
        (reviewer, rejected(Reason::SecondPerson)),
        (colleague, Outcome::Accepted),
        (away, rejected(Reason::SecondPerson)),
        (supervisor, Outcome::Accepted),
    ] {
        let paper = centre.paper(&counter);
        let record = paper.second_person(&counter, person).unwrap();
        let with = |one: &mut Dossier| {
            one.application = paper.application;
            one.second_person = Some(record);
        };
        assert_eq!(wrong(&centre, &counter, with).await, outcome);
    }
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

#[tokio::test]
async fn no_station_fills_the_quarantine_and_a_supervisor_empties_it() {
    let place = tempfile::tempdir().unwrap();
    let further = "quarantine_bytes = 50000\n";
    let centre = Intake::start(place.path(), further).await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let other = centre.station("CTIE").await.unwrap();
    let mut garbage = Vec::new();
    for _ in 0..2 {
        let bytes = noise(b"", 40_000);
        let end = end_of_bytes(&centre, &counter, &bytes).await;
        assert_eq!(end, rejected(Reason::NotSealed));
        garbage.push(Hash::of(&bytes));
    }
    let third = noise(b"", 40_000);
    let mut client = counter.connect(centre.address()).await.unwrap();
    let full = station::begin(&mut client, &third).await.unwrap_err();
    assert_eq!(full.code(), tonic::Code::ResourceExhausted, "{full}");
    // A stick is no way around it.
    let carried = carried::sealed(&centre, &counter, "Carried");
    let stick = place.path().join("stick");
    carried::export(&stick, &[&carried]);
    let not_taken = carried::import(&centre, &stick);
    let line = carried::said(&not_taken, &carried.hash());
    assert!(line.contains("too many dossiers"), "{line}");
    assert!(
        centre
            .store
            .dossier(carried.hash())
            .await
            .unwrap()
            .is_none()
    );
    // Another station goes on.
    assert_eq!(wrong(&centre, &other, |_| ()).await, Outcome::Accepted);
    let supervisor = PersonId::from_bytes([9; 16]);
    let employed = centre.employ(supervisor, Role::Supervisor, None);
    employed.await.unwrap();
    let config = centre.folder().join("intake.toml");
    let config = config.to_string_lossy().into_owned();
    let by = format!("person-{supervisor}");
    for hash in &garbage {
        let file = centre.folder().join("dossiers/quarantine");
        let file = file.join(hash.to_string());
        let hash = hash.to_string();
        let done = [
            "quarantine",
            "done",
            &hash,
            "--by",
            &by,
            "--config",
            &config,
        ];
        e2e::programs::run("personalisation", &done, &[]).unwrap();
        for _ in 0..200 {
            if !file.exists() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(!file.exists(), "its bytes are erased");
    }
    assert!(centre.store.alarms().await.unwrap().is_empty());
    let end = end_of_bytes(&centre, &counter, &third).await;
    assert_eq!(end, rejected(Reason::NotSealed));
}
