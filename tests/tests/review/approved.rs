//! The whole way from a sealed dossier to an order that the line takes.

use std::{path::Path, sync::Arc};

use dossier::{
    PartialDay, Text,
    dossier::{Finger, Ground, PriorDocument, PriorState},
};
use e2e::counter::{
    Intake, Paper, Station,
    authority::{self, Subject},
    station,
};
use e2e::{database::Engine, on_each_engine};
use hardware_sim::{
    people::{self, People, portrait::Fault},
    register::{self, RegisterFile},
};
use image::ImageFormat;
use openssl::pkey::{PKey, Private};
use personalisation::{
    config::Config,
    review::{Desk, ReviewError, register::Register},
};
use personalisation_core::application::{ApplicationState, Approval, Referral};
use personalisation_store::order::ContentKind;
use wire::register::{FindRequest, Person, PersonStatus, Purpose, register_client::RegisterClient};

use crate::review::support::{
    REVIEWER, at_work_on, case, desk, encoded, file, named, now, printable, record, referrals,
    with_staff,
};

/// Its address is filled in when it runs.
const REGISTER: &str = "
[register]
authority = \"REGISTER\"
server_name = \"localhost\"
server_ca = \"ca.pem\"
";

async fn approval_by_a_person_is_an_order_with_a_ticket_over_what_was_checked(engine: Engine) {
    let (_place, centre, counter, desk) = at_work_on(engine).await;
    let paper = named(printable(centre.paper(&counter)), "Approved");
    let row = file(&centre, &counter, &paper.dossier().unwrap()).await;
    let prepared = centre
        .store
        .prepared_order(row.content)
        .await
        .unwrap()
        .unwrap();
    let order = desk.approve(case(&row, REVIEWER), now()).await.unwrap();
    assert_eq!(order, prepared.order);
    let key = std::fs::read(centre.folder().join("review-tickets-1.spki")).unwrap();
    an_order_the_line_takes(&centre, order, &key).await;
    let listed = centre.store.orders().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].attempt.state().name(), "queued");
}

/// Everything that the line reads of an order is there, and what the ticket commits to.
pub async fn an_order_the_line_takes(
    centre: &Intake,
    order: personalisation_core::ids::OrderId,
    key: &[u8],
) {
    let content = |kind| async move {
        let found = centre.store.order_content(order, kind).await.unwrap();
        found.expect("the order has it")
    };
    let ticket = content(ContentKind::Ticket).await;
    let ticket = evidence::ticket::SignedTicket::decode(&ticket).unwrap();
    let ticket = ticket.verify(key, authority::now()).unwrap();
    assert_eq!(&ticket.order, order.as_bytes());
    let numbered = [
        (ContentKind::Dg2, 2),
        (ContentKind::Dg3, 3),
        (ContentKind::Dg7, 7),
        (ContentKind::Dg11, 11),
    ];
    for (kind, number) in numbered {
        let file = content(kind).await;
        assert_eq!(
            ticket.content.get(&number),
            Some(&openssl::sha::sha256(&file))
        );
    }
    let identity = personalisation::order::Identity::decode(&content(ContentKind::Identity).await);
    identity.unwrap().mrz("C3F7K9T21".parse().unwrap()).unwrap();
}

#[tokio::test]
async fn a_renewal_about_which_everything_is_right_is_approved_by_the_rule() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), REGISTER).await.unwrap();
    let running = serve_register(&centre).await;
    let address = running.address().to_string();
    centre
        .reconfigure(|text| text.replace("REGISTER", &address))
        .unwrap();
    centre.serve().unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let person = somebody(&centre, &address).await;
    let (paper, prior) = known(&centre, &counter, &person);
    let mut dossier = paper.dossier().unwrap();
    dossier.prior_document = Some(prior);
    let row = file(&centre, &counter, &dossier).await;
    let checks = centre.store.checks(row.content).await.unwrap();
    let ApplicationState::Approved(_, approval) = row.application.state() else {
        panic!("{:?} {checks:#?}", row.application.record().referrals);
    };
    assert_eq!(*approval, Approval::ByRule { configuration: 1 });
    let key = std::fs::read(centre.folder().join("review-tickets-1.spki")).unwrap();
    an_order_the_line_takes(&centre, row.order.unwrap(), &key).await;
    // The register down, the same thing is a person's to decide.
    running
        .trouble()
        .set(register::Fault::Down, std::time::Duration::ZERO);
    let mut again = dossier.clone();
    again.application = centre.paper(&counter).application;
    let row = file(&centre, &counter, &again).await;
    assert_eq!(row.application.state().name(), "in_review");
    let why = referrals(&row);
    assert!(why.contains(&Referral::NotInRegister), "{why:?}");
    assert!(why.contains(&Referral::AnotherApplication), "{why:?}");
}

#[tokio::test]
async fn who_died_since_the_checks_gets_no_card() {
    let place = tempfile::tempdir().unwrap();
    let mut centre = Intake::start(place.path(), REGISTER).await.unwrap();
    with_staff(&centre).await;
    let running = serve_register(&centre).await;
    let address = running.address().to_string();
    centre
        .reconfigure(|text| text.replace("REGISTER", &address))
        .unwrap();
    centre.serve().unwrap();
    let counter = centre.station("L-0304").await.unwrap();
    let person = somebody(&centre, &address).await;
    let (paper, prior) = known(&centre, &counter, &person);
    let mut dossier = paper.dossier().unwrap();
    dossier.prior_document = Some(prior);
    // Not for the rule to decide.
    dossier.ground = Ground::Correction;
    let row = file(&centre, &counter, &dossier).await;
    assert_eq!(row.application.state().name(), "in_review");
    let desk = Desk {
        register: Some(asking(&centre)),
        ..desk(&centre).await
    };
    let at = std::time::Duration::ZERO;
    running.trouble().set(register::Fault::Died, at);
    let refused = desk.approve(case(&row, REVIEWER), now()).await;
    assert!(
        matches!(refused, Err(ReviewError::Deceased(_))),
        "{refused:?}"
    );
    assert!(centre.store.orders().await.unwrap().is_empty());
    // It says nothing: the checks asked it.
    running.trouble().set(register::Fault::Down, at);
    desk.approve(case(&row, REVIEWER), now()).await.unwrap();
}

/// Asks the register of the centre's configuration.
fn asking(centre: &Intake) -> Register {
    let config = Config::load(&centre.folder().join("intake.toml")).unwrap();
    let (key, certificate) = caller(centre);
    let tls = station::client(centre, Some((&certificate, &key))).unwrap();
    Register::new(config.register.as_ref().unwrap(), tls).unwrap()
}

/// A key and the certificate of somebody whom the register answers.
fn caller(centre: &Intake) -> (PKey<Private>, Vec<u8>) {
    let key = authority::p256().unwrap();
    let subject = Subject {
        role: "intake",
        name: "a test",
        period: (-60, 86_400),
    };
    let public = authority::public(&key).unwrap();
    let certificate = centre.authority().certify(&public, subject).unwrap();
    (key, certificate.to_der().unwrap())
}

/// The simulated register, over the real wire.
async fn serve_register(centre: &Intake) -> register::Running {
    let folder = centre.folder();
    let people = People {
        seed: 1,
        count: 300,
        out: None,
        cache: None,
        fault: Fault::None,
        register: Some(folder.join("people.csv")),
    };
    people::run(&people, |_| ()).unwrap();
    let key = authority::p256().unwrap();
    let subject = Subject {
        role: "register",
        name: "register",
        period: (-60, 86_400),
    };
    let public = authority::public(&key).unwrap();
    let certificate = centre.authority().certify(&public, subject).unwrap();
    std::fs::write(folder.join("register.pem"), certificate.to_pem().unwrap()).unwrap();
    std::fs::write(
        folder.join("register.key"),
        key.private_key_to_pem_pkcs8().unwrap(),
    )
    .unwrap();
    let arguments = register::Register {
        file: folder.join("people.csv"),
        examples: false,
        listen: "127.0.0.1:0".parse().unwrap(),
        tls_certificate: Some(folder.join("register.pem")),
        tls_key: Some(folder.join("register.key")),
        tls_client_ca: Some(folder.join("ca.pem")),
        rate: 10_000,
        admin: None,
    };
    let file = RegisterFile::read(&arguments.file).unwrap();
    register::start(&arguments, file, Arc::new(now))
        .await
        .unwrap()
}

/// Somebody of full age with one card, alive, of whom everything is known.
async fn somebody(centre: &Intake, address: &str) -> Person {
    let (key, certificate) = caller(centre);
    let tls = station::client(centre, Some((&certificate, &key))).unwrap();
    let channel = station::channel(address, Arc::new(tls)).await.unwrap();
    let mut client = RegisterClient::new(channel);
    let people = std::fs::read_to_string(centre.folder().join("people.csv")).unwrap();
    for line in people.lines().skip(1) {
        let number = line.split(',').next().unwrap();
        let question = FindRequest {
            national_number: number.to_owned(),
            purpose: Purpose::Review.into(),
            case_reference: "a-test".to_owned(),
        };
        let Some(person) = client.find(question).await.unwrap().into_inner().person else {
            continue;
        };
        let birth = person.birth.unwrap_or_default();
        let latin = person
            .name
            .as_ref()
            .is_some_and(|name| !name.given_names.is_empty());
        let good = person.status() == PersonStatus::Alive
            && (1940..2000).contains(&birth.year)
            && birth.day > 0
            && latin
            && person.nationalities == ["LUX"]
            && person.documents.len() == 1
            && person.documents[0].status() == wire::register::DocumentStatus::Valid;
        if good {
            return person;
        }
    }
    panic!("nobody fits");
}

/// A renewal for somebody of the register, with pictures that the simulator drew.
fn known(centre: &Intake, counter: &Station, person: &Person) -> (Paper, PriorDocument) {
    let folder = drawn(centre.folder());
    let mut paper = centre.paper(counter);
    let open = |name: &str| image::open(folder.join(name)).unwrap();
    paper.portrait = encoded(open("portrait.png").to_rgb8(), ImageFormat::Jpeg);
    let finger = |finger, name: &str| (finger, record(finger, &open(name).to_luma8()));
    paper.fingers = vec![
        finger(Finger::RightIndex, "finger-right-index.png"),
        finger(Finger::LeftIndex, "finger-left-index.png"),
    ];
    paper.signature = encoded(open("signature.png").to_luma8(), ImageFormat::Png);
    let name = person.name.clone().unwrap();
    let birth = person.birth.unwrap();
    let birth = birth.year * 10_000 + birth.month * 100 + birth.day;
    PartialDay::from_number(birth).unwrap();
    paper.person = (
        name.surname,
        name.given_names,
        birth,
        person.place_of_birth.clone(),
    );
    paper.number = Some(person.national_number.clone());
    paper.female = person.sex() == wire::register::Sex::Female;
    let prior = PriorDocument {
        number: Some(Text::new(&person.documents[0].number).unwrap()),
        state: PriorState::Held,
    };
    (paper, prior)
}

/// A drawn person's folder.
fn drawn(place: &Path) -> std::path::PathBuf {
    let out = place.join("drawn");
    std::fs::create_dir(&out).unwrap();
    let people = People {
        seed: 1,
        count: 1,
        out: Some(out),
        cache: Some(e2e::house::people::cache()),
        fault: Fault::None,
        register: None,
    };
    people::run(&people, |_| ()).unwrap().remove(0)
}

on_each_engine!(approval_by_a_person_is_an_order_with_a_ticket_over_what_was_checked,);
