//! The console with nothing of intake's: it asks the register, decides with a ticket, and ends stations at pki by its
//! own key; and it does so where intake's token stands beside its own and does not open.

use std::{fs, net::TcpListener, path::Path};

use dossier::{ApplicationId, dossier::DocumentType};
use e2e::programs::{self, Service};
use evidence::ticket::SignedTicket;
use personalisation::{config::Config, edge};
use personalisation_store::{Store, order::ContentKind};

use crate::{
    console::seed::{self, Case, NUMBER},
    fleet::{
        house::{House, onboard, text},
        pages::{QUARTER, code, on_the_list},
    },
};

/// A register that knows one person, under a name that no dossier has.
fn register(house: &House) -> (Service, String) {
    let line = format!(
        "{NUMBER},Ausdemregister,Anne-Léa,F,1990-01-01,Esch-sur-Alzette,LUX,0304,Luxembourg,1 rue de l'Exemple,1,head,1\n"
    );
    let header = e2e::house::people::REGISTER_HEADER;
    let (file, log) = (house.path("people.csv"), house.path("register.log"));
    fs::write(&file, format!("{header}\n{line}")).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let address = free.unwrap().to_string();
    let at = |name: &str| {
        house
            .path("pki/operations")
            .join(name)
            .display()
            .to_string()
    };
    let arguments = [
        "register",
        "--file",
        text(&file),
        "--listen",
        &address,
        "--tls-certificate",
        &at("register.pem"),
        "--tls-key",
        &at("register.key"),
        "--tls-client-ca",
        &at("operations-ca.pem"),
    ];
    let mut service = Service::start("hardware-sim", &arguments, &[], &log).unwrap();
    let said = || fs::read_to_string(&log).is_ok_and(|said| !said.is_empty());
    service.wait_until(&log, said).unwrap();
    (service, address)
}

async fn store(config: &Path) -> Store {
    let config = Config::load(config).unwrap();
    config.open_store().await.unwrap()
}

async fn in_review(store: &Store) -> ApplicationId {
    let id = ApplicationId::generate(&mut edge::rng());
    let case = Case {
        clerk: dossier::PersonId::from_bytes([9; 16]),
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    };
    seed::refer(store, &case, id).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_has_nothing_of_intakes_asks_the_register_decides_and_revokes() {
    let house = House::new(QUARTER);
    let (_register, address) = register(&house);
    let ca = "pki/operations/operations-ca.pem";
    let section = format!(
        "[register]\nauthority = \"{address}\"\nserver_name = \"localhost\"\nserver_ca = \"{ca}\"\n"
    );
    let (_console, origin) = house.console_alone(&section);
    let config = fs::read_to_string(house.path("console.toml")).unwrap();
    for theirs in ["[tokens.intake]", "[intake]", "fingers", "[fleet.token]"] {
        assert!(!config.contains(theirs), "{theirs}");
    }
    let store = store(&house.path("centre.toml")).await;
    let case = in_review(&store).await;

    // The register answers the console, under its own certificate.
    let mut supervisor = house.hire("weber", "supervisor", &origin);
    let path = format!("/review/{case}");
    let page = supervisor.go(&path).unwrap();
    assert!(page.html.contains("Ausdemregister"), "{}", page.html);
    // A decision with a ticket of review's key.
    let reason = [("reason", "Compared both pictures")];
    let approved = supervisor.send(&page, &format!("{path}/approve"), &reason);
    approved.unwrap().at("/review").unwrap();
    let row = store.application(case).await.unwrap().unwrap();
    let ticket = store.order_content(row.order.unwrap(), ContentKind::Ticket);
    let ticket = SignedTicket::decode(&ticket.await.unwrap().unwrap()).unwrap();
    let key = fs::read(house.path("pki/public/review-tickets-1.spki")).unwrap();
    ticket.verify(&key, edge::now().unix_timestamp()).unwrap();

    // What was signed for stations is read, and a revocation reaches pki.
    let mut administrator = house.administrator(&origin);
    let configuration = administrator.go("/configuration/1").unwrap();
    assert!(configuration.html.contains("lock_minutes"));
    let file = house.station_file("one", house.ports());
    let done = onboard(&file, &code(&mut administrator, None));
    assert_eq!(done.status, Some(0), "{}", done.errors);
    let path = format!("/fleet/{}", house.first_station());
    let ask = administrator.go(&format!("{path}/revoke")).unwrap();
    let reason = [("reason", "key_compromise")];
    let revoked = administrator.send(&ask, &format!("{path}/revoke"), &reason);
    let page = revoked.unwrap().at(&path).unwrap();
    assert!(!page.html.contains("pki not told yet"), "{}", page.html);
    assert_eq!(on_the_list(&house), 2);
}

#[test]
fn a_console_beside_intake_in_one_file_opens_its_own_token_alone() {
    let mut house = House::new(QUARTER);
    let file = house.station_file("one", house.ports());
    assert_eq!(onboard(&file, &house.code()).status, Some(0));
    let id = house.first_station();
    house.kill_centre();
    // From now on whoever opens intake's token fails: so does intake itself.
    fs::write(house.path("pki/tokens/intake/user.pin"), "00000000").unwrap();
    let config = house.path("centre.toml");
    let refused = programs::run(
        "personalisation",
        &["intake", "--config", text(&config)],
        &[],
    );
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("PIN"), "{refused}");
    // Nor is the fingers' key read, which the same file names.
    fs::remove_file(house.path("fingers.key")).unwrap();
    let (_console, origin) = house.console();
    let config = fs::read_to_string(house.path("console.toml")).unwrap();
    for theirs in ["[tokens.intake]", "[fleet.token]", "fingers_key_file"] {
        assert!(config.contains(theirs), "{theirs}");
    }
    let mut visitor = house.administrator(&origin);
    let path = format!("/fleet/{id}");
    let ask = visitor.go(&format!("{path}/revoke")).unwrap();
    let reason = [("reason", "superseded")];
    let revoked = visitor.send(&ask, &format!("{path}/revoke"), &reason);
    revoked.unwrap().at(&path).unwrap();
    assert_eq!(on_the_list(&house), 2);
}
