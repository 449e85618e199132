//! The badge beside the State's name.

use std::{f64::consts::PI, fmt::Write};

use super::{
    emblem::Emblem,
    guilloche::{Path, around, polar},
};

/// What stands left of the State's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Badge {
    /// The two letters of the State, negative in a blue rectangle within twelve yellow stars (Regulation (EU) 2025/1208).
    Union(&'static str),
    /// The State's emblem in lines.
    Emblem(Emblem, &'static str),
}

const BLUE: &str = "#003399";
const YELLOW: &str = "#ffcc00";
const STARS: u32 = 12;

impl Badge {
    /// As SVG.
    pub(super) fn markup(self) -> String {
        match self {
            Self::Union(letters) => union(letters),
            Self::Emblem(emblem, ink) => {
                let lines = emblem.lines((7.3, 5.9), 3.1);
                format!(r#"<path d="{lines}" fill="none" stroke="{ink}" stroke-width="0.045"/>"#)
            }
        }
    }
}

fn union(letters: &str) -> String {
    let centre = (7.3, 5.9);
    let mut badge =
        format!(r#"<rect x="4" y="3.2" width="6.6" height="5.4" rx="0.35" fill="{BLUE}"/>"#);
    for angle in around(STARS) {
        let star = star(polar(centre, 2.05, angle), 0.34);
        // Writing to a string does not fail.
        let _ = write!(badge, r#"<path d="{star}" fill="{YELLOW}"/>"#);
    }
    let _ = write!(
        badge,
        r##"<text x="7.3" y="6.6" font-family="Inter" font-size="1.95" font-weight="600" fill="#fff" text-anchor="middle">{letters}</text>"##
    );
    badge
}

/// Five points, one upright.
fn star(centre: (f64, f64), radius: f64) -> String {
    let mut path = Path::default();
    let corners = (0..10_u8).map(|corner| {
        let distance = if corner % 2 == 0 {
            radius
        } else {
            radius * 0.382
        };
        polar(centre, distance, f64::from(corner) * PI / 5.0 - PI / 2.0)
    });
    path.line(corners, true);
    path.data()
}
