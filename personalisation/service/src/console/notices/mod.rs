//! `/notices`: what applicants are told in writing. A letter is given out only after that was written down, and waits
//! in the list until somebody says that it was sent: none is lost between the two.

mod letter;
mod one;
mod print;

mod queue;

use pages::{
    Id, Speech,
    component::{Cell, Column, Table, Tag, Tone},
    http::Problem,
};
use personalisation_core::application::{Channel, NoticeKind};
use personalisation_store::review::NoticeRow;

use super::{
    Desk,
    permissions::Resource::Notices,
    routes::Routes,
    view::{login, moment},
};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/notices", Notices, queue::show)
        .see("/notices/{notice}", Notices, one::show)
        .act("/notices/{notice}/print", Notices, one::print)
        .see("/notices/{notice}/letter", Notices, one::letter)
        .act("/notices/{notice}/sent", Notices, one::sent)
}

const fn kind(kind: NoticeKind) -> Id {
    match kind {
        NoticeKind::MoreNeeded => Id("notice-kind-more-needed"),
        NoticeKind::Refused => Id("notice-kind-refused"),
        NoticeKind::Withdrawn => Id("notice-kind-withdrawn"),
    }
}

const fn channel(channel: Channel) -> Id {
    match channel {
        Channel::Letter => Id("notice-channel-letter"),
        Channel::Office => Id("notice-channel-office"),
        Channel::Nobody => Id("notice-channel-nobody"),
    }
}

/// Where it is.
fn state(speech: Speech<'_>, notice: &NoticeRow) -> Tag {
    let (tone, id) = match (notice.channel, &notice.printed, &notice.sent) {
        (_, _, Some(_)) => (Tone::Good, Id("notice-state-sent")),
        (Channel::Nobody, ..) => (Tone::Neutral, Id("notice-state-nobody")),
        (_, Some(_), None) => (Tone::Attention, Id("notice-state-printed")),
        (_, None, None) => (Tone::Waiting, Id("notice-state-to-print")),
    };
    Tag::new(tone, speech.text(id))
}

/// The notices about an application, for its case and for whoever broke the glass.
pub(super) async fn history(
    desk: &Desk,
    speech: Speech<'_>,
    application: dossier::ApplicationId,
) -> Result<Table, Problem> {
    let notices = desk.store.notices_of(application).await;
    let columns = [
        Column::words(speech.text("notice-made")),
        Column::words(speech.text("notice-kind")),
        Column::words(speech.text("notice-channel")),
        Column::words(speech.text("notice-state")),
        Column::words(speech.text("notice-last-printed")),
        Column::words(speech.text("notice-sent")),
    ];
    let mut table = Table::new(speech.text("notice-history"), columns)
        .or_if_empty(speech.text("notice-history-none"));
    for notice in notices.map_err(super::view::failed)? {
        table = table.row([
            Cell::from(moment(speech, notice.made_at)),
            Cell::from(speech.text(kind(notice.kind))),
            Cell::from(speech.text(channel(notice.channel))),
            Cell::of(&state(speech, &notice)),
            Cell::from(by_whom(desk, speech, notice.printed).await?),
            Cell::from(by_whom(desk, speech, notice.sent).await?),
        ]);
    }
    Ok(table)
}

/// When and by whom, in words; empty where nobody did.
async fn by_whom(
    desk: &Desk,
    speech: Speech<'_>,
    done: Option<(time::OffsetDateTime, dossier::PersonId)>,
) -> Result<String, Problem> {
    let Some((at, person)) = done else {
        return Ok(String::new());
    };
    let who = login(desk, person).await?;
    let when = moment(speech, at);
    Ok(speech.format("notice-by", &[("when", when.into()), ("who", who.into())]))
}
