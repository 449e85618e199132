//! Somebody who uses our pages without a browser: follows links, keeps the cookies, fills in the forms that a
//! page has and no others. For journeys that must not need Chromium; what a browser does is tested in one.

mod form;

use std::collections::BTreeMap;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, StatusCode};

pub use form::{Form, forms};

/// Redirects in a row at most.
const MOST_REDIRECTS: usize = 5;
/// No page takes longer, captures included.
const PATIENCE: Duration = Duration::from_mins(1);
/// No page is longer.
const LONGEST: u64 = 4 << 20;

/// Why a visit went wrong.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// The page could not be had.
    #[error("{path}: {source}")]
    Http {
        /// Its path.
        path: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// It led in a circle.
    #[error("{path}: redirected more than {MOST_REDIRECTS} times")]
    Circle {
        /// Where it began.
        path: String,
    },
    /// The page has no such form.
    #[error("{path}: the page has no form for {action}: {title}")]
    NoForm {
        /// The page.
        path: String,
        /// What the form should send to.
        action: String,
        /// What the page says it is.
        title: String,
    },
    /// The form has no such field.
    #[error("{path}: the form for {action} has no field {name}")]
    NoField {
        /// The page.
        path: String,
        /// Where the form sends to.
        action: String,
        /// The field.
        name: String,
    },
    /// The page came back, or is not what was expected.
    #[error("{path}: {status}: {title}: {errors}")]
    Unexpected {
        /// The page.
        path: String,
        /// Its status.
        status: u16,
        /// Its title.
        title: String,
        /// What it says is wrong.
        errors: String,
    },
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path and query, after redirects.
    pub path: String,
    /// Its status.
    pub status: u16,
    /// Its text.
    pub html: String,
}

impl Page {
    /// Its title.
    pub fn title(&self) -> String {
        form::between(&self.html, "<title>", "</title>").unwrap_or_default()
    }

    /// The text of the element with this id, if it has one without elements inside.
    pub fn text_of(&self, id: &str) -> Option<String> {
        let (_, after) = self.html.split_once(&format!("id=\"{id}\""))?;
        form::between(after, ">", "<")
    }

    /// Fails unless this is a page that went well and whose path ends so.
    pub fn at(self, end: &str) -> Result<Self, VisitError> {
        let path = self.path.split('?').next().unwrap_or_default();
        if self.status == 200 && path.ends_with(end) {
            Ok(self)
        } else {
            Err(self.unexpected())
        }
    }

    /// What the page says is wrong.
    pub fn unexpected(self) -> VisitError {
        let errors: Vec<_> = self
            .html
            .split("class=\"error\"")
            .skip(1)
            .filter_map(|after| form::between(after, ">", "<"))
            .collect();
        VisitError::Unexpected {
            title: self.title(),
            errors: errors.join("; "),
            path: self.path,
            status: self.status,
        }
    }
}

/// One person with one session.
#[derive(Debug)]
pub struct Visitor {
    agent: Agent,
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Somebody who has not been at this origin (`http://localhost:8400`) before, and reads English.
    pub fn new(origin: &str) -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        Self {
            agent: config.build().new_agent(),
            origin: origin.trim_end_matches('/').to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Goes to a page.
    pub fn go(&mut self, path: &str) -> Result<Page, VisitError> {
        let request = self.agent.get(format!("{}{path}", self.origin));
        let request = request
            .header("accept-language", "en")
            .header("cookie", self.cookie());
        let answer = request.call().map_err(http(path))?;
        self.arrive(path, answer)
    }

    /// Sends the page's form for `action` with these fields beside what it holds already.
    pub fn send(
        &mut self,
        page: &Page,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page, VisitError> {
        // Several forms may send to one place: the one that has all the fields is meant.
        let all: Vec<Form> = forms(&page.html)
            .into_iter()
            .filter(|form| form.action.split('?').next() == Some(action))
            .collect();
        let Some(last) = all.last() else {
            return Err(VisitError::NoForm {
                path: page.path.clone(),
                action: action.to_owned(),
                title: page.title(),
            });
        };
        let lacking = |form: &Form| fields.iter().find(|(name, value)| !form.has(name, value));
        let form = all.iter().find(|form| lacking(form).is_none());
        let form = form.ok_or_else(|| VisitError::NoField {
            path: page.path.clone(),
            action: action.to_owned(),
            name: lacking(last).map_or_else(String::new, |(name, _)| (*name).to_owned()),
        })?;
        let filled = form.filled(fields);
        let request = self.agent.post(format!("{}{}", self.origin, form.action));
        let request = request
            .header("accept-language", "en")
            .header("origin", &self.origin)
            .header("cookie", self.cookie());
        let answer = request.send_form(filled).map_err(http(action))?;
        self.arrive(action, answer)
    }

    /// Sends bytes as the scripts of a page do, with the page's token.
    pub fn upload(
        &mut self,
        page: &Page,
        path: &str,
        header: (&str, &str),
        bytes: &[u8],
    ) -> Result<Page, VisitError> {
        let token = forms(&page.html)
            .into_iter()
            .find_map(|form| form.value_of("token"))
            .unwrap_or_default();
        let request = self.agent.post(format!("{}{path}", self.origin));
        let request = request
            .header("origin", &self.origin)
            .header("cookie", self.cookie())
            .header("x-token", &token)
            .header("content-type", "application/octet-stream")
            .header(header.0, header.1);
        let answer = request.send(bytes).map_err(http(path))?;
        self.arrive(path, answer)
    }

    fn arrive(&mut self, path: &str, mut answer: Response<ureq::Body>) -> Result<Page, VisitError> {
        let (mut at, mut left) = (path.to_owned(), MOST_REDIRECTS);
        loop {
            self.keep_cookies(&answer);
            let Some(to) = target(&answer) else { break };
            left = left.checked_sub(1).ok_or_else(|| VisitError::Circle {
                path: path.to_owned(),
            })?;
            let request = self.agent.get(format!("{}{to}", self.origin));
            let request = request
                .header("accept-language", "en")
                .header("cookie", self.cookie());
            answer = request.call().map_err(http(&to))?;
            at = to;
        }
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LONGEST);
        let html = body.lossy_utf8(true).read_to_string().map_err(http(&at))?;
        Ok(Page {
            path: at,
            status,
            html,
        })
    }

    fn keep_cookies(&mut self, answer: &Response<ureq::Body>) {
        for given in answer.headers().get_all("set-cookie") {
            let given = given.to_str().unwrap_or_default();
            let pair = given.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies
                    .insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }
}

fn target(answer: &Response<ureq::Body>) -> Option<String> {
    let leads = matches!(
        answer.status(),
        StatusCode::SEE_OTHER | StatusCode::FOUND | StatusCode::TEMPORARY_REDIRECT
    );
    let to = answer.headers().get("location")?.to_str().ok()?;
    leads.then(|| to.to_owned())
}

fn http(path: &str) -> impl FnOnce(ureq::Error) -> VisitError {
    let path = path.to_owned();
    move |source| VisitError::Http {
        path,
        source: Box::new(source),
    }
}
