//! What can be wrong with a portrait, one at a time.

use clap::ValueEnum;

/// A fault that a quality check must see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// A portrait as the rules want it.
    #[default]
    None,
    /// Far too little light.
    Dark,
    /// The head turned by twenty degrees.
    Tilted,
    /// Both eyes shut.
    EyesClosed,
    /// The mouth wide open.
    MouthOpen,
    /// Somebody else in the picture.
    TwoFaces,
    /// Nobody in the picture.
    NoFace,
    /// Something behind the head.
    BusyBackground,
}

impl Fault {
    /// All of them, without [`Fault::None`].
    pub const ALL: [Self; 7] = [
        Self::Dark,
        Self::Tilted,
        Self::EyesClosed,
        Self::MouthOpen,
        Self::TwoFaces,
        Self::NoFace,
        Self::BusyBackground,
    ];
}
