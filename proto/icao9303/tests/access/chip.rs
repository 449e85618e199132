//! The chip's half of PACE, only as far as the reader's tests need somebody to talk to.

use icao9303::apdu::Command;
use icao9303::crypto::cipher::{AesKey, pad};
use icao9303::crypto::curve::{Curve, Point, Scalar};
use icao9303::pace::{Mapping, PaceParameters, Password};
use icao9303::secure_messaging::SessionKeys;
use icao9303::tlv;
use rand::CryptoRng;

/// What a chip does wrong, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Sends the reader's own mapping key back.
    ReflectMappingKey,
    /// Sends the reader's own ephemeral key back.
    ReflectEphemeralKey,
    /// Its mapping key is not on the curve.
    MappingKeyOffCurve,
    /// Its ephemeral key is the encoding of infinity.
    EphemeralKeyInfinite,
    /// Its token is wrong although it takes ours.
    WrongToken,
    /// Its proof comes from another static key.
    ForeignProof,
    /// Its nonce has another length.
    NonceLength(usize),
    /// It cuts the answer of one step short.
    Truncate(u8),
}

/// One run of PACE.
pub struct PaceChip<R> {
    parameters: PaceParameters,
    password_key: AesKey,
    curve: Curve,
    fault: Fault,
    rng: R,
    step: u8,
    nonce: Vec<u8>,
    generator: Option<Point>,
    static_key: Scalar,
    mapping_private: Option<Scalar>,
    keys: Option<(SessionKeys, Point, Point)>,
}

impl<R: CryptoRng> PaceChip<R> {
    /// A chip that knows `password`.
    pub fn new(parameters: PaceParameters, password: &Password, fault: Fault, mut rng: R) -> Self {
        let curve = Curve::new(parameters.curve()).unwrap();
        let static_key = curve.random_scalar(&mut rng).unwrap();
        Self {
            parameters,
            password_key: password.key(parameters.cipher()).unwrap(),
            curve,
            fault,
            rng,
            step: 0,
            nonce: Vec::new(),
            generator: None,
            static_key,
            mapping_private: None,
            keys: None,
        }
    }

    /// The public key that EF.CardSecurity would hold.
    pub fn static_public(&self) -> Point {
        self.curve.multiply_generator(&self.static_key).unwrap()
    }

    /// Answers one command.
    pub fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let command = Command::parse(command).unwrap();
        let step = self.step;
        self.step += 1;
        let mut data = match step {
            0 => return vec![0x90, 0x00],
            1 => self.send_nonce(),
            2 => self.map(&command),
            3 => self.agree(&command),
            _ => match self.authenticate(&command) {
                Some(data) => data,
                None => return vec![0x63, 0x00],
            },
        };
        if self.fault == Fault::Truncate(step) {
            data.pop();
        }
        data.extend([0x90, 0x00]);
        data
    }

    fn send_nonce(&mut self) -> Vec<u8> {
        let length = if let Fault::NonceLength(length) = self.fault {
            length
        } else {
            16
        };
        self.nonce = vec![0; length];
        self.rng.fill_bytes(&mut self.nonce);
        let whole = length / 16 * 16;
        let mut encrypted = self
            .password_key
            .encrypt_cbc(&[0; 16], &self.nonce[..whole])
            .unwrap();
        encrypted.resize(length, 0);
        object(0x80, &encrypted)
    }

    fn map(&mut self, command: &Command) -> Vec<u8> {
        let theirs = self.curve.decode_point(inner(command, 0x81)).unwrap();
        let private = self.curve.random_scalar(&mut self.rng).unwrap();
        let public = self.curve.multiply_generator(&private).unwrap();
        let shared = self.curve.multiply(&theirs, &private).unwrap();
        self.generator = Some(self.curve.map_generic(&self.nonce, &shared).unwrap());
        self.mapping_private = Some(private);
        let mut sent = public.as_bytes().to_vec();
        match self.fault {
            Fault::ReflectMappingKey => sent = theirs.as_bytes().to_vec(),
            Fault::MappingKeyOffCurve => *sent.last_mut().unwrap() ^= 1,
            _ => {}
        }
        object(0x82, &sent)
    }

    fn agree(&mut self, command: &Command) -> Vec<u8> {
        let theirs = self.curve.decode_point(inner(command, 0x83)).unwrap();
        let private = self.curve.random_scalar(&mut self.rng).unwrap();
        let public = self
            .curve
            .multiply(self.generator.as_ref().unwrap(), &private)
            .unwrap();
        let shared = self.curve.multiply(&theirs, &private).unwrap();
        let keys = SessionKeys::derive(shared.x(), self.parameters.cipher()).unwrap();
        let sent = match self.fault {
            Fault::ReflectEphemeralKey => theirs.as_bytes().to_vec(),
            Fault::EphemeralKeyInfinite => vec![0x00],
            _ => public.as_bytes().to_vec(),
        };
        self.keys = Some((keys, public, theirs));
        object(0x84, &sent)
    }

    fn authenticate(&mut self, command: &Command) -> Option<Vec<u8>> {
        let (keys, ours, theirs) = self.keys.as_ref().unwrap();
        let token = |point: &Point| {
            let oid = tlv::encode(0x06, self.parameters.oid().as_bytes());
            let key = tlv::encode(0x86, point.as_bytes());
            keys.authentication
                .cmac8(&tlv::encode_constructed(0x7F49, &[&oid, &key]))
                .unwrap()
        };
        if inner(command, 0x85) != token(ours) {
            return None;
        }
        let mut mine = token(theirs);
        if self.fault == Fault::WrongToken {
            mine[7] ^= 1;
        }
        let mut objects = tlv::encode(0x86, &mine);
        if self.parameters.mapping() == Mapping::ChipAuthentication {
            let foreign = self.curve.decode_scalar(&[7]).unwrap();
            let with = if self.fault == Fault::ForeignProof {
                &foreign
            } else {
                &self.static_key
            };
            let mapping = self.mapping_private.as_ref().unwrap();
            let quotient = self.curve.divide_scalars(mapping, with).unwrap();
            let iv = keys.encryption.encrypt_block(&[0xFF; 16]).unwrap();
            let proof = keys
                .encryption
                .encrypt_cbc(&iv, &pad(quotient.as_bytes()))
                .unwrap();
            objects.extend(tlv::encode(0x8A, &proof));
        }
        Some(tlv::encode(0x7C, &objects))
    }
}

fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    tlv::encode(0x7C, &tlv::encode(tag, value))
}

fn inner(command: &Command, tag: u16) -> &[u8] {
    tlv::parse_exact(tlv::parse_exact(&command.data, 0x7C).unwrap(), tag).unwrap()
}
