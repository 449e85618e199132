//! The controller with its folder: lost answers, power losses and killed processes at every command.

use std::fs;

use ::wire::machine::{
    self as wire, FailureKind, PrintState, Remedy, answer::Result as Content, command,
};
use image::{ImageFormat, Rgb, RgbImage};
use openssl::sha::sha256;
use prost::Message;
use tempfile::TempDir;

use super::*;
use crate::machine::build::Marking;
use crate::machine::fault::{Command, What};
use crate::machine::place::Place;

mod killed;
mod repeated;

/// A machine, its caller, and chips that are files with a name only.
struct Bench {
    folder: TempDir,
    machine: Controller,
    now: Millis,
}

impl Bench {
    fn new(chips: usize) -> Self {
        Self::with(chips, Marking::Ribbon)
    }

    fn with(chips: usize, marking: Marking) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let build = Build {
            dpi: 60,
            camera_dpi: 30,
            ..Build::new(marking, "M-1".to_owned())
        };
        build.write(folder.path()).unwrap();
        let delivery = folder.path().join("delivery");
        fs::create_dir(&delivery).unwrap();
        for chip in 0..chips {
            fs::write(delivery.join(format!("{chip:03}.chip")), [0]).unwrap();
        }
        let mut machine = Controller::open(folder.path(), Camera::default()).unwrap();
        machine.refill(&delivery).unwrap();
        machine.power_on(0).unwrap();
        Self {
            folder,
            machine,
            now: 0,
        }
    }

    /// The process is killed, and another one takes the folder into use.
    fn restart(&mut self) {
        self.machine = Controller::open(self.folder.path(), Camera::default()).unwrap();
        self.machine.power_on(self.now).unwrap();
    }

    fn wait(&mut self, millis: Millis) {
        self.now += millis;
        self.machine.advance(self.now).unwrap();
    }

    fn ask(&mut self, id: u8, act: command::Act) -> Option<wire::Answer> {
        let command = wire::Command {
            protocol: 1,
            id: vec![id; 16],
            act: Some(act),
        };
        let request = Request::decode(&command.encode_to_vec()).unwrap();
        match self.machine.handle(&request, self.now) {
            Reply::Answer(bytes) => Some(wire::Answer::decode(&bytes[..]).unwrap()),
            Reply::Nothing => None,
        }
    }

    /// Repeats an act until it is answered; gives the machine time in between.
    fn insist(&mut self, id: u8, act: &command::Act) -> wire::Answer {
        for _ in 0..5 {
            if let Some(answer) = self.ask(id, act.clone()) {
                return answer;
            }
            self.wait(10_000);
        }
        panic!("no answer to {act:?}");
    }

    fn status(&mut self) -> wire::Status {
        let status = command::Act::GetStatus(wire::GetStatus::default());
        let answer = self.insist(0, &status);
        let Some(Content::Status(status)) = answer.result else {
            panic!("{answer:?}");
        };
        status
    }

    /// Sends both pictures of a job.
    fn load(&mut self, card: Handle, job: u8) {
        for face in [wire::Face::Front, wire::Face::Back] {
            let picture = picture(face);
            let part = |offset: usize, end: usize| part(card, job, face, &picture, offset..end);
            let half = picture.len() / 2;
            for part in [part(0, half), part(half, picture.len())] {
                let answer = self.insist(0, &part);
                assert!(
                    matches!(answer.result, Some(Content::PictureReceived(_))),
                    "{answer:?}"
                );
            }
        }
    }

    /// File names in one of the machine's folders.
    fn files(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join(name)).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(path)).unwrap()
    }
}

fn picture(face: wire::Face) -> Vec<u8> {
    let (width, height) = Build::face(60);
    let ink = if face == wire::Face::Front { 40 } else { 90 };
    let picture = RgbImage::from_pixel(width, height, Rgb([ink, 0, 120]));
    png(&picture)
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut png = io::Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn part(
    card: Handle,
    job: u8,
    face: wire::Face,
    picture: &[u8],
    range: std::ops::Range<usize>,
) -> command::Act {
    command::Act::LoadPicture(wire::LoadPicture {
        card,
        job: vec![job; 16],
        face: face.into(),
        total: u32::try_from(picture.len()).unwrap(),
        sha256: sha256(picture).to_vec(),
        offset: u32::try_from(range.start).unwrap(),
        data: picture[range].to_vec(),
    })
}

fn feed(card: Handle) -> command::Act {
    command::Act::Feed(wire::Feed { card })
}

fn bring(card: Handle, to: wire::Position) -> command::Act {
    command::Act::Move(wire::Move {
        card,
        to: to.into(),
    })
}

fn print(card: Handle, job: u8) -> command::Act {
    command::Act::Print(wire::Print {
        card,
        job: vec![job; 16],
    })
}

fn failure(answer: &wire::Answer) -> (FailureKind, Remedy) {
    let Some(Content::Failure(failure)) = &answer.result else {
        panic!("{answer:?}");
    };
    (failure.kind(), failure.remedy())
}

/// What can happen to one command; the line repeats it.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    None,
    AnswerLost,
    PowerBefore,
    PowerAfter,
    Killed,
}

const MISHAPS: [Mishap; 5] = [
    Mishap::None,
    Mishap::AnswerLost,
    Mishap::PowerBefore,
    Mishap::PowerAfter,
    Mishap::Killed,
];

fn arm(bench: &mut Bench, kind: Command, mishap: Mishap) {
    let command = Some(kind);
    let back_in = Some(0);
    let what = match mishap {
        Mishap::None | Mishap::Killed => return,
        Mishap::AnswerLost => What::AnswerLost { command },
        Mishap::PowerBefore => What::PowerLoss {
            command,
            when: When::Before,
            back_in,
        },
        Mishap::PowerAfter => What::PowerLoss {
            command,
            when: When::After,
            back_in,
        },
    };
    bench.machine.arm(Fault {
        what,
        lasting: false,
    });
}

/// One card from hopper to exit, with a mishap at each command of one kind; the answer to printing.
fn one_card(bench: &mut Bench, at: Command, mishap: Mishap) -> Option<FailureKind> {
    use wire::Position::{Exit, Printer};
    let act = |bench: &mut Bench, id: u8, kind: Command, act: command::Act| {
        let hit = kind == at;
        if hit {
            arm(bench, kind, mishap);
        }
        let first = bench.insist(id, &act);
        if hit && matches!(mishap, Mishap::Killed) {
            bench.restart();
        }
        let again = bench.insist(id, &act);
        assert!(
            again.repeated || matches!(again.result, Some(Content::Failure(_))),
            "{again:?}"
        );
        bench.wait(10_000);
        first
    };
    act(bench, 1, Command::Feed, feed(1));
    act(bench, 2, Command::Move, bring(1, Printer));
    if at == Command::LoadPicture {
        arm(bench, at, mishap);
    }
    bench.load(1, 7);
    act(bench, 3, Command::Print, print(1, 7));
    let state = bench.status().cards[0].print();
    if state == PrintState::Spoiled {
        let refused = bench.insist(4, &print(1, 7));
        assert_eq!(failure(&refused), (FailureKind::Spoiled, Remedy::Reject));
        act(bench, 5, Command::Move, bring(1, wire::Position::Reject));
        return Some(FailureKind::Spoiled);
    }
    assert_eq!(state, PrintState::Printed);
    act(bench, 5, Command::Move, bring(1, Exit));
    None
}

#[test]
fn a_mishap_at_any_command_costs_a_card_only_where_ink_had_begun() {
    let kinds = [
        Command::Feed,
        Command::Move,
        Command::LoadPicture,
        Command::Print,
    ];
    for kind in kinds {
        for mishap in MISHAPS {
            let mut bench = Bench::new(3);
            let spoiled = one_card(&mut bench, kind, mishap).is_some();
            let interrupts = matches!(mishap, Mishap::PowerAfter | Mishap::Killed);
            assert_eq!(
                spoiled,
                kind == Command::Print && interrupts,
                "{kind:?} {mishap:?}"
            );
            let counters = bench.status().counters.unwrap();
            let one = u64::from(!spoiled);
            assert_eq!(
                (counters.fed, counters.exited, counters.printed),
                (1, one, one)
            );
            assert_eq!((counters.rejected, counters.spoiled), (1 - one, 1 - one));
            let tray = if spoiled { "reject" } else { "exit" };
            let files = [
                "00000001-000.chip",
                "00000001-back.png",
                "00000001-front.png",
            ];
            assert_eq!(bench.files(tray), files, "{kind:?} {mishap:?}");
            assert_eq!(bench.files("hopper").len(), 2);
            assert!(bench.files("inside").is_empty() && bench.files("pictures").is_empty());
        }
    }
}

#[test]
fn what_was_printed_lies_in_the_tray_byte_for_byte() {
    let mut bench = Bench::new(1);
    one_card(&mut bench, Command::Clear, Mishap::None);
    assert_eq!(
        bench.read("exit/00000001-front.png"),
        picture(wire::Face::Front)
    );
    assert_eq!(
        bench.read("exit/00000001-back.png"),
        picture(wire::Face::Back)
    );
    // The card is remembered, its pictures are not.
    let asked = wire::GetStatus {
        card: 1,
        ..wire::GetStatus::default()
    };
    let answer = bench.insist(0, &command::Act::GetStatus(asked));
    let Some(Content::Status(status)) = answer.result else {
        panic!()
    };
    assert_eq!(status.cards[0].at(), wire::Position::Exit);
    assert_eq!(status.cards[0].print_job, [7; 16]);
    let gone = bench.insist(9, &print(1, 7));
    assert!(gone.repeated, "printed already, also when it has left");
    let other = bench.insist(9, &print(1, 8));
    assert_eq!(failure(&other).0, FailureKind::IdReused);
}

#[test]
fn an_interrupted_print_shows_its_upper_part() {
    let mut bench = Bench::new(1);
    one_card(&mut bench, Command::Print, Mishap::PowerAfter);
    let face = image::load_from_memory(&bench.read("reject/00000001-front.png")).unwrap();
    let face = face.into_rgb8();
    assert_eq!(face.get_pixel(5, 5).0, [40, 0, 120]);
    assert_eq!(face.get_pixel(5, face.height() - 5).0, [255; 3]);
}

#[test]
fn pictures_go_on_where_they_stopped_also_after_a_power_loss() {
    let mut bench = Bench::new(1);
    bench.insist(1, &feed(1));
    let face = wire::Face::Front;
    let picture = picture(face);
    let received = |bench: &mut Bench, range: std::ops::Range<usize>| {
        let answer = bench.insist(0, &part(1, 7, face, &picture, range));
        match answer.result {
            Some(Content::PictureReceived(received)) => (received.received, received.complete),
            other => panic!("{other:?}"),
        }
    };
    let total = u32::try_from(picture.len()).unwrap();
    assert_eq!(received(&mut bench, 0..60), (60, false));
    assert_eq!(received(&mut bench, 0..60), (60, false), "the same again");
    assert_eq!(
        received(&mut bench, 100..120),
        (60, false),
        "a gap is not filled"
    );
    bench.restart();
    assert_eq!(received(&mut bench, 0..0), (60, false), "asked");
    assert_eq!(received(&mut bench, 40..90), (90, false), "overlapping");
    assert_eq!(received(&mut bench, 90..picture.len()), (total, true));
    assert_eq!(received(&mut bench, 0..60), (total, true));
}

#[test]
fn pictures_that_are_not_what_they_should_be_are_thrown_away() {
    let mut bench = Bench::new(1);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    let face = wire::Face::Front;
    let send = |bench: &mut Bench, bytes: &[u8], hash: Vec<u8>| {
        let mut act = part(1, 7, face, bytes, 0..bytes.len());
        if let command::Act::LoadPicture(part) = &mut act {
            part.sha256 = hash;
        }
        failure(&bench.insist(0, &act))
    };
    let good = picture(face);
    let damaged = send(&mut bench, &good, vec![0; 32]);
    assert_eq!(damaged, (FailureKind::PictureDamaged, Remedy::Retry));
    let small = png(&RgbImage::new(50, 50));
    let unfit = send(&mut bench, &small, sha256(&small).to_vec());
    assert_eq!(unfit, (FailureKind::PictureUnfit, Remedy::Program));
    assert!(bench.files("pictures").is_empty());
    bench.insist(2, &bring(1, wire::Position::Printer));
    bench.wait(1_000);
    assert_eq!(
        failure(&bench.insist(3, &print(1, 7))).0,
        FailureKind::PictureIncomplete
    );
    assert_eq!(
        failure(&bench.insist(3, &print(1, 8))).0,
        FailureKind::UnknownJob
    );
    let unknown = part(5, 7, face, &good, 0..good.len());
    assert_eq!(
        failure(&bench.insist(0, &unknown)).0,
        FailureKind::UnknownCard
    );
}

/// The exit picture of a card's face.
fn exit_picture(bench: &mut Bench, card: Handle, face: wire::Face) -> RgbImage {
    let mut jpeg = Vec::new();
    loop {
        let wanted = wire::ReadPicture {
            card,
            face: face.into(),
            offset: u32::try_from(jpeg.len()).unwrap(),
            length: 500,
        };
        let answer = bench.insist(0, &command::Act::ReadPicture(wanted));
        let Some(Content::PicturePart(part)) = answer.result else {
            panic!("{answer:?}");
        };
        jpeg.extend(part.data);
        if jpeg.len() == part.total as usize {
            assert_eq!(part.sha256, sha256(&jpeg));
            return image::load_from_memory(&jpeg).unwrap().into_rgb8();
        }
    }
}

#[test]
fn the_camera_sees_what_was_printed_and_what_went_wrong() {
    for (marking, defect, front, back) in [
        (Marking::Ribbon, None, [40, 0, 120], [90, 0, 120]),
        (
            Marking::Ribbon,
            Some(Defect::WrongSide),
            [90, 0, 120],
            [40, 0, 120],
        ),
        (Marking::Ribbon, Some(Defect::Blank), [255; 3], [255; 3]),
        (Marking::Laser, None, [25; 3], [40; 3]),
    ] {
        let mut bench = Bench::with(1, marking);
        bench.insist(1, &feed(1));
        bench.wait(1_000);
        bench.insist(2, &bring(1, wire::Position::Printer));
        bench.wait(1_000);
        bench.load(1, 7);
        let what = defect.map(What::Print);
        if let Some(what) = what {
            bench.machine.arm(Fault {
                what,
                lasting: false,
            });
        }
        bench.insist(3, &print(1, 7));
        let early = wire::ReadPicture {
            card: 1,
            face: 1,
            offset: 0,
            length: 1,
        };
        let early = bench.insist(0, &command::Act::ReadPicture(early));
        assert_eq!(failure(&early).0, FailureKind::NoPicture);
        bench.wait(3_000);
        for (face, expected) in [(wire::Face::Front, front), (wire::Face::Back, back)] {
            let seen = exit_picture(&mut bench, 1, face);
            let (width, height) = seen.dimensions();
            let middle = seen.get_pixel(width / 2, height / 2).0;
            let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) < 30;
            assert!(
                middle.iter().zip(&expected).all(near),
                "{defect:?}: {middle:?} {expected:?}"
            );
        }
    }
}

#[test]
fn a_machine_without_power_says_nothing_and_comes_back_by_itself() {
    let mut bench = Bench::new(2);
    bench.insist(1, &feed(1));
    let what = What::PowerLoss {
        command: None,
        when: When::Before,
        back_in: Some(5_000),
    };
    bench.machine.arm(Fault {
        what,
        lasting: false,
    });
    assert_eq!(
        bench.ask(0, command::Act::Identify(wire::Identify {})),
        None
    );
    assert_eq!(bench.machine.take_seatings(), [Seating::Empty]);
    bench.wait(7_000);
    assert_eq!(
        bench.ask(0, command::Act::Identify(wire::Identify {})),
        None
    );
    bench.wait(1_000);
    // The card was on its way and runs on.
    assert_eq!(bench.status().cards[0].activity(), wire::Activity::Moving);
    bench.wait(1_000);
    let chip = bench.folder.path().join("inside/00000001-000.chip");
    assert_eq!(bench.machine.take_seatings(), [Seating::Chip(chip)]);
    assert_eq!(bench.status().counters.unwrap().power_ons, 2);
}

#[test]
fn a_silent_chip_is_told_until_it_answers() {
    let mut bench = Bench::new(1);
    bench.insist(1, &feed(1));
    bench.wait(1_000);
    bench.machine.arm(Fault {
        what: What::Misread { times: 2 },
        lasting: false,
    });
    let heard: Vec<_> = (0..3).map(|_| bench.machine.chip_answers()).collect();
    assert_eq!(heard, [false, false, true]);
    bench.machine.arm(Fault {
        what: What::Misread { times: 1 },
        lasting: true,
    });
    assert!(!bench.machine.chip_answers());
    let kinds: Vec<_> = bench
        .status()
        .troubles
        .iter()
        .map(wire::Failure::kind)
        .collect();
    assert_eq!(kinds, [FailureKind::Misread, FailureKind::HopperEmpty]);
}
