//! What other connections to a machine's reader may do meanwhile, and how the reader is found out.

use pcsc::{Disposition, Protocols, ShareMode, State};

use ::wire::machine::{self as wire, command};

use super::caller::Caller;
use super::{chip_answers, with_machines};
use crate::readers::{LIFE_CYCLE, context, reader, transmit, wait_for};

fn identify() -> command::Act {
    command::Act::Identify(wire::Identify {})
}

#[test]
fn commands_go_through_the_chips_own_connection_or_a_shared_one() {
    let test = "sharing::commands_go_through_the_chips_own_connection_or_a_shared_one";
    with_machines(test, 1, 1, "time_factor = 20.0", |_| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let mut machine = Caller::connect(&context, &name);
        machine.feed(1);
        wait_for(&context, &name, State::PRESENT);
        let connect = |mode| context.connect(&name, mode, Protocols::ANY);
        // While the machine's connection is there, nobody has the chip alone.
        let alone = connect(ShareMode::Exclusive).map(drop);
        assert_eq!(alone, Err(pcsc::Error::SharingViolation));
        let mut chip = connect(ShareMode::Shared).unwrap();
        let transaction = chip.transaction().unwrap();
        let refused = machine.ask(0, identify()).map(drop);
        assert_eq!(refused, Err(pcsc::Error::SharingViolation));
        transaction
            .end(Disposition::LeaveCard)
            .map_err(|(_, error)| error)
            .unwrap();
        machine.identity();
        drop((chip, machine));
        // One connection for everything.
        let mut whole = Caller::over(connect(ShareMode::Exclusive).unwrap());
        assert_eq!(
            transmit(whole.reader(), &LIFE_CYCLE).unwrap(),
            [0x01, 0x90, 0x00]
        );
        assert_eq!(whole.identity().serial, "SN-0");
        whole.bring(1, wire::Position::Printer);
        wait_for(&context, &name, State::EMPTY);
        transmit(whole.reader(), &LIFE_CYCLE).unwrap_err();
        whole.wait_for(1, wire::Position::Printer);
        whole.bring(1, wire::Position::Station);
        whole.wait_for(1, wire::Position::Station);
        // Dropped, it resets the card; pcscd 1.9 must have met it before: what powers a card up meanwhile forgets whoever
        // connects then, and takes its power away.
        wait_for(&context, &name, State::PRESENT);
        drop(whole);
        assert!(chip_answers(&context, &name).ends_with(&[0x90, 0x00]));
    });
}

#[test]
fn a_machine_is_found_by_the_features_of_its_reader() {
    let test = "sharing::a_machine_is_found_by_the_features_of_its_reader";
    with_machines(test, 1, 0, "", |_| {
        let context = context();
        let name = reader(&context, "Machine 0");
        let machine = Caller::connect(&context, &name);
        let mut buffer = [0; 64];
        let features = machine
            .reader()
            .control(pcsc::ctl_code(3_400), &[], &mut buffer);
        let own = hex::decode("130442000E10" /* escape */).unwrap();
        assert_eq!(&features.unwrap()[..6], own);
        let mut buffer = [0; 64];
        let other = machine
            .reader()
            .control(pcsc::ctl_code(3_601), &[], &mut buffer);
        assert!(other.is_err(), "no control code but one");
    });
}
