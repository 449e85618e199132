//! `/review`: applications that wait for a person, and the case that one decides about.

mod act;
mod case;
mod decide;
mod details;
mod facts;
mod file;
mod form;
mod identity;
mod measures;
pub(super) mod queue;
pub(super) mod words;

use super::{
    permissions::Resource::{Forced, Review},
    routes::Routes,
};

pub(super) use file::{CaseFile, read};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/review", Review, queue::show)
        .see("/review/forced", Forced, queue::forced)
        .see("/review/{application}", Review, case::show)
        .see("/review/{application}/portrait", Review, file::portrait)
        .see("/review/{application}/previous", Review, file::previous)
        .act("/review/{application}/approve", Review, act::approve)
        .see("/review/{application}/more", Review, form::ask_more)
        .act("/review/{application}/more", Review, act::ask_more)
        .see("/review/{application}/refuse", Review, form::ask_refuse)
        .act("/review/{application}/refuse", Review, act::refuse)
        .see("/review/{application}/withdraw", Review, form::ask_withdraw)
        .act("/review/{application}/withdraw", Review, act::withdraw)
}
