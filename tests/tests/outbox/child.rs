//! The station as a process of its own, which a journey kills: this test program, started again.
//!
//! It captures and sends until so many applications are accepted, goes on wherever an earlier process
//! was killed, and says each thing in a line of its standard output once it is durable.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use dossier::{ApplicationId, Hash};
use enrolment_station::{
    draft::Drafts,
    outbox::{Event, Outbox, State},
    store::Store,
};

use crate::outbox::station::{SAID, Station};

const HOME: &str = "OUTBOX_CHILD_HOME";
const LINE: &str = "OUTBOX_CHILD_LINE";
const APPLICATIONS: &str = "OUTBOX_CHILD_APPLICATIONS";
const SEED: &str = "OUTBOX_CHILD_SEED";
/// Begins the lines that are said.
const MARK: &str = "said: ";

/// The steps of the wizard, in order.
pub const STEPS: [&str; 4] = ["identity", "portrait", "fingers", "summary"];
/// Bytes of each portrait: three chunks.
pub const PORTRAIT: usize = 600_000;

/// What a step of an application holds.
pub fn content(id: ApplicationId, step: &str) -> Vec<u8> {
    let mut bytes = format!("{id} {step} {} ", SAID[0]).into_bytes();
    bytes.resize(if step == "portrait" { PORTRAIT } else { 400 }, b'.');
    bytes
}

/// A station's process.
pub struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    pub said: Vec<String>,
}

impl Process {
    pub fn start(
        station: &Station,
        line: std::net::SocketAddr,
        applications: usize,
        seed: u64,
    ) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "outbox::child::as_a_process",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(HOME, &station.home)
            .env(LINE, line.to_string())
            .env(APPLICATIONS, applications.to_string())
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = Vec::new();
        Self { child, lines, said }
    }

    /// The next thing that it says; none when it ended.
    pub fn next(&mut self) -> Option<String> {
        loop {
            let line = self.lines.next()?.unwrap();
            // The test runner writes its own words before the first.
            if let Some((_, said)) = line.split_once(MARK) {
                self.said.push(said.to_owned());
                return Some(said.to_owned());
            }
        }
    }

    /// Kills it as a power cut would, and reads what it had said.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        while self.next().is_some() {}
        self.said
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Vec<String> {
        while self.next().is_some() {}
        assert!(self.child.wait().unwrap().success(), "{:?}", self.said);
        self.said
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{MARK}{what}").unwrap();
    out.flush().unwrap();
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is started by the journeys that kill it"]
async fn as_a_process() {
    let seed = setting(SEED).parse().unwrap();
    let mut station = Station::open(&PathBuf::from(setting(HOME)), seed);
    let store = station.store().await;
    let applications: usize = setting(APPLICATIONS).parse().unwrap();
    say("started");
    let uploader = station.uploader(&store, setting(LINE).parse().unwrap());
    let uploader = uploader.observed_by(Arc::new(|event| match event {
        Event::Begun(hash, offset) => say(&format!("begun {hash} {offset}")),
        Event::Appended(hash, offset) => say(&format!("appended {hash} {offset}")),
        Event::Received(hash, state) => say(&format!("{} {hash}", state.name())),
        _ => {}
    }));
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(uploader.run(async move {
        let _ = ended.await;
    }));
    capture_all(&mut station, &store, applications).await;
    let outbox = Outbox::new(&store);
    loop {
        let rows = outbox.rows().await.unwrap();
        if rows.len() == applications && rows.iter().all(|item| item.state == State::Accepted) {
            break;
        }
        // Waits of the outbox pass with the test's own clock.
        station.later();
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    drop(end);
    running.await.unwrap();
    say("finished");
}

/// Goes on with every draft, and begins new ones until there are so many applications.
async fn capture_all(station: &mut Station, store: &Store, applications: usize) {
    let (drafts, outbox) = (Drafts::new(store), Outbox::new(store));
    loop {
        let open = drafts.list().await.unwrap();
        let id = match open.first() {
            Some(head) => head.application,
            None if outbox.rows().await.unwrap().len() == applications => return,
            None => {
                let now = station.now();
                let id = drafts.create(&mut station.rng, now).await.unwrap();
                say(&format!("created {id}"));
                id
            }
        };
        let done = drafts.load(id).await.unwrap().head.last_step;
        let next = STEPS
            .iter()
            .position(|step| *step == done)
            .map_or(0, |at| at + 1);
        for step in &STEPS[next..] {
            let now = station.now();
            let bytes = content(id, step);
            let saved = drafts.save(&mut station.rng, id, step, &bytes, None, now);
            saved.await.unwrap();
            say(&format!("saved {id} {step}"));
        }
        let hash: Hash = station.enqueue(store, id, PORTRAIT).await;
        say(&format!("queued {id} {hash}"));
    }
}
