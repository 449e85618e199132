//! Reading files: chunking up to large files, and chips that lie.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::Card;
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::lds::{AtrInfo, DataGroup, EMRTD_AID, ElementaryFile, ExtendedLength};
use icao9303::reading::{
    ChunkSize, MAX_FILE, ReadError, Target, read_file, select_application, select_file,
    select_master_file,
};
use icao9303::tlv;

const DG2: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG2);

/// An honest chip with one file.
fn honest(file: &[u8], largest: usize) -> impl FnMut(&Command) -> Response {
    let file = file.to_vec();
    move |command| {
        let le = command.le.unwrap_or(0).min(largest);
        let piece = |offset: usize, length: usize| {
            if offset >= file.len() {
                return StatusWord::WRONG_OFFSET.into();
            }
            let end = (offset + length).min(file.len());
            let short = end < offset + length;
            let status = if short {
                StatusWord::END_OF_FILE
            } else {
                StatusWord::OK
            };
            Response::new(&file[offset..end], status)
        };
        match (command.ins, command.p1) {
            (0xB0, p1 @ 0x80..) => {
                assert!(command.p2 == 0 && p1 & 0x60 == 0);
                piece(0, le)
            }
            (0xB0, p1) => piece(usize::from(p1) << 8 | usize::from(command.p2), le),
            (0xB1, _) => {
                let offset = tlv::parse_exact(&command.data, 0x54).unwrap();
                let offset = offset
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                assert!(offset >= 0x8000);
                // Le counts the object's header too.
                let header = match le {
                    0..=0x81 => 2,
                    0x82..=0x102 => 3,
                    _ => 4,
                };
                let mut answer = piece(offset, le - header);
                if !answer.data.is_empty() {
                    answer.data = tlv::encode(0x53, &answer.data);
                }
                answer
            }
            _ => StatusWord::OK.into(),
        }
    }
}

fn read(
    mut chip: impl FnMut(&Command) -> Response,
    file: ElementaryFile,
    chunk: ChunkSize,
) -> (Result<Vec<u8>, ReadError>, usize) {
    let mut commands = 0;
    let mut card = Card(|command: &[u8]| {
        commands += 1;
        chip(&Command::parse(command).unwrap()).encode()
    });
    let outcome = read_file(&mut card, file, chunk, MAX_FILE);
    (outcome, commands)
}

fn object(length: usize) -> Vec<u8> {
    let value: Vec<u8> = (0..length).map(|index| index.to_le_bytes()[0]).collect();
    tlv::encode(0x75, &value)
}

#[test]
fn files_of_every_size_in_every_chunk() {
    let extended = ChunkSize::from_largest_response(4_096, true);
    let chunks = [
        ChunkSize::SHORT,
        extended,
        ChunkSize::from_largest_response(65_538, false),
    ];
    for chunk in chunks {
        for length in [
            1, 2, 100, 218, 219, 220, 221, 222, 223, 224, 4_000, 4_300, 32_760, 32_764, 32_767,
            40_000, 150_000,
        ] {
            let whole = object(length);
            for padding in [0, 1, 300] {
                let file = [&whole[..], &vec![0; padding]].concat();
                let (outcome, commands) = read(honest(&file, 65_536), DG2, chunk);
                assert_eq!(outcome.unwrap(), whole, "{length} {padding} {chunk:?}");
                let ideal = whole.len().div_ceil(chunk.bytes());
                assert!(
                    commands <= ideal + ideal / 40 + 2,
                    "{length}: {commands} for {ideal}"
                );
            }
        }
    }
}

#[test]
fn chunk_sizes() {
    assert_eq!(ChunkSize::default().bytes(), 0xDF);
    assert_eq!(
        ChunkSize::from_largest_response(258, true),
        ChunkSize::SHORT
    );
    assert_eq!(ChunkSize::from_largest_response(0, false), ChunkSize::SHORT);
    assert_eq!(
        ChunkSize::from_largest_response(1_002, false).bytes(),
        1_000
    );
    assert_eq!(
        ChunkSize::from_largest_response(usize::MAX, false).bytes(),
        65_536
    );
    let info = AtrInfo {
        extended_length: Some(ExtendedLength {
            command: 4_096,
            response: 4_096,
        }),
        ..AtrInfo::default()
    };
    assert_eq!(ChunkSize::from_atr_info(&info, true).bytes(), 4_063);
    assert_eq!(
        ChunkSize::from_atr_info(&AtrInfo::default(), true),
        ChunkSize::SHORT
    );
}

#[test]
fn whole_files_end_where_the_chip_says() {
    let dir = [0x61, 0x09, 0x4F, 0x07, 0xA0, 0, 0, 2, 0x47, 0x10, 0x01].repeat(30);
    let (outcome, _) = read(honest(&dir, 65_536), ElementaryFile::Dir, ChunkSize::SHORT);
    assert_eq!(outcome.unwrap(), dir);
    let exactly = [0x61; 0xDF];
    let (outcome, _) = read(
        honest(&exactly, 65_536),
        ElementaryFile::AtrInfo,
        ChunkSize::SHORT,
    );
    assert_eq!(outcome.unwrap(), exactly);
    // A file without end is cut off at the limit.
    let endless = |command: &Command| {
        let data = if command.ins == 0xB1 {
            tlv::encode(0x53, &[1; 200])
        } else {
            vec![1; 200]
        };
        Response::new(data, StatusWord::OK)
    };
    let (outcome, _) = read(endless, ElementaryFile::Dir, ChunkSize::SHORT);
    assert!(
        matches!(
            outcome,
            Err(ReadError::TooLarge {
                limit: MAX_FILE,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[test]
fn chips_without_short_identifiers() {
    let whole = object(500);
    let mut chip = honest(&whole, 65_536);
    let by_fid = move |command: &Command| match (command.ins, command.p1) {
        (0xB0, 0x80..) => StatusWord::FUNCTION_NOT_SUPPORTED.into(),
        (0xA4, _) => {
            assert_eq!(
                (command.p1, command.p2, &command.data[..]),
                (0x02, 0x0C, &[0x01, 0x02][..])
            );
            StatusWord::OK.into()
        }
        _ => chip(command),
    };
    assert_eq!(read(by_fid, DG2, ChunkSize::SHORT).0.unwrap(), whole);
}

#[test]
fn chips_that_answer_short_or_correct_le() {
    let whole = object(3_000);
    assert_eq!(
        read(honest(&whole, 100), DG2, ChunkSize::SHORT).0.unwrap(),
        whole
    );
    let mut chip = honest(&whole, 65_536);
    let corrects = |command: &Command| match command.le {
        Some(le) if le > 200 => StatusWord(0x6CC8).into(),
        _ => chip(command),
    };
    let (outcome, commands) = read(corrects, DG2, ChunkSize::SHORT);
    assert_eq!(outcome.unwrap(), whole);
    assert!(commands < 40);
}

#[test]
fn lies_about_lengths() {
    let fixed = |data: Vec<u8>| move |_: &Command| Response::new(data.clone(), StatusWord::OK);
    let (outcome, commands) = read(
        fixed(hex::decode("7584FFFFFFFF00").unwrap()),
        DG2,
        ChunkSize::SHORT,
    );
    let announced = 0xFFFF_FFFF + 6;
    assert!(matches!(outcome, Err(ReadError::TooLarge { announced: a, .. }) if a == announced));
    assert_eq!(commands, 1);

    let (outcome, _) = read(fixed(vec![0x75; 300]), DG2, ChunkSize::SHORT);
    assert!(matches!(
        outcome,
        Err(ReadError::TooMuch {
            asked: 0xDF,
            sent: 300,
            ..
        })
    ));

    let (outcome, _) = read(fixed(vec![0x75]), DG2, ChunkSize::SHORT);
    assert!(matches!(outcome, Err(ReadError::NoObject { .. })));
    let (outcome, _) = read(fixed(vec![]), DG2, ChunkSize::SHORT);
    assert!(matches!(outcome, Err(ReadError::NoObject { .. })));

    let truncated = &object(5_000)[..3_000];
    let (outcome, _) = read(honest(truncated, 65_536), DG2, ChunkSize::SHORT);
    let announced = 5_004;
    assert!(
        matches!(outcome, Err(ReadError::EndsEarly { read: 3_000, announced: a, .. }) if a == announced)
    );

    let (outcome, commands) = read(honest(&object(50_000), 1), DG2, ChunkSize::SHORT);
    assert!(
        matches!(outcome, Err(ReadError::NoObject { .. })),
        "{outcome:?}"
    );
    assert_eq!(commands, 1);
    let (outcome, commands) = read(honest(&object(50_000), 5), DG2, ChunkSize::SHORT);
    assert!(
        matches!(outcome, Err(ReadError::Crumbs { .. })),
        "{outcome:?}"
    );
    assert!(commands < 30);

    let whole = object(40_000);
    let mut chip = honest(&whole, 65_536);
    let unwrapped = |command: &Command| {
        if command.ins == 0xB1 {
            Response::new([1, 2, 3], StatusWord::OK)
        } else {
            chip(command)
        }
    };
    let (outcome, _) = read(unwrapped, DG2, ChunkSize::SHORT);
    assert!(
        matches!(
            outcome,
            Err(ReadError::NotWrapped {
                offset: 0x8000..,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[test]
fn refusals_are_told_apart() {
    let answer = |status: u16| {
        let chip = move |_: &Command| Response::from(StatusWord(status));
        read(chip, DG2, ChunkSize::SHORT).0.unwrap_err()
    };
    let file = Target::File(DG2);
    assert!(matches!(answer(0x6A82), ReadError::NotFound { file: f } if f == file));
    assert!(matches!(answer(0x6982), ReadError::AccessDenied { .. }));
    assert!(matches!(
        answer(0x6F00),
        ReadError::Refused { offset: 0, .. }
    ));
    assert_eq!(answer(0x6A82).to_string(), "EF.DG2 is not on the chip");
    assert!(matches!(answer(0x6100), ReadError::Exchange { .. }));
    assert!(matches!(answer(0x6C00), ReadError::Exchange { .. }));
}

#[test]
fn selecting() {
    let mut seen = Vec::new();
    let mut card = Card(|command: &[u8]| {
        seen.push(hex::encode_upper(command));
        vec![0x90, 0x00]
    });
    select_master_file(&mut card).unwrap();
    select_application(&mut card, &EMRTD_AID).unwrap();
    select_file(&mut card, ElementaryFile::CardAccess).unwrap();
    assert_eq!(
        seen,
        [
            "00A4000C023F00",
            "00A4040C07A0000002471001",
            "00A4020C02011C"
        ]
    );
    let mut card = Card(|_: &[u8]| vec![0x6A, 0x82]);
    let error = select_application(&mut card, &EMRTD_AID).unwrap_err();
    assert!(matches!(
        error,
        ReadError::NotFound {
            file: Target::Application
        }
    ));
}
