//! Quality: exit pictures of the simulator's own camera, with and without faults in the print.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod cards;
pub mod defects;
mod exit;
mod tesseract;
