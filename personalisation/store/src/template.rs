//! Versions of templates: proposed, approved, and frozen by the first card that is bound to one.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{AttemptId, Digest},
    template::{Origin, Template, TemplateError, TemplateKey, TemplateRecord, TemplateRefusal},
};
use sqlx::{Executor, query::Query};
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    engine::{Engine, EngineRow},
    review::names,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

type Statement<'q> = Query<'q, Engine, <Engine as sqlx::Database>::Arguments>;

const TABLE: &str = "template_version";

/// No card of this document type can be printed now. For the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no template of {} for {issuer_profile} may be printed by ({why}); have one approved (docs/templates.md)",
    names::document_type(*document)
)]
pub struct NoTemplate {
    /// Name of the issuer profile.
    pub issuer_profile: String,
    /// What should be printed.
    pub document: dossier::dossier::DocumentType,
    /// Why the newest version that the program has is none.
    pub why: TemplateRefusal,
}

impl Store {
    /// Every version that the centre knows.
    pub async fn templates(&self) -> Result<Vec<TemplateRecord>, StoreError> {
        records(&self.pool, &self.pool).await
    }

    /// Proposes what `template` holds: a new version, or a change of one by which no card was made. `Template` where that is not to be.
    pub async fn propose_template(
        &self,
        template: &Template,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<TemplateRecord, StoreError> {
        const DOING: &str = "proposing a template";
        transaction!(self, DOING, |tx| {
            let before = find(tx, &template.key).await?;
            let to = TemplateRecord::propose(before.as_ref(), template.clone(), by)?;
            let statement = match &before {
                None => {
                    "INSERT INTO template_version
                         (issuer_profile, document_type, version, digest, proposed_by, proposed_at)
                     VALUES ($1, $2, $3, $4, $5, $6)"
                }
                Some(_) => {
                    "UPDATE template_version SET digest = $4, proposed_by = $5, proposed_at = $6
                     WHERE issuer_profile = $1 AND document_type = $2 AND version = $3
                     AND digest = $7 AND first_used_at IS NULL AND proposed_by IS NOT NULL"
                }
            };
            let change = keyed(sqlx::query(statement), &template.key)
                .bind(hex(template.digest))
                .bind(by.as_bytes().to_vec())
                .bind(micros(now));
            let change = match &before {
                Some(before) => change.bind(hex(before.template.digest)),
                None => change,
            };
            let changed = change
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            exactly_one(changed.rows_affected(), DOING, &template.key)?;
            audit::write(tx, entries).await?;
            Ok(to)
        })
    }

    /// Approves what has the digest that `by` saw. `Template` where that is not to be, decided in the transaction.
    pub async fn approve_template(
        &self,
        key: &TemplateKey,
        seen: Digest,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<TemplateRecord, StoreError> {
        const DOING: &str = "approving a template";
        transaction!(self, DOING, |tx| {
            // Whoever else approves waits here; who proposes anew as well.
            let touched = keyed(
                sqlx::query(
                    "UPDATE template_version SET digest = digest
                     WHERE issuer_profile = $1 AND document_type = $2 AND version = $3",
                ),
                key,
            );
            let touched = touched.execute(&mut **tx).await;
            let touched = touched.map_err(StoreError::database(DOING))?;
            exactly_one(touched.rows_affected(), DOING, key)?;
            let from = find(tx, key).await?.ok_or(TemplateError::Changed)?;
            let to = from.approve(by, seen)?;
            let statement = "INSERT INTO template_approval
                    (issuer_profile, document_type, version, digest, person_id, approved_at)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            keyed(sqlx::query(statement), key)
                .bind(hex(seen))
                .bind(by.as_bytes().to_vec())
                .bind(micros(now))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(to)
        })
    }

    /// By which of a program's templates cards may be printed now: what [`Store::bind_next`] binds by, so an order that can be
    /// printed by these can be made.
    pub async fn printable_templates(
        &self,
        offered: &[Template],
    ) -> Result<Vec<TemplateKey>, StoreError> {
        transaction!(self, "reading by what may be printed", |tx| {
            let standing = standing(tx, offered).await?;
            let keys = standing
                .may_print
                .iter()
                .map(|one| one.template.key.clone());
            Ok(keys.collect())
        })
    }

    /// By which version an attempt's faces are printed, and what that was made of; none before it was bound, and of attempts that
    /// were bound before versions were recorded.
    pub async fn template_of(
        &self,
        attempt: AttemptId,
    ) -> Result<Option<(u32, Digest)>, StoreError> {
        const DOING: &str = "reading an attempt's template";
        let row = sqlx::query(
            "SELECT template_version, template_digest FROM line_attempt
             WHERE order_id = $1 AND attempt = $2 AND template_version IS NOT NULL",
        )
        .bind(&attempt.order.as_bytes()[..])
        .bind(i64::from(attempt.attempt.get()))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: "line_attempt",
            id: attempt.to_string(),
            row: &row,
        };
        let version = version(&columns, "template_version")?;
        Ok(Some((version, digest(&columns, "template_digest")?)))
    }
}

/// Those of a program's templates by which cards may be printed now, the newest version of each State's document type; why the
/// newest of the others may not; and what only other programs print.
pub(crate) struct Standing<'t> {
    pub(crate) may_print: Vec<Printable<'t>>,
    pub(crate) refused: Vec<NoTemplate>,
    /// Approved, but not for this program: another line's may print them.
    pub(crate) elsewhere: Vec<NoTemplate>,
}

impl Standing<'_> {
    /// Whether documents of that type may be printed, by its name in columns.
    pub(crate) fn prints(&self, document: &str) -> bool {
        let mut all = self.may_print.iter();
        all.any(|one| names::document_type(one.template.key.document) == document)
    }
}

/// A template by which cards may be printed.
#[derive(Clone, Copy)]
pub(crate) struct Printable<'t> {
    pub(crate) template: &'t Template,
    /// Whether it is frozen: then nobody changes it any more.
    used: bool,
}

/// Part of the caller's transaction.
pub(crate) async fn standing<'t>(
    tx: &mut Tx,
    offered: &'t [Template],
) -> Result<Standing<'t>, StoreError> {
    let rows = version_rows(&mut **tx).await?;
    let approvals = approval_rows(&mut **tx).await?;
    let known = assemble(&rows, &approvals)?;
    let mut standing = Standing {
        may_print: Vec::new(),
        refused: Vec::new(),
        elsewhere: Vec::new(),
    };
    let mut newest_first: Vec<_> = offered.iter().collect();
    newest_first.sort_by(|one, other| other.key.cmp(&one.key));
    for template in newest_first {
        let key = &template.key;
        let same = |issuer_profile: &str, document| {
            issuer_profile == key.issuer_profile && document == key.document
        };
        let mut printed = standing.may_print.iter();
        if printed.any(|one| same(&one.template.key.issuer_profile, one.template.key.document)) {
            continue;
        }
        let record = known.iter().find(|record| record.template.key == *key);
        let may = record.map_or(Err(TemplateRefusal::Unknown), |record| {
            let used = record.used;
            record.may_print(template.digest).map(|()| used)
        });
        let mut refused = standing.refused.iter();
        match may {
            Ok(used) => {
                standing.may_print.push(Printable { template, used });
                let of = |one: &NoTemplate| same(&one.issuer_profile, one.document);
                standing.refused.retain(|one| !of(one));
            }
            Err(why) if !refused.any(|one| same(&one.issuer_profile, one.document)) => {
                standing.refused.push(NoTemplate {
                    issuer_profile: key.issuer_profile.clone(),
                    document: key.document,
                    why,
                });
            }
            Err(_) => {}
        }
    }
    standing.elsewhere = elsewhere(&standing, &known);
    Ok(standing)
}

/// The States' document types of which a version is approved, but none that this program may print by.
fn elsewhere(standing: &Standing<'_>, known: &[TemplateRecord]) -> Vec<NoTemplate> {
    let mut elsewhere: Vec<NoTemplate> = Vec::new();
    let approved = known.iter().filter(|record| record.is_approved());
    for key in approved.map(|record| &record.template.key) {
        let same = |issuer_profile: &str, document| {
            issuer_profile == key.issuer_profile && document == key.document
        };
        let mut here = standing.may_print.iter().map(|one| &one.template.key);
        let mut found = elsewhere.iter();
        if here.any(|one| same(&one.issuer_profile, one.document))
            || found.any(|one| same(&one.issuer_profile, one.document))
        {
            continue;
        }
        let mut refused = standing.refused.iter();
        let refused = refused.find(|one| same(&one.issuer_profile, one.document));
        elsewhere.push(NoTemplate {
            issuer_profile: key.issuer_profile.clone(),
            document: key.document,
            why: refused.map_or(TemplateRefusal::NotHere, |one| one.why),
        });
    }
    elsewhere
}

/// Freezes a version: a card is bound to it. Part of the caller's transaction; `Stale` where it was changed meanwhile.
pub(crate) async fn freeze(
    tx: &mut Tx,
    Printable { template, used }: Printable<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "freezing a template";
    if used {
        return Ok(());
    }
    let unused = keyed(
        sqlx::query(
            "UPDATE template_version SET first_used_at = $5
             WHERE issuer_profile = $1 AND document_type = $2 AND version = $3 AND digest = $4
             AND first_used_at IS NULL",
        ),
        &template.key,
    );
    let frozen = unused
        .bind(hex(template.digest))
        .bind(micros(now))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    if frozen.rows_affected() == 1 {
        return Ok(());
    }
    let record = find(tx, &template.key).await?;
    let used = record.filter(|one| one.used && one.template.digest == template.digest);
    exactly_one(u64::from(used.is_some()), DOING, &template.key)
}

async fn find(tx: &mut Tx, key: &TemplateKey) -> Result<Option<TemplateRecord>, StoreError> {
    let rows = version_rows(&mut **tx).await?;
    let approvals = approval_rows(&mut **tx).await?;
    let known = assemble(&rows, &approvals)?;
    Ok(known.into_iter().find(|record| record.template.key == *key))
}

async fn records<'e>(
    versions: impl Executor<'e, Database = Engine>,
    approvals: impl Executor<'e, Database = Engine>,
) -> Result<Vec<TemplateRecord>, StoreError> {
    let rows = version_rows(versions).await?;
    assemble(&rows, &approval_rows(approvals).await?)
}

async fn version_rows<'e>(
    from: impl Executor<'e, Database = Engine>,
) -> Result<Vec<EngineRow>, StoreError> {
    sqlx::query("SELECT * FROM template_version ORDER BY issuer_profile, document_type, version")
        .fetch_all(from)
        .await
        .map_err(StoreError::database("reading templates"))
}

async fn approval_rows<'e>(
    from: impl Executor<'e, Database = Engine>,
) -> Result<Vec<EngineRow>, StoreError> {
    sqlx::query("SELECT * FROM template_approval ORDER BY approved_at, person_id")
        .fetch_all(from)
        .await
        .map_err(StoreError::database("reading approvals of templates"))
}

fn assemble(
    versions: &[EngineRow],
    approvals: &[EngineRow],
) -> Result<Vec<TemplateRecord>, StoreError> {
    let approvals: Vec<_> = approvals.iter().map(approval).collect::<Result<_, _>>()?;
    let record = |row| {
        let columns = columns(TABLE, row)?;
        let template = template(&columns)?;
        let by = columns.read_if_any("proposed_by", person)?;
        let used: Option<i64> = columns.get("first_used_at")?;
        let own = approvals.iter().filter(|(of, _)| *of == template);
        let mut former: Vec<_> = approvals
            .iter()
            .filter(|(of, _)| of.key == template.key && of.digest != template.digest)
            .map(|(of, _)| of.digest)
            .collect();
        former.dedup();
        Ok(TemplateRecord {
            former,
            approvals: own.map(|(_, person)| *person).collect(),
            origin: by.map_or(Origin::Founding, Origin::Proposed),
            used: used.is_some(),
            template,
        })
    };
    versions.iter().map(record).collect()
}

fn approval(row: &EngineRow) -> Result<(Template, PersonId), StoreError> {
    let columns = columns("template_approval", row)?;
    let by = columns.read("person_id", person)?;
    Ok((template(&columns)?, by))
}

fn columns<'r>(table: &'static str, row: &'r EngineRow) -> Result<Columns<'r>, StoreError> {
    let mut columns = Columns {
        table,
        id: "any".to_owned(),
        row,
    };
    let (profile, document): (String, String) = (
        columns.get("issuer_profile")?,
        columns.get("document_type")?,
    );
    let number: i64 = columns.get("version")?;
    columns.id = format!("{profile} {document} {number}");
    Ok(columns)
}

fn template(columns: &Columns<'_>) -> Result<Template, StoreError> {
    let document = columns.word_if_any("document_type", names::document_type_named)?;
    Ok(Template {
        key: TemplateKey {
            issuer_profile: columns.get("issuer_profile")?,
            document: document.ok_or_else(|| columns.bad("document_type"))?,
            version: version(columns, "version")?,
        },
        digest: digest(columns, "digest")?,
    })
}

fn version(columns: &Columns<'_>, column: &'static str) -> Result<u32, StoreError> {
    let number: i64 = columns.get(column)?;
    u32::try_from(number).map_err(|_| columns.bad(column))
}

fn digest(columns: &Columns<'_>, column: &'static str) -> Result<Digest, StoreError> {
    let text: String = columns.get(column)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| columns.bad(column))?;
    Ok(Digest(bytes))
}

fn person(bytes: &[u8]) -> Option<PersonId> {
    Some(PersonId::from_bytes(bytes.try_into().ok()?))
}

pub(crate) fn hex(digest: Digest) -> String {
    hex::encode(digest.0)
}

fn keyed<'q>(query: Statement<'q>, key: &TemplateKey) -> Statement<'q> {
    query
        .bind(key.issuer_profile.clone())
        .bind(names::document_type(key.document))
        .bind(i64::from(key.version))
}

fn exactly_one(rows: u64, doing: &'static str, key: &TemplateKey) -> Result<(), StoreError> {
    if rows == 1 {
        return Ok(());
    }
    let document = names::document_type(key.document);
    Err(StoreError::Stale {
        doing,
        object: format!("template {} {document} {}", key.issuer_profile, key.version),
    })
}
