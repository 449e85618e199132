//! A port of the computer, and what a reader sees through it of the machine whose cable is there.

use std::sync::Arc;

use super::unit::Unit;
use crate::card::serve::driver::Behind;
use crate::machine::controller::Reply;
use crate::machine::protocol::CONTROL_CODE;
use crate::reader_wire::{Answer, Request};

/// `FEATURE_CCID_ESC_COMMAND` of PC/SC part 10: the control code of a vendor's own commands.
const FEATURE_ESCAPE: u8 = 0x13;

/// One port.
#[derive(Debug)]
pub(super) struct Port {
    unit: Arc<Unit>,
    number: usize,
}

impl Port {
    pub(super) fn new(unit: &Arc<Unit>, number: usize) -> Self {
        let unit = Arc::clone(unit);
        Self { unit, number }
    }
}

impl Behind for Port {
    fn instead(&self, request: Request) -> Option<Answer> {
        let cable = self.unit.cable();
        let here = cable.port == Some(self.number);
        if !here && cable.pulled_from == Some(self.number) {
            return Some(Answer::Unplugged);
        }
        // The reader lives on the machine's power. A port that never had a cable is a reader without a
        // card: pcscd 1.9 makes no reader of one that fails when it starts.
        let on = here && self.unit.is_on();
        match request {
            Request::Control if !on => Some(Answer::Silent),
            _ if !on => Some(Answer::NoCard),
            Request::PowerUp | Request::Reset if self.unit.slot.lock().is_occupied() => {
                (!self.unit.chip_answers()).then_some(Answer::Silent)
            }
            _ => None,
        }
    }

    fn features(&self) -> Vec<(u8, u32)> {
        vec![(FEATURE_ESCAPE, CONTROL_CODE)]
    }

    fn control(&self, code: u32, input: &[u8]) -> Answer {
        if code != CONTROL_CODE {
            return Answer::NotSupported;
        }
        match self.unit.answer(input) {
            Reply::Answer(bytes) => Answer::Done(bytes),
            Reply::Nothing => Answer::Silent,
        }
    }
}
