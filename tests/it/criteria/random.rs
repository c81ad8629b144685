//! Random criteria of every form, in JSON.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use urval::domain::criteria::{
    CONTACT_FIELDS, Choice, Field, Kind, RELATIONS, Relation, Scope, Takes, filter_expression,
};

use super::people::{CODES, DAYS, TEXTS, day};

fn one(key: &str, value: Value) -> Value {
    Value::Object([(key.to_owned(), value)].into_iter().collect())
}

fn when() -> BoxedStrategy<Value> {
    let date = (-5..DAYS + 5).prop_map(|offset| json!({ "date": day(offset) }));
    let instant = (-5..DAYS * 24)
        .prop_map(|hours| json!({ "instant": format!("{}T22:30:00Z", day(hours / 24)) }));
    let anchors = [
        "TODAY",
        "NOW",
        "WEEK_START",
        "MONTH_START",
        "QUARTER_START",
        "YEAR_START",
        "MONTH_END",
        "FIRST_WEEK",
    ];
    let plus = ["P0D", "-P1D", "P1M", "-P2W", "-PT36H"];
    let relative = (select(anchors.to_vec()), select(plus.to_vec()))
        .prop_map(|(anchor, plus)| json!({ "relative": { "anchor": anchor, "plus": plus } }));
    let formula = select(vec!["D10", "-WD3", "-1M+CM", "1D+1M"])
        .prop_map(|formula| json!({ "formula": formula }));
    prop_oneof![date, instant, relative, formula].boxed()
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    let texts = |texts: &[&'static str]| select(texts.to_vec()).prop_map(Value::from).boxed();
    match kind {
        Kind::Text | Kind::ExactText => prop_oneof![
            texts(&TEXTS),
            texts(&["s", "S", "ss", "%", "_", "1", "", "&", "\\", "i", "%%me", "*s?", "[s]*"])
        ]
        .boxed(),
        Kind::Code => prop_oneof![
            texts(&CODES),
            texts(&["se", "S", "åL", "CT000007", "CP1", "BUS", "11122", "SM21", "OP7"])
        ]
        .boxed(),
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
        Kind::Flag => &["yes", "<>Yes", "0", "false"],
        Kind::Choice(Choice::ContactType) => &["Person", "<>Company", "0", "1..", "<1"],
        Kind::Choice(_) | Kind::Evaluation => &["1", "<>2", "''", "<>''", "..1", ">1", "0"],
        Kind::Text => &[
            "Åse", "<>Åse", "@åse", "*s*", "@*S*", "<>@*s*", "?se", "''", "<>''", "'100%'", "..M",
            "M..", "<a", ">=a", "*", "<>*", "A*s*", "@?s*",
        ],
        Kind::ExactText => &["08*", "<>08*", "''", "<>''", "*1?3", "'08 123'", "..M", "'*[star]?'"],
        Kind::Code => &["se", "<>NO", "D..S", "..NO", "S*", "'A*B'", "''", "CT00000?", ">NO"],
        Kind::Integer | Kind::Decimal => &["1", "<>0", "..15", "15..30", ">0.5", "''"],
        _ => &[
            "2026-10-10",
            "<>2026-10-10",
            "2026-10-05..2026-10-20",
            "<TODAY",
            "T-5D..",
            "''",
            "..-CM",
            "mon40..sun44",
            "0110..31",
            "-1M+CM",
            "<>D10",
        ],
    };
    let term = move || select(terms.to_vec());
    let valid = move |text: &String| filter_expression::parse(kind, text).is_ok();
    let joined =
        (term(), select(vec!["|", "&"]), term()).prop_map(|(a, op, b)| format!("{a}{op}{b}"));
    prop_oneof![term().prop_map(str::to_owned), joined]
        .prop_filter("some numbers are not whole", valid)
        .prop_map(Value::from)
        .boxed()
}

fn test(kind: Kind) -> BoxedStrategy<Value> {
    if kind == Kind::Flag {
        let matches = expression(kind).prop_map(|it| json!({ "matches": it }));
        return prop_oneof![any::<bool>().prop_map(Value::from), matches].boxed();
    }
    let one = simple_test(kind);
    prop_oneof![
        6 => simple_test(kind),
        1 => (select(vec!["all", "any"]), vec(one.clone(), 0..3))
            .prop_map(|(key, tests)| self::one(key, json!(tests))),
        1 => one.prop_map(|test| json!({ "not": test })),
    ]
    .boxed()
}

fn simple_test(kind: Kind) -> BoxedStrategy<Value> {
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
            let operand = match operator.takes_me() && matches!(kind, Kind::Text | Kind::Code) {
                true => prop_oneof![9 => operand, 1 => Just(json!("%me"))].boxed(),
                false => operand,
            };
            operand.prop_map(move |operand| one(operator.name(), operand))
        })
        .boxed()
}

fn field(fields: impl Iterator<Item = &'static Field>) -> BoxedStrategy<Value> {
    select(fields.collect::<Vec<_>>())
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

fn row_criteria(relation: &'static Relation) -> BoxedStrategy<Value> {
    tree(field(relation.fields.iter()))
}

fn measure(relation: &'static Relation) -> BoxedStrategy<Value> {
    let mut measures = vec![
        Just(json!({ "some": true })).boxed(),
        Just(json!({ "none": true })).boxed(),
        test(Kind::Integer).prop_map(|test| json!({ "count": test })).boxed(),
        (select(vec!["latest", "earliest"]), row_criteria(relation))
            .prop_map(|(key, criteria)| one(key, criteria))
            .boxed(),
    ];
    let amounts: Vec<&str> = relation.amounts.iter().map(|amount| amount.name).collect();
    if !amounts.is_empty() {
        let sums = select(vec!["sum", "avg", "min", "max"]);
        let amount = (sums, select(amounts), test(Kind::Decimal))
            .prop_map(|(key, field, test)| one(key, json!({ "field": field, "test": test })));
        measures.push(amount.boxed());
    }
    proptest::strategy::Union::new(measures).boxed()
}

fn related(relation: &'static Relation) -> BoxedStrategy<Value> {
    let within = prop_oneof![Just(Value::Null), test(relation.when().kind)];
    let scope = select(Scope::ALL.map(Scope::name).to_vec());
    let flags = vec(any::<bool>(), relation.flags.len());
    (row_criteria(relation), within, measure(relation), scope, flags)
        .prop_map(|(criteria, within, measure, scope, flags)| {
            let mut fields = json!({ "where": criteria, "within": within, "measure": measure,
                "scope": scope });
            for (flag, value) in relation.flags.iter().zip(flags) {
                fields[flag.name] = value.into();
            }
            one(relation.name, fields)
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<Value> {
    let names = [
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
    ];
    let fields = field(CONTACT_FIELDS.iter().filter(move |it| names.contains(&it.name)));
    let relations = select(RELATIONS.to_vec()).prop_flat_map(related);
    let kinds = vec!["mailingGroups", "industryGroups", "jobResponsibilities", "businessRelations"];
    let code_list = || vec(select(CODES.to_vec()), 0..3);
    let codes = prop_oneof![
        (select(vec!["hasAny", "hasAll", "hasNone"]), code_list())
            .prop_map(|(key, codes)| one(key, json!(codes))),
        test(Kind::Code).prop_map(|test| json!({ "has": test })),
        expression(Kind::Code).prop_map(|it| json!({ "matches": it })),
        test(Kind::Integer).prop_map(|test| json!({ "count": test })),
    ];
    let codes = (select(kinds), codes).prop_map(|(kind, test)| one(kind, test));
    let keys = vec((select(CODES[..3].to_vec()), select(vec![10, 20, 30, 40])), 0..3)
        .prop_map(|keys| keys.iter().map(|(code, no)| format!("{code}.{no}")).collect::<Vec<_>>());
    let within = prop_oneof![Just(Value::Null), test(Kind::Date)];
    let answers = (select(vec!["hasAny", "hasAll", "hasNone"]), keys, within).prop_map(
        |(list, keys, within)| json!({ "profileAnswers": { list: keys, "within": within } }),
    );
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
        4 => fields, 2 => codes, 2 => custom, 1 => is_set, 4 => relations, 1 => answers,
        1 => logged, 1 => ids, 1 => sample, 1 => search,
    ]
    .boxed()
}

pub(super) fn contact_criteria() -> BoxedStrategy<Value> {
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
