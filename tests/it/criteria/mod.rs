//! The same criteria over SQL, on both databases, and in process must agree.

pub(crate) mod known;
pub(crate) mod people;
mod planned;
mod random;
mod stopped;

use chrono::NaiveDate;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use urval::{
    db::{self, OnConflict},
    domain::{
        Error, Snapshot,
        criteria::{self, CONTACT_FIELDS, Criteria, INTERACTION_FIELDS, Names, Place, World},
        text,
    },
    entity::{contact, contact_attribute},
};

use self::{people::populate, random::contact_criteria};
use crate::app::{TestApp, both};

async fn agrees(app: &TestApp, world: &mut World, json: &Value) {
    let criteria = Criteria::parse(json, &[]).unwrap_or_else(|err| panic!("{json}: {err:?}"));
    let reader = app.context.db.reader();
    let moment = world.moment;

    let facts = Snapshot::open(&app.context).await.unwrap();
    let place = Place::new(&app.context, &facts, moment);
    let set = criteria::evaluate(place, &criteria).await.unwrap();
    let condition = criteria::condition(place, &criteria).await.unwrap();
    facts.close().await.unwrap();
    use sea_orm::QueryFilter;
    let listed = contact::Entity::find().filter(condition).all(reader).await.unwrap();
    world.sets.clear();
    world.fetch_sets(&app.context, &criteria).await.unwrap();

    for contact in world.contacts.values() {
        let expected = world.holds(&criteria, contact);
        let key = contact.id.cast_unsigned();
        assert_eq!(set.contains(key), expected, "contact {key} in the set of {json}");
        let listed = listed.iter().any(|it| it.id == contact.id);
        assert_eq!(listed, expected, "contact {key} in the list of {json}");
    }
    assert!(set.len() <= 60, "{json} finds contacts that are not there");

    let again = Criteria::parse(&criteria.to_json(), &[]).unwrap();
    assert_eq!(again, criteria, "{json} changes when it is written and read");
    let text = criteria.whole_text(&Names::new());
    assert_eq!(criteria::from_text(&text).as_ref(), Ok(&criteria), "{json} becomes {text}");
}

both! {
    // CRI-2, ADD-2
    async fn sql_and_oracle_agree_on_random_criteria(app) {
        populate(&app).await;
        let reader = app.context.db.reader();
        let contacts = contact::Entity::find().all(reader).await.unwrap();
        let world = World::of(reader, contacts, app.context.moment()).await.unwrap();
        let world = std::cell::RefCell::new(world);
        let cases = std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok());
        let config = Config { cases: cases.unwrap_or(400), failure_persistence: None, ..Config::default() };
        tokio::task::block_in_place(|| {
            let runtime = tokio::runtime::Handle::current();
            let outcome = TestRunner::new(config).run(&contact_criteria(), |json| {
                let mut world = world.borrow_mut();
                runtime.block_on(agrees(&app, &mut world, &json));
                Ok(())
            });
            outcome.unwrap();
        });
    }
}

#[track_caller]
fn rejected(json: Value, expected: &[(&str, &str)]) {
    let Err(urval::domain::Error::Rejected(rejections)) = Criteria::parse(&json, &["criteria"])
    else {
        panic!("{json} was not rejected");
    };
    let actual: Vec<(String, String)> =
        rejections.into_iter().map(|it| (it.path.join("."), it.message)).collect();
    let expected: Vec<(String, String)> =
        expected.iter().map(|&(path, message)| (path.to_owned(), message.to_owned())).collect();
    assert_eq!(actual, expected, "{json}");
}

#[test]
fn everything_wrong_is_said_with_its_place() {
    rejected(
        json!({ "all": [{ "country": { "sounds": "S" } }, { "cty": { "eq": "x" } }, { "not": {} }] }),
        &[
            ("criteria.all.0.country.sounds", "sounds can't be asked of this field."),
            ("criteria.all.1.cty", "There is no field cty to test."),
            ("criteria.all.2.not", "Give exactly one field."),
        ],
    );
    rejected(
        json!({ "interactions": { "where": { "cost": { "gt": "1.00001" } }, "within": { "inLast": "90" } } }),
        &[("criteria.interactions.where.cost.gt", "1.00001 has more than 4 decimals.")],
    );
    rejected(
        json!({ "name": { "matches": "a|'b" } }),
        &[("criteria.name.matches", "The quote is never closed. (at character 3)")],
    );
    rejected(
        json!({ "ids": ["segment:1"] }),
        &[("criteria.ids.0", "\"segment:1\" is not the id of a contact.")],
    );
}

#[test]
fn criteria_are_bounded_in_depth_size_and_values() {
    let nested = |depth| (1..depth).fold(json!({ "all": [] }), |inner, _| json!({ "not": inner }));
    assert!(Criteria::parse(&nested(criteria::DEPTH_MAX), &[]).is_ok());
    assert!(Criteria::parse(&nested(criteria::DEPTH_MAX + 1), &[]).is_err());

    let wide = |nodes| json!({ "any": vec![json!({ "minor": true }); nodes - 1] });
    assert!(Criteria::parse(&wide(criteria::NODES_MAX), &[]).is_ok());
    assert!(Criteria::parse(&wide(criteria::NODES_MAX + 1), &[]).is_err());

    // What is left out counts for nothing, also when they are read back from where they are stored.
    for part in ["people", "interactions", "sample"] {
        let asked = match part {
            "sample" => json!({ "sample": { "take": 1, "salt": "" } }),
            _ => json!({ part: {} }),
        };
        let deepest =
            (1..criteria::DEPTH_MAX).fold(asked.clone(), |inner, _| json!({ "not": inner }));
        let widest = json!({ "any": vec![asked; criteria::NODES_MAX - 1] });
        for json in [deepest, widest] {
            let taken = Criteria::parse(&json, &[]).unwrap();
            assert_eq!(criteria::upgrade(&criteria::stored(&taken)).unwrap(), taken);
        }
    }

    let long = |values| json!({ "country": { "in": vec!["SE"; values] } });
    assert!(Criteria::parse(&long(criteria::LIST_VALUES_MAX), &[]).is_ok());
    assert!(Criteria::parse(&long(criteria::LIST_VALUES_MAX + 1), &[]).is_err());
}

#[test]
fn criteria_read_like_sentences() {
    let criteria = json!({ "all": [
        { "country": { "in": ["SE", "no"] } },
        { "interactions": {
            "where": { "all": [{ "template": { "eq": "bus" } }, { "evaluation": { "gte": "POSITIVE" } }] },
            "within": { "inLast": "P90D" },
            "measure": { "count": { "gte": 2 } },
        } },
        { "any": [{ "minor": false }, { "not": { "createdAt": { "before": { "relative": { "anchor": "MONTH_START", "plus": "-P1M" } } } } }] },
    ] });
    let criteria = Criteria::parse(&criteria, &[]).unwrap();
    assert_eq!(
        criteria.text(),
        "country in (SE, NO) and interactions(template = BUS and evaluation >= POSITIVE) in last \
         90 days count >= 2 and (minor = false or not (createdAt before month start - 1 month))"
    );
}

both! {
    async fn averages_are_compared_with_whatever_fits(app) {
        populate(&app).await;
        for (than, sign) in [("900000000000000", "lt"), ("-900000000000000", "gt")] {
            let average = |test: Value| json!({ "interactions": { "measure": { "avg": { "field": "COST", "test": test } } } });
            let query = "query($a: ContactCriteria, $b: ContactCriteria) { a: contacts(filter: $a) { totalCount } b: contacts(filter: $b) { totalCount } }";
            let there = average(json!({ "not": { "isSet": false } }));
            let found = app.data(query, json!({ "a": average(json!({ (sign): than })), "b": there })).await;
            assert_eq!(found["a"], found["b"], "{sign} {than}");
            assert_ne!(found["a"]["totalCount"], 0);
        }
    }

    // The last day of the calendar.
    async fn all_days_come_before_the_last(app) {
        populate(&app).await;
        let query = "query($c: ContactCriteria) { contacts(filter: $c) { totalCount } }";
        let count = async |criteria: Value| app.data(query, json!({ "c": criteria })).await["contacts"]["totalCount"].clone();
        let all = count(json!({ "all": [] })).await;
        let last = json!({ "date": "9999-12-31" });
        assert_eq!(count(json!({ "createdAt": { "onOrBefore": last } })).await, all);
        assert_eq!(count(json!({ "createdAt": { "after": last } })).await, 0);
        assert_eq!(count(json!({ "createdAt": { "matches": "01012020..31129999" } })).await, all);
        app.must("attributeCreate", "", json!({ "name": "until", "type": "DATE" })).await;
        let date = NaiveDate::from_ymd_opt(9999, 12, 31);
        let until = contact_attribute::Model { contact_id: 1, name: "until".to_owned(), text: None, text_fold: None,
            number: None, date, flag: None };
        db::write(&app.context.db, &db::Table::ALL, async |txn| {
            let row = std::slice::from_ref(&until);
            db::insert_rows::<contact_attribute::Entity>(txn, row, OnConflict::Fail).await?;
            Ok::<_, Error>(())
        }).await.unwrap();
        let until = |test: Value| json!({ "custom": { "name": "until", "date": test } });
        assert_eq!(count(until(json!({ "on": last }))).await, 1);
        assert_eq!(count(until(json!({ "onOrBefore": last }))).await, 1);
        assert_eq!(count(until(json!({ "before": last }))).await, 0);
    }

    async fn a_million_values_are_no_criteria_but_ten_thousand_are(app) {
        populate(&app).await;
        let values: Vec<String> = (0..criteria::LIST_VALUES_MAX).map(|it| format!("C{it}")).collect();
        let criteria = Criteria::parse(&json!({ "not": { "country": { "in": values } } }), &[]).unwrap();
        let facts = Snapshot::open(&app.context).await.unwrap();
        let place = Place::new(&app.context, &facts, app.context.moment());
        assert_eq!(criteria::evaluate(place, &criteria).await.unwrap().len(), 60);
    }

    async fn fields_and_their_values_can_be_listed(app) {
        populate(&app).await;
        let query = "query($prefix: String) {
            criteriaFields { name testType operators { name } }
            criteriaValues(field: \"city\", prefix: $prefix, first: 3) { value contactsCount }
        }";
        let response = app.graphql(query, json!({ "prefix": "ÅS" })).await;
        let fields = response["data"]["criteriaFields"].as_array().unwrap();
        assert!(CONTACT_FIELDS.len() + INTERACTION_FIELDS.len() < fields.len());
        let values = response["data"]["criteriaValues"].as_array().unwrap();
        let names: Vec<&str> = values.iter().map(|it| it["value"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 3);
        assert!(names.iter().all(|it| text::fold(it) == "åse"), "{names:?}");

        let response = app.graphql("{ criteriaValues(field: \"minor\") { value } }", json!({})).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
}
