//! The reviewer of the demo: sees what waits at the centre's console, and decides.

use std::time::{Duration, Instant};

use super::DemoError;
use crate::house::Member;
use crate::visitor::Visitor;

/// How long dossiers may take from the station to the reviewer.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Somebody who decides about applications.
#[derive(Debug)]
pub struct Reviewer {
    visitor: Visitor,
}

impl Reviewer {
    /// Signs in at the console.
    pub fn sign_in(member: &Member, origin: &str) -> Result<Self, DemoError> {
        let visitor = member.sign_in(origin)?;
        Ok(Self { visitor })
    }

    /// Approves what waits, until so many were approved.
    pub fn approve(&mut self, count: usize) -> Result<(), DemoError> {
        let (began, mut approved) = (Instant::now(), 0);
        while approved < count {
            if self.approve_next()? {
                approved += 1;
            } else if began.elapsed() > PATIENCE {
                return Err(DemoError::Waiting { approved, count });
            } else {
                std::thread::sleep(LOOK);
            }
        }
        Ok(())
    }

    /// Approves the first case that waits; false where none does.
    pub fn approve_next(&mut self) -> Result<bool, DemoError> {
        let Some(case) = self.next()? else {
            return Ok(false);
        };
        let page = self.visitor.go(&case)?;
        let reason = [(
            "reason",
            "Seen with the papers; the demo's applicants do not exist.",
        )];
        let answer = self
            .visitor
            .send(&page, &format!("{case}/approve"), &reason)?;
        answer.at("/review")?;
        Ok(true)
    }

    /// The path of the first case that waits, forced captures included.
    fn next(&mut self) -> Result<Option<String>, DemoError> {
        for queue in ["/review", "/review/forced"] {
            let page = self.visitor.go(queue)?.at(queue)?;
            let links = page.html.split("href=\"/review/").skip(1);
            let ids = links.filter_map(|after| after.split('"').next());
            let case =
                |id: &&str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            if let Some(id) = ids.into_iter().find(case) {
                return Ok(Some(format!("/review/{id}")));
            }
        }
        Ok(None)
    }
}
