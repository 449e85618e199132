//! Commands that nobody should send, in every state of the chip's life: an answer, never a panic.

use crate::bench;
use crate::bench::terminals::{World, locked};
use crate::bench::{
    Bench, enter, enter_with_mrz, hex, locked_card, passport, replace_keys, seeded,
};
use hardware_sim::card::profile::Profile;
use icao9303::transport::CardTransport;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const ROUNDS: u32 = 4_000;

/// Every instruction that the chip knows, and some that it does not.
const INSTRUCTIONS: [u8; 20] = [
    0x22, 0x2A, 0x47, 0x50, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xB1, 0xC0, 0xCA, 0xD6, 0xD7, 0xD8,
    0xE0, 0xE2, 0xF0, 0xFF,
];
const CLASSES: [u8; 8] = [0x00, 0x0C, 0x10, 0x1C, 0x80, 0x84, 0x8C, 0xFF];
/// Beginnings of command data that get past the first checks.
const SEEDS: [&str; 10] = [
    "800A04007F00070202040202830102",
    "7C00",
    "7C438141047ACF",
    "620E820101830201FF8002000188F88C0101",
    "B606840D80010D",
    "8010",
    "8020205F2506020601000001",
    "830E55544356434155544F3030303031",
    "7F4E819B5F290100420E55544356434155544F3030303031",
    "87110199020000",
];

fn pick<T: Copy>(rng: &mut StdRng, from: &[T]) -> T {
    from[rng.next_u32() as usize % from.len()]
}

fn command(rng: &mut StdRng) -> Vec<u8> {
    let length = rng.next_u32() as usize % 80;
    let mut noise = vec![0; length];
    rng.fill_bytes(&mut noise);
    let whole_noise = rng.next_u32().is_multiple_of(8);
    if whole_noise {
        return noise;
    }
    let [p1, p2, ..] = rng.next_u32().to_le_bytes();
    let parameters = pick(
        rng,
        &[
            [0, 0],
            [0xC1, 0xA4],
            [0x41, 0xA4],
            [0x81, 0xA4],
            [0x81, 0xB6],
            [0x00, 0xBE],
            [0x04, 0x0C],
            [0x9C, 0],
            [p1, p2],
        ],
    );
    let mut data = hex(pick(rng, &SEEDS));
    data.extend(noise);
    data.truncate(rng.next_u32() as usize % 100);
    let mut command = vec![pick(rng, &CLASSES), pick(rng, &INSTRUCTIONS)];
    command.extend(parameters);
    if !data.is_empty() {
        command.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
        command.extend(data);
    }
    if rng.next_u32().is_multiple_of(2) {
        command.push(rng.next_u32().to_le_bytes()[0]);
    }
    command
}

fn attack(card: &mut impl CardTransport, rng: &mut StdRng) {
    for _ in 0..ROUNDS {
        // A session that was ended answers through the transport with an error, never a panic.
        if let Ok(response) = card.transmit(&command(rng)) {
            assert!(response.len() >= 2);
        }
    }
}

#[test]
fn in_every_state_of_life() {
    let mut rng = StdRng::seed_from_u64(2_026);
    let mut blank = Bench::new(seeded(1));
    attack(&mut blank.card, &mut rng);
    let mut personalising = Bench::new(seeded(2));
    replace_keys(&mut personalising);
    attack(&mut personalising.card, &mut rng);
    let mut locked = locked_card();
    attack(&mut locked.card, &mut rng);
}

/// Inside the protected channels the data arrives decrypted, so it is hostile there too.
#[test]
fn inside_sessions() {
    let mut rng = StdRng::seed_from_u64(2_027);
    let mut bench = Bench::new(seeded(3));
    replace_keys(&mut bench);
    for _ in 0..5 {
        // Sent inside the channel; a chip that was locked by chance is done.
        let Ok(mut channel) = bench.channel(0x31, &bench::centre_keys()) else {
            break;
        };
        attack(&mut channel, &mut rng);
    }
    let mut bench = locked_card();
    for _ in 0..5 {
        bench.run("reset");
        attack(&mut enter(&mut bench), &mut rng);
    }
}

/// In front of terminal authentication, and behind it.
#[test]
fn chips_that_admit_terminals() {
    let mut rng = StdRng::seed_from_u64(2_029);
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    for admitted in [false, true] {
        chip.bench.run("reset");
        let mut session = chip.enter();
        if admitted {
            let known = world.known();
            session.authenticate(&world.terminal, &known).unwrap();
        } else {
            session.authenticate_chip();
        }
        attack(&mut session.card, &mut rng);
    }
    assert_eq!(chip.bench.card.trust_points(), [world.root.name().clone()]);
}

/// Chips that open to basic access control and sign: plain, and in the session.
#[test]
fn passports() {
    let mut rng = StdRng::seed_from_u64(2_028);
    let command = bench::ecdsa_key_command();
    let files = bench::small_card();
    let mrz = &bench::MRZ_PASSWORD;
    for profile in [Profile::BacPassport, Profile::Passport] {
        let (mut bench, _) = passport(profile, &files, mrz, Some(&command), seeded(4));
        attack(&mut bench.card, &mut rng);
        for _ in 0..3 {
            bench.run("reset");
            attack(&mut enter_with_mrz(&mut bench, mrz).unwrap(), &mut rng);
        }
    }
}
