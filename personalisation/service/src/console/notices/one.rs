//! `/notices/NOTICE`: one notice as it reads, printed after that was written down, and said to be sent.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Language,
    component::{Button, Notification, SummaryList, SummaryRow, Tone},
    http::Problem,
};
use personalisation_core::{application::Channel, ids::NoticeId};
use personalisation_store::review::NoticeRow;

use super::{
    by_whom, channel, kind,
    letter::{Letter, Source},
    print, state,
};
use crate::{
    console::{
        Desk,
        acting::{begin, settle},
        permissions::Staffer,
        reading::{Object, Reading},
        view::{failed, moment, page},
    },
    intake::rules,
    review::notice::Facts,
};

async fn find(desk: &Desk, id: &str) -> Result<NoticeRow, Problem> {
    let id: NoticeId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.notice(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

/// What is written down of reading one.
fn reading(act: &'static str, notice: &NoticeRow) -> Reading {
    Reading {
        act,
        object: Object::Notice(notice.id),
        purpose: format!("application {}", notice.application),
    }
}

/// The letter of a notice, in its own language; none where nobody is configured to write, or where nobody gets it.
async fn write(
    desk: &Desk,
    staffer: &Staffer,
    notice: &NoticeRow,
) -> Result<Option<Letter>, Problem> {
    let Some(section) = desk.config.notices.as_ref() else {
        return Ok(None);
    };
    if notice.channel == Channel::Nobody {
        return Ok(None);
    }
    let facts = desk.store.notice_facts(notice.id).await.map_err(failed)?;
    // Erased by its date: there is nothing to tell any more.
    let facts = facts.ok_or(Problem::NotFound)?;
    let facts = Facts::decode(&facts).ok_or_else(|| {
        tracing::error!(notice = %notice.id, "the facts of a notice are damaged; restore them from a backup");
        Problem::Failed
    })?;
    let office = office(desk, notice).await?;
    let speech = staffer.visit.site().texts().speak(language(notice));
    let source = Source {
        notice,
        facts: &facts,
        section,
        office: &office,
    };
    Ok(Some(Letter::write(speech, source)))
}

const fn language(notice: &NoticeRow) -> Language {
    match notice.language {
        dossier::Language::Fr => Language::Fr,
        dossier::Language::De => Language::De,
        dossier::Language::Lb => Language::Lb,
        dossier::Language::En => Language::En,
    }
}

/// The office's name by the configuration in force when it was decided; its id where there is none.
async fn office(desk: &Desk, notice: &NoticeRow) -> Result<String, Problem> {
    let signed = desk.store.configuration_in_force(notice.made_at).await;
    let signed = signed.map_err(failed)?;
    let configuration = signed.and_then(|(_, signed)| rules::configuration(&signed));
    let name = configuration.and_then(|configuration| {
        let mut offices = configuration.offices_at(notice.made_at.date());
        let office = offices.find(|one| one.office == notice.office)?;
        Some(office.name.as_str().to_owned())
    });
    Ok(name.unwrap_or_else(|| notice.office.to_string()))
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let notice = find(&desk, &id).await?;
    let work = write(&desk, &staffer, &notice);
    let letter = reading("read-notice", &notice)
        .run(&desk, &staffer, work)
        .await?;
    let speech = staffer.visit.speech();
    let case = &notice.application.to_string()[..8];
    let title = speech.format("notice-title", &[("case", case.into())]);
    let body = html! {
        (facts(&desk, &staffer, &notice).await?)
        (acts(&staffer, &notice, letter.is_some()))
        @if let Some(letter) = letter {
            h2 { (speech.text("notice-letter")) }
            div lang=(notice.language.tag()) { (letter.show()) }
        }
        p { a href="/notices" { (speech.text("decide-to-queue")) } }
    };
    Ok(page(&staffer, "/notices", title)
        .above(notice.application.to_string())
        .body(body)
        .render())
}

async fn facts(desk: &Desk, staffer: &Staffer, notice: &NoticeRow) -> Result<SummaryList, Problem> {
    let speech = staffer.visit.speech();
    let row = |name: String, value: Markup| SummaryRow {
        name,
        value,
        change: None,
    };
    let made = moment(speech, notice.made_at);
    let printed = by_whom(desk, speech, notice.printed).await?;
    let sent = by_whom(desk, speech, notice.sent).await?;
    let mut rows = vec![
        row(
            speech.text("notice-state"),
            html! { (state(speech, notice)) },
        ),
        row(
            speech.text("notice-kind"),
            html! { (speech.text(kind(notice.kind))) },
        ),
        row(
            speech.text("notice-channel"),
            html! { (speech.text(channel(notice.channel))) },
        ),
        row(speech.text("queue-office"), html! { (notice.office) }),
        row(
            speech.text("notice-language"),
            html! { (notice.language.tag()) },
        ),
        row(speech.text("notice-made"), html! { (made) }),
    ];
    if notice.printed.is_some() {
        rows.push(row(speech.text("notice-last-printed"), html! { (printed) }));
    }
    if notice.sent.is_some() {
        rows.push(row(speech.text("notice-sent"), html! { (sent) }));
    }
    Ok(SummaryList::new(rows))
}

/// What comes next: print, then look at the letter, then say that it was sent.
fn acts(staffer: &Staffer, notice: &NoticeRow, letter: bool) -> Markup {
    let speech = staffer.visit.speech();
    let path = format!("/notices/{}", notice.id);
    let act = |act: &str, button: Button| {
        html! {
            form method="post" action={ (path) "/" (act) } { (staffer.visit.token_field()) (button) }
        }
    };
    let waits = notice.sent.is_none() && notice.channel != Channel::Nobody;
    html! {
        @if notice.channel == Channel::Nobody {
            (Notification::new(Tone::Neutral, speech.text("notice-to-nobody")))
        } @else if !letter {
            (Notification::new(Tone::Attention, speech.text("notice-no-sender")))
        } @else if notice.printed.is_none() {
            div.acts.plain { (act("print", Button::primary(speech.text("notice-print")))) }
        } @else {
            @if waits {
                (Notification::new(Tone::Attention, speech.text("notice-printed-unsent")).more(html! {
                    p { (speech.text("notice-printed-unsent-more")) }
                }))
            }
            div.acts.plain {
                (Button::secondary(speech.text("notice-open")).href(format!("{path}/letter")))
                @if waits { (act("sent", Button::primary(speech.text("notice-send")))) }
                (act("print", Button::secondary(speech.text("notice-print-again"))))
            }
        }
    }
}

/// Writes down that the letter is given out; after that it can be opened.
pub(super) async fn print(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let notice = find(&desk, &id).await?;
    let act = begin(&desk, &staffer, "print-notice", &object(&notice)).await?;
    // What cannot be written or drawn is not given out: nobody could say that it was sent.
    if let Err(problem) = drawn(&desk, &staffer, &notice).await {
        let nothing = [act.outcome(staffer.visit.now(), "nothing was changed")];
        desk.store.audit(&nothing).await.map_err(failed)?;
        return Err(problem);
    }
    let now = staffer.visit.now();
    let done = [act.outcome(now, "given out")];
    let printed = desk
        .store
        .print_notice(notice.id, staffer.person, &done, now)
        .await
        .map(|()| true);
    settle(&desk, &staffer, &act, printed).await?;
    Ok(Redirect::to(&format!("/notices/{}", notice.id)).into_response())
}

/// The letter as PDF, once it was written down that it is given out.
pub(super) async fn letter(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let notice = find(&desk, &id).await?;
    if notice.printed.is_none() {
        return Err(Problem::StaleForm);
    }
    let pdf = reading("read-letter", &notice)
        .run(&desk, &staffer, drawn(&desk, &staffer, &notice))
        .await?;
    let name = format!("inline; filename=\"{}.pdf\"", notice.id);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, name.as_str()),
    ];
    Ok((headers, pdf).into_response())
}

/// The letter, drawn; none where this host writes none, or there is nothing to tell any more.
async fn drawn(desk: &Desk, staffer: &Staffer, notice: &NoticeRow) -> Result<Vec<u8>, Problem> {
    let letter = write(desk, staffer, notice).await?;
    let letter = letter.ok_or(Problem::NotFound)?;
    let language = language(notice);
    let speech = staffer.visit.site().texts().speak(language);
    print::pdf(&letter, speech, language)
}

/// Somebody says that the letter is in the post, or with the office. Again changes nothing.
pub(super) async fn sent(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (notice, now) = (find(&desk, &id).await?, staffer.visit.now());
    let act = begin(&desk, &staffer, "send-notice", &object(&notice)).await?;
    let done = [act.outcome(now, "sent")];
    let sent = desk
        .store
        .send_notice(notice.id, staffer.person, &done, now);
    let sent = sent.await;
    if matches!(sent, Ok(false)) {
        let outcome = act.outcome(now, "was sent before");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
    }
    settle(&desk, &staffer, &act, sent.map(|_| true)).await?;
    Ok(Redirect::to(&format!("/notices/{}", notice.id)).into_response())
}

fn object(notice: &NoticeRow) -> String {
    format!("notice {} of application {}", notice.id, notice.application)
}
