//! A residence permit, from its order to the counter: no template, no card; then approved by two, made, inspected.

use std::fs;
use std::path::Path;

use dossier::{PersonId, Text};
use e2e::house::House;
use personalisation::{config::Config, edge};
use personalisation_store::staff::{Grant, Link, Person, Role, RoleId};
use serde_json::Value as Json;
use time::Duration;
use toml::{Table, Value};

use crate::order::changes::{house, set};

const CATEGORY: &str = "Salarié";
const REMARK: &str = "Accès au marché du travail";

/// An order for somebody from afar.
fn permit(order: &mut Table) {
    set(order, "identity", "nationality", "USA");
    set(order, "document", "type", "residence-permit");
    set(order, "document", "category", CATEGORY);
    let remarks = vec![Value::from(REMARK)];
    set(order, "document", "remarks", remarks);
    set(order, "document", "title_ends", "2030-01-31");
}

/// Three at the centre: one who proposes and two who approve.
async fn staff(house: &House) {
    let config = Config::load(house.centre.config()).unwrap();
    let store = config.open_store_without_fingers().await.unwrap();
    let mut rng = edge::rng();
    let now = edge::now();
    let roles = [Role::Administrator, Role::Supervisor, Role::Supervisor];
    for (login, role) in ["ada", "bob", "eve"].into_iter().zip(roles) {
        let person = Person {
            id: PersonId::generate(&mut rng),
            login: login.to_owned(),
            name: Text::new("Somebody").unwrap(),
            active: true,
        };
        let grants = [Grant {
            id: RoleId::generate(&mut rng),
            role,
            office: None,
            from: now - Duration::DAY,
            until: None,
            by: None,
        }];
        let link = Link::generate(&mut rng, now + Duration::DAY);
        let added = store.add_person(&mut rng, &person, &grants, &link, &[], now);
        added.await.unwrap();
    }
}

const VERSION: [&str; 3] = ["luxembourg", "residence_permit", "1"];

/// What a template command printed, or why it did not work.
fn template(house: &House, verb: &str, further: &[&str]) -> Result<String, String> {
    let command = [&["template", verb][..], further].concat();
    let ended = house.centre_says(&command).unwrap();
    if ended.status == Some(0) {
        Ok(ended.output)
    } else {
        Err(ended.errors)
    }
}

fn listed(house: &House) -> (String, String) {
    let list = template(house, "list", &[]).unwrap();
    let line = list
        .lines()
        .find(|line| line.starts_with(&VERSION.join(" ")));
    let line = line.unwrap();
    let mut words = line.splitn(5, ' ').skip(3);
    let digest = words.next().unwrap().to_owned();
    (digest, words.next().unwrap().to_owned())
}

/// Nothing is made before two others approved; nobody approves what they proposed.
fn approve(house: &House) {
    let by = |login| [&VERSION[..], &["--login", login]].concat();
    let (digest, state) = listed(house);
    assert_eq!(state, "not proposed");
    template(house, "propose", &by("ada")).unwrap();
    let approve = |login| {
        let digest = ["--digest", digest.as_str()];
        template(house, "approve", &[&by(login)[..], &digest].concat())
    };
    let own = approve("ada").unwrap_err();
    assert!(own.contains("you proposed it"), "{own}");
    approve("bob").unwrap();
    assert_eq!(listed(house).1, "proposed, 1 approvals");
    let twice = approve("bob").unwrap_err();
    assert!(twice.contains("approved it already"), "{twice}");
    approve("eve").unwrap();
    assert_eq!(listed(house), (digest, "approved".to_owned()));
}

fn contains(file: &Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap();
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_residence_permit_is_made_once_its_template_is_approved_and_is_genuine() {
    let (house, _place) = house(1, 1);
    let file = house.people[0].write_order("permit", permit).unwrap();
    let order = house.centre.add_order(&file, &house.floor).unwrap();
    let blank = &house.floor.blanks()[0];
    house.floor.insert(0, blank).unwrap();
    let mut line = house.line().unwrap();
    let waits = line.wait_for("waiting", |event| event["event"] == "waiting");
    let why = waits.unwrap()["why"].as_str().unwrap().to_owned();
    assert!(why.contains("residence_permit"), "{why}");

    staff(&house).await;
    approve(&house);
    // The same line goes on by itself.
    let document = line.wait_for("document", |event| event["event"] == "document");
    let document = document.unwrap();
    line.finish().unwrap();
    assert_eq!(document["order"], order.as_str());
    assert_eq!(listed(&house).1, "frozen");

    let can = document["can"].as_str().unwrap();
    let ended = house
        .inspect(0, ["--can", can], &house.pki.trust())
        .unwrap();
    assert_eq!(ended.status, Some(0), "{}", ended.output);
    let report: Json = serde_json::from_str(&ended.output).unwrap();
    let mrz = &report["document"]["mrz"];
    assert!(mrz[0].as_str().unwrap().starts_with("IRLUX"), "{mrz}");
    let line_two = mrz[1].as_str().unwrap();
    // Until the title ends; of the holder's nationality.
    assert_eq!((&line_two[8..14], &line_two[15..18]), ("300131", "USA"));
    let number = document["number"].as_str().unwrap();
    let folder = house.documents().join(number);
    for text in [CATEGORY, REMARK] {
        assert!(contains(&folder.join("chip/EF_DG12.bin"), text), "{text}");
    }
    assert!(folder.join("front.png").exists() && folder.join("back.png").exists());
}
