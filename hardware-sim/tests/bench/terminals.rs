//! Authorities, document verifiers and inspection systems for tests, and sessions that they enter.

use hardware_sim::card::Card;
use icao9303::apdu::Command;
use icao9303::chip_authentication::{self, Agreement, ChipAuthenticationParameters};
use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::cvc::{
    self, Body, Certificate, CertificateReference, HolderAuthorization, Rights, Role,
    VerificationKey,
};
use icao9303::mrz::MrzInformation;
use icao9303::oid;
use icao9303::pace::{self, Password};
use icao9303::reading;
use icao9303::scp03::Groupings;
use icao9303::secure_messaging::SecureTransport;
use icao9303::security_info::{
    ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfo, SecurityInfos,
    SubjectPublicKey,
};
use icao9303::terminal_authentication::{ChipName, TerminalAuthenticationError};
use icao9303::tlv;
use icao9303::x509::HashAlgorithm;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Private;
use openssl::sha::sha256;
use time::{Date, Month};

use super::{
    APPLICATION, Bench, CAN, File, centre_keys, host, order, pace_parameters, personalisation,
    replace_keys, seeded, small_card,
};

/// A key pair.
pub struct Key {
    private: EcKey<Private>,
    public: VerificationKey,
}

impl Key {
    pub fn on(curve: CurveId) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        Self::of(curve, EcKey::generate(&group).unwrap())
    }

    /// The same key wherever it is made.
    pub fn fixed(curve: CurveId, name: &str) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        let scalar = BigNum::from_slice(&sha256(name.as_bytes())).unwrap();
        let scalar = &scalar >> 1;
        let mut context = BigNumContext::new().unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &scalar, &mut context).unwrap();
        Self::of(
            curve,
            EcKey::from_private_components(&group, &scalar, &point).unwrap(),
        )
    }

    fn of(curve: CurveId, private: EcKey<Private>) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let form = PointConversionForm::UNCOMPRESSED;
        let point = private.public_key().to_bytes(&group, form, &mut context);
        let point = Curve::new(curve).unwrap().decode_point(&point.unwrap());
        let public = VerificationKey::new(curve, HashAlgorithm::Sha256, point.unwrap());
        Self { private, public }
    }

    pub fn public(&self) -> &VerificationKey {
        &self.public
    }

    /// The private key as other programs read it.
    pub fn to_der(&self) -> Vec<u8> {
        self.private.private_key_to_der().unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = self.public.hash().digest(message);
        let signature = EcdsaSig::sign(&digest, &self.private).unwrap();
        let half = i32::try_from(self.public.signature_length() / 2).unwrap();
        let [r, s] = [signature.r(), signature.s()].map(|n| n.to_vec_padded(half).unwrap());
        [r, s].concat()
    }
}

/// Somebody with a key and a certificate for it.
pub struct Holder {
    pub key: Key,
    pub certificate: Certificate,
}

/// From the first day to the last.
pub type Validity = (Date, Date);

pub fn day(year: i32, month: u8, day: u8) -> Date {
    Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap()
}

pub fn name(text: &str) -> CertificateReference {
    text.parse().unwrap()
}

pub const CURVE: CurveId = CurveId::BrainpoolP256r1;

impl Holder {
    /// An authority with a certificate that it signed itself.
    pub fn root(holder: &str, rights: Rights, valid: Validity) -> Self {
        Self::root_on(CURVE, holder, rights, valid)
    }

    /// The same on another curve; everybody below it is on its curve.
    pub fn root_on(curve: CurveId, holder: &str, rights: Rights, valid: Validity) -> Self {
        Self::root_with(Key::on(curve), holder, rights, valid)
    }

    /// An authority with a key that is the same wherever it is made.
    pub fn fixed_root(holder: &str, rights: Rights, valid: Validity) -> Self {
        Self::root_with(Key::fixed(CURVE, holder), holder, rights, valid)
    }

    fn root_with(key: Key, holder: &str, rights: Rights, valid: Validity) -> Self {
        let body = body(holder, holder, (Role::Cvca, rights), valid, &key);
        let certificate = certify(&key, body);
        Self { key, certificate }
    }

    /// Someone new, certified by this holder.
    pub fn issue(&self, holder: &str, what: (Role, Rights), valid: Validity) -> Self {
        self.issue_to(Key::on(self.key.public.curve()), holder, what, valid)
    }

    /// The same with a key that is the same wherever it is made.
    pub fn issue_fixed(&self, holder: &str, what: (Role, Rights), valid: Validity) -> Self {
        let key = Key::fixed(self.key.public.curve(), holder);
        self.issue_to(key, holder, what, valid)
    }

    fn issue_to(&self, key: Key, holder: &str, what: (Role, Rights), valid: Validity) -> Self {
        let authority = self.name().to_string();
        let certificate = certify(&self.key, body(&authority, holder, what, valid, &key));
        Self { key, certificate }
    }

    /// A link to an authority that came after this one.
    pub fn link(&self, next: &Self) -> Certificate {
        let body = Body {
            authority: self.name().clone(),
            ..next.certificate.body().clone()
        };
        certify(&self.key, body)
    }

    pub fn name(&self) -> &CertificateReference {
        self.certificate.holder()
    }

    /// The answer of a key in a token.
    pub fn signer(&self) -> impl FnOnce(&[u8]) -> Result<Vec<u8>, std::io::Error> + '_ {
        |message| Ok(self.key.sign(message))
    }
}

fn body(
    authority: &str,
    holder: &str,
    (role, rights): (Role, Rights),
    (effective, expiration): Validity,
    key: &Key,
) -> Body {
    Body {
        authority: name(authority),
        key: key.public.to_public_key(role == Role::Cvca),
        holder: name(holder),
        authorization: HolderAuthorization::inspection(role, rights),
        effective,
        expiration,
        extensions: None,
    }
}

pub fn certify(signer: &Key, body: Body) -> Certificate {
    let signature = signer.sign(&body.to_bytes().unwrap());
    Certificate::assemble(body, &signature).unwrap()
}

/// An authority, a domestic document verifier and an inspection system with the right to DG3.
pub struct World {
    pub root: Holder,
    pub verifier: Holder,
    pub terminal: Holder,
}

pub const DOMESTIC: Role = Role::DomesticDocumentVerifier;
pub const FOREIGN: Role = Role::ForeignDocumentVerifier;

/// The day on which the chips of these tests are personalised.
pub fn first_day() -> Date {
    day(2026, 10, 1)
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    pub fn new() -> Self {
        let years = (day(2026, 1, 1), day(2028, 12, 31));
        let root = Holder::root("UTCVCAUTO00001", Rights::READ_DG3, years);
        let months = (day(2026, 9, 1), day(2026, 11, 30));
        let verifier = root.issue("UTDVPOLICE00001", (DOMESTIC, Rights::READ_DG3), months);
        let weeks = (day(2026, 9, 15), day(2026, 10, 31));
        let terminal = verifier.issue("UTISGATE00001", (Role::Terminal, Rights::READ_DG3), weeks);
        Self {
            root,
            verifier,
            terminal,
        }
    }

    pub fn known(&self) -> Vec<Certificate> {
        vec![
            self.verifier.certificate.clone(),
            self.root.certificate.clone(),
        ]
    }
}

/// STORE DATA with trust points and the first date.
pub fn trust_points_command(authorities: &[&Certificate], date: Date) -> Command {
    let mut content = tlv::encode(0x5F25, &cvc::encode_date(date).unwrap());
    for authority in authorities {
        content.extend(authority.to_bytes());
    }
    let mut groupings = Groupings::new();
    groupings.push(0x8020, &content).unwrap();
    groupings.commands(4_000).unwrap().remove(0)
}

/// A locked chip and the public key that it made.
pub struct Locked {
    pub bench: Bench,
    pub chip_key: Vec<u8>,
}

/// A locked chip with fingers (DG3) and irises (DG4) that trusts these authorities.
pub fn locked(authorities: &[&Certificate]) -> Locked {
    let mut bench = Bench::new(seeded(17));
    let mut files = small_card();
    files.pop();
    files.push(super::file(true, 0x0104, 0x04, 0x02, &[0x76; 300]));
    let chip_key = personalise_trusting(&mut bench, &files, authorities, first_day());
    bench.run("reset");
    Locked { bench, chip_key }
}

/// Blank → locked with trust points; the point of the chip's key.
pub fn personalise_trusting(
    bench: &mut Bench,
    files: &[File],
    authorities: &[&Certificate],
    date: Date,
) -> Vec<u8> {
    replace_keys(bench);
    let keys = centre_keys();
    let mut channel = bench.channel(0x31, &keys).unwrap();
    let mut commands = personalisation(files, keys.data_encryption());
    // Before the lock, which comes last.
    let lock = commands.len() - 1;
    commands.insert(lock, trust_points_command(authorities, date));
    let mut commands = commands.into_iter();
    let public_key = order(&mut channel, &commands.next().unwrap());
    for command in commands {
        order(&mut channel, &command);
    }
    public_key[public_key.len() - 65..].to_vec()
}

/// What DG14 says of a chip's key.
pub fn chip_authentication_of(point: &[u8]) -> ChipAuthenticationParameters {
    let key_id = Some(13);
    let infos = SecurityInfos {
        infos: vec![
            SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
                protocol: oid::CA_ECDH_AES_128,
                version: 1,
                key_id,
            }),
            SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
                public_key: SubjectPublicKey::standardised(13, point),
                key_id,
            }),
        ],
    };
    ChipAuthenticationParameters::select(&infos).unwrap()
}

/// A session after PACE.
pub struct Entered<'a> {
    pub card: SecureTransport<&'a mut Card>,
    pub chip: ChipName,
    pub trust_points: Vec<CertificateReference>,
    chip_key: Vec<u8>,
}

impl Locked {
    /// PACE with the CAN; the application is selected.
    pub fn enter(&mut self) -> Entered<'_> {
        let password = Password::can(CAN).unwrap();
        let card = &mut self.bench.card;
        let established = pace::perform(card, &pace_parameters(), &password, &mut host()).unwrap();
        let mut card = SecureTransport::new(card, established.secure_messaging());
        reading::select_application(&mut card, &APPLICATION).unwrap();
        Entered {
            card,
            chip: ChipName::after_pace(&established),
            trust_points: icao9303::terminal_authentication::trust_points(&established),
            chip_key: self.chip_key.clone(),
        }
    }
}

impl<'a> Entered<'a> {
    /// A session after basic access control, of a chip whose document number and trust point are these.
    pub fn after_basic_access(
        card: SecureTransport<&'a mut Card>,
        mrz: &MrzInformation,
        trust_point: &Holder,
        chip_key: &[u8],
    ) -> Self {
        Self {
            card,
            chip: ChipName::after_basic_access_control(mrz),
            trust_points: vec![trust_point.name().clone()],
            chip_key: chip_key.to_vec(),
        }
    }

    /// Chip authentication.
    pub fn authenticate_chip(&mut self) -> Agreement {
        let parameters = chip_authentication_of(&self.chip_key);
        chip_authentication::perform(&mut self.card, &parameters, &mut host()).unwrap()
    }

    /// Everything that a terminal does, up to the rights.
    pub fn authenticate(
        &mut self,
        terminal: &Holder,
        known: &[Certificate],
    ) -> Result<Rights, TerminalAuthenticationError> {
        use icao9303::terminal_authentication::{Chain, perform};
        let agreement = self.authenticate_chip();
        let chain = Chain::select(&self.trust_points, &terminal.certificate, known).unwrap();
        perform(
            &mut self.card,
            &chain,
            &self.chip,
            &agreement,
            terminal.signer(),
        )
    }
}
