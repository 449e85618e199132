//! The line's inspection system, when its key is lost from the token.

use std::fs;

use crate::line::journey::Journey;

/// Removes every key from the token of the inspection system; how many objects those were.
fn lose_the_keys(journey: &Journey) -> usize {
    let tokens = journey.house.pki.folder().join("tokens/line/tokens");
    let mut lost = 0;
    for token in fs::read_dir(tokens).unwrap() {
        let token = token.unwrap().path();
        // SoftHSM keeps the label in the clear, and each object in a file of its own.
        let about = fs::read(token.join("token.object")).unwrap();
        let label = b"inspection";
        if !about.windows(label.len()).any(|found| found == label) {
            continue;
        }
        for object in fs::read_dir(&token).unwrap() {
            let path = object.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let is_object = path.extension().is_some_and(|ending| ending == "object");
            if is_object && name != "token.object" {
                fs::remove_file(&path).unwrap();
                lost += 1;
            }
        }
    }
    lost
}

#[test]
fn a_lost_key_stops_the_line_by_name_until_pki_permits_another() {
    let mut journey = Journey::begin(1, 3, "idle_seconds = 30\n");
    journey.order();
    journey.blank(0);
    assert_eq!(journey.run().status, Some(0));
    // The private and the public half of one key pair.
    assert_eq!(lose_the_keys(&journey), 2);

    journey.order();
    journey.blank(0);
    let end = journey.run();
    assert_eq!((end.status, end.events.len()), (Some(1), 0), "{end:?}");
    assert!(end.errors.contains("LULINE100001"), "{}", end.errors);
    assert!(end.errors.contains("first_requests"), "{}", end.errors);

    // A person looks into it, and has pki permit a second first request.
    journey.house.pki.permit_first_requests(2);
    journey.house.pki.serve().unwrap();
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    let fetched = journey.house.centre.folder().join("inspection");
    let names = fs::read_dir(fetched).unwrap();
    let names: Vec<_> = names.map(|file| file.unwrap().file_name()).collect();
    let of_second = |name: &&std::ffi::OsString| name.to_str().unwrap().starts_with("LULINE100002");
    assert_eq!(names.iter().filter(of_second).count(), 1, "{names:?}");
    journey.check("a lost key");
}
