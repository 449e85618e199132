//! axe-core on every page, in every language, light and dark; small and magnified screens; weight.

use crate::pages::gallery::{Gallery, PAGES};

const LANGUAGES: [&str; 4] = ["fr", "de", "lb", "en"];

/// What the browser fetched for the page, in bytes as sent: the page itself, style, font, scripts.
const WEIGHT: &str = "return performance.getEntriesByType('navigation').concat( \
    performance.getEntriesByType('resource')).filter((entry) => !entry.name.includes('/pictures/')) \
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";

/// What sticks out to the right of the screen.
const STICKS_OUT: &str = "const wide = document.documentElement.clientWidth; \
    if (document.documentElement.scrollWidth <= wide) return ''; \
    return [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > wide + 1) \
    .map((e) => e.tagName + '.' + e.className).join(' ') || 'something'";

fn judge(gallery: &Gallery, place: &str, wrong: &mut Vec<String>) {
    for finding in gallery.axe().unwrap() {
        wrong.push(format!("{place}: {finding}"));
    }
}

#[test]
fn axe_core_finds_nothing_on_any_page_in_any_language_light_or_dark() {
    let gallery = Gallery::start(600);
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for language in LANGUAGES {
        for page in PAGES {
            gallery.open(&format!("/language/{language}?back={page}"));
            let spoken = gallery
                .text("return document.documentElement.lang")
                .unwrap();
            assert_eq!(spoken, language, "{page}");
            for dark in [false, true] {
                gallery.dark(dark).unwrap();
                judge(
                    &gallery,
                    &format!("{language} {page} dark={dark}"),
                    &mut wrong,
                );
                judged += 1;
            }
        }
    }
    println!("axe-core judged {judged} pages");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn axe_core_is_not_blind() {
    let gallery = Gallery::start(600);
    gallery.open("/form");
    gallery
        .run("document.querySelector('label').remove(); document.documentElement.lang = ''")
        .unwrap();
    let rules: Vec<String> = gallery
        .axe()
        .unwrap()
        .into_iter()
        .map(|finding| finding.rule)
        .collect();
    assert!(
        rules.contains(&"label".to_owned()) && rules.contains(&"html-has-lang".to_owned()),
        "{rules:?}"
    );
}

#[test]
fn nothing_is_lost_at_320_pixels_or_at_200_percent() {
    let gallery = Gallery::start(600);
    let mut wrong = Vec::new();
    for (width, height, scale) in [(320, 640, 1), (640, 400, 2), (1366, 768, 1)] {
        gallery.screen(width, height, scale).unwrap();
        for language in LANGUAGES {
            for page in PAGES {
                gallery.open(&format!("/language/{language}?back={page}"));
                let out = gallery.text(STICKS_OUT).unwrap();
                if !out.is_empty() {
                    wrong.push(format!("{language} {page} at {width}: {out}"));
                }
            }
        }
        gallery.open("/form");
        judge(&gallery, &format!("/form at {width}"), &mut wrong);
        gallery.open("/list");
        judge(&gallery, &format!("/list at {width}"), &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn lines_may_be_set_wider_by_the_reader() {
    let gallery = Gallery::start(600);
    gallery.screen(320, 640, 1).unwrap();
    // WCAG 1.4.12: what a reader's own style sheet may do to text.
    let widen = "const sheet = new CSSStyleSheet(); sheet.replaceSync('* { line-height: 1.5 !important; \
        letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }'); \
        document.adoptedStyleSheets = [sheet]";
    for page in PAGES {
        gallery.open(page);
        gallery.run(widen).unwrap();
        assert_eq!(gallery.text(STICKS_OUT).unwrap(), "", "{page}");
    }
}

#[test]
fn couriers_and_operators_have_large_targets() {
    let gallery = Gallery::start(600);
    gallery.screen(390, 844, 1).unwrap();
    for (page, least) in [("/street", 48), ("/floor", 24), ("/form", 24)] {
        gallery.open(page);
        // A link within a sentence and the skip link before it has the focus are excepted (WCAG 2.5.8).
        let small = gallery.text(&format!(
            "return [...document.querySelectorAll('main a, main button, main summary, main .answer')] \
             .filter((e) => e.offsetParent && e.getBoundingClientRect().height < {least}) \
             .map((e) => e.outerHTML).join()"
        ));
        assert_eq!(small.unwrap(), "", "{page}");
    }
}

#[test]
fn no_page_weighs_more_than_100_kilobytes() {
    let (mut heaviest, mut which) = (0, "");
    for page in PAGES {
        // A browser that has kept nothing.
        let gallery = Gallery::start(600);
        gallery.open(page);
        gallery
            .wait_for("document.fonts.status === 'loaded'")
            .unwrap();
        let weight = gallery.run(WEIGHT).unwrap().as_u64().unwrap();
        if weight > heaviest {
            (heaviest, which) = (weight, page);
        }
    }
    println!("the heaviest page is {which}: {heaviest} bytes");
    assert!(
        (50_000..=100_000).contains(&heaviest),
        "{which}: {heaviest} bytes"
    );
}
