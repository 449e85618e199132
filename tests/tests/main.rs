//! Journeys across the programs. One program: a test target each would link the whole crate once more.

mod capture;
mod console;
mod database;
mod demo;
mod fleet;
mod house;
mod inspection;
mod intake;
mod line;
mod order;
mod outbox;
mod pages;
mod quality;
mod review;
mod shipping;
mod staff;
mod stock;
mod up;
