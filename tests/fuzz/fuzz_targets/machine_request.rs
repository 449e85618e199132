//! Commands to a personalisation machine, as its reader hands them over (two bytes of length before
//! each): what is accepted is within the limits and read the same again, and whatever is asked for in
//! whatever order, every card is in one place.
#![cfg_attr(fuzzing, no_main)]

use hardware_sim::machine::build::{Build, Marking};
use hardware_sim::machine::job::MAX_PICTURE;
use hardware_sim::machine::mechanics::Mechanics;
use hardware_sim::machine::memory::Memory;
use hardware_sim::machine::protocol::{MAX_PART, MAX_WAIT, Request};
use prost::Message;
use wire::machine::Command;

/// Cards in the hopper, and milliseconds from one command to the next.
const CARDS: u32 = 40;
const BETWEEN: u64 = 200;

fuzz::target!(|data| {
    let build = Build::new(Marking::Ribbon, "1".to_owned());
    let memory = Memory::new(&build);
    let mut machine = Mechanics::new(build, memory);
    machine.power_on(0);
    let mut rest = data;
    let mut now = 0;
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (message, after) = after.split_at(length);
        rest = after;
        let Ok(request) = Request::decode(message) else {
            continue;
        };
        let again = Command::decode(message).expect("it was decoded before");
        assert_eq!(Request::try_from(again).as_ref(), Ok(&request));
        match request {
            Request::LoadPicture(part) => {
                assert!(part.data.len() <= MAX_PART && part.total <= MAX_PICTURE);
                assert!(part.offset as usize + part.data.len() <= part.total as usize);
            }
            Request::GetStatus { wait, .. } => assert!(wait <= MAX_WAIT),
            Request::ReadPicture { length, .. } => assert!(length as usize <= MAX_PART),
            Request::Act(_, act) => {
                now += BETWEEN;
                machine.advance(now);
                let fed = u32::try_from(machine.memory().counters.fed).expect("few cards");
                let _taken = machine.act(act, CARDS - fed, now);
                assert!(machine.memory().adds_up());
                assert!(machine.memory().cards.len() <= 2);
            }
            Request::Identify => {}
        }
    }
});
