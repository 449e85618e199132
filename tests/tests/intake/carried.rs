//! Outboxes that are carried to the centre: `enrolment-station outbox export` writes a folder, `personalisation intake
//! import` takes it in, beside the running intake or without it, whatever else lies in the folder.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use dossier::{
    SealedDossier, StationId,
    receipt::{Outcome, Reason},
};
use e2e::{
    counter::{Intake, Station, authority, station},
    programs::{self, Ended},
};
use personalisation_core::application::{Detail, Referral};
use personalisation_store::{
    fleet::{RevocationReason, StationState},
    intake::DossierState,
    review::QueueFilter,
};

use crate::intake::{end_of, outcome_of};

/// What a station's export looks like: files named by their hashes, and the list.
pub fn export(folder: &Path, dossiers: &[&SealedDossier]) {
    fs::create_dir_all(folder).unwrap();
    let mut lines = Vec::new();
    for sealed in dossiers {
        let name = format!("{}.dossier", sealed.hash());
        fs::write(folder.join(name), sealed.as_bytes()).unwrap();
        lines.push(serde_json::json!({
            "hash": sealed.hash().to_string(),
            "application": sealed.header().application.to_string(),
            "station": sealed.header().station.to_string(),
            "intake_key": sealed.header().intake_key.to_string(),
            "length": sealed.as_bytes().len(),
            "state": "waiting",
            "whole": true,
        }));
    }
    fs::write(
        folder.join("outbox.json"),
        serde_json::to_vec_pretty(&lines).unwrap(),
    )
    .unwrap();
}

/// Runs `personalisation intake import`.
pub fn import(centre: &Intake, folder: &Path) -> Ended {
    import_at(&centre.folder().join("intake.toml"), folder)
}

fn import_at(config: &Path, folder: &Path) -> Ended {
    let arguments = [
        "intake",
        "import",
        folder.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
    ];
    let program = programs::built("personalisation").unwrap();
    programs::end_of(&program, &arguments, &[]).unwrap()
}

/// A dossier about a person of this surname.
pub fn sealed(centre: &Intake, from: &Station, surname: &str) -> SealedDossier {
    let mut paper = centre.paper(from);
    paper.number = None;
    surname.clone_into(&mut paper.person.0);
    from.seal(&paper.dossier().unwrap(), &centre.intake_key().unwrap())
        .unwrap()
}

pub fn said(ended: &Ended, name: &impl ToString) -> String {
    let name = name.to_string();
    let line = ended.output.lines().find(|line| line.starts_with(&name));
    line.unwrap_or_else(|| panic!("{name}: {}", ended.output))
        .to_owned()
}

#[tokio::test]
async fn what_was_carried_and_what_was_sent_is_one_dossier_each() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let [sent, carried, both] =
        ["Sent", "Carried", "Both"].map(|name| sealed(&centre, &counter, name));
    assert_eq!(end_of(&centre, &counter, &sent).await, Outcome::Accepted);
    let folder = place.path().join("carried");
    export(&folder, &[&sent, &carried, &both]);
    // Beside the running intake, while one of them also comes over the line.
    let over_the_line = async {
        let mut client = counter.connect(centre.address()).await.unwrap();
        station::send(&mut client, both.as_bytes()).await.unwrap();
    };
    let (config, carried_folder) = (centre.folder().join("intake.toml"), folder.clone());
    let by_hand = tokio::task::spawn_blocking(move || import_at(&config, &carried_folder));
    let (ended, ()) = tokio::join!(by_hand, over_the_line);
    let ended = ended.unwrap();
    assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
    for one in [&sent, &carried, &both] {
        assert_eq!(
            said(&ended, &one.hash()),
            format!("{} accepted", one.hash())
        );
        // The station is told so when it asks.
        assert_eq!(outcome_of(&centre, &counter, one).await, Outcome::Accepted);
    }
    // Without the running intake, and again: nothing changes.
    centre.kill();
    let again = sealed(&centre, &counter, "Later");
    export(&folder, &[&sent, &carried, &both, &again]);
    for _ in 0..2 {
        let ended = import(&centre, &folder);
        assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
        assert_eq!(
            said(&ended, &again.hash()),
            format!("{} accepted", again.hash())
        );
    }
    let filter = QueueFilter::default();
    assert_eq!(centre.store.applications(&filter).await.unwrap().len(), 4);
    let left = fs::read_dir(centre.folder().join("dossiers/held")).unwrap();
    assert_eq!(left.count(), 0, "no file stays behind");
    let mut audit = Vec::new();
    centre.store.export_audit(&mut audit).await.unwrap();
    let audit = String::from_utf8(audit).unwrap();
    let carried_over = format!("dossier {}", carried.hash());
    let by_hand = audit
        .lines()
        .filter(|line| line.contains("held, carried") && line.contains(&carried_over));
    assert_eq!(by_hand.count(), 1);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "each kind of bad file once")]
async fn bad_files_are_named_and_the_others_are_taken() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let other = centre.station("CTIE").await.unwrap();
    let good = sealed(&centre, &counter, "Good");
    let swapped = sealed(&centre, &other, "Swapped");
    let changed = sealed(&centre, &counter, "Changed");
    let lost = sealed(&centre, &counter, "Lost");
    let folder = place.path().join("carried");
    export(&folder, &[&good, &swapped, &changed, &lost]);
    let path = |name: String| folder.join(name);
    let named = |sealed: &SealedDossier| path(format!("{}.dossier", sealed.hash()));
    // The list says that all of it is the first station's.
    let written = fs::read_to_string(path("outbox.json".into())).unwrap();
    let claimed = written.replace(&other.id.to_string(), &counter.id.to_string());
    fs::write(path("outbox.json".into()), claimed).unwrap();
    // Flipped on the way; left behind.
    let mut bytes = changed.as_bytes().to_vec();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    fs::write(named(&changed), bytes).unwrap();
    fs::remove_file(named(&lost)).unwrap();
    // Nothing of ours, under the right hash; nothing at all; a gigabyte (a hole); a link; a folder; other names.
    let by_hash = |bytes: &[u8]| path(format!("{}.dossier", dossier::Hash::of(bytes)));
    fs::write(by_hash(b"garbage"), b"garbage").unwrap();
    fs::write(by_hash(b""), b"").unwrap();
    let large = path(format!("{}.dossier", "a".repeat(64)));
    fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    symlink("/etc/passwd", path(format!("{}.dossier", "b".repeat(64)))).unwrap();
    fs::create_dir(path(format!("{}.dossier", "c".repeat(64)))).unwrap();
    fs::write(path("readme\u{1b}[31m.txt".into()), b"x").unwrap();
    fs::write(path(format!("{}.dossier", "A".repeat(64))), b"x").unwrap();
    // A station that is nobody's.
    let mut stranger = centre.station("L-0105").await.unwrap();
    stranger.id = StationId::from_bytes([0xEE; 16]);
    let foreign = sealed(&centre, &stranger, "Foreign");
    fs::write(named(&foreign), foreign.as_bytes()).unwrap();

    let ended = import(&centre, &folder);
    assert_eq!(ended.status, Some(1), "{}{}", ended.output, ended.errors);
    let told = |name: &str, what: &str| {
        let line = said(&ended, &name);
        assert!(line.contains("not taken") && line.contains(what), "{line}");
    };
    assert_eq!(
        said(&ended, &good.hash()),
        format!("{} accepted", good.hash())
    );
    told(&swapped.hash().to_string(), "another station");
    told(&changed.hash().to_string(), "do not have the hash");
    told(&lost.hash().to_string(), "not in the folder");
    told(
        &dossier::Hash::of(b"garbage").to_string(),
        "no sealed dossier",
    );
    told(&dossier::Hash::of(b"").to_string(), "1 to 16777216 bytes");
    told(&"a".repeat(64), "1 to 16777216 bytes");
    told(&"b".repeat(64), "not a plain file");
    told(&"c".repeat(64), "not a plain file");
    told(&foreign.hash().to_string(), "does not know");
    told("AAAA", "left alone");
    assert!(!ended.output.contains('\u{1b}'), "names are made printable");
    assert_eq!(ended.output.lines().count(), 12, "{}", ended.output);
    let filter = QueueFilter::default();
    assert_eq!(centre.store.applications(&filter).await.unwrap().len(), 1);

    // A list that is none: said, and the files are looked at for themselves.
    for list in ["{", "[{\"hash\": \"00\", \"station\": \"00\"}]"] {
        fs::write(path("outbox.json".into()), list).unwrap();
        let ended = import(&centre, &folder);
        assert!(said(&ended, &"outbox.json").contains("no list"));
        assert_eq!(
            said(&ended, &swapped.hash()),
            format!("{} accepted", swapped.hash())
        );
    }
    let nowhere = import(&centre, &place.path().join("nowhere"));
    assert!(
        nowhere.errors.contains("outbox export"),
        "{}",
        nowhere.errors
    );
}

#[tokio::test]
async fn a_broken_stations_dossiers_go_to_a_person_and_a_revoked_ones_to_quarantine() {
    let place = tempfile::tempdir().unwrap();
    let centre = Intake::start(place.path(), "").await.unwrap();
    let broken = centre.station("L-0304").await.unwrap();
    let revoked = centre.station("CTIE").await.unwrap();
    let now = station::at(authority::now());
    assert!(
        centre
            .store
            .quarantine_station(broken.id, (&[], &[]), now)
            .await
            .unwrap()
    );
    let reason = RevocationReason::KeyCompromise;
    centre
        .store
        .revoke_station(revoked.id, reason, &[], now)
        .await
        .unwrap();
    let state = centre
        .store
        .station(broken.id)
        .await
        .unwrap()
        .unwrap()
        .state;
    assert!(matches!(state, StationState::Quarantined { .. }));
    let (one, other) = (
        sealed(&centre, &broken, "Broken"),
        sealed(&centre, &revoked, "Revoked"),
    );
    let folder = place.path().join("carried");
    export(&folder, &[&one, &other]);
    let ended = import(&centre, &folder);
    assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
    assert_eq!(
        said(&ended, &one.hash()),
        format!("{} accepted", one.hash())
    );
    assert!(said(&ended, &other.hash()).contains("rejected: station_revoked"));
    let row = centre.store.dossier(other.hash()).await.unwrap().unwrap();
    assert_eq!(row.state, DossierState::Rejected(Reason::StationRevoked));
    assert_eq!(centre.store.alarms().await.unwrap().len(), 1);
    let application = one.header().application;
    for _ in 0..400 {
        let row = centre
            .store
            .application(application)
            .await
            .unwrap()
            .unwrap();
        let record = row.application.record();
        if record.state == "in_review" {
            let checks = centre.store.checks(row.content).await.unwrap();
            let by_rule = checks
                .iter()
                .any(|result| result.finding.detail.contains(&Detail::StationQuarantined));
            assert!(
                by_rule && record.referrals.contains(&Referral::ByRule),
                "{checks:?}"
            );
            // Its receipt waits for it.
            assert_eq!(outcome_of(&centre, &broken, &one).await, Outcome::Accepted);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody checked it");
}

#[tokio::test]
async fn an_import_that_is_killed_anywhere_is_finished_by_the_next_one() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let shorter =
        |text: String| text.replace("free_bytes = 0", "free_bytes = 0\nlease_seconds = 1");
    centre.reconfigure(shorter).unwrap();
    centre.kill();
    let names: Vec<String> = (b'A'..=b'L')
        .map(|one| format!("Person {}", char::from(one)))
        .collect();
    let all: Vec<SealedDossier> = names
        .iter()
        .map(|name| sealed(&centre, &counter, name))
        .collect();
    let folder: PathBuf = place.path().join("carried");
    export(&folder, &all.iter().collect::<Vec<_>>());
    let config = centre.folder().join("intake.toml");
    let log = place.path().join("import.log");
    let arguments = [
        "intake",
        "import",
        folder.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
    ];
    let mut ends = 0;
    for round in 0..14 {
        let running = programs::Service::start("personalisation", &arguments, &[], &log).unwrap();
        tokio::time::sleep(Duration::from_millis(120 + round * 23)).await;
        drop(running);
        ends +=
            usize::from(fs::read_to_string(&log).unwrap_or_default().lines().count() == all.len());
    }
    println!("{ends} of 14 came to their end before they were killed");
    let ended = import(&centre, &folder);
    assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
    for one in &all {
        assert_eq!(
            said(&ended, &one.hash()),
            format!("{} accepted", one.hash())
        );
    }
    let filter = QueueFilter::default();
    assert_eq!(
        centre.store.applications(&filter).await.unwrap().len(),
        all.len()
    );
    assert!(centre.store.alarms().await.unwrap().is_empty());
    centre.serve().unwrap();
    for one in &all {
        assert_eq!(outcome_of(&centre, &counter, one).await, Outcome::Accepted);
        let file = centre
            .folder()
            .join("dossiers/held")
            .join(one.hash().to_string());
        assert!(!file.exists());
    }
}

/// Waits until nothing but these files is in the folder of held dossiers.
async fn held_are(centre: &Intake, expected: &[PathBuf]) {
    let folder = centre.folder().join("dossiers/held");
    for _ in 0..600 {
        let mut left: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        left.sort();
        if left == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", fs::read_dir(&folder).unwrap().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_that_no_row_names_is_taken_in_once_or_forgotten() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), "").await.unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let [done, carried, left, later] =
        ["Done", "Carried", "Left", "Later"].map(|name| sealed(&centre, &counter, name));
    assert_eq!(end_of(&centre, &counter, &done).await, Outcome::Accepted);
    centre.kill();
    // The power went between the rename and the row: of one that is carried again, of one that is not, and beside one
    // that ended. A broken disk changed another; nobody can tell whose the last one is.
    let held = centre.folder().join("dossiers/held");
    let named = |bytes: &[u8]| held.join(dossier::Hash::of(bytes).to_string());
    for one in [&done, &carried, &left] {
        fs::write(named(one.as_bytes()), one.as_bytes()).unwrap();
    }
    fs::write(named(b"changed"), b"other bytes").unwrap();
    let nobodys = named(b"garbage");
    fs::write(&nobodys, b"garbage").unwrap();
    let stray = held.join("README");
    fs::write(&stray, b"not ours").unwrap();
    let folder = place.path().join("carried");
    export(&folder, &[&carried]);
    let ended = import(&centre, &folder);
    assert_eq!(ended.status, Some(0), "{}{}", ended.output, ended.errors);
    assert_eq!(
        said(&ended, &carried.hash()),
        format!("{} accepted", carried.hash())
    );
    // The running intake does the same when it starts.
    fs::write(named(later.as_bytes()), later.as_bytes()).unwrap();
    centre.serve().unwrap();
    for one in [&carried, &left, &later] {
        assert_eq!(outcome_of(&centre, &counter, one).await, Outcome::Accepted);
    }
    let mut waits = vec![nobodys.clone(), stray.clone()];
    waits.sort();
    held_are(&centre, &waits).await;
    let filter = QueueFilter::default();
    assert_eq!(centre.store.applications(&filter).await.unwrap().len(), 4);
    assert!(centre.store.alarms().await.unwrap().is_empty());
    // Its station would have called again by now.
    let month = Duration::from_hours(31 * 24);
    let file = fs::File::options().write(true).open(&nobodys).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written - month).unwrap();
    centre.kill();
    centre.serve().unwrap();
    held_are(&centre, &[stray]).await;
}
