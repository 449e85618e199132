//! Source for the test of the message test; never compiled.

fn view(speech: Speech<'_>) {
    speech.text("nowhere");
    // speech.text("not-here");
    speech.text("kept");
    speech.format("count", &[("n", 3.into())]);
}
