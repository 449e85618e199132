//! The card's end of vpcd, the virtual reader of the vsmartcard project: other people's driver.
//!
//! Messages both ways are `length(2, big-endian) body`; a body of one byte from the reader is an
//! order (0 power off, 1 power on, 2 reset, 4 give the ATR), a longer one a command APDU.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::PoisonError;
use std::thread::sleep;
use std::time::Duration;

use super::SharedSlot;
use crate::card::slot::Reply;
use crate::card::{ATR, slot::Slot};

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const GET_ATR: u8 = 4;
/// How soon a chip that was taken out is noticed while nobody talks to it.
const NOTICE: Duration = Duration::from_millis(20);
const RECONNECT: Duration = Duration::from_millis(100);

/// Connects whenever there is a chip, and hangs up when it is gone: that is how vpcd sees cards.
pub(super) fn serve(address: SocketAddr, slot: &SharedSlot) {
    loop {
        let empty = |slot: &mut Slot| !slot.is_occupied();
        let waited = slot.changed.wait_while(slot.lock(), empty);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = TcpStream::connect(address).and_then(|stream| attend(stream, slot)) {
            tracing::debug!(%error, "vpcd is not there");
        }
        sleep(RECONNECT);
    }
}

fn attend(mut stream: TcpStream, slot: &SharedSlot) -> io::Result<()> {
    let chip = slot.lock().presence();
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(NOTICE))?;
    while slot.lock().presence() == chip {
        let Some(message) = read_message(&mut stream, || slot.lock().presence() == chip)? else {
            continue;
        };
        let answer = match message[..] {
            [POWER_OFF] => {
                slot.lock().power_down();
                continue;
            }
            [POWER_ON | RESET] => {
                slot.lock().power_up();
                continue;
            }
            // Polled at any time, also within a session: never a reset.
            [GET_ATR] => ATR.to_vec(),
            [_] => continue,
            ref command => match slot.transmit(command) {
                Reply::Response(response) => response,
                // vpcd has no word for silence; hanging up is the nearest.
                Reply::Silent | Reply::NoCard => return Ok(()),
            },
        };
        let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())?;
    }
    Ok(())
}

/// The next message; `None` when there was none for a while or the chip is gone.
fn read_message(
    stream: &mut TcpStream,
    mut chip_is_there: impl FnMut() -> bool,
) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    if !fill(stream, &mut length, false, &mut chip_is_there)? {
        return Ok(None);
    }
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    let whole = fill(stream, &mut body, true, &mut chip_is_there)?;
    Ok(whole.then_some(body))
}

/// Fills the buffer. Before its first byte a timeout is an answer, after it only a reason to look
/// whether the chip is still there. Quick acknowledgements are asked for before each read: without
/// them an APDU takes 44 ms.
fn fill(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    begun: bool,
    chip_is_there: &mut impl FnMut() -> bool,
) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        stream.set_quickack(true)?;
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if !chip_is_there() || (filled == 0 && !begun) {
                    return Ok(false);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
