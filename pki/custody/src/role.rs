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
