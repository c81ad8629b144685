//! Who gets which answer.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr,
    QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func},
};

use super::{
    Asked,
    measure::{Measured, Window, among, measured, side_of},
    range::{self, Scale},
};
use crate::{
    db::{self, dialect},
    domain::{Result, contact::link::link_types_of, profile::Questionnaire, setup},
    entity::{
        contact, contact_code,
        kinds::{CodeKind, ContactType, ProfileMethod, ProfileSorting, PurchaseSide},
        profile_answer, purchase,
    },
};

/// Who gets an answer; of ratings, by the share of the questions that were answered, in
/// ten-thousandths of a per cent.
pub(super) type Holders = BTreeMap<Option<i64>, RoaringBitmap>;

impl Asked<'_> {
    /// Who gets which answer; nothing if nobody can be classified by it.
    ///
    /// By what was sold and bought, customers or vendors are compared, and the people of those get the same
    /// answers.
    ///
    /// # Errors
    /// What the database says; [`Reason::LimitExceeded`](crate::domain::Reason::LimitExceeded) at
    /// `questionnaire`.
    pub(super) async fn holders(
        &self,
        txn: &DatabaseTransaction,
        population: &RoaringBitmap,
        window: Window,
    ) -> Result<Option<Vec<(i32, Holders)>>> {
        let Some(measure) = self.question.row.measure else { return Ok(None) };
        let traders = match side_of(measure) {
            Some(side) => Some(traders(txn, self.questionnaire, side).await?),
            None => None,
        };
        let compared = traders.as_ref().unwrap_or(population);
        let Some(measured) = measured(txn, measure, compared, window).await? else {
            return Ok(None);
        };
        let mut sets = self.sets(&measured)?;
        if traders.is_some() {
            let people = people_of(txn, population).await?;
            for (_, set) in &mut sets {
                let theirs = set.iter().filter_map(|company| people.get(&company)).flatten();
                let theirs: RoaringBitmap = theirs.copied().collect();
                *set = &*set & population | theirs;
            }
        }
        let holders = sets.into_iter().map(|(no, set)| (no, Holders::from_iter([(None, set)])));
        Ok(Some(holders.collect()))
    }

    /// Whose value each answer stands for.
    fn sets(&self, measured: &Measured) -> Result<Vec<(i32, RoaringBitmap)>> {
        let row = &self.question.row;
        let answers = self.question.answers.iter();
        Ok(match row.method {
            Some(ProfileMethod::PercentageOfValue) => {
                let scale = Scale::percent_of(measured.total()?);
                answers.map(|it| (it.no, measured.within(it, scale, row.decimals))).collect()
            }
            Some(ProfileMethod::PercentageOfContacts) => {
                let ranked = measured.ranked(row.sorting == Some(ProfileSorting::Ascending));
                let count = i64::try_from(ranked.len()).unwrap_or(i64::MAX);
                let scale = Scale::percent_of(count);
                let of_answer = |it: &profile_answer::Model| {
                    let ranks = range::range(it, scale, row.decimals);
                    (it.no, ranks.map_or_else(RoaringBitmap::new, |it| among(&ranked, it)))
                };
                answers.map(of_answer).collect()
            }
            _ => {
                answers.map(|it| (it.no, measured.within(it, Scale::VALUE, row.decimals))).collect()
            }
        })
    }
}

/// Whom a questionnaire is for (PRO-3), without minors (CON-4); among those if they are named.
pub(super) async fn population(
    db: &impl ConnectionTrait,
    questionnaire: &Questionnaire,
    among: Option<&RoaringBitmap>,
) -> Result<RoaringBitmap> {
    those(db, questionnaire, questionnaire.header.contact_type, among).await
}

/// The same for contacts of another type.
async fn those(
    db: &impl ConnectionTrait,
    questionnaire: &Questionnaire,
    contact_type: Option<ContactType>,
    among: Option<&RoaringBitmap>,
) -> Result<RoaringBitmap> {
    let mut whom = Condition::all().add(contact::Column::Minor.eq(false));
    if let Some(among) = among {
        let id = Expr::col((contact::Entity, contact::Column::Id));
        whom = whom.add(dialect::in_ids(db.get_database_backend(), id, among.iter()));
    }
    if let Some(r#type) = contact_type {
        whom = whom.add(contact::Column::Type.eq(r#type));
    }
    if let Some(relation) = &questionnaire.header.business_relation {
        let companies = contact_code::Entity::find()
            .select_only()
            .column(contact_code::Column::ContactId)
            .filter(contact_code::Column::Kind.eq(CodeKind::BusinessRelation))
            .filter(contact_code::Column::Code.eq(relation.as_str()));
        whom = whom.add(contact::Column::CompanyId.in_subquery(companies.into_query()));
    }
    let contacts = contact::Entity::find().select_only().column(contact::Column::Id).filter(whom);
    Ok(db::keys(db, contacts.into_query()).await?)
}

/// The companies that are customers, or vendors: who is linked to one, who has the business relation
/// that means it, and with whom there was any trade.
async fn traders(
    db: &impl ConnectionTrait,
    questionnaire: &Questionnaire,
    side: PurchaseSide,
) -> Result<RoaringBitmap> {
    use contact_code::Column as C;
    let setup = setup::load(db).await?;
    let relation = match side {
        PurchaseSide::Sale => setup.customer_relation,
        PurchaseSide::Purchase => setup.vendor_relation,
    };
    let link_type = Expr::from(Func::lower(C::LinkType.into_simple_expr()));
    let is_linked = link_type.is_in(link_types_of(side));
    let meant = relation.map(|relation| C::Code.eq(relation));
    let related = contact_code::Entity::find()
        .select_only()
        .column_as(C::ContactId, "id")
        .filter(C::Kind.eq(CodeKind::BusinessRelation))
        .filter(Condition::any().add(is_linked).add_option(meant));
    let traded = purchase::Entity::find()
        .select_only()
        .column_as(purchase::Column::ContactId, "id")
        .filter(purchase::Column::Side.eq(side))
        .distinct();
    let related = db::keys(db, related.into_query()).await?;
    let traders = related | db::keys(db, traded.into_query()).await?;
    Ok(those(db, questionnaire, Some(ContactType::Company), None).await? & traders)
}

/// The people among the population, by their company.
async fn people_of(
    db: &impl ConnectionTrait,
    population: &RoaringBitmap,
) -> Result<HashMap<u32, Vec<u32>>> {
    let people = contact::Entity::find()
        .select_only()
        .columns([contact::Column::Id, contact::Column::CompanyId])
        .filter(contact::Column::Type.eq(ContactType::Person))
        .filter(contact::Column::CompanyId.is_not_null());
    let [people, companies] = db::integers(db, people.into_query(), ["id", "company_id"]).await?;
    let mut by_company: HashMap<u32, Vec<u32>> = HashMap::new();
    for (person, company) in people.into_iter().zip(companies) {
        if population.contains(person) {
            by_company.entry(company).or_default().push(person);
        }
    }
    Ok(by_company)
}
