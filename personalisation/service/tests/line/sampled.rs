//! A box's sample, read at a reader: real chips, silent ones, used ones.

use std::{path::Path, time::Duration};

use hardware_sim::card::{
    Card,
    fault::{Fault, What},
};
use personalisation::stock::sample::{Laid, SampleError, read};
use personalisation_core::chip_serial::ChipSerial;
use rand::{SeedableRng as _, rngs::StdRng};

use crate::line::{bench::Bench, people::Applicant};

const PATIENCE: Duration = Duration::from_millis(1);

fn serial(chip: &Path) -> ChipSerial {
    let rng = Box::new(StdRng::seed_from_u64(0));
    ChipSerial::from_bytes(Card::open(chip, rng).unwrap().serial())
}

#[test]
fn a_sample_is_what_a_reader_read_and_each_bad_chip_is_put_aside() {
    let mut bench = Bench::new(Applicant::small());
    bench.blanks(1);
    bench.order();
    bench.run().unwrap();
    // Three blanks, of which the first answers nothing, and the finished card.
    bench.tray.clear();
    let blanks = bench.blanks(3);
    let mut serials = Vec::new();
    let read_them = || serials.extend(blanks.iter().map(|chip| serial(chip)));
    bench.tray.outside(read_them);
    bench.tray.add(&bench.chips[0].clone());
    bench.tray.arm(Fault {
        at_apdu: 1,
        what: What::Silent,
        returns: false,
    });
    let mut laid = Vec::new();
    let mut tray = bench.tray.clone();
    let sample = read(&mut tray, 2, PATIENCE, |one| laid.push(one.clone())).unwrap();
    assert!(matches!(laid[0], Laid::Unusable(_)), "{laid:?}");
    let good = [Laid::Blank(serials[1]), Laid::Blank(serials[2])];
    assert_eq!(laid[1..], good);
    assert_eq!(sample, [serials[1], serials[2]].into());

    // What is left is the card, which is no blank, and then nobody lays anything.
    let ended = read(&mut tray, 1, PATIENCE, |one| laid.push(one.clone()));
    assert!(
        matches!(ended, Err(SampleError::NoChip { read: 0 })),
        "{ended:?}"
    );
    let last = laid.last().unwrap();
    assert!(matches!(last, Laid::Unusable(why) if why.contains("Operational")));
}
