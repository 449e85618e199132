//! Answers as they go out.

use ::wire::machine as wire;

use super::build::{Build, Marking};
use super::card::{Card, Handle, Print, Stage};
use super::failure::{Failure, Kind, Remedy};
use super::job::Id;
use super::memory::{Counters, Gone};
use super::place::Place;
use super::protocol::{Malformed, VERSION};

pub(super) fn identity(build: &Build) -> wire::Identity {
    let (width, height) = build.size();
    let marking = match build.marking {
        Marking::Ribbon => wire::Marking::Ribbon,
        Marking::Laser => wire::Marking::Laser,
    };
    wire::Identity {
        maker: build.maker.clone(),
        model: build.model.clone(),
        serial: build.serial.clone(),
        protocol: VERSION,
        marking: marking.into(),
        dpi: build.dpi,
        width,
        height,
        both_faces: true,
        colour: build.marking == Marking::Ribbon,
        nominal_cards_per_hour: build.pace.cards_an_hour(),
        print_millis: build.pace.print(),
        move_millis: build.pace.transfer,
        camera_dpi: build.camera_dpi,
    }
}

pub(super) fn card(handle: Handle, card: &Card, ready_in: u64) -> wire::Card {
    let (at, going_to, activity) = match card.stage {
        Stage::Resting(at) => (at, None, wire::Activity::Resting),
        Stage::Moving { from, to } => (from, Some(to), wire::Activity::Moving),
        Stage::Stopped { from, to, .. } => (from, Some(to), wire::Activity::Stopped),
        Stage::Printing => (Place::Printer, None, wire::Activity::Printing),
    };
    let loaded = card.job.as_ref().map(|job| job.id);
    wire::Card {
        handle,
        at: position(Some(at)),
        going_to: position(going_to),
        activity: activity.into(),
        doubled_with: card.doubled_with.unwrap_or(0),
        print: print(card.print),
        print_job: bytes(card.print.job()),
        loaded_job: bytes(loaded),
        ready_in_millis: u32::try_from(ready_in).unwrap_or(u32::MAX),
    }
}

/// A card that left.
pub(super) fn gone(gone: &Gone) -> wire::Card {
    wire::Card {
        handle: gone.card,
        at: position(Some(gone.place)),
        activity: wire::Activity::Resting.into(),
        print: print(gone.print),
        print_job: bytes(gone.print.job()),
        ..wire::Card::default()
    }
}

pub(super) fn counters(counters: Counters) -> wire::Counters {
    wire::Counters {
        fed: counters.fed,
        printed: counters.printed,
        exited: counters.exited,
        rejected: counters.rejected,
        removed: counters.removed,
        spoiled: counters.spoiled,
        power_ons: counters.power_ons,
    }
}

pub(super) fn failure(failure: &Failure) -> wire::Failure {
    let remedy = match failure.remedy {
        Remedy::Retry => wire::Remedy::Retry,
        Remedy::Wait => wire::Remedy::Wait,
        Remedy::Reject => wire::Remedy::Reject,
        Remedy::Person => wire::Remedy::Person,
        Remedy::Program => wire::Remedy::Program,
    };
    wire::Failure {
        kind: kind(failure.kind).into(),
        remedy: remedy.into(),
        position: position(failure.place),
        card: failure.card.unwrap_or(0),
        detail: failure.kind.to_string(),
    }
}

pub(super) fn malformed(malformed: &Malformed) -> wire::Failure {
    wire::Failure {
        kind: wire::FailureKind::Malformed.into(),
        remedy: wire::Remedy::Program.into(),
        detail: malformed.to_string(),
        ..wire::Failure::default()
    }
}

pub(super) fn position(place: Option<Place>) -> i32 {
    let position = match place {
        None => wire::Position::Unspecified,
        Some(Place::Hopper) => wire::Position::Hopper,
        Some(Place::Station) => wire::Position::Station,
        Some(Place::Printer) => wire::Position::Printer,
        Some(Place::Exit) => wire::Position::Exit,
        Some(Place::Reject) => wire::Position::Reject,
        Some(Place::Removed) => wire::Position::Removed,
    };
    position.into()
}

fn print(print: Print) -> i32 {
    let state = match print {
        Print::Nothing => wire::PrintState::Unspecified,
        Print::Begun(_) => wire::PrintState::Printing,
        Print::Done(_) => wire::PrintState::Printed,
        Print::Spoiled(_) => wire::PrintState::Spoiled,
    };
    state.into()
}

const fn kind(kind: Kind) -> wire::FailureKind {
    match kind {
        Kind::DoorOpen => wire::FailureKind::DoorOpen,
        Kind::CardMissing => wire::FailureKind::CardMissing,
        Kind::Jam => wire::FailureKind::Jam,
        Kind::DoubleFeed => wire::FailureKind::DoubleFeed,
        Kind::Spoiled => wire::FailureKind::Spoiled,
        Kind::Misread => wire::FailureKind::Misread,
        Kind::RibbonOut => wire::FailureKind::RibbonOut,
        Kind::TrayFull => wire::FailureKind::TrayFull,
        Kind::HopperEmpty => wire::FailureKind::HopperEmpty,
        Kind::Busy => wire::FailureKind::Busy,
        Kind::Occupied => wire::FailureKind::Occupied,
        Kind::OutOfOrder => wire::FailureKind::OutOfOrder,
        Kind::UnknownCard => wire::FailureKind::UnknownCard,
        Kind::UnknownJob => wire::FailureKind::UnknownJob,
        Kind::PictureIncomplete => wire::FailureKind::PictureIncomplete,
        Kind::PictureDamaged => wire::FailureKind::PictureDamaged,
        Kind::PictureUnfit => wire::FailureKind::PictureUnfit,
        Kind::NoPicture => wire::FailureKind::NoPicture,
        Kind::IdReused => wire::FailureKind::IdReused,
    }
}

fn bytes(id: Option<Id>) -> Vec<u8> {
    id.map(|id| id.0.to_vec()).unwrap_or_default()
}
