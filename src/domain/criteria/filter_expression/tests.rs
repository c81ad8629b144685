//! The forms of Business Central's filter expressions, one by one.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::domain::criteria::Choice;

/// What an expression stands for, as JSON; and that it is written and read again.
#[track_caller]
fn asks(kind: Kind, expression: &str) -> String {
    let test = parse(kind, expression).unwrap_or_else(|err| panic!("{expression}: {err:?}"));
    let written = write(kind, &test).unwrap_or_else(|| panic!("{expression} can't be written"));
    assert_eq!(parse(kind, &written).as_ref(), Ok(&test), "{expression} became {written}");
    super::super::json::of_test(&test).to_string().replace('"', "")
}

#[track_caller]
fn all_ask(kind: Kind, expected: &[(&str, &str)]) {
    for (expression, test) in expected {
        assert_eq!(asks(kind, expression), *test, "{expression}");
    }
}

#[track_caller]
fn wrong(kind: Kind, expression: &str, position: usize, message: &str) {
    let err = parse(kind, expression).unwrap_err();
    assert_eq!((err.position, err.message.as_str()), (position, message), "{expression}");
}

// Equality, ranges, alternatives, comparisons, both conditions, combinations.
#[test]
fn values_ranges_and_comparisons() {
    all_ask(
        Kind::Integer,
        &[
            ("5", "{eq:5}"),
            ("=5", "{eq:5}"),
            ("1..5", "{between:{from:1,to:5}}"),
            ("..5", "{not:{gt:5}}"),
            ("5..", "{gte:5}"),
            ("1|3|2", "{in:[1,3,2]}"),
            ("<>5", "{not:{eq:5}}"),
            (">5", "{gt:5}"),
            (">=5", "{gte:5}"),
            ("<5", "{not:{gte:5}}"),
            ("<=5", "{not:{gt:5}}"),
            (">50&<100", "{all:[{gt:50},{not:{gte:100}}]}"),
            ("5999|8100..8490", "{any:[{eq:5999},{between:{from:8100,to:8490}}]}"),
            ("..1299|1400..", "{any:[{not:{gt:1299}},{gte:1400}]}"),
            (">1200&<2000|3000..", "{any:[{all:[{gt:1200},{not:{gte:2000}}]},{gte:3000}]}"),
            ("(1|2)&(<>2|5)", "{all:[{in:[1,2]},{any:[{not:{eq:2}},{eq:5}]}]}"),
            ("((1))", "{eq:1}"),
            (" 1 .. 5 | 7 ", "{any:[{between:{from:1,to:5}},{eq:7}]}"),
            ("''", "{isSet:false}"),
            ("-5..-1", "{between:{from:-5,to:-1}}"),
        ],
    );
    assert_eq!(asks(Kind::Decimal, "0.5..12.25"), "{between:{from:0.5,to:12.25}}");
}

// Quotes, wildcards, @, the empty value. Inside quotes wildcards still act.
#[test]
fn texts_and_patterns() {
    all_ask(
        Kind::Text,
        &[
            ("Oslo", "{eq:Oslo}"),
            ("New York, NY", "{eq:New York, NY}"),
            ("''", "{isEmpty:true}"),
            ("<>''", "{isEmpty:false}"),
            ("'a|b'", "{eq:a|b}"),
            ("'J & V''s'", "{eq:J & V's}"),
            ("O'Neil", "{eq:O'Neil}"),
            ("'J & V*'", "{startsWith:J & V}"),
            ("*Co*", "{contains:Co}"),
            ("*Co", "{endsWith:Co}"),
            ("L*", "{startsWith:L}"),
            ("Hans?n", "{like:Hans?n}"),
            ("A*B*", "{like:A*B*}"),
            ("@man*", "{startsWithIgnoreCase:man}"),
            ("@man", "{eqIgnoreCase:man}"),
            ("@*m?n*", "{likeIgnoreCase:*m?n*}"),
            ("'@ä|ö'", "{eqIgnoreCase:ä|ö}"),
            ("<>A*", "{not:{startsWith:A}}"),
            ("<>@*man", "{not:{endsWithIgnoreCase:man}}"),
            ("*", "{all:[]}"),
            ("<>*", "{not:{all:[]}}"),
            ("%me", "{eq:%me}"),
            ("%USER|A", "{in:[%me,A]}"),
            ("'%me'", "{eq:%%me}"),
            ("@%me", "{eqIgnoreCase:%%me}"),
            ("A..C", "{between:{from:A,to:C}}"),
            ("<>A&<>B", "{all:[{not:{eq:A}},{not:{eq:B}}]}"),
        ],
    );
    all_ask(
        Kind::Code,
        &[
            ("se|no|10000..20000", "{any:[{in:[SE,NO]},{between:{from:10000,to:20000}}]}"),
            ("s*", "{startsWith:S}"),
            ("*s", "{like:*S}"),
            ("@se", "{eq:SE}"),
            ("CT00000?", "{like:CT00000?}"),
        ],
    );
}

// Booleans: Yes/No, also true/false, 1/0.
#[test]
fn flags_are_yes_or_no() {
    for yes in ["Yes", "yes", "TRUE", "1"] {
        assert_eq!(asks(Kind::Flag, yes), "true");
    }
    for no in ["No", "false", "0"] {
        assert_eq!(asks(Kind::Flag, no), "false");
    }
    assert_eq!(asks(Kind::Flag, "<>Yes"), "{not:true}");
    wrong(Kind::Flag, "maybe", 0, "\"maybe\" is neither Yes nor No.");
    wrong(Kind::Flag, ">Yes", 1, "Yes and No have no order.");
    wrong(Kind::Flag, "''", 0, "\"\" is neither Yes nor No.");
}

// Captions or the numbers of Business Central are accepted.
#[test]
fn choices_go_by_their_captions_and_numbers() {
    all_ask(
        Kind::Evaluation,
        &[
            ("Very Positive", "{eq:VERY_POSITIVE}"),
            ("very_positive|3", "{in:[VERY_POSITIVE,NEUTRAL]}"),
            ("1..2", "{in:[VERY_POSITIVE,POSITIVE]}"),
            (">=4", "{in:[NEGATIVE,VERY_NEGATIVE]}"),
            ("<1", "{isSet:false}"),
            ("..1", "{any:[{isSet:false},{eq:VERY_POSITIVE}]}"),
            ("<>Neutral", "{not:{eq:NEUTRAL}}"),
            ("''|Negative", "{any:[{isSet:false},{eq:NEGATIVE}]}"),
            ("0", "{isSet:false}"),
            ("<>0", "{isSet:true}"),
        ],
    );
    all_ask(
        Kind::Choice(Choice::CorrespondenceType),
        &[("Hard Copy", "{eq:HARD_COPY}"), ("2", "{eq:EMAIL}"), ("E-Mail", "{eq:EMAIL}")],
    );
    let contact_type = Kind::Choice(Choice::ContactType);
    all_ask(contact_type, &[("0", "{eq:COMPANY}"), ("<>Person", "{not:{eq:PERSON}}")]);
    wrong(contact_type, "Robot", 0, "\"Robot\" is none of Company, Person.");
    wrong(
        Kind::Evaluation,
        ">=Positive",
        2,
        "Captions have no order: list them (A|B), or give the numbers that Business Central has \
         for them (1..2).",
    );
}

// Dates by digits, words, weeks and formulas, which stay relative.
#[test]
fn days_are_written_in_many_ways() {
    let day = |expression: &str| {
        let on = asks(Kind::Date, expression);
        on.strip_prefix("{on:").unwrap().strip_suffix('}').unwrap().to_owned()
    };
    for (expression, expected) in [
        ("2026-11-23", "{date:2026-11-23}"),
        ("23112026", "{date:2026-11-23}"),
        ("231126", "{date:2026-11-23}"),
        ("231130", "{date:1930-11-23}"),
        ("2311", "{relative:{anchor:YEAR_START,plus:P10M22D}}"),
        ("23", "{relative:{anchor:MONTH_START,plus:P22D}}"),
        ("t", "{relative:{anchor:TODAY,plus:P0D}}"),
        ("TODAY", "{relative:{anchor:TODAY,plus:P0D}}"),
        ("w", "{relative:{anchor:TODAY,plus:P0D}}"),
        ("work date", "{relative:{anchor:TODAY,plus:P0D}}"),
        ("mon", "{relative:{anchor:WEEK_START,plus:P0D}}"),
        ("Sunday", "{relative:{anchor:WEEK_START,plus:P6D}}"),
        ("mon25", "{relative:{anchor:FIRST_WEEK,plus:P168D}}"),
        ("fri1", "{relative:{anchor:FIRST_WEEK,plus:P4D}}"),
        ("CM", "{relative:{anchor:MONTH_END,plus:P0D}}"),
        ("CW", "{relative:{anchor:WEEK_END,plus:P0D}}"),
        ("CQ", "{relative:{anchor:QUARTER_END,plus:P0D}}"),
        ("CY", "{relative:{anchor:YEAR_END,plus:P0D}}"),
        ("-CM", "{relative:{anchor:MONTH_START,plus:P0D}}"),
        ("-1Y", "{relative:{anchor:TODAY,plus:-P12M}}"),
        ("CM+10D", "{relative:{anchor:MONTH_END,plus:P10D}}"),
        ("10D", "{relative:{anchor:TODAY,plus:P10D}}"),
        ("2W", "{relative:{anchor:TODAY,plus:P14D}}"),
        ("t-90D", "{relative:{anchor:TODAY,plus:-P90D}}"),
        ("D10", "{formula:D10}"),
        ("WD4", "{formula:WD4}"),
        ("-1M+CM", "{formula:-1M+CM}"),
    ] {
        assert_eq!(day(expression), expected, "{expression}");
    }
    assert_eq!(asks(Kind::Date, "22..23").matches("MONTH_START").count(), 2);
    assert_eq!(asks(Kind::Date, "..-CM"), "{not:{after:{relative:{anchor:MONTH_START,plus:P0D}}}}");
    let instant = "{onOrAfter:{instant:2026-11-23T12:00:00Z}}";
    assert_eq!(day("2902"), "{relative:{anchor:YEAR_START,plus:P1M28D}}");
    assert_eq!(asks(Kind::Instant, "2026-11-23T13:00:00+01:00.."), instant);
}

#[test]
fn what_is_not_there_is_said_clearly() {
    let periods = "There are no accounting periods here: give the days, as from..to.";
    wrong(Kind::Date, "p4..p5", 0, periods);
    wrong(Kind::Date, "..C123101", 2, "There are no closing dates here: give the day itself.");
    let lists = "There is no list %mycustomers here: name the values.";
    wrong(Kind::Code, "A|%mycustomers", 2, lists);
    for nonsense in
        ["2026-13-01", "soon", "mon54", "p", "D32", "1X", "32", "3113", "310226", "3102", "3104"]
    {
        assert_eq!(parse(Kind::Date, nonsense).unwrap_err().position, 0, "{nonsense}");
    }
}

#[test]
fn errors_say_where_and_what_was_expected() {
    wrong(Kind::Text, "", 0, "A value is missing here.");
    wrong(Kind::Text, "å|", 2, "A value is missing here.");
    wrong(Kind::Text, "(a", 2, "A closing parenthesis is missing.");
    wrong(Kind::Text, "a)", 1, ") is not expected here.");
    wrong(Kind::Text, "a & 'b", 4, "The quote is never closed.");
    wrong(Kind::Integer, "1..x", 3, "\"x\" is not a number such as 1250.50.");
    wrong(Kind::Integer, "1.5", 0, "\"1.5\" is not a whole number.");
    wrong(Kind::Text, "<a*", 1, "Only = and <> go with wildcards.");
    wrong(Kind::ExactText, "a..'b?'", 3, "Only = and <> go with wildcards.");
    wrong(Kind::Flag, "no..yes", 0, "Yes and No have no order.");
    wrong(Kind::Text, "@a..", 0, "Only = and <> go with wildcards.");
    wrong(Kind::Code, ">''", 1, "An empty value has no place in an order: ask for '', or <>''.");
    wrong(Kind::Text, "''..b", 0, "An empty value has no place in an order: ask for '', or <>''.");
    wrong(
        Kind::ExactText,
        "@a",
        0,
        "@ can't be asked of this field: it is compared to the letter.",
    );
    wrong(Kind::Code, "A..%me", 3, "Whoever asks has no place in an order.");
    wrong(Kind::Text, "@", 0, "A value is missing after @.");
    assert_eq!(parse(Kind::Text, "(a").unwrap_err().expected, [")", "|", "&"]);
    assert_eq!(parse(Kind::Date, "x").unwrap_err().expected.len(), 4);
}

#[test]
fn expressions_are_bounded() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(Kind::Text, &nested(DEPTH_MAX)).is_ok());
    assert!(parse(Kind::Text, &nested(DEPTH_MAX + 1)).is_err());
    let long = |terms: usize| vec!["a"; terms].join("|");
    assert!(parse(Kind::Text, &long(TERMS_MAX)).is_ok());
    assert!(parse(Kind::Text, &long(TERMS_MAX + 1)).is_err());
}

fn pieces(kind: Kind) -> Vec<&'static str> {
    let mut pieces = vec!["|", "&", "(", ")", "<>", ">", "<=", "=", "..", "''", "'", " "];
    pieces.extend(match kind {
        Kind::Text | Kind::ExactText | Kind::Code => {
            ["a", "Å*", "?b", "@c", "'x|y'", "%me", "*", "@"]
        }
        Kind::Integer => ["1", "-2", "30", "x", "1.5", "0", "7", "8"],
        Kind::Evaluation => ["Positive", "1", "2", "0", "very negative", "9", "x", "3"],
        Kind::Flag => ["yes", "no", "1", "0", "true", "false", "x", "Yes"],
        _ => ["t", "CM", "-1Y", "mon25", "22", "2026-01-02", "D10", "1D+1M"],
    });
    pieces
}

proptest! {
    /// Whatever is read is written, and read again as the same.
    #[test]
    fn expressions_come_back(
        (kind, parts) in select(vec![Kind::Text, Kind::ExactText, Kind::Code, Kind::Integer, Kind::Evaluation, Kind::Flag, Kind::Date])
            .prop_flat_map(|kind| (Just(kind), vec(select(pieces(kind)), 1..9)))
    ) {
        let expression = parts.concat();
        if let Ok(test) = parse(kind, &expression) {
            let written = write(kind, &test);
            if written.is_none() && kind == Kind::Evaluation {
                // There are no captions for a range in which there are none: `9..`.
                return Ok(());
            }
            let again = written.as_deref().map(|written| parse(kind, written));
            prop_assert_eq!(again, Some(Ok(test)), "{} became {:?}", expression, written);
        }
    }

    /// Whatever is typed does no harm, and errors lie within it.
    #[test]
    fn nothing_that_is_typed_breaks_it(expression in ".{0,40}") {
        for kind in [Kind::Text, Kind::Date, Kind::Decimal, Kind::Flag, Kind::Evaluation] {
            if let Err(err) = parse(kind, &expression) {
                prop_assert!(err.position <= expression.chars().count());
            }
        }
    }
}
