//! Texts as people write them, and what is said about those that make no sense.

use proptest::prelude::*;

use super::*;
use crate::domain::criteria::text::lex::tokens;

/// A text, however it is written, and how it is written by us.
#[track_caller]
fn reads(text: &str, written: &str) {
    let criteria = from_text(text).unwrap_or_else(|err| panic!("{text}: {err:?}"));
    assert_eq!(criteria.whole_text(&Names::new()), written, "{text}");
    assert_eq!(from_text(written).as_ref(), Ok(&criteria), "{written}");
}

#[test]
fn texts_are_written_in_many_ways() {
    for (text, written) in [
        (
            "country = \"SE\" and not mailing_group has \"NEWS\"",
            "country = SE and not (mailingGroups has any of (NEWS))",
        ),
        ("COUNTRY IN ('se', no)", "country in (SE, NO)"),
        ("country == SE", "country = SE"),
        ("country is SE", "country = SE"),
        ("country != SE or country <> NO", "country <> SE or country <> NO"),
        ("Country/Region = SE", "country = SE"),
        ("\"Post Code\" starts with 1", "postCode starts with 1"),
        ("Post Code matches \"1*|2*\"", "postCode (starts with 1 or starts with 2)"),
        ("name contains \"J & V\"", "name contains \"J & V\""),
        ("name = 'O''Neil'", "name = \"O'Neil\""),
        ("name eqIgnoreCase åse", "name = (any case) åse"),
        ("email is empty", "email is not set"),
        ("email is not empty", "email is set"),
        ("minor", "minor"),
        ("minor = no and not minor", "minor = false and not (minor)"),
        ("minor is not true", "not (minor)"),
        ("minor matches '<>yes'", "not (minor)"),
        ("type = company", "type = COMPANY"),
        ("correspondence type is Hard Copy", "correspondenceType = HARD_COPY"),
        ("created_at >= today - 90 days", "createdAt on or after today - 90 days"),
        ("createdAt > today-2 weeks", "createdAt after today - 14 days"),
        ("createdAt in last 3 months", "createdAt in last 3 months"),
        (
            "createdAt between 2026-01-01 and month start + 1 month 2 days",
            "createdAt between 2026-01-01 and month start + 1 month 2 days",
        ),
        ("createdAt (not in last 3 days)", "createdAt (not (in last 3 days))"),
        ("country (not (in (SE)))", "country (not (in (SE)))"),
        ("country not in (SE)", "country not in (SE)"),
        ("createdAt <> 2026-01-01", "createdAt (not on 2026-01-01)"),
        ("createdAt before formula '-1M+CM'", "createdAt before formula \"-1M+CM\""),
        ("createdAt matches '..-CM'", "createdAt (not after month start)"),
        ("salesperson = me", "salesperson = me"),
        ("salesperson = \"ME\"", "salesperson = \"ME\""),
        ("salesperson in (BC, Me)", "salesperson in (BC, me)"),
        ("salesperson (= me or starts with me)", "salesperson (= me or starts with \"ME\")"),
        ("salesperson <> %me or name = %ME", "salesperson <> me or name = %me"),
        ("country = me", "country = \"ME\""),
        ("name contains me", "name contains \"me\""),
        ("name = '%me' or name = '%%me'", "name = \"%me\" or name = \"%%me\""),
        ("mailing group = '%me'", "mailingGroups has any of (\"%ME\")"),
        ("Company No. = CT1", "company(no = CT1)"),
        ("(country = SE or country = NO) and minor", "(country = SE or country = NO) and minor"),
        ("country = SE or country = NO and minor", "country = SE or (country = NO and minor)"),
        ("any of (minor, country = SE, nobody)", "minor or country = SE or nobody"),
        ("all of (minor)", "all of (minor)"),
        ("none of (minor, nobody)", "not (minor or nobody)"),
        ("everybody", "everybody"),
        ("company(country = SE)", "company(country = SE)"),
        ("no people (minor)", "no people(minor)"),
        ("people(everybody) count >= 3", "people(everybody) count >= 3"),
        ("mailing group = NEWS", "mailingGroups has any of (NEWS)"),
        ("mailingGroups has all of (a, b)", "mailingGroups has all of (A, B)"),
        ("mailingGroups has (starts with N)", "mailingGroups has (starts with N)"),
        ("job responsibilities is not set", "jobResponsibilities count < 1"),
        ("mailing_groups matches 'N*'", "mailingGroups has (starts with N)"),
        (
            "interactions(template = BUS and evaluation >= Positive) in last 90 days count >= 2",
            "interactions(template = BUS and evaluation >= POSITIVE) in last 90 days count >= 2",
        ),
        (
            "no interactions of the company(any) with canceled",
            "no interactions of the company(any) with canceled ones",
        ),
        ("interactions(any) sum of cost > 100.50", "interactions(any) sum of cost > 100.50"),
        (
            "interactions(any) with canceled ones with postponed ones latest is (campaign is set)",
            "interactions(any) with canceled ones with postponed ones latest is (campaign is set)",
        ),
        (
            "interactions(any) with postponed ones with canceled ones",
            "interactions(any) with canceled ones with postponed ones",
        ),
        ("in segment:5", "in segment:5"),
        ("in segment:5 after step 2", "in segment:5 after step 2"),
        ("ever in segment:5", "ever in segment:5"),
        ("logged with segment:5", "logged with segment:5"),
        ("logged with the log of loggedSegment:7", "logged with the log of loggedSegment:7"),
        ("is contact:3", "is contact:3"),
        ("one of (contact:3, contact:4)", "one of (contact:3, contact:4)"),
        ("sample of 100 by 'a'", "sample of 100 of (everybody) by \"a\""),
        ("sample of 0.1 of (minor) by a", "sample of 0.1 of (minor) by \"a\""),
        ("found by 'anna berg'", "found by \"anna berg\""),
        ("custom number \"shoe size\" > 38", "custom number \"shoe size\" > 38"),
        ("custom \"vip\" is set", "custom \"vip\" is set"),
        ("custom boolean \"vip\"", "custom boolean \"vip\" = true"),
    ] {
        reads(text, written);
    }
}

#[track_caller]
fn wrong(text: &str, start: usize, end: usize, message: &str) {
    let err = from_text(text).unwrap_err().remove(0);
    let found = (err.span.start, err.span.end, err.message.as_str());
    assert_eq!(found, (start, end, message), "{text}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    wrong("", 0, 0, "A condition is missing here.");
    wrong("country", 7, 7, "Something is missing here.");
    wrong("country =", 9, 9, "Something is missing here.");
    wrong("country = SE and", 16, 16, "A condition is missing here.");
    wrong("country in (SE, NO", 18, 18, "Something is missing here.");
    wrong("country = SE NO", 13, 15, "\"NO\" is not expected here.");
    wrong("cuntry = SE", 0, 6, "There is no field cuntry; there is country.");
    wrong("interactions(templte = X)", 13, 20, "There is no field templte; there is template.");
    for name in ["profileAnswers", "interactions", "people", "company"] {
        let message = format!("What is asked of {name} stands in parentheses: {name}(…).");
        wrong(&format!("minor and {name} has X"), 10, 10 + name.len(), &message);
    }
    wrong("custom = 3", 0, 6, "There is no field custom.");
    wrong("name = \"Ann", 7, 11, "The quote is never closed.");
    wrong("cost > 3", 0, 4, "There is no field cost.");
    wrong("type > PERSON", 7, 13, "gt can't be asked of this field.");
    wrong("type = ROBOT", 7, 12, "Give one of COMPANY, PERSON.");
    wrong("createdAt on 2026-13-01", 13, 23, "Give a date such as 2026-11-23.");
    wrong("å = 1 and name matches 'a|'", 0, 1, "There is no field å.");
    wrong("createdAt after tomorrow", 16, 24, "Give a date such as 2026-11-23.");
    wrong(
        "name contains %me",
        14,
        17,
        "%me is whoever asks, and goes with eq, ne, in and notIn: as a text it is %%me.",
    );
    wrong("custom shoe > 38", 7, 11, "Nothing is known of the custom attribute shoe.");
    wrong("one of (a and 3 more)", 10, 20, "This list was cut, and can't be read back.");
    let err = from_text("country = SE NO").unwrap_err().remove(0);
    assert_eq!(err.expected, ["and", "or", "the end"]);
    let err = from_text("cuntry = SE").unwrap_err().remove(0);
    assert_eq!(err.suggestion.as_deref(), Some("country"));
    assert_eq!(err.place("\n cuntry"), (1, 1));
    let err = from_text("minor and\n  cuntry = SE").unwrap_err().remove(0);
    assert_eq!(err.place("minor and\n  cuntry = SE"), (2, 3));
}

#[test]
fn texts_are_bounded() {
    let nested = |depth: usize| format!("{}minor{}", "(".repeat(depth), ")".repeat(depth));
    assert!(from_text(&nested(30)).is_ok());
    let beyond = |text: &str| from_text(text).unwrap_err()[0].code;
    assert_eq!(beyond(&nested(100_000)), DiagnosticCode::LimitExceeded);
    assert_eq!(beyond(&"not ".repeat(100_000)), DiagnosticCode::LimitExceeded);
    assert!(from_text(&vec!["minor"; 499].join(" and ")).is_ok());
    assert_eq!(beyond(&vec!["minor"; 501].join(" and ")), DiagnosticCode::LimitExceeded);
    // A word of many parts is read once.
    assert!(from_text(&"a+".repeat(CHARS_MAX / 2)).is_err());
    let long = format!("name = \"{}\"", "a".repeat(CHARS_MAX));
    assert_eq!(from_text(&long).unwrap_err()[0].code, DiagnosticCode::LimitExceeded);
}

proptest! {
    /// Whatever a value is, it is written so that it is read back.
    #[test]
    fn every_value_is_read_back(
        values in proptest::collection::vec(
            "(%{0,3}me|and|or|not|in|is|set|today|(start|now)-[a1]|[_a-b0-9 ,()\"'<>=.:!+-]{0,4})",
            1..4,
        )
    ) {
        let json = serde_json::json!({ "all": [
            { "name": { "in": values } },
            { "salesperson": { "in": values } },
            { "city": { "eq": values[0] } },
            { "mailingGroups": { "hasNone": ["A"] } },
        ] });
        let criteria = Criteria::parse(&json, &[]).unwrap();
        let written = criteria.whole_text(&Names::new());
        prop_assert_eq!(from_text(&written), Ok(criteria), "{}", written);
    }

    /// Whatever is typed does no harm, and everything said about it lies within it.
    #[test]
    fn nothing_that_is_typed_breaks_it(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "country", "=", "SE", "and", "or", "not", "(", ")", "in", "\"x", "'y'", "today", "- 3 days",
                "interactions", "(any)", "no", "people(", "custom", "has", "between", "is", "set", "sample of",
                "3", "by", "matches", "<>", ",", "minor", "count", "one of", "everybody", "å", "\n",
            ]),
            0..12,
        )
    ) {
        let text = words.join(" ");
        let end = text.chars().count();
        prop_assert!(tokens(&text).iter().all(|token| token.span.end <= end));
        match from_text(&text) {
            Ok(criteria) => {
                let written = criteria.whole_text(&Names::new());
                prop_assert_eq!(from_text(&written), Ok(criteria), "{} became {}", text, written);
            }
            Err(diagnostics) => {
                prop_assert!(diagnostics.iter().all(|it| it.span.end <= end && it.span.start <= it.span.end));
            }
        }
    }
}
