//! Databases of before: what the migrations make of rows that are there.

use std::fmt::Write as _;

use dossier::{StationId, dossier::DocumentType};
use personalisation_core::{
    attempt::ScrapReason,
    document::{Document, VoidReason},
    ids::{BlankId, OrderId},
    person::{KeyKind, Person},
};
use personalisation_store::{StoreError, fleet::Turn, stock::IssueRow};
use sqlx::{AnyConnection, Connection as _, migrate::Migrator};

use crate::{
    NOW,
    applications::application,
    home::{Engine, Home, on_each_engine},
};

/// The last migration before those that are looked at.
const BEFORE: i64 = 8;
/// The last one before there were issues of blanks.
const BEFORE_ISSUES: i64 = 18;
/// The one that knows what became of documents.
const DOCUMENTS: i64 = 26;
/// Two applications of one person, one of them with a number; the second became an order. A station was revoked.
const ROWS: &str = "
    INSERT INTO fleet_station (station_id, office, state, since, reason, taken_in_at)
        VALUES (REVOKED, 'L-0304', 'revoked', 5, 'key_compromise', 1);
    INSERT INTO order_item VALUES (ORDERED, 'luxembourg', 3, 'personalisation/review');
    INSERT INTO line_attempt (order_id, attempt, state, queued_at, tries)
        VALUES (ORDERED, 1, 'queued', 3, 0);
    INSERT INTO intake_dossier (hash, station, application, length, receipt, state, held_at)
        VALUES (HASH1, STATION, APPLICATION1, 9, X'00', 'accepted', 1),
               (HASH2, STATION, APPLICATION2, 9, X'00', 'accepted', 2);
    INSERT INTO review_application (application, hash, content, station, office, document_type, ground, express, forced,
            state, step, configuration, subject, claim, order_id, accepted_at, since, change)
        VALUES (APPLICATION1, HASH1, HASH1, STATION, 'L-0304', 'identity_card',
                'first', 0, 0, 'accepted', 1, NULL, SUBJECT, NULL, NULL, 1, 1, 1),
               (APPLICATION2, HASH2, HASH2, STATION, 'L-0304', 'identity_card',
                'first', 0, 0, 'approved', 3, 1, SUBJECT, SUBJECT, ORDERED, 2, 2, 2);
";

/// A database as the program of that migration made it.
async fn migrated_to(home: &Home, version: i64) -> AnyConnection {
    let mut connection = home.tool().await;
    let all = sqlx::migrate!();
    let old: Vec<_> = all
        .iter()
        .filter(|one| one.version <= version)
        .cloned()
        .collect();
    assert_eq!(i64::try_from(old.len()).unwrap(), version);
    let migrator = Migrator::with_migrations(old);
    migrator.run(&mut connection).await.unwrap();
    connection
}

/// A database as the program before that migration made it.
async fn migrated_before(home: &Home, version: i64) -> AnyConnection {
    let mut connection = home.tool().await;
    let all = sqlx::migrate!();
    let old = all.iter().filter(|one| one.version < version).cloned();
    let migrator = Migrator::with_migrations(old.collect());
    migrator.run(&mut connection).await.unwrap();
    connection
}

/// A database as the program of migration 8 left it.
async fn before(home: &Home) {
    let mut connection = migrated_to(home, BEFORE).await;
    let hex = |bytes: &[u8]| format!("X'{}'", hex::encode(bytes));
    let rows = ROWS
        .replace("APPLICATION1", &hex(application(1).as_bytes()))
        .replace("APPLICATION2", &hex(application(2).as_bytes()))
        .replace("SUBJECT", &hex(&[77; 32]))
        .replace("HASH1", &hex(&[1; 32]))
        .replace("HASH2", &hex(&[2; 32]))
        .replace("ORDERED", &hex(&[7; 16]))
        .replace("REVOKED", &hex(&[9; 16]))
        .replace("STATION", &hex(&[3; 16]));
    sqlx::raw_sql(sqlx::AssertSqlSafe(home.spelled(&rows)))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// A delivery of five blanks: one still announced, one in the vault, one at the line, one document, one spoiled.
const BLANKS: &str = "
    INSERT INTO stock_delivery VALUES (DELIVERY, 'old', HASH1, X'00', 48, 5, 7);
";

/// What each of the five blanks went through.
const WAYS: [&[&str]; 5] = [
    &["in_delivery"],
    &["in_delivery", "vault"],
    &["in_delivery", "vault", "line"],
    &["in_delivery", "vault", "line", "document"],
    &["in_delivery", "vault", "line", "spoiled"],
];

async fn blanks_of_before_are_carried_over_into_the_ledger(engine: Engine) {
    let home = Home::new(engine).await;
    before(&home).await;
    let hex = |bytes: &[u8]| format!("X'{}'", hex::encode(bytes));
    let mut rows = BLANKS
        .replace("DELIVERY", &hex(&[8; 16]))
        .replace("HASH1", &hex(&[1; 32]));
    for (number, way) in (1_u8..).zip(WAYS) {
        let blank = hex(&[number; 16]);
        let (delivery, chip, values) = (hex(&[8; 16]), hex(&[number; 10]), hex(&[0; 9]));
        let state = way.last().unwrap();
        let row = format!("({blank}, {delivery}, {chip}, {values}, '{state}', NULL)");
        writeln!(rows, "INSERT INTO stock_blank VALUES {row};").unwrap();
        for (step, state) in (1..).zip(way) {
            let row = format!("({blank}, {step}, '{state}', {step})");
            writeln!(rows, "INSERT INTO stock_move VALUES {row};").unwrap();
        }
    }
    let mut connection = home.tool().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(home.spelled(&rows)))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let store = home.open(7).await;
    assert_eq!(store.check_stock().await.unwrap(), []);
    let balances = store.balances().await.unwrap();
    let balances = balances
        .iter()
        .map(|one| (one.account.to_string(), one.blanks));
    let expected =
        ["delivery", "vault", "line:unnamed", "cards", "spoiled"].map(|one| (one.to_owned(), 1));
    assert_eq!(balances.collect::<Vec<_>>(), expected);
    let deliveries = store.deliveries().await.unwrap();
    let boxes = store.boxes(deliveries[0].id).await.unwrap();
    assert_eq!(
        (boxes[0].announced, boxes[0].counted, boxes[0].in_vault),
        (5, Some(5), 1)
    );
}

/// Four blanks that came to line `one` each by an entry of its own: `A` by a keeper, `B` by a keeper, a document now, `C` by
/// the line itself, `D` by a keeper with a thousand others.
const HANDED_OUT: &str = "
    INSERT INTO stock_delivery VALUES (DELIVERY, 'old', HASH1, X'00', 48, 5, 7);
    INSERT INTO stock_box (box_id, delivery_id, label, announced) VALUES (BOX, DELIVERY, '1', 4);
    INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at, by_person)
        VALUES ('A', 'vault', 'line:one', 1, 1, SOMEBODY), ('B', 'vault', 'line:one', 1, 2, SOMEBODY),
               ('C', 'vault', 'line:one', 1, 3, NULL), ('D', 'vault', 'line:one', 1001, 4, SOMEBODY);
";

async fn what_was_handed_out_before_and_is_still_there_waits_for_a_signature(engine: Engine) {
    let home = Home::new(engine).await;
    let mut connection = migrated_to(&home, BEFORE_ISSUES).await;
    let hex = |bytes: &[u8]| format!("X'{}'", hex::encode(bytes));
    let delivery = hex(&[8; 16]);
    let mut rows = HANDED_OUT
        .replace("DELIVERY", &delivery)
        .replace("HASH1", &hex(&[1; 32]))
        .replace("BOX", &hex(&[6; 16]))
        .replace("SOMEBODY", &hex(&[5; 16]));
    let states = ["line", "document", "line", "line"];
    for ((number, entry), state) in (1_u8..).zip(["A", "B", "C", "D"]).zip(states) {
        let (blank, chip, values) = (hex(&[number; 16]), hex(&[number; 10]), hex(&[0; 9]));
        writeln!(
            rows,
            "INSERT INTO stock_blank (blank_id, delivery_id, chip_serial, key_check_values, state, line)
                 VALUES ({blank}, {delivery}, {chip}, {values}, '{state}', 'one');
             INSERT INTO stock_move (blank_id, step, state, moved_at, entry_id)
                 VALUES ({blank}, 1, 'line', 1, '{entry}');"
        )
        .unwrap();
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(home.spelled(&rows)))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let store = home.open(7).await;
    let heads = |issues: Vec<IssueRow>| -> Vec<_> {
        let heads = issues.into_iter().map(|one| (one.entry, one.number));
        heads.collect()
    };
    let waiting = heads(store.unsigned_issues(0, 9).await.unwrap());
    assert_eq!(waiting, [("A".to_owned(), Some(1))]);
    assert_eq!(heads(store.issues(9).await.unwrap()), waiting);
    let of = async |number: u8| {
        let issue = store.issue_of(BlankId::from_bytes([number; 16])).await;
        issue.unwrap().map(|issue| issue.number)
    };
    let issues = [of(1).await, of(2).await, of(3).await, of(4).await];
    assert_eq!(issues, [Some(Some(1)), None, Some(None), None]);
}

/// Two orders: one whose first card failed and whose second was finished, one that was cancelled on the line.
const NUMBERS: &str = "
    INSERT INTO order_item (order_id, issuer_profile, added_at, added_by, person_known, document_type)
        VALUES (ONE, 'luxembourg', 1, 'personalisation/order', 1, 'identity_card'),
               (TWO, 'utopia', 1, 'personalisation/order', 1, 'residence_permit');
    INSERT INTO line_number (number, order_id, attempt, state, allocated_at)
        VALUES ('C3F7K9T21', ONE, 1, 'void', 5), ('C3F7K9T22', ONE, 2, 'produced', 7), ('C3F7K9T23', TWO, 1, 'void', 5),
               ('C3F7K9T24', TWO, 2, 'allocated', 9);
    INSERT INTO line_attempt (order_id, attempt, state, from_state, scrap_reason, document_number, queued_at, tries, document_type)
        VALUES (ONE, 1, 'scrapped', 'bound', 'chip_silent', 'C3F7K9T21', 1, 0, 'identity_card'),
               (ONE, 2, 'packed', NULL, NULL, 'C3F7K9T22', 1, 0, 'identity_card'),
               (TWO, 1, 'cancelled', 'bound', NULL, 'C3F7K9T23', 1, 0, 'residence_permit'),
               (TWO, 2, 'bound', NULL, NULL, 'C3F7K9T24', 1, 0, 'residence_permit');
    INSERT INTO line_move (order_id, attempt, step, state, moved_at)
        VALUES (ONE, 1, 1, 'scrapped', 6), (ONE, 2, 1, 'quality_passed', 8), (ONE, 2, 2, 'packed', 9), (TWO, 1, 1, 'cancelled', 6),
               (TWO, 2, 1, 'bound', 9);
";

async fn numbers_of_before_are_documents_that_were_produced_or_are_void(engine: Engine) {
    let home = Home::new(engine).await;
    let mut connection = migrated_before(&home, DOCUMENTS).await;
    let rows = NUMBERS.replace("ONE", "X'01010101010101010101010101010101'");
    let rows = rows.replace("TWO", "X'02020202020202020202020202020202'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(home.spelled(&rows)))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let store = home.open(7).await;
    let of = async |number: &str| store.document(number.parse().unwrap()).await.unwrap();
    let at = |micros: i64| {
        time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).unwrap()
    };
    let number = |text: &str| text.parse().unwrap();
    let failed = VoidReason::Scrapped(ScrapReason::ChipSilent);
    let card = DocumentType::IdentityCard;
    let expected = Document::never_made(number("C3F7K9T21"), card, failed, at(6));
    assert_eq!(of("C3F7K9T21").await.unwrap().document, expected);
    let expected = Document::produced(number("C3F7K9T22"), card, at(8));
    assert_eq!(of("C3F7K9T22").await.unwrap().document, expected);
    let permit = DocumentType::ResidencePermit;
    let expected = Document::never_made(number("C3F7K9T23"), permit, VoidReason::Cancelled, at(6));
    let row = of("C3F7K9T23").await.unwrap();
    assert_eq!((row.document, &*row.issuer_profile), (expected, "utopia"));
    assert_eq!(of("C3F7K9T24").await, None);
}

async fn persons_orders_and_revocations_of_before_are_known_under_the_key_they_had(engine: Engine) {
    let home = Home::new(engine).await;
    before(&home).await;
    let store = home.open(7).await;
    let somebody = Person::from_iter([(KeyKind::Either, [77; 32])]);
    let ordered = store
        .no_live_order(&somebody, DocumentType::IdentityCard)
        .await;
    let ordered = ordered.unwrap_err();
    let id = OrderId::from_bytes([7; 16]);
    assert!(
        matches!(ordered, StoreError::Ordered { order } if order == id),
        "{ordered}"
    );
    let others = store.other_applications(application(1)).await.unwrap();
    assert_eq!(
        others.len(),
        1,
        "the other application of the person is found"
    );
    assert_eq!(store.applications_to_know(None, 9).await.unwrap().len(), 2);
    assert_eq!(store.orders_to_know(None, 9).await.unwrap(), [id]);
    let untold = store.next_untold(NOW).await.unwrap();
    let station = StationId::from_bytes([9; 16]);
    let is_told = matches!(&untold, Some(Turn::Tell(untold)) if untold.station == station);
    assert!(is_told, "{untold:?}");
}

on_each_engine! {
    numbers_of_before_are_documents_that_were_produced_or_are_void,
    blanks_of_before_are_carried_over_into_the_ledger,
    persons_orders_and_revocations_of_before_are_known_under_the_key_they_had,
    what_was_handed_out_before_and_is_still_there_waits_for_a_signature,
}
