//! A whole page: head, masthead with language choice, navigation, steps, main part, footer.

use std::sync::Arc;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::assets::{self, Asset};
use crate::http::Visit;
use crate::language::{Id, Language, Texts};
use crate::sign_in::lock_dialog;

/// What all pages of a program have in common.
#[derive(Debug, Clone)]
pub struct Site {
    texts: Arc<Texts>,
    service: Id,
    home: &'static str,
}

impl Site {
    /// The messages, the id of the service's name among them, and the path of the start page.
    pub fn new(texts: Texts, service: impl Into<Id>, home: &'static str) -> Self {
        Self {
            texts: Arc::new(texts),
            service: service.into(),
            home,
        }
    }

    /// The messages.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The start page.
    pub fn home(&self) -> &'static str {
        self.home
    }
}

/// For whom the page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// One column of readable lines: forms, citizens.
    #[default]
    Column,
    /// The whole width: tables, pictures side by side.
    Wide,
    /// One hand in the street: targets of 48 px, acts at the lower edge.
    Street,
    /// Two metres away, with gloves: everything half as large again.
    Floor,
}

impl Layout {
    fn class(self) -> &'static str {
        match self {
            Self::Column => "layout-column",
            Self::Wide => "layout-wide",
            Self::Street => "layout-street",
            Self::Floor => "layout-floor",
        }
    }
}

/// A link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What it says.
    pub text: String,
    /// Whether this is where one is.
    pub current: bool,
}

/// A page under construction.
#[derive(Debug)]
pub struct Page<'a> {
    visit: &'a Visit,
    title: String,
    above: Option<String>,
    layout: Layout,
    navigation: Vec<Link>,
    steps: Option<Markup>,
    body: Markup,
    failed: bool,
    scripts: Vec<&'a str>,
    manifest: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// A page with its title, which is also its first heading.
    pub fn new(visit: &'a Visit, title: impl Into<String>) -> Self {
        Self {
            visit,
            title: title.into(),
            above: None,
            layout: Layout::default(),
            navigation: Vec::new(),
            steps: None,
            body: PreEscaped(String::new()),
            failed: false,
            scripts: Vec::new(),
            manifest: None,
        }
    }

    /// A short line above the title: the number of the case, the step.
    #[must_use]
    pub fn above(mut self, text: impl Into<String>) -> Self {
        self.above = Some(text.into());
        self
    }

    /// The layout.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The navigation below the masthead.
    #[must_use]
    pub fn navigation(mut self, links: Vec<Link>) -> Self {
        self.navigation = links;
        self
    }

    /// The steps beside the main part ([`crate::component::StepList`]).
    #[must_use]
    pub fn steps(mut self, steps: Markup) -> Self {
        self.steps = Some(steps);
        self
    }

    /// The main part, below the title.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// The form came back with errors: the browser's title says so first, for those who hear it.
    #[must_use]
    pub fn failed(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }

    /// A script of the serving crate, by its path on this site.
    #[must_use]
    pub fn script(mut self, href: &'a str) -> Self {
        self.scripts.push(href);
        self
    }

    /// The page can be installed, by the web application manifest at this path.
    #[must_use]
    pub fn installable(mut self, manifest: &'a str) -> Self {
        self.manifest = Some(manifest);
        self
    }

    /// The document.
    pub fn render(self) -> Markup {
        let (visit, speech) = (self.visit, self.visit.speech());
        let signed_in = visit.who().is_some();
        let idle = visit.shield().settings().limits().idle.whole_seconds();
        html! {
            (DOCTYPE)
            html lang=(speech.language().tag()) {
                (self.head())
                body class=(self.layout.class())
                    data-idle=[signed_in.then_some(idle)]
                    data-token=[visit.token().map(crate::http::Token::as_str)] {
                    a.skip href="#main" { (speech.text("layout-skip")) }
                    (masthead(visit))
                    @if !self.navigation.is_empty() { (navigation(visit, &self.navigation)) }
                    div.frame {
                        @if let Some(steps) = &self.steps { (steps) }
                        main id="main" tabindex="-1" {
                            @if let Some(above) = &self.above { p.above { (above) } }
                            h1 { (self.title) }
                            (self.body)
                        }
                    }
                    footer.foot {
                        p { (speech.text("layout-footer")) }
                        p { (speech.text("layout-times")) }
                    }
                    @if signed_in { (lock_dialog(visit)) }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        let (visit, speech) = (self.visit, self.visit.speech());
        let service = speech.text(visit.site().service);
        let named = self.title.clone();
        let title = speech.format(
            "layout-title",
            &[("title", named.into()), ("service", service.into())],
        );
        let title = if self.failed {
            speech.format("layout-title-failed", &[("title", title.into())])
        } else {
            title
        };
        let mut scripts: Vec<Asset> = vec![assets::FORMS, assets::PASSKEY];
        if visit.who().is_some() {
            scripts.push(assets::SESSION);
        }
        html! {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                link rel="icon" type="image/svg+xml" href=(assets::ICON.href());
                link rel="preload" as="font" type="font/woff2" crossorigin href=(assets::FONT.href());
                link rel="stylesheet" href=(assets::STYLE.href());
                @if let Some(manifest) = self.manifest { link rel="manifest" href=(manifest); }
                @for script in scripts { script src=(script.href()) defer {} }
                @for script in &self.scripts { script src=(script) defer {} }
            }
        }
    }
}

fn masthead(visit: &Visit) -> Markup {
    let speech = visit.speech();
    html! {
        header.masthead {
            a.brand href=(visit.site().home) {
                (mark())
                span { (speech.text(visit.site().service)) }
            }
            div.masthead-side {
                (languages(visit))
                @if let Some(who) = visit.who() {
                    div.person {
                        span.person-name { (who.name) }
                        form method="post" action="/locked/now" {
                            (visit.token_field())
                            button.quiet { (speech.text("layout-lock")) }
                        }
                        form method="post" action="/sign-out" {
                            (visit.token_field())
                            button.quiet { (speech.text("layout-sign-out")) }
                        }
                    }
                }
            }
        }
    }
}

fn languages(visit: &Visit) -> Markup {
    let speech = visit.speech();
    let back = visit.path().as_parameter();
    html! {
        nav.languages aria-label=(speech.text("layout-languages")) {
            ul role="list" {
                @for language in Language::ALL {
                    li {
                        a href={ "/language/" (language.tag()) "?back=" (back) }
                            lang=(language.tag()) hreflang=(language.tag())
                            aria-current=[(language == speech.language()).then_some("true")]
                            title=(language.name()) {
                            span.long { (language.name()) }
                            span.short aria-hidden="true" { (language.tag()) }
                        }
                    }
                }
            }
        }
    }
}

fn navigation(visit: &Visit, links: &[Link]) -> Markup {
    let speech = visit.speech();
    html! {
        nav.tabs aria-label=(speech.text("layout-navigation")) {
            ul role="list" {
                @for link in links {
                    li {
                        a href=(link.href) aria-current=[link.current.then_some("page")] { (link.text) }
                    }
                }
            }
        }
    }
}

/// The stamp.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 40 40" width="36" height="36" aria-hidden="true" focusable="false" {
            circle cx="20" cy="20" r="17.5" {}
            circle.inner cx="20" cy="20" r="13.5" {}
            path d="M25.5 15.6c-.8-2-2.8-3.1-5.4-3.1-3.1 0-5.3 1.5-5.3 3.9 0 5.1 10.9 2.3 10.9 7.4 0 2.3-2.3 3.8-5.5 3.8-3 0-5.1-1.3-5.9-3.5" {}
        }
    }
}
