//! Every way to fail of passive authentication (standards sheet on the PKI, §9), each giving exactly
//! its own name; and what must be genuine is genuine.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod case;
mod documents;
mod security_object;
mod signer;
