//! Filter expressions: written out again they say the same, and what is wrong has a place in them.

use urval::domain::{
    amount,
    criteria::{
        Kind, Operand, Test, When,
        filter_expression::{parse, write},
    },
    is_storable,
};

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
        Ok(test) => {
            look_at(kind, &test);
            let written = write(kind, &test);
            let again = written.as_deref().map(|written| parse(kind, written));
            assert_eq!(again, Some(Ok(test)), "{expression:?} is written {written:?}");
        }
        Err(err) => {
            assert!(err.position <= expression.chars().count(), "{expression:?}: {err:?}");
            assert!(!err.message.is_empty());
        }
    }
}

/// Looks whether the databases can take what is compared.
fn look_at(kind: Kind, test: &Test) {
    match test {
        Test::Is(_) => panic!("no value of these is a flag"),
        Test::Op(_, operands) => operands.iter().for_each(|operand| fits(kind, operand)),
        Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| look_at(kind, test)),
        Test::Not(test) => look_at(kind, test),
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
        Operand::When(When::Instant(at)) => assert!(is_storable(at.date_naive()), "{at}"),
        _ => {}
    }
}
