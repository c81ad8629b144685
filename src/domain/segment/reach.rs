//! Who of a segment can be reached by what its lines say, before anybody is written to. All of it is
//! found by a few statements, however many lines there are.

use std::{collections::HashSet, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    choose::privacy_blocked,
    effective::{self, Defaults},
    lines::defaults_of,
};
use crate::{
    db::{self, dialect},
    domain::{Context, Result},
    entity::{contact, kinds::CorrespondenceType, segment},
};

/// Up to so many lines are named to the database; of more, it is asked about all contacts.
const NAMED_MAX: u64 = 5_000;

/// The contacts of a segment, each in one of these sets.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Who may not be contacted.
    pub blocked: Arc<RoaringBitmap>,
    /// Whose line has no correspondence type: nothing is sent to them.
    pub unaddressed: Arc<RoaringBitmap>,
    /// To be reached by e-mail, without an e-mail address (D19).
    pub without_email: Arc<RoaringBitmap>,
    /// To be reached by letter, with neither an address nor a city.
    pub without_postal_address: Arc<RoaringBitmap>,
    /// To be reached by an e-mail address at which another contact before them is reached.
    pub duplicate_email: Arc<RoaringBitmap>,
    /// All others.
    pub reachable: Arc<RoaringBitmap>,
}

/// Who of a segment can be reached.
///
/// # Errors
/// What the database says.
pub async fn reach(context: &Context, segment: &segment::Model) -> Result<Reach> {
    let db = context.db.reader();
    let set = context.members.load(db, segment).await?;
    let defaults = defaults_of(db, segment).await?;
    let mut rest = (*set).clone();
    let blocked = taken(&mut rest, &db::keys(db, privacy_blocked()).await?);
    let lines = Lines { db, segment_id: segment.id, set: &set };
    let unaddressed = taken(&mut rest, &lines.of(defaults.unaddressed()).await?);
    let without_email = taken(&mut rest, &lines.of(defaults.unreachable()).await?);
    let by_letter = without_postal_address(&defaults);
    let without_postal_address = taken(&mut rest, &lines.of(by_letter).await?);
    let by_email = lines.of(defaults.addressed_by(CorrespondenceType::Email)).await?;
    let duplicates = lines.duplicates(&(&by_email & &rest)).await?;
    let duplicate_email = taken(&mut rest, &duplicates);
    Ok(Reach {
        blocked,
        unaddressed,
        without_email,
        without_postal_address,
        duplicate_email,
        reachable: Arc::new(rest),
    })
}

/// Those of `rest` who are among `these`, who are taken out of it.
fn taken(rest: &mut RoaringBitmap, these: &RoaringBitmap) -> Arc<RoaringBitmap> {
    let found = &*rest & these;
    *rest -= &found;
    Arc::new(found)
}

fn without_postal_address(defaults: &Defaults) -> Condition {
    let nothing = |column: contact::Column| column.into_simple_expr().is_null();
    Condition::all()
        .add(defaults.addressed_by(CorrespondenceType::HardCopy))
        .add(nothing(contact::Column::Address))
        .add(nothing(contact::Column::City))
}

/// The lines of a segment.
struct Lines<'a, C> {
    db: &'a C,
    segment_id: i64,
    set: &'a RoaringBitmap,
}

impl<C: ConnectionTrait> Lines<'_, C> {
    /// The contacts for whose lines a condition holds; of a large segment, others besides, who have no
    /// line in it.
    async fn of(&self, condition: Condition) -> Result<RoaringBitmap> {
        let mut query = effective::lines(self.segment_id);
        query.expr_as(contact::Column::Id.into_simple_expr(), "id").cond_where(condition);
        self.name(&mut query);
        Ok(db::keys(self.db, query).await?)
    }

    fn name(&self, query: &mut SelectStatement) {
        if self.set.len() <= NAMED_MAX {
            let id = contact::Column::Id.into_simple_expr();
            let backend = self.db.get_database_backend();
            query.and_where(dialect::in_ids(backend, id, self.set.iter()));
        }
    }

    /// Those of `whom` whose e-mail address another of them has who comes before.
    async fn duplicates(&self, whom: &RoaringBitmap) -> Result<RoaringBitmap> {
        let email = contact::Column::EmailFold;
        let number = Expr::cust("DENSE_RANK() OVER (ORDER BY email_fold)");
        let mut query = Query::select();
        query
            .expr_as(contact::Column::Id.into_simple_expr(), "id")
            // Told apart by a number, for only numbers come in bulk.
            .expr_as(number.cast_as("integer"), "address")
            .from(contact::Entity)
            .and_where(email.is_not_null());
        if self.set.len() <= NAMED_MAX {
            self.name(&mut query);
        } else {
            let mut shared = Query::select();
            shared.column(email).from(contact::Entity).and_where(email.is_not_null());
            shared.group_by_col(email).and_having(email.count().gt(1));
            query.and_where(email.into_simple_expr().in_subquery(shared));
        }
        let [ids, addresses] = db::integers(self.db, query, ["id", "address"]).await?;
        let mut all: Vec<(u32, u32)> =
            ids.into_iter().zip(addresses).filter(|(id, _)| whom.contains(*id)).collect();
        all.sort_unstable();
        let mut seen = HashSet::new();
        let again = all.into_iter().filter(|(_, address)| !seen.insert(*address));
        Ok(again.map(|(id, _)| id).collect())
    }
}
