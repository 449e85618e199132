//! The forms of a decision. Whether this person may decide is said before anything is filled in, by the same rule
//! that the transaction enforces.

use axum::extract::{Path, State};
use maud::{Markup, html};
use pages::{
    Id, Layout,
    component::{
        Button, ButtonBar, Choice, Errors, Form, Input, Irreversible, Notification, Tone, Values,
        Width,
    },
    http::Problem,
};
use personalisation_core::application::{
    ApplicationState, NotYours, Recapture, Referral, RefusalGround,
};
use personalisation_store::review::ApplicationRow;

use super::{
    file::{open_row, row},
    queue::decider,
    words,
};
use crate::console::{Desk, permissions::Staffer, view::page};

/// What can be decided, but for approval, which stands on the case's own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    More,
    Refuse,
    Withdraw,
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
        }
    }

    const fn title(self) -> Id {
        match self {
            Self::More => Id("decide-more"),
            Self::Refuse => Id("decide-refuse"),
            Self::Withdraw => Id("decide-withdraw"),
        }
    }

    const fn follows(self) -> Id {
        match self {
            Self::More => Id("decide-more-follows"),
            Self::Refuse => Id("decide-refuse-follows"),
            Self::Withdraw => Id("decide-withdraw-follows"),
        }
    }
}

/// Whether this person may decide about it.
pub(super) fn may_decide(staffer: &Staffer, row: &ApplicationRow) -> Result<(), NotYours> {
    let Some(filing) = row.application.filing() else {
        return Ok(());
    };
    let none = std::collections::BTreeSet::<Referral>::new();
    let referrals = match row.application.state() {
        ApplicationState::InReview(_, referrals) | ApplicationState::Verified(_, referrals) => {
            referrals
        }
        _ => &none,
    };
    decider(staffer).may_decide(filing, referrals)
}

/// The rule of four eyes in words, where it stands in the way.
pub(super) fn four_eyes(staffer: &Staffer, row: &ApplicationRow) -> Option<Notification> {
    let speech = staffer.visit.speech();
    let text = match may_decide(staffer, row).err()? {
        NotYours::Handled => speech.text("four-eyes-handled"),
        NotYours::Supervisor(referral) => {
            let reason = speech.text(words::referral(referral));
            speech.format("four-eyes-supervisor", &[("reason", reason.into())])
        }
    };
    Some(Notification::new(Tone::Attention, text))
}

/// The field for the reason, which every decision has.
pub(super) fn reason(staffer: &Staffer, form: &Form<'_>) -> Markup {
    let speech = staffer.visit.speech();
    form.input(
        &Input::lines("reason", speech.text("decide-reason"))
            .hint(speech.text("decide-reason-hint")),
    )
}

/// What its reader saw: a decision about another state of it does not count.
pub(super) fn seen(row: &ApplicationRow) -> Markup {
    html! { input type="hidden" name="step" value=(row.step); }
}

pub(super) async fn ask_more(
    desk: State<Desk>,
    staffer: Staffer,
    id: Path<String>,
) -> Result<Markup, Problem> {
    ask(&desk, &staffer, &id, Kind::More).await
}

pub(super) async fn ask_refuse(
    desk: State<Desk>,
    staffer: Staffer,
    id: Path<String>,
) -> Result<Markup, Problem> {
    ask(&desk, &staffer, &id, Kind::Refuse).await
}

pub(super) async fn ask_withdraw(
    desk: State<Desk>,
    staffer: Staffer,
    id: Path<String>,
) -> Result<Markup, Problem> {
    ask(&desk, &staffer, &id, Kind::Withdraw).await
}

async fn ask(desk: &Desk, staffer: &Staffer, id: &str, kind: Kind) -> Result<Markup, Problem> {
    let row = match kind {
        Kind::More => row(desk, id).await?,
        Kind::Refuse | Kind::Withdraw => open_row(desk, id).await?,
    };
    Ok(show(
        staffer,
        &row,
        kind,
        &Values::default(),
        &Errors::new(),
    ))
}

/// The form, also when it came back with errors.
pub(super) fn show(
    staffer: &Staffer,
    row: &ApplicationRow,
    kind: Kind,
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let id = row.application.id().to_string();
    let title = speech.format(kind.title(), &[("case", id[..8].into())]);
    let form = Form::new(&staffer.visit, values, errors);
    let fields = html! {
        (seen(row))
        @match kind {
            Kind::More => { (more_fields(staffer, &form)) }
            Kind::Refuse => { (ground_field(staffer, &form)) }
            Kind::Withdraw => { (why_field(staffer, &form)) }
        }
        (reason(staffer, &form))
    };
    let action = format!("/review/{id}/{}", kind.path());
    // What is approved is no open case: one comes from the search.
    let case = match row.application.state() {
        ApplicationState::Approved(..) => "/search".to_owned(),
        _ => format!("/review/{id}"),
    };
    let follows = speech.text(kind.follows());
    let body = html! {
        @if let Some(notice) = four_eyes(staffer, row) {
            (notice)
            p { a href=(case) { (speech.text("decide-back")) } }
        } @else if kind == Kind::More {
            // Nothing is ended by it.
            p.lead { (follows) }
            (form.wrap(&action, &html! {
                (fields)
                (ButtonBar::new(Button::primary(title.clone()))
                    .and(Button::secondary(speech.text("decide-back")).href(case)))
            }))
        } @else {
            (Irreversible::new(title.clone(), follows, case).fields(fields).show(&form, &action))
        }
    };
    page(staffer, "/review", title)
        .above(id)
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn ground_field(staffer: &Staffer, form: &Form<'_>) -> Markup {
    let speech = staffer.visit.speech();
    let choice = RefusalGround::ALL.into_iter().fold(
        Choice::radio("ground", speech.text("decide-ground")),
        |choice, one| choice.answer(one.name(), speech.text(words::refusal(one))),
    );
    form.choice(&choice)
}

fn why_field(staffer: &Staffer, form: &Form<'_>) -> Markup {
    let speech = staffer.visit.speech();
    let choice = Choice::radio("why", speech.text("decide-why"))
        .answer("applicant", speech.text("decide-why-applicant"))
        .answer("death", speech.text("decide-why-death"));
    form.choice(&choice)
}

fn more_fields(staffer: &Staffer, form: &Form<'_>) -> Markup {
    let speech = staffer.visit.speech();
    let wanted = Recapture::ALL.into_iter().fold(
        Choice::checkbox("wanted", speech.text("decide-wanted")),
        |choice, one| choice.answer(one.name(), speech.text(words::recapture(one))),
    );
    let day = Input::date("day", speech.text("decide-day"))
        .hint(speech.text("decide-day-hint"))
        .optional();
    let hour = Input::text("hour", speech.text("decide-hour"))
        .hint(speech.text("decide-hour-hint"))
        .width(Width::Short)
        .optional();
    html! {
        (form.choice(&wanted))
        (form.input(&day))
        (form.input(&hour))
    }
}
