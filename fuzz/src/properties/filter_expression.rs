//! Filter expressions: written out again they say the same, and what is wrong has a place in them.

use urval::domain::{
    amount,
    criteria::{
        Anchor, Kind, Operand, Tree, When,
        filter_expression::{Term, parse},
    },
    is_storable,
};

/// As an expression may have at most.
const TERMS_MAX: usize = 500;

/// The first byte says what the values are, so that files of a corpus can be read; the rest is the
/// expression.
pub fn filter_expression(data: &[u8]) {
    let Some((kind, expression)) = data.split_first() else { return };
    let kind = match kind {
        b't' => Kind::Text,
        b'x' => Kind::ExactText,
        b'c' => Kind::Code,
        b'i' => Kind::Integer,
        b'n' => Kind::Decimal,
        b'd' => Kind::Date,
        b'p' => Kind::Instant,
        _ => return,
    };
    let Ok(expression) = str::from_utf8(expression) else { return };
    match parse(kind, expression) {
        Ok(tree) => {
            let mut terms = 0;
            look_at(kind, &tree, &mut terms);
            assert!(terms <= TERMS_MAX, "{terms} terms");
            let written = of_tree(&tree, false);
            let again = parse(kind, &written);
            assert_eq!(again.as_ref(), Ok(&tree), "{expression:?} is written {written:?}");
        }
        Err(err) => {
            assert!(err.position <= expression.chars().count(), "{expression:?}: {err:?}");
            assert!(!err.message.is_empty());
        }
    }
}

/// Counts the terms, and looks whether the databases can take what they say.
fn look_at(kind: Kind, tree: &Tree<Term>, terms: &mut usize) {
    match tree {
        Tree::All(trees) | Tree::Any(trees) => {
            assert!(1 < trees.len(), "one term needs no sign around it");
            trees.iter().for_each(|tree| look_at(kind, tree, terms));
        }
        Tree::Not(_) => panic!("there is no sign for it"),
        Tree::Leaf(term) => {
            *terms += 1;
            let operands: Vec<&Operand> = match term {
                Term::Equal(it) | Term::NotEqual(it) | Term::Less(it) => vec![it],
                Term::LessOrEqual(it) | Term::Greater(it) | Term::GreaterOrEqual(it) => vec![it],
                Term::Range(from, to) => from.iter().chain(to).collect(),
                Term::Pattern { .. } | Term::Blank { .. } => Vec::new(),
            };
            operands.into_iter().for_each(|operand| fits(kind, operand));
        }
    }
}

fn fits(kind: Kind, operand: &Operand) {
    match operand {
        Operand::Text(text) => {
            assert!(matches!(kind, Kind::Text | Kind::ExactText | Kind::Code), "{text}");
            assert!(kind != Kind::Code || text.to_uppercase() == *text, "{text}");
        }
        Operand::Number(number) => {
            assert!(amount::to_stored(*number, &[]).is_ok(), "{number}");
            assert!(kind != Kind::Integer || number.is_integer(), "{number}");
        }
        Operand::When(When::Date(date)) => assert!(is_storable(*date), "{date}"),
        Operand::When(When::Relative { anchor: Anchor::Today, .. }) => {}
        other => panic!("{other:?} is nothing that an expression says"),
    }
}

fn of_tree(tree: &Tree<Term>, is_part: bool) -> String {
    let joined = |trees: &[Tree<Term>], sign: &str| {
        let parts: Vec<String> = trees.iter().map(|tree| of_tree(tree, true)).collect();
        let whole = parts.join(sign);
        if is_part { format!("({whole})") } else { whole }
    };
    match tree {
        Tree::All(trees) => joined(trees, "&"),
        Tree::Any(trees) => joined(trees, "|"),
        Tree::Not(_) => panic!("there is no sign for it"),
        Tree::Leaf(term) => of_term(term),
    }
}

fn of_term(term: &Term) -> String {
    let end = |end: &Option<Operand>| end.as_ref().map(of_operand).unwrap_or_default();
    match term {
        Term::Equal(value) => of_operand(value),
        Term::NotEqual(value) => format!("<>{}", of_operand(value)),
        Term::Less(value) => format!("<{}", of_operand(value)),
        Term::LessOrEqual(value) => format!("<={}", of_operand(value)),
        Term::Greater(value) => format!(">{}", of_operand(value)),
        Term::GreaterOrEqual(value) => format!(">={}", of_operand(value)),
        Term::Range(from, to) => format!("{}..{}", end(from), end(to)),
        Term::Pattern { pattern, ignore_case, negated } => {
            let sign = if *negated { "<>" } else { "" };
            let at = if *ignore_case { "@" } else { "" };
            format!("{sign}{}", quoted(&format!("{at}{pattern}")))
        }
        Term::Blank { negated } => if *negated { "<>''" } else { "''" }.to_owned(),
    }
}

fn of_operand(operand: &Operand) -> String {
    match operand {
        Operand::Text(text) => quoted(text),
        Operand::Number(number) => number.to_string(),
        Operand::When(When::Date(date)) => date.to_string(),
        Operand::When(When::Relative { plus, .. }) => {
            let length = plus.to_string();
            let sign = if plus.negative { '-' } else { '+' };
            format!("TODAY{sign}{}", length.trim_start_matches(['-', 'P']))
        }
        other => panic!("{other:?} is nothing that an expression says"),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
