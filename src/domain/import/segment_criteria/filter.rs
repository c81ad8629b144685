//! Filters on tables of Business Central, as criteria.

use serde_json::{Value, json};

use crate::domain::{
    contact_columns::plain,
    criteria::captions::{
        classification_of, filter_on_contact, interaction_field, one, profile_answer_field,
        purchase_field,
    },
};

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
        "contactmailinggroup" => codes("mailingGroups", &filters)?,
        "contactjobresponsibility" => codes("jobResponsibilities", &filters)?,
        "contactindustrygroup" => codes("industryGroups", &filters)?,
        "contactbusinessrelation" => codes("businessRelations", &filters)?,
        "interactionlogentry" => {
            let tests = filters.iter().map(|(caption, text)| of_interaction(caption, text));
            let tests = all(tests.collect::<Result<_, _>>()?);
            // CRI-5
            json!({ "interactions": {
                "where": tests, "includeCanceled": true, "includePostponed": true,
            } })
        }
        "valueentry" => {
            let tests = filters.iter().map(|(caption, text)| of_purchase(caption, text));
            json!({ "purchases": { "where": all(tests.collect::<Result<_, _>>()?) } })
        }
        "contactprofileanswer" => {
            let tests = filters.iter().map(|(caption, text)| of_answer(caption, text));
            json!({ "profileAnswers": { "where": all(tests.collect::<Result<_, _>>()?) } })
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
    filter_on_contact(caption, expression, &[])
        .ok_or_else(|| format!("Criteria can't ask for a contact's {caption:?}."))
}

fn of_interaction(caption: &str, expression: &str) -> Result<Value, String> {
    match interaction_field(caption) {
        Some(field) => Ok(one(field.name, json!({ "matches": expression }))),
        None => Err(format!("Criteria can't ask for an interaction's {caption:?}.")),
    }
}

fn of_purchase(caption: &str, expression: &str) -> Result<Value, String> {
    match purchase_field(caption) {
        Some(field) => Ok(one(field.name, json!({ "matches": expression }))),
        None => Err(format!("Criteria can't ask for a purchase's {caption:?}.")),
    }
}

fn of_answer(caption: &str, expression: &str) -> Result<Value, String> {
    match profile_answer_field(caption) {
        Some(field) => Ok(one(field.name, json!({ "matches": expression }))),
        None => Err(format!("Criteria can't ask for an answer's {caption:?}.")),
    }
}

/// A filter on codes of which a contact may have several: one of them passes it.
fn codes(name: &str, filters: &[(&str, &str)]) -> Result<Value, String> {
    let [(field, expression)] = filters else {
        return Err("Of this table, criteria can ask for one code only.".to_owned());
    };
    if classification_of(field).is_none_or(|it| it.name != name) {
        return Err(format!("Criteria can't ask for {field:?} of this table."));
    }
    Ok(one(name, json!({ "matches": expression })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::criteria::Criteria;

    #[test]
    fn filters_become_criteria_of_the_same_meaning() {
        // CRI-1, CRI-5
        for (table, filter, expected) in [
            ("Contact", "", json!({ "all": [] })),
            (
                "Contact",
                "City=Oslo, Bergen|'a, No.=b', No.=..C, Type=<>Person, Company No.: X*",
                json!({ "all": [
                    { "city": { "matches": "Oslo, Bergen|'a, No.=b'" } },
                    { "no": { "matches": "..C" } },
                    { "type": { "matches": "<>Person" } },
                    { "company": { "no": { "matches": "X*" } } },
                ] }),
            ),
            (
                "Contact Business Relation",
                "Business Relation Code=cust|VEND",
                json!({ "businessRelations": { "matches": "cust|VEND" } }),
            ),
            (
                "contactMailingGroup",
                "mailingGroup=<>''",
                json!({ "mailingGroups": { "matches": "<>''" } }),
            ),
            (
                "Contact Profile Answer",
                "Profile Questionnaire Code=COMPANY, Line No.=100000|110000",
                json!({ "profileAnswers": { "where": { "all": [
                    { "questionnaire": { "matches": "COMPANY" } },
                    { "answer": { "matches": "100000|110000" } },
                ] } } }),
            ),
            (
                "Interaction Log Entry",
                "Evaluation=Very Positive|'', Attempt Failed=<>Yes, Date=2026-01-01..",
                json!({ "interactions": {
                    "where": { "all": [
                        { "evaluation": { "matches": "Very Positive|''" } },
                        { "attemptFailed": { "matches": "<>Yes" } },
                        { "date": { "matches": "2026-01-01.." } },
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
            ("Value Entry", "Shoe Size=38"),
            ("Contact", "Shoe Size=38"),
            ("Contact", "Oslo"),
            ("Contact", "City="),
            ("Contact", "No.=(a"),
            ("Contact", "Type=Com*"),
            ("Contact", "Type=Robot"),
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
