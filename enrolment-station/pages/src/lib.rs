//! The one design system of Stempel, for clerks, reviewers, operators, couriers and citizens: layout and components,
//! four languages, and the safety of every page: headers, origin, sessions that lock without losing work, sign-in.
//!
//! docs/pages.md shows the parts; `cargo run -p pages --example gallery` shows them in a browser.
//!
//! ```text
//! Site (texts, navigation) + Settings (hosts, limits) + Sessions + Surroundings  ─> http::Shield
//! sign_in::SignIn (staff, relying party).router(&shield)                          ─> routes for everybody
//! shield.serve(open routes, routes for those signed in)                           ─> the program's Router
//! a handler takes a Visit, and answers Page::new(&visit, title).body(markup).render()
//! ```

pub mod assets;
pub mod component;
pub mod http;
pub mod language;
mod page;
pub mod paper;
mod person;
mod qr_code;
pub mod sign_in;

pub use http::{Shield, Visit};
pub use language::{Id, Language, Speech, Texts, Value};
pub use page::{Layout, Link, Page, Site};
pub use person::{PersonId, PersonIdError};

/// Everything that this crate says by itself.
pub const MESSAGES: &[language::Source] = messages!("components", "layout", "measures", "sign_in");
