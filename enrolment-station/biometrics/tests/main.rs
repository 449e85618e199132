//! Pictures and measures, beside other programs. One program: a test target each would link the whole crate once more.

mod face;
mod finger;
mod jpeg2000;
mod picture;
mod records;
mod support;
mod wsq;
mod wsq_oracle;
