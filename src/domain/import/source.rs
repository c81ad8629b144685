//! Bytes from outside, in an encoding that ASCII is part of.

use std::io;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// How much is looked at to find out what the file is like, however much came at once.
const HEAD_BYTES: usize = 4 * 1024;

/// Reads a file chunk by chunk. UTF-16 becomes UTF-8; other encodings pass as they are, for quotes
/// and separators are the same in all of them.
pub(super) struct Source<R> {
    inner: R,
    raw: Vec<u8>,
    utf16: Option<Decoder>,
    text: Vec<u8>,
    /// How far `text` has been consumed.
    at: usize,
    ended: bool,
    /// The file says that it is Unicode.
    pub(super) is_unicode: bool,
    /// What was no text in it has become U+FFFD.
    pub(super) is_utf16: bool,
}

impl<R: AsyncRead + Unpin> Source<R> {
    /// Reads the beginning and finds out about the encoding.
    pub(super) async fn open(mut inner: R) -> io::Result<Self> {
        let mut raw = vec![0; CHUNK_BYTES];
        let mut count = 0;
        while count < HEAD_BYTES {
            match inner.read(&mut raw[count..]).await? {
                0 => break,
                more => count += more,
            }
        }
        let head = &raw[..count.min(HEAD_BYTES)];
        let utf16 = utf16(head);
        let bom: &[u8] = b"\xef\xbb\xbf";
        let has_bom = head.starts_with(bom);
        let is_utf16 = utf16.is_some();
        let is_unicode = has_bom || is_utf16;
        let (text, at, ended) = (Vec::new(), 0, false);
        let mut source = Self { inner, raw, utf16, text, at, ended, is_unicode, is_utf16 };
        source.take(count);
        source.at = if has_bom { bom.len() } else { 0 };
        Ok(source)
    }

    /// The beginning of the text. In UTF-16, text in ASCII is half as long as it was.
    pub(super) fn head(&self) -> &[u8] {
        let text = &self.text[self.at..];
        &text[..text.len().min(HEAD_BYTES / 2)]
    }

    /// What has not been consumed; more is read if that is nothing. Empty at the end.
    pub(super) async fn fill(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() && !self.ended {
            let count = self.inner.read(&mut self.raw).await?;
            self.ended = count == 0;
            self.take(count);
        }
        Ok(&self.text[self.at..])
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.at += count;
    }

    /// Makes text of the first `count` raw bytes; all text before has been consumed.
    fn take(&mut self, count: usize) {
        self.text.clear();
        self.at = 0;
        let Some(decoder) = &mut self.utf16 else {
            self.text.extend_from_slice(&self.raw[..count]);
            return;
        };
        let size = decoder.max_utf8_buffer_length(count);
        self.text.resize(size.expect("a chunk is small"), 0);
        let (_, _, written, _) =
            decoder.decode_to_utf8(&self.raw[..count], &mut self.text, self.ended);
        self.text.truncate(written);
    }
}

/// The decoder for UTF-16, if the file begins like that: with its mark, or with a header of which
/// every other byte is zero.
fn utf16(head: &[u8]) -> Option<Decoder> {
    let zeros = |odd: usize| head.chunks_exact(2).filter(|pair| pair[odd] == 0).count();
    let most = head.len() / 2 * 3 / 4;
    let little = head.starts_with(b"\xff\xfe") || (0 < most && most < zeros(1));
    let big = head.starts_with(b"\xfe\xff") || (0 < most && most < zeros(0));
    match (little, big) {
        (true, false) => Some(UTF_16LE.new_decoder_with_bom_removal()),
        (false, true) => Some(UTF_16BE.new_decoder_with_bom_removal()),
        _ => None,
    }
}
