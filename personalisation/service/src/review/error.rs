//! Why a decision does not stand, or could not be carried out.

use dossier::ApplicationId;
use key_custody::CustodyError;
use personalisation_core::{application::DecisionError, ids::OrderId};
use personalisation_store::StoreError;
use thiserror::Error;

use crate::{
    intake::parts::PartsError,
    order::{IdentityError, OrderError},
};

/// Why a decision does not stand, or could not be carried out. For the reviewer, and nothing personal.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// There is none.
    #[error("there is no application {0}")]
    Unknown(ApplicationId),
    /// Somebody moved it since the reviewer saw it.
    #[error("application {0} was changed since you saw it; look at it again")]
    Changed(ApplicationId),
    /// This person may not decide at all.
    #[error(
        "deciding about an application: you hold no role of a reviewer or supervisor at the centre"
    )]
    NotAllowed,
    /// Not this one, not now, or not by this person.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// No reason was given.
    #[error("deciding about an application: say why, in 1 to 2000 characters")]
    Reason,
    /// The applicant cannot come in the past.
    #[error("asking for more: the appointment lies in the past; choose a later one")]
    Appointment,
    /// The card cannot be made of it.
    #[error(
        "application {0} cannot become a card as it is: see the check `printing`, and ask for more"
    )]
    NotPrintable(ApplicationId),
    /// The applicant died since the checks.
    #[error(
        "application {0} cannot be approved: the register says that the applicant died; withdraw it for that reason"
    )]
    Deceased(ApplicationId),
    /// The person has another live application of the type.
    #[error(
        "the person of application {0} has another application of this type that lives; end one of the two"
    )]
    AnotherLives(ApplicationId),
    /// The person has an order of the type.
    #[error(
        "application {application} cannot be approved: its person has order {order} of this type; cancel that order first, or refuse the application"
    )]
    Ordered {
        /// The application.
        application: ApplicationId,
        /// The order that lives.
        order: OrderId,
    },
    /// The card is on the line, or made.
    #[error(
        "application {0} cannot be ended now: its card is being made, or is made; where it is being made, `order cancel` ends that"
    )]
    OnTheLine(ApplicationId),
    /// What is stored cannot be read.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// The identity no longer makes a card today.
    #[error("the application's identity: {0}")]
    Identity(#[from] IdentityError),
    /// Identity or notice cannot be put away.
    #[error("preparing identity or notice for the database: {0}")]
    Encoding(#[from] serde_json::Error),
    /// The files cannot be made.
    #[error(transparent)]
    Order(#[from] Box<OrderError>),
    /// The ticket cannot be signed.
    #[error("signing the ticket: {0}")]
    Custody(#[from] CustodyError),
    /// The program ends meanwhile.
    #[error("deciding about an application: the program is ending; decide again")]
    Ending,
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}
