//! How long the counter takes to answer with a page: the wizard of one application that is filled in, by HTTP on
//! loopback.

use std::path::Path;
use std::time::Instant;

use super::{Figure, MeasureError};
use crate::demo::applicants::{Applicant, applicant};
use crate::demo::counter::{Counter, Wishes};
use crate::house::people::Person;
use crate::house::{Floor, FloorPlan, Pki};

/// How often each page is asked for; the median counts.
const ASKED: usize = 31;
/// What pages.md of the house allows, in milliseconds.
const LIMIT: f64 = 20.0;

/// The slowest page's median, in a house of its own in `place`.
pub(super) fn slowest(place: &Path, pki: &Pki, people: &[Person]) -> Result<Figure, MeasureError> {
    let plan = FloorPlan {
        readers: 1,
        blanks: 1,
        link: None,
    };
    let floor = Floor::start(&place.join("floor"), &plan)?;
    let people: Vec<Applicant> = people.iter().cloned().map(applicant).collect();
    let (_centre, counter) = Counter::open(place, pki, &floor, &people, &Wishes::default())?;
    let mut clerk = counter.clerk()?;
    let mut pages = Vec::new();
    for one in &people {
        if let Some(paths) = clerk.fill(one)? {
            pages = paths;
            break;
        }
    }
    pages.push("/today".to_owned());
    let mut slowest = (0.0_f64, String::new());
    for path in &pages {
        let mut times = Vec::with_capacity(ASKED);
        for _ in 0..ASKED {
            let start = Instant::now();
            let page = clerk.go(path)?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            page.at(path).map_err(crate::demo::DemoError::from)?;
        }
        times.sort_by(f64::total_cmp);
        let median = times[ASKED / 2];
        if median > slowest.0 {
            slowest = (
                median,
                path.rsplit('/').next().unwrap_or_default().to_owned(),
            );
        }
    }
    let (value, name) = slowest;
    Ok(Figure {
        name: "page_response_slowest",
        value,
        unit: "ms",
        limit: Some(LIMIT),
        against: format!(
            "the requirement; {} pages of a filled-in application, each {ASKED} times, slowest median: {name}",
            pages.len()
        ),
    })
}
