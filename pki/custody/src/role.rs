//! Roles of keys, as types: what a key may do is decided where its type is written.

mod sealed {
    pub trait Sealed {}
}

/// A role of keys. Sealed: the roles are the ones of this module.
pub trait KeyRole: sealed::Sealed + Send + Sync + 'static {
    /// The role's name in the token (`CKA_ID`) and in messages. Never changes once keys exist.
    const NAME: &'static str;
}

/// A role whose keys sign digests with ECDSA.
pub trait EcRole: KeyRole {}

/// A role whose keys compute AES-CMAC.
pub trait CmacRole: KeyRole {}

/// A role whose keys identify a program to others in TLS, and sign nothing else.
pub trait TlsRole: EcRole {}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident: $kind:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $role {}
        impl sealed::Sealed for $role {}
        impl KeyRole for $role {
            const NAME: &'static str = $name;
        }
        impl $kind for $role {}
    )+};
}

roles! {
    /// The country signing CA: certificates of document signers, its own links, and CRLs.
    CountrySigning: EcRole = "country-signing";
    /// The country verifying CA: certificates of document verifiers, and its own links.
    CountryVerifying: EcRole = "country-verifying";
    /// Document signers: security objects on chips.
    DocumentSigning: EcRole = "document-signing";
    /// Document verifiers: certificates of inspection systems, and its own requests.
    DocumentVerifying: EcRole = "document-verifying";
    /// Inspection systems: terminal authentication, and its own requests.
    InspectionSystem: EcRole = "inspection-system";
    /// The operations CA: certificates of our own programs and stations.
    OperationsCa: EcRole = "operations-ca";
    /// Tickets that permit signatures.
    TicketSigning: EcRole = "ticket-signing";
    /// Dossiers, by the station that captured them.
    StationSigning: EcRole = "station-signing";
    /// A station, to the centre.
    StationTls: EcRole = "station-tls";
    /// A program of the centre, to other programs and to stations.
    ServiceTls: EcRole = "service-tls";
    /// Receipts for dossiers.
    ReceiptSigning: EcRole = "receipt-signing";
    /// The configuration of stations.
    ConfigurationSigning: EcRole = "configuration-signing";
    /// Staff lists of offices.
    StaffListSigning: EcRole = "staff-list-signing";
    /// The master key from which the keys of each chip are derived.
    CardMaster: CmacRole = "card-master";
}

/// The key pair under which a chip maker wraps the transport keys of a delivery.
#[derive(Debug)]
pub enum DeliveryTransport {}
impl sealed::Sealed for DeliveryTransport {}
impl KeyRole for DeliveryTransport {
    const NAME: &'static str = "delivery-transport";
}

impl TlsRole for StationTls {}
impl TlsRole for ServiceTls {}

/// The key pair to which stations seal dossiers: it agrees on secrets, and signs nothing.
#[derive(Debug)]
pub enum IntakeOpening {}
impl sealed::Sealed for IntakeOpening {}
impl KeyRole for IntakeOpening {
    const NAME: &'static str = "intake-opening";
}

/// A role whose AES keys wrap the keys of data stores.
pub trait WrapRole: KeyRole {}

/// The key under which a station keeps the data key of its drafts and outbox.
#[derive(Debug)]
pub enum DraftStore {}
impl sealed::Sealed for DraftStore {}
impl KeyRole for DraftStore {
    const NAME: &'static str = "draft-store";
}
impl WrapRole for DraftStore {}
