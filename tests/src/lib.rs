//! The house started on free ports, for journeys, the demo and benchmarks alike.

pub mod browser;
pub mod counter;
pub mod database;
pub mod demo;
pub mod house;
pub mod measure;
pub mod oracles;
pub mod privacy;
pub mod programs;
pub mod up;
pub mod visitor;
