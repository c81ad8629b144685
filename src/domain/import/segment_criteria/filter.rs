//! Filters on tables of Business Central, as criteria.

use serde_json::{Map, Value, json};

use crate::domain::{
    contact_columns::{self, plain},
    criteria::{
        CONTACT_FIELDS, EVALUATIONS, Field, INTERACTION_FIELDS, Kind, Operand, Tree,
        filter_expression::{self, Term},
    },
    import::value,
};

/// The captions of interaction log entries that differ from the names of our fields.
const INTERACTION_CAPTIONS: &[(&str, &str)] = &[
    ("interactiontemplatecode", "template"),
    ("interactiongroupcode", "group"),
    ("costlcy", "cost"),
    ("interactionlanguagecode", "language"),
    ("salespersoncode", "salesperson"),
    ("campaignno", "campaign"),
];

/// The contacts that a filter on a table lets through: those themselves, or those of whom one row of
/// the table passes all of it. Or why that can't be asked.
pub(super) fn criteria(table: &str, filter: &str) -> Result<Value, String> {
    let filters = split(filter)?;
    Ok(match plain(table).as_str() {
        _ if filters.is_empty() => json!({ "all": [] }),
        "contact" => {
            let tests = filters.iter().map(|(caption, text)| of_contact(caption, text));
            all(tests.collect::<Result<_, _>>()?)
        }
        "contactmailinggroup" => codes("mailingGroups", "mailinggroup", &filters)?,
        "contactjobresponsibility" => codes("jobResponsibilities", "jobresponsibility", &filters)?,
        "contactindustrygroup" => codes("industryGroups", "industrygroup", &filters)?,
        "contactbusinessrelation" => codes("businessRelations", "businessrelation", &filters)?,
        "interactionlogentry" => {
            let tests = filters.iter().map(|(caption, text)| of_interaction(caption, text));
            let tests = all(tests.collect::<Result<_, _>>()?);
            // CRI-5
            json!({ "interactions": {
                "where": tests, "includeCanceled": true, "includePostponed": true,
            } })
        }
        _ => return Err(format!("Criteria can't ask for the table {table:?}.")),
    })
}

/// Criteria that hold if all of these do.
pub(super) fn all(mut criteria: Vec<Value>) -> Value {
    match criteria.len() {
        1 => criteria.remove(0),
        _ => json!({ "all": criteria }),
    }
}

/// The fields and expressions of `Field=expression, Field=expression`. A comma parts them only if
/// another field comes next: an expression may have commas, too.
fn split(filter: &str) -> Result<Vec<(&str, &str)>, String> {
    let (mut parts, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, char) in filter.char_indices() {
        match char {
            '\'' => is_quoted = !is_quoted,
            ',' if !is_quoted && begins_with_field(&filter[at + 1..]) => {
                parts.push(&filter[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&filter[start..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    let pairs = parts.map(|part| match part.split_once(['=', ':']) {
        Some((caption, expression)) => Ok((caption.trim(), expression.trim())),
        None => Err(format!("{part:?} is no filter such as City=Oslo|Bergen.")),
    });
    pairs.collect()
}

fn begins_with_field(text: &str) -> bool {
    let is_caption = |char: char| char.is_alphanumeric() || " ./-()".contains(char);
    let end = text.find(|char| !is_caption(char)).unwrap_or(text.len());
    text[end..].starts_with(['=', ':']) && !text[..end].trim().is_empty()
}

fn of_contact(caption: &str, expression: &str) -> Result<Value, String> {
    if plain(caption) == "companyno" {
        return Ok(json!({ "company": { "no": { "filter": expression } } }));
    }
    let name = contact_columns::field(caption, &[]).and_then(contact_columns::api_name);
    let field = CONTACT_FIELDS.iter().find(|field| Some(field.name) == name);
    let field = field.ok_or_else(|| format!("Criteria can't ask for a contact's {caption:?}."))?;
    test(field, caption, expression)
}

fn of_interaction(caption: &str, expression: &str) -> Result<Value, String> {
    let plain_caption = plain(caption);
    let known = INTERACTION_CAPTIONS.iter().find(|(known, _)| *known == plain_caption);
    let is_meant = |field: &&Field| match known {
        Some((_, name)) => field.name == *name,
        None => plain(field.name) == plain_caption,
    };
    let field = INTERACTION_FIELDS.iter().find(is_meant);
    let field =
        field.ok_or_else(|| format!("Criteria can't ask for an interaction's {caption:?}."))?;
    test(field, caption, expression)
}

/// A filter on codes of which a contact may have several: one of them passes it.
fn codes(name: &str, caption: &str, filters: &[(&str, &str)]) -> Result<Value, String> {
    let [(field, expression)] = filters else {
        return Err("Of this table, criteria can ask for one code only.".to_owned());
    };
    if ![caption, &format!("{caption}code")].contains(&plain(field).as_str()) {
        return Err(format!("Criteria can't ask for {field:?} of this table."));
    }
    let tree = filter_expression::parse(Kind::Code, expression).map_err(|err| err.message)?;
    let test = match &tree {
        Tree::Leaf(Term::Blank { negated: true }) => json!({ "count": { "gte": 1 } }),
        tree => match listed(tree) {
            Some(codes) => json!({ "hasAny": codes }),
            None => return Err(format!("Of {field:?}, criteria can ask for codes and A|B only.")),
        },
    };
    Ok(one(name, test))
}

/// The values that an expression lists, if it does no more.
fn listed(tree: &Tree<Term>) -> Option<Vec<&str>> {
    match tree {
        Tree::Leaf(Term::Equal(Operand::Text(text))) => Some(vec![text]),
        Tree::Any(trees) => {
            let each = trees.iter().map(listed).collect::<Option<Vec<_>>>()?;
            Some(each.into_iter().flatten().collect())
        }
        _ => None,
    }
}

fn test(field: &Field, caption: &str, expression: &str) -> Result<Value, String> {
    let names = match field.kind {
        Kind::Choice(choice) => choice.names(),
        Kind::Evaluation => &EVALUATIONS,
        Kind::Flag => &[],
        _ => return Ok(one(field.name, json!({ "filter": expression }))),
    };
    let equal = |text: &str| {
        if field.kind == Kind::Flag {
            return Ok(one(field.name, json!(value::flag(text)?)));
        }
        match names.iter().find(|name| plain(name) == plain(text)) {
            Some(name) => Ok(one(field.name, json!({ "eq": name }))),
            None => Err(format!("{text:?} is none of: {}.", names.join(", "))),
        }
    };
    let leaf = |term: &Term| match term {
        Term::Equal(Operand::Text(text)) => equal(text),
        Term::NotEqual(Operand::Text(text)) => Ok(json!({ "not": equal(text)? })),
        Term::Blank { negated } if field.kind != Kind::Flag => {
            Ok(one(field.name, json!({ "isSet": negated })))
        }
        _ => Err(format!("Of {caption:?}, criteria can ask for values, |, & and <> only.")),
    };
    // The names are written like text, and compared with ours.
    let tree = filter_expression::parse(Kind::ExactText, expression).map_err(|err| err.message)?;
    each(&tree, &leaf)
}

fn each(
    tree: &Tree<Term>,
    leaf: &impl Fn(&Term) -> Result<Value, String>,
) -> Result<Value, String> {
    let list = |trees: &[Tree<Term>]| {
        trees.iter().map(|tree| each(tree, leaf)).collect::<Result<Vec<_>, _>>()
    };
    match tree {
        Tree::All(trees) => Ok(json!({ "all": list(trees)? })),
        Tree::Any(trees) => Ok(json!({ "any": list(trees)? })),
        Tree::Not(tree) => Ok(json!({ "not": each(tree, leaf)? })),
        Tree::Leaf(term) => leaf(term),
    }
}

/// An object with one field.
fn one(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::criteria::Criteria;

    #[test]
    fn filters_become_criteria_of_the_same_meaning() {
        for (table, filter, expected) in [
            ("Contact", "", json!({ "all": [] })),
            (
                "Contact",
                "City=Oslo, Bergen|'a, No.=b', No.=..C, Type=<>Person, Company No.: X*",
                json!({ "all": [
                    { "city": { "filter": "Oslo, Bergen|'a, No.=b'" } },
                    { "no": { "filter": "..C" } },
                    { "not": { "type": { "eq": "PERSON" } } },
                    { "company": { "no": { "filter": "X*" } } },
                ] }),
            ),
            (
                "Contact Business Relation",
                "Business Relation Code=cust|VEND",
                json!({ "businessRelations": { "hasAny": ["CUST", "VEND"] } }),
            ),
            (
                "contactMailingGroup",
                "mailingGroup=<>''",
                json!({ "mailingGroups": { "count": { "gte": 1 } } }),
            ),
            (
                "Interaction Log Entry",
                "Evaluation=Very Positive|'', Attempt Failed=<>Yes, Date=2026-01-01..",
                json!({ "interactions": {
                    "where": { "all": [
                        { "any": [
                            { "evaluation": { "eq": "VERY_POSITIVE" } },
                            { "evaluation": { "isSet": false } },
                        ] },
                        { "not": { "attemptFailed": true } },
                        { "date": { "filter": "2026-01-01.." } },
                    ] },
                    "includeCanceled": true,
                    "includePostponed": true,
                } }),
            ),
        ] {
            let found = criteria(table, filter).unwrap();
            assert_eq!(found, expected, "{table}: {filter}");
            assert!(Criteria::parse(&found, &[]).is_ok(), "{table}: {filter}");
        }
    }

    #[test]
    fn what_can_not_be_asked_is_refused() {
        for (table, filter) in [
            ("Value Entry", "Posting Date=2001-01-01.."),
            ("Contact", "Shoe Size=38"),
            ("Contact", "Oslo"),
            ("Contact", "City="),
            ("Contact", "No.=(a"),
            ("Contact", "Type=Com*"),
            ("Contact", "Type=Robot"),
            ("Contact Mailing Group", "Mailing Group Code=<>NEWS"),
            ("Contact Mailing Group", "Mailing Group Code=A&B"),
            ("Contact Business Relation", "Business Relation Code=A, No.=1"),
            ("Interaction Log Entry", "Segment No.=SM1"),
            ("Interaction Log Entry", "Date=soon"),
        ] {
            let found = criteria(table, filter);
            let is_taken = found.is_ok_and(|found| Criteria::parse(&found, &[]).is_ok());
            assert!(!is_taken, "{table}: {filter}");
        }
    }
}
