//! Reading a locked card: who may read what, every way to select and read, and every wrong way.

use crate::bench::{ask, enter, locked_card, small_card};
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::transport::CardTransport;

#[test]
fn without_pace_only_what_is_free_is_readable() {
    let mut bench = locked_card();
    bench.run(
        "# EF.CardAccess by short identifier, by selection, in pieces
         > 00B09C00 00
         < 31143012060A04007F0007020204020202010202010D 9000
         > 00A4020C 02 011C
         < 9000
         > 00B00002 04
         < 3012060A 9000
         > 00B00000
         < 6700
         > 00B00010 10
         < 02010202010D 6282
         > 00B00016 01
         < 6B00
         # the master file, with and without its name
         > 00A4000C
         < 9000
         > 00A4000C 02 3F00
         < 9000
         > 00A40000 02 3F00 00
         < 6F07 820138 83023F00 9000
         # the application is there, its files are closed
         > 00A4040C 07 A0000002471001
         < 9000
         > 00A4020C 02 0101
         < 6982
         > 00B08100 00
         < 6982
         > 00B08300 00
         < 6982
         # and EF.CardAccess belongs to the master file
         > 00B09C00 00
         < 6A82",
    );
}

#[test]
fn behind_pace_everything_but_fingers() {
    let mut bench = locked_card();
    let files = small_card();
    let mut session = enter(&mut bench);
    assert_eq!(ask(&mut session, "00A4040C 07 A0000002471001"), "9000");
    let hexed = |content: &[u8]| ::hex::encode_upper(content);
    assert_eq!(
        ask(&mut session, "00B09E00 00"),
        hexed(&files[1].content) + "9000"
    );
    assert_eq!(ask(&mut session, "00A4020C 02 0101"), "9000");
    assert_eq!(
        ask(&mut session, "00B00000 5F"),
        hexed(&files[2].content) + "9000"
    );
    // Fingers: nobody, whichever way.
    assert_eq!(ask(&mut session, "00B08300 01"), "6982");
    assert_eq!(ask(&mut session, "00A4020C 02 0103"), "6982");
    // The file selected before stays selected.
    assert_eq!(ask(&mut session, "00B0005E 01"), "619000");
    assert_eq!(ask(&mut session, "00A4020C 02 0999"), "6A82");
}

#[test]
fn ways_to_select() {
    let mut bench = locked_card();
    bench.run(
        "# by the start of the name; with FCI, with FCP, with an answer nobody asked for
         > 00A4040C 05 A000000247
         < 9000
         > 00A40400 07 A0000002471001 00
         < 6F09 8407 A0000002471001 9000
         > 00A40404 07 A0000002471001 00
         < 6209 8407 A0000002471001 9000
         > 00A40400 07 A0000002471001
         < 9000
         > 00A4040C 07 A0000002471002
         < 6A82
         > 00A4040C
         < 6700
         > 00A40402 07 A0000002471001
         < 6A86
         > 00A4090C 02 0101
         < 6A86
         > 00A4020C 01 01
         < 6700
         # files of the security domain: none
         > 00A4040C 08 A000000151000000
         < 9000
         > 00A4020C 02 011C
         < 6A82
         > 00B09C00 00
         < 6A82
         # by identifier from the master file, with its control parameters
         > 00A4000C
         < 9000
         > 00A40004 02 011C 00
         < 620E 820101 8302011C 80020016 8801E0 9000
         # a short identifier that cannot be
         > 00B08000 00
         < 6A86
         > 00B09F00 00
         < 6A86
         > 00B0E100 00
         < 6A86
         reset
         > 00B00000 00
         < 6986",
    );
}

#[test]
fn ends_of_files_and_lengths() {
    let mut bench = locked_card();
    let large = &small_card()[4].content;
    let mut session = enter(&mut bench);
    ask(&mut session, "00A4040C 07 A0000002471001");
    ask(&mut session, "00A4020C 02 0102");
    let mut read = |command: &Command| {
        let bytes = session.transmit(&command.encode().unwrap()).unwrap();
        Response::parse(&bytes).unwrap()
    };
    let at = |offset: u16| Command::new(0, 0xB0, offset.to_be_bytes()[0], offset.to_be_bytes()[1]);
    let odd = |offset: u32| {
        let data = icao9303::tlv::encode(0x54, &offset.to_be_bytes());
        Command::new(0, 0xB1, 0, 0).with_data(data)
    };
    // 223 bytes are the most whose protected form has 256; 00 asks for as many as fit.
    assert_eq!(
        read(&at(0).with_le(223)),
        Response::new(&large[..223], StatusWord::OK)
    );
    assert_eq!(read(&at(0).with_le(224)), StatusWord::WRONG_LENGTH.into());
    assert_eq!(
        read(&at(0).with_le(256)),
        Response::new(&large[..223], StatusWord::OK)
    );
    // Extended: what fits into the chip's 4,096 bytes.
    assert_eq!(
        read(&at(0).with_le(4_000)),
        Response::new(&large[..4_000], StatusWord::OK)
    );
    assert_eq!(read(&at(0).with_le(4_090)), StatusWord::WRONG_LENGTH.into());
    let all = read(&at(0).with_le(65_536));
    assert!(all.data.len() > 4_000 && all.status.is_ok());
    // Beyond the 15-bit offsets.
    let response = read(&odd(36_000).with_le(1_004));
    let expected = icao9303::tlv::encode(0x53, &large[36_000..37_000]);
    assert_eq!(response, Response::new(expected, StatusWord::OK));
    let last = read(&odd(39_990).with_le(100));
    let expected = icao9303::tlv::encode(0x53, &large[39_990..]);
    assert_eq!(last, Response::new(expected, StatusWord::END_OF_FILE));
    assert_eq!(
        read(&odd(40_000).with_le(100)),
        StatusWord::WRONG_OFFSET.into()
    );
    assert_eq!(
        read(&odd(u32::MAX).with_le(100)),
        StatusWord::WRONG_OFFSET.into()
    );
    let wrong = Command::new(0, 0xB1, 0, 0)
        .with_data([0x53, 0x01, 0x00])
        .with_le(10);
    assert_eq!(read(&wrong), StatusWord::WRONG_DATA.into());
    let wrong = Command::new(0, 0xB1, 0, 1)
        .with_data([0x54, 0x01, 0x00])
        .with_le(10);
    assert_eq!(read(&wrong), StatusWord::WRONG_P1_P2.into());
}

#[test]
fn a_command_longer_than_the_buffer() {
    let mut bench = locked_card();
    let long = Command::new(0x00, 0xA4, 0x04, 0x0C)
        .with_data(vec![0; 4_090])
        .encode()
        .unwrap();
    assert!(long.len() > 4_096);
    let answer = bench.card.process(&long).unwrap().response;
    assert_eq!(answer, [0x67, 0x00]);
    let fits = Command::new(0x00, 0xA4, 0x04, 0x0C)
        .with_data(vec![0; 4_089])
        .encode()
        .unwrap();
    assert_eq!(fits.len(), 4_096);
    assert_eq!(bench.card.process(&fits).unwrap().response, [0x6A, 0x82]);
}
