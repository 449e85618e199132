//! The centre on PostgreSQL: each program under a role of its own, from the order to the card.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use e2e::database::Server;
use e2e::house::{FloorPlan, House, HousePlan};
use e2e::programs::Ended;

/// The programs that work here, each with a login.
const PROGRAMS: [&str; 4] = ["stock", "order", "line", "audit"];

struct Journey {
    house: House,
    server: Server,
    _place: tempfile::TempDir,
}

impl Journey {
    fn says(&self, program: &str, command: &[&str]) -> Ended {
        let url = self.server.as_program(program);
        let command = [command, &["--database", &url]].concat();
        self.house.centre_says(&command).unwrap()
    }

    fn does(&self, program: &str, command: &[&str]) -> String {
        let ended = self.says(program, command);
        assert_eq!(ended.status, Some(0), "{program} {command:?}: {ended:?}");
        ended.output
    }
}

async fn begin() -> Journey {
    let server = Server::begin().await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let floor = FloorPlan {
        readers: 2,
        blanks: 3,
        link: None,
    };
    let plan = HousePlan {
        floor,
        people: 3,
        line: "",
    };
    let house = House::start(place.path(), &plan).unwrap();
    Journey {
        house,
        server,
        _place: place,
    }
}

#[tokio::test]
async fn from_blanks_and_orders_to_cards_each_program_under_its_own_role() {
    let journey = begin().await;
    let absent = [
        "order",
        "list",
        "--database",
        "postgres://owner@127.0.0.1:1/centre",
    ];
    let refused = journey.house.centre_says(&absent).unwrap();
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(
        refused.errors.contains("refused"),
        "not the pool's patience: {refused:?}"
    );

    let owner = journey.server.as_login("owner");
    let list = ["order", "list", "--database", &owner];
    let early = journey.house.centre_says(&list).unwrap();
    assert_eq!(early.status, Some(1), "{early:?}");
    assert!(early.errors.contains("database migrate"), "{early:?}");

    let migrate = ["database", "migrate", "--database", &owner];
    for _twice in 0..2 {
        let migrated = journey.house.centre_says(&migrate).unwrap();
        assert_eq!(migrated.status, Some(0), "{migrated:?}");
        assert!(!migrated.output.contains("owner@"), "{migrated:?}");
    }
    for program in PROGRAMS {
        journey.server.employ(program).await.unwrap();
    }

    let (delivery, key) = (
        journey.house.floor.delivery(),
        journey.house.floor.wrapping_key(),
    );
    let (delivery, key) = (delivery.to_str().unwrap(), key.to_str().unwrap());
    journey.does(
        "stock",
        &["blanks", "import", delivery, "--wrapping-key", key],
    );
    assert_eq!(journey.does("stock", &["blanks", "count"]), "vault 3\n");

    for person in &journey.house.people[..2] {
        let file = person.write_order("order", |_| ()).unwrap();
        journey.does("order", &["order", "add", file.to_str().unwrap()]);
        // Nobody is ordered a second card, whichever engine says so.
        let again = journey.says("order", &["order", "add", file.to_str().unwrap()]);
        assert!(again.errors.contains("has order"), "{again:?}");
    }
    let third = journey.house.people[2]
        .write_order("order", |_| ())
        .unwrap();
    let forbidden = journey.says("line", &["order", "add", third.to_str().unwrap()]);
    assert!(
        forbidden.errors.contains("permission denied"),
        "{forbidden:?}"
    );

    for slot in 0..2 {
        let chip = journey.house.floor.blanks()[slot].clone();
        journey.house.floor.insert(slot, &chip).unwrap();
    }
    let said = journey.does("line", &["line", "--once", "--json"]);
    let finished = said.lines().last().unwrap();
    let finished: serde_json::Value = serde_json::from_str(finished).unwrap();
    assert_eq!(finished["documents"], 2, "{said}");
    assert_eq!(
        journey.does("stock", &["blanks", "count"]),
        "document 2\nvault 1\n"
    );
    let list = journey.does("order", &["order", "list"]);
    assert_eq!(list.matches("read_back").count(), 2, "{list}");

    let audit = journey.does("audit", &["audit"]);
    for act in ["receive-delivery", "add-order", "bind", "lock", "read-back"] {
        assert!(audit.contains(&format!("\"{act}\"")), "{act}: {audit}");
    }
}
