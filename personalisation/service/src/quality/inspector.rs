//! The exit inspection as the line calls it: a judgement in words and figures.

use std::{panic::resume_unwind, thread};

use super::{
    detail,
    exit::{self, Face, Looked},
    figures, verdict,
};
use crate::{
    line::machine::{
        self, ExitPictures,
        exit::{ExitError, ExitInspector, Expected, Judgement},
    },
    stopwatch::Stopwatch,
};

/// Looks at exit pictures, each face in a thread of its own.
#[derive(Clone, Copy, Debug)]
pub struct ByCamera;

impl ExitInspector for ByCamera {
    fn inspect(&self, expected: Expected<'_>, seen: &ExitPictures) -> Result<Judgement, ExitError> {
        let marking = match expected.marking {
            machine::Marking::Ribbon => exit::Marking::Ribbon,
            machine::Marking::Laser => exit::Marking::Laser,
        };
        let faces = expected.faces;
        let look = |face, jpeg| Looked::at(face, marking, faces, jpeg);
        // The card waits in the printer meanwhile, and the next one for its place.
        let (front, back) = thread::scope(|scope| {
            let back = scope.spawn(|| timed(|| look(Face::Back, &seen.back)));
            (timed(|| look(Face::Front, &seen.front)), back.join())
        });
        let back = back.unwrap_or_else(|panic| resume_unwind(panic));
        let found = timed(|| front?.and_back(back?, faces));
        let found = found.map_err(|error| ExitError(error.to_string()))?;
        Ok(Judgement {
            verdict: verdict(&found, expected.mrz),
            detail: detail(&found, expected.mrz),
            figures: Some(figures(&found)),
        })
    }
}

/// Does a part of the look, and tells what the processor spent on it.
fn timed<T>(look: impl FnOnce() -> T) -> T {
    let began = Stopwatch::start();
    let seen = look();
    tracing::debug!(
        processor_nanos = began.spent(),
        "exit pictures are looked at"
    );
    seen
}
