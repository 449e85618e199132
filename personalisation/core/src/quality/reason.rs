//! Why a card is rejected: one list for machines and people, so that their numbers can be compared.

/// Why a card is rejected, in the order of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing is printed on a face.
    Blank,
    /// The faces are on each other's side.
    WrongSide,
    /// The print stands, or is turned, beyond its limit.
    Position,
    /// A dye is missing, weak or too strong.
    Colour,
    /// The portrait is another one, or spoiled.
    Portrait,
    /// A character of the machine readable zone is another one, or unclear.
    MachineReadableZone,
    /// A smear, a gap, a blot.
    Blemish,
    /// Printed words are wrong or cannot be read. People only.
    Text,
    /// A scratch, a bubble, dirt on the card itself. People only.
    Surface,
    /// The card's edge or shape. People only.
    Edge,
    /// The chip's module or antenna shows. People only.
    Module,
    /// The exit picture could not be judged. Machines only.
    Picture,
}

impl Reason {
    /// All, in the order of the checklist.
    pub const ALL: [Self; 12] = [
        Self::Blank,
        Self::WrongSide,
        Self::Position,
        Self::Colour,
        Self::Portrait,
        Self::MachineReadableZone,
        Self::Blemish,
        Self::Text,
        Self::Surface,
        Self::Edge,
        Self::Module,
        Self::Picture,
    ];

    /// Those that a person gives, in the order of the checklist.
    pub fn of_people() -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(|reason| *reason != Self::Picture)
    }

    /// The name in the database, in reports and in the names of messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::WrongSide => "wrong_side",
            Self::Position => "position",
            Self::Colour => "colour",
            Self::Portrait => "portrait",
            Self::MachineReadableZone => "machine_readable_zone",
            Self::Blemish => "blemish",
            Self::Text => "text",
            Self::Surface => "surface",
            Self::Edge => "edge",
            Self::Module => "module",
            Self::Picture => "picture",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_reasons() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(Reason::from_name("ugly"), None);
        assert!(Reason::ALL.is_sorted());
    }
}
