//! Roles of keys, as types: what a key may do is decided where its type is written.

use cryptoki::object::AttributeType;

mod sealed {
    use cryptoki::object::AttributeType;

    pub trait Sealed {
        /// All that a key of the role may do, in its token.
        const RIGHTS: &'static [AttributeType];
    }
}

/// A role of keys. Sealed: the roles are the ones of this module.
pub trait KeyRole: sealed::Sealed + Send + Sync + 'static {
    /// The role's name in the token (`CKA_ID`) and in messages. Never changes once keys exist.
    const NAME: &'static str;
}

/// A role of key pairs on elliptic curves.
pub trait CurveRole: KeyRole {}

/// A role whose keys sign digests with ECDSA.
pub trait EcRole: CurveRole {}

/// A role whose keys identify a program to others in TLS, and sign nothing else.
pub trait TlsRole: EcRole {}

/// A role of AES keys.
pub trait SecretRole: KeyRole {}

/// A role whose keys compute AES-CMAC.
pub trait CmacRole: SecretRole {}

/// A role whose AES keys wrap the keys of data stores.
pub trait WrapRole: SecretRole {}

macro_rules! roles {
    ($kinds:tt $rights:tt $($(#[$doc:meta])* $role:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $role {}
        impl sealed::Sealed for $role {
            const RIGHTS: &'static [AttributeType] = &$rights;
        }
        impl KeyRole for $role {
            const NAME: &'static str = $name;
        }
        roles!(@kinds $role $kinds);
    )+};
    (@kinds $role:ident ($($kind:ident),*)) => {
        $(impl $kind for $role {})*
    };
}

roles! {
    (CurveRole, EcRole) [AttributeType::Sign]
    /// The country signing CA: certificates of document signers, its own links, and CRLs.
    CountrySigning = "country-signing";
    /// The country verifying CA: certificates of document verifiers, and its own links.
    CountryVerifying = "country-verifying";
    /// Document signers: security objects on chips.
    DocumentSigning = "document-signing";
    /// Document verifiers: certificates of inspection systems, and its own requests.
    DocumentVerifying = "document-verifying";
    /// Inspection systems: terminal authentication, and its own requests.
    InspectionSystem = "inspection-system";
    /// The operations CA: certificates of our own programs and stations.
    OperationsCa = "operations-ca";
    /// Tickets that permit signatures.
    TicketSigning = "ticket-signing";
    /// Manifests of shipments.
    ManifestSigning = "manifest-signing";
    /// Lists of documents that must not be accepted.
    DocumentListSigning = "document-list-signing";
    /// Issues of blanks to a line, without which nothing is signed for a chip.
    IssueSigning = "issue-signing";
    /// Dossiers, by the station that captured them.
    StationSigning = "station-signing";
    /// Receipts for dossiers.
    ReceiptSigning = "receipt-signing";
    /// What second persons elsewhere approved.
    ApprovalSigning = "approval-signing";
    /// The configuration of stations.
    ConfigurationSigning = "configuration-signing";
    /// Staff lists of offices.
    StaffListSigning = "staff-list-signing";
    /// Heads of the audit's log.
    AuditSigning = "audit-signing";
    /// What a witness says of heads of a log that it saw.
    WitnessSigning = "witness-signing";
}

roles! {
    (CurveRole, EcRole, TlsRole) [AttributeType::Sign]
    /// A station, to the centre.
    StationTls = "station-tls";
    /// A program of the centre, to other programs and to stations.
    ServiceTls = "service-tls";
}

roles! {
    (CurveRole) [AttributeType::Derive]
    /// The key pair to which stations seal dossiers: it agrees on secrets, and signs nothing.
    IntakeOpening = "intake-opening";
}

roles! {
    () [AttributeType::Decrypt]
    /// The key pair under which a chip maker wraps the transport keys of a delivery.
    DeliveryTransport = "delivery-transport";
}

roles! {
    (SecretRole, CmacRole) [AttributeType::Sign]
    /// The master key from which the keys of each chip are derived.
    CardMaster = "card-master";
}

roles! {
    (SecretRole, WrapRole) [AttributeType::Decrypt, AttributeType::Encrypt]
    /// The key under which a station keeps the data key of its drafts and outbox.
    DraftStore = "draft-store";
}
