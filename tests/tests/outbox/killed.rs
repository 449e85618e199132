//! The station is killed at every thing that it does, and in between: nothing lost, nothing twice,
//! nothing readable.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use dossier::{ApplicationId, Hash};
use enrolment_station::{
    draft::Drafts,
    outbox::{Outbox, State},
};

use crate::outbox::{
    child::{PORTRAIT, Process, STEPS, content},
    misbehaviour::Journey,
    station::{assert_unreadable, below, dossier},
};

/// Everything that any process of the station ever said.
#[derive(Default)]
struct Said {
    steps: BTreeMap<ApplicationId, usize>,
    queued: BTreeMap<ApplicationId, Hash>,
    accepted: BTreeSet<Hash>,
}

impl Said {
    fn note(&mut self, lines: &[String]) {
        for line in lines {
            let words: Vec<_> = line.split(' ').collect();
            match words.as_slice() {
                ["created", id] => drop(self.steps.entry(id.parse().unwrap()).or_default()),
                ["saved", id, step] => {
                    let at = STEPS.iter().position(|one| one == step).unwrap();
                    self.steps.insert(id.parse().unwrap(), at + 1);
                }
                ["queued", id, hash] => {
                    let before = self.queued.insert(id.parse().unwrap(), read(hash));
                    assert!(
                        before.is_none_or(|before| before == read(hash)),
                        "sealed twice"
                    );
                }
                ["accepted", hash] => drop(self.accepted.insert(read(hash))),
                _ => {}
            }
        }
    }

    /// What was said is so: in the store as it lies there, or at the centre.
    async fn check(&self, journey: &mut Journey, when: &str) {
        let store = journey.station.store().await;
        let (drafts, outbox) = (Drafts::new(&store), Outbox::new(&store));
        let rows = outbox.rows().await.unwrap();
        for (id, steps) in &self.steps {
            let item = rows.iter().find(|item| item.application == *id);
            match (drafts.load(*id).await, item) {
                (Ok(draft), None) => {
                    assert!(!self.queued.contains_key(id), "{when}: {id} was queued");
                    for step in &STEPS[..*steps] {
                        let saved = draft.step(step);
                        assert!(saved == Some(&content(*id, step)), "{when}: {id} {step}");
                    }
                }
                (Err(_), Some(item)) => {
                    let hash = self.queued.get(id);
                    assert!(hash.is_none_or(|hash| *hash == item.hash), "{when}: {id}");
                    let kept = outbox.sealed(item.hash).await.unwrap();
                    if item.state == State::Accepted {
                        assert!(kept.is_none(), "{when}: {id} is not erased");
                        let there = &journey.centre.contents()[id];
                        assert!(*there == dossier(*id, PORTRAIT), "{when}: {id}");
                    } else {
                        assert!(!self.accepted.contains(&item.hash), "{when}: {id}");
                        assert_eq!(Hash::of(&kept.unwrap()), item.hash, "{when}: {id}");
                    }
                }
                (Ok(_), Some(_)) => panic!("{when}: {id} is a draft and in the outbox"),
                (Err(error), None) => panic!("{when}: {id} is lost: {error}"),
            }
        }
        store.close().await;
        assert_unreadable(&journey.station.home);
    }
}

fn read(hash: &str) -> Hash {
    Hash::from_bytes(hex::decode(hash).unwrap().try_into().unwrap())
}

/// The centre opens what it holds, all the time.
fn keep_opening(journey: &Journey) -> tokio::task::JoinHandle<()> {
    let opener = journey.centre.opener();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(15)).await;
            opener();
        }
    })
}

/// All applications are at the centre, once each, and nowhere else.
async fn check_end(journey: &mut Journey, said: &Said, applications: usize, what: &str) {
    said.check(journey, what).await;
    let contents = journey.centre.contents();
    assert_eq!(contents.len(), applications, "{what}");
    assert_eq!(journey.centre.held(), applications, "{what}: none twice");
    for (id, content) in contents {
        assert!(content == dossier(id, PORTRAIT), "{what}: {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_station_is_killed_after_everything_that_it_says() {
    let mut journey = Journey::begin().await;
    // As after a power cut: nobody else has the files open.
    journey.store.clone().close().await;
    let opening = keep_opening(&journey);
    let line = journey.centre.line.address;
    let (mut said, mut applications) = (Said::default(), 1);
    // Undisturbed: started, created, four steps, queued, begun, three chunks, held, accepted, finished.
    let whole = Process::start(&journey.station, line, applications, 0).finish();
    said.note(&whole);
    assert!(whole.len() >= 13, "{whole:?}");
    for kill_after in 1..whole.len() {
        applications += 1;
        let mut process = Process::start(&journey.station, line, applications, kill_after as u64);
        for _ in 0..kill_after {
            if process.next().is_none() {
                break;
            }
        }
        said.note(&process.kill());
        said.check(&mut journey, &format!("killed after {kill_after}"))
            .await;
        let seed = 1000 + kill_after as u64;
        said.note(&Process::start(&journey.station, line, applications, seed).finish());
    }
    opening.abort();
    check_end(&mut journey, &said, applications, "killed after each").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_station_is_killed_at_any_moment() {
    let mut journey = Journey::begin().await;
    // As after a power cut: nobody else has the files open.
    journey.store.clone().close().await;
    let opening = keep_opening(&journey);
    let line = journey.centre.line.address;
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(17);
    let (mut said, applications) = (Said::default(), 25);
    let (mut kills, mut seed) = (0, 0);
    // Killed again and again somewhere within its work, until all of it is done all the same.
    loop {
        seed += 1;
        let mut process = Process::start(&journey.station, line, applications, seed);
        if process.next().is_none() {
            process.finish();
            continue;
        }
        tokio::time::sleep(Duration::from_micros(below(&mut rng, 120_000))).await;
        let lines = process.kill();
        let finished = lines.iter().any(|line| line == "finished");
        said.note(&lines);
        if finished {
            break;
        }
        kills += 1;
        said.check(&mut journey, &format!("kill {kills}")).await;
        assert!(kills < 500, "{:?}", said.queued.len());
    }
    opening.abort();
    println!("{kills} kills");
    assert!(kills >= 10, "{kills} kills show nothing");
    check_end(&mut journey, &said, applications, "killed at any moment").await;
}
