//! The line in the whole house: real daemon, real token, real programs.

use e2e::house::{Floor, FloorPlan, Pki};

#[test]
fn a_house_comes_up() {
    let work = tempfile::tempdir().unwrap();
    let mut pki = Pki::hold_ceremony(&work.path().join("pki")).unwrap();
    pki.serve().unwrap();
    let plan = FloorPlan { readers: 2, blanks: 3, link: None };
    let floor = Floor::start(&work.path().join("floor"), &plan).unwrap();
    assert_eq!(floor.blanks().len(), 3);
    floor.insert(1, &floor.blanks()[0]).unwrap();
}
