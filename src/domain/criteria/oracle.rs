//! Criteria over single contacts, in process: explains why a contact matches, condition by
//! condition, and is what SQL is tested against.

use std::{collections::HashMap, sync::Arc};

use roaring::RoaringBitmap;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter, sea_query::Expr,
};

use super::{
    AttributeTest, CodesTest, Criteria, FieldTest, Kind, Leaf, Names, PeopleMeasure, SegmentTest,
    Test, Tree,
    compile::of_company,
    evaluate::{Place, evaluate},
    field::Column,
    names,
    predicate::Scalar,
    resolve::{Asked, resolve},
};
use crate::{
    db::dialect,
    domain::{Context, Error, Moment, Reason, Result, Snapshot, text},
    entity::{
        contact, contact_attribute, contact_code,
        kinds::{CodeKind, ContactType},
        logged_segment,
    },
};

mod numbers;
mod related;
mod scalar;

use numbers::Numbers;
use related::Rows;
use scalar::scalar;

/// What a criteria says of one contact, and what each of its conditions says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where in the criteria it stands.
    pub path: Vec<String>,
    pub text: String,
    pub holds: bool,
    /// Of an `all`, `any` or `not`: its conditions. Of others, none.
    pub conditions: Vec<Verdict>,
}

/// Some contacts with all that criteria ask of them: for one contact, it and all of its company.
pub struct World {
    pub moment: Moment,
    /// The name of whoever asks.
    pub asked_by: Option<String>,
    pub contacts: HashMap<i32, contact::Model>,
    pub codes: Vec<contact_code::Model>,
    pub attributes: Vec<contact_attribute::Model>,
    /// The rows of relations.
    rows: Rows,
    numbers: Numbers,
    pub logged_segments: Vec<logged_segment::Model>,
    /// The sets of the conditions that are sets by nature: memberships and samples.
    pub sets: Vec<(Leaf, Arc<RoaringBitmap>)>,
    /// What people call what the criteria name.
    pub names: Names,
}

/// Says of one contact, condition by condition, whether it matches.
///
/// # Errors
/// [`Reason::NotFound`] if there is no such contact, or no segment that the criteria name.
pub async fn explain(
    context: &Context,
    db: &impl ConnectionTrait,
    criteria: &Criteria,
    contact_id: i32,
    moment: Moment,
) -> Result<Verdict> {
    let mut world = World::around(db, contact_id, moment).await?;
    world.asked_by.clone_from(&context.viewer.name);
    world.fetch_sets(context, criteria).await?;
    world.names = names(db, &criteria.named()).await?;
    let contact = &world.contacts[&contact_id];
    Ok(world.verdict(criteria, contact, Vec::new()))
}

impl World {
    /// The contact, and its company with all its people.
    async fn around(db: &impl ConnectionTrait, contact_id: i32, moment: Moment) -> Result<Self> {
        let contact = contact::Entity::find_by_id(contact_id).one(db).await?;
        let contact = contact.ok_or_else(|| {
            Error::reject(Reason::NotFound, &["contactId"], "There is no such contact.")
        })?;
        let contacts = match contact.company_id {
            Some(company_id) => {
                let of_company = contact::Column::CompanyId.eq(company_id);
                contact::Entity::find().filter(of_company).all(db).await?
            }
            None => vec![contact],
        };
        Self::of(db, contacts, moment).await
    }

    /// These contacts, which are whole companies or belong to none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(
        db: &impl ConnectionTrait,
        contacts: Vec<contact::Model>,
        moment: Moment,
    ) -> Result<Self> {
        let ids: RoaringBitmap = contacts.iter().map(|it| it.id.cast_unsigned()).collect();
        let companies: RoaringBitmap =
            contacts.iter().filter_map(|it| it.company_id).map(i32::cast_unsigned).collect();
        let backend = db.get_database_backend();
        let among =
            |column: Expr, ids: &RoaringBitmap| dialect::in_ids(backend, column, ids.iter());
        let codes = among(contact_code::Column::ContactId.into_expr(), &ids);
        let attributes = among(contact_attribute::Column::ContactId.into_expr(), &ids);
        Ok(Self {
            moment,
            asked_by: None,
            contacts: contacts.into_iter().map(|contact| (contact.id, contact)).collect(),
            codes: contact_code::Entity::find().filter(codes).all(db).await?,
            attributes: contact_attribute::Entity::find().filter(attributes).all(db).await?,
            rows: Rows::of(db, &ids, &companies).await?,
            numbers: Numbers::of(db).await?,
            logged_segments: logged_segment::Entity::find().all(db).await?,
            sets: Vec::new(),
            names: Names::new(),
        })
    }

    /// Fetches the sets that the criteria need.
    ///
    /// # Errors
    /// As [`evaluate`].
    pub async fn fetch_sets(&mut self, context: &Context, criteria: &Criteria) -> Result<()> {
        let mut leaves = Vec::new();
        set_leaves(criteria, &mut leaves);
        if leaves.is_empty() {
            return Ok(());
        }
        let facts = Snapshot::open(context).await?;
        let place = Place::new(context, &facts, self.moment);
        for leaf in leaves {
            let set = evaluate(place, &Tree::Leaf(leaf.clone())).await?;
            self.sets.push((leaf.clone(), Arc::new(set)));
        }
        facts.close().await
    }

    fn asked(&self) -> Asked<'_> {
        Asked { moment: self.moment, by: self.asked_by.as_deref().unwrap_or_default() }
    }

    fn verdict(&self, criteria: &Criteria, contact: &contact::Model, path: Vec<String>) -> Verdict {
        let below = |steps: &[String]| path.iter().chain(steps).cloned().collect::<Vec<_>>();
        let each = |word: &str, criteria: &[Criteria]| {
            let numbered = criteria.iter().enumerate();
            numbered
                .map(|(index, it)| {
                    self.verdict(it, contact, below(&[word.to_owned(), index.to_string()]))
                })
                .collect()
        };
        let conditions = match criteria {
            Tree::All(criteria) => each("all", criteria),
            Tree::Any(criteria) => each("any", criteria),
            Tree::Not(criteria) => {
                vec![self.verdict(criteria, contact, below(&["not".to_owned()]))]
            }
            Tree::Leaf(_) => Vec::new(),
        };
        Verdict {
            text: criteria.text_with(&self.names),
            holds: self.holds(criteria, contact),
            path,
            conditions,
        }
    }

    /// Whether `contact`, one of this world, matches.
    pub fn holds(&self, criteria: &Criteria, contact: &contact::Model) -> bool {
        match criteria {
            Tree::All(criteria) => criteria.iter().all(|it| self.holds(it, contact)),
            Tree::Any(criteria) => criteria.iter().any(|it| self.holds(it, contact)),
            Tree::Not(criteria) => !self.holds(criteria, contact),
            Tree::Leaf(leaf) => self.leaf(leaf, contact),
        }
    }

    fn leaf(&self, leaf: &Leaf, contact: &contact::Model) -> bool {
        match leaf {
            Leaf::Field(FieldTest { field, test }) => {
                let value = match field.column {
                    Column::Contact(column) | Column::ContactText(column, _) => {
                        scalar(contact.get(column))
                    }
                    Column::Row(..) | Column::Number(..) => None,
                };
                resolve(field.kind, test, self.asked()).holds(value.as_ref())
            }
            Leaf::Attribute { name, test } => self.attribute(name, test, contact),
            Leaf::Company(criteria) => {
                self.company(contact).is_some_and(|company| self.holds(criteria, company))
            }
            Leaf::People { filter, measure } => {
                let count = self
                    .contacts
                    .values()
                    .filter(|it| it.r#type == ContactType::Person)
                    .filter(|it| it.company_id == Some(contact.id) && self.holds(filter, it))
                    .count();
                match measure {
                    PeopleMeasure::Some => 0 < count,
                    PeopleMeasure::None => count == 0,
                    PeopleMeasure::Count(test) => self.number(Kind::Integer, test, count),
                }
            }
            Leaf::Codes { kind, test } => self.has_codes(*kind, test, contact),
            Leaf::Related(test) => self.related(test, contact),
            Leaf::Segment(SegmentTest::Logged(logged)) => self.logged(*logged, contact),
            Leaf::Ids(ids) => ids.contains(&contact.id.cast_unsigned()),
            Leaf::Segment(_) | Leaf::Sample(_) => {
                let mut sets = self.sets.iter();
                sets.any(|(it, set)| it == leaf && set.contains(contact.id.cast_unsigned()))
            }
            Leaf::Search(words) => {
                let found = contact.search_text.as_deref().unwrap_or_default();
                let found: Vec<&str> = found.split(' ').collect();
                let begins = |word: &String| found.iter().any(|it| it.starts_with(word.as_str()));
                text::words(words).iter().all(begins)
            }
        }
    }

    fn company(&self, contact: &contact::Model) -> Option<&contact::Model> {
        self.contacts.get(&contact.company_id?)
    }

    fn attribute(&self, name: &str, test: &AttributeTest, contact: &contact::Model) -> bool {
        let row = self.attributes.iter().find(|it| it.contact_id == contact.id && it.name == name);
        let (kind, test) = match test {
            AttributeTest::IsSet(is_set) => return row.is_some() == *is_set,
            AttributeTest::Value(kind, test) => (*kind, test),
        };
        let column = match kind {
            Kind::Decimal => contact_attribute::Column::Number,
            Kind::Date => contact_attribute::Column::Date,
            Kind::Flag => contact_attribute::Column::Flag,
            _ => contact_attribute::Column::Text,
        };
        let value = row.and_then(|row| scalar(row.get(column)));
        resolve(kind, test, self.asked()).holds(value.as_ref())
    }

    fn has_codes(&self, kind: CodeKind, test: &CodesTest, contact: &contact::Model) -> bool {
        let owner = if of_company(kind) { contact.company_id } else { Some(contact.id) };
        let codes: Vec<&String> = self
            .codes
            .iter()
            .filter(|it| Some(it.contact_id) == owner && it.kind == kind)
            .map(|it| &it.code)
            .collect();
        match test {
            CodesTest::HasAny(wanted) => wanted.iter().any(|it| codes.contains(&it)),
            CodesTest::HasAll(wanted) => wanted.iter().all(|it| codes.contains(&it)),
            CodesTest::HasNone(unwanted) => !unwanted.iter().any(|it| codes.contains(&it)),
            CodesTest::Has(test) => {
                let predicate = resolve(Kind::Code, test, self.asked());
                codes.into_iter().any(|it| predicate.holds(Some(&Scalar::Text(it.clone()))))
            }
            // Whoever has no company has no number of its codes, but none is none.
            CodesTest::Count(test) => self.number(Kind::Integer, test, codes.len()),
        }
    }

    fn number(&self, kind: Kind, test: &Test, number: usize) -> bool {
        let number = i64::try_from(number).expect("rows in memory");
        resolve(kind, test, self.asked()).holds(Some(&Scalar::Number(number)))
    }
}

/// The conditions that are sets by nature, at any depth.
fn set_leaves<'a>(criteria: &'a Criteria, leaves: &mut Vec<&'a Leaf>) {
    match criteria {
        Tree::All(criteria) | Tree::Any(criteria) => {
            for criteria in criteria {
                set_leaves(criteria, leaves);
            }
        }
        Tree::Not(criteria) | Tree::Leaf(Leaf::Company(criteria)) => set_leaves(criteria, leaves),
        Tree::Leaf(Leaf::People { filter, .. }) => set_leaves(filter, leaves),
        Tree::Leaf(Leaf::Segment(SegmentTest::Logged(_))) => {}
        Tree::Leaf(leaf @ (Leaf::Segment(_) | Leaf::Sample(_))) => leaves.push(leaf),
        Tree::Leaf(_) => {}
    }
}
