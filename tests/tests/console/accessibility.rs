//! axe-core on every page of the console in every language; small screens. With `STEMPEL_SCREENSHOTS` a picture of
//! each page is left in that folder, for the docs.

use std::env;
use std::path::Path;

use dossier::dossier::DocumentType;
use dossier::staff::Role;
use personalisation::edge;
use personalisation_core::application::{Check, Detail, Referral};
use personalisation_core::ids::{AlarmId, ShipmentId};
use personalisation_core::shipping::Container;
use personalisation_store::fleet::{
    AlarmKind, Device, NewAlarm, NewStation, Report, RevocationReason, Settling,
};
use personalisation_store::shipping::NewShipment;

use crate::console::centre::Centre;
use crate::console::floor;
use crate::console::seed::Case;

const LANGUAGES: [&str; 4] = ["fr", "de", "lb", "en"];

/// What sticks out to the right of the screen.
const STICKS_OUT: &str = "const wide = document.documentElement.clientWidth; \
    if (document.documentElement.scrollWidth <= wide) return ''; \
    return [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > wide + 1) \
    .map((e) => e.tagName + '.' + e.className).join(' ') || 'something'";

/// A station that spoke a moment ago.
fn station(centre: &Centre) -> dossier::StationId {
    let id = dossier::StationId::from_bytes([2; 16]);
    let new = NewStation {
        id,
        office: "L-0304".parse().unwrap(),
        replaces: None,
        certificates: &[],
    };
    let report = Report {
        station: id,
        received_at: edge::now(),
        station_time: edge::now(),
        program_version: "0.1.0".to_owned(),
        configuration: 1,
        staff_list: 4,
        backlog: 12,
        oldest_seconds: 60,
        free_bytes: 5 << 30,
        devices: vec![Device {
            kind: "Face".to_owned(),
            model: "Simulated camera".to_owned(),
            serial: "4711".to_owned(),
            ready: true,
        }],
    };
    centre.runtime.block_on(async {
        centre.store.take_in(&new, &[], edge::now()).await.unwrap();
        centre.store.keep_report(&report).await.unwrap();
    });
    id
}

/// An alarm that waits, one that somebody settled, and a revocation of which pki has not heard.
fn trouble(centre: &Centre, weber: dossier::PersonId) -> [AlarmId; 2] {
    let (store, rng, now) = (&centre.store, &mut edge::rng(), edge::now());
    let raise = |kind| NewAlarm {
        kind,
        station: Some(dossier::StationId::from_bytes([2; 16])),
        at: now,
    };
    let gone = dossier::StationId::from_bytes([3; 16]);
    let new = NewStation {
        id: gone,
        office: "L-0304".parse().unwrap(),
        replaces: None,
        certificates: &[],
    };
    let settling = Settling {
        by: weber,
        note: "set up twice by the same clerk",
        at: now,
    };
    centre.runtime.block_on(async {
        let waits = raise(AlarmKind::CodeUsedAgain);
        let waits = store.raise_fleet_alarm(rng, &waits, &[]).await.unwrap();
        let done = raise(AlarmKind::KeyOfAnother);
        let done = store.raise_fleet_alarm(rng, &done, &[]).await.unwrap();
        let settled = store.settle_fleet_alarm(rng, done, &settling, &[]);
        settled.await.unwrap();
        store.take_in(&new, &[], now).await.unwrap();
        let reason = RevocationReason::KeyCompromise;
        store.revoke_station(gone, reason, &[], now).await.unwrap();
        [waits, done]
    })
}

/// Pages whose address names nothing.
const PAGES: [&str; 30] = [
    "/",
    "/review",
    "/review/forced",
    "/notices",
    "/search",
    "/oversight",
    "/floor",
    "/fleet",
    "/fleet/new",
    "/fleet/alarms",
    "/configuration",
    "/floor/SN-1/sign-on",
    "/quality",
    "/quality/inspect",
    "/templates",
    "/templates/luxembourg/residence_permit/1",
    "/shipping",
    "/shipping/to/L-0304",
    "/staff",
    "/staff/new",
    "/stock",
    "/stock/cards",
    "/stock/check",
    "/stock/deliveries",
    "/stock/destruction",
    "/stock/issue",
    "/stock/shifts",
    "/cards",
    "/passkeys",
    "/nowhere",
];

/// The pages of a bag that somebody opened.
fn bag(centre: &Centre, by: dossier::PersonId) -> [String; 2] {
    let bag = NewShipment {
        id: ShipmentId::from_bytes([4; 16]),
        container: Container::Bag,
        destination: "L-0304".parse().unwrap(),
        by,
    };
    let opened = centre.store.open_shipment(&bag, &[], edge::now());
    centre.runtime.block_on(opened).unwrap();
    ["", "/seal"].map(|part| format!("/shipping/{}{part}", bag.id))
}

/// A centre with something on each page, somebody who may see all, and every page's address.
fn furnished() -> (Centre, Vec<String>) {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    let all = [
        Role::Supervisor,
        Role::Reviewer,
        Role::Auditor,
        Role::Administrator,
        Role::Inspector,
    ];
    let weber = centre.person("weber", &all);
    let refer = [
        (
            Check::Register,
            Referral::DiffersFromRegister,
            Some(Detail::Surname),
        ),
        (
            Check::Capture,
            Referral::ForcedCapture,
            Some(Detail::Portrait),
        ),
    ];
    let first = Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    };
    centre.in_review(&first);
    let case = centre.in_review(&Case {
        refer: &refer,
        forced: true,
        portrait: 4,
        ..first
    });
    let station = station(&centre);
    floor::machine(&centre, "SN-1", None);
    floor::machine(&centre, "SN-2", Some(("change_ribbon", None)));
    let mut pages = PAGES.map(str::to_owned).to_vec();
    for part in ["", "/more", "/refuse", "/withdraw"] {
        pages.push(format!("/review/{case}{part}"));
    }
    let refused = centre.in_review(&Case {
        document: DocumentType::ResidencePermit,
        ..first
    });
    pages.push(format!("/notices/{}", centre.refused(refused)));
    for part in ["", "/reset", "/leave"] {
        pages.push(format!("/staff/{clerk}{part}"));
    }
    pages.extend(bag(&centre, weber));
    for alarm in trouble(&centre, weber) {
        pages.push(format!("/fleet/alarms/{alarm}"));
    }
    pages.push(format!(
        "/fleet/{}",
        dossier::StationId::from_bytes([3; 16])
    ));
    for part in ["", "/revoke"] {
        pages.push(format!("/fleet/{station}{part}"));
    }
    (centre, pages)
}

/// The name of a page's picture: ids are left out.
fn name(page: &str) -> String {
    let parts = page.split('/').filter(|part| !part.is_empty());
    let names: Vec<&str> = parts
        .map(|part| if part.len() == 32 { "one" } else { part })
        .collect();
    if names.is_empty() {
        return "start".to_owned();
    }
    names.join("-")
}

#[test]
fn axe_core_finds_nothing_on_any_page_in_any_language_and_nothing_sticks_out() {
    let (centre, pages) = furnished();
    let centre = centre.start();
    centre.sign_in("weber", "/");
    let pictures = env::var_os("STEMPEL_SCREENSHOTS");
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for language in LANGUAGES {
        for page in &pages {
            centre.screen(1366, 900, 1).unwrap();
            centre.open(&format!("/language/{language}?back={page}"));
            let spoken = centre.text("return document.documentElement.lang").unwrap();
            assert_eq!(spoken, language, "{page}");
            for finding in centre.axe().unwrap() {
                wrong.push(format!("{language} {page}: {finding}"));
            }
            judged += 1;
            if let Some(folder) = &pictures {
                let file = format!("{}-{language}.png", name(page));
                centre.screenshot(&Path::new(folder).join(file)).unwrap();
            }
            centre.screen(320, 640, 1).unwrap();
            let out = centre.text(STICKS_OUT).unwrap();
            if !out.is_empty() {
                wrong.push(format!("{language} {page} at 320 px: {out}"));
            }
        }
    }
    println!("axe-core judged {judged} pages");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn axe_core_finds_nothing_in_the_dark() {
    let (centre, pages) = furnished();
    let centre = centre.start();
    centre.sign_in("weber", "/");
    centre.open("/language/lb?back=/");
    centre.dark(true).unwrap();
    let mut wrong = Vec::new();
    for page in &pages {
        centre.open(page);
        for finding in centre.axe().unwrap() {
            wrong.push(format!("{page}: {finding}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
