//! A clerk without a browser, who fills in whichever page comes: for what is about the station, not about its pages.

use e2e::visitor::{Page, VisitError, Visitor, forms};

use crate::capture::clerk::code;
use crate::capture::counter::Counter;
use crate::capture::issues::PASSWORD;

pub struct Walker {
    pub visitor: Visitor,
    number: String,
}

impl Walker {
    /// Signed in as one of the colleagues, for an applicant with this number.
    pub fn arrives(counter: &Counter, colleague: usize, number: &str) -> Self {
        let login = format!("colleague-{colleague}");
        let mut visitor = Visitor::new(&counter.origin);
        let page = visitor.go("/sign-in").unwrap();
        let typed = [
            ("login", login.as_str()),
            ("password", PASSWORD),
            ("code", &code(&login, 0)),
        ];
        let page = visitor.send(&page, "/sign-in", &typed).unwrap();
        page.at("/today").unwrap();
        Self {
            visitor,
            number: number.to_owned(),
        }
    }

    /// A new application: its first page.
    pub fn begin(&mut self) -> Page {
        let today = self.visitor.go("/today").unwrap();
        let page = self.visitor.send(&today, "/applications", &[]).unwrap();
        page.at("/request").unwrap()
    }

    /// From wherever the application is to the receipt.
    pub fn finishes(&mut self, mut page: Page) {
        while page.path != "/receipt" {
            page = self.step(&page).unwrap();
            assert!(page.status == 200, "{}", page.unexpected());
        }
    }

    /// Fills in the page that came.
    pub fn step(&mut self, page: &Page) -> Result<Page, VisitError> {
        let path = place(page);
        let number = self.number.clone();
        let typed: Vec<(&str, &str)> = match path.rsplit('/').next().unwrap_or_default() {
            "request" => vec![("document", "card"), ("ground", "first")],
            "information" => vec![("given", "yes")],
            "identity" if offers(page, &path, "line") => vec![("line", "")],
            "identity" => vec![("number", &number)],
            "portrait" if page.html.contains("portrait-check") => Vec::new(),
            "portrait" => return self.visitor.send(page, &format!("{path}/device"), &[]),
            "fingers" => hands(page),
            "signature" => vec![("how", "unable"), ("reason", "cannot write")],
            "papers" => vec![("kind-0", "birth-certificate"), ("issuer-0", "Luxembourg")],
            "payment" => vec![("reference", "RF18 5390 0754")],
            "summary" => vec![("confirmed", "yes")],
            _ => Vec::new(),
        };
        self.visitor.send(page, &path, &typed)
    }
}

/// The path of a page.
pub fn place(page: &Page) -> String {
    page.path.split('?').next().unwrap_or_default().to_owned()
}

fn offers(page: &Page, action: &str, field: &str) -> bool {
    let all = forms(&page.html);
    let mut here = all.iter().filter(|form| form.action == action);
    here.any(|form| form.has(field, ""))
}

fn hands(page: &Page) -> Vec<(&'static str, &'static str)> {
    let captured = |hand: &str| page.html.contains(&format!("/fingers/{hand}/picture"));
    if !captured("right") {
        vec![("hand", "right"), ("right-finger", "2"), ("act", "capture")]
    } else if !captured("left") {
        vec![("hand", "left"), ("left-finger", "2"), ("act", "capture")]
    } else {
        vec![("act", "continue")]
    }
}
