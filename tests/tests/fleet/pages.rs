//! What an administrator does with stations in the console, against the real pki.

use std::fs;

use dossier::StationId;
use e2e::visitor::Visitor;
use icao9303::crl::RevocationList;
use tonic::Code;
use wire::fleet::{PullRequest, ReportRequest, fleet_client::FleetClient};

use enrolment_station::{edge, fleet::Standing};

use crate::fleet::house::{House, onboard};

pub const QUARTER: u32 = 90 * 86_400;

/// The code that a page gives for a station; with `replaces`, from the page of the one that is broken.
pub fn code(visitor: &mut Visitor, replaces: Option<StationId>) -> String {
    let ask = match replaces {
        Some(id) => {
            let link = format!("/fleet/new?replaces={id}");
            let page = visitor.go(&format!("/fleet/{id}")).unwrap();
            assert!(page.html.contains(&link), "{}", page.html);
            link
        }
        None => "/fleet/new".to_owned(),
    };
    let page = visitor.go(&ask).unwrap();
    let office: &[(&str, &str)] = match replaces {
        // Nobody types the office of a replacement.
        Some(_) => &[],
        None => &[("office", "L-0304")],
    };
    let made = visitor.send(&page, "/fleet/code", office).unwrap();
    assert_eq!(made.status, 200, "{}", made.html);
    made.text_of("code").unwrap()
}

/// How many certificates the list of the operations CA names.
pub fn on_the_list(house: &House) -> usize {
    let list = fs::read(house.path("pki/operations/operations.crl")).unwrap();
    RevocationList::parse(&list).unwrap().revoked().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_station_is_replaced_and_revoked_by_pages() {
    let house = House::new(QUARTER);
    let (_console, origin) = house.console();
    let mut visitor = house.administrator(&origin);
    let file = house.station_file("broken", house.ports());
    let done = onboard(&file, &code(&mut visitor, None));
    assert_eq!(done.status, Some(0), "{}", done.errors);
    let broken = house.first_station();
    let fleet = visitor.go("/fleet").unwrap();
    assert!(
        fleet.html.contains(&format!("/fleet/{broken}")),
        "{}",
        fleet.html
    );

    // Our own programs stand there too, each with what is left of its certificate.
    for program in ["Intake", "Intake, as it calls pki", "Console"] {
        let cell = format!(">{program}<");
        wait_until(|| visitor.go("/fleet").unwrap().html.contains(&cell));
    }

    // Its replacement comes: from then on the broken one is in quarantine.
    let replacement = house.station_file("fresh", house.ports());
    let done = onboard(&replacement, &code(&mut visitor, Some(broken)));
    assert_eq!(done.status, Some(0), "{}", done.errors);
    let path = format!("/fleet/{broken}");
    let page = visitor.go(&path).unwrap();
    assert!(page.html.contains("Under quarantine"), "{}", page.html);
    let config = house.station("broken");
    let standing = Standing::open(&config, &mut edge::rng()).await.unwrap();
    let mut client = FleetClient::new(standing.channel().unwrap());
    let told = client.report(ReportRequest::default()).await.unwrap();
    assert!(!told.into_inner().pull, "it gets nothing more");
    let denied = client.pull(PullRequest::default()).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied);
    // What its outbox holds can still be carried away, without its token.
    let (folder, config) = (house.path("carried"), house.path("broken.toml"));
    fs::rename(house.path("broken-token"), house.path("token-away")).unwrap();
    let (folder, config) = (folder.to_str().unwrap(), config.to_str().unwrap());
    let export = ["outbox", "export", folder, "--config", config];
    e2e::programs::run("enrolment-station", &export, &[]).unwrap();
    assert!(house.path("carried/outbox.json").exists());

    // Revoked with a reason, and not without; then it is on pki's list, and refused on its open connection.
    assert_eq!(on_the_list(&house), 0);
    let ask = visitor.go(&format!("{path}/revoke")).unwrap();
    let without = visitor.send(&ask, &format!("{path}/revoke"), &[]).unwrap();
    assert_eq!(without.status, 422);
    let reason = [("reason", "superseded")];
    let revoked = visitor.send(&without, &format!("{path}/revoke"), &reason);
    let revoked = revoked.unwrap().at(&path).unwrap();
    assert!(revoked.html.contains("Revoked"), "{}", revoked.html);
    assert_eq!(on_the_list(&house), 2);
    let refused = client.report(ReportRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    // For ever: the page offers nothing any more. The fresh one goes on.
    assert!(!revoked.html.contains("/release"), "{}", revoked.html);
    let goes_on = onboard(&replacement, "none");
    assert_eq!(goes_on.status, Some(0), "{}", goes_on.errors);
    let audit = house.audit();
    for act in ["make-station-code", "revoke-station"] {
        assert!(audit.contains(act), "{act}");
    }
}

#[test]
fn where_pki_is_away_the_console_says_so_and_pki_is_told_once_it_is_back() {
    let mut house = House::new(QUARTER);
    let (_console, origin) = house.console();
    let mut visitor = house.administrator(&origin);
    let file = house.station_file("one", house.ports());
    assert_eq!(onboard(&file, &code(&mut visitor, None)).status, Some(0));
    let path = format!("/fleet/{}", house.first_station());
    house.kill_operations();
    let ask = visitor.go(&format!("{path}/revoke")).unwrap();
    let reason = [("reason", "key_compromise")];
    let revoked = visitor.send(&ask, &format!("{path}/revoke"), &reason);
    let page = revoked.unwrap().at(&path).unwrap();
    let still = "Revoked, pki not told yet";
    assert!(page.html.contains(still), "{}", page.html);
    let list = visitor.go("/fleet").unwrap();
    let count = "pki is still to be told that 1 station is revoked";
    assert!(list.html.contains(still) && list.html.contains(count));
    assert!(house.list()[0].contains("revoked"));
    assert!(
        house
            .audit()
            .contains("revoked here, pki is yet to be told")
    );
    // Somebody tries by himself, and nothing is on the list before pki is there.
    wait_until(|| house.audit().contains("\"not told: "));
    assert_eq!(on_the_list(&house), 0);
    house.start_operations();
    wait_until(|| !visitor.go(&path).unwrap().html.contains(still));
    assert_eq!(on_the_list(&house), 2);
    let told = |line: &&str| line.contains("\"tell-revocation\"") && line.contains("\"told, 2");
    assert_eq!(house.audit().lines().filter(told).count(), 1);
    let list = visitor.go("/fleet").unwrap();
    assert!(!list.html.contains("still to be told"), "{}", list.html);
}

#[test]
fn a_revocation_that_cannot_be_read_rings_and_pki_is_told_of_the_other_one() {
    let mut house = House::new(QUARTER);
    let (_console, origin) = house.console();
    let mut visitor = house.administrator(&origin);
    for name in ["one", "two"] {
        let file = house.station_file(name, house.ports());
        assert_eq!(onboard(&file, &code(&mut visitor, None)).status, Some(0));
    }
    house.kill_operations();
    let stations = house.list();
    let mut stations = stations.iter().map(|line| line.split(' ').next().unwrap());
    let [damaged, other] = [(); 2].map(|()| stations.next().unwrap().to_owned());
    for station in [&damaged, &other] {
        let path = format!("/fleet/{station}");
        let ask = visitor.go(&format!("{path}/revoke")).unwrap();
        let reason = [("reason", "superseded")];
        let revoked = visitor.send(&ask, &format!("{path}/revoke"), &reason);
        revoked.unwrap().at(&path).unwrap();
    }
    let reason = |reason: &str| {
        format!("UPDATE fleet_station SET reason = '{reason}' WHERE station_id = X'{damaged}'")
    };
    house.meddle(&reason("nonsense"));
    let rang = "A revocation cannot be read";
    wait_until(|| visitor.go("/fleet/alarms").unwrap().html.contains(rang));
    house.start_operations();
    let still = "Revoked, pki not told yet";
    let path = format!("/fleet/{other}");
    wait_until(|| !visitor.go(&path).unwrap().html.contains(still));
    assert_eq!(on_the_list(&house), 2);
    let fleet = visitor.go("/fleet").unwrap().html;
    assert!(fleet.contains("pki is still to be told that 1 station is revoked"));
    assert!(fleet.contains(&other) && !fleet.contains(&damaged));
    let alarms = visitor.go("/fleet/alarms").unwrap().html;
    assert_eq!(alarms.matches(rang).count(), 1, "{alarms}");
    // Mended, it is told too.
    house.meddle(&reason("superseded"));
    house.meddle("UPDATE fleet_revocation SET next_try_at = 0");
    wait_until(|| on_the_list(&house) == 4);
}

/// Waits for what a program does by itself.
fn wait_until(mut done: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !done() {
        assert!(began.elapsed().as_secs() < 90, "nobody did it");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
}

#[test]
fn an_auditable_history_of_what_is_configured() {
    let house = House::new(QUARTER);
    let draft = house.fleet(&["configuration", "show"]);
    house.sign(&draft.replace("cents = 4500", "cents = 5000"));
    let (_console, origin) = house.console();
    let mut visitor = house.administrator(&origin);
    let list = visitor.go("/configuration").unwrap();
    assert!(list.html.contains("/configuration/1") && list.html.contains("/configuration/2"));
    assert_eq!(list.html.matches("In force").count(), 1, "{}", list.html);
    // What changed stands before everything else, and nothing else is said to have changed.
    let second = visitor.go("/configuration/2").unwrap();
    let (changes, all) = second.html.split_once("Everything that it says").unwrap();
    assert!(changes.contains("cents = 4500") && changes.contains("cents = 5000"));
    assert_eq!(changes.matches("<h3>").count(), 1, "{changes}");
    assert!(all.contains("cents = 5000") && !all.contains("cents = 4500"));
    assert!(all.contains("lock_minutes = 5"));
    let first = visitor.go("/configuration/1").unwrap();
    assert!(first.html.contains("cents = 4500") && !first.html.contains("<h3>"));
    assert_eq!(visitor.go("/configuration/3").unwrap().status, 404);
}
