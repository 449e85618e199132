//! Stations as the centre sees them, and the centre that takes their dossiers in: the real program with
//! SoftHSM, called over the real wire. Keys of stations are in memory here.

pub mod authority;
pub mod centre;
pub mod paper;
pub mod station;

pub use centre::Intake;
pub use paper::Paper;
pub use station::Station;
use tokio_rustls::rustls;

/// What went wrong at the counter or at the centre.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A program of ours.
    #[error(transparent)]
    Program(#[from] crate::programs::ProgramError),
    /// A file.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// OpenSSL.
    #[error(transparent)]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// SoftHSM.
    #[error(transparent)]
    Custody(#[from] key_custody::CustodyError),
    /// The database.
    #[error(transparent)]
    Store(#[from] personalisation_store::StoreError),
    /// The server.
    #[error(transparent)]
    Database(#[from] crate::database::NoDatabase),
    /// A value outside its limits.
    #[error(transparent)]
    Form(#[from] dossier::FormError),
    /// A text outside its limits.
    #[error(transparent)]
    Text(#[from] dossier::TextError),
    /// A day that there is not.
    #[error(transparent)]
    Day(#[from] dossier::DayError),
    /// An id that is none.
    #[error(transparent)]
    Id(#[from] dossier::BadId),
    /// The list of communes.
    #[error("the communes cannot be read")]
    Communes,
    /// A signature.
    #[error(transparent)]
    Signature(#[from] dossier::signed::SignatureError),
    /// A seal.
    #[error(transparent)]
    Seal(#[from] dossier::sealed::SealError),
    /// A receipt.
    #[error(transparent)]
    Receipt(#[from] dossier::receipt::ReceiptError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The connection.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// What the centre answered.
    #[error(transparent)]
    Status(#[from] tonic::Status),
    /// A key of another length.
    #[error("a sealing key has not 32 bytes")]
    Key,
    /// It did not come about in time.
    #[error("it did not come to {0} in time")]
    Late(&'static str),
    /// An answer without what it should hold.
    #[error("the answer has no {0}")]
    Missing(&'static str),
}
