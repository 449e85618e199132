//! A QR code on a screen: for a telephone that is held before it. What it holds stands beside it in letters too.

use std::fmt::{self, Write as _};

use maud::{Markup, Render, html};

use crate::qr_code::{CodeTooLong, Modules, QUIET, modules};

/// A QR code, black on white whatever the colours of the page.
#[derive(Clone)]
pub struct QrCode {
    modules: Modules,
    name: String,
}

/// What it holds may be a secret.
impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrCode").finish_non_exhaustive()
    }
}

impl QrCode {
    /// A code of this content; `name` says what it is for to those who hear the page.
    pub fn new(content: &str, name: impl Into<String>) -> Result<Self, CodeTooLong> {
        Ok(Self {
            modules: modules(content)?,
            name: name.into(),
        })
    }

    /// The dark modules, a rectangle for each run of a row.
    fn path(&self) -> String {
        let side = usize::from(self.modules.side);
        let mut path = String::new();
        for (y, row) in self.modules.dark.chunks(side).enumerate() {
            let mut x = 0;
            while let Some(from) = row[x..].iter().position(|dark| *dark).map(|at| x + at) {
                let run = row[from..].iter().take_while(|dark| **dark).count();
                // Writing into a text cannot fail.
                let _ = write!(path, "M{from} {y}h{run}v1h-{run}z");
                x = from + run;
            }
        }
        path
    }
}

impl Render for QrCode {
    fn render(&self) -> Markup {
        let (quiet, whole) = (i32::from(QUIET), self.modules.side + 2 * QUIET);
        html! {
            svg.qr-code viewBox={ "-" (quiet) " -" (quiet) " " (whole) " " (whole) } role="img"
                aria-label=(self.name) shape-rendering="crispEdges" focusable="false" {
                rect x={ "-" (quiet) } y={ "-" (quiet) } width=(whole) height=(whole) fill="#fff" {}
                path d=(self.path()) fill="#000" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_has_each_dark_module_once() {
        let code = QrCode::new("otpauth://totp/Stempel:m.weber?secret=GEZD", "a code").unwrap();
        let (side, mut drawn) = (usize::from(code.modules.side), Vec::new());
        for run in code.path().split_terminator('z') {
            let run = run.strip_prefix('M').unwrap();
            let (from, y) = run.split_once(' ').unwrap();
            let (y, run) = y.split_once('h').unwrap();
            let (run, _) = run.split_once('v').unwrap();
            let [from, y, run] = [from, y, run].map(|number| number.parse::<usize>().unwrap());
            drawn.extend((from..from + run).map(|x| y * side + x));
        }
        let dark = code.modules.dark.iter().enumerate();
        let dark: Vec<usize> = dark.filter(|(_, dark)| **dark).map(|(at, _)| at).collect();
        assert_eq!(drawn, dark);
        let shown = code.render().into_string();
        assert!(shown.contains("aria-label=\"a code\"") && !shown.contains("GEZD"));
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let long = QrCode::new(&"x".repeat(3000), "");
        assert_eq!(long.unwrap_err(), CodeTooLong { bytes: 3000 });
    }
}
