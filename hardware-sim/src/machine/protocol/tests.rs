//! Messages out of form: each is refused by the field that is wrong.

use ::wire::machine::{Answer, FailureKind, Remedy, answer::Result as Content};

use super::*;
use crate::machine::controller::refuse;

type Change = fn(&mut wire::LoadPicture);

/// A part of a picture that is as it should be.
fn part() -> wire::LoadPicture {
    wire::LoadPicture {
        card: 1,
        job: vec![0; 16],
        face: 1,
        total: MAX_PICTURE,
        sha256: vec![0; 32],
        offset: 0,
        data: vec![0; MAX_PART],
    }
}

fn command(act: command::Act) -> wire::Command {
    wire::Command {
        protocol: VERSION,
        id: vec![1; 16],
        act: Some(act),
    }
}

/// The field that a command is refused for.
fn refused(command: &wire::Command) -> &'static str {
    Request::decode(&command.encode_to_vec()).unwrap_err().0
}

#[test]
fn a_part_of_a_picture_is_refused_by_its_field() {
    let load = |part| command(command::Act::LoadPicture(part));
    let good = load(part()).encode_to_vec();
    assert!(good.len() <= MAX_MESSAGE, "the largest part fits");
    assert!(Request::decode(&good).is_ok());
    let cases: [(&str, Change); 8] = [
        ("load_picture.data", |part| part.data.push(0)),
        ("load_picture.data", |part| part.total = 100),
        ("load_picture.face", |part| part.face = 3),
        ("load_picture.job", |part| part.job.clear()),
        ("load_picture.offset", |part| part.offset = part.total + 1),
        ("load_picture.sha256", |part| part.sha256.push(0)),
        ("load_picture.total", |part| part.total += 1),
        ("load_picture.total", |part| part.total = 0),
    ];
    for (field, change) in cases {
        let mut part = part();
        change(&mut part);
        assert_eq!(refused(&load(part)), field);
    }
}

#[test]
fn the_other_commands_are_refused_by_their_fields() {
    let read = |length| {
        command::Act::ReadPicture(wire::ReadPicture {
            card: 1,
            face: 1,
            offset: 0,
            length,
        })
    };
    let bring = |to: wire::Position| {
        command::Act::Move(wire::Move {
            card: 1,
            to: to.into(),
        })
    };
    let print = wire::Print {
        card: 1,
        job: vec![0; 15],
    };
    let wait = wire::GetStatus {
        wait_millis: MAX_WAIT + 1,
        ..wire::GetStatus::default()
    };
    let cases = [
        ("get_status.wait_millis", command::Act::GetStatus(wait)),
        ("move.to", bring(wire::Position::Hopper)),
        ("move.to", bring(wire::Position::Removed)),
        ("print.job", command::Act::Print(print)),
        ("read_picture.length", read(57_345)),
        ("read_picture.length", read(0)),
    ];
    for (field, act) in cases {
        assert_eq!(refused(&command(act)), field);
    }
}

#[test]
fn what_is_no_command_is_refused() {
    let feed = || command(command::Act::Feed(wire::Feed { card: 1 }));
    let with = |change: fn(&mut wire::Command)| {
        let mut command = feed();
        change(&mut command);
        refused(&command)
    };
    assert!(Request::decode(&feed().encode_to_vec()).is_ok());
    assert_eq!(with(|command| command.id.clear()), "id");
    assert_eq!(with(|command| command.protocol = 2), "protocol");
    assert_eq!(with(|command| command.act = None), "act");
    let message = |bytes: &[u8]| Request::decode(bytes).unwrap_err();
    assert_eq!(message(&[0xFF]).0, "no protobuf");
    assert_eq!(message(&vec![0; 61_441]).0, "longer than 60 KiB");
    let answer = Answer::decode(&refuse(&message(&[]))[..]).unwrap();
    let Some(Content::Failure(failure)) = answer.result else {
        panic!("{answer:?}");
    };
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert_eq!(failure.remedy(), Remedy::Program);
    assert_eq!(failure.detail, "not a command of this protocol: protocol");
}
