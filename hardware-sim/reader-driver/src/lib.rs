//! PC/SC reader driver (IFD handler 3.0) that puts simulated chips and machines into the real pcscd.
//!
//! `DEVICENAME` in the reader configuration is `unix:` and the path of a UNIX socket where
//! `hardware-sim` listens (or the path alone, if the socket is there before pcscd). Nobody
//! listening is a reader without a card; the daemon never notices more than that.
//!
//! This file is the C interface and holds all unsafe code of the project; what is said on the
//! socket stands in [`wire`], the readers themselves in [`reader`].

pub mod reader;
pub mod wire;

use std::ffi::{CStr, OsStr, c_char, c_int, c_long, c_ulong};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::slice;
use std::time::Duration;

use reader::Presence;
use wire::{Answer, Request};

type Dword = c_ulong;
type ResponseCode = c_long;

// ifdhandler.h of pcsc-lite.
const IFD_SUCCESS: ResponseCode = 0;
const IFD_ERROR_TAG: ResponseCode = 600;
const IFD_ERROR_POWER_ACTION: ResponseCode = 608;
const IFD_COMMUNICATION_ERROR: ResponseCode = 612;
const IFD_RESPONSE_TIMEOUT: ResponseCode = 613;
const IFD_NOT_SUPPORTED: ResponseCode = 614;
const IFD_ICC_PRESENT: ResponseCode = 615;
const IFD_ICC_NOT_PRESENT: ResponseCode = 616;
const IFD_ERROR_INSUFFICIENT_BUFFER: ResponseCode = 618;
const IFD_POWER_UP: Dword = 500;
const IFD_POWER_DOWN: Dword = 501;
const IFD_RESET: Dword = 502;
const TAG_IFD_SLOT_THREAD_SAFE: Dword = 0x0FAC;
const TAG_IFD_THREAD_SAFE: Dword = 0x0FAD;
const TAG_IFD_SLOTS_NUMBER: Dword = 0x0FAE;
const TAG_IFD_SIMULTANEOUS_ACCESS: Dword = 0x0FAF;
const TAG_IFD_STOP_POLLING_THREAD: Dword = 0x0FB2;
const TAG_IFD_POLLING_THREAD_WITH_TIMEOUT: Dword = 0x0FB3;
/// pcscd 1.9 knows at most this many readers (`PCSCLITE_MAX_READERS_CONTEXTS`).
const MAX_READERS: u8 = 16;
/// Largest ATR (`MAX_ATR_SIZE`), in bytes: what pcscd's buffer in [`IFDHPowerICC`] holds.
const MAX_ATR: Dword = 33;

/// The `SCARD_IO_HEADER` of ifdhandler.h, passed by value.
#[repr(C)]
#[derive(Debug)]
pub struct IoHeader {
    protocol: Dword,
    length: Dword,
}

/// Copies `bytes` into the caller's buffer of `capacity` bytes and sets its length.
///
/// # Safety
/// `buffer` points to `capacity` writable bytes and `length` to a writable `DWORD`, as
/// ifdhandler.h promises for every answer; either may be null, which is answered as an error.
unsafe fn give(bytes: &[u8], buffer: *mut u8, capacity: Dword, length: *mut Dword) -> ResponseCode {
    if buffer.is_null() || length.is_null() {
        return IFD_COMMUNICATION_ERROR;
    }
    let fits = Dword::try_from(bytes.len()).is_ok_and(|needed| needed <= capacity);
    // SAFETY: both pointers are valid and not null (see above), and no more than `capacity` bytes
    // are written; source and target cannot overlap because the source is our own allocation.
    unsafe {
        *length = if fits { bytes.len() as Dword } else { 0 };
        if fits {
            bytes.as_ptr().copy_to_nonoverlapping(buffer, bytes.len());
        }
    }
    if fits {
        IFD_SUCCESS
    } else {
        IFD_ERROR_INSUFFICIENT_BUFFER
    }
}

/// The caller's bytes; an empty slice when there are none.
///
/// # Safety
/// `buffer` is null or points to `length` readable bytes that nobody changes during the call.
unsafe fn taken<'a>(buffer: *const u8, length: Dword) -> &'a [u8] {
    match usize::try_from(length) {
        // SAFETY: not null, and readable for `length` bytes as the caller promises.
        Ok(length) if length > 0 && !buffer.is_null() => unsafe {
            slice::from_raw_parts(buffer, length)
        },
        _ => &[],
    }
}

/// Opens the reader whose device is the UNIX socket named by `device_name`.
///
/// # Safety
/// `device_name` is null or a C string, as pcscd passes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHCreateChannelByName(
    lun: Dword,
    device_name: *const c_char,
) -> ResponseCode {
    if device_name.is_null() {
        return IFD_COMMUNICATION_ERROR;
    }
    // SAFETY: not null, and zero-terminated as the caller promises.
    let name = unsafe { CStr::from_ptr(device_name) };
    let name = name.to_bytes();
    // pcscd wants plain paths to exist when it starts; with this prefix it does not look.
    let path = name.strip_prefix(b"unix:").unwrap_or(name);
    reader::open(lun, Path::new(OsStr::from_bytes(path)));
    IFD_SUCCESS
}

/// Readers are named, not numbered.
#[unsafe(no_mangle)]
pub extern "C" fn IFDHCreateChannel(_lun: Dword, _channel: Dword) -> ResponseCode {
    IFD_NOT_SUPPORTED
}

/// Forgets the reader.
#[unsafe(no_mangle)]
pub extern "C" fn IFDHCloseChannel(lun: Dword) -> ResponseCode {
    reader::close(lun);
    IFD_SUCCESS
}

/// Tells pcscd what this driver can do: several readers at once, and waiting for card events.
///
/// # Safety
/// `length` points to the size of the buffer at `value` and takes the size of the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHGetCapabilities(
    _lun: Dword,
    tag: Dword,
    length: *mut Dword,
    value: *mut u8,
) -> ResponseCode {
    let poll = (wait_for_event as *const ()) as usize;
    let stop = (stop_waiting as *const ()) as usize;
    let answer = match tag {
        TAG_IFD_SLOTS_NUMBER | TAG_IFD_THREAD_SAFE => &[1][..],
        TAG_IFD_SLOT_THREAD_SAFE => &[0],
        TAG_IFD_SIMULTANEOUS_ACCESS => &[MAX_READERS],
        TAG_IFD_STOP_POLLING_THREAD => &stop.to_ne_bytes(),
        TAG_IFD_POLLING_THREAD_WITH_TIMEOUT => &poll.to_ne_bytes(),
        _ => return IFD_ERROR_TAG,
    };
    if length.is_null() {
        return IFD_COMMUNICATION_ERROR;
    }
    // SAFETY: `length` is valid and not null, `value` has the room it states.
    unsafe { give(answer, value, *length, length) }
}

/// Nothing can be set.
#[unsafe(no_mangle)]
pub extern "C" fn IFDHSetCapabilities(
    _lun: Dword,
    _tag: Dword,
    _length: Dword,
    _value: *const u8,
) -> ResponseCode {
    IFD_NOT_SUPPORTED
}

/// The protocol of a contactless chip is not negotiated here; any choice is fine.
#[unsafe(no_mangle)]
pub extern "C" fn IFDHSetProtocolParameters(
    _lun: Dword,
    _protocol: Dword,
    _flags: u8,
    _pts1: u8,
    _pts2: u8,
    _pts3: u8,
) -> ResponseCode {
    IFD_SUCCESS
}

/// Switches the field on or off, or resets the card; gives the ATR.
///
/// # Safety
/// `atr` points to 33 writable bytes and `atr_length` to a writable `DWORD`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHPowerICC(
    lun: Dword,
    action: Dword,
    atr: *mut u8,
    atr_length: *mut Dword,
) -> ResponseCode {
    let request = match action {
        IFD_POWER_UP => Request::PowerUp,
        IFD_RESET => Request::Reset,
        IFD_POWER_DOWN => Request::PowerDown,
        _ => return IFD_NOT_SUPPORTED,
    };
    match reader::ask(lun, request, &[]) {
        // SAFETY: ifdhandler.h gives 33 bytes for the ATR; both pointers are the caller's.
        Some(Answer::Done(bytes)) => unsafe { give(&bytes, atr, MAX_ATR, atr_length) },
        _ => IFD_ERROR_POWER_ACTION,
    }
}

/// Sends one command APDU and gives the response APDU.
///
/// # Safety
/// `command` points to `command_length` readable bytes, `response_length` to the size of the
/// writable buffer at `response`, `response_header` to a writable header or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHTransmitToICC(
    lun: Dword,
    _command_header: IoHeader,
    command: *const u8,
    command_length: Dword,
    response: *mut u8,
    response_length: *mut Dword,
    _response_header: *mut IoHeader,
) -> ResponseCode {
    if response_length.is_null() {
        return IFD_COMMUNICATION_ERROR;
    }
    // SAFETY: the caller's buffers, as promised above; `response_length` is not null.
    let (command, capacity) = unsafe { (taken(command, command_length), *response_length) };
    match reader::ask(lun, Request::Transmit, command) {
        // SAFETY: the buffer has the room that `response_length` stated on entry.
        Some(Answer::Done(bytes)) => unsafe { give(&bytes, response, capacity, response_length) },
        other => {
            // SAFETY: not null, as checked above.
            unsafe { *response_length = 0 };
            match other {
                Some(Answer::Silent) => IFD_RESPONSE_TIMEOUT,
                Some(Answer::NoCard) => IFD_ICC_NOT_PRESENT,
                _ => IFD_COMMUNICATION_ERROR,
            }
        }
    }
}

/// Passes a control code and its data to the simulated reader (feature list, escape commands).
///
/// # Safety
/// `input` points to `input_length` readable bytes, `output` to `output_length` writable bytes,
/// `returned` to a writable `DWORD`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn IFDHControl(
    lun: Dword,
    code: Dword,
    input: *const u8,
    input_length: Dword,
    output: *mut u8,
    output_length: Dword,
    returned: *mut Dword,
) -> ResponseCode {
    let Ok(code) = u32::try_from(code) else {
        return IFD_NOT_SUPPORTED;
    };
    // SAFETY: the caller's buffer, as promised above.
    let input = unsafe { taken(input, input_length) };
    match reader::ask(
        lun,
        Request::Control,
        &[&code.to_be_bytes(), input].concat(),
    ) {
        // SAFETY: the caller's buffer and counter, as promised above.
        Some(Answer::Done(bytes)) => unsafe { give(&bytes, output, output_length, returned) },
        Some(Answer::NotSupported) => IFD_NOT_SUPPORTED,
        _ => IFD_COMMUNICATION_ERROR,
    }
}

/// Whether a card is in the field. A simulator that is not there has no card.
///
/// A reader that was unplugged is a communication error, not `IFD_NO_SUCH_DEVICE`: for that, pcscd 1.9
/// signals the process whose number it finds in `/run/pcscd/pcscd.pid`, and with several daemons on one
/// computer that may be anybody.
#[unsafe(no_mangle)]
pub extern "C" fn IFDHICCPresence(lun: Dword) -> ResponseCode {
    match reader::find(lun).map(|reader| reader.presence()) {
        Some(Presence::Present) => IFD_ICC_PRESENT,
        Some(Presence::Unplugged) => IFD_COMMUNICATION_ERROR,
        Some(Presence::Absent) | None => IFD_ICC_NOT_PRESENT,
    }
}

/// pcscd's polling thread of a reader waits here, outside its locks, until a card comes or goes.
extern "C" fn wait_for_event(lun: Dword, timeout: c_int) -> ResponseCode {
    let timeout = Duration::from_millis(u64::try_from(timeout).unwrap_or(0));
    if let Some(reader) = reader::find(lun) {
        reader.wait_for_event(timeout);
    }
    IFD_SUCCESS
}

/// pcscd ends the polling thread of a reader.
extern "C" fn stop_waiting(lun: Dword) -> ResponseCode {
    if let Some(reader) = reader::find(lun) {
        reader.stop_waiting();
    }
    IFD_SUCCESS
}
