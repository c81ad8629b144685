//! Recording that cover sheets were printed (CVR-1).

use sea_orm::{
    ConnectionTrait, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{
    db::{self, Table, dialect},
    domain::{
        Context, Error, Event, Result, expect_revision,
        numbers::{self, Counter},
        segment::{privacy_blocked, step},
        setup, template,
    },
    entity::{
        contact, interaction,
        kinds::{CorrespondenceType, DocumentType, InformationFlow, InitiatedBy},
    },
};

/// What the interactions are called, and their documents.
const COVER_SHEET: &str = "Cover Sheet";
/// Contacts of a statement.
const PIECE: usize = 10_000;

/// Records an interaction of today for each contact of a segment, but for those who may not be
/// contacted; returns how many. What they are comes from the template that the setup has for cover
/// sheets, if it has one (DOC-1).
///
/// # Errors
/// [`Reason::NotFound`](crate::domain::Reason::NotFound) at `segmentId`; a conflict.
pub async fn log_cover_sheets(
    context: &Context,
    segment_id: i64,
    expected_revision: Option<i32>,
) -> Result<u64> {
    use interaction::Column as To;
    let written = db::write(&context.db, &[Table::Interaction], async |txn| {
        let locked = step::lock(context, txn, segment_id).await?;
        expect_revision(expected_revision, locked.segment.revision)?;
        let template = match setup::template_of(txn, DocumentType::CoverSheet).await? {
            Some(code) => Some(template::require(txn, &code, &["segmentId"]).await?),
            None => None,
        };
        let template = template.as_ref();
        let description = template.and_then(|it| it.description.as_deref()).unwrap_or(COVER_SHEET);
        let flow = template.and_then(|it| it.information_flow).unwrap_or(InformationFlow::Outbound);
        let initiator = template.and_then(|it| it.initiated_by).unwrap_or(InitiatedBy::Us);
        let group = template.and_then(|it| it.interaction_group.as_deref());
        let blocked = db::keys(txn, privacy_blocked()).await?;
        let whom: Vec<u32> = (&*locked.set - &blocked).into_iter().collect();
        let mut first = numbers::take_keys(txn, Counter::Interaction, whom.len() as u64).await?;
        let (backend, now) = (txn.get_database_backend(), context.clock.now());
        let mut written = 0;
        for piece in whom.chunks(PIECE) {
            let contact = contact::Column::Id.into_simple_expr();
            let salesperson = Expr::val(locked.segment.salesperson.clone())
                .if_null(contact::Column::Salesperson.into_simple_expr());
            let columns = [
                (To::ContactId, contact.clone()),
                (To::Id, dialect::numbered(backend, first, contact.clone())),
                (To::CompanyId, contact::Column::CompanyId.into_simple_expr()),
                (To::Date, Expr::val(context.today())),
                (To::Template, Expr::val(template.map(|it| it.code.as_str()))),
                (To::InteractionGroup, Expr::val(group)),
                (To::Description, Expr::val(description)),
                (To::InformationFlow, Expr::val(flow)),
                (To::InitiatedBy, Expr::val(initiator)),
                (To::CorrespondenceType, Expr::val(CorrespondenceType::HardCopy)),
                (To::Salesperson, salesperson),
                (To::Cost, Expr::val(template.map_or(0, |it| it.unit_cost))),
                (To::DurationMin, Expr::val(template.map_or(0, |it| it.unit_duration_min))),
                (To::CampaignTarget, Expr::val(false)),
                (To::CampaignResponse, Expr::val(false)),
                (To::SegmentId, Expr::val(segment_id)),
                (To::DocumentType, Expr::val(COVER_SHEET)),
                (To::DocumentNo, Expr::val(&*locked.segment.no)),
                (To::AttemptFailed, Expr::val(false)),
                (To::Postponed, Expr::val(false)),
                (To::Canceled, Expr::val(false)),
                (To::CanceledItself, Expr::val(false)),
                (To::Actor, Expr::val(context.actor())),
                (To::CreatedAt, Expr::val(now)),
                (To::UpdatedAt, Expr::val(now)),
            ];
            let (columns, expressions): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
            let rows = Query::select()
                .exprs(expressions)
                .from(contact::Entity)
                .and_where(dialect::in_ids(backend, contact, piece.iter().copied()))
                .to_owned();
            let insert = Query::insert()
                .into_table(interaction::Entity)
                .columns(columns)
                .select_from(rows)
                .expect("as many expressions as columns")
                .to_owned();
            written += txn.execute(&insert).await?.rows_affected();
            first += piece.len() as i64;
        }
        Ok::<_, Error>(written)
    })
    .await?;
    if 0 < written {
        context.events.publish(&context.db, Event::InteractionsImported).await;
    }
    Ok(written)
}
