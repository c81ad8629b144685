//! Criteria as people read them, such as `country in (SE, NO) and interactions(template = BUS and
//! evaluation >= POSITIVE) in last 90 days count >= 2`.

use std::fmt::{self, Display, Formatter};

use super::{
    Amount, AttributeTest, CodesTest, Criteria, FieldTest, InteractionCriteria, InteractionsTest,
    Leaf, LoggedIn, Measure, Named, Names, Operand, Operator, PeopleMeasure, Period, SampleSize,
    Scope, SegmentTest, Test, Tree, When, field::classification,
};

/// How many values of a list are written out.
pub(super) const LIST_MAX: usize = 10;

impl Criteria {
    /// As people read it. Long lists are cut, so it can't be read back.
    pub fn text(&self) -> String {
        self.text_with(&Names::new())
    }

    /// The same, with what people call [what it names](Self::named).
    pub fn text_with(&self, names: &Names) -> String {
        Shown(self, names).to_string()
    }
}

/// Criteria, and what people call what they name.
struct Shown<'a>(&'a Criteria, &'a Names);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(criteria, names) = *self;
        tree(criteria, f, &|it, f| leaf(it, names, f), ["everybody", "nobody"])
    }
}

impl Display for InteractionCriteria {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        tree(self, f, &field, ["any", "none"])
    }
}

type Write<'a, T> = &'a dyn Fn(&T, &mut Formatter<'_>) -> fmt::Result;

/// `empty` are the words for an empty `all` and an empty `any`.
fn tree<L>(
    it: &Tree<L>,
    f: &mut Formatter<'_>,
    leaf: Write<'_, L>,
    empty: [&str; 2],
) -> fmt::Result {
    let joined = |f: &mut Formatter<'_>, trees: &[Tree<L>], word: &str| {
        for (index, inner) in trees.iter().enumerate() {
            if 0 < index {
                write!(f, " {word} ")?;
            }
            // "and" and "or" beside each other would leave the reader guessing.
            match inner {
                Tree::All(many) | Tree::Any(many) if 1 < many.len() && 1 < trees.len() => {
                    f.write_str("(")?;
                    tree(inner, f, leaf, empty)?;
                    f.write_str(")")?;
                }
                _ => tree(inner, f, leaf, empty)?,
            }
        }
        Ok(())
    };
    match it {
        Tree::All(trees) if trees.is_empty() => f.write_str(empty[0]),
        Tree::Any(trees) if trees.is_empty() => f.write_str(empty[1]),
        Tree::All(trees) => joined(f, trees, "and"),
        Tree::Any(trees) => joined(f, trees, "or"),
        Tree::Not(inner) => {
            f.write_str("not (")?;
            tree(inner, f, leaf, empty)?;
            f.write_str(")")
        }
        Tree::Leaf(it) => leaf(it, f),
    }
}

fn leaf(leaf: &Leaf, names: &Names, f: &mut Formatter<'_>) -> fmt::Result {
    match leaf {
        Leaf::Field(test) => field(test, f),
        Leaf::Attribute { name, test } => match test {
            AttributeTest::IsSet(true) => write!(f, "custom {name} is set"),
            AttributeTest::IsSet(false) => write!(f, "custom {name} is not set"),
            AttributeTest::Value(_, test) => write!(f, "custom {name} {test}"),
        },
        Leaf::Company(criteria) => write!(f, "company({})", Shown(criteria, names)),
        Leaf::People { filter, measure } => {
            let filter = Shown(filter, names);
            match measure {
                PeopleMeasure::Some => write!(f, "people({filter})"),
                PeopleMeasure::None => write!(f, "no people({filter})"),
                PeopleMeasure::Count(test) => write!(f, "people({filter}) count {test}"),
            }
        }
        Leaf::Codes { kind, test } => {
            let name = classification(*kind).name;
            match test {
                CodesTest::HasAny(codes) => write!(f, "{name} has any of ({})", List(codes)),
                CodesTest::HasAll(codes) => write!(f, "{name} has all of ({})", List(codes)),
                CodesTest::HasNone(codes) => write!(f, "{name} has none of ({})", List(codes)),
                CodesTest::Count(test) => write!(f, "{name} count {test}"),
            }
        }
        Leaf::Interactions(test) => interactions(test, f),
        Leaf::Segment(test) => segment(*test, names, f),
        Leaf::Ids(ids) => chosen(ids, names, f),
        Leaf::Sample(sample) => {
            let size: &dyn Display = match &sample.size {
                SampleSize::Fraction(fraction) => fraction,
                SampleSize::Take(take) => take,
            };
            let (of, salt) = (Shown(&sample.of, names), Quoted(&sample.salt));
            write!(f, "sample of {size} of ({of}) by {salt}")
        }
        Leaf::Search(words) => write!(f, "found by {}", Quoted(words)),
    }
}

fn segment(test: SegmentTest, names: &Names, f: &mut Formatter<'_>) -> fmt::Result {
    let no = |named: Named| named.shown(names);
    match test {
        SegmentTest::Current(id) => write!(f, "in {}", no(Named::Segment(id))),
        SegmentTest::AsOfStep { segment, step } => {
            write!(f, "in {} after step {step}", no(Named::Segment(segment)))
        }
        SegmentTest::Ever(id) => write!(f, "ever in {}", no(Named::Segment(id))),
        SegmentTest::Logged(LoggedIn::Segment(id)) => {
            write!(f, "logged with {}", no(Named::Segment(id)))
        }
        SegmentTest::Logged(LoggedIn::LoggedSegment(id)) => {
            write!(f, "logged with {}", no(Named::LoggedSegment(id)))
        }
    }
}

fn chosen(ids: &[u32], names: &Names, f: &mut Formatter<'_>) -> fmt::Result {
    let numbers = || ids.iter().map(|id| Named::Contact(*id).shown(names)).collect::<Vec<_>>();
    match ids.len() {
        0 => f.write_str("nobody"),
        1 => write!(f, "is {}", numbers().join(", ")),
        2..=LIST_MAX => write!(f, "one of ({})", numbers().join(", ")),
        count => write!(f, "one of {count} chosen contacts"),
    }
}

fn field(FieldTest { field, test }: &FieldTest, f: &mut Formatter<'_>) -> fmt::Result {
    match test {
        Test::Is(true) => f.write_str(field.name),
        Test::Is(false) => write!(f, "not {}", field.name),
        test => write!(f, "{} {test}", field.name),
    }
}

fn interactions(test: &InteractionsTest, f: &mut Formatter<'_>) -> fmt::Result {
    if test.measure == Measure::None {
        f.write_str("no ")?;
    }
    f.write_str(match test.scope {
        Scope::Person => "interactions(",
        Scope::Company => "interactions of the company(",
        Scope::Either => "interactions of the contact or its company(",
    })?;
    write!(f, "{})", test.filter)?;
    if let Some(within) = &test.within {
        write!(f, " {within}")?;
    }
    if test.include_canceled {
        f.write_str(" with canceled ones")?;
    }
    if test.include_postponed {
        f.write_str(" with postponed ones")?;
    }
    let amount = |amount: &Amount| match amount {
        Amount::Cost => "cost",
        Amount::DurationMin => "durationMin",
    };
    match &test.measure {
        Measure::Some | Measure::None => Ok(()),
        Measure::Count(test) => write!(f, " count {test}"),
        Measure::Sum(it, test) => write!(f, " sum of {} {test}", amount(it)),
        Measure::Average(it, test) => write!(f, " average {} {test}", amount(it)),
        Measure::Least(it, test) => write!(f, " least {} {test}", amount(it)),
        Measure::Greatest(it, test) => write!(f, " greatest {} {test}", amount(it)),
        Measure::Latest(criteria) => write!(f, " latest is ({criteria})"),
        Measure::Earliest(criteria) => write!(f, " earliest is ({criteria})"),
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (operator, operands) = match self {
            Self::Is(flag) => return write!(f, "is {flag}"),
            Self::Op(operator, operands) => (*operator, operands.as_slice()),
        };
        let words = match operator {
            Operator::Eq => "=",
            Operator::Ne => "<>",
            Operator::In => "in",
            Operator::NotIn => "not in",
            Operator::Lt => "<",
            Operator::Lte => "<=",
            Operator::Gt => ">",
            Operator::Gte => ">=",
            Operator::Between => "between",
            Operator::StartsWith => "starts with",
            Operator::EndsWith => "ends with",
            Operator::Contains => "contains",
            Operator::EqIgnoreCase => "= (any case)",
            Operator::StartsWithIgnoreCase => "starts with (any case)",
            Operator::EndsWithIgnoreCase => "ends with (any case)",
            Operator::ContainsIgnoreCase => "contains (any case)",
            Operator::On => "on",
            Operator::Before => "before",
            Operator::OnOrBefore => "on or before",
            Operator::After => "after",
            Operator::OnOrAfter => "on or after",
            Operator::InLast => "in last",
            Operator::InNext => "in next",
            Operator::OlderThan => "older than",
            Operator::IsEmpty | Operator::IsSet => {
                let present = (operands == [Operand::Flag(true)]) == (operator == Operator::IsSet);
                return f.write_str(if present { "is set" } else { "is not set" });
            }
            Operator::Filter => "matches",
        };
        match (operator, operands) {
            (Operator::In | Operator::NotIn, values) => write!(f, "{words} ({})", List(values)),
            (Operator::Between, [from, to]) => write!(f, "{words} {from} and {to}"),
            (Operator::Filter, [Operand::Text(expression)]) => {
                write!(f, "{words} {}", Quoted(expression))
            }
            (_, [operand, ..]) => write!(f, "{words} {operand}"),
            (_, []) => f.write_str(words),
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => {
                let plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
                let bare = !text.is_empty() && text.chars().all(plain);
                if bare { f.write_str(text) } else { Quoted(text).fmt(f) }
            }
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::When(when) => when.fmt(f),
            Self::Period(period) => length(*period, f),
        }
    }
}

impl Display for When {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (anchor, plus) = match self {
            Self::Date(date) => return date.fmt(f),
            Self::Instant(instant) => return f.write_str(&instant.to_rfc3339()),
            Self::Relative { anchor, plus } => (anchor, plus),
        };
        f.write_str(&anchor.name().to_lowercase().replace('_', " "))?;
        if *plus != Period::default() {
            f.write_str(if plus.negative { " - " } else { " + " })?;
            length(*plus, f)?;
        }
        Ok(())
    }
}

/// In words, without a sign: `1 month 2 days`.
fn length(period: Period, f: &mut Formatter<'_>) -> fmt::Result {
    let (years, months) = match period.months % 12 {
        0 => (period.months / 12, 0),
        _ => (0, period.months),
    };
    let (hours, seconds) = match period.seconds % 3600 {
        0 => (period.seconds / 3600, 0),
        _ => (0, period.seconds),
    };
    let units = [
        (years, "year"),
        (months, "month"),
        (period.days, "day"),
        (hours, "hour"),
        (seconds, "second"),
    ];
    let mut gap = "";
    for (count, unit) in units.into_iter().filter(|(count, _)| 0 < *count) {
        write!(f, "{gap}{count} {unit}{}", if count == 1 { "" } else { "s" })?;
        gap = " ";
    }
    if gap.is_empty() { f.write_str("0 days") } else { Ok(()) }
}

/// Some values, and how many more.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().take(LIST_MAX).enumerate() {
            write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(LIST_MAX) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}
