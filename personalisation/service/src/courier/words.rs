//! What the page's scripts say, in the language of the page that they run in.

use maud::{Markup, html};
use pages::{Id, Speech};

/// A word of the scripts, and its message.
const WORDS: [(&str, Id); 31] = [
    ("online", Id("courier-online")),
    ("offline", Id("courier-offline")),
    ("unsent", Id("courier-unsent")),
    ("bag", Id("courier-bag")),
    ("box", Id("courier-box")),
    ("centre", Id("courier-centre")),
    ("seal", Id("courier-seal-of")),
    ("cards", Id("courier-cards")),
    ("give", Id("courier-give")),
    ("nothing", Id("courier-nothing")),
    ("no-code", Id("courier-no-code")),
    ("no-seal", Id("courier-no-seal")),
    ("no-picture", Id("courier-no-picture")),
    ("no-choice", Id("courier-no-choice")),
    ("not-listed", Id("courier-not-listed")),
    ("other-seal", Id("courier-other-seal")),
    ("waits", Id("courier-waits")),
    ("handed", Id("courier-handed")),
    ("with", Id("courier-with")),
    ("refused", Id("courier-refused")),
    ("taken_over", Id("courier-taken-over")),
    ("packed", Id("courier-packed")),
    ("unknown_device", Id("courier-unknown-device")),
    ("one_device", Id("courier-one-device")),
    ("told", Id("courier-told")),
    ("not-told", Id("courier-not-told")),
    ("wrong_code", Id("courier-wrong-code")),
    ("not_proved", Id("courier-not-proved")),
    ("no-line", Id("courier-no-line")),
    ("locked", Id("courier-locked")),
    ("forbidden", Id("courier-forbidden")),
];

/// All of them, for nobody to see but the scripts.
pub(super) fn for_scripts(speech: Speech<'_>) -> Markup {
    html! {
        div hidden {
            @for (word, id) in WORDS { span data-word=(word) { (speech.text(id)) } }
        }
    }
}
