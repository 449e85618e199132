//! Destinations by the names that people know.

use dossier::{Configuration, communes};
use pages::{Id, Speech, http::Problem};
use personalisation_core::shipping::Destination;
use time::OffsetDateTime;

use crate::{
    console::{Desk, view::failed},
    intake::rules,
};

/// The offices of a day, by the configuration in force.
pub(super) struct Offices {
    configuration: Option<Configuration>,
    now: OffsetDateTime,
}

impl Offices {
    pub(super) async fn read(desk: &Desk, now: OffsetDateTime) -> Result<Self, Problem> {
        let signed = desk.store.configuration_in_force(now).await;
        let signed = signed.map_err(failed)?;
        Ok(Self {
            configuration: signed.and_then(|(_, signed)| rules::configuration(&signed)),
            now,
        })
    }

    /// The destination's name: as configured, or that of its commune, or its short one.
    pub(super) fn name(&self, speech: Speech<'_>, destination: &Destination) -> String {
        let Destination::Office(office) = destination else {
            return speech.text(Id("shipping-centre"));
        };
        let day = self.now.date();
        let configured = self.configuration.as_ref().and_then(|configuration| {
            let mut offices = configuration.offices_at(day);
            let found = offices.find(|one| one.office == *office)?;
            Some(found.name.as_str().to_owned())
        });
        let commune = || {
            let commune = communes::commune_at(office.commune()?, day)?;
            Some(commune.name.to_owned())
        };
        let name = configured.or_else(commune);
        name.map_or_else(|| office.to_string(), |name| format!("{name} ({office})"))
    }
}
