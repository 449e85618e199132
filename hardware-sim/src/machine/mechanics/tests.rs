//! The state machine alone: random shifts with everything that can happen, and nothing lost.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::machine::build::Marking;
use crate::machine::failure::Kind;
use crate::machine::fault::{Fault, What};
use crate::machine::job::{Face, Job, Upload};
use crate::machine::memory::{Act, Counters};

/// A machine and the world around it, which only effects change.
struct World {
    machine: Mechanics,
    now: Millis,
    hopper: u32,
    /// Chip under the reader.
    seated: Option<Handle>,
    /// How often each job came onto a card.
    inked: BTreeMap<Id, u32>,
    left: BTreeMap<Handle, Place>,
    powered: bool,
}

impl World {
    fn new(marking: Marking, hopper: u32) -> Self {
        let build = Build::new(marking, "1".to_owned());
        let memory = Memory::new(&build);
        let mut world = Self {
            machine: Mechanics::new(build, memory),
            now: 0,
            hopper,
            seated: None,
            inked: BTreeMap::new(),
            left: BTreeMap::new(),
            powered: true,
        };
        let effects = world.machine.power_on(0);
        world.see(effects);
        world
    }

    fn act(&mut self, act: Act) -> ActResult {
        let taken = self.machine.act(act, self.hopper, self.now)?;
        self.see(taken.effects.clone());
        Ok(taken)
    }

    fn wait(&mut self, millis: Millis) {
        self.now += millis;
        let effects = self.machine.advance(self.now);
        self.see(effects);
    }

    fn settle(&mut self) {
        while let Some(end) = self.machine.next_end() {
            self.wait(end - self.now);
        }
    }

    fn see(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Pick(_) => self.hopper -= 1,
                Effect::Seat(card) => self.seated = Some(card),
                Effect::Unseat => self.seated = None,
                Effect::Ink(_, job, _) => *self.inked.entry(job).or_default() += 1,
                Effect::Blot(_, job) => assert!(!self.inked.contains_key(&job), "printed whole"),
                Effect::Leave(card, place) => {
                    assert_eq!(
                        self.left.insert(card, place),
                        None,
                        "card {card} left twice"
                    );
                }
            }
        }
    }

    fn power_off(&mut self) {
        self.machine.power_off();
        self.seated = None;
        self.powered = false;
    }

    fn power_on(&mut self) {
        if !self.powered {
            self.powered = true;
            let effects = self.machine.power_on(self.now);
            self.see(effects);
        }
    }

    fn load(&mut self, handle: Handle, job: Id) {
        let whole = || Upload {
            total: 1,
            sha256: [0; 32],
            received: 1,
            complete: true,
        };
        let mut loaded = Job::new(job);
        for face in Face::ALL {
            *loaded.face_mut(face) = Some(whole());
        }
        self.machine.memory.cards.get_mut(&handle).unwrap().job = Some(loaded);
    }

    fn next(&self) -> Handle {
        self.machine.memory.next_card
    }

    fn stage(&self, handle: Handle) -> Stage {
        self.machine.memory.cards[&handle].stage
    }

    /// Feeds a card and brings it to the printer, with a job.
    fn in_printer(&mut self) -> (Handle, Id) {
        let (card, job) = (self.next(), job(self.next()));
        self.act(Act::Feed { card }).unwrap();
        self.settle();
        assert_eq!(self.seated, Some(card));
        self.act(to(card, Place::Printer)).unwrap();
        assert_eq!(self.seated, None);
        self.settle();
        self.load(card, job);
        (card, job)
    }
}

fn job(number: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    Id(id)
}

const fn to(card: Handle, to: Place) -> Act {
    Act::Move { card, to }
}

fn once(what: What) -> Fault {
    Fault {
        what,
        lasting: false,
    }
}

#[test]
fn every_act_asked_for_twice_is_done_once() {
    let mut world = World::new(Marking::Ribbon, 3);
    let job = job(1);
    let acts = [
        Act::Feed { card: 1 },
        to(1, Place::Printer),
        Act::Print { card: 1, job },
        to(1, Place::Exit),
    ];
    for act in acts {
        assert!(!world.act(act).unwrap().already, "{act:?}");
        assert!(world.act(act).unwrap().already, "{act:?} under way");
        world.settle();
        assert!(world.act(act).unwrap().already, "{act:?} done");
        if act == acts[0] {
            world.load(1, job);
        }
    }
    assert_eq!((world.hopper, world.inked[&job]), (2, 1));
    assert_eq!(world.left[&1], Place::Exit);
    assert_eq!(world.machine.memory.ribbon, Some(999));
}

#[test]
fn two_cards_are_worked_on_at_once_and_a_thousand_leave_in_an_hour() {
    let mut world = World::new(Marking::Ribbon, 20);
    let start = world.now;
    world.act(Act::Feed { card: 1 }).unwrap();
    world.settle();
    for card in 1..=10 {
        world.act(to(card, Place::Printer)).unwrap();
        world.wait(300);
        world.load(card, job(card));
        let print = Act::Print {
            card,
            job: job(card),
        };
        world.act(print).unwrap();
        // While it prints, the next one comes and has its chip written.
        world.act(Act::Feed { card: card + 1 }).unwrap();
        world.wait(500);
        assert_eq!(world.seated, Some(card + 1));
        world.wait(2_500);
        world.act(to(card, Place::Exit)).unwrap();
        world.wait(300);
        assert_eq!(world.left[&card], Place::Exit);
    }
    assert_eq!(world.now - start, 500 + 10 * 3_600);
}

#[test]
fn a_print_that_power_or_the_door_interrupts_is_never_done_again() {
    for by_door in [false, true] {
        let mut world = World::new(Marking::Ribbon, 3);
        let (card, job) = world.in_printer();
        world.act(Act::Print { card, job }).unwrap();
        world.wait(1_000);
        if by_door {
            let effects = world.machine.person(Person::OpenDoor, world.now).unwrap();
            world.see(effects);
            world.machine.person(Person::CloseDoor, world.now).unwrap();
        } else {
            world.power_off();
            world.wait(60_000);
            world.power_on();
        }
        let refused = world.act(Act::Print { card, job }).unwrap_err();
        assert_eq!(refused.kind, Kind::Spoiled);
        assert_eq!(world.machine.troubles(1)[0].kind, Kind::Spoiled);
        assert_eq!(
            world.act(to(card, Place::Exit)).unwrap_err().kind,
            Kind::Spoiled
        );
        world.act(to(card, Place::Reject)).unwrap();
        world.settle();
        assert_eq!(world.left[&card], Place::Reject);
        assert!(world.inked.is_empty());
        assert_eq!(world.machine.memory.counters.spoiled, 1);
    }
}

#[test]
fn a_job_is_on_one_card_at_most_and_a_spoiled_one_goes_onto_another() {
    let mut world = World::new(Marking::Ribbon, 4);
    let (first, wanted) = world.in_printer();
    let print = |card| Act::Print { card, job: wanted };
    world.act(print(first)).unwrap();
    world.power_off();
    world.power_on();
    world.act(to(first, Place::Reject)).unwrap();
    world.settle();
    let (second, _) = world.in_printer();
    world.load(second, wanted);
    world.act(print(second)).unwrap();
    world.settle();
    world.act(to(second, Place::Exit)).unwrap();
    world.settle();
    let (third, own) = world.in_printer();
    world.load(third, wanted);
    let refused = world.act(print(third)).unwrap_err();
    assert_eq!(
        (refused.kind, refused.card),
        (Kind::OutOfOrder, Some(second))
    );
    world.load(third, own);
    world
        .act(Act::Print {
            card: third,
            job: own,
        })
        .unwrap();
    world.settle();
    assert_eq!(world.inked, [(wanted, 1), (own, 1)].into());
}

#[test]
fn a_slip_is_tried_again_and_a_wedged_card_waits_for_a_person() {
    let mut world = World::new(Marking::Laser, 3);
    for (at, act) in [
        (Place::Hopper, Act::Feed { card: 1 }),
        (Place::Printer, to(1, Place::Printer)),
        (Place::Exit, to(1, Place::Exit)),
    ] {
        world
            .machine
            .faults
            .arm(once(What::Jam { at, wedged: false }));
        world.act(act).unwrap();
        world.settle();
        let trouble = world.machine.troubles(1).remove(0);
        assert_eq!((trouble.kind, trouble.place), (Kind::Jam, Some(at)));
        let again = match act {
            Act::Feed { card } => to(card, Place::Station),
            other => other,
        };
        world.act(again).unwrap();
        world.settle();
    }
    assert_eq!(world.left[&1], Place::Exit);
    world.machine.faults.arm(once(What::Jam {
        at: Place::Station,
        wedged: true,
    }));
    world.act(Act::Feed { card: 2 }).unwrap();
    world.settle();
    let refused = world.act(to(2, Place::Station)).unwrap_err();
    assert_eq!(refused.kind, Kind::Jam);
    assert_eq!(world.act(Act::Clear).unwrap_err().kind, Kind::Jam);
    for person in [Person::OpenDoor, Person::FreeJam, Person::CloseDoor] {
        world.machine.person(person, world.now).unwrap();
    }
    world.act(Act::Clear).unwrap();
    world.settle();
    assert_eq!(world.seated, Some(2));
}

#[test]
fn a_card_in_somebodys_hands_is_written_off_when_the_machine_looks() {
    let mut world = World::new(Marking::Ribbon, 3);
    world.act(Act::Feed { card: 1 }).unwrap();
    world.settle();
    let taken = world
        .machine
        .person(Person::TakeOut(Place::Station), world.now);
    assert_eq!(taken, Err(PersonError::DoorClosed));
    for person in [
        Person::OpenDoor,
        Person::TakeOut(Place::Station),
        Person::CloseDoor,
    ] {
        let effects = world.machine.person(person, world.now).unwrap();
        world.see(effects);
    }
    assert_eq!(world.seated, None);
    let missing = world.act(to(1, Place::Printer)).unwrap_err();
    assert_eq!(missing.kind, Kind::CardMissing);
    world.act(Act::Clear).unwrap();
    assert_eq!(world.left[&1], Place::Removed);
    assert_eq!(world.machine.memory.counters.removed, 1);
}

#[test]
fn two_cards_at_once_go_to_the_reject_tray_together() {
    let mut world = World::new(Marking::Ribbon, 4);
    world.machine.faults.arm(once(What::DoubleFeed));
    world.act(Act::Feed { card: 1 }).unwrap();
    world.settle();
    assert_eq!((world.hopper, world.seated, world.next()), (2, None, 3));
    assert_eq!(world.machine.troubles(1)[0].kind, Kind::DoubleFeed);
    assert_eq!(
        world.act(to(1, Place::Printer)).unwrap_err().kind,
        Kind::DoubleFeed
    );
    world.act(to(2, Place::Reject)).unwrap();
    world.settle();
    assert_eq!(world.left, [(1, Place::Reject), (2, Place::Reject)].into());
    world.act(Act::Feed { card: 3 }).unwrap();
}

#[test]
fn a_ribbon_ends_and_a_laser_has_none() {
    let mut world = World::new(Marking::Ribbon, 5);
    world.machine.memory.ribbon = Some(1);
    for left in [1, 0] {
        let (card, job) = world.in_printer();
        let printed = world.act(Act::Print { card, job });
        assert_eq!(printed.is_ok(), left == 1);
        world.settle();
        world.act(to(card, Place::Reject)).unwrap();
        world.settle();
    }
    world.machine.person(Person::OpenDoor, world.now).unwrap();
    world
        .machine
        .person(Person::ChangeRibbon, world.now)
        .unwrap();
    assert_eq!(world.machine.memory.ribbon, Some(1_000));
    let mut laser = World::new(Marking::Laser, 1);
    laser.machine.person(Person::OpenDoor, 0).unwrap();
    let none = laser.machine.person(Person::ChangeRibbon, 0);
    assert_eq!(none, Err(PersonError::NoRibbon));
}

#[test]
fn full_trays_and_occupied_places_are_refused() {
    let mut world = World::new(Marking::Ribbon, 5);
    world.machine.memory.exit_cards = 500;
    let (card, _) = world.in_printer();
    assert_eq!(
        world.act(to(card, Place::Exit)).unwrap_err().kind,
        Kind::TrayFull
    );
    world.act(Act::Feed { card: 2 }).unwrap();
    assert_eq!(
        world.act(Act::Feed { card: 3 }).unwrap_err().kind,
        Kind::Occupied
    );
    world.settle();
    let occupied = world.act(to(2, Place::Printer)).unwrap_err();
    assert_eq!((occupied.kind, occupied.card), (Kind::Occupied, Some(card)));
    assert_eq!(world.act(Act::Feed { card: 9 }).unwrap_err().card, Some(3));
    assert_eq!(world.stage(2), Stage::Resting(Place::Station));
}

/// A person who knows how: reaches in, and the machine looks again.
fn helped(world: &mut World, how: Person) {
    for deed in [Person::OpenDoor, how, Person::CloseDoor] {
        if let Ok(effects) = world.machine.person(deed, world.now) {
            world.see(effects);
        }
    }
    if world.powered {
        drop(world.act(Act::Clear));
    } else {
        world.power_off();
    }
}

/// One random thing of a shift.
fn happen(world: &mut World, random: &mut StdRng) {
    let cards: Vec<_> = world.machine.memory.cards.keys().copied().collect();
    let some = |random: &mut StdRng| match cards.len() {
        0 => random.random_range(0..4),
        count => cards[random.random_range(0..count)],
    };
    let places = [
        Place::Station,
        Place::Printer,
        Place::Printer,
        Place::Exit,
        Place::Reject,
    ];
    let place = places[random.random_range(0..places.len())];
    match random.random_range(0..60) {
        0..8 if world.powered => drop(world.act(Act::Feed { card: world.next() })),
        8 if world.powered => drop(world.act(Act::Feed { card: some(random) })),
        9..22 if world.powered => drop(world.act(to(some(random), place))),
        22..32 if world.powered => {
            let card = some(random);
            // Sometimes the job of another card, which may be inside, gone or still to come.
            let of = if random.random_ratio(1, 4) {
                random.random_range(1..=world.next())
            } else {
                card
            };
            let job = job(of);
            if world.machine.memory.cards.contains_key(&card) {
                world.load(card, job);
            }
            drop(world.act(Act::Print { card, job }));
        }
        32..35 if world.powered => drop(world.act(Act::Clear)),
        35 => {
            let wedged = random.random();
            if random.random_ratio(1, 3) {
                let jam = What::Jam { at: place, wedged };
                world.machine.faults.arm(once(jam));
            }
        }
        36 if random.random_ratio(1, 4) => world.machine.faults.arm(once(What::DoubleFeed)),
        37 if random.random() => world.power_off(),
        38..41 => world.power_on(),
        41..43 => helped(world, Person::FreeJam),
        43 => helped(world, Person::TakeOut(place)),
        44..46 => {
            let deeds = [
                Person::OpenDoor,
                Person::CloseDoor,
                Person::CloseDoor,
                Person::FreeJam,
                Person::TakeOut(place),
                Person::EmptyTrays,
            ];
            let deed = deeds[random.random_range(0..deeds.len())];
            if let Ok(effects) = world.machine.person(deed, world.now) {
                world.see(effects);
            }
            if !world.powered {
                world.power_off();
            }
        }
        _ if world.powered => world.wait(random.random_range(0..5_000)),
        _ => world.now += 100,
    }
}

fn never_back(before: &Counters, after: &Counters) -> bool {
    let list = |counters: &Counters| {
        let Counters {
            fed,
            printed,
            exited,
            rejected,
            removed,
            spoiled,
            power_ons,
        } = *counters;
        [fed, printed, exited, rejected, removed, spoiled, power_ons]
    };
    list(before)
        .iter()
        .zip(list(after))
        .all(|(before, after)| *before <= after)
}

#[test]
fn whatever_happens_every_card_is_in_one_place_and_no_job_is_printed_twice() {
    let mut ended = Counters::default();
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut world = World::new(Marking::Ribbon, 60);
        for step in 0..400 {
            let before = world.machine.memory.counters;
            happen(&mut world, &mut random);
            let memory = &world.machine.memory;
            let at = format!("seed {seed}, step {step}");
            assert!(memory.adds_up(), "{at}: {:?}", memory.counters);
            assert!(never_back(&before, &memory.counters), "{at}");
            assert_eq!(u64::from(60 - world.hopper), memory.counters.fed, "{at}");
            assert_eq!(memory.next_card, memory.counters.fed + 1, "{at}");
            for place in [Place::Station, Place::Printer] {
                let there = memory.cards.values().filter(|card| card.blocks(place));
                let single = there
                    .clone()
                    .filter(|card| card.doubled_with.is_none())
                    .count();
                let pairs = there.clone().count() - single;
                assert!(
                    single + pairs.div_ceil(2) <= 1,
                    "{at}: {place:?} {:?}",
                    memory.cards
                );
            }
            if let Some(card) = world.seated {
                let stage = memory.cards[&card].stage;
                assert_eq!(stage, Stage::Resting(Place::Station), "{at}");
            }
            assert!(world.inked.values().all(|times| *times == 1), "{at}");
        }
        let counters = world.machine.memory.counters;
        ended.exited += counters.exited;
        ended.printed += counters.printed;
        ended.removed += counters.removed;
        ended.spoiled += counters.spoiled;
    }
    // The shifts were no idle ones.
    assert!(ended.exited > 500 && ended.printed > 200, "{ended:?}");
    assert!(ended.removed > 20 && ended.spoiled > 20, "{ended:?}");
}
