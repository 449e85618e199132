//! `GET /me`: who is signed in, by which device, and the token that everything they send carries.

use axum::{Json, extract::State};
use dossier::staff::Role;
use pages::http::{Problem, Token};
use serde::Serialize;

use super::{
    Post,
    answers::failed,
    permissions::{Holder, Resource},
    routes::Routes,
};

/// What a phone learns.
#[derive(Serialize)]
struct Me {
    token: String,
    person: String,
    login: String,
    /// Whether they hand over what is at the centre.
    dispatches: bool,
    /// Whether they carry.
    carries: bool,
    device: Option<String>,
}

pub(super) fn add(routes: Routes) -> Routes {
    routes.see("/me", Resource::Me, show)
}

async fn show(State(post): State<Post>, holder: Holder) -> Result<Json<impl Serialize>, Problem> {
    let token = holder.visit.token().map(Token::as_str);
    Ok(Json(Me {
        token: token.unwrap_or_default().to_owned(),
        person: holder.person.to_string(),
        login: login(&post, holder.person).await?,
        dispatches: holder.roles.contains(&Role::Dispatcher),
        carries: holder.roles.contains(&Role::Courier),
        device: holder.device.map(|device| device.to_string()),
    }))
}

/// Who somebody is to colleagues: their login; their id where they are not known.
pub(super) async fn login(post: &Post, person: dossier::PersonId) -> Result<String, Problem> {
    let found = post.store.person(person).await.map_err(failed)?;
    Ok(found.map_or_else(|| person.to_string(), |person| person.login))
}
