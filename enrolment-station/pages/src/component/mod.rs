//! The parts that pages are made of. Each is shown in the gallery and described in docs/pages.md.

mod button;
mod choice;
mod compare;
mod details;
mod figure;
mod form;
mod input;
mod irreversible;
mod live;
mod notification;
mod pager;
mod plot;
mod qr_code;
mod step_list;
mod summary_list;
mod symbol;
mod table;
mod tag;
mod tiles;
mod values;

pub use button::{Button, ButtonBar};
pub use choice::Choice;
pub use compare::{Compare, Picture};
pub use details::Details;
pub use figure::{Figure, Measure};
pub use form::{Errors, Form};
pub use input::{Input, Width};
pub use irreversible::Irreversible;
pub use live::Live;
pub use notification::Notification;
pub use pager::Pager;
pub use plot::{Plot, Point};
pub use qr_code::QrCode;
pub use step_list::{Step, StepList, StepState};
pub use summary_list::{SummaryList, SummaryRow};
pub use table::{Cell, Column, Table};
pub use tag::{Tag, Tone};
pub use tiles::{Tile, Tiles};
pub use values::{DateEntry, Values};

pub use crate::qr_code::CodeTooLong;
