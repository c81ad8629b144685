//! The same criteria over SQL, on both databases, and in process must agree.

use chrono::{NaiveDate, TimeDelta};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use urval::{
    db::{self, OnConflict},
    domain::{
        contact as contacts,
        criteria::{
            self, CONTACT_FIELDS, Choice, Criteria, Field, INTERACTION_FIELDS, Kind, Takes, World,
        },
        text,
    },
    entity::{
        campaign, contact, contact_attribute, contact_code, interaction,
        kinds::{CodeKind, ContactType, CorrespondenceType, Evaluation, InformationFlow},
        logged_segment,
    },
};

use crate::app::{TestApp, both};

/// Texts that tell databases apart: letters beyond ASCII, wildcards, quotes, and near misses.
const TEXTS: [&str; 16] = [
    "Åse",
    "åse",
    "ÅSE",
    "ase",
    "Straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "😀 & Co",
    "O'Neil",
    "100%",
    "100x",
    "a_b",
    "axb",
    r"back\slash",
    "*[star]?",
];
const CODES: [&str; 5] = ["SE", "NO", "DK", "ÅL", "A*B"];
const DAYS: i64 = 40;

fn day(offset: i64) -> NaiveDate {
    "2026-10-01".parse::<NaiveDate>().unwrap() + TimeDelta::days(offset)
}

/// Contacts of all kinds, drawn with a fixed seed: the same on both databases.
async fn populate(app: &TestApp) {
    let mut random = fastrand::Rng::with_seed(7);
    let mut maybe = |values: &[&str]| {
        (random.u8(..4) != 0).then(|| values[random.usize(..values.len())].to_owned())
    };
    let mut rows = Vec::new();
    for id in 1..=60 {
        let now = app.context.clock.now() - TimeDelta::hours(i64::from(id) * 7);
        let mut row = contacts::blank(id, now);
        row.no = format!("CT{id:06}");
        row.name = maybe(&TEXTS).unwrap_or_else(|| "x".to_owned());
        row.r#type = if id % 4 == 1 { ContactType::Company } else { ContactType::Person };
        row.company_id = match id % 4 {
            1 => Some(id),
            3 if id % 3 == 0 => None,
            rest => Some(id - rest + if rest == 0 { -3 } else { 1 }),
        };
        row.city = maybe(&TEXTS);
        row.email = maybe(&TEXTS);
        row.phone = maybe(&["08-123", "08 123", "+46 70"]);
        row.country = maybe(&CODES);
        row.post_code = maybe(&["111 22", "11122", "2"]);
        row.correspondence_type = maybe(&["x", "y"]).map(|it| {
            if it == "x" { CorrespondenceType::Email } else { CorrespondenceType::HardCopy }
        });
        row.minor = maybe(&["1"]).is_none();
        contacts::derive(&mut row);
        rows.push(row);
    }
    let codes = classifications();
    let attributes = attributes();
    let (campaigns, logs, interactions) = interactions(app);
    db::write(&app.context.db, async |txn| {
        contacts::insert_new(txn, &rows).await?;
        db::insert_rows::<contact_code::Entity>(txn, &codes, OnConflict::Ignore).await?;
        db::insert_rows::<contact_attribute::Entity>(txn, &attributes, OnConflict::Ignore).await?;
        db::insert_rows::<campaign::Entity>(txn, &campaigns, OnConflict::Fail).await?;
        db::insert_rows::<logged_segment::Entity>(txn, &logs, OnConflict::Fail).await?;
        db::insert_rows::<interaction::Entity>(txn, &interactions, OnConflict::Fail).await?;
        Ok::<_, urval::domain::Error>(())
    })
    .await
    .unwrap();
}

fn classifications() -> Vec<contact_code::Model> {
    let mut random = fastrand::Rng::with_seed(8);
    let kinds = [
        CodeKind::MailingGroup,
        CodeKind::IndustryGroup,
        CodeKind::JobResponsibility,
        CodeKind::BusinessRelation,
    ];
    let row = |random: &mut fastrand::Rng| contact_code::Model {
        contact_id: random.i32(1..=60),
        kind: kinds[random.usize(..4)],
        code: CODES[random.usize(..CODES.len())].to_owned(),
        link_type: None,
        link_no: None,
        search_word: None,
    };
    (0..120).map(|_| row(&mut random)).collect()
}

fn attributes() -> Vec<contact_attribute::Model> {
    let mut random = fastrand::Rng::with_seed(9);
    let row = |random: &mut fastrand::Rng| {
        let name = ["shoe", "since", "vip", "motto", "tier"][random.usize(..5)];
        let motto = TEXTS[random.usize(..TEXTS.len())];
        let text = match name {
            "motto" => Some(motto.to_owned()),
            "tier" => Some(CODES[random.usize(..CODES.len())].to_owned()),
            _ => None,
        };
        contact_attribute::Model {
            contact_id: random.i32(1..=60),
            name: name.to_owned(),
            text_fold: text.as_deref().map(text::fold),
            text,
            number: (name == "shoe").then(|| random.i64(-5..5) * 5_000),
            date: (name == "since").then(|| day(random.i64(0..DAYS))),
            flag: (name == "vip").then(|| random.bool()),
        }
    };
    (0..150).map(|_| row(&mut random)).collect()
}

fn interactions(
    app: &TestApp,
) -> (Vec<campaign::Model>, Vec<logged_segment::Model>, Vec<interaction::Model>) {
    let mut random = fastrand::Rng::with_seed(10);
    let now = app.context.clock.now();
    let campaign = |id: i64| campaign::Model {
        id,
        no: format!("CP{id}"),
        description: None,
        starting_date: None,
        ending_date: None,
        salesperson: None,
        status: None,
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    let log = |id: i64| logged_segment::Model {
        id,
        segment_id: id + 10,
        description: "Logged".to_owned(),
        created_at: now,
        actor: None,
        canceled: false,
        interactions_count: 0,
    };
    let row = |random: &mut fastrand::Rng, id: i64| {
        let contact_id = random.i32(1..=60);
        interaction::Model {
            contact_id,
            id,
            company_id: (random.u8(..5) != 0).then(|| (contact_id - 1) / 4 * 4 + 1),
            date: day(random.i64(0..DAYS)),
            time: None,
            template: (random.u8(..5) != 0).then(|| ["BUS", "GOLF"][random.usize(..2)].to_owned()),
            interaction_group: None,
            description: Some(TEXTS[random.usize(..TEXTS.len())].to_owned()),
            subject: None,
            information_flow: random.bool().then_some(InformationFlow::Inbound),
            initiated_by: None,
            correspondence_type: None,
            language: None,
            salesperson: None,
            evaluation: [None, Some(Evaluation::Negative), Some(Evaluation::Positive)]
                [random.usize(..3)],
            cost: random.i64(0..5) * 2_500,
            duration_min: random.i32(0..4) * 15,
            campaign_id: (random.u8(..3) == 0).then(|| random.i64(1..=2)),
            campaign_entry_id: None,
            campaign_target: random.bool(),
            campaign_response: false,
            segment_id: None,
            logged_segment_id: (random.u8(..3) == 0).then(|| random.i64(1..=2)),
            document_type: None,
            document_no: None,
            contact_via: None,
            delivery_status: None,
            attempt_failed: false,
            postponed: random.u8(..8) == 0,
            canceled: random.u8(..8) == 0,
            canceled_itself: false,
            actor: None,
            created_at: now,
            updated_at: now,
        }
    };
    let rows = (1..=200).map(|id| row(&mut random, id)).collect();
    ((1..=2).map(campaign).collect(), (1..=2).map(log).collect(), rows)
}

fn one(key: &str, value: Value) -> Value {
    Value::Object([(key.to_owned(), value)].into_iter().collect())
}

fn when() -> BoxedStrategy<Value> {
    let date = (-5..DAYS + 5).prop_map(|offset| json!({ "date": day(offset) }));
    let instant = (-5..DAYS * 24)
        .prop_map(|hours| json!({ "instant": format!("{}T22:30:00Z", day(hours / 24)) }));
    let anchors = ["TODAY", "NOW", "WEEK_START", "MONTH_START", "QUARTER_START", "YEAR_START"];
    let plus = ["P0D", "-P1D", "P1M", "-P2W", "-PT36H"];
    let relative = (select(anchors.to_vec()), select(plus.to_vec()))
        .prop_map(|(anchor, plus)| json!({ "relative": { "anchor": anchor, "plus": plus } }));
    prop_oneof![date, instant, relative].boxed()
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    let texts = |texts: &[&'static str]| select(texts.to_vec()).prop_map(Value::from).boxed();
    match kind {
        Kind::Text | Kind::ExactText => {
            prop_oneof![texts(&TEXTS), texts(&["s", "S", "ss", "%", "_", "1", "", "&", "\\", "i"])]
                .boxed()
        }
        Kind::Code => {
            prop_oneof![texts(&CODES), texts(&["se", "S", "åL", "CT000007", "CP1", "BUS", "11122"])]
                .boxed()
        }
        Kind::Choice(Choice::ContactType) => texts(&["COMPANY", "PERSON"]),
        Kind::Choice(choice) => texts(choice.names()),
        Kind::Evaluation => texts(&["NEGATIVE", "NEUTRAL", "POSITIVE"]),
        Kind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer => (-1_i64..60).prop_map(Value::from).boxed(),
        Kind::Decimal => (-8_i64..12).prop_map(|it| json!(format!("{}", it as f64 / 4.0))).boxed(),
        Kind::Date | Kind::Instant => when(),
    }
}

fn expression(kind: Kind) -> BoxedStrategy<Value> {
    let terms: &[&'static str] = match kind {
        Kind::Text => &[
            "Åse", "<>Åse", "@åse", "*s*", "@*S*", "<>@*s*", "?se", "''", "<>''", "'100%'", "..M",
            "M..", "<a", ">=a",
        ],
        Kind::ExactText => &["08*", "<>08*", "''", "<>''", "*1?3", "'08 123'", "..M", "'*[star]?'"],
        Kind::Code => &["se", "<>NO", "D..S", "..NO", "S*", "'A*B'", "''", "CT00000?", ">NO"],
        Kind::Integer | Kind::Decimal => &["1", "<>0", "..15", "15..30", ">0.5", "''"],
        _ => &["2026-10-10", "<>2026-10-10", "2026-10-05..2026-10-20", "<TODAY", "T-5D..", "''"],
    };
    let term = move || select(terms.to_vec());
    let valid = move |text: &String| criteria::filter_expression::parse(kind, text).is_ok();
    let joined =
        (term(), select(vec!["|", "&"]), term()).prop_map(|(a, op, b)| format!("{a}{op}{b}"));
    prop_oneof![term().prop_map(str::to_owned), joined]
        .prop_filter("some numbers are not whole", valid)
        .prop_map(Value::from)
        .boxed()
}

fn test(kind: Kind) -> BoxedStrategy<Value> {
    if kind == Kind::Flag {
        return any::<bool>().prop_map(Value::from).boxed();
    }
    select(kind.operators().to_vec())
        .prop_flat_map(move |operator| {
            let operand = match operator.takes() {
                Takes::One => value(kind),
                Takes::Many => vec(value(kind), 0..4).prop_map(Value::from).boxed(),
                Takes::Range => (value(kind), value(kind))
                    .prop_map(|(from, to)| json!({ "from": from, "to": to }))
                    .boxed(),
                Takes::Flag => any::<bool>().prop_map(Value::from).boxed(),
                Takes::Period => {
                    select(vec!["P1D", "P10D", "P1M", "PT36H"]).prop_map(Value::from).boxed()
                }
                Takes::Expression => expression(kind),
            };
            operand.prop_map(move |operand| one(operator.name(), operand))
        })
        .boxed()
}

fn field(fields: &'static [Field], names: &[&str]) -> BoxedStrategy<Value> {
    let fields: Vec<&'static Field> =
        fields.iter().filter(|field| names.contains(&field.name)).collect();
    select(fields)
        .prop_flat_map(|field| test(field.kind).prop_map(|test| one(field.name, test)))
        .boxed()
}

fn tree(leaf: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|all| json!({ "all": all })),
            vec(inner.clone(), 0..4).prop_map(|any| json!({ "any": any })),
            inner.prop_map(|not| json!({ "not": not })),
        ]
    })
    .boxed()
}

fn interaction_criteria() -> BoxedStrategy<Value> {
    tree(field(
        INTERACTION_FIELDS,
        &[
            "template",
            "date",
            "description",
            "informationFlow",
            "evaluation",
            "cost",
            "durationMin",
            "campaign",
            "campaignTarget",
            "createdAt",
        ],
    ))
}

fn measure() -> BoxedStrategy<Value> {
    let amount = (
        select(vec!["sum", "avg", "min", "max"]),
        select(vec!["COST", "DURATION_MIN"]),
        test(Kind::Decimal),
    )
        .prop_map(|(key, field, test)| one(key, json!({ "field": field, "test": test })));
    let outermost = (select(vec!["latest", "earliest"]), interaction_criteria())
        .prop_map(|(key, criteria)| one(key, criteria));
    let count = test(Kind::Integer).prop_map(|test| json!({ "count": test }));
    prop_oneof![
        Just(json!({ "some": true })),
        Just(json!({ "none": true })),
        count,
        amount,
        outermost
    ]
    .boxed()
}

fn interactions_test() -> BoxedStrategy<Value> {
    let within = prop_oneof![Just(Value::Null), test(Kind::Date)];
    let scope = select(vec!["PERSON", "COMPANY", "EITHER"]);
    (interaction_criteria(), within, measure(), scope, any::<bool>(), any::<bool>())
        .prop_map(|(criteria, within, measure, scope, canceled, postponed)| {
            json!({ "interactions": { "where": criteria, "within": within, "measure": measure,
                "scope": scope, "includeCanceled": canceled, "includePostponed": postponed } })
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<Value> {
    let fields = field(
        CONTACT_FIELDS,
        &[
            "no",
            "type",
            "name",
            "city",
            "email",
            "phone",
            "country",
            "postCode",
            "minor",
            "correspondenceType",
            "createdAt",
        ],
    );
    let kinds = vec!["mailingGroups", "industryGroups", "jobResponsibilities", "businessRelations"];
    let code_list = || vec(select(CODES.to_vec()), 0..3);
    let codes = prop_oneof![
        (select(vec!["hasAny", "hasAll", "hasNone"]), code_list())
            .prop_map(|(key, codes)| one(key, json!(codes))),
        test(Kind::Integer).prop_map(|test| json!({ "count": test })),
    ];
    let codes = (select(kinds), codes).prop_map(|(kind, test)| one(kind, test));
    let custom = select(vec![
        ("shoe", "number", Kind::Decimal),
        ("since", "date", Kind::Date),
        ("vip", "boolean", Kind::Flag),
        ("motto", "text", Kind::Text),
        ("tier", "code", Kind::Code),
        ("motto", "number", Kind::Decimal),
    ])
    .prop_flat_map(|(name, key, kind)| {
        test(kind).prop_map(move |test| json!({ "custom": { "name": name, key: test } }))
    });
    let is_set =
        any::<bool>().prop_map(|is_set| json!({ "custom": { "name": "vip", "isSet": is_set } }));
    let logged =
        (1..4).prop_map(|id| json!({ "inSegment": { "logged": format!("segment:{}", id + 10) } }));
    let ids = vec(1..70, 0..20)
        .prop_map(|ids| ids.into_iter().map(|id| format!("contact:{id}")).collect::<Vec<_>>())
        .prop_map(|ids| json!({ "ids": ids }));
    let sample = (0..=10, select(vec!["a", "b"]))
        .prop_map(|(tenths, salt)| json!({ "sample": { "fraction": format!("0.{tenths}").replace("0.10", "1"), "salt": salt } }));
    let search =
        select(vec!["å", "STRASS", "ct 000", "nobody"]).prop_map(|it| json!({ "search": it }));
    prop_oneof![
        4 => fields, 2 => codes, 2 => custom, 1 => is_set, 4 => interactions_test(),
        1 => logged, 1 => ids, 1 => sample, 1 => search,
    ]
    .boxed()
}

fn contact_criteria() -> BoxedStrategy<Value> {
    let related = prop_oneof![
        leaf().prop_map(|inner| json!({ "company": inner })),
        (
            leaf(),
            prop_oneof![
                Just(json!({ "some": true })),
                Just(json!({ "none": true })),
                test(Kind::Integer).prop_map(|test| json!({ "count": test })),
            ]
        )
            .prop_map(
                |(inner, measure)| json!({ "people": { "where": inner, "measure": measure } })
            ),
        (leaf(), 0..12).prop_map(|(of, take)| {
            json!({ "sample": { "of": of, "take": take, "salt": "s" } })
        }),
    ];
    tree(prop_oneof![3 => leaf(), 1 => related].boxed())
}

async fn agrees(app: &TestApp, world: &mut World, json: &Value) {
    let criteria = Criteria::parse(json, &[]).unwrap_or_else(|err| panic!("{json}: {err:?}"));
    let reader = app.context.db.reader();
    let moment = world.moment;

    let set = criteria::evaluate(&app.context, reader, &criteria, moment).await.unwrap();
    let condition = criteria::condition(&app.context, reader, &criteria, moment).await.unwrap();
    use sea_orm::QueryFilter;
    let listed = contact::Entity::find().filter(condition).all(reader).await.unwrap();
    world.sets.clear();
    world.fetch_sets(&app.context, reader, &criteria).await.unwrap();

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
    assert!(!criteria.text().is_empty());
}

both! {
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
        json!({ "all": [{ "country": { "like": "S" } }, { "cty": { "eq": "x" } }, { "not": {} }] }),
        &[
            ("criteria.all.0.country.like", "like can't be asked of this field."),
            ("criteria.all.1.cty", "There is no field cty to test."),
            ("criteria.all.2.not", "Give exactly one field."),
        ],
    );
    rejected(
        json!({ "interactions": { "where": { "cost": { "gt": "1.00001" } }, "within": { "inLast": "90" } } }),
        &[("criteria.interactions.where.cost.gt", "1.00001 has more than 4 decimals.")],
    );
    rejected(
        json!({ "name": { "filter": "a|'b" } }),
        &[("criteria.name.filter", "The quote is never closed. (at character 3)")],
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
         90 days count >= 2 and (not minor or not (createdAt before month start - 1 month))"
    );
}

both! {
    async fn a_million_values_are_no_criteria_but_ten_thousand_are(app) {
        populate(&app).await;
        let values: Vec<String> = (0..criteria::LIST_VALUES_MAX).map(|it| format!("C{it}")).collect();
        let criteria = Criteria::parse(&json!({ "not": { "country": { "in": values } } }), &[]).unwrap();
        let reader = app.context.db.reader();
        let set = criteria::evaluate(&app.context, reader, &criteria, app.context.moment()).await.unwrap();
        assert_eq!(set.len(), 60);
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
