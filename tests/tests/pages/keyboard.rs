//! Everything by keys alone, the focus always to be seen and never trapped.

use e2e::browser::Key;

use crate::pages::gallery::{Gallery, PAGES};

/// What has the focus, and whether one sees that it has.
const FOCUS: &str = "const e = document.activeElement; if (!e || e === document.body) return 'nowhere'; \
    const style = getComputedStyle(e); const box = e.getBoundingClientRect(); \
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; \
    const bar = document.querySelector('.acts'); \
    const inside = bar && bar.contains(e); \
    const covered = bar && !inside && getComputedStyle(bar).position !== 'static' \
        && box.top >= bar.getBoundingClientRect().top && box.top < bar.getBoundingClientRect().bottom; \
    const name = e.tagName + '#' + e.id + '.' + e.className + ' ' + (e.name || e.textContent || '').trim().slice(0, 20); \
    return (ring ? '' : 'NO RING ') + (covered ? 'COVERED ' : '') + name";

/// What one must be able to reach; of a group of radio buttons, one.
const REACHABLE: &str = "const groups = new Set(); \
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter((e) => { \
        if (e.type === 'hidden' || e.disabled || e.closest('dialog') || !e.checkVisibility()) return false; \
        if (e.type !== 'radio') return true; \
        const seen = groups.has(e.name); groups.add(e.name); return !seen; }).length";

#[test]
fn every_page_is_walked_by_tab_alone() {
    let gallery = Gallery::start(600);
    for page in PAGES {
        gallery.open(page);
        let reachable = gallery.run(REACHABLE).unwrap().as_u64().unwrap();
        // Away from where the page itself put the focus: the start of the document.
        gallery
            .run(
                "document.body.tabIndex = -1; document.body.focus(); \
                 document.body.removeAttribute('tabindex'); window.scrollTo(0, 0)",
            )
            .unwrap();
        let mut seen = Vec::new();
        loop {
            gallery.press(Key::Tab).unwrap();
            let focus = gallery.text(FOCUS).unwrap();
            if focus == "nowhere" || seen.len() > 200 {
                break;
            }
            assert!(
                !focus.starts_with("NO RING") && !focus.contains("COVERED"),
                "{page}: {focus}"
            );
            seen.push(focus);
        }
        assert!(
            seen.first().is_some_and(|first| first.contains("skip")),
            "{page}: {seen:?}"
        );
        assert_eq!(
            u64::try_from(seen.len()).unwrap(),
            reachable,
            "{page}: {seen:#?}"
        );
    }
}

#[test]
fn the_skip_link_leads_past_the_navigation() {
    let gallery = Gallery::start(600);
    gallery.open("/form");
    gallery.press(Key::Tab).unwrap();
    gallery.press(Key::Enter).unwrap();
    gallery.wait_for("location.hash === '#main'").unwrap();
    gallery.press(Key::Tab).unwrap();
    assert_eq!(
        gallery.text("return document.activeElement.name").unwrap(),
        "number"
    );
}

#[test]
fn a_form_with_errors_is_filled_in_and_sent_by_keys_alone() {
    let gallery = Gallery::start(600);
    gallery.open("/language/en?back=/form");
    send_with_only_a_number(&gallery);
    correct_and_send(&gallery);
}

fn send_with_only_a_number(gallery: &Gallery) {
    gallery
        .run("document.getElementById('number').focus()")
        .unwrap();
    gallery.keys("1893120105732").unwrap();
    assert_eq!(
        gallery
            .text("return document.getElementById('number').value")
            .unwrap(),
        "1893 12 01 057 32"
    );
    assert_eq!(
        gallery
            .text("return document.getElementById('number-check').textContent")
            .unwrap(),
        "The check digits are right."
    );
    gallery.press(Key::Enter).unwrap();
    gallery
        .wait_for("document.title.startsWith('Error: ')")
        .unwrap();
    gallery
        .wait_for("document.activeElement.classList.contains('error-summary')")
        .unwrap();
    assert_eq!(
        gallery
            .text("return document.querySelector('.error-summary h2').textContent.trim()")
            .unwrap(),
        "There are 3 problems"
    );
    assert_eq!(
        gallery
            .text("return document.getElementById('number').value")
            .unwrap(),
        "1893 12 01 057 32",
        "nothing typed is lost"
    );
}

/// Each link of the summary leads into its field.
fn correct_and_send(gallery: &Gallery) {
    gallery.press(Key::Tab).unwrap();
    gallery.press(Key::Enter).unwrap();
    gallery
        .wait_for("document.activeElement.id === 'surname'")
        .unwrap();
    gallery.keys("Žukauskaitė").unwrap();
    gallery.press(Key::Tab).unwrap();
    gallery.press(Key::Tab).unwrap();
    for part in ["31", "3", "1980"] {
        gallery.keys(part).unwrap();
        gallery.press(Key::Tab).unwrap();
    }
    gallery.press(Key::Tab).unwrap();
    gallery.press(Key::Space).unwrap();
    gallery.press(Key::Down).unwrap();
    assert_eq!(
        gallery
            .text("return document.querySelector('[name=ground]:checked').value")
            .unwrap(),
        "renewal"
    );
    gallery
        .run("document.querySelector('.acts .primary').focus()")
        .unwrap();
    gallery.press(Key::Enter).unwrap();
    gallery
        .wait_for("document.querySelector('.notification.good')")
        .unwrap();
    assert_eq!(
        gallery
            .text("return document.getElementById('surname').value")
            .unwrap(),
        "Žukauskaitė"
    );
}

#[test]
fn a_wrong_national_number_is_told_and_does_not_block() {
    let gallery = Gallery::start(600);
    gallery.open("/language/en?back=/form");
    gallery.type_into("#number", "1893120105733").unwrap();
    let told = gallery
        .text("return document.getElementById('number-check').textContent")
        .unwrap();
    assert!(told.starts_with("The check digits do not fit"), "{told}");
    gallery.click(".acts .primary").unwrap();
    gallery
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
}

#[test]
fn a_page_with_unsaved_work_asks_before_it_is_left() {
    let gallery = Gallery::start(600);
    gallery.open("/form");
    let asks = "const event = new Event('beforeunload', { cancelable: true }); window.dispatchEvent(event); \
        return String(event.defaultPrevented)";
    assert_eq!(gallery.text(asks).unwrap(), "false");
    gallery.type_into("#surname", "W").unwrap();
    assert_eq!(gallery.text(asks).unwrap(), "true");
}
