//! Taking stations in: codes, lost replies, kills, and who may not come in.

use std::{process::Command, thread, time::Duration};

use crate::fleet::{
    house::{House, onboard, text},
    proxy::Proxy,
};

const QUARTER: u32 = 90 * 86_400;

#[test]
fn a_station_is_taken_in_once_and_saying_it_again_changes_nothing() {
    let house = House::new(QUARTER);
    let code = house.code();
    let file = house.station_file("one", house.ports());
    let first = onboard(&file, &code.to_lowercase().replace('-', " "));
    assert_eq!(first.status, Some(0), "{}", first.errors);
    assert!(
        !first.errors.contains("was not fetched"),
        "{}",
        first.errors
    );
    let again = onboard(&file, &code);
    assert_eq!(again.output, first.output, "{}", again.errors);
    let list = house.list();
    assert_eq!(list.len(), 1);
    assert!(list[0].contains("L-0304 active"), "{list:?}");
    assert!(first.output.contains(&house.first_station().to_string()));
    assert_eq!(house.audit().matches("\"taken in\"").count(), 1);
}

#[test]
fn a_code_shows_nothing_and_holds_for_one_pair_of_keys() {
    let house = House::new(QUARTER);
    let code = house.code();
    let (one, two) = (
        house.station_file("one", house.ports()),
        house.station_file("two", house.ports()),
    );
    let unknown = onboard(&one, "AAAA-AAAA-AAAA-AAAA-AAAA");
    assert_eq!(unknown.status, Some(1));
    assert_eq!(onboard(&one, &code).status, Some(0));
    let used = onboard(&two, &code);
    assert_eq!(used.status, Some(1));
    // Whoever tries codes learns nothing from the answer.
    assert_eq!(used.errors.lines().last(), unknown.errors.lines().last());
    let audit = house.audit();
    assert!(audit.contains("code_used_again"), "{audit}");
    assert_eq!(house.list().len(), 1);
    // The code is in no file of the centre.
    let code: String = code.chars().filter(|c| *c != '-').collect();
    for file in ["centre.db", "centre.db-wal", "centre.log"] {
        let bytes = std::fs::read(house.path(file)).unwrap_or_default();
        assert!(!bytes.windows(20).any(|window| window == code.as_bytes()));
    }
}

#[test]
fn an_address_that_is_wrong_too_often_must_wait_whichever_process_it_asks() {
    let mut house = House::new(QUARTER);
    let (_second, ports) = house.second_centre();
    let files = [
        house.station_file("one", house.ports()),
        house.station_file("two", ports),
    ];
    for file in files.iter().cycle().take(10) {
        let wrong = onboard(file, "AAAA-AAAA-AAAA-AAAA-AAAA");
        let said = wrong.errors;
        assert!(said.contains("PermissionDenied"), "{said}");
    }
    let code = house.code();
    for file in &files {
        let waits = onboard(file, &code).errors;
        assert!(waits.contains("ResourceExhausted"), "{waits}");
    }
    // Nor does it help that the centre is started again.
    house.start_centre();
    let waits = onboard(&house.station_file("one", house.ports()), &code).errors;
    assert!(waits.contains("ResourceExhausted"), "{waits}");
}

#[test]
fn a_lost_reply_is_asked_for_again() {
    let house = House::new(QUARTER);
    let [fleet, onboarding] = house.ports();
    let line = Proxy::to(onboarding);
    let code = house.code();
    let file = house.station_file("one", [fleet, line.port]);
    line.lose_replies(true);
    let lost = onboard(&file, &code);
    assert_eq!(lost.status, Some(1));
    assert!(lost.errors.contains("does not answer"), "{}", lost.errors);
    assert_eq!(house.list().len(), 1, "the centre took it in");
    line.lose_replies(false);
    let found = onboard(&file, &code);
    assert_eq!(found.status, Some(0), "{}", found.errors);
    assert_eq!(house.list().len(), 1);
    assert_eq!(house.audit().matches("\"taken in\"").count(), 1);
}

#[test]
fn the_power_pulled_at_any_moment_of_onboarding_leaves_a_station_that_goes_on() {
    let house = House::new(QUARTER);
    let code = house.code();
    let file = house.station_file("one", house.ports());
    let program = e2e::programs::built("enrolment-station").unwrap();
    let mut killed = 0;
    let mut moment = Duration::from_millis(4);
    let done = loop {
        let mut station = Command::new(&program)
            .args(["--config", text(&file), "onboard", &code])
            .spawn()
            .unwrap();
        thread::sleep(moment);
        if let Some(status) = station.try_wait().unwrap() {
            break status;
        }
        station.kill().unwrap();
        station.wait().unwrap();
        killed += 1;
        moment += Duration::from_millis(7);
        assert!(killed < 400, "it never ends");
    };
    assert!(done.success(), "after {killed} kills");
    assert!(killed >= 5, "killed {killed} times");
    println!("killed {killed} times");
    assert_eq!(house.list().len(), 1);
    assert!(!house.audit().contains("ALARM") && !house.audit().contains("code_used_again"));
}

#[test]
fn a_replaced_station_goes_into_quarantine() {
    let house = House::new(QUARTER);
    let broken = house.station_file("broken", house.ports());
    assert_eq!(onboard(&broken, &house.code()).status, Some(0));
    let id = house.first_station().to_string();
    let code = house.fleet(&["code", "--office", "L-0304", "--replaces", &id]);
    let fresh = house.station_file("fresh", house.ports());
    let done = onboard(&fresh, code.trim());
    assert_eq!(done.status, Some(0), "{}", done.errors);
    let list = house.list();
    let state = |needle: &str| list.iter().filter(|line| line.contains(needle)).count();
    assert_eq!((state("active"), state("quarantined")), (1, 1), "{list:?}");
    assert!(
        list.iter()
            .any(|line| line.starts_with(&id) && line.contains("quarantined"))
    );
    // It gets nothing more.
    let denied = onboard(&broken, "none");
    assert!(denied.errors.contains("in quarantine"), "{}", denied.errors);
}
