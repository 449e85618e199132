//! The whole house at work, as a newcomer watches it.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use e2e::house::Member;
use e2e::programs::built;

const CARDS: usize = 2;

/// Told to end where a test does not come to that: the house has many programs.
struct Up(Option<Child>);

impl Up {
    fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    fn end(mut self) -> Output {
        let child = self.0.take().unwrap();
        terminate(&child);
        child.wait_with_output().unwrap()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            terminate(&child);
            let _reaped = child.wait();
        }
    }
}

fn terminate(child: &Child) {
    let told = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
}

fn start() -> Up {
    let arguments = [
        "--applicants",
        "2",
        "--every",
        "1",
        "--machines",
        "1",
        "--hurry",
        "20",
    ];
    let mut up = Command::new(built("up").unwrap());
    let up = up
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    Up(Some(up.stderr(Stdio::piped()).spawn().unwrap()))
}

/// Whom a line lets sign in, and where there is something to see for them.
fn member(line: &str) -> Option<(Member, String, String)> {
    let mut columns = line
        .split("  ")
        .map(str::trim)
        .filter(|column| !column.is_empty());
    let mut next = || columns.next().map(str::to_owned);
    let member = Member {
        login: next().filter(|login| login.starts_with("you-"))?,
        password: next()?,
        secret: next()?,
    };
    let see = next()?;
    let (pages, path) = see.split_once(": ")?;
    let pages = pages.rsplit(' ').next()?;
    Some((member, pages.to_owned(), path.to_owned()))
}

#[test]
fn cards_are_made_and_every_page_opens_for_whom_it_is() {
    let mut up = start();
    let mut said = BufReader::new(up.child().stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let (mut origins, mut members, mut made) = (BTreeMap::new(), Vec::new(), 0);
    let mut lines = Vec::new();
    while made < CARDS {
        let Some(line) = said.next() else {
            let ended = up.end();
            panic!(
                "it ended: {lines:#?} {}",
                String::from_utf8_lossy(&ended.stderr)
            );
        };
        if let Some((what, origin)) = line.split_once(": http") {
            origins.insert(
                what.rsplit(' ').next().unwrap().to_owned(),
                format!("http{origin}"),
            );
        }
        members.extend(member(&line));
        made += usize::from(line.contains("is made, inspected"));
        lines.push(line);
    }
    assert!(members.len() >= 8, "{lines:#?}");
    for (member, pages, path) in &members {
        let mut visitor = member.sign_in(&origins[pages]).unwrap();
        let page = visitor.go(path).unwrap();
        assert_eq!(
            (page.status, page.path.as_str()),
            (200, path.as_str()),
            "{}",
            member.login
        );
    }

    // Whoever reads no more must not stop it from ending.
    let rest = std::thread::spawn(move || said.collect::<Vec<_>>());
    let ended = up.end();
    let rest = rest.join().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{rest:?} {errors}");
}
