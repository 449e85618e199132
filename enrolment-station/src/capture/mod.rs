//! What is captured of one application, step by step, and how a dossier is made of it. No pages, no storage.
//!
//! ```text
//! Application ──missing()──> the next step; every change takes back the applicant's confirmation
//!      └── summary::text ──> what the applicant reads ──confirm──> dossier::build ──> Dossier
//! ```

pub mod application;
pub mod build;
pub mod fingers;
pub mod impression;
pub mod portrait;
pub mod rules;
pub mod step;
pub mod summary;
pub mod twice;
pub mod words;

pub use application::Application;
pub use step::Step;
