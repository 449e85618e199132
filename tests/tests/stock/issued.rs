//! A blank's whole way: a keeper hands it out, stock's token signs that, the line shows it to pki; and the alarm where pki
//! signed what no attempt asked for. All programs and tokens are the real ones.

use std::path::Path;

use e2e::oracles;

use crate::line::journey::Journey;

/// A line that takes only what was handed out to it, and stock's token as the ceremony made it. (The paths are relative to
/// the centre's folder; nobody serves this console.)
const HANDED_OUT: &str = r#"idle_seconds = 1
handed_out_only = true

[tokens.stock]
softhsm2_conf = "../pki/tokens/intake/softhsm2.conf"
label = "stock"
pin_file = "../pki/tokens/intake/stock.pin"
key = "issues-1"

[console]
listen = "127.0.0.1:1"
origin = "http://localhost:1"
relying_party = "localhost"
"#;

/// Somebody copies what pki signed for an attempt to an order that nobody has.
const FOREIGN: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
columns = 'number, kind, key_label, certificate, content, signing_time, digest, intended_at, signed_object, released_at'
database.executescript(f'''
    BEGIN IMMEDIATE;
    INSERT INTO attempt (order_id, number, document_number, chip_serial, begun_at)
        SELECT zeroblob(16), 1, 'LUX000000', zeroblob(10), begun_at FROM attempt LIMIT 1;
    INSERT INTO permit (order_id, {columns}) SELECT zeroblob(16), {columns} FROM permit WHERE kind = 1 LIMIT 1;
    INSERT INTO journal (order_id, number, kind) VALUES (zeroblob(16), 1, 1);
    COMMIT;
''')
";

/// Two entries that wait for their signature, of the blank that lies at the line: `good`, and one of a name that is longer
/// than an issue can say.
const WAITING: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
for number, entry in (98, 'x' * 129), (99, 'good'):
    database.execute('''INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at, by_person)
        VALUES (?, 'vault', 'line:line-1', 1, ?, zeroblob(16))''', (entry, number))
    database.execute('INSERT INTO stock_issue (entry_id, line, number) VALUES (?, ?, ?)', (entry, 'line-1', number))
    database.execute('''INSERT INTO stock_move (blank_id, step, state, moved_at, entry_id)
        SELECT blank_id, ?, 'line', 1, ? FROM stock_blank WHERE state = 'line' ''', (number, entry))
database.commit()
";

/// Somebody puts pki's journal back to before its last entry.
const CUT: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
database.execute('DELETE FROM journal WHERE id = (SELECT MAX(id) FROM journal)')
database.commit()
";

/// Rows of a database, one a line, columns by spaces.
fn rows(database: &Path, select: &str) -> String {
    let script = "import sqlite3, sys\n\
        for row in sqlite3.connect(sys.argv[1], timeout=30).execute(sys.argv[2]): print(*row)";
    let arguments = ["-c", script, database.to_str().unwrap(), select];
    let said = oracles::python_says(&arguments).unwrap();
    said.trim().to_owned()
}

/// What `personalisation stock …` prints, and whether it succeeds.
fn stock(journey: &Journey, arguments: &str) -> (Option<i32>, String) {
    let words: Vec<&str> = ["stock"].into_iter().chain(arguments.split(' ')).collect();
    let ended = journey.house.centre_says(&words).unwrap();
    (ended.status, ended.output + &ended.errors)
}

fn serial(chip: &Path) -> String {
    chip.file_stem().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_blank_is_signed_for_once_it_was_handed_out_and_the_sums_agree() {
    let mut journey = Journey::begin(1, 3, HANDED_OUT);
    journey.order();
    let chip = journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(1), "{}", end.errors);
    let refused = end.named("blank_refused");
    assert_eq!(refused[0]["reason"], "blank_not_handed_out", "{refused:?}");

    let add = ["staff", "add", "keeper", "Keeper", "--role", "stock_keeper"];
    let added = journey.house.centre_says(&add).unwrap();
    assert_eq!(added.status, Some(0), "{}", added.errors);
    let issue = format!("issue --to line-1 --chip {} --by keeper", serial(&chip));
    let (status, said) = stock(&journey, &issue);
    assert_eq!((status, said.trim()), (Some(0), "1 blanks at line line-1"));
    let (_, said) = stock(&journey, "sign");
    assert_eq!(
        said.trim(),
        "0 issues signed",
        "it was signed when it was handed out"
    );

    journey.swap(0, &chip);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let number = end.named("document")[0]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    journey.is_genuine(0, &number, "handed out");
    let pki = journey.house.pki.folder().join("pki.sqlite");
    let by = rows(&pki, "SELECT issue_line, issue_number FROM attempt");
    assert_eq!(by, "line-1 1");

    let (status, said) = stock(&journey, "reconcile");
    let agreed = "2 new signatures, each has its attempt";
    assert_eq!((status, said.trim()), (Some(0), agreed));
    oracles::python_says(&["-c", FOREIGN, pki.to_str().unwrap()]).unwrap();
    let (status, said) = stock(&journey, "reconcile");
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("ALARM: pki signed for attempt 0000"),
        "{said}"
    );
    let (status, said) = stock(&journey, "reconcile");
    assert_eq!(status, Some(0), "it rings once: {said}");
    let centre = journey.house.centre.folder().join("centre.db");
    let waiting = "SELECT kind, object FROM fleet_alarm WHERE settled_at IS NULL";
    let alarm = format!("signature_without_attempt attempt {}/1", "0".repeat(32));
    assert_eq!(rows(&centre, waiting), alarm);
    oracles::python_says(&["-c", CUT, pki.to_str().unwrap()]).unwrap();
    let (status, said) = stock(&journey, "reconcile");
    assert_eq!(status, Some(1), "{said}");
    let cut = "ALARM: entry 3 of pki's journal is missing";
    assert!(said.contains(cut), "{said}");
    let (status, said) = stock(&journey, "reconcile");
    assert_eq!(status, Some(0), "it rings once: {said}");
}

#[test]
fn an_act_signs_what_it_hands_out_and_what_cannot_be_said_stops_nothing_else() {
    let journey = Journey::begin(1, 2, HANDED_OUT);
    let add = ["staff", "add", "keeper", "Keeper", "--role", "stock_keeper"];
    let added = journey.house.centre_says(&add).unwrap();
    assert_eq!(added.status, Some(0), "{}", added.errors);
    let centre = journey.house.centre.folder().join("centre.db");
    let unsigned = || {
        let select = "SELECT number FROM stock_issue WHERE signed IS NULL ORDER BY number";
        rows(&centre, select)
    };
    let hand_out = |blank: usize| {
        let chip = serial(&journey.house.floor.blanks()[blank]);
        let issue = format!("issue --to line-1 --chip {chip} --by keeper");
        let (status, said) = stock(&journey, &issue);
        assert_eq!(status, Some(0), "{said}");
    };
    hand_out(0);
    oracles::python_says(&["-c", WAITING, centre.to_str().unwrap()]).unwrap();
    hand_out(1);
    assert_eq!(
        unsigned(),
        "98\n99",
        "only what the act handed out is signed"
    );
    let (status, said) = stock(&journey, "sign");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("1 issues signed"), "{said}");
    let problem = "the blank issue's entry is malformed";
    assert!(
        said.contains("entry xxxx") && said.contains(problem),
        "{said}"
    );
    assert_eq!(unsigned(), "98");
}

#[test]
fn what_a_line_takes_itself_is_signed_in_its_own_token() {
    let mut journey = Journey::begin(1, 1, "idle_seconds = 1\n");
    journey.order();
    journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let pki = journey.house.pki.folder().join("pki.sqlite");
    let by = rows(&pki, "SELECT issue_line, issue_number FROM attempt");
    assert_eq!(by, "line-1 0");
    let centre = journey.house.centre.folder().join("centre.db");
    let unsigned = "SELECT COUNT(*) FROM stock_issue WHERE signed IS NULL";
    assert_eq!(rows(&centre, unsigned), "0");
}
