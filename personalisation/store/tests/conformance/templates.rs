//! Templates: two others approve, a used one never changes, and nothing is bound without one.

use dossier::{PersonId, dossier::DocumentType};
use personalisation_core::{
    attempt::Digest,
    ids::{BatchId, OrderId},
    person::Person,
    template::{Origin, Template, TemplateError, TemplateKey, TemplateRefusal},
};
use personalisation_store::{
    StoreError,
    line::{Bind, Bound},
    order::NewOrder,
};
use rand::RngExt as _;

use crate::{Bench, Engine, NOW, chip, lease, on_each_engine, templates};

const ADA: PersonId = PersonId::from_bytes([1; 16]);
const BOB: PersonId = PersonId::from_bytes([2; 16]);
const EVE: PersonId = PersonId::from_bytes([3; 16]);

fn permit(version: u32, digest: u8) -> Template {
    Template {
        key: TemplateKey {
            issuer_profile: "luxembourg".to_owned(),
            document: DocumentType::ResidencePermit,
            version,
        },
        digest: Digest([digest; 32]),
    }
}

impl Bench {
    async fn propose(&self, template: &Template, by: PersonId) -> Result<(), StoreError> {
        let proposed = self.store.propose_template(template, by, &[], NOW).await;
        proposed.map(|_| ())
    }

    async fn approve(&self, template: &Template, by: PersonId) -> Result<bool, StoreError> {
        let (key, seen) = (&template.key, template.digest);
        let approved = self.store.approve_template(key, seen, by, &[], NOW).await;
        approved.map(|record| record.is_approved())
    }

    /// Proposed by Ada, approved by Bob and Eve.
    async fn approved(&self, template: &Template) {
        self.propose(template, ADA).await.unwrap();
        assert!(!self.approve(template, BOB).await.unwrap());
        assert!(self.approve(template, EVE).await.unwrap());
    }

    async fn order_permit(&mut self) -> OrderId {
        let id = OrderId::generate(&mut self.rng);
        let order = NewOrder {
            id,
            issuer_profile: "luxembourg",
            added_by: "personalisation/order",
            person: &Person::new(self.rng.random(), None),
            document_type: DocumentType::ResidencePermit,
            destination: None,
            express: false,
            content: &[],
        };
        let added = self.store.add_order(&mut self.rng, &order, &[], NOW).await;
        added.unwrap();
        id
    }

    async fn bind_by(&mut self, number: u8, templates: &[Template]) -> Bound {
        let numbers =
            [personalisation_core::document_number::DocumentNumber::generate(&mut self.rng)];
        let bind = Bind {
            chip: chip(number),
            card: None,
            numbers: &numbers,
            lease: &lease("one", number),
            batch: BatchId::generate(&mut self.rng),
            templates,
            handed_out_only: false,
        };
        self.store.bind_next(&bind, |_| vec![], NOW).await.unwrap()
    }
}

fn refused(result: Result<impl Sized, StoreError>) -> TemplateError {
    match result {
        Err(StoreError::Template(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was not refused"),
    }
}

async fn a_version_is_approved_by_two_others(engine: Engine) {
    let bench = Bench::new(engine).await;
    let template = permit(1, 7);
    bench.propose(&template, ADA).await.unwrap();
    let same = bench.propose(&template, BOB).await;
    assert_eq!(refused(same), TemplateError::Same);
    let own = bench.approve(&template, ADA).await;
    assert_eq!(refused(own), TemplateError::Proposer);
    assert!(!bench.approve(&template, BOB).await.unwrap());
    let again = bench.approve(&template, BOB).await;
    assert_eq!(refused(again), TemplateError::Twice);
    let other = bench.approve(&permit(1, 8), EVE).await;
    assert_eq!(refused(other), TemplateError::Changed);
    assert!(bench.approve(&template, EVE).await.unwrap());
    let late = bench
        .approve(&template, PersonId::from_bytes([4; 16]))
        .await;
    assert_eq!(refused(late), TemplateError::Approved);
    let unknown = bench.approve(&permit(9, 7), BOB).await;
    assert!(matches!(unknown, Err(StoreError::Stale { .. })));
    let known = bench.store.templates().await.unwrap();
    let record = known.iter().find(|one| one.template == template).unwrap();
    assert_eq!(record.origin, Origin::Proposed(ADA));
    assert_eq!((record.approvals.len(), record.used), (2, false));
}

async fn a_change_loses_its_approvals_and_a_used_version_never_changes(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let first = permit(1, 7);
    bench.approved(&first).await;
    let changed = permit(1, 8);
    bench.propose(&changed, BOB).await.unwrap();
    // The first content with its approvals does not come back, least of all by one of those who approved it.
    let former = bench.propose(&first, BOB).await;
    assert_eq!(refused(former), TemplateError::Former);
    assert!(!bench.approve(&changed, ADA).await.unwrap());
    assert!(bench.approve(&changed, EVE).await.unwrap());
    bench.order_permit().await;
    let bound = bench.bind_by(1, std::slice::from_ref(&changed)).await;
    let Bound::Attempt(attempt) = bound else {
        panic!("{bound:?}");
    };
    let recorded = bench.store.template_of(attempt.id()).await.unwrap();
    assert_eq!(recorded, Some((1, changed.digest)));
    let frozen = bench.propose(&permit(1, 9), ADA).await;
    assert_eq!(refused(frozen), TemplateError::Frozen);
    // What cards were made by before approvals were recorded is as frozen.
    let founding = Template {
        digest: Digest([9; 32]),
        ..templates()[0].clone()
    };
    let frozen = bench.propose(&founding, ADA).await;
    assert_eq!(refused(frozen), TemplateError::Frozen);
    bench.propose(&permit(2, 9), ADA).await.unwrap();
}

async fn nothing_is_bound_without_an_approved_template_of_that_content(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2), chip(3)]).await;
    let template = permit(1, 7);
    let both = [&templates()[..1], std::slice::from_ref(&template)].concat();
    bench.order_permit().await;
    let why = |bound| match bound {
        Bound::NoTemplate(refused) => refused.why,
        other => panic!("{other:?}"),
    };
    let none = bench.bind_by(1, &both).await;
    assert_eq!(why(none), TemplateRefusal::Unknown);
    bench.propose(&template, ADA).await.unwrap();
    bench.approve(&template, BOB).await.unwrap();
    let half = bench.bind_by(1, &both).await;
    assert_eq!(why(half), TemplateRefusal::Unapproved(1));
    // Cards of the other type are made meanwhile, though they came later.
    bench.order("CARD", NOW + time::Duration::HOUR).await;
    let card = bench.bind_by(1, &both).await;
    assert!(matches!(card, Bound::Attempt(_)), "{card:?}");
    bench.approve(&template, EVE).await.unwrap();
    let other = [templates()[0].clone(), permit(1, 8)];
    let differs = bench.bind_by(2, &other).await;
    assert_eq!(why(differs), TemplateRefusal::Differs);
    // A newer version that nobody approved stops nothing: the approved one prints.
    let newer = [&both[..], &[permit(2, 9)]].concat();
    let Bound::Attempt(attempt) = bench.bind_by(2, &newer).await else {
        panic!("the permit waits");
    };
    let recorded = bench.store.template_of(attempt.id()).await.unwrap();
    assert_eq!(recorded, Some((1, template.digest)));
    assert_eq!(bench.bind_by(3, &newer).await, Bound::NothingQueued);
}

/// One order of a State without a template stops nobody else's.
async fn who_cannot_be_printed_is_named_and_nothing_is_bound(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let elsewhere = OrderId::generate(&mut bench.rng);
    let order = NewOrder {
        id: elsewhere,
        issuer_profile: "nowhere",
        added_by: "personalisation/order",
        person: &Person::new(bench.rng.random(), None),
        document_type: DocumentType::IdentityCard,
        destination: None,
        express: false,
        content: &[],
    };
    let added = bench.store.add_order(&mut bench.rng, &order, &[], NOW);
    added.await.unwrap();
    let own = bench.order("OWN", NOW + time::Duration::HOUR).await;
    let Bound::Unprintable(attempt, refused) = bench.bind_by(1, templates()).await else {
        panic!("it cannot be printed")
    };
    assert_eq!(attempt.id().order, elsewhere);
    assert_eq!(refused.issuer_profile, "nowhere");
    let blank = bench.store.blank_by_chip(chip(1)).await.unwrap().unwrap();
    assert!(blank.state.is_in_vault(), "nothing was bound");
    let held = attempt.clone().hold().unwrap();
    let decided = bench.store.decide(&attempt, &held, &[], NOW).await;
    decided.unwrap();
    let Bound::Attempt(bound) = bench.bind_by(1, templates()).await else {
        panic!("the other one is next")
    };
    assert_eq!(bound.id(), own.id());
}

/// Two lines, each with the program of one State, on one queue: neither takes the other's orders, nor holds them.
async fn what_only_another_line_prints_is_left_to_it(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1), chip(2)]).await;
    let theirs = bench.order_of_state("utopia", "THEIRS", NOW).await;
    let later = NOW + time::Duration::HOUR;
    let ours = bench.order_of_state("luxembourg", "OURS", later).await;
    let [luxembourg, utopia] = templates() else {
        panic!("two founding templates")
    };
    let Bound::Attempt(bound) = bench.bind_by(1, std::slice::from_ref(luxembourg)).await else {
        panic!("ours is next")
    };
    assert_eq!(bound.id(), ours.id());
    let Bound::NoTemplate(refused) = bench.bind_by(2, std::slice::from_ref(luxembourg)).await
    else {
        panic!("nothing of ours waits")
    };
    let expected = ("utopia", TemplateRefusal::NotHere);
    assert_eq!((&*refused.issuer_profile, refused.why), expected);
    let Bound::Attempt(bound) = bench.bind_by(2, std::slice::from_ref(utopia)).await else {
        panic!("theirs is next at their line")
    };
    assert_eq!(bound.id(), theirs.id());
}

/// What orders are checked against, and what cards are bound to: the newest approved version, not the newest.
async fn what_is_printable_is_what_is_bound(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let offered = [permit(1, 7), permit(2, 8)];
    let printable = bench.store.printable_templates(&offered).await.unwrap();
    assert_eq!(printable, []);
    bench.approved(&offered[0]).await;
    bench.propose(&offered[1], ADA).await.unwrap();
    let printable = bench.store.printable_templates(&offered).await.unwrap();
    assert_eq!(printable, [offered[0].key.clone()]);
    bench.order_permit().await;
    let Bound::Attempt(attempt) = bench.bind_by(1, &offered).await else {
        panic!("it can be printed")
    };
    let recorded = bench.store.template_of(attempt.id()).await.unwrap();
    assert_eq!(recorded, Some((1, offered[0].digest)));
}

/// 7, 8, and 7 again: who approved the first would be its proposer and one of its approvers.
async fn a_content_that_was_approved_and_replaced_does_not_come_back(engine: Engine) {
    let bench = Bench::new(engine).await;
    let (seven, eight) = (permit(1, 7), permit(1, 8));
    bench.propose(&seven, ADA).await.unwrap();
    assert!(!bench.approve(&seven, BOB).await.unwrap());
    bench.propose(&eight, BOB).await.unwrap();
    let former = bench.propose(&seven, BOB).await;
    assert_eq!(refused(former), TemplateError::Former);
    let known = bench.store.templates().await.unwrap();
    let record = known.iter().find(|one| one.template == eight).unwrap();
    assert_eq!(record.approvals, []);
    assert_eq!(record.former, [seven.digest]);
    // What nobody approved may come back.
    bench.propose(&permit(1, 9), ADA).await.unwrap();
    bench.propose(&eight, EVE).await.unwrap();
    assert!(!bench.approve(&eight, BOB).await.unwrap());
}

async fn two_who_approve_at_once_are_two(engine: Engine) {
    let bench = Bench::new(engine).await;
    let template = permit(1, 7);
    bench.propose(&template, ADA).await.unwrap();
    let both = tokio::join!(bench.approve(&template, BOB), bench.approve(&template, EVE));
    let approved = [both.0.unwrap(), both.1.unwrap()];
    assert_eq!(
        approved.iter().filter(|done| **done).count(),
        1,
        "the later one"
    );
    let third = bench
        .approve(&template, PersonId::from_bytes([4; 16]))
        .await;
    assert_eq!(refused(third), TemplateError::Approved);
}

/// What has no proposer counts as approved: only migrations know what was in use before.
async fn no_version_is_made_without_a_proposer(engine: Engine) {
    let bench = Bench::new(engine).await;
    bench.propose(&permit(1, 7), ADA).await.unwrap();
    let digest = "7".repeat(64);
    for statement in [
        "UPDATE template_version SET proposed_by = NULL WHERE document_type = 'residence_permit'"
            .to_owned(),
        format!(
            "INSERT INTO template_version (issuer_profile, document_type, version, digest, proposed_at)
             VALUES ('luxembourg', 'residence_permit', 2, '{digest}', 1)"
        ),
    ] {
        let mut tool = bench.home.tool().await;
        let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut tool);
        let error = done.await.unwrap_err().to_string();
        assert!(error.contains("without a proposer"), "{statement}: {error}");
    }
    let known = bench.store.templates().await.unwrap();
    let record = known.iter().find(|one| one.template == permit(1, 7));
    assert_eq!(record.unwrap().origin, Origin::Proposed(ADA));
}

async fn the_database_itself_refuses_to_change_what_is_used(engine: Engine) {
    let mut bench = Bench::new(engine).await;
    bench.delivery(&[chip(1)]).await;
    let template = permit(1, 7);
    bench.approved(&template).await;
    bench.order_permit().await;
    let bound = bench.bind_by(1, std::slice::from_ref(&template)).await;
    assert!(matches!(bound, Bound::Attempt(_)), "{bound:?}");
    // Behind the store's back; the first one is of the founding version, by which no card was made here.
    let digest = "0".repeat(64);
    let founding = "document_type = 'identity_card'";
    let permit = "document_type = 'residence_permit'";
    for statement in [
        format!("UPDATE template_version SET digest = '{digest}' WHERE {founding}"),
        format!("UPDATE template_version SET digest = '{digest}' WHERE {permit}"),
        format!("UPDATE template_version SET version = 2 WHERE {permit}"),
        format!("UPDATE template_version SET first_used_at = NULL WHERE {permit}"),
        format!("DELETE FROM template_version WHERE {founding}"),
        "DELETE FROM template_approval".to_owned(),
        format!("UPDATE template_approval SET digest = '{digest}'"),
    ] {
        let mut tool = bench.home.tool().await;
        let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut tool);
        let error = done.await.unwrap_err().to_string();
        assert!(
            error.contains("frozen") || error.contains("only ever added"),
            "{statement}: {error}"
        );
    }
    let known = bench.store.templates().await.unwrap();
    assert!(known.iter().any(|one| one.template == template && one.used));
}

on_each_engine! {
    a_content_that_was_approved_and_replaced_does_not_come_back,
    no_version_is_made_without_a_proposer,
    a_change_loses_its_approvals_and_a_used_version_never_changes,
    the_database_itself_refuses_to_change_what_is_used,
    a_version_is_approved_by_two_others,
    nothing_is_bound_without_an_approved_template_of_that_content,
    what_is_printable_is_what_is_bound,
    what_only_another_line_prints_is_left_to_it,
    who_cannot_be_printed_is_named_and_nothing_is_bound,
    two_who_approve_at_once_are_two,
}
