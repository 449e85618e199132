//! Stations, codes, certificates, reports, issues: what a second engine must do too.

use dossier::{Hash, KeyId, OfficeId, PersonId, StationId};
use personalisation_store::{
    StoreError,
    fleet::{
        AlarmKind, CodeUse, Device, KeyUse, NewAlarm, NewCode, NewConfiguration, NewStaffList,
        NewStation, PairOfKeys, Report, RevocationReason, Settling, StationCertificate,
        StationState, Turn,
    },
};
use time::Duration;

use crate::{Bench, Engine, NOW, on_each_engine};

const ONE: StationId = StationId::from_bytes([1; 16]);
const TWO: StationId = StationId::from_bytes([2; 16]);

fn office() -> OfficeId {
    "L-0304".parse().unwrap()
}

fn certificate(station: StationId, key: u8, key_use: KeyUse) -> StationCertificate {
    StationCertificate {
        station,
        key_use,
        key: KeyId::from_bytes([key; 32]),
        spki: vec![key; 91],
        der: vec![key; 300],
        authority: vec![9; 300],
        not_before: NOW,
        not_after: NOW + Duration::days(90),
        revoked_at: None,
    }
}

async fn take_in(bench: &Bench, id: StationId, replaces: Option<StationId>) {
    let key = id.as_bytes()[0];
    let certificates = [
        certificate(id, key, KeyUse::Tls),
        certificate(id, key + 100, KeyUse::Signing),
    ];
    let new = NewStation {
        id,
        office: office(),
        replaces,
        certificates: &certificates,
    };
    bench.store.take_in(&new, &[], NOW).await.unwrap();
}

async fn a_station_is_taken_in_once_and_its_states_go_downwards(engine: Engine) {
    let bench = Bench::new(engine).await;
    take_in(&bench, ONE, None).await;
    take_in(&bench, ONE, None).await;
    let state = async |id| bench.store.station(id).await.unwrap().unwrap().state;
    assert_eq!(state(ONE).await, StationState::Active);
    take_in(&bench, TWO, Some(ONE)).await;
    assert_eq!(state(ONE).await, StationState::Quarantined { since: NOW });
    assert!(
        bench
            .store
            .release_station(ONE, (&[], &[]), NOW)
            .await
            .unwrap()
    );
    assert!(
        !bench
            .store
            .release_station(ONE, (&[], &[]), NOW)
            .await
            .unwrap()
    );
    let (reason, later) = (RevocationReason::Superseded, NOW + Duration::HOUR);
    let revoke = async |at| bench.store.revoke_station(ONE, reason, &[], at).await;
    assert!(revoke(NOW).await.unwrap());
    assert!(!revoke(later).await.unwrap());
    let at = NOW;
    assert_eq!(state(ONE).await, StationState::Revoked { at, reason });
    assert!(
        !bench
            .store
            .quarantine_station(ONE, (&[], &[]), NOW)
            .await
            .unwrap()
    );
    assert!(
        !bench
            .store
            .release_station(ONE, (&[], &[]), NOW)
            .await
            .unwrap()
    );
    let certificates = bench.store.station_certificates(ONE).await.unwrap();
    assert_eq!(certificates.len(), 2);
    assert!(certificates.iter().all(|one| one.revoked_at == Some(NOW)));
    assert_eq!(bench.store.stations().await.unwrap().len(), 2);
    assert_eq!(state(TWO).await, StationState::Active);
}

async fn a_renewal_keeps_what_was_before(engine: Engine) {
    let bench = Bench::new(engine).await;
    take_in(&bench, ONE, None).await;
    let mut next = certificate(ONE, 50, KeyUse::Tls);
    next.not_after += Duration::days(60);
    for _ in 0..2 {
        let added = [next.clone()];
        bench
            .store
            .add_station_certificates(&added, &[])
            .await
            .unwrap();
    }
    let all = bench.store.station_certificates(ONE).await.unwrap();
    assert_eq!((all.len(), &all[0]), (3, &next));
    let found = bench.store.certificate_of_key(next.key).await.unwrap();
    assert_eq!(found, Some(next));
    let none = bench.store.certificate_of_key(KeyId::from_bytes([77; 32]));
    assert_eq!(none.await.unwrap(), None);
}

async fn a_code_is_bound_to_its_first_keys(engine: Engine) {
    let bench = Bench::new(engine).await;
    let hash = Hash::of(b"code");
    let code = NewCode {
        hash,
        station: ONE,
        office: office(),
        replaces: None,
        until: NOW + Duration::days(7),
    };
    bench.store.add_code(&code, &[], NOW).await.unwrap();
    let keys = |tls| PairOfKeys {
        tls: KeyId::from_bytes([tls; 32]),
        signing: KeyId::from_bytes([8; 32]),
    };
    let late = NOW + Duration::days(7);
    let uses = async |keys, at| bench.store.use_code(hash, keys, at).await.unwrap();
    assert_eq!(uses(keys(1), late).await, CodeUse::Expired);
    let bound = CodeUse::Bound {
        station: ONE,
        office: office(),
        replaces: None,
    };
    assert_eq!(uses(keys(1), NOW).await, bound);
    assert_eq!(uses(keys(1), late).await, bound, "a lost reply");
    let other = CodeUse::OtherKeys { station: ONE };
    assert_eq!(uses(keys(2), NOW).await, other);
    let unknown = bench.store.use_code(Hash::of(b"other"), keys(1), NOW);
    assert_eq!(unknown.await.unwrap(), CodeUse::Unknown);
}

async fn the_latest_report_stands_in_the_place_of_the_one_before(engine: Engine) {
    let bench = Bench::new(engine).await;
    take_in(&bench, ONE, None).await;
    let device = |serial: &str| Device {
        kind: "Finger".into(),
        model: "Maker Model".into(),
        serial: serial.into(),
        ready: true,
    };
    let mut report = Report {
        station: ONE,
        received_at: NOW,
        station_time: NOW - Duration::SECOND,
        program_version: "0.1.0".into(),
        configuration: 3,
        staff_list: 4,
        backlog: 5,
        oldest_seconds: 60,
        free_bytes: u64::MAX,
        devices: vec![device("one"), device("two")],
    };
    bench.store.keep_report(&report).await.unwrap();
    report.devices.pop();
    report.free_bytes = 1 << 40;
    bench.store.keep_report(&report).await.unwrap();
    let latest = bench.store.latest_report(ONE).await.unwrap();
    assert_eq!(latest, Some(report));
    assert_eq!(bench.store.latest_report(TWO).await.unwrap(), None);
}

#[tokio::test]
async fn issues_have_each_number_once_and_lists_are_sealed() {
    let mut bench = Bench::new(Engine::Sqlite).await;
    let configuration = |number, from| NewConfiguration {
        number,
        signed: b"signed",
        from,
        until: from + Duration::days(1),
    };
    let add = async |one| bench.store.add_configuration(&one, &[], NOW).await;
    add(configuration(1, NOW)).await.unwrap();
    add(configuration(2, NOW + Duration::HOUR)).await.unwrap();
    let twice = add(configuration(2, NOW)).await;
    assert!(matches!(twice, Err(StoreError::AlreadyThere { .. })));
    let in_force = async |at| bench.store.configuration_in_force(at).await.unwrap();
    assert_eq!(in_force(NOW).await.map(|(number, _)| number), Some(1));
    let later = NOW + Duration::HOUR;
    assert_eq!(in_force(later).await.map(|(number, _)| number), Some(2));
    assert_eq!(in_force(NOW + Duration::days(3)).await, None);
    let list = |number, signed| NewStaffList {
        office: LIST_OFFICE.get_or_init(office),
        number,
        people: Hash::of(signed),
        signed,
        from: NOW,
        until: NOW + Duration::days(7),
    };
    for (number, signed) in [(1, &b"first list"[..]), (2, b"second list")] {
        let new = list(number, signed);
        bench
            .store
            .add_staff_list(&mut bench.rng, &new, &[])
            .await
            .unwrap();
    }
    let newest = bench.store.newest_staff_list(&office()).await.unwrap();
    let (head, signed) = newest.unwrap();
    assert_eq!((head.number, &signed[..]), (2, &b"second list"[..]));
    let file = std::fs::read(bench.home.folder().join("centre.db-wal")).unwrap();
    assert!(!file.windows(9).any(|window| window == b"cond list"));
    // Another key opens nothing.
    let other = bench.home.open(8).await;
    assert!(other.newest_staff_list(&office()).await.is_err());
}

static LIST_OFFICE: std::sync::OnceLock<OfficeId> = std::sync::OnceLock::new();

async fn wrong_codes_are_counted_by_network_and_forgotten_after_the_wait(engine: Engine) {
    let bench = Bench::new(engine).await;
    // Another process has the same database and key.
    let other = bench.home.open(7).await;
    let wait = Duration::minutes(10);
    let (one, two) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    for _ in 0..3 {
        bench.store.add_wrong_code(&one, NOW, wait).await.unwrap();
        other.add_wrong_code(&one, NOW, wait).await.unwrap();
    }
    let times = async |network: &[u8], now| other.wrong_codes(network, now, wait).await.unwrap();
    assert_eq!(times(&one, NOW).await, 6);
    assert_eq!(times(&two, NOW).await, 0);
    let later = NOW + wait;
    assert_eq!(times(&one, later).await, 0);
    // The row goes, and no earlier.
    assert_eq!(other.forget_wrong_codes(NOW, wait).await.unwrap(), 0);
    assert_eq!(other.forget_wrong_codes(later, wait).await.unwrap(), 1);
    // A flood of networks costs no more than so many rows: those that were quiet longest go.
    let at = |number: u32| later + Duration::microseconds(number.into());
    for number in 0..4100_u32 {
        let network = number.to_be_bytes();
        let added = bench.store.add_wrong_code(&network, at(number), wait);
        added.await.unwrap();
    }
    for (number, expected) in [(0, 0), (3, 0), (4, 1), (4099, 1)] {
        let found = times(&u32::to_be_bytes(number), at(4099)).await;
        assert_eq!(found, expected, "{number}");
    }
    let forgotten = other.forget_wrong_codes(at(4099) + wait, wait).await;
    assert_eq!(forgotten.unwrap(), 4096);
}

async fn an_alarm_is_settled_once_with_a_note_that_is_sealed(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let raise = |station, at| NewAlarm {
        kind: AlarmKind::CodeUsedAgain,
        station,
        at,
    };
    let (rng, store) = (&mut bench.rng, &bench.store);
    let later = NOW + Duration::HOUR;
    let second = store.raise_fleet_alarm(rng, &raise(None, later), &[]).await;
    let first = store
        .raise_fleet_alarm(rng, &raise(Some(ONE), NOW), &[])
        .await;
    let (first, second) = (first.unwrap(), second.unwrap());
    let listed = async || {
        let all = store.fleet_alarms(10).await.unwrap();
        all.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(listed().await, [first, second], "who waits longest");
    assert_eq!(store.count_fleet_alarms().await.unwrap(), 2);
    let settling = Settling {
        by: PersonId::from_bytes([5; 16]),
        note: "the clerk set it up twice",
        at: later,
    };
    let settled = store.settle_fleet_alarm(rng, first, &settling, &[]).await;
    settled.unwrap();
    let again = Settling {
        note: "something else",
        ..settling
    };
    let refused = store.settle_fleet_alarm(rng, first, &again, &[]).await;
    assert!(matches!(refused, Err(StoreError::Stale { .. })));
    let kept = store.fleet_alarm(first).await.unwrap().unwrap();
    assert_eq!((kept.head.station, kept.head.at), (Some(ONE), NOW));
    let note = kept.settled.unwrap();
    assert_eq!((note.by, note.at), (settling.by, later));
    assert_eq!(note.note.as_str(), settling.note);
    assert_eq!(listed().await, [second, first]);
    assert_eq!(store.count_fleet_alarms().await.unwrap(), 1);
    // Moved to another row, the note does not open.
    bench.home.meddle("UPDATE fleet_alarm SET note = (SELECT note FROM fleet_alarm WHERE note IS NOT NULL), settled_at = 1, settled_by = X'05050505050505050505050505050505' WHERE note IS NULL")
        .await;
    let moved = bench.store.fleet_alarm(second).await;
    assert!(matches!(moved, Err(StoreError::Seal { .. })), "{moved:?}");
    // The list opens no note.
    let listed = bench.store.fleet_alarms(10).await.unwrap();
    assert!(listed.len() == 2 && listed.iter().all(|one| one.is_settled));
}

async fn pki_is_told_of_a_revocation_once_and_tried_less_and_less_often(engine: Engine) {
    let bench = Bench::new(engine).await;
    let store = &bench.store;
    take_in(&bench, ONE, None).await;
    let reason = RevocationReason::KeyCompromise;
    store.revoke_station(ONE, reason, &[], NOW).await.unwrap();
    assert_eq!(store.count_untold_revocations().await.unwrap(), 1);
    let taken = async |at| match store.next_untold(at).await.unwrap() {
        None => None,
        Some(Turn::Tell(untold)) => Some(untold),
        Some(Turn::Unreadable { error, .. }) => panic!("{error}"),
    };
    assert_eq!(taken(NOW).await, None, "whoever revoked it is telling pki");
    // Each try puts the next one off, twice as long as the one before, at most a quarter of an hour.
    let (mut at, mut pauses) = (NOW, Vec::new());
    for tries in 0..10 {
        let mut waited = 0;
        let untold = loop {
            if let Some(untold) = taken(at).await {
                break untold;
            }
            (at, waited) = (at + Duration::seconds(5), waited + 5);
        };
        assert_eq!((untold.station, untold.reason), (ONE, reason));
        assert_eq!((untold.since, untold.tries), (NOW, tries));
        assert_eq!(taken(at).await, None, "nobody else");
        pauses.push(waited);
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    // Revoked again, nothing begins anew.
    store.revoke_station(ONE, reason, &[], at).await.unwrap();
    assert_eq!(taken(at).await, None);
    assert!(store.is_untold(ONE).await.unwrap());
    assert!(store.told_revocation(ONE, &[], at).await.unwrap());
    assert!(!store.told_revocation(ONE, &[], at).await.unwrap());
    assert!(!store.is_untold(ONE).await.unwrap());
    let much_later = at + Duration::days(9);
    assert_eq!(taken(much_later).await, None);
    store.revoke_station(ONE, reason, &[], at).await.unwrap();
    assert_eq!(store.count_untold_revocations().await.unwrap(), 0);
}

async fn a_revocation_that_cannot_be_read_keeps_no_other_one_back(engine: Engine) {
    let bench = Bench::new(engine).await;
    let (store, reason) = (&bench.store, RevocationReason::Superseded);
    for station in [ONE, TWO] {
        take_in(&bench, station, None).await;
        store
            .revoke_station(station, reason, &[], NOW)
            .await
            .unwrap();
    }
    let told = async |at| match store.next_untold(at).await.unwrap() {
        None => "nobody".to_owned(),
        Some(Turn::Tell(untold)) => format!("tell {}", untold.station),
        Some(Turn::Unreadable { station, error }) => {
            assert!(matches!(error, StoreError::BadRow { .. }), "{error}");
            format!("unreadable {}", station.unwrap())
        }
    };
    let mut at = NOW;
    for (damaged, mended) in [
        (
            "UPDATE fleet_station SET reason = 'nonsense' WHERE station_id = X'01010101010101010101010101010101'",
            "UPDATE fleet_station SET reason = 'superseded' WHERE station_id = X'01010101010101010101010101010101'",
        ),
        (
            "UPDATE fleet_revocation SET tries = -1 WHERE station_id = X'01010101010101010101010101010101'",
            "UPDATE fleet_revocation SET tries = 1 WHERE station_id = X'01010101010101010101010101010101'",
        ),
    ] {
        bench.home.meddle(damaged).await;
        at += Duration::HOUR;
        let turns = [told(at).await, told(at).await, told(at).await];
        for expected in [
            format!("unreadable {ONE}"),
            format!("tell {TWO}"),
            "nobody".to_owned(),
        ] {
            assert!(turns.contains(&expected), "{turns:?}");
        }
        bench.home.meddle(mended).await;
    }
    assert_eq!(store.count_untold_revocations().await.unwrap(), 2);
    // Mended, it is told.
    at += Duration::HOUR;
    let turns = [told(at).await, told(at).await];
    assert!(turns.contains(&format!("tell {ONE}")), "{turns:?}");
}

async fn an_alarm_about_what_goes_on_rings_once_until_somebody_is_done_with_it(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    let (rng, store) = (&mut bench.rng, &bench.store);
    let raise = |station| NewAlarm {
        kind: AlarmKind::RevocationUnreadable,
        station,
        at: NOW,
    };
    let mut alarms = Vec::new();
    for station in [Some(ONE), None, Some(ONE), None, Some(TWO)] {
        let alarm = raise(station);
        let raised = store.raise_fleet_alarm_once(rng, &alarm, &[]).await;
        alarms.push(raised.unwrap());
    }
    let is_new: Vec<bool> = alarms.iter().map(Option::is_some).collect();
    assert_eq!(is_new, [true, true, false, false, true]);
    let settling = Settling {
        by: PersonId::from_bytes([5; 16]),
        note: "not mended",
        at: NOW,
    };
    let settled = store.settle_fleet_alarm(rng, alarms[0].unwrap(), &settling, &[]);
    settled.await.unwrap();
    let alarm = raise(Some(ONE));
    let again = store.raise_fleet_alarm_once(rng, &alarm, &[]).await;
    assert!(again.unwrap().is_some());
}

on_each_engine! {
    a_revocation_that_cannot_be_read_keeps_no_other_one_back,
    an_alarm_about_what_goes_on_rings_once_until_somebody_is_done_with_it,
    a_station_is_taken_in_once_and_its_states_go_downwards,
    a_renewal_keeps_what_was_before,
    a_code_is_bound_to_its_first_keys,
    the_latest_report_stands_in_the_place_of_the_one_before,
    wrong_codes_are_counted_by_network_and_forgotten_after_the_wait,
    an_alarm_is_settled_once_with_a_note_that_is_sealed,
    pki_is_told_of_a_revocation_once_and_tried_less_and_less_often,
}
