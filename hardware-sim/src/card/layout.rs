//! Where everything stands in the chip's memory. Addresses in bytes, multi-byte numbers big-endian.

use super::memory::PAGE;

/// `STEMPEL2`, then the sizes below (4 bytes each) and the maker's data: what the maker writes once.
pub const MAGIC: usize = 0;
/// The bytes at [`MAGIC`].
pub const MAGIC_BYTES: [u8; 8] = *b"STEMPEL2";
/// Bytes for files (4 bytes).
pub const FILE_MEMORY: usize = 8;
/// Longest command APDU that the chip's buffer takes (4 bytes).
pub const COMMAND_BUFFER: usize = 12;
/// Longest response APDU (4 bytes).
pub const RESPONSE_BUFFER: usize = 16;
/// Key diversification data, which is the chip's serial (10 bytes).
pub const KDD: usize = 20;
/// Bytes of [`KDD`].
pub const KDD_LENGTH: usize = 10;
/// Which protocols the chip offers (1 byte, [`Profile`](super::profile::Profile)).
pub const PROFILE: usize = 30;
/// Card production life cycle data (42 bytes, GlobalPlatform).
pub const CPLC: usize = PAGE;
/// Bytes of [`CPLC`].
pub const CPLC_LENGTH: usize = 42;
/// Security domain: length, then up to 16 bytes of AID.
pub const SECURITY_DOMAIN: usize = 2 * PAGE;

/// Life-cycle state (1 byte, a page of its own).
pub const LIFE_CYCLE: usize = 3 * PAGE;
/// Consecutive wrong PACE passwords (2 bytes, a page of its own).
pub const PASSWORD_FAILURES: usize = 4 * PAGE;
/// SCP03 sequence counter (3 bytes) and consecutive failed authentications (1 byte), one page.
pub const SEQUENCE_COUNTER: usize = 5 * PAGE;
/// Failed authentications, in the same page.
pub const HOST_FAILURES: usize = SEQUENCE_COUNTER + 3;
/// Secure channel keys: version, key length, then ENC, MAC, DEK in 32 bytes each (2 pages).
pub const KEY_SET: usize = 6 * PAGE;
/// CAN: length and up to 16 digits; MRZ: length and 20 bytes; one page.
pub const PASSWORDS: usize = 8 * PAGE;
/// Chip-authentication key: state, key id, curve, private scalar (32), public point (65); 2 pages.
pub const CHIP_KEY: usize = 9 * PAGE;

/// The journal: its commit page, then [`JOURNAL_PAGES`] copies of pages.
pub const JOURNAL: usize = 16 * PAGE;
/// Most pages of one transaction.
pub const JOURNAL_PAGES: usize = 15;
/// The file table: entries of 32 bytes.
pub const FILE_TABLE: usize = 32 * PAGE;
/// Entries of the file table.
pub const FILE_TABLE_ENTRIES: usize = 32;
/// Trust points of terminal authentication, the newest first: [`TRUST_POINT_SLOTS`] slots of
/// [`TRUST_POINT`] bytes.
pub const TRUST_POINTS: usize = 48 * PAGE;
/// Bytes for one trust point (3 pages).
pub const TRUST_POINT: usize = 3 * PAGE;
/// Most trust points that a chip keeps (TR-03110-3 §2.5).
pub const TRUST_POINT_SLOTS: usize = 2;
/// The card's date: year since 2000, month, day (3 bytes, a page of its own); zeros before it has one.
pub const CARD_DATE: usize = 54 * PAGE;
/// Active-authentication key: kind, then a scalar (32) or two primes (128 each); 5 pages.
pub const SIGNING_KEY: usize = 55 * PAGE;
/// Pages 60 to 95 are free for keys and settings of other protocols.
pub const RESERVED: usize = 60 * PAGE;
/// Where file contents start.
pub const FILES: usize = 96 * PAGE;

/// File memory of the chip type we buy: 144 KB, in bytes.
pub const DEFAULT_FILE_MEMORY: u32 = 147_456;
/// Command and response buffer of the chip type we buy, in bytes.
pub const DEFAULT_BUFFER: u32 = 4_096;

/// The last bytes of a number, big-endian. Every number in memory and in an APDU fits its field.
pub(super) fn low_bytes<const N: usize>(number: usize) -> [u8; N] {
    let bytes = number.to_be_bytes();
    let mut low = [0; N];
    low.copy_from_slice(&bytes[bytes.len() - N..]);
    low
}
