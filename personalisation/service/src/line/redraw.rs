//! Pictures that a crash cost. A card's output record is written before its last commit, its pictures
//! are released with it and written by a thread of their own: a program that dies in between leaves a
//! finished card without them, and no worker comes back to a finished card.

use personalisation_core::{document_number::DocumentNumber, ids::OrderId};
use personalisation_store::{Store, StoreError};
use thiserror::Error;

use super::{
    content::{ContentError, read_card_access_number, read_order},
    files::FilesError,
    output::{Output, OutputError},
    printing::Purpose,
};

/// Why the pictures of a finished card cannot be drawn again. For the operator.
#[derive(Debug, Error)]
#[error(
    "drawing the pictures of document {number} again, which an earlier run did not come to: {source}"
)]
pub struct RedrawError {
    number: DocumentNumber,
    source: RedrawFault,
}

/// The reason.
#[derive(Debug, Error)]
enum RedrawFault {
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RedrawFault {
    /// Whether one card's faces are at fault: that stops nobody else's.
    const fn is_one_cards(&self) -> bool {
        match self {
            Self::Files(_) | Self::Content(ContentError::Files(_)) => true,
            Self::Output(error) => error.is_one_cards(),
            Self::Content(ContentError::Store(_)) | Self::Store(_) => false,
        }
    }
}

/// Draws the pictures that finished cards in the output folder lack, from what is stored; how many cards
/// lacked them. Cards of other databases are passed over, and so are those that cannot be drawn.
pub async fn draw_missing(
    store: &Store,
    output: &Output,
    lacking: &[(DocumentNumber, OrderId)],
) -> Result<u32, RedrawError> {
    let mut drawn = 0;
    for &(number, order) in lacking {
        match draw(store, output, number, order).await {
            Ok(done) => drawn += u32::from(done),
            Err(source) if source.is_one_cards() => {
                let error = RedrawError { number, source };
                tracing::error!(%error, "a finished card has no pictures in the dump");
            }
            Err(source) => return Err(RedrawError { number, source }),
        }
    }
    Ok(drawn)
}

async fn draw(
    store: &Store,
    output: &Output,
    number: DocumentNumber,
    order: OrderId,
) -> Result<bool, RedrawFault> {
    let attempts = store.attempts(order).await?;
    // A card that is not finished yet gets its pictures from the worker that finishes it.
    let finished = attempts.into_iter().find(|attempt| {
        attempt.state().is_document()
            && attempt
                .binding()
                .is_some_and(|binding| binding.number == number)
    });
    let Some(finished) = finished else {
        return Ok(false);
    };
    let content = read_order(store, order).await?;
    let can = read_card_access_number(store, finished.id()).await?;
    let printer = output.printer();
    let template = store.template_of(finished.id()).await?;
    let purpose = Purpose {
        folder: Some(output.folder(number)),
        ..Purpose::default()
    };
    let printing = printer.begin(&content, (number, &can, template), purpose)?;
    printing.write()?;
    tracing::info!(%number, "its pictures were missing and are drawn again");
    Ok(true)
}
