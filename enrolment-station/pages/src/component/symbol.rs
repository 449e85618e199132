//! Shapes that say a state beside its word and colour. Drawn on 16 × 16, hidden from those who hear the page.

use maud::{Markup, html};

use super::Tone;

/// The shape of a tone: no two are alike without colour.
pub(super) fn of(tone: Tone) -> Markup {
    html! {
        svg.symbol viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            @match tone {
                Tone::Good => {
                    circle.fill cx="8" cy="8" r="7.5" {}
                    path.line d="M4.6 8.3 7 10.7l4.6-5" {}
                }
                Tone::Attention => {
                    path.fill d="M8 .9 15.6 14.6H.4z" {}
                    path.line d="M8 5.6v4M8 12.1v.2" {}
                }
                Tone::Bad => {
                    path.fill d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9z" {}
                    path.line d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" {}
                }
                Tone::Notice => {
                    circle.fill cx="8" cy="8" r="7.5" {}
                    path.line d="M8 7.4v4.2M8 4.5v.2" {}
                }
                Tone::Waiting => {
                    circle.ring cx="8" cy="8" r="6.6" {}
                    path.stroke d="M8 4.2V8l2.6 1.8" {}
                }
                Tone::Neutral => { rect.ring x="2" y="2" width="12" height="12" rx="2" {} }
            }
        }
    }
}
