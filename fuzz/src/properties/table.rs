//! Table files: every row has its line, and what was read is read again from what we write.

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt};
use urval::domain::{
    Error,
    contact_columns::{api_name, field},
    import::{FileKind, Read, Reader},
};

/// No sentence about a header is longer, however long the header.
const SENTENCE_CHARS_MAX: usize = 2000;

/// What the reader says, one after the other.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Row { line: u64, fields: Vec<String> },
    Bad { line: u64 },
    Lost { line: u64 },
}

impl Said {
    fn line(&self) -> u64 {
        match self {
            Self::Row { line, .. } | Self::Bad { line } | Self::Lost { line } => *line,
        }
    }
}

/// Takes bytes for a table file.
pub fn table(data: &[u8]) {
    let said = read(data);
    let lines: Vec<u64> = said.iter().map(Said::line).collect();
    assert!(lines.is_sorted_by(|a, b| a < b), "{lines:?}");
    assert!(lines.iter().all(|line| (1..=1 + data.len() as u64).contains(line)), "{lines:?}");

    // However the bytes come in.
    let (first, second) = data.split_at(data.len() / 2);
    assert_eq!(read(first.chain(second)), said, "it depends on how the bytes come in");

    let rows: Vec<&[String]> = said
        .iter()
        .filter_map(|it| match it {
            Said::Row { fields, .. } => Some(fields.as_slice()),
            Said::Bad { .. } | Said::Lost { .. } => None,
        })
        .collect();
    assert!(rows.iter().flat_map(|row| *row).all(|field| !field.contains('\0')));
    let written = written(&rows);
    let again = read(written.as_slice());
    let again: Vec<&[String]> = again
        .iter()
        .map(|it| match it {
            Said::Row { fields, .. } => fields.as_slice(),
            other => panic!("{other:?} where a row was written"),
        })
        .collect();
    assert_eq!(again, rows);

    if let Some(Said::Row { fields, .. }) = said.first() {
        header(fields);
    }
}

fn read(file: impl AsyncRead + Unpin) -> Vec<Said> {
    let rows = async {
        let mut reader = Reader::open(file).await.expect("memory can be read");
        let mut said = Vec::new();
        loop {
            match reader.next().await.expect("memory can be read") {
                Read::Row(row) => {
                    let fields = row.fields().map(str::to_owned).collect();
                    said.push(Said::Row { line: row.line, fields });
                }
                Read::Bad { line, reason } => {
                    assert!(!reason.is_empty());
                    said.push(Said::Bad { line });
                }
                Read::Lost { line, reason } => {
                    assert!(!reason.is_empty());
                    said.push(Said::Lost { line });
                    return said;
                }
                Read::End => return said,
            }
        }
    };
    rows.now_or_never().expect("memory has not to be waited for")
}

/// A file of ours, in which everything is in quotes.
fn written(rows: &[&[String]]) -> Vec<u8> {
    let mut file = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(&mut file);
    rows.iter().for_each(|row| writer.write_record(*row).expect("memory can be written"));
    writer.flush().expect("memory can be written");
    drop(writer);
    file
}

/// What a header tells of a file.
fn header(captions: &[String]) {
    match FileKind::recognise(captions, "file") {
        Ok(kind) => assert_eq!(FileKind::by_name(&kind.name()), Some(kind)),
        Err(Error::Rejected(rejections)) => {
            let said = rejections[0].message.chars().count();
            assert!((1..=SENTENCE_CHARS_MAX).contains(&said), "{said} characters");
        }
        Err(err) => panic!("{err:?}"),
    }
    for caption in captions {
        let Some(known) = field(caption, &[]) else { continue };
        let name = api_name(known).expect("there are no custom attributes here");
        assert_eq!(field(name, &[]), Some(known), "{caption:?} is {name}");
    }
}
