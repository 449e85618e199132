//! Wires to chips in memory: honest ones, and scripts that stand in for chips nobody would build.

use std::convert::Infallible;

use hardware_sim::card::Card;
use icao9303::transport::CardTransport;

/// The simulator's chip, with its answers passed through a function that may change them.
pub struct Wire<F> {
    card: Card,
    change: F,
    sent: usize,
}

/// The chip gives no answer.
#[derive(Debug, thiserror::Error)]
#[error("the chip is silent")]
pub struct Silent;

impl Wire<fn(usize, &[u8], Vec<u8>) -> Option<Vec<u8>>> {
    pub fn honest(card: Card) -> Self {
        Wire::new(card, |_, _, answer| Some(answer))
    }
}

impl<F: FnMut(usize, &[u8], Vec<u8>) -> Option<Vec<u8>>> Wire<F> {
    /// `change` gets the number of the command (from 0), the command and the answer; `None` is silence.
    pub fn new(mut card: Card, change: F) -> Self {
        card.power_up().unwrap();
        Self {
            card,
            change,
            sent: 0,
        }
    }

    pub fn into_card(self) -> Card {
        self.card
    }
}

impl<F: FnMut(usize, &[u8], Vec<u8>) -> Option<Vec<u8>>> CardTransport for Wire<F> {
    type Error = Silent;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silent> {
        let answer = self.card.process(command).map_err(|_| Silent)?.response;
        self.sent += 1;
        (self.change)(self.sent - 1, command, answer).ok_or(Silent)
    }
}

/// A chip that is a function.
pub struct Scripted<F>(pub F);

impl<F: FnMut(&[u8]) -> Vec<u8>> CardTransport for Scripted<F> {
    type Error = Infallible;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok((self.0)(command))
    }
}
