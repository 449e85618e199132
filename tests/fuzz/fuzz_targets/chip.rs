//! Any commands in any order to a chip of any profile in any state: it always answers, and fingers stay where they are without a right.
#![cfg_attr(fuzzing, no_main)]

use fuzz::chip::{self, FINGERS, State, Wire};
use hardware_sim::card::profile::Profile;

/// Commands of one input; an RSA key takes a chip's time, so only a few are asked for.
const MOST: usize = 24;
const MOST_KEYS: usize = 2;
const GENERATE_KEY_PAIR: u8 = 0x47;

fuzz::target!(|data| {
    // Profile, state, then commands, each behind two bytes of length.
    let Some((&[profile, state], commands)) = data.split_first_chunk::<2>() else {
        return;
    };
    let profile = Profile::ALL[usize::from(profile) % Profile::ALL.len()];
    let state = State::ALL[usize::from(state) % State::ALL.len()];
    chip::with(profile, state, &mut |wire| attack(wire, commands));
});

fn attack(wire: &mut dyn Wire, mut commands: &[u8]) {
    let mut keys = 0;
    for _ in 0..MOST {
        let Some((length, rest)) = commands.split_first_chunk::<2>() else {
            return;
        };
        let (command, rest) = rest.split_at(rest.len().min(u16::from_be_bytes(*length).into()));
        commands = rest;
        keys += usize::from(command.get(1) == Some(&GENERATE_KEY_PAIR));
        if keys > MOST_KEYS {
            return;
        }
        // None is the reader's own word: the session is over, or that is no command for it.
        let Some(answer) = wire.ask(command) else {
            continue;
        };
        assert!(answer.len() >= 2, "an answer without a status word");
        let told = answer.windows(8).any(|part| part == &FINGERS[..8]);
        assert!(!told, "fingers without a right");
    }
}
