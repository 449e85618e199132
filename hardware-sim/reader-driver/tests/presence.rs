//! What the driver tells pcscd of a card, to its polling thread and to others.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::ffi::{CString, c_ulong};
use std::io::Read;
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use reader_driver::wire::{self, Answer, Request};
use reader_driver::{IFDHCreateChannelByName, IFDHICCPresence, reader};

const PRESENT: std::ffi::c_long = 615;
const ABSENT: std::ffi::c_long = 616;

/// The insertion that the reader answers with; none is an empty reader.
type Slot = Arc<Mutex<Option<u8>>>;

/// A simulator that only tells whether there is a card.
fn simulator(lun: c_ulong) -> Slot {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reader.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let slot = Slot::default();
    let seen = Arc::clone(&slot);
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let slot = Arc::clone(&seen);
            thread::spawn(move || {
                let mut purpose = [0];
                connection.read_exact(&mut purpose).unwrap();
                while let Ok(Some((Request::Presence, _))) = wire::read_request(&mut connection) {
                    let answer = match *slot.lock().unwrap() {
                        Some(insertion) => Answer::Done(vec![insertion]),
                        None => Answer::NoCard,
                    };
                    wire::write_answer(&mut connection, &answer).unwrap();
                }
            });
        }
    });
    let name = CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: a C string that outlives the call.
    let opened = unsafe { IFDHCreateChannelByName(lun, name.as_ptr()) };
    assert_eq!(opened, 0);
    // Connects while the socket still has its name.
    assert_eq!(IFDHICCPresence(lun), ABSENT);
    slot
}

/// Waits as pcscd's polling thread of the reader does, and so becomes it.
fn poll(lun: c_ulong, timeout: Duration) {
    reader::find(lun).unwrap().wait_for_event(timeout);
}

fn seen_by_another_thread(lun: c_ulong) -> std::ffi::c_long {
    thread::spawn(move || IFDHICCPresence(lun)).join().unwrap()
}

#[test]
fn the_polling_thread_is_told_of_every_swap_as_a_removal_first() {
    let slot = simulator(1);
    poll(1, Duration::ZERO);
    *slot.lock().unwrap() = Some(1);
    assert_eq!(IFDHICCPresence(1), PRESENT);
    assert_eq!(IFDHICCPresence(1), PRESENT);
    *slot.lock().unwrap() = Some(2);
    assert_eq!(IFDHICCPresence(1), ABSENT);
    assert_eq!(IFDHICCPresence(1), PRESENT);
    *slot.lock().unwrap() = None;
    assert_eq!(IFDHICCPresence(1), ABSENT);
}

#[test]
fn another_thread_neither_sees_a_card_too_early_nor_takes_the_news_away() {
    let slot = simulator(2);
    poll(2, Duration::ZERO);
    *slot.lock().unwrap() = Some(1);
    assert_eq!(seen_by_another_thread(2), ABSENT, "not told yet");
    assert_eq!(IFDHICCPresence(2), PRESENT);
    assert_eq!(seen_by_another_thread(2), PRESENT);
    *slot.lock().unwrap() = None;
    assert_eq!(seen_by_another_thread(2), ABSENT);
    // In again before the polling thread looked: it still learns of the removal.
    *slot.lock().unwrap() = Some(2);
    assert_eq!(seen_by_another_thread(2), ABSENT);
    assert_eq!(IFDHICCPresence(2), ABSENT);
    assert_eq!(IFDHICCPresence(2), PRESENT);
    assert_eq!(seen_by_another_thread(2), PRESENT);
}

#[test]
fn after_a_swap_the_polling_thread_looks_again_at_once() {
    let slot = simulator(3);
    poll(3, Duration::ZERO);
    *slot.lock().unwrap() = Some(1);
    assert_eq!(IFDHICCPresence(3), PRESENT);
    *slot.lock().unwrap() = Some(2);
    assert_eq!(IFDHICCPresence(3), ABSENT);
    // Would wait for an hour, for no event comes.
    poll(3, Duration::from_hours(1));
    assert_eq!(IFDHICCPresence(3), PRESENT);
}
