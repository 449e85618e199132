//! Seeds of what is said to machines and by them, and of the pictures that they take at their exit.

use prost::Message;
use wire::machine::{self, command::Act};

use super::{exit, write};

/// All of them.
pub fn write_seeds() {
    machine_seeds();
    answer_seeds();
    exit_seeds();
}

/// A good card; its faces on each other's side; no card.
fn exit_seeds() {
    let [front, back] = exit::faces().map(|face| exit::picture(&face));
    let seed = |name, front: &[u8], back: &[u8]| {
        write("exit_picture", name, &exit::input(front, back));
    };
    seed("good", &front, &back);
    seed("wrong_side", &back, &front);
    seed("torn", &front[..front.len() / 2], &back);
}

/// One card from the hopper to the exit, and each command alone.
fn machine_seeds() {
    let job = vec![7; 16];
    let face = machine::Face::Front.into();
    let bring = |to: machine::Position| {
        Act::Move(machine::Move {
            card: 1,
            to: to.into(),
        })
    };
    let load = machine::LoadPicture {
        card: 1,
        job: job.clone(),
        face,
        total: 4,
        sha256: vec![0xA5; 32],
        offset: 2,
        data: vec![1, 2],
    };
    let read = machine::ReadPicture {
        card: 1,
        face,
        offset: 0,
        length: 100,
    };
    let status = machine::GetStatus {
        known_revision: 3,
        wait_millis: 500,
        card: 1,
    };
    let acts = [
        ("identify", Act::Identify(machine::Identify {})),
        ("feed", Act::Feed(machine::Feed { card: 1 })),
        ("get_status", Act::GetStatus(status)),
        ("load_picture", Act::LoadPicture(load)),
        ("move_to_printer", bring(machine::Position::Printer)),
        ("print", Act::Print(machine::Print { card: 1, job })),
        ("read_picture", Act::ReadPicture(read)),
        ("move_to_exit", bring(machine::Position::Exit)),
        ("move_to_reject", bring(machine::Position::Reject)),
        ("clear", Act::Clear(machine::Clear {})),
    ];
    let mut whole = Vec::new();
    for (number, (name, act)) in (1..).zip(acts) {
        let command = machine::Command {
            protocol: 1,
            id: vec![number; 16],
            act: Some(act),
        };
        let message = command.encode_to_vec();
        let length = u16::try_from(message.len()).expect("a short message");
        let seed = [&length.to_be_bytes()[..], &message].concat();
        write("machine_request", name, &seed);
        // What a machine moves takes longer than the time between two commands.
        whole.extend(seed.repeat(4));
    }
    write("machine_request", "one_card", &whole);
}

/// What a machine answers while a card goes its way: empty, the card in the station, printed, and its exit picture.
fn answer_seeds() {
    use machine::answer::Result as Content;
    let card = |at: machine::Position, print: machine::PrintState| machine::Card {
        handle: 1,
        at: at.into(),
        activity: machine::Activity::Resting.into(),
        print_job: vec![7; 16],
        print: print.into(),
        ..machine::Card::default()
    };
    let status = |cards| {
        Content::Status(machine::Status {
            revision: 3,
            cards,
            next_card: 2,
            ..machine::Status::default()
        })
    };
    let station = card(machine::Position::Station, machine::PrintState::Unspecified);
    let printed = card(machine::Position::Printer, machine::PrintState::Printed);
    let picture = machine::PicturePart {
        total: 4,
        sha256: openssl::sha::sha256(&[1, 2, 3, 4]).to_vec(),
        data: vec![1, 2, 3, 4],
    };
    let received = || {
        Content::PictureReceived(machine::PictureReceived {
            complete: true,
            ..machine::PictureReceived::default()
        })
    };
    let answers = [
        status(vec![]),
        status(vec![station.clone()]),
        Content::Card(station.clone()),
        status(vec![station]),
        received(),
        received(),
        Content::Card(printed),
        Content::PicturePart(picture),
    ];
    let mut whole = Vec::new();
    for result in answers {
        let answer = machine::Answer {
            result: Some(result),
            ..machine::Answer::default()
        };
        let message = answer.encode_to_vec();
        whole.extend(
            u16::try_from(message.len())
                .expect("a short message")
                .to_be_bytes(),
        );
        whole.extend(message);
    }
    write("machine_answer", "one_card", &whole);
}
