//! A part of a page that is brought up to date by itself. The server's stream says only that something changed; the
//! page is then asked for again and this part of it taken over, so that one place draws it, with a script or without.

use maud::{Markup, Render, html};

use crate::language::Speech;

/// The part, and where its stream is.
#[derive(Debug)]
pub struct Live<'a> {
    speech: Speech<'a>,
    stream: &'a str,
    part: Markup,
}

impl<'a> Live<'a> {
    /// `stream` is the path of server-sent events named `changed`.
    pub fn new(speech: Speech<'a>, stream: &'a str, part: Markup) -> Self {
        Self {
            speech,
            stream,
            part,
        }
    }
}

impl Render for Live<'_> {
    fn render(&self) -> Markup {
        html! {
            p.live-state role="status" data-live-state data-live=(self.stream)
                data-now=(self.speech.text("live-now")) data-lost=(self.speech.text("live-lost")) {
                (self.speech.text("live-still"))
            }
            div id="live" { (self.part) }
        }
    }
}
