//! The counter of the demo and the people behind it: what a commune and the centre have beside the line.

use std::path::Path;

use super::DemoError;
use super::applicants::Applicant;
use super::clerk::Clerk;
use super::reviewer::Reviewer;
use crate::house::counter::OFFICE;
use crate::house::people::Person;
use crate::house::{Centre, Devices, Floor, Member, Pki, Reception, Register, Station};

/// A commune's counter and the centre's reception.
#[derive(Debug)]
pub struct Counter {
    reception: Reception,
    _register: Register,
    devices: Devices,
    station: Station,
    clerk: Member,
    witness: Member,
    reviewer: Member,
    guests: Vec<Member>,
}

/// What a counter has beyond the demo's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// Further lines for `[line]` of the centre's configuration.
    pub settings: &'a str,
    /// Login, name and role of further people, and whether they work at the counter's office.
    pub guests: &'a [(&'a str, &'a str, &'a str, bool)],
}

impl Counter {
    /// Opens the centre with intake and console, hires people, and takes a station in.
    pub fn open(
        work: &Path,
        pki: &Pki,
        floor: &Floor,
        people: &[Applicant],
        wishes: &Wishes<'_>,
    ) -> Result<(Centre, Self), DemoError> {
        let people: Vec<&Person> = people.iter().map(Applicant::person).collect();
        let register = Register::serve(&work.join("register"), pki, &people)?;
        let devices = Devices::start(&work.join("devices"))?;
        let (operations, origin, sections) = Reception::prepare(pki, register.address())?;
        let centre = Centre::open_with(
            &work.join("centre"),
            pki,
            floor,
            &(wishes.settings.to_owned() + &sections),
        )?;
        let reception = Reception::open((operations, origin), &centre, floor)?;
        let hire = |who, role, office| reception.hire(&centre, floor, who, role, office);
        let clerk = hire(("clerk", "Camille Clerk"), "clerk", Some(OFFICE))?;
        let witness = hire(("witness", "Willy Witness"), "supervisor", Some(OFFICE))?;
        let reviewer = hire(("reviewer", "Rita Reviewer"), "supervisor", None)?;
        // Before the station: it signs people in by the list that it then fetches.
        let guests = wishes.guests.iter().map(|&(login, name, role, at_office)| {
            hire((login, name), role, at_office.then_some(OFFICE))
        });
        let guests = guests.collect::<Result<_, _>>()?;
        let place = work.join("station");
        let house = (pki, &centre, floor);
        let station = Station::open(&place, house, &reception, &devices, &register)?;
        let counter = Self {
            reception,
            _register: register,
            devices,
            station,
            clerk,
            witness,
            reviewer,
            guests,
        };
        Ok((centre, counter))
    }

    /// The further people who were wished for.
    pub fn guests(&self) -> &[Member] {
        &self.guests
    }

    /// The clerk, signed in at the station.
    pub fn clerk(&self) -> Result<Clerk<'_>, DemoError> {
        let people = (&self.clerk, &self.witness);
        Clerk::sign_in(people, self.station.origin(), &self.devices)
    }

    /// The reviewer, signed in at the console.
    pub fn reviewer(&self) -> Result<Reviewer, DemoError> {
        Reviewer::sign_in(&self.reviewer, self.reception.console())
    }

    /// What is served, and where.
    pub fn pages(&self) -> [(&'static str, &str); 2] {
        [
            ("the clerk's pages", self.station.origin()),
            ("the centre's console", self.reception.console()),
        ]
    }

    /// The program that ended although it should not, if one did.
    pub fn ended_program(&mut self) -> Option<&'static str> {
        if !self.station.is_running() {
            Some("enrolment-station")
        } else if !self.reception.is_running() {
            Some("personalisation")
        } else {
            None
        }
    }
}
