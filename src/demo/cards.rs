//! Passports and cards, drawn: a silhouette where the photo would be, and SPECIMEN across it.

use image::DynamicImage;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;

use super::canvas::{Area, Canvas, Colour, Style};
use super::papers::{DrawError, Flaw, Paper};
use crate::documents::{ContentType, DocumentKind};

const SHEET: Area = Area { x: 20, y: 20, width: 720, height: 460 };
const PHOTO: Area = Area { x: 44, y: 110, width: 184, height: 236 };
/// Where the fields begin, and how far apart their two columns are.
const FIELDS_X: usize = 264;
const COLUMN: usize = 250;
/// Where the part begins that machines read.
const FOOT: usize = 382;

const INK: Colour = [32, 36, 48];
const FADED: Colour = [96, 102, 118];
const RED: Colour = [196, 40, 40];
const DESKS: [Colour; 4] = [[86, 74, 62], [58, 64, 72], [120, 112, 98], [44, 52, 50]];

const JPEG_QUALITY: u8 = 80;
/// The letters of a line that machines read.
const MACHINE_LINE: usize = 44;

/// The colours of a kind of document.
struct Look {
    band: Colour,
    sheet: Colour,
    waves: Colour,
    title: &'static str,
    for_machines: bool,
}

impl Look {
    fn of(kind: DocumentKind) -> Self {
        let (band, sheet, waves, title) = match kind {
            DocumentKind::Passport => ([110, 28, 44], [246, 238, 232], [232, 212, 206], "PASSPORT"),
            DocumentKind::NationalId => ([38, 84, 124], [234, 242, 246], [206, 224, 234], "IDENTITY CARD"),
            DocumentKind::DrivingLicence => {
                ([178, 72, 96], [250, 236, 240], [240, 212, 220], "DRIVING LICENCE")
            }
            DocumentKind::ResidencePermit => {
                ([40, 104, 84], [234, 244, 238], [206, 228, 214], "RESIDENCE PERMIT")
            }
            DocumentKind::StudentCard => ([72, 58, 128], [240, 238, 248], [220, 214, 238], "STUDENT CARD"),
            _ => ([80, 80, 80], [244, 244, 240], [224, 224, 218], "DOCUMENT"),
        };
        let for_machines =
            matches!(kind, DocumentKind::Passport | DocumentKind::NationalId | DocumentKind::ResidencePermit);
        Self { band, sheet, waves, title, for_machines }
    }
}

/// The document as a picture of this format.
pub fn picture(paper: &Paper, format: ContentType) -> Result<Vec<u8>, DrawError> {
    let picture = draw(paper).finish().ok_or(DrawError::Size)?;
    let mut bytes = Vec::new();
    match format {
        ContentType::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            // Some scanners know no colours.
            if paper.serial.is_multiple_of(4) {
                picture.write_with_encoder(encoder)?;
            } else {
                DynamicImage::ImageRgb8(picture).into_luma8().write_with_encoder(encoder)?;
            }
        }
        ContentType::WebP => picture.write_with_encoder(WebPEncoder::new_lossless(&mut bytes))?,
        _ => picture.write_with_encoder(PngEncoder::new(&mut bytes))?,
    }
    Ok(bytes)
}

fn draw(paper: &Paper) -> Canvas {
    let look = Look::of(paper.kind);
    let desk = DESKS.get(paper.serial % DESKS.len()).copied().unwrap_or(FADED);
    let mut canvas = Canvas::new(SHEET.width + 2 * SHEET.x, SHEET.height + 2 * SHEET.y, desk);
    canvas.fill(SHEET, look.sheet);
    canvas.waves(SHEET, look.waves, 17 * paper.serial);
    draw_head(&mut canvas, paper, &look);
    draw_photo(&mut canvas, paper.serial);
    draw_fields(&mut canvas, paper);
    if look.for_machines {
        draw_machine_lines(&mut canvas, paper);
    } else {
        draw_bars(&mut canvas, paper);
    }
    canvas.slanted_text(190, 150, 16, "SPECIMEN", Style::bold(RED).scaled(3).faint(90).spaced(58));
    match paper.flaw {
        Some(Flaw::CutOff) => canvas.cut_off(34),
        Some(Flaw::Dark) => canvas.darken(17),
        Some(Flaw::Expired | Flaw::OtherNumber) | None => {}
    }
    canvas
}

fn draw_head(canvas: &mut Canvas, paper: &Paper, look: &Look) {
    let white = [255; 3];
    canvas.fill(Area { height: 70, ..SHEET }, look.band);
    canvas.text(PHOTO.x, 32, &latin(paper.country.map_or("", |country| country.name())), Style::bold(white));
    canvas.text(PHOTO.x, 62, look.title, Style::small(white).spaced(12));
    // A seal, as such documents have one, of no state.
    let seal = Area { x: 672, y: 29, width: 52, height: 52 };
    canvas.ellipse(seal, seal, look.sheet);
    let inner = Area { x: seal.x + 6, y: seal.y + 6, width: 40, height: 40 };
    canvas.ellipse(inner, inner, look.band);
    canvas.text(inner.x + 14, inner.y + 8, "M", Style::bold(white));
}

/// Nobody's face.
fn draw_photo(canvas: &mut Canvas, serial: usize) {
    let shade = u8::try_from(serial * 7 % 40).unwrap_or_default();
    canvas.fill(PHOTO, [206, 210, 216]);
    let figure = [128 + shade, 134 + shade, 146 + shade];
    let head = Area { x: PHOTO.x + 53, y: PHOTO.y + 40, width: 78, height: 98 };
    canvas.ellipse(head, PHOTO, figure);
    let shoulders = Area { x: PHOTO.x + 12, y: PHOTO.y + 152, width: 160, height: 180 };
    canvas.ellipse(shoulders, PHOTO, figure);
}

fn draw_fields(canvas: &mut Canvas, paper: &Paper) {
    let day = |date: chrono::NaiveDate| date.format("%d.%m.%Y").to_string();
    let mut field = |x: usize, y: usize, label: &str, value: &str| {
        canvas.text(x, y, label, Style::small(FADED));
        let room = SHEET.x + SHEET.width - x;
        let style = if value.len() * 14 > room { Style::small(INK) } else { Style::bold(INK) };
        canvas.text(x, y + 16, value, style);
    };
    field(FIELDS_X, 106, "Surname", &latin(paper.person.family));
    field(FIELDS_X, 158, "Given names", &latin(paper.person.given));
    field(FIELDS_X, 210, "Document number", &paper.printed_number());
    field(FIELDS_X + COLUMN, 210, "Issued by", country_code(paper));
    field(FIELDS_X, 262, "Date of birth", &day(paper.born));
    field(FIELDS_X + COLUMN, 262, "Date of issue", &day(paper.issued));
    field(FIELDS_X, 314, "Date of expiry", &day(paper.expires));
}

fn draw_machine_lines(canvas: &mut Canvas, paper: &Paper) {
    let band = Area { y: FOOT, height: SHEET.y + SHEET.height - FOOT, ..SHEET };
    canvas.fill(band, [250, 250, 248]);
    for (line, y) in machine_lines(paper).iter().zip([FOOT + 16, FOOT + 54]) {
        canvas.text(PHOTO.x + 2, y, line, Style::bold(INK).spaced(15));
    }
}

/// Two lines in the manner of those that machines read; their check digits are left out on purpose.
fn machine_lines(paper: &Paper) -> [String; 2] {
    let code = country_code(paper);
    let kind = if paper.kind == DocumentKind::Passport { "P" } else { "I" };
    let day = |date: chrono::NaiveDate| date.format("%y%m%d").to_string();
    let named = format!("{kind}<{code}<{}<<{}", paper.person.family, paper.person.given);
    let numbered = format!("{:<9}<{code}<{}<{}", paper.printed_number(), day(paper.born), day(paper.expires));
    [named, numbered].map(|line| {
        let line = line.to_ascii_uppercase();
        let letters = line.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '<' });
        letters.chain(std::iter::repeat('<')).take(MACHINE_LINE).collect()
    })
}

/// Bars of different width, as on the cards of libraries.
fn draw_bars(canvas: &mut Canvas, paper: &Paper) {
    let mut x = FIELDS_X;
    for letter in paper.number.bytes().cycle().take(34) {
        let width = 2 + usize::from(letter) % 6;
        canvas.fill(Area { x, y: FOOT, width, height: 56 }, INK);
        x += width + 3 + usize::from(letter) % 4;
    }
    canvas.text(FIELDS_X, FOOT + 62, &paper.printed_number(), Style::small(INK).spaced(14));
}

fn country_code(paper: &Paper) -> &'static str {
    paper.country.map_or("XX", |country| country.code())
}

/// What the font can write, in capitals.
fn latin(text: &str) -> String {
    text.chars().filter(char::is_ascii).collect::<String>().to_ascii_uppercase()
}
