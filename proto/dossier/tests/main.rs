//! Dossiers and receipts, sealed and signed. One program: a test target each would link the whole crate once more.

mod approval;
mod common;
mod form;
mod issues;
mod oracle;
mod token;
mod travel;
