//! What was asked of second persons elsewhere, kept in the drafts: looked for while the clerk does something else.

use std::time::Duration;

use dossier::{ApplicationId, Text};

use super::desk::{Part, encode, load_form};
use super::place::Place;
use crate::capture::Application;
use crate::capture::application::{Approval, Heard};
use crate::centre::second_person::{self, About, Answer, AskError};
use crate::draft::DraftError;
use crate::edge;

/// How often answers are looked for.
const EVERY: Duration = Duration::from_secs(20);

/// Puts what was heard into the application.
pub(super) fn heard(application: &mut Application, answer: Answer) -> Result<(), AskError> {
    let Some(asked) = &mut application.asked else {
        return Ok(());
    };
    asked.heard = match answer {
        Answer::Waiting => Heard::Waiting,
        Answer::Declined(why) => Heard::Declined(why),
        Answer::Ended => Heard::Ended,
        Answer::Approved { record, name } => {
            let name = Text::new(&name).map_err(|_| AskError::Wrong)?;
            application.approval = Some(Approval { record, name });
            Heard::Approved
        }
    };
    Ok(())
}

/// Looks for the answer to what an application asks.
pub(super) async fn look(place: &Place, application: &mut Application) -> Result<(), AskError> {
    let Some(asked) = &application.asked else {
        return Ok(());
    };
    let captured_by = application.captured_by(asked.clerk);
    let about = About {
        application: application.id,
        summary: asked.summary,
        captured_by: captured_by.map_err(|_| AskError::Wrong)?,
    };
    let answer = second_person::look(&place.standing, about).await?;
    heard(application, answer)
}

/// Tells the centre that a question is not so any more.
pub(super) async fn take_back(
    place: &Place,
    application: &mut Application,
) -> Result<(), AskError> {
    if application.take_back {
        second_person::take_back(&place.standing, application.id).await?;
        application.take_back = false;
    }
    Ok(())
}

/// The same without waiting for the line: for a draft that is about to be gone. What does not arrive ends by itself at
/// the centre, after some days.
pub(super) fn tell(place: &Place, application: ApplicationId) {
    let place = place.clone();
    tokio::spawn(async move {
        let _asking = place.asking.lock().await;
        if let Err(error) = second_person::take_back(&place.standing, application).await {
            tracing::info!(%error, "taking a question for a second person back");
        }
    });
}

/// Looks for answers, and takes back what was to be, for ever. Holds nothing that is not in the drafts.
pub(super) async fn run(place: Place) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = pass(&place).await {
            tracing::info!(%error, "looking for answers of second persons");
        }
    }
}

/// One draft that cannot be asked about keeps no other waiting.
async fn pass(place: &Place) -> Result<(), DraftError> {
    for head in place.drafts.list().await? {
        if let Err(error) = pass_one(place, head.application).await {
            tracing::info!(%error, application = %head.application, "looking for an answer");
        }
    }
    Ok(())
}

async fn pass_one(
    place: &Place,
    application: ApplicationId,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let read = || async {
        let form = load_form(place, application).await;
        form.map_err(|_| "reading a draft")
    };
    let open = |form: &Application| {
        let asked = form.asked.as_ref();
        form.take_back || asked.is_some_and(|asked| asked.heard == Heard::Waiting)
    };
    if !read().await?.as_ref().is_some_and(open) {
        return Ok(());
    }
    let asking = place.asking.clone().lock_owned().await;
    let Some(mut seen) = read().await?.filter(open) else {
        return Ok(());
    };
    // The line may be slow: nobody at the screen waits for it.
    let (before, to_take_back) = (seen.asked.clone(), seen.take_back);
    take_back(place, &mut seen).await?;
    look(place, &mut seen).await?;
    // Whoever has the turn to change may wait to ask: never both the other way round.
    drop(asking);
    let _turn = place.changing.clone().lock_owned().await;
    // What the clerk did meanwhile holds.
    let same = |form: &Application| form.asked == before && form.take_back == to_take_back;
    let Some(mut form) = read().await?.filter(same) else {
        return Ok(());
    };
    form.take_back = seen.take_back;
    form.asked = seen.asked;
    if form.approval.is_none() && seen.approval.is_some() {
        form.approval = seen.approval;
        // Only the second person was missing.
        "send".clone_into(&mut form.goes_on_at);
    }
    let bytes = encode(&form).map_err(|_| "writing a draft")?;
    let (mut rng, name) = (edge::rng(), Part::Form.name());
    let saved = place
        .drafts
        .save(&mut rng, form.id, name, &bytes, None, edge::now());
    saved.await?;
    Ok(())
}
