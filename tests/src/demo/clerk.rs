//! The clerk of the demo: fills in the counter's real pages, step by step, as they come.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::{DemoError, applicants::Applicant};
use crate::house::{Devices, Member};
use crate::visitor::{Page, VisitError, Visitor, forms};

/// Pages of one application at most; more, and it goes in a circle.
const MOST_PAGES: usize = 60;
/// So often a finger or a face is captured before it is taken as it is.
const TRIES: usize = 3;

/// Somebody who enrols applicants at a station.
#[derive(Debug)]
pub struct Clerk<'a> {
    visitor: Visitor,
    devices: &'a Devices,
    witness: &'a Member,
    enrolled: usize,
}

/// One application in front of the clerk.
struct Case<'a> {
    applicant: &'a Applicant,
    tries: [usize; 3],
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// It is in the outbox.
    Sent,
    /// The register says that this person died.
    Deceased,
}

impl<'a> Clerk<'a> {
    /// Signs in at a station; the witness is asked where a second person must look.
    pub fn sign_in(
        (member, witness): (&Member, &'a Member),
        origin: &str,
        devices: &'a Devices,
    ) -> Result<Self, DemoError> {
        let visitor = member.sign_in(origin)?;
        Ok(Self {
            visitor,
            devices,
            witness,
            enrolled: 0,
        })
    }

    /// Enrols one applicant, who stands at the counter.
    pub fn enrol(&mut self, applicant: &Applicant) -> Result<Enrolment, DemoError> {
        let (mut page, mut case) = self.begin(applicant)?;
        for _ in 0..MOST_PAGES {
            if page.path == "/receipt" {
                page.at("/receipt")?;
                return Ok(Enrolment::Sent);
            }
            let Some(next) = self.step(&page, &mut case)? else {
                return Ok(Enrolment::Deceased);
            };
            page = next;
        }
        let path = page.path;
        Err(VisitError::Circle { path }.into())
    }

    /// Fills in an application up to its last page and leaves it there: the pages of the wizard, none of somebody
    /// who died.
    pub fn fill(&mut self, applicant: &Applicant) -> Result<Option<Vec<String>>, DemoError> {
        let (mut page, mut case) = self.begin(applicant)?;
        let mut paths: Vec<String> = Vec::new();
        for _ in 0..MOST_PAGES {
            let path = page.path.split('?').next().unwrap_or_default().to_owned();
            let last = path.ends_with("/send");
            if !paths.contains(&path) {
                paths.push(path);
            }
            if last {
                return Ok(Some(paths));
            }
            let Some(next) = self.step(&page, &mut case)? else {
                return Ok(None);
            };
            page = next;
        }
        let path = page.path;
        Err(VisitError::Circle { path }.into())
    }

    /// The clerk's own visit to a page.
    pub fn go(&mut self, path: &str) -> Result<Page, DemoError> {
        Ok(self.visitor.go(path)?)
    }

    fn begin<'p>(&mut self, applicant: &'p Applicant) -> Result<(Page, Case<'p>), DemoError> {
        self.devices.show(applicant.seed)?;
        self.enrolled += 1;
        let today = self.visitor.go("/today")?;
        let page = self.visitor.send(&today, "/applications", &[])?;
        let case = Case {
            applicant,
            tries: [0; 3],
        };
        Ok((page, case))
    }

    /// Fills in the page that came; where the register says that the applicant died, it ends here.
    fn step(&mut self, page: &Page, case: &mut Case<'_>) -> Result<Option<Page>, DemoError> {
        let path = page.path.split('?').next().unwrap_or_default().to_owned();
        let reference = format!("DEMO-{:04}", self.enrolled);
        let fields: Vec<(&str, &str)> = match path.rsplit('/').next().unwrap_or_default() {
            "request" => vec![("document", "card"), ("ground", "first")],
            "information" => vec![("given", "yes")],
            "identity" => return self.identify(page, &path, case),
            "representative" => vec![
                ("surname", case.applicant.surname.as_str()),
                ("given", "Dominique"),
                ("relation", "parent"),
                ("proof", "birth"),
                ("issuer", "Luxembourg"),
            ],
            "portrait" => return self.portray(page, &path, case).map(Some),
            "fingers" => return self.scan(page, &path, case).map(Some),
            "signature" => return self.sign(page, &path, case).map(Some),
            "papers" => return self.papers(page, &path).map(Some),
            "payment" => vec![("reference", &reference)],
            "summary" => vec![("confirmed", "yes")],
            "approval" => return self.vouch(page, &path).map(Some),
            _ => Vec::new(),
        };
        Ok(Some(self.visitor.send(page, &path, &fields)?))
    }

    fn identify(
        &mut self,
        page: &Page,
        path: &str,
        case: &Case<'_>,
    ) -> Result<Option<Page>, DemoError> {
        let applicant = case.applicant;
        let acts: Vec<String> = forms(&page.html)
            .iter()
            .filter(|form| form.action == path)
            .filter_map(|form| form.value_of("act"))
            .collect();
        let has = |act: &str| acts.iter().any(|one| one == act);
        if has("confirm") {
            let line = applicant.order("name_line").unwrap_or_default();
            return Ok(Some(self.visitor.send(page, path, &[("line", line)])?));
        }
        if applicant.photograph.is_some() && !has("manual") {
            return Ok(Some(self.visitor.go(&format!("{path}?manual=yes"))?));
        }
        if has("manual") {
            let typed = typed_by_hand(applicant);
            let typed: Vec<_> = typed
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            return Ok(Some(self.visitor.send(page, path, &typed)?));
        }
        if !has("find") {
            return Ok(None);
        }
        let number = applicant.order("national_number").unwrap_or_default();
        let page = self.visitor.send(page, path, &[("number", number)])?;
        Ok(Some(page))
    }

    /// Captures with the camera, or shows a photograph of the user's choice; takes what passes, and after
    /// some tries also what does not.
    fn portray(&mut self, page: &Page, path: &str, case: &mut Case<'_>) -> Result<Page, DemoError> {
        let all = forms(&page.html);
        let here: Vec<_> = all.iter().filter(|form| form.action == path).collect();
        let fails = here.iter().any(|form| form.has("reason", ""));
        case.tries[0] += 1;
        if here.is_empty()
            || (fails && case.tries[0] <= TRIES && case.applicant.photograph.is_none())
        {
            let Some(photograph) = &case.applicant.photograph else {
                if case.tries[0] > TRIES {
                    return Err(page.clone().unexpected().into());
                }
                return Ok(self.visitor.send(page, &format!("{path}/device"), &[])?);
            };
            // Where the first try leaves no room for the frame, it is held farther away.
            let bytes = as_webcam(photograph, case.tries[0] > 1)?;
            let to = format!("{path}/camera");
            let camera = ("x-camera", "a photograph of the user's choice");
            let taken = self.visitor.upload(page, &to, camera, &bytes)?;
            if taken.status != 204 || case.tries[0] > 2 {
                return Err(no_portrait(photograph));
            }
            return Ok(self.visitor.go(path)?);
        }
        let reason = [("reason", "The applicant asked for this picture.")];
        let typed: &[(&str, &str)] = if fails { &reason } else { &[] };
        Ok(self.visitor.send(page, path, typed)?)
    }

    fn scan(&mut self, page: &Page, path: &str, case: &mut Case<'_>) -> Result<Page, DemoError> {
        let all = forms(&page.html);
        for (hand, tries) in ["right", "left"].into_iter().zip(&mut case.tries[1..]) {
            let (finger, reason) = (format!("{hand}-finger"), format!("{hand}-reason"));
            let offered = all.iter().any(|form| form.has(&finger, "2"));
            let fails = all.iter().any(|form| form.has(&reason, ""));
            if offered && (*tries == 0 || (fails && *tries < TRIES)) {
                *tries += 1;
                let capture = [("hand", hand), (finger.as_str(), "2"), ("act", "capture")];
                return Ok(self.visitor.send(page, path, &capture)?);
            }
            if fails && *tries == TRIES {
                *tries += 1;
                let why = "The finger is worn.";
                let force = [("hand", hand), (reason.as_str(), why), ("act", "force")];
                return Ok(self.visitor.send(page, path, &force)?);
            }
        }
        Ok(self.visitor.send(page, path, &[("act", "continue")])?)
    }

    fn sign(&mut self, page: &Page, path: &str, case: &Case<'_>) -> Result<Page, DemoError> {
        let how = forms(&page.html)
            .iter()
            .find_map(|form| form.value_of("how"));
        if how.as_deref() == Some("unable") {
            return Ok(self.visitor.send(page, path, &[])?);
        }
        let drawn = read(&case.applicant.folder.join("signature.png"))?;
        let picture = format!("data:image/png;base64,{}", STANDARD.encode(drawn));
        let typed = [("how", "signed"), ("picture", picture.as_str())];
        Ok(self.visitor.send(page, path, &typed)?)
    }

    /// Every paper that is asked for was seen.
    fn papers(&mut self, page: &Page, path: &str) -> Result<Page, DemoError> {
        let all = forms(&page.html);
        let form = all.iter().find(|form| form.action == path);
        let rows =
            (0..).take_while(|row| form.is_some_and(|form| form.has(&format!("issuer-{row}"), "")));
        let mut typed = Vec::new();
        // The last row is for further papers.
        for row in 0..rows.count().saturating_sub(1) {
            let kind = format!("kind-{row}");
            let choices = form.map(|form| form.choices(&kind)).unwrap_or_default();
            let chosen = choices.into_iter().find(|choice| !choice.is_empty());
            typed.push((kind, chosen.unwrap_or_default()));
            typed.push((format!("issuer-{row}"), "Luxembourg".to_owned()));
        }
        let typed: Vec<_> = typed
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Ok(self.visitor.send(page, path, &typed)?)
    }

    /// A second person looks at it. A code serves once: in the same half minute one waits for the next.
    fn vouch(&mut self, page: &Page, path: &str) -> Result<Page, DemoError> {
        let mut code = self.witness.code();
        let mut answer = None;
        while answer.as_ref().is_none_or(|page: &Page| page.status == 422) {
            let typed = [
                ("login", self.witness.login.as_str()),
                ("password", &self.witness.password),
                ("code", &code),
            ];
            answer = Some(self.visitor.send(page, path, &typed)?);
            let used = code.clone();
            while answer.as_ref().is_some_and(|page| page.status == 422) && code == used {
                std::thread::sleep(std::time::Duration::from_millis(200));
                code = self.witness.code();
            }
        }
        answer.ok_or_else(|| page.clone().unexpected().into())
    }
}

/// The identity of somebody whom the register does not know.
fn typed_by_hand(applicant: &Applicant) -> Vec<(&'static str, String)> {
    let order = |name: &str| applicant.order(name).unwrap_or_default().to_owned();
    let birth = order("date_of_birth");
    let mut parts = birth.splitn(3, '-').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day) = (part(), part(), part());
    vec![
        ("surname", applicant.surname.clone()),
        ("given", applicant.given_names.clone()),
        ("sex", order("sex")),
        ("birth-day", day),
        ("birth-month", month),
        ("birth-year", year),
        ("nationality", order("nationality")),
    ]
}

/// A photograph as a webcam sees it that it is held before: with the pixels of the webcam, and where it is
/// held farther away, with a grey wall around it.
fn as_webcam(photograph: &Path, farther: bool) -> Result<Vec<u8>, DemoError> {
    const LINES: u32 = 2400;
    const QUALITY: u8 = 92;
    let failed = |_| no_portrait(photograph);
    let mut picture = image::load_from_memory(&read(photograph)?).map_err(failed)?;
    if picture.width().max(picture.height()) < LINES {
        picture = picture.resize(LINES, LINES, FilterType::CatmullRom);
    }
    if farther {
        let (width, height) = (picture.width(), picture.height());
        let mut wall = RgbImage::from_pixel(width * 3 / 2, height * 3 / 2, Rgb([205, 205, 208]));
        let (left, top) = (i64::from(width / 4), i64::from(height / 4));
        imageops::overlay(&mut wall, &picture.to_rgb8(), left, top);
        picture = wall.into();
    }
    let mut seen = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut seen, QUALITY);
    picture
        .to_rgb8()
        .write_with_encoder(encoder)
        .map_err(failed)?;
    Ok(seen)
}

fn no_portrait(photograph: &Path) -> DemoError {
    let path = photograph.to_path_buf();
    DemoError::Photograph { path }
}

fn read(path: &Path) -> Result<Vec<u8>, DemoError> {
    std::fs::read(path).map_err(|source| DemoError::File {
        path: PathBuf::from(path),
        source,
    })
}
