//! Structures and protocols, on published vectors and beside other programs. One program: a test target each would link the whole crate once more.

mod access;
mod active_authentication;
mod bac;
mod bit_flips;
mod cvc;
mod lds_hostile;
mod lds_vectors;
mod master_list;
mod mrz_edges;
mod mrz_vectors;
mod pace;
mod pace_openpace;
mod passive_authentication;
mod pki_vectors;
mod reading;
mod scp03;
mod secure_messaging;
mod security_infos;
mod session;
mod support;
mod terminal_authentication;
