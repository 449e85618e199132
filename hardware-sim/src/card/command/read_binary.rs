//! READ BINARY (B0 with a 15-bit offset or a short identifier, B1 with an offset object).

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::{Answer, Context, READ_BINARY_ODD, Route};
use crate::card::files::{self, Access, FileEntry};
use crate::card::refusal::Refusal;
use crate::card::state::Volatile;
use crate::card::{Card, Lie, trust_points};

/// Tag of an offset.
pub(super) const OFFSET: u16 = 0x54;
/// Tag of discretionary data.
pub(super) const DATA: u16 = 0x53;
/// Le of a short and of an extended APDU that asks for all there is.
const ALL: [usize; 2] = [256, 65_536];

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    let le = command.le.ok_or(StatusWord::WRONG_LENGTH)?;
    let odd = command.ins == READ_BINARY_ODD;
    let (file, offset) = if odd {
        let reader = parse_odd_offset(command)?;
        (current(volatile, context)?, reader)
    } else {
        if !command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        even_target(card, volatile, command, context)?
    };
    require_readable(card, volatile, &file, context)?;
    let wants_all = ALL.contains(&le);
    let room = if wants_all { le.min(context.limit) } else { le };
    if room > context.limit {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let room = if odd { without_header(room) } else { room };
    let (bytes, at_end) = content(card, &file, offset, room)?;
    volatile_select(volatile, context, file);
    let status = if at_end && !wants_all {
        StatusWord::END_OF_FILE
    } else {
        StatusWord::OK
    };
    let data = if odd {
        tlv::encode(DATA, &bytes)
    } else {
        bytes
    };
    Ok(Response::new(data, status))
}

/// 6982 unless the file's rule is met; before the lock nothing is readable but in the
/// personalisation channel.
pub(super) fn require_readable(
    card: &Card,
    volatile: &Volatile,
    file: &FileEntry,
    context: &Context,
) -> Result<(), StatusWord> {
    let locked = card.life_cycle().is_locked();
    let allowed = match (context.route, file.access) {
        (Route::Scp03, _) => !locked,
        (_, Access::Always) | (Route::Secure, Access::Pace) => locked,
        (Route::Secure, Access::Terminal) => locked && volatile.terminal.may_read(file.identifier),
        (Route::Plain, Access::Pace | Access::Terminal) => false,
    };
    if allowed {
        Ok(())
    } else {
        Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED)
    }
}

/// The file and offset that P1 P2 mean: `80|SFI offset` selects a file, else 15 bits of offset in
/// the selected one.
fn even_target(
    card: &Card,
    volatile: &Volatile,
    command: &Command,
    context: &Context,
) -> Result<(FileEntry, usize), Refusal> {
    if command.p1 & 0x80 == 0 {
        let offset = usize::from(u16::from_be_bytes([command.p1, command.p2]));
        return Ok((current(volatile, context)?, offset));
    }
    let short = command.p1 & 0x1F;
    if command.p1 & 0x60 != 0 || short == 0 || short == 0x1F || context.route == Route::Scp03 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let name = volatile
        .directory
        .name()
        .ok_or(StatusWord::FILE_NOT_FOUND)?;
    let file =
        files::by_short_identifier(&card.memory, name, short).ok_or(StatusWord::FILE_NOT_FOUND)?;
    Ok((file, usize::from(command.p2)))
}

fn current(volatile: &Volatile, context: &Context) -> Result<FileEntry, StatusWord> {
    let file = match context.route {
        Route::Scp03 => &volatile.personalised_file,
        Route::Plain | Route::Secure => &volatile.file,
    };
    file.clone().ok_or(StatusWord::NO_CURRENT_EF)
}

fn volatile_select(volatile: &mut Volatile, context: &Context, file: FileEntry) {
    if context.route != Route::Scp03 {
        volatile.file = Some(file);
    }
}

/// The offset of an odd command: P1 P2 are zero (current file) and the data is one object 54.
fn parse_odd_offset(command: &Command) -> Result<usize, Refusal> {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    offset_value(tlv::parse_exact(&command.data, OFFSET)?)
}

/// A big-endian offset of at most four bytes.
pub(super) fn offset_value(bytes: &[u8]) -> Result<usize, Refusal> {
    if bytes.is_empty() || bytes.len() > 4 {
        return Err(StatusWord::WRONG_DATA.into());
    }
    Ok(bytes
        .iter()
        .fold(0, |offset, byte| offset << 8 | usize::from(*byte)))
}

/// How many content bytes an object 53 of at most `room` bytes holds.
fn without_header(room: usize) -> usize {
    match room {
        0..=0x81 => room.saturating_sub(2),
        0x82..=0x102 => room - 3,
        _ => room - 4,
    }
}

/// At most `room` bytes of content, and whether the file ended before. 6B00 beyond its end.
fn content(
    card: &Card,
    file: &FileEntry,
    offset: usize,
    room: usize,
) -> Result<(Vec<u8>, bool), StatusWord> {
    let endless = card.lie == Some(Lie::Endless);
    if offset >= file.size && !endless {
        return Err(StatusWord::WRONG_OFFSET);
    }
    let range = file.range(offset, room);
    let mut bytes = if trust_points::is_ef_cvca(file) {
        let whole = trust_points::ef_cvca(&card.memory);
        let (start, length) = (offset.min(whole.len()), range.len());
        whole[start..(start + length).min(whole.len())].to_vec()
    } else {
        card.memory.read(range.start, range.len()).to_vec()
    };
    if endless {
        bytes.resize(room, 0x5A);
    }
    if card.lie.is_some() {
        // `tag 84 7FFFFFFF`: two gigabytes.
        let claim = [0x84, 0x7F, 0xFF, 0xFF, 0xFF];
        for (at, byte) in claim.into_iter().enumerate() {
            if let Some(target) = (at + 1)
                .checked_sub(offset)
                .and_then(|at| bytes.get_mut(at))
            {
                *target = byte;
            }
        }
    }
    let at_end = bytes.len() < room;
    Ok((bytes, at_end))
}
