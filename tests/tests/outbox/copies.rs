//! Copies: the same outbox restored and sent twice, moved, or carried to the centre without its token.

use std::fs;

use dossier::{Hash, SealedDossier, receipt::Reason};
use enrolment_station::{
    outbox::{
        Outbox, State, Uploader,
        command::{self, Command, CommandError},
    },
    store::{FILE, Store},
};
use rand::rngs::StdRng;
use serde_json::Value;
use sqlx::Connection as _;

use crate::outbox::{
    fixture::SoftKey,
    misbehaviour::{Journey, PORTRAIT},
    station::{assert_unreadable, copy, dossier},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_of_one_outbox_send_at_once() {
    let mut journey = Journey::begin().await;
    let mut sent = Vec::new();
    for _ in 0..4 {
        sent.push(journey.station.confirm(&journey.store, PORTRAIT).await);
    }
    let other = journey.folder.path().join("copy");
    copy(&journey.station.data(), &other);
    let second = journey.station.store_at(&other).await;
    let line = journey.centre.line.address;
    let mut passing = Vec::new();
    for store in [&journey.store, &second] {
        let mut uploader = journey.station.uploader(store, line);
        passing.push(tokio::spawn(async move { uploader.pass().await }));
    }
    for passing in passing {
        passing.await.unwrap().unwrap();
    }
    assert_eq!(journey.centre.held(), 4, "none twice");
    let lengths = journey.outbox().summary().await.unwrap().bytes;
    assert_eq!(journey.centre.new_bytes(), lengths, "no byte twice");
    journey.centre.open_all();
    for store in [&journey.store, &second] {
        journey.station.uploader(store, line).pass().await.unwrap();
        for (_, hash) in &sent {
            assert_eq!(Outbox::new(store).sealed(*hash).await.unwrap(), None);
        }
    }
    let contents = journey.centre.contents();
    assert!(
        sent.iter()
            .all(|(id, _)| contents[id] == dossier(*id, PORTRAIT))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_learns_what_became_of_its_dossiers() {
    let mut journey = Journey::begin().await;
    let (_, accepted) = journey.station.confirm(&journey.store, 2000).await;
    // In the copy one is waiting, and one is a draft still.
    let draft = journey.station.confirm(&journey.store, 2000);
    let (late, _) = {
        let (id, hash) = draft.await;
        (id, hash)
    };
    let old = journey.folder.path().join("old");
    copy(&journey.station.data(), &old);
    // On the real station all goes through, and one more is confirmed.
    let (_, newer) = journey.station.confirm(&journey.store, 2000).await;
    journey.until_accepted("on the real station").await;
    // The copy comes back: what it thinks is waiting is accepted, with one call and no bytes.
    let before = journey.centre.new_bytes();
    let restored = journey.station.store_at(&old).await;
    journey.centre.behave();
    let mut uploader = journey
        .station
        .uploader(&restored, journey.centre.line.address);
    uploader.pass().await.unwrap();
    let rows = Outbox::new(&restored).rows().await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|item| item.state == State::Accepted && item.hash != newer)
    );
    assert!(
        rows.iter().any(|item| item.hash == accepted)
            && rows.iter().any(|item| item.application == late)
    );
    assert_eq!(journey.centre.new_bytes(), before);
    assert_eq!(journey.centre.calls(), ["begin", "begin", "tasks"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_confirmed_on_both_copies_is_one_application() {
    let mut journey = Journey::begin().await;
    let drafts = enrolment_station::draft::Drafts::new(&journey.store);
    let now = journey.station.now();
    let id = drafts.create(&mut journey.station.rng, now).await.unwrap();
    let other = journey.folder.path().join("copy");
    copy(&journey.station.data(), &other);
    let second = journey.station.store_at(&other).await;
    let one = journey.station.enqueue(&journey.store, id, 2000).await;
    let two = journey.station.enqueue(&second, id, 2000).await;
    assert_ne!(one, two, "sealed twice is two dossiers");
    journey.until_accepted("the first").await;
    let line = journey.centre.line.address;
    journey
        .station
        .uploader(&second, line)
        .pass()
        .await
        .unwrap();
    journey.centre.open_all();
    journey
        .station
        .uploader(&second, line)
        .pass()
        .await
        .unwrap();
    let item = Outbox::new(&second).find(id).await.unwrap().unwrap();
    assert_eq!(item.state, State::Rejected(Reason::OtherDossier));
    assert!(
        Outbox::new(&second).sealed(two).await.unwrap().is_some(),
        "evidence"
    );
    assert_eq!(journey.centre.contents().len(), 1);
}

/// A command's answer, a line an object.
async fn run(command: Command, journey: &Journey) -> (Vec<Value>, Result<(), CommandError>) {
    let mut out = Vec::new();
    let data = journey.station.data();
    let uploader = async || {
        let line = journey.centre.line.address;
        Ok::<Uploader<StdRng>, _>(journey.station.uploader(&journey.store, line))
    };
    let done = command::run(command, &data, &mut out, uploader).await;
    let lines = String::from_utf8(out).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (lines.collect(), done)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_without_its_token_is_carried_to_the_centre() {
    let mut journey = Journey::begin().await;
    let (_, gone) = journey.station.confirm(&journey.store, 2000).await;
    journey.until_accepted("before it broke").await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        kept.push(journey.station.confirm(&journey.store, 50_000).await);
    }
    // The station breaks here: its log is not in the file yet, its token is destroyed.
    let tokens = journey.station.home.join("token");
    fs::rename(&tokens, journey.folder.path().join("destroyed")).unwrap();
    let to = journey.folder.path().join("stick/outbox");
    let (lines, done) = run(Command::Export { folder: to.clone() }, &journey).await;
    done.unwrap();
    assert_eq!(lines.len(), 3);
    let list: Value = serde_json::from_slice(&fs::read(to.join("outbox.json")).unwrap()).unwrap();
    assert_eq!(list.as_array().unwrap(), &lines);
    assert_eq!(
        fs::read_dir(&to).unwrap().count(),
        4,
        "three dossiers and the list"
    );
    assert!(!to.join(format!("{gone}.dossier")).exists());
    for (id, hash) in kept {
        let bytes = fs::read(to.join(format!("{hash}.dossier"))).unwrap();
        assert_eq!(Hash::of(&bytes), hash);
        let opened = SealedDossier::decode(bytes)
            .unwrap()
            .open(&SoftKey::new(3))
            .unwrap();
        assert!(opened.signed().danger_unverified().unwrap() == dossier(id, 50_000));
        let line = lines
            .iter()
            .find(|line| line["hash"] == hash.to_string())
            .unwrap();
        assert_eq!(
            (&line["state"], &line["whole"]),
            (&"waiting".into(), &true.into())
        );
    }
    assert_unreadable(&to);
    // Again gives the same; nothing changed in the outbox.
    let (again, done) = run(Command::Export { folder: to }, &journey).await;
    done.unwrap();
    assert_eq!(again, lines);
    let (listed, done) = run(Command::List, &journey).await;
    done.unwrap();
    assert_eq!(listed.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_outbox_is_checked_and_a_damaged_one_is_told() {
    let mut journey = Journey::begin().await;
    let (_, hash) = journey.station.confirm(&journey.store, 50_000).await;
    let (_, damaged) = journey.station.confirm(&journey.store, 50_000).await;
    let (lines, done) = run(Command::RestoreCheck, &journey).await;
    done.unwrap();
    assert_eq!(
        (&lines[0]["whole"], &lines[0]["damaged"]),
        (&2.into(), &0.into())
    );
    // The disk changes one bit.
    let url = format!("sqlite:{}", journey.station.data().join(FILE).display());
    let mut tool = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let flip = "UPDATE outbox_dossier SET sealed = CAST(substr(sealed, 1, 40000) || x'00' ||
                substr(sealed, 40002) AS BLOB) WHERE hash = $1";
    let flip = sqlx::query(flip).bind(&damaged.as_bytes()[..]);
    assert_eq!(flip.execute(&mut tool).await.unwrap().rows_affected(), 1);
    tool.close().await.unwrap();
    let (lines, done) = run(Command::RestoreCheck, &journey).await;
    assert!(matches!(done, Err(CommandError::Damaged(1))), "{done:?}");
    assert_eq!(lines[0]["damaged"], damaged.to_string());
    // It is never sent; the other one is.
    let (lines, done) = run(Command::Send, &journey).await;
    done.unwrap();
    let states: Vec<_> = lines
        .iter()
        .map(|line| (&line["hash"], &line["state"]))
        .collect();
    assert!(
        states.contains(&(&hash.to_string().into(), &"held".into())),
        "{lines:?}"
    );
    let alarm = lines
        .iter()
        .find(|line| line["alarm"] == "Stuck(Damaged)")
        .unwrap();
    assert_eq!(alarm["hash"], damaged.to_string());
    assert_eq!(journey.centre.held(), 1);
    // A file that is no database is told as such.
    let torn = journey.folder.path().join("torn");
    copy(&journey.station.data(), &torn);
    for file in fs::read_dir(&torn).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    fs::write(torn.join(FILE), vec![0xA5; 8192]).unwrap();
    let opened = Store::open_in_quarantine(&torn).await;
    let told = match opened {
        Err(error) => error.to_string(),
        Ok(store) => Outbox::new(&store).rows().await.unwrap_err().to_string(),
    };
    assert!(told.contains("not a database"), "{told}");
}
