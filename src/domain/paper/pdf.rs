//! A document as PDF, written from its first page to its last: what has been written need not be kept,
//! so that it may have any number of pages.

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{
    Chunk, Content, Filter, Finish, Name, Rect, Ref, Settings, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};

use super::font::{self, Font};

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// ISO A4, in millimetres.
pub(super) const WIDTH: f32 = 210.0;
pub(super) const HEIGHT: f32 = 297.0;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const FONT: Ref = Ref::new(3);
const CID_FONT: Ref = Ref::new(4);
const DESCRIPTOR: Ref = Ref::new(5);
const CMAP: Ref = Ref::new(6);
const FONT_FILE: Ref = Ref::new(7);
const INFO: Ref = Ref::new(8);
/// Pages and what is on them come after.
const FIRST: i32 = 9;

const FONT_RESOURCE: Name<'static> = Name(b"F");
/// Six letters say that it is only a part of the typeface.
const FONT_NAME: Name<'static> = Name(b"URVALA+DejaVuSans");
/// How hard to compress.
const LEVEL: u8 = 6;
const ADOBE: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

pub(super) struct Document {
    font: Font,
    title: String,
    /// Where each object begins, by its number less one; 0 for those to come.
    offsets: Vec<usize>,
    written: usize,
    /// What is ready to go out.
    ready: Vec<u8>,
}

/// Places of a page in millimetres, from its upper left corner.
pub(super) struct Page<'a> {
    font: &'a mut Font,
    content: Content,
}

impl Document {
    pub(super) fn new(title: &str) -> Self {
        let mut document = Self {
            font: Font::new(),
            title: title.to_owned(),
            offsets: vec![0; FIRST as usize - 1],
            written: 0,
            ready: Vec::new(),
        };
        // The second line says to whoever carries it that it is not text.
        document.put(b"%PDF-1.7\n%\x80\x80\x80\x80\n");
        document
    }

    /// Adds a page.
    pub(super) fn page(&mut self, draw: impl FnOnce(&mut Page<'_>)) {
        let mut page = Page { font: &mut self.font, content: Content::new() };
        draw(&mut page);
        let content = compress_to_vec_zlib(&page.content.finish(), LEVEL);
        let (content_id, page_id) = (self.next(), self.next_after(1));
        self.object(content_id, |chunk| {
            chunk.stream(content_id, &content).filter(Filter::FlateDecode);
        });
        self.object(page_id, |chunk| {
            let mut page = chunk.page(page_id);
            page.parent(PAGES).contents(content_id);
            page.media_box(Rect::new(0.0, 0.0, WIDTH * MM, HEIGHT * MM));
            page.resources().fonts().pair(FONT_RESOURCE, FONT);
        });
    }

    /// Whether there is no page yet.
    pub(super) fn is_empty(&self) -> bool {
        self.offsets.len() < FIRST as usize
    }

    /// What can go out by now.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    /// The rest of the document.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.write_font();
        let last = self.offsets.len() as i32;
        // Contents and pages take turns.
        let pages: Vec<Ref> = (FIRST + 1..=last).step_by(2).map(Ref::new).collect();
        self.object(PAGES, |chunk| {
            chunk.pages(PAGES).count(pages.len() as i32).kids(pages.iter().copied());
        });
        let title = std::mem::take(&mut self.title);
        self.object(INFO, |chunk| {
            let mut info = chunk.indirect(INFO).dict();
            info.pair(Name(b"Title"), TextStr(&title)).pair(Name(b"Producer"), TextStr("Urval"));
        });
        self.object(CATALOG, |chunk| {
            chunk
                .indirect(CATALOG)
                .dict()
                .pair(Name(b"Type"), Name(b"Catalog"))
                .pair(Name(b"Pages"), PAGES);
        });
        self.write_places();
        self.ready
    }

    /// Where each object begins, for whoever opens the document looks there first.
    fn write_places(&mut self) {
        let begins = self.written;
        let count = self.offsets.len() + 1;
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f\r\n");
        for offset in &self.offsets {
            table += &format!("{offset:010} 00000 n\r\n");
        }
        table += &format!(
            "trailer\n<< /Size {count} /Root {} 0 R /Info {} 0 R >>\nstartxref\n{begins}\n%%EOF\n",
            CATALOG.get(),
            INFO.get()
        );
        self.put(table.as_bytes());
    }

    fn write_font(&mut self) {
        let used = self.font.used();
        let file = self.font.subset();
        let metrics = font::metrics();
        self.object(FONT, |chunk| {
            chunk
                .type0_font(FONT)
                .base_font(FONT_NAME)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(CID_FONT)
                .to_unicode(CMAP);
        });
        self.object(CID_FONT, |chunk| {
            let mut cid_font = chunk.cid_font(CID_FONT);
            cid_font.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(ADOBE);
            cid_font.font_descriptor(DESCRIPTOR).default_width(0.0);
            cid_font.cid_to_gid_map_predefined(Name(b"Identity"));
            let mut widths = cid_font.widths();
            for (number, _, width) in &used {
                widths.consecutive(*number, [*width]);
            }
            widths.finish();
        });
        self.object(DESCRIPTOR, |chunk| {
            let [left, bottom, right, top] = metrics.bbox;
            chunk
                .font_descriptor(DESCRIPTOR)
                .name(FONT_NAME)
                .flags(FontFlags::SYMBOLIC)
                .bbox(Rect::new(left, bottom, right, top))
                .italic_angle(0.0)
                .ascent(metrics.ascent)
                .descent(metrics.descent)
                .cap_height(metrics.cap_height)
                .stem_v(90.0)
                .font_file2(FONT_FILE);
        });
        // By this, text can be found and copied.
        let mut cmap = UnicodeCmap::new(Name(b"Urval"), ADOBE);
        for (number, char, _) in &used {
            cmap.pair(*number, *char);
        }
        let cmap = cmap.finish();
        self.object(CMAP, |chunk| {
            chunk.cmap(CMAP, &cmap);
        });
        let packed = compress_to_vec_zlib(&file, LEVEL);
        self.object(FONT_FILE, |chunk| {
            let mut stream = chunk.stream(FONT_FILE, &packed);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Length1"), file.len() as i32);
        });
    }

    fn next(&self) -> Ref {
        self.next_after(0)
    }

    fn next_after(&self, more: i32) -> Ref {
        Ref::new(self.offsets.len() as i32 + 1 + more)
    }

    /// Writes one object.
    fn object(&mut self, id: Ref, write: impl FnOnce(&mut Chunk)) {
        let index = id.get() as usize - 1;
        if self.offsets.len() <= index {
            self.offsets.resize(index + 1, 0);
        }
        self.offsets[index] = self.written;
        let mut chunk = Chunk::with_settings(Settings { pretty: false });
        write(&mut chunk);
        self.put(chunk.as_bytes());
    }

    fn put(&mut self, bytes: &[u8]) {
        self.written += bytes.len();
        self.ready.extend_from_slice(bytes);
    }
}

impl Page<'_> {
    /// A line of text: its left end, how far its foot is from the upper edge, the size of the type in
    /// points.
    pub(super) fn text(&mut self, left: f32, down: f32, size: f32, text: &str) {
        let written = self.font.write(text);
        self.content.begin_text();
        self.content.set_font(FONT_RESOURCE, size);
        self.content.next_line(left * MM, (HEIGHT - down) * MM);
        self.content.show(Str(&written));
        self.content.end_text();
    }
}
