//! The line at machines: the real daemon, the simulator's own process, and the machines' own faults.

pub mod hall;
mod happy;
mod killed;
mod troubles;
