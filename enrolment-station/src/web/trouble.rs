//! What is wrong with devices, as a notice: what happened, to which one, what to do now.

use maud::{Markup, html};
use pages::Speech;
use pages::component::{Notification, Tone};

use super::scanners::NoCapture;
use crate::capture::words;
use crate::devices::Kind;

/// Why there is no capture.
pub fn no_capture(speech: Speech<'_>, error: &NoCapture, kind: Kind) -> Markup {
    match error {
        NoCapture::NoDevice(problems) => {
            let title = match kind {
                Kind::Face => speech.text("device-no-camera"),
                Kind::Finger => speech.text("device-no-scanner"),
            };
            let more = html! {
                p { (speech.text("device-none-advice")) }
                @if !problems.is_empty() {
                    ul { @for problem in problems { li { (words::device(speech, problem)) } } }
                }
            };
            html! { (Notification::new(Tone::Bad, title).more(more).urgent()) }
        }
        NoCapture::Failed(error) => {
            let more = html! { p { (words::device(speech, error)) } };
            html! { (Notification::new(Tone::Bad, speech.text("device-failed")).more(more).urgent()) }
        }
    }
}
