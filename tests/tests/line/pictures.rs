//! The pictures of cards, when the line dies before they are written.

use std::fs;
use std::process::Command;

use crate::line::journey::Journey;

/// The program dies after a card's last commit, with its pictures not written: nobody comes back to
/// that card, and the pictures come all the same.
#[test]
fn the_line_is_killed_between_the_last_commit_and_the_pictures() {
    let mut journey = Journey::begin(1, 3, "idle_seconds = 30\n");
    journey.order();
    journey.blank(0);
    let mut line = journey.house.line().unwrap();
    let bound = line.wait_for("bound", |event| event["event"] == "bound");
    let number = bound.unwrap()["number"].as_str().unwrap().to_owned();
    // A pipe that nobody reads holds whoever writes the first picture.
    let folder = journey.house.documents().join(&number);
    let pipe = folder.join("front.draft");
    fs::create_dir_all(&folder).unwrap();
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    line.wait_for("document", |event| event["event"] == "document")
        .unwrap();
    let end = line.kill();
    journey.note(end);
    fs::remove_file(&pipe).unwrap();
    let [front, back] = ["front.png", "back.png"].map(|picture| folder.join(picture));
    assert!(!front.exists() && !back.exists());
    assert!(folder.join("record.json").exists());

    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    assert_eq!(end.named("document").len(), 0, "{:?}", end.events);
    let pictures = [&front, &back].map(|picture| fs::read(picture).unwrap());
    for picture in [&front, &back] {
        assert_eq!(image::image_dimensions(picture).unwrap(), (2022, 1275));
    }
    // Killed between the two of them: the same picture again, and the other is not touched.
    fs::remove_file(&back).unwrap();
    journey.order();
    journey.blank(0);
    let end = journey.run();
    assert_eq!(end.status, Some(0), "{}", end.errors);
    assert_eq!(end.named("document").len(), 1, "{:?}", end.events);
    assert_eq!(
        [&front, &back].map(|picture| fs::read(picture).unwrap()),
        pictures
    );
    journey.check("killed before the pictures");
}
