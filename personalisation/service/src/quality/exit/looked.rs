//! One face that was looked at: the two faces need each other only for the machine readable zone's last word, so that each may
//! have a thread of its own.

use super::{
    error::ExitError,
    finding::{ExitFindings, Face, Finding, Marking},
    glyphs::Glyphs,
    judge::{self, Expected, Judged},
    ordered::Ordered,
    photograph::Frame,
};

/// What was seen of a face.
pub struct Looked {
    frame: Frame,
    judged: Judged,
    findings: Vec<Finding>,
}

impl Looked {
    /// Compares the exit camera's picture of a face, JPEG, with what was to be printed.
    ///
    /// # Errors
    /// No verdict: the picture is at fault.
    pub fn at(
        face: Face,
        marking: Marking,
        ordered: &Ordered,
        jpeg: &[u8],
    ) -> Result<Self, ExitError> {
        let frame = Frame::read(face, marking, jpeg)?;
        let own = Expected::new(face, marking, ordered.face(face));
        let other = || judge::roughest(ordered.face(face.other()));
        let mut findings = Vec::new();
        let judged = judge::face(&frame, &own, other, &mut findings)?;
        Ok(Self {
            frame,
            judged,
            findings,
        })
    }

    /// What is found on both faces, this one being the front.
    ///
    /// # Errors
    /// [`ExitError::Glyphs`]: the characters of the zone cannot be drawn.
    pub fn and_back(self, mut back: Self, ordered: &Ordered) -> Result<ExitFindings, ExitError> {
        let mut findings = self.findings;
        findings.append(&mut back.findings);
        let glyphs = Glyphs::shared()?;
        let zone = &ordered.zone;
        let read = judge::zone(&back.frame, &mut back.judged, glyphs, zone, &mut findings);
        let measures = [self.judged.measures, back.judged.measures];
        Ok(ExitFindings::new(findings, measures, read))
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looked").finish_non_exhaustive()
    }
}
