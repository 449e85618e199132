//! The SCP03 session of personalisation: keys, the chip's key pair, secrets, the lock.

use icao9303::{
    apdu::Command,
    crypto::{
        cipher::AesKey,
        curve::{Curve, CurveId},
    },
    cvc::{self, Certificate},
    exchange::exchange,
    scp03::{
        self, Groupings, ISSUER_SECURITY_DOMAIN, PutKey, Scp03Error, Scp03Transport, SecurityLevel,
        StaticKeys,
    },
    tlv,
    transport::CardTransport,
};
use personalisation_core::{
    attempt::ChipPublicKey, card_access_number::CardAccessNumber, chip_serial::ChipSerial,
};
use rand::CryptoRng;
use time::Date;
use zeroize::Zeroizing;

use super::{ChipError, accept};

/// Version of the key set that the centre puts on its chips.
pub const CENTRE_KEY_VERSION: u8 = 0x31;
/// Identifier of the chip's key pair: that of its domain parameters, brainpoolP256r1, as PACE with
/// chip-authentication mapping wants it.
pub const CHIP_KEY_ID: u8 = 13;

pub(super) const SET_STATUS: u8 = 0xF0;
pub(super) const APPLICATION: u8 = 0x40;
pub(super) const OPERATIONAL: u8 = 0x07;
const LOCKED: u8 = 0x05;
const GENERATE_KEY_PAIR: u8 = 0x47;
/// The data grouping of CAN and MRZ password.
const SECRETS: u16 = 0x8010;
const CAN: u16 = 0x82;
const MRZ: u16 = 0x81;
/// The data grouping of trust points and the chip's first date.
const TRUST_POINTS: u16 = 0x8020;
const DAY: u16 = 0x5F25;

/// An open session in which everything is encrypted and authenticated both ways.
pub struct Session<'c, C> {
    pub(super) card: Scp03Transport<&'c mut C>,
    data_encryption: AesKey,
    /// Longest APDU either way, in bytes.
    pub(super) buffer: usize,
}

impl<'c, C: CardTransport> Session<'c, C> {
    /// Selects the security domain and opens a session under key set `version`.
    pub fn open(
        card: &'c mut C,
        serial: ChipSerial,
        keys: (u8, &StaticKeys),
        buffer: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ChipError> {
        let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(ISSUER_SECURITY_DOMAIN);
        accept(exchange(card, &select), "selecting the security domain")?;
        Self::open_again(card, serial, keys, buffer, rng)
    }

    /// Opens another session with the security domain that is selected. The chip must show `serial`
    /// again: keys are diversified by it, and another chip must not be taken for it.
    pub fn open_again(
        card: &'c mut C,
        serial: ChipSerial,
        (version, keys): (u8, &StaticKeys),
        buffer: usize,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ChipError> {
        const DOING: &str = "opening the secure channel";
        let channel = |source: Scp03Error| ChipError::Channel {
            doing: DOING,
            source,
        };
        let answer = scp03::initialize_update(card, version, rng).map_err(channel)?;
        if answer.diversification_data() != serial.as_bytes() {
            return Err(ChipError::Malformed {
                doing: "comparing the chip's serial",
            });
        }
        let card = answer
            .open(card, keys, SecurityLevel::Full)
            .map_err(channel)?;
        Ok(Self {
            card,
            data_encryption: keys.data_encryption().clone(),
            buffer,
        })
    }

    /// Replaces the key set in force, `version`, by the centre's. The chip is in personalisation
    /// from the same instant.
    pub fn put_keys(&mut self, version: u8, keys: &StaticKeys) -> Result<(), ChipError> {
        const DOING: &str = "putting the centre's keys on the chip";
        let put = PutKey::new(version, CENTRE_KEY_VERSION, keys, &self.data_encryption)?;
        let answer = accept(exchange(&mut self.card, put.command()), DOING)?;
        put.confirm(&answer)
            .map_err(|_| ChipError::Malformed { doing: DOING })
    }

    /// Lets the chip make its key pair (anew) and tells the public half.
    pub fn generate_key(&mut self) -> Result<ChipPublicKey, ChipError> {
        const DOING: &str = "letting the chip make its key pair";
        let malformed = || ChipError::Malformed { doing: DOING };
        let template =
            tlv::encode_constructed(0xB6, &[&[0x84, 1, CHIP_KEY_ID], &[0x80, 1, CHIP_KEY_ID]]);
        let command = Command::new(0x80, GENERATE_KEY_PAIR, 0x80, 0x00)
            .with_data(template)
            .with_le(256);
        let answer = accept(exchange(&mut self.card, &command), DOING)?;
        let key = tlv::parse_exact(&answer, 0x7F49).map_err(|_| malformed())?;
        let mut reader = tlv::Reader::new(key);
        // 06: which protocol the key is for; the line has asked for one only.
        reader.optional(0x06).map_err(|_| malformed())?;
        let point = reader.expect(0x86).map_err(|_| malformed())?;
        Curve::new(CurveId::BrainpoolP256r1)?
            .decode_point(point)
            .map_err(|_| malformed())?;
        ChipPublicKey::try_from(point).map_err(|_| malformed())
    }

    /// Stores the passwords of PACE, encrypted once more under the data encryption key.
    pub fn store_secrets(
        &mut self,
        can: &CardAccessNumber,
        mrz: &[u8; 20],
    ) -> Result<(), ChipError> {
        let mut secrets = Zeroizing::new(tlv::encode(CAN, can.digits()));
        tlv::push(&mut secrets, MRZ, mrz);
        let mut groupings = Groupings::new();
        groupings.push_encrypted(SECRETS, &secrets, &self.data_encryption)?;
        for command in groupings.commands(self.largest_data())? {
            accept(
                exchange(&mut self.card, &command),
                "storing the chip's secrets",
            )?;
        }
        Ok(())
    }

    /// Stores what terminal authentication starts from: one or two of the verifying authority's own
    /// (self-signed) certificates, and the day of personalisation, which is the chip's first date.
    /// The chip makes EF.CVCA itself.
    pub fn store_trust_points(
        &mut self,
        authorities: &[Certificate],
        day: Date,
    ) -> Result<(), ChipError> {
        const DOING: &str = "storing the chip's trust points";
        let mut data = tlv::encode(DAY, &cvc::encode_date(day)?);
        for authority in authorities {
            data.extend(authority.to_bytes());
        }
        let mut groupings = Groupings::new();
        groupings.push(TRUST_POINTS, &data)?;
        for command in groupings.commands(self.largest_data())? {
            accept(exchange(&mut self.card, &command), DOING)?;
        }
        Ok(())
    }

    /// Ends personalisation for ever, and puts the chip into operation.
    pub fn lock(&mut self) -> Result<(), ChipError> {
        for (state, doing) in [
            (LOCKED, "locking the chip"),
            (OPERATIONAL, "putting the chip into operation"),
        ] {
            let command = Command::new(0x80, SET_STATUS, APPLICATION, state);
            accept(exchange(&mut self.card, &command), doing)?;
        }
        Ok(())
    }

    /// Most plain bytes in one command.
    pub(super) fn largest_data(&self) -> usize {
        scp03::largest_plain_data(self.buffer, SecurityLevel::Full)
    }

    /// Most plain bytes in one answer.
    pub(super) fn largest_answer(&self) -> usize {
        scp03::largest_plain_answer(self.buffer, SecurityLevel::Full)
    }
}

impl<C> std::fmt::Debug for Session<'_, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("buffer", &self.buffer)
            .finish_non_exhaustive()
    }
}
