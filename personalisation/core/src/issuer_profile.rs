//! Issuer profiles: the State that issues, and what it puts on its cards.

/// What one State puts on its identity cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerProfile {
    /// Its name in configurations, orders and reports.
    pub name: &'static str,
    /// The State as the MRZ writes it.
    pub state: &'static str,
    /// The document code of the MRZ.
    pub document_code: &'static str,
    /// The issuing authority, for DG12.
    pub authority: &'static str,
    /// Whether its cards are real ones. Only then is SPECIMEN not printed across them.
    pub danger_production: bool,
}

impl IssuerProfile {
    /// Luxembourg.
    pub const LUXEMBOURG: Self = Self {
        name: "luxembourg",
        state: "LUX",
        document_code: "ID",
        authority: "Ministère de l'Intérieur",
        danger_production: false,
    };
    /// The State of specimens, which does not exist.
    pub const UTOPIA: Self = Self {
        name: "utopia",
        state: "UTO",
        document_code: "I",
        authority: "Utopia",
        danger_production: false,
    };

    /// Every profile.
    pub const ALL: [Self; 2] = [Self::LUXEMBOURG, Self::UTOPIA];

    /// The profile of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }
}

#[cfg(test)]
mod tests {
    use icao9303::mrz::{CountryCode, DocumentCode};

    use super::*;

    #[test]
    fn every_profile_prints() {
        for profile in IssuerProfile::ALL {
            assert_eq!(IssuerProfile::by_name(profile.name), Some(profile));
            CountryCode::new(profile.state).unwrap();
            DocumentCode::td1(profile.document_code).unwrap();
        }
    }
}
