//! The pages over a real store with its token, called without a socket and without a browser.

mod bench;
mod certificate;
mod hands;
mod keeping;
mod known;
mod passkeys;
mod recapture;
mod sending;
mod windows;
