//! The chip's life goes one way, and each state answers what it should and nothing else.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::{
    APPLICATION, Bench, File, answer, centre_keys, create_command, enter, file, hex, host_keys,
    key, key_pair_command, locked_card, order, personalise, replace_keys, secrets_command, seeded,
    select_command, small_card, status_command, transport_keys, write_commands,
};
use hardware_sim::card::life_cycle::LifeCycle;
use icao9303::apdu::{Command, StatusWord};
use icao9303::scp03::{PutKey, Scp03Error, SecurityLevel, initialize_update};
use icao9303::tlv;

#[test]
fn a_blank_chip_tells_who_it_is_and_keeps_the_rest() {
    let mut bench = Bench::new(seeded(1));
    bench.run(
        "# life cycle, serial, production data
         > 80CA005A 01
         < 01 9000
         > 80CA00CF 0A
         < 4D530102030405060708 9000
         > 80CA9F7F 00
         < 9F7F2A .. 9000
         # the exact length or all there is
         > 80CA00CF 05
         < 6C0A
         > 80CA9F7F 10
         < 6C2D
         > 80CA00CF
         < 6700
         > 80CA0066 00
         < 6A88
         # the security domain is there, the application is not
         > 00A40400 08 A000000151000000
         < 9000
         > 00A4040C 07 A0000002471001
         < 6A82
         # no PACE, no personalisation without a channel
         > 0022C1A4 0F 800A04007F00070202040202 830102
         < 6985
         > 80E00000 10 620E 820101 8302011C 80020100 8C0100
         < 6982
         > 80F04005
         < 6982
         > 8CF04005
         < 6882
         > 84E20000 08 0000000000000000
         < 6982
         # classes and instructions that do not exist
         > 00C00000 00
         < 6D00
         > 80770000
         < 6D00
         > 01A4040C
         < 6E00
         > 00A4
         < 6700",
    );
}

#[test]
fn transport_keys_open_the_chip_for_new_keys_only() {
    let mut bench = Bench::new(seeded(1));
    let transport = host_keys(&transport_keys());
    let mut channel = bench.channel(0x30, &transport).unwrap();
    let conditions = StatusWord::CONDITIONS_NOT_SATISFIED;
    assert_eq!(answer(&mut channel, &key_pair_command()).status, conditions);
    assert_eq!(
        answer(&mut channel, &create_command(&small_card()[0])).status,
        conditions
    );
    assert_eq!(
        answer(&mut channel, &status_command(0x05)).status,
        conditions
    );
    let put_key = PutKey::new(0x30, 0x31, &centre_keys(), &key(0x20)).unwrap();
    put_key
        .confirm(&order(&mut channel, put_key.command()))
        .unwrap();
    // The channel of keys that are gone is good for nothing more.
    assert_eq!(answer(&mut channel, &key_pair_command()).status, conditions);
    assert_eq!(bench.card.life_cycle(), LifeCycle::Personalising);
    let error = bench.channel(0x30, &transport).unwrap_err();
    assert!(
        matches!(error, Scp03Error::NoKeySet { key_version: 0x30 }),
        "{error}"
    );
    let error = bench.channel(0x31, &transport).unwrap_err();
    assert!(matches!(error, Scp03Error::WrongCardCryptogram), "{error}");
    let mut channel = bench.channel(0x00, &centre_keys()).unwrap();
    order(&mut channel, &key_pair_command());
}

#[test]
fn put_key_that_is_wrong_changes_nothing() {
    let mut bench = Bench::new(seeded(1));
    let good = PutKey::new(0x30, 0x31, &centre_keys(), &key(0x20))
        .unwrap()
        .command()
        .clone();
    let spoil = |change: fn(&mut Command)| {
        let mut command = good.clone();
        change(&mut command);
        command
    };
    let cases = [
        (spoil(|c| c.p1 = 0x29), StatusWord::REFERENCE_NOT_FOUND),
        (spoil(|c| c.p2 = 0x01), StatusWord::WRONG_P1_P2),
        (spoil(|c| c.data.truncate(40)), StatusWord::WRONG_DATA),
        (spoil(|c| c.data.push(0)), StatusWord::WRONG_DATA),
        (spoil(|c| c.data[0] = 0), StatusWord::WRONG_DATA),
        (spoil(|c| c.data[1] = 0x80), StatusWord::WRONG_DATA),
        // A bit of the second key: its check value does not fit.
        (spoil(|c| c.data[30] ^= 1), StatusWord::WRONG_DATA),
    ];
    for (command, status) in cases {
        let mut channel = bench.channel(0x30, &host_keys(&transport_keys())).unwrap();
        assert_eq!(answer(&mut channel, &command).status, status, "{command:?}");
        assert_eq!(bench.card.life_cycle(), LifeCycle::Blank);
    }
    assert!(bench.channel(0x30, &host_keys(&transport_keys())).is_ok());
}

#[test]
fn only_a_channel_that_protects_everything_personalises() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    for level in SecurityLevel::ALL {
        let begun = initialize_update(&mut bench.card, 0x31, &mut bench::host()).unwrap();
        let mut channel = begun.open(&mut bench.card, &centre_keys(), level).unwrap();
        let status = answer(&mut channel, &key_pair_command()).status;
        let expected = match level {
            SecurityLevel::Full => StatusWord::OK,
            _ => StatusWord::SECURITY_STATUS_NOT_SATISFIED,
        };
        assert_eq!(status, expected, "{level:?}");
        // Reading who the chip is needs no secrecy.
        order(
            &mut channel,
            &Command::new(0x80, 0xCA, 0x00, 0xCF).with_le(10),
        );
    }
}

#[test]
fn files_are_made_written_and_read_back() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    let files = small_card();
    for file in &files {
        order(&mut channel, &create_command(file));
        order(&mut channel, &select_command(file));
        for command in write_commands(file, 4_000) {
            order(&mut channel, &command);
        }
    }
    for file in &files {
        order(&mut channel, &select_command(file));
        let mut content = Vec::new();
        while content.len() < file.content.len() {
            let rest = (file.content.len() - content.len()).min(3_000);
            if content.len() < 0x8000 {
                content.extend(order(&mut channel, &read_command(content.len(), rest)));
            } else {
                let offset = u32::try_from(content.len()).unwrap().to_be_bytes();
                let command = Command::new(0x80, 0xB1, 0, 0)
                    .with_data(tlv::encode(0x54, &offset))
                    .with_le(tlv::encode(0x53, &vec![0; rest]).len());
                let data = order(&mut channel, &command);
                content.extend(tlv::parse_exact(&data, 0x53).unwrap());
            }
        }
        assert_eq!(content, file.content);
    }
}

/// READ BINARY of personalisation, 15-bit offset.
fn read_command(offset: usize, le: usize) -> Command {
    let [high, low] = u16::try_from(offset).unwrap().to_be_bytes();
    Command::new(0x80, 0xB0, high, low).with_le(le)
}

#[test]
fn files_that_cannot_be_made_or_written() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    let mut status = |command: &Command| answer(&mut channel, command).status;
    let files = small_card();
    let first = &files[0];
    assert_eq!(status(&read_command(0, 1)), StatusWord::NO_CURRENT_EF);
    assert_eq!(
        status(&write_commands(first, 9)[0]),
        StatusWord::NO_CURRENT_EF
    );
    assert_eq!(status(&select_command(first)), StatusWord::FILE_NOT_FOUND);
    assert_eq!(status(&create_command(first)), StatusWord::OK);
    // Selected by being made; one that could not be made changes nothing.
    let write = &write_commands(first, 9)[0];
    assert_eq!(status(write), StatusWord::OK);
    assert_eq!(status(&create_command(first)), StatusWord::FILE_EXISTS);
    assert_eq!(status(write), StatusWord::OK);
    // The same short identifier again, in the same directory and in another.
    let twin = File {
        identifier: 0x0104,
        ..first.clone()
    };
    assert_eq!(status(&create_command(&twin)), StatusWord::WRONG_DATA);
    let cousin = File {
        application: true,
        ..twin
    };
    assert_eq!(status(&create_command(&cousin)), StatusWord::OK);
    for control_parameters in [
        "62 0D 820101 8302011C 80020016 8801E0",
        "62 10 820138 83020105 80020016 880130 8C0100",
        "62 10 820101 83020105 80020016 880130 8C0103",
        "62 10 820101 83020105 80020000 880130 8C0100",
        "62 10 820101 83020105 80020016 880131 8C0100",
        "62 10 820101 83020105 80020016 8801F8 8C0100",
        "62 13 820101 83020105 8401A0 80020016 880130 8C0100",
        "6F 10 820101 83020105 80020016 880130 8C0100",
        "62 10 820101 83020105 80020016 880130 8C01",
    ] {
        let command = Command::new(0x80, 0xE0, 0, 0).with_data(hex(control_parameters));
        assert_eq!(
            status(&command),
            StatusWord::WRONG_DATA,
            "{control_parameters}"
        );
    }
    // Beyond the end: the offset, and the data.
    assert_eq!(status(&select_command(first)), StatusWord::OK);
    let write = |offset: u8, data: &[u8]| Command::new(0x80, 0xD6, 0, offset).with_data(data);
    assert_eq!(status(&write(22, &[1])), StatusWord::WRONG_OFFSET);
    assert_eq!(status(&write(20, &[1; 3])), StatusWord::NOT_ENOUGH_MEMORY);
    assert_eq!(status(&write(20, &[1; 2])), StatusWord::OK);
    assert_eq!(status(&read_command(22, 1)), StatusWord::WRONG_OFFSET);
    assert_eq!(status(&read_command(20, 3)), StatusWord::END_OF_FILE);
}

#[test]
fn the_memory_is_144_kilobytes() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    let big = |identifier, size| file(true, identifier, 0, 1, &vec![0; size]);
    order(&mut channel, &create_command(&big(0x0101, 147_000)));
    let full = answer(&mut channel, &create_command(&big(0x0102, 457))).status;
    assert_eq!(full, StatusWord::NOT_ENOUGH_MEMORY);
    order(&mut channel, &create_command(&big(0x0102, 456)));
    let full = answer(&mut channel, &create_command(&big(0x0103, 1))).status;
    assert_eq!(full, StatusWord::NOT_ENOUGH_MEMORY);
}

#[test]
fn no_step_back_and_none_left_out() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    let keys = centre_keys();
    let mut channel = bench.channel(0x31, &keys).unwrap();
    let status = |channel: &mut _, state| answer(channel, &status_command(state)).status;
    // Not without a password: nobody could read the card again.
    assert_eq!(
        status(&mut channel, 0x05),
        StatusWord::CONDITIONS_NOT_SATISFIED
    );
    order(
        &mut channel,
        &secrets_command("473921", &[7; 20], keys.data_encryption()),
    );
    assert_eq!(
        status(&mut channel, 0x07),
        StatusWord::CONDITIONS_NOT_SATISFIED
    );
    for state in [0x00, 0x01, 0x03, 0x0F, 0x83] {
        assert_eq!(
            status(&mut channel, state),
            StatusWord::WRONG_P1_P2,
            "{state:02X}"
        );
    }
    assert_eq!(status(&mut channel, 0x05), StatusWord::OK);
    assert_eq!(
        status(&mut channel, 0x05),
        StatusWord::CONDITIONS_NOT_SATISFIED
    );
    // The channel that locked the chip writes no more …
    for command in [
        key_pair_command(),
        create_command(&small_card()[0]),
        secrets_command("111111", &[7; 20], keys.data_encryption()),
        Command::new(0x80, 0xB0, 0, 0).with_le(1),
    ] {
        let status = answer(&mut channel, &command).status;
        assert_eq!(status, StatusWord::INS_NOT_SUPPORTED, "{command:?}");
    }
    // … but may send it into operation.
    assert_eq!(status(&mut channel, 0x07), StatusWord::OK);
    for state in [0x05, 0x07] {
        assert_eq!(
            status(&mut channel, state),
            StatusWord::CONDITIONS_NOT_SATISFIED
        );
    }
    let bench = bench.reload(seeded(2));
    assert_eq!(bench.card.life_cycle(), LifeCycle::Operational);
}

#[test]
fn a_locked_chip_opens_no_channel_and_hides_who_it_is() {
    let mut bench = locked_card();
    bench.run(
        "> 80CA005A 01
         < 05 9000
         > 80503100 08 0102030405060708 00
         < 6985
         > 84823300 10 00000000000000000000000000000000
         < 6985
         > 80D83181 01 00
         < 6D00
         > 84E20000 08 0000000000000000
         < 6D00
         > 80E00000 10 620E 820101 8302011C 80020100 8C0100
         < 6D00
         > 80F04007
         < 6982
         # nothing that tells this chip from another
         > 80CA00CF 0A
         < 6982
         > 80CA9F7F 00
         < 6982",
    );
    // Behind PACE the serial is readable, and the chip may go into operation.
    let mut session = enter(&mut bench);
    assert_eq!(
        bench::ask(&mut session, "80CA00CF 0A"),
        "4D5301020304050607089000"
    );
    assert_eq!(bench::ask(&mut session, "80F04005"), "6982");
    assert_eq!(bench::ask(&mut session, "80F04007"), "9000");
    assert_eq!(bench::ask(&mut session, "80F04007"), "6985");
    bench.run(
        "reset
         > 80CA005A 01
         < 07 9000
         > 80CA00CF 0A
         < 6982",
    );
}

#[test]
fn sixteen_wrong_hosts_shut_the_channel() {
    let mut bench = Bench::new(seeded(1));
    let wrong = "> 84823300 10 00000000000000000000000000000000\n< 6300\n";
    let begin = "> 80503000 08 0102030405060708 00\n< .. 9000\n";
    for _ in 0..15 {
        bench.run(&[begin, wrong].concat());
    }
    // A right one forgets them.
    drop(bench.channel(0x30, &host_keys(&transport_keys())).unwrap());
    for _ in 0..16 {
        bench.run(&[begin, wrong].concat());
    }
    let mut bench = bench.reload(seeded(2));
    bench.run("> 80503000 08 0102030405060708 00\n< 6983");
    // One handshake, one attempt.
    let mut bench = Bench::new(seeded(1));
    bench.run(
        &[
            begin,
            wrong,
            "> 84823300 10 00000000000000000000000000000000\n< 6985",
        ]
        .concat(),
    );
}

#[test]
fn a_disturbed_channel_is_closed() {
    let mut bench = Bench::new(seeded(1));
    replace_keys(&mut bench);
    let channel = bench.channel(0x31, &centre_keys()).unwrap();
    assert!(channel.is_open());
    bench.run(
        "# a wrong MAC
         > 84CA00CF 08 0000000000000000 00
         < 6982
         > 84CA00CF 08 0000000000000000 00
         < 6982",
    );
    // A plain command ends the channel too, and is answered.
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    order(&mut channel, &key_pair_command());
    bench.run("> 80CA005A 01\n< 03 9000\n> 80470000 00\n< 6982");
}

#[test]
fn the_sequence_counter_never_repeats() {
    let mut bench = Bench::new(seeded(1));
    let counter = |bench: &mut Bench| {
        let answer = bench
            .card
            .process(&hex("80503000 08 0102030405060708 00"))
            .unwrap()
            .response;
        answer[29..32].to_vec()
    };
    let first = counter(&mut bench);
    let mut bench = bench.reload(seeded(2));
    let second = counter(&mut bench);
    assert!(second > first);
}

#[test]
fn private_keys_stay_on_the_chip() {
    let mut bench = Bench::new(seeded(1));
    let public = personalise(&mut bench, &small_card());
    let body = tlv::parse_exact(&public, 0x7F49).unwrap();
    let mut reader = tlv::Reader::new(body);
    assert_eq!(reader.expect(0x06).unwrap(), hex("04007F00070202030202"));
    assert_eq!(reader.expect(0x86).unwrap().len(), 65);
    assert!(format!("{:?}", bench.card).starts_with("Card(4D53"));
    // Files of the application, and only they, answer by identifier.
    assert_eq!(APPLICATION.len(), 7);
}
