//! Tries, hands, and one finger given for both.

use super::*;
use biometrics::iso19794::finger::FingerRecord;
use biometrics::wsq::{self, WsqParameters};
use dossier::Label;
use dossier::dossier::{Bound, Limit};

fn capture(finger: Finger, rank: i64) -> FingerCapture {
    FingerCapture {
        finger,
        record: Blob::new(vec![1]).unwrap(),
        measures: vec![Measure {
            name: Label::new("score").unwrap(),
            value: rank,
            limit: Some(Limit {
                bound: Bound::AtLeast,
                value: 50,
            }),
        }],
        unmeasured: Vec::new(),
        rank,
        device: Blob::new(vec![1]).unwrap(),
        captured_at: Timestamp::from_seconds(1_700_000_000).unwrap(),
        advice: None,
        forced: None,
    }
}

#[test]
fn the_best_try_of_a_finger_stays() {
    let mut hand = HandCapture::default();
    for rank in [30, 44, 20] {
        hand.add(capture(Finger::RightIndex, rank));
    }
    assert_eq!((hand.tries, hand.best.as_ref().unwrap().rank), (3, 44));
    assert!(!hand.done());
    hand.add(capture(Finger::RightIndex, 60));
    assert!(hand.done());
    hand.add(capture(Finger::RightMiddle, 10));
    assert_eq!((hand.tries, hand.best.as_ref().unwrap().rank), (1, 10));
}

#[test]
fn what_cannot_be_measured_does_not_pass() {
    let mut one = capture(Finger::RightIndex, 60);
    assert!(one.passed());
    one.unmeasured = vec![Label::new("ridge-period").unwrap()];
    assert!(!one.passed());
}

#[test]
fn a_child_is_exempt_and_an_adult_is_not() {
    let hands = Hands::default();
    assert!(hands.done(true) && !hands.done(false));
    assert_eq!(hands.not_given(true).len(), 2);
    assert!(hands.not_given(false).is_empty());
}

/// What a scanner sends of a drawn finger.
fn drawn(
    finger: Finger,
    print: &hardware_sim::people::finger::Finger,
    touch: u64,
) -> FingerCapture {
    let stream = wsq::encode(&print.touch(touch), &WsqParameters::default()).unwrap();
    let record = FingerRecord::from_wsq(position(finger), 80, stream).unwrap();
    FingerCapture {
        record: Blob::new(record.encode().unwrap()).unwrap(),
        ..capture(finger, 60)
    }
}

#[test]
fn one_finger_for_both_hands_is_found_and_used_with_a_reason_alone() {
    let print = |seed| hardware_sim::people::finger::Finger::grow_any(seed, true);
    let (one, other) = (print(10), print(11));
    let built_in = Rule {
        limit: Limit {
            bound: Bound::AtMost,
            value: 29_999,
        },
        may_be_forced: true,
    };
    let mut hands = Hands::default();
    hands.add(Hand::Right, drawn(Finger::RightIndex, &one, 0));
    hands.compare(built_in);
    assert!(hands.twice.is_none(), "there is one hand");
    hands.add(Hand::Left, drawn(Finger::LeftIndex, &one, 1));
    hands.compare(built_in);
    let found = hands.twice.clone().unwrap();
    assert!(found.score >= 30_000 && found.may_be_forced);
    assert!(!hands.done(false));
    // A higher limit of the configuration lets them pass.
    let limit = Limit {
        bound: Bound::AtMost,
        value: 10_000_000,
    };
    let mut lenient = hands.clone();
    lenient.compare(Rule { limit, ..built_in });
    assert!(lenient.twice.is_none() && lenient.done(false));
    // Forced: done, seen by review, and in the dossier with its score and reason.
    let mut forced = hands.clone();
    forced.right.best.as_mut().unwrap().forced = Text::new("bandaged").ok();
    let reason = Text::new("Seen on the glass").ok();
    forced.twice.as_mut().unwrap().forced = reason.clone();
    assert!(forced.done(false) && forced.forced());
    let images = forced.images();
    assert_eq!(images[1].forced, reason);
    let measure = images[1].measures.last().unwrap();
    assert_eq!(
        (measure.name.as_str(), measure.value),
        ("same-finger", found.score)
    );
    assert!(!measure.passes());
    // The other hand's finger takes its place although its rank is lower, and counts as a try.
    let mut left = drawn(Finger::LeftIndex, &other, 2);
    left.rank = 51;
    hands.add(Hand::Left, left);
    hands.compare(built_in);
    assert!(hands.twice.is_none() && hands.done(false));
    assert_eq!(
        (hands.left.tries, hands.left.best.as_ref().unwrap().rank),
        (2, 51)
    );
    assert!(hands.images().iter().all(|image| image.measures.len() == 1));
}

#[test]
fn without_a_limit_of_the_centre_the_built_in_one_holds_and_nobody_passes_over_it() {
    use dossier::configuration::{Subject, Threshold};
    let built_in = Rule::from(None);
    assert_eq!(
        (built_in.limit.value, built_in.may_be_forced),
        (29_999, false)
    );
    let set = |bound, value| {
        Rule::from(Some(&Threshold {
            subject: Subject::FingerComparison,
            measure: Label::new("same-finger").unwrap(),
            limit: Limit { bound, value },
            may_be_forced: true,
        }))
    };
    let rule = set(Bound::AtMost, 45_000);
    assert_eq!((rule.limit.value, rule.may_be_forced), (45_000, true));
    assert_eq!(set(Bound::AtLeast, 45_000), built_in);
}
