//! The trees, and what lies between a contact and what it is asked through.

use async_graphql::registry::Registry;

use super::{
    fields::CriteriaOperand,
    inputs::{Declared, add, add_enum, declare},
    types_of,
};
use crate::domain::criteria::{
    CLASSIFICATIONS, CONTACT_FIELDS, DEPTH_MAX, Field, Flag, LIST_VALUES_MAX, NODES_MAX, RELATIONS,
    Relation, Scope,
};

/// What can be asked of the codes of one kind.
pub(super) const CODE_SET: [(&str, CriteriaOperand, &str); 6] = [
    ("hasAny", CriteriaOperand::Many, "At least one of these codes; nobody if the list is empty."),
    ("hasAll", CriteriaOperand::Many, "All of these codes; everybody if the list is empty."),
    ("hasNone", CriteriaOperand::Many, "None of these codes; everybody if the list is empty."),
    ("has", CriteriaOperand::CodeTest, "A code like this."),
    ("matches", CriteriaOperand::Expression, "A code that this filter expression lets through."),
    ("count", CriteriaOperand::Test, "How many codes."),
];

pub(super) fn register(registry: &mut Registry) {
    register_others(registry);
    for relation in RELATIONS {
        register_relation(registry, relation);
    }
    register_criteria(registry);
}

fn register_others(registry: &mut Registry) {
    let fields = CODE_SET.map(|(name, takes, description)| {
        let ty = match takes {
            CriteriaOperand::Test => "IntTest",
            CriteriaOperand::CodeTest => "CodeTest",
            CriteriaOperand::Expression => "FilterExpression",
            _ => "[String!]",
        };
        declare(name, ty, description)
    });
    let description = "What is asked of a contact's codes of one kind. Give exactly one field.";
    add(registry, "CodeSetTest", description, true, &fields);
    let fields = [
        declare("some", "Boolean", "At least one; only `true`."),
        declare("none", "Boolean", "Not one; only `true`."),
        declare("count", "IntTest", "How many."),
    ];
    let description = "How many people must match. Give exactly one field.";
    add(registry, "PeopleMeasure", description, true, &fields);
    let fields = [
        declare("where", "ContactCriteria", "Which people; all if left out."),
        declare("measure", "PeopleMeasure = {some: true}", "How many of them."),
    ];
    let description = "What is asked of the people of a company. A person has none.";
    add(registry, "PeopleTest", description, false, &fields);
    let fields = [
        declare("name", "String!", "The name of the attribute."),
        declare("text", "TextTest", "For text."),
        declare("code", "CodeTest", "For codes."),
        declare("number", "DecimalTest", "For numbers."),
        declare("date", "DateTest", "For dates."),
        declare("boolean", "Boolean", "For yes or no."),
        declare("isSet", "Boolean", "Whether the contact has a value."),
    ];
    let description = "What is asked of a custom attribute: its name and exactly one test. A test \
                       that does not fit the type of the attribute is false.";
    add(registry, "CustomAttributeTest", description, false, &fields);
    let fields = [
        declare("current", "ID", "Is in this segment now."),
        declare("asOfStep", "SegmentStepRef", "Was in a segment after one of its steps."),
        declare("ever", "ID", "Is or was in this segment after any of its steps."),
        declare(
            "logged",
            "ID",
            "Has an interaction, not canceled, from the logging of this segment; a segment or a \
             logged segment.",
        ),
    ];
    let description = "Membership of a segment. Give exactly one field.";
    add(registry, "SegmentTest", description, true, &fields);
    let fields = [
        declare("segment", "ID!", "The segment."),
        declare("step", "Int!", "The number of the step; 0 is before the first."),
    ];
    add(registry, "SegmentStepRef", "A segment after one of its steps.", false, &fields);
    let fields = [
        declare("of", "ContactCriteria", "Whom to draw from; all contacts if left out."),
        declare("fraction", "Decimal", "About this part of them, from 0 to 1. This or `take`."),
        declare("take", "Int", "Exactly this many, or all if there are fewer. This or `fraction`."),
        declare("salt", "String!", "Another salt draws others; the same draws the same."),
    ];
    let description = "A stable sample: whoever is drawn stays drawn while others come and go.";
    add(registry, "SampleTest", description, false, &fields);
}

fn register_relation(registry: &mut Registry, relation: &'static Relation) {
    let Relation { name, one, type_prefix, measure_prefix, .. } = relation;
    let criteria = format!("{type_prefix}Criteria");
    let (scope, amount) = (format!("{type_prefix}Scope"), format!("{type_prefix}Amount"));
    let (measure, amount_test) =
        (format!("{measure_prefix}Measure"), format!("{measure_prefix}AmountTest"));

    let same = format!("All of it holds for the same {}.", relation.row());
    let (whose, default) = (format!("Whose {name}."), format!("{scope} = PERSON"));
    let measured = format!("{measure} = {{some: true}}");
    let mut fields = vec![
        declare("where", &criteria, &same),
        declare("within", types_of(relation.when().kind).0, "When it was."),
        declare("measure", &measured, "What is measured over those that remain."),
        declare("scope", &default, &whose),
    ];
    let flag = |flag: &'static Flag| declare(flag.name, "Boolean = false", flag.description);
    fields.extend(relation.flags.iter().map(flag));
    if relation.key.is_some() {
        fields.extend(KEYS.map(|(name, description)| declare(name, "[String!]", description)));
    }
    let description = format!("What is asked of the {name} of a contact.");
    add(registry, &format!("{type_prefix}Test"), &description, false, &fields);

    let scopes = Scope::ALL.map(Scope::name).into_iter().zip(relation.scopes);
    add_enum(registry, &scope, &whose, scopes);
    let mut fields = vec![
        declare("some", "Boolean", "There is at least one; only `true`."),
        declare("none", "Boolean", "There is not one; only `true`."),
        declare("count", "IntTest", "How many there are."),
    ];
    if !relation.amounts.is_empty() {
        fields.extend([
            declare("sum", &amount_test, "Their sum; missing if there are none."),
            declare("avg", &amount_test, "Their average, exact; missing if there are none."),
            declare("min", &amount_test, "The least of them; missing if there are none."),
            declare("max", &amount_test, "The greatest of them; missing if there are none."),
        ]);
        register_amounts(registry, relation, &amount, &amount_test);
    }
    fields.extend([
        declare("latest", &criteria, "The latest of them is like this."),
        declare("earliest", &criteria, "The earliest of them is like this."),
    ]);
    let description = format!("What is measured over {name}. Give exactly one field.");
    add(registry, &measure, &description, true, &fields);

    let mut fields = combined(&criteria, [&format!("any {}", relation.row()), "none"]).to_vec();
    fields.extend(tests(relation.fields));
    let description = format!("A question about {one}, true or false. Give exactly one field.");
    add(registry, &criteria, &description, true, &fields);
}

/// Rows by the keys that name them. Instead of `where` and `measure`.
const KEYS: [(&str, &str); 3] = [
    (
        "hasAny",
        "One of these, by their keys such as `CUSTOMER.20000`; instead of `where` and `measure`.",
    ),
    ("hasAll", "All of these, by their keys; instead of `where` and `measure`."),
    ("hasNone", "None of these, by their keys; instead of `where` and `measure`."),
];

fn register_amounts(
    registry: &mut Registry,
    relation: &'static Relation,
    amount: &str,
    amount_test: &str,
) {
    let values = relation.amounts.iter().map(|it| (it.name, it.description));
    let description = format!("What of {} can be summed and averaged.", relation.name);
    add_enum(registry, amount, &description, values);
    let fields = [
        declare("field", &format!("{amount}!"), "What is summed."),
        declare("test", "DecimalTest!", "What is asked of it."),
    ];
    add(registry, amount_test, "An amount and what is asked of it.", false, &fields);
}

fn tests(fields: &'static [Field]) -> impl Iterator<Item = Declared<'static>> {
    fields.iter().map(|field| declare(field.name, types_of(field.kind).0, field.description))
}

/// The fields of a tree; `whom` it means without conditions, by `all` and by `any`.
fn combined(name: &str, whom: [&str; 2]) -> [Declared<'static>; 3] {
    let list = format!("[{name}!]");
    let [all, any] = whom;
    [
        declare("all", &list, &format!("All of these hold; {all} if the list is empty.")),
        declare("any", &list, &format!("At least one of these holds; {any} if the list is empty.")),
        declare("not", name, "This does not hold."),
    ]
}

fn register_criteria(registry: &mut Registry) {
    let mut fields = combined("ContactCriteria", ["everybody", "nobody"]).to_vec();
    fields.extend(tests(CONTACT_FIELDS));
    fields.extend(CLASSIFICATIONS.map(|it| declare(it.name, "CodeSetTest", it.description)));
    fields.extend([
        declare("custom", "CustomAttributeTest", "A custom attribute."),
        declare(
            "company",
            "ContactCriteria",
            "The contact's company matches; for a company, itself.",
        ),
        declare("people", "PeopleTest", "The people of the company that the contact is."),
    ]);
    fields.extend(
        RELATIONS.map(|it| declare(it.name, &format!("{}Test", it.type_prefix), it.description)),
    );
    fields.extend([
        declare("inSegment", "SegmentTest", "Membership of a segment."),
        declare("ids", "[ID!]", "One of these contacts; nobody if the list is empty."),
        declare("sample", "SampleTest", "In a stable sample."),
        declare(
            "text",
            "String",
            "The same as text: `\"country = SE and not mailing_group has NEWS\"`. It is read once, and kept \
             as the criteria that it stands for; `criteriaParse` says what is wrong with it.",
        ),
        declare(
            "search",
            "String",
            "Each of these words begins a word of the contact's name, company, city, e-mail address, telephone number or number, with or without its accents.",
        ),
    ]);
    let description = format!(
        "A question about a contact, true or false. Give exactly one field. Questions nest at most \
         {DEPTH_MAX} deep, with at most {NODES_MAX} conditions and {LIST_VALUES_MAX} values in lists."
    );
    add(registry, "ContactCriteria", &description, true, &fields);
}
