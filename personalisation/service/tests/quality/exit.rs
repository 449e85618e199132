//! The exit inspection through the simulator's camera.

use hardware_sim::machine::{
    build::{Build, Marking},
    camera::Camera,
};

use super::{cards, defects};

#[test]
fn figures() {
    let build = Build::new(Marking::Ribbon, "1".to_owned());
    cards::each(7, 3, |number, card| {
        for handle in 0..4 {
            let begin = std::time::Instant::now();
            let found = defects::look(&build, &Camera::default(), u64::from(number) * 10 + handle, card, None);
            println!("{number} {handle} {:?}", begin.elapsed());
            println!("  {:?}\n  {:?}", found.measures(personalisation::quality::exit::Face::Front), found.measures(personalisation::quality::exit::Face::Back));
            for finding in found.findings() { println!("    FALSE {finding}"); }
            println!("  reads {}", found.reads(&card.mrz));
        }
        for fault in defects::of(Marking::Ribbon) {
            let found = defects::look(&build, &Camera::default(), u64::from(number), card, Some(fault));
            println!("{fault:?} passed={}", found.passed());
            for finding in found.findings().iter().take(4) { println!("    {finding}"); }
        }
    });
}
