//! The audit log from outside: archives that were tampered with, the program, and an independent one.

mod archive;
mod oracle;
mod program;
mod proof;
mod support;
mod tampered;
