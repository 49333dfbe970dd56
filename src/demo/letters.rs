//! Letters that prove an address, as PDF with real text: from a waterworks, a bank or a register that do not exist.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::papers::Paper;

const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 72.0;

const REGULAR: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");

struct Sender {
    name: &'static str,
    about: &'static str,
    subject: &'static str,
    lines: &'static [(&'static str, &'static str)],
    close: &'static str,
}

const WATERWORKS: Sender = Sender {
    name: "Meridian Waterworks",
    about: "1 Reservoir Lane, Meridian",
    subject: "Your water bill for the last quarter",
    lines: &[
        ("Standing charge", "18.40"),
        ("Water used, 31 cubic metres", "57.66"),
        ("Waste water", "49.10"),
        ("To be paid within 14 days", "125.16"),
    ],
    close: "The meter was read at the address above. Tell us within ten days if the reading is not right.",
};

const BANK: Sender = Sender {
    name: "Northgate Savings Bank",
    about: "Old Exchange, Meridian",
    subject: "Statement of your account",
    lines: &[
        ("Balance brought forward", "1,204.77"),
        ("Paid in", "860.00"),
        ("Paid out", "-742.31"),
        ("Balance carried forward", "1,322.46"),
    ],
    close: "This statement is sent to the address we hold for you. Keep it with your papers.",
};

const REGISTER: Sender = Sender {
    name: "City of Meridian, Register of Residents",
    about: "Town Hall, Meridian",
    subject: "Confirmation of registration",
    lines: &[
        ("Registered at the address above", "yes"),
        ("Only residence", "yes"),
        ("Other persons at the address", "none recorded"),
    ],
    close: "Issued on request for presentation to housing providers. Not valid without the seal of the office.",
};

const STREETS: &[&str] =
    &["Analytical Row", "Lindenallee", "Rue des Tables", "Canal Walk", "Observatory Hill", "Quay Street"];

/// A letter to the person of `paper`; every third one has a second page.
#[must_use]
pub fn proof_of_address(paper: &Paper) -> Vec<u8> {
    let pages = if paper.serial.is_multiple_of(3) { 2 } else { 1 };
    let [catalog, tree, regular, bold] = [1, 2, 3, 4].map(Ref::new);
    let page_refs: Vec<(Ref, Ref)> =
        (0..pages).map(|n| (Ref::new(10 + 2 * n), Ref::new(11 + 2 * n))).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(page_refs.iter().map(|(page, _)| *page)).count(pages);
    let contents = [first_page(paper), second_page(paper)];
    for ((page_ref, content_ref), content) in page_refs.iter().zip(contents) {
        let mut page = pdf.page(*page_ref);
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(*content_ref);
        page.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        page.finish();
        pdf.stream(*content_ref, &content.finish());
    }
    pdf.type1_font(regular).base_font(Name(b"Helvetica"));
    pdf.type1_font(bold).base_font(Name(b"Helvetica-Bold"));
    pdf.finish()
}

fn sender(paper: &Paper) -> &'static Sender {
    match paper.serial % 3 {
        0 => &WATERWORKS,
        1 => &BANK,
        _ => &REGISTER,
    }
}

fn first_page(paper: &Paper) -> Content {
    let sender = sender(paper);
    let person = paper.person;
    let name = format!("{} {}", person.given, person.family);
    let street = STREETS.get(paper.serial % STREETS.len()).copied().unwrap_or_default();
    let mut page = Sheet::new();
    page.specimen();
    page.line(BOLD, 18.0, sender.name);
    page.line(REGULAR, 10.0, sender.about);
    page.rule();
    page.gap(34.0);
    page.line(REGULAR, 11.0, &name);
    page.line(REGULAR, 11.0, &format!("{} {street}", 3 + paper.serial % 90));
    page.line(REGULAR, 11.0, &format!("{} Meridian", 10_000 + 37 * paper.serial));
    page.gap(28.0);
    page.line(REGULAR, 11.0, &paper.issued.format("%-d %B %Y").to_string());
    page.line(REGULAR, 11.0, &format!("Our reference: {}", paper.number));
    page.gap(22.0);
    page.line(BOLD, 13.0, sender.subject);
    page.gap(8.0);
    page.line(REGULAR, 11.0, &format!("Dear {name},"));
    page.line(REGULAR, 11.0, "please find the particulars below.");
    page.gap(12.0);
    for (what, value) in sender.lines {
        page.row(what, value);
    }
    page.gap(18.0);
    for line in wrapped(sender.close, 84) {
        page.line(REGULAR, 11.0, &line);
    }
    page.gap(26.0);
    page.line(REGULAR, 11.0, sender.name);
    page.content
}

fn second_page(paper: &Paper) -> Content {
    let sender = sender(paper);
    let mut page = Sheet::new();
    page.specimen();
    page.line(BOLD, 13.0, "How to reach us");
    page.gap(6.0);
    let words = "This page belongs to a letter that was made up. The sender does not exist, the sums are \
                 invented, and no one lives at the address on the first page.";
    for line in wrapped(words, 84) {
        page.line(REGULAR, 11.0, &line);
    }
    page.gap(12.0);
    page.line(REGULAR, 11.0, &format!("{}, {}", sender.name, sender.about));
    page.content
}

/// Words in lines of at most `most` letters.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= most => line.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A page that is written from the top.
struct Sheet {
    content: Content,
    y: f32,
}

impl Sheet {
    fn new() -> Self {
        Self { content: Content::new(), y: HEIGHT - MARGIN }
    }

    fn gap(&mut self, points: f32) {
        self.y -= points;
    }

    fn put(&mut self, font: Name<'_>, size: f32, x: f32, text: &str) {
        let ascii: String = text.chars().filter(char::is_ascii).collect();
        self.content.begin_text();
        self.content.set_font(font, size).next_line(x, self.y).show(Str(ascii.as_bytes()));
        self.content.end_text();
    }

    fn line(&mut self, font: Name<'_>, size: f32, text: &str) {
        self.put(font, size, MARGIN, text);
        self.gap(size * 1.45);
    }

    fn row(&mut self, what: &str, value: &str) {
        self.put(REGULAR, 11.0, MARGIN, what);
        self.put(BOLD, 11.0, WIDTH - MARGIN - 90.0, value);
        self.gap(6.0);
        self.rule();
        self.gap(15.0);
    }

    fn rule(&mut self) {
        self.content.save_state().set_stroke_gray(0.75).set_line_width(0.6);
        self.content.move_to(MARGIN, self.y).line_to(WIDTH - MARGIN, self.y).stroke();
        self.content.restore_state();
    }

    /// The word across the page, in grey, turned by 45 degrees.
    fn specimen(&mut self) {
        const TURN: f32 = std::f32::consts::FRAC_1_SQRT_2;
        self.content.save_state().set_fill_gray(0.88).begin_text();
        self.content.set_font(BOLD, 96.0).set_text_matrix([TURN, TURN, -TURN, TURN, 130.0, 220.0]);
        self.content.show(Str(b"SPECIMEN"));
        self.content.end_text().restore_state();
    }
}
