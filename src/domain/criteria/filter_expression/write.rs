//! From tests to filter expressions, for those that have one.

use super::value::ordinals;
use crate::domain::{
    criteria::{Anchor, Kind, Operand, Operator, Test, When, formula::Formula},
    text,
};

/// The expression that means the same; nothing if none does. What [`super::parse`] made comes back
/// as it was when its expression is read again.
pub fn write(kind: Kind, test: &Test) -> Option<String> {
    Some(match test {
        Test::Is(flag) => if *flag { "Yes" } else { "No" }.to_owned(),
        Test::All(tests) if tests.is_empty() && is_text(kind) => "*".to_owned(),
        Test::Any(tests) if tests.is_empty() && is_text(kind) => "<>*".to_owned(),
        Test::All(tests) | Test::Any(tests) if tests.is_empty() => return None,
        Test::All(tests) => {
            let each: Option<Vec<_>> = tests.iter().map(|it| factor(kind, it)).collect();
            each?.join("&")
        }
        Test::Any(tests) => {
            let each: Option<Vec<_>> = tests.iter().map(|it| write(kind, it)).collect();
            each?.join("|")
        }
        Test::Not(test) => opposite(kind, test)?,
        Test::Op(operator, operands) => of_operator(kind, *operator, operands)?,
    })
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::ExactText | Kind::Code)
}

/// In parentheses, if others stand beside it.
fn factor(kind: Kind, test: &Test) -> Option<String> {
    let text = write(kind, test)?;
    let is_choice = match test {
        Test::Any(tests) => 1 < tests.len(),
        Test::Op(Operator::In, operands) => 1 < operands.len(),
        _ => false,
    };
    Some(if is_choice { format!("({text})") } else { text })
}

fn of_operator(kind: Kind, operator: Operator, operands: &[Operand]) -> Option<String> {
    let (first, second) = (operands.first(), operands.get(1));
    let one = || value(kind, first?);
    let pattern = |case, before, after| pattern(kind, first?, [case, before, after]);
    // No more than there, for a blank comes before everything else.
    let present = |rest: String| Some(format!("<>''&{rest}"));
    match operator {
        Operator::Eq | Operator::On => equal(kind, first?),
        Operator::In if !operands.is_empty() => list(kind, operands, "|", ""),
        Operator::Ne => present(format!("<>{}", equal(kind, first?)?)),
        Operator::NotIn if !operands.is_empty() => present(list(kind, operands, "&", "<>")?),
        Operator::Gt | Operator::After if ordinals(kind).is_none() => Some(format!(">{}", one()?)),
        Operator::Gte | Operator::OnOrAfter if ordinals(kind).is_none() => {
            Some(format!("{}..", one()?))
        }
        Operator::Lt | Operator::Before if ordinals(kind).is_none() => {
            present(format!("<{}", one()?))
        }
        Operator::Lte | Operator::OnOrBefore if ordinals(kind).is_none() => {
            present(format!("..{}", one()?))
        }
        Operator::Between => Some(format!("{}..{}", one()?, value(kind, second?)?)),
        Operator::IsSet => {
            Some(if operands == [Operand::Flag(true)] { "<>''" } else { "''" }.into())
        }
        Operator::IsEmpty => {
            Some(if operands == [Operand::Flag(true)] { "''" } else { "<>''" }.into())
        }
        Operator::StartsWith => pattern("", "", "*"),
        Operator::EndsWith => pattern("", "*", ""),
        Operator::Contains => pattern("", "*", "*"),
        Operator::EqIgnoreCase => pattern("@", "", ""),
        Operator::StartsWithIgnoreCase => pattern("@", "", "*"),
        Operator::EndsWithIgnoreCase => pattern("@", "*", ""),
        Operator::ContainsIgnoreCase => pattern("@", "*", "*"),
        Operator::Like => like(kind, first?, ""),
        Operator::LikeIgnoreCase => like(kind, first?, "@"),
        _ => None,
    }
}

fn opposite(kind: Kind, test: &Test) -> Option<String> {
    let Test::Op(operator, operands) = test else {
        return match test {
            Test::Is(_) => Some(format!("<>{}", write(kind, test)?)),
            Test::Not(test) => write(kind, test),
            Test::All(tests) if tests.is_empty() && is_text(kind) => Some("<>*".to_owned()),
            _ => None,
        };
    };
    let first = operands.first();
    match operator {
        Operator::Gt | Operator::After if ordinals(kind).is_none() => {
            Some(format!("..{}", value(kind, first?)?))
        }
        Operator::Gte | Operator::OnOrAfter if ordinals(kind).is_none() => {
            Some(format!("<{}", value(kind, first?)?))
        }
        Operator::In if !operands.is_empty() => list(kind, operands, "&", "<>"),
        Operator::IsSet | Operator::IsEmpty => {
            let is_blank = write(kind, test)? == "''";
            Some(if is_blank { "<>''" } else { "''" }.to_owned())
        }
        Operator::Eq
        | Operator::On
        | Operator::StartsWith
        | Operator::EndsWith
        | Operator::Contains
        | Operator::EqIgnoreCase
        | Operator::StartsWithIgnoreCase
        | Operator::EndsWithIgnoreCase
        | Operator::ContainsIgnoreCase
        | Operator::Like
        | Operator::LikeIgnoreCase => Some(format!("<>{}", write(kind, test)?)),
        _ => None,
    }
}

fn list(kind: Kind, operands: &[Operand], between: &str, before: &str) -> Option<String> {
    let each = operands.iter().map(|it| Some(format!("{before}{}", equal(kind, it)?)));
    Some(each.collect::<Option<Vec<_>>>()?.join(between))
}

fn value(kind: Kind, operand: &Operand) -> Option<String> {
    match operand {
        Operand::Me => Some("%me".to_owned()),
        Operand::Text(name) if ordinals(kind).is_some() => Some(text::caption(name)),
        Operand::Text(value) if value.is_empty() || is_pattern(value) => None,
        Operand::Text(value) => Some(quoted(value)),
        Operand::Number(number) => Some(number.to_string()),
        Operand::When(when) => day(when),
        Operand::Flag(_) | Operand::Period(_) => None,
    }
}

fn day(when: &When) -> Option<String> {
    match when {
        When::Date(date) => Some(date.to_string()),
        When::Instant(instant) => {
            Some(instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
        }
        When::Relative { anchor: Anchor::Today, plus } if *plus == Default::default() => {
            Some("today".to_owned())
        }
        When::Relative { anchor: Anchor::FirstWeek, plus }
            if plus.months == 0 && plus.seconds == 0 && !plus.negative && plus.days < 53 * 7 =>
        {
            let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            Some(format!("{}{}", days[plus.days as usize % 7], plus.days / 7 + 1))
        }
        When::Relative { anchor, plus } => Some(Formula::of(*anchor, *plus)?.to_string()),
        When::Formula(formula) => Some(formula.to_string()),
    }
}

/// Wildcards stay such in quotes, too, so nothing says them literally.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?']) || text.starts_with('@')
}

/// What a value equals.
fn equal(kind: Kind, operand: &Operand) -> Option<String> {
    match operand {
        Operand::Text(text) if text.starts_with('@') => pattern(kind, operand, [""; 3]),
        _ => value(kind, operand),
    }
}

/// `parts` are what stands before it all, and around the text.
fn pattern(kind: Kind, operand: &Operand, [case, before, after]: [&str; 3]) -> Option<String> {
    match operand {
        Operand::Text(text) if !text.is_empty() && !text.contains(['*', '?']) => {
            matched(kind, case, &format!("{before}{text}{after}"))
        }
        _ => None,
    }
}

fn like(kind: Kind, operand: &Operand, case: &str) -> Option<String> {
    match operand {
        Operand::Text(text) if text.contains(['*', '?']) => matched(kind, case, text),
        _ => None,
    }
}

/// An `@` at the beginning says that the case does not matter, which it never does in codes; a second
/// one is the character.
fn matched(kind: Kind, case: &str, pattern: &str) -> Option<String> {
    let case = if kind == Kind::Code && pattern.starts_with('@') { "@" } else { case };
    let is_misread = case.is_empty() && pattern.starts_with('@');
    (!is_misread).then(|| quoted(&format!("{case}{pattern}")))
}

/// In quotes, if it has what is an operator otherwise.
fn quoted(text: &str) -> String {
    let is_plain = !text.contains(['&', '|', '(', ')', '=', '<', '>'])
        && !text.contains("..")
        && !text.starts_with(['\'', '%', '.'])
        && !text.ends_with('.')
        && text.trim() == text;
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}
