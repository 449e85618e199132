//! The chip maker: blank chips, and the memory image each one starts with.

use std::io;
use std::path::Path;

use super::files::MAX_AID;
use super::layout;
use super::life_cycle::LifeCycle;
use super::memory::{Memory, PAGE};
use super::profile::Profile;
use super::scp03::KeySet;
use super::{Card, OpenError, Randomness};

/// GlobalPlatform's default identifier of the issuer security domain.
pub const ISSUER_SECURITY_DOMAIN: [u8; 8] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00];
/// Version number of transport keys.
pub const TRANSPORT_KEY_VERSION: u8 = 0x30;

/// What the maker puts into a chip, once.
#[derive(Debug, Clone)]
pub struct Blank {
    /// Key diversification data: the chip's serial.
    pub serial: [u8; layout::KDD_LENGTH],
    /// Card production life cycle data.
    pub production_data: [u8; layout::CPLC_LENGTH],
    /// Identifier of the security domain, 5 to 16 bytes.
    pub security_domain: Vec<u8>,
    /// The keys that open the chip until the centre puts its own.
    pub keys: KeySet,
    /// SCP03 challenges that the maker's own tests used up.
    pub sequence_counter: u16,
    /// Bytes for file contents.
    pub file_memory: u32,
    /// Longest command and response APDU, in bytes.
    pub buffer: u32,
    /// Which protocols the chip offers.
    pub profile: Profile,
}

impl Blank {
    /// A chip of the type we buy: 144 KB of files, APDUs of 4,096 bytes.
    pub fn new(serial: [u8; layout::KDD_LENGTH], keys: KeySet) -> Self {
        Self {
            serial,
            production_data: production_data(&serial),
            security_domain: ISSUER_SECURITY_DOMAIN.to_vec(),
            keys,
            sequence_counter: 0,
            file_memory: layout::DEFAULT_FILE_MEMORY,
            buffer: layout::DEFAULT_BUFFER,
            profile: Profile::default(),
        }
    }

    /// Makes the chip's state file, which must not exist yet.
    pub fn make(&self, path: &Path) -> io::Result<()> {
        Memory::create(path, self.image()).map(drop)
    }

    /// Makes the chip and takes it into use at once.
    pub fn make_and_open(&self, path: &Path, rng: Randomness) -> Result<Card, OpenError> {
        Card::from_memory(Memory::create(path, self.image())?, rng)
    }

    fn image(&self) -> Vec<u8> {
        let size = layout::FILES + self.file_memory as usize;
        let mut image = vec![0; size.next_multiple_of(PAGE)];
        let mut put = |address: usize, bytes: &[u8]| {
            image[address..address + bytes.len()].copy_from_slice(bytes);
        };
        put(layout::MAGIC, &layout::MAGIC_BYTES);
        put(layout::FILE_MEMORY, &self.file_memory.to_be_bytes());
        put(layout::COMMAND_BUFFER, &self.buffer.to_be_bytes());
        put(layout::RESPONSE_BUFFER, &self.buffer.to_be_bytes());
        put(layout::KDD, &self.serial);
        put(layout::PROFILE, &[self.profile as u8]);
        put(layout::CPLC, &self.production_data);
        let aid = &self.security_domain[..self.security_domain.len().min(MAX_AID)];
        put(layout::SECURITY_DOMAIN, &layout::low_bytes::<1>(aid.len()));
        put(layout::SECURITY_DOMAIN + 1, aid);
        put(
            layout::SEQUENCE_COUNTER + 1,
            &self.sequence_counter.to_be_bytes(),
        );
        put(layout::KEY_SET, &self.keys.encode());
        put(layout::LIFE_CYCLE, &[LifeCycle::Blank as u8]);
        image
    }
}

/// Serial number and batch at the offsets where GlobalPlatform's production data has them (12 and
/// 16); what we do not know is zero.
fn production_data(serial: &[u8; layout::KDD_LENGTH]) -> [u8; layout::CPLC_LENGTH] {
    let mut data = [0; layout::CPLC_LENGTH];
    data[12..16].copy_from_slice(&serial[6..]);
    data[16..18].copy_from_slice(&serial[4..6]);
    data
}
